### Signing in and out together with identity providers, and sessions.

signed-out-title = You have signed out
signed-out-lead = Nobody can act in your name from this browser any more.
signed-out-there = You may still be signed in at “{ $provider }”. If others use this device, sign out there too.
signed-out-leave = Sign out at “{ $provider }”
signed-out-home = To the home page

sign-in-id-gov-ua = Prove your identity with an electronic signature, BankID or Diia.

device = { $browser } on { $system }
device-unknown = A device that we do not recognise
session-method = Way of signing in:
session-network = network
sessions-end-others = End all other sessions
