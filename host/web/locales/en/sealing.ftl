### Proving by an organisation's seal that one represents it.

seal-offer-title = Confirm by the organisation’s seal
seal-offer = Do you have the organisation’s electronic seal at hand? Put it under a code of this session, and you may act for the organisation.
seal-offer-link = Confirm by seal
seal-title = Confirm by the organisation’s seal
seal-lead = You stay signed in as yourself and answer for what you do. The seal proves that the organisation lets you act in its name; naming others is for its head.
seal-download-title = 1. Download the code
seal-download = It holds for half an hour, for you and this session, and once.
seal-content = What the organisation confirms
seal-seal-title = 2. Put the seal on the file
seal-seal = Use the key of the organisation’s electronic seal (печатка), not your personal signature, in any program for qualified signatures.
seal-send-title = 3. Send the sealed file
seal-file = The file with the seal
seal-send = Confirm
seal-error-title = Nothing was confirmed
seal-used = This code has been sealed and sent before. Begin anew with a fresh code if you need to.
seal-test-title = Seal as a test organisation
seal-test = Here a test organisation seals with a key of the platform’s own test authority, which no other platform trusts. Save the file and send it below.
seal-test-organisation = Test organisation
seal-test-button = Seal and download
