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
    [one] { $days } day left
   *[other] { $days } days left
}
remaining-last-day = Last day
remaining-hours = { $hours ->
    [one] { $hours } hour left
   *[other] { $hours } hours left
}
remaining-minutes = Less than an hour left
remaining-past = Time is up

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
