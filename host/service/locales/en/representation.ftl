claim-confirmed-head = Confirmed: you head the organisation { $organisation } and may act in its name until { $until }, and let members of its staff do so.
claim-confirmed-staff = Confirmed: you may act in the name of the organisation { $organisation } until { $until }.
claim-unknown = That you represent the organisation { $organisation } is not confirmed: the state register has no legal entity with this code. Check the code and claim again.
claim-being-terminated = That you represent the organisation { $organisation } is not confirmed: by the state register it is being terminated.
claim-gone = That you represent the organisation { $organisation } is not confirmed: by the state register it has been terminated.
claim-other-state = That you represent the organisation { $organisation } is not confirmed: by the state register it is not in the state “registered”.
claim-nothing-ties = That you represent the organisation { $organisation } is not confirmed: nothing ties you to it. Sign in with a certificate issued to a member of its staff, or ask its head for an invitation.
claim-silent = That you represent the organisation { $organisation } is not confirmed: the register has not answered for thirty days. Claim again.
claim-ended = The time for which your right to represent the organisation { $organisation } was confirmed is over. To go on acting in its name, claim again.

delegation-begun-delegate = You may act in the name of the organisation { $organisation } until { $until }. Its head has let you: { $by }.
delegation-begun-head = { $person } has taken up your invitation and may act in the name of the organisation { $organisation } until { $until }.
delegation-over-delegate = The time in which you could act in the name of the organisation { $organisation } is over.
delegation-over-head = The time in which { $person } could act in the name of the organisation { $organisation } is over.
delegation-revoked-delegate = Your right to act in the name of the organisation { $organisation } has been revoked. You no longer act in its name; what you have submitted stays.
delegation-revoked-head = The right of { $person } to act in the name of the organisation { $organisation } has been revoked.
delegation-given-up-delegate = You have given up acting in the name of the organisation { $organisation }.
delegation-given-up-head = { $person } has given up acting in the name of the organisation { $organisation }.
