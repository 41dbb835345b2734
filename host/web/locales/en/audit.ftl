# The audit log: its public page, receipts.
footer-audit = Audit log
audit-title = Audit log
audit-lead = Every act on this platform, every sign-in and every change of its configuration is an entry of a log that nobody can rewrite unnoticed, the holder included.
audit-how = The entries are hashed into one tree (RFC 6962). Now and then the platform signs its root: a checkpoint. Whoever keeps a checkpoint can prove later that no entry up to it was changed, removed or put elsewhere. Persons are not named in the log: it holds only commitments that nobody can read without your receipt.
audit-key = Verifier key
audit-key-what = By this key anybody checks the signature of a checkpoint. Write it down, or keep it where the platform cannot change it.
audit-checkpoint = Last checkpoint
audit-entries = { $count ->
    [one] { $count } entry,
   *[other] { $count } entries,
  }
audit-checkpoint-file = The checkpoint as a file
audit-no-checkpoint = There is none yet; the first one is made soon after the start.
audit-check = Check it yourself
audit-check-receipt = A receipt from your cabinet, without asking this platform anything:
audit-check-log = That the log still begins with what a checkpoint that you have kept was made of; /audit/consistency?from=N, where N is the number on its second line, gives the proof:

record-title = My acts in the audit log
record-lead = Every act of yours is an entry of the log that cannot be rewritten unnoticed. A receipt proves it, also without this platform.
record-about = How the audit log works
record-none = No acts yet
record-none-next = What you send, sign or decide will stand here.
record-entry = entry { $number }
record-pdf = Receipt to read (PDF)
record-json = Receipt for programs (JSON)
record-more = Earlier acts
cabinet-record = My acts in the audit log

receipt-title = Receipt from the audit log
receipt-lead = This receipt proves that the act below stands in the platform’s audit log, unchanged since. It can be checked without access to the platform.
receipt-platform = Platform
receipt-service = Service
receipt-act = Act
receipt-at = When
receipt-number = Number of the entry in the log
receipt-input = What was sent
receipt-check = How to check it
receipt-check-how = The receipt for programs is attached to this PDF as a file. Save it and run the program of the platform, with the verifier key that you have from an earlier time or from somebody whom you trust:
receipt-secret = Whoever has this receipt can read what is in it. Show it only to those who may know.
receipt-proof = Proof
receipt-entry = The entry, byte for byte
receipt-salt = Salt of the commitment “{ $member }”
receipt-path = Inclusion proof (RFC 6962), from the entry to the root
receipt-made = The checkpoint was made
receipt-checkpoint = Signed checkpoint
receipt-key = Verifier key
