# Why a sign-in failed: the keys of SignInError::public_message.
sign-in-declined = You cancelled the sign-in. You can try again.
sign-in-expired = The time for signing in has run out, or this address has been used already. Please start again.
sign-in-other-browser = The sign-in was begun in another browser. Please start again in this one.
sign-in-unavailable = The identity service does not answer at present. Please try again in a few minutes.
sign-in-not-configured = This way of signing in is not set up on this platform.
sign-in-refused = The identity service did not confirm who you are. Please start again; if it happens again, tell the administrator.
sign-in-other-account = Somebody else is signed in at the identity service than the one who was handed over. Sign out there, or sign in here yourself.
