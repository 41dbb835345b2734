### Texts of a page's blocks, dates and terms.

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date-today = today
date-day = Day
date-month = Month
date-year = Year
remaining-days = { $days ->
    [one] { $days }{"\u00A0"}day{"\u00A0"}left
   *[other] { $days }{"\u00A0"}days{"\u00A0"}left
}
remaining-last-day = last day
remaining-hours = { $hours ->
    [one] { $hours }{"\u00A0"}hour{"\u00A0"}left
   *[other] { $hours }{"\u00A0"}hours{"\u00A0"}left
}
remaining-minutes = less than an hour left
remaining-past = time is up

person-not-shown = Name not shown
aside-label = State and actions
aside-more-label = More
progress-goal = of { $goal }
progress-label = Progress
clock-done = Done:
clock-now = Now:
clock-next = Next:
clock-missed = Overdue:
clock-how = How it was computed
filters-label = Show
search-label = Search
search-button = Search
pages-label = Pages
pages-next = Show more
clause-discuss = Discuss
clause-link = Link to clause { $anchor }
difference-removed = removed:
difference-added = added:
details-label = More details
