### Pages and explanations that the platform writes itself.

navigation-desk = Desk
paused-banner = Changes are paused: for now you can only read, and this page may not be the newest. All will go on by itself in a few minutes.
paused-banner-unknown = We cannot tell yet whether you have signed in; there is no need to sign out or in again.
home-all = Show all
search-title = Search
search-nothing-asked = Write what you are looking for.
search-nothing-found = Nothing found
search-nothing-found-next = Try other words, or look through the services on the home page.
desk-title = Desk
desk-lead = The services that you run on behalf of a body.
desk-open = The queue by due dates
desk-none = No services to work on
desk-none-next = The technical administrator of the platform grants access.
sign-in-development-title = Test sign-in
sign-in-development = Choose an invented person and sign in as them.
sign-in-provider = Prove your identity with the identity provider.
form-check-title = Check your answers
form-refused-title = This is not possible now

why-sign-in = You need to sign in.
why-assurance = Your identity must be proven more surely for this. Sign in another way.
why-assurance-high = For this your identity must be proven as surely as can be, for example by a qualified electronic signature.
why-blocked = You may not act on the platform for the time being. The grounds and the way to contest them were sent to you.
why-state = This is not possible now: the matter is at another stage.
why-not-yours = Only the author may do this.
why-not-official = Only officials may do this.
why-other-body = Only officials of another body may do this.
why-not-holder = Only the holder of the platform may do this.
why-not-permitted = The rules of the platform do not allow you to do this.

term-sum = { $from } + { $length } = { $to }, { $weekday }.
term-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
  }
term-working-days = { $count ->
    [one] { $count } working day
   *[other] { $count } working days
  }
term-calendar-days = { $count ->
    [one] { $count } calendar day
   *[other] { $count } calendar days
  }
term-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
  }
term-clamped = The month has no such day, so its last day was taken.
term-skipped = { $day } does not count: { $why }.
term-moved = { $day } is no working day ({ $why }), so the term moves on.
term-due = The last day is { $to }, { $weekday }.
term-not-observed = Holidays are working days at present: { $law }.
term-transferred = a day off moved here
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday

rules-who = The platform is free of charge and open day and night. You can read without signing in; to submit, sign or vote you prove who you are.
rules-once = Where votes or signatures are counted, one person has one voice.
rules-content = Do not call for violence, hatred or the violation of others' rights, do not pretend to be somebody else, and do not let a program act for you.
rules-limits = A limit on access always has grounds, which you are told and can contest.
accessibility-title = Accessibility
accessibility-aim = We aim to meet ДСТУ EN 301 549:2022 and WCAG 2.2 level AA.
accessibility-how = All pages work without a mouse, with a screen reader, on a phone and without scripts. Text size, contrast, theme and spacing can be changed under “Display and size”.
accessibility-tell = If something is not accessible to you, write to the technical administrator of the platform: we will mend it and answer.
privacy-title = Privacy
privacy-who = The holder of the platform is the controller of personal data, its technical administrator the processor.
privacy-what = We keep your attested name, a protected fingerprint of your code, and what you submitted yourself. Services see only a pseudonym, another one each.
privacy-public = What everyone will see, a page says before you press the button.
privacy-log = Every act is written to a log that cannot be changed unnoticed; it holds no personal data.
