### Everything about me: archive, erasure.

export-title = Everything that the platform has about me
export-made = Made:
export-left-out = Records of services that are switched off at the moment are not here: ask for the archive again when they work. The platform's log holds none of your data.
export-about = Who I am
export-files = My files
export-nothing = Nothing
cabinet-my-data = My data
my-data-archive = An archive of everything about me
my-data-archive-what = A ZIP archive: a page to read, the same records as JSON for programs, and your files.
my-data-archive-get = Download the archive
my-data-correct = Correct
my-data-correct-name = The platform takes your name and code from the way you sign in. Correct them there, and with the next sign-in they change here; what you signed before keeps the name of that time.
my-data-correct-rest = You change your e-mail address yourself. A text that you have sent is corrected by the body when you ask for it here.
my-data-erase = Erase
my-data-erase-what = You can ask for the erasure of all that the law does not want kept.
my-data-erase-see = See what would be erased and what would stay
erasure-title = Erasure of my data
erasure-lead = See first what will be erased, what will stay and why. An erasure cannot be undone.
erasure-goes = Will be erased at once
erasure-goes-nothing = Nothing: all that there is has to be kept.
erasure-whole = Your name will be erased with it, and all your sessions will end.
erasure-stays = Will stay
erasure-stays-why = The law wants this kept. When the term is over it is erased without your asking again.
erasure-unknown = The service is switched off at the moment, its records will stay:
erasure-roles = You hold an office on the platform, so your name will stay.
erasure-term = Kept after the end of the matter for:
erasure-no-term = The record holds only a reference to you, without your data.
erasure-drafts = drafts: { $count }
erasure-notices = notices: { $count }
erasure-letters = letters: { $count }
erasure-accesses = records of who saw your data: { $count }
erasure-files = files that stand in no record: { $count }
erasure-address = the e-mail address
erasure-sure = I understand that what is erased cannot be brought back
erasure-unticked = Tick that you understand: what is erased cannot be brought back
erasure-do = Erase
erasure-not = Do not erase
erasure-begun = The erasure has begun
erasure-begun-next = In a few minutes all that could be erased will be gone. The platform's log has an entry of it.
erased-name = Erased by rule
term-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
  }
