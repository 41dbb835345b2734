### Documents in the cabinet.

cabinet-papers = Documents
papers-lead = Files that you have sent, and those that came in your cases. By its digest you can check that a file has not changed.
papers-none = No documents yet
papers-none-next = Files that you send, and those that come in your cases, will be here.
papers-more = Earlier ones
paper-sent = Sent by you
paper-got = Received
paper-kib = { $kib } KiB
paper-checked = being checked, or blocked
paper-case = Case:
paper-digest = SHA-256 digest
form-kept = Draft saved. You can go on with it on any device.
paper-kept = Kept by you
