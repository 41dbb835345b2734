### The platform's texts: header, footer, first page, sign-in, cabinet.

skip-link = Skip to main content
navigation-label = Main navigation
menu = Menu
crumbs-label = The way to this page
footer-label = About the platform
footer-source = open source under EUPL-1.2
footer-accessibility = Accessibility
footer-privacy = Privacy
rules-title = Rules of use

home-claim-1 = Tell the state.
home-claim-2 = And see that it answered.
home-lead = Every service for talking with public bodies, in one place. Free, around the clock.
home-search-label = Search services and records
home-search-example = For example: ramps at post offices
home-tasks = What would you like to do?
home-no-tasks = There are no services yet
home-no-tasks-next = They will appear here as soon as the holder of the platform adds them to its configuration.

sign-in = Sign in
sign-out = Sign out
sign-in-title = Sign in
sign-in-lead = Choose how to prove who you are. Signing in once is enough for all services.
sign-in-none = No way to sign in has been set up
sign-in-none-next = You can read pages without signing in. Please tell the holder of the platform.
sign-in-why = Signing in makes sure that one voice belongs to one person. Only the platform knows who you are: services see a pseudonym, another one each.

preferences-title = Display and size
preferences-lead = These settings apply to this device and are kept for a year.
preferences-text = Text size
preferences-contrast = Contrast
preferences-theme = Background
preferences-spacing = Space between letters and lines
preferences-usual = Usual
preferences-large = Larger
preferences-largest = Largest
preferences-high = High
preferences-auto = As on the device
preferences-light = Light
preferences-dark = Dark
preferences-wide = Wider
preferences-save = Save

development-label = Development mode
development-title = Development mode.
development-text = Persons and records here are invented.
development-only = Development only
development-clock = Legal clock:
development-day = + 1 day
development-week = + 1 week
development-month = + 1 month
development-date = To date
development-go = Move

cabinet-title = Cabinet
cabinet-parts = Parts of the cabinet
cabinet-unread = { $count ->
    [one] unread notice
   *[other] unread notices
}
cabinet-cases = My cases
cabinet-drafts = Drafts
cabinet-notices = Notices
cabinet-sessions = My sessions
cabinet-changed = Changed:
cabinet-no-cases = No cases yet
cabinet-no-cases-next = Everything you have sent or supported will be here, with dates and answers. Start from the home page.
cabinet-no-drafts = No drafts
cabinet-no-drafts-next = Unfinished forms are kept here when you press “Save draft” or when your session has ended.
cabinet-no-notices = No notices
cabinet-no-notices-next = We will tell you when something changes in your cases.
case-due = by
case-page = Open the page
case-no-page = The service is switched off at the moment. Your case and its history are kept.
case-events = What happened
draft-kept = Saved:
draft-until = kept until
draft-remove = Delete draft
notice-new = New
sessions-lead = If you do not recognise a device, end the session on it.
session-this = This device
session-since = Signed in:
session-used = last used:
session-end = End session

acting-for-title = In whose name do you act?
acting-for-lead = You may act for yourself or for an organisation that you represent. Your choice holds until you change it or sign out.
acting-for-legend = Act in the name of
acting-for-myself = Myself
acting-for-myself-short = yourself
acting-for-myself-hint = As a citizen
acting-for-code = Code (ЄДРПОУ) { $code }
acting-for-go = Continue
acting-for-now = You act in the name of:
acting-for-short = in the name of:
acting-for-change = Change
acting-for-not-yours = Nothing confirms that you represent this organisation.

slot-sign-in = You need to sign in. You will come back here afterwards.
