//! Terms of law: when something is due, and how that was computed.
//!
//! The rules are [`Rule`]s. All of them are stated from memory of the general rules on terms and none
//! has been checked against the official text, so each says that the holder must check it; which of
//! them were applied stands in the [`Explanation`].

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Span};
use serde::{Deserialize, Serialize};

use crate::{Calendar, Instant, InstantError, RestReason, Working, Zone, ZoneError};

/// What a term is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Working days of the calendar.
    WorkingDays,
    /// Days one after another.
    CalendarDays,
    /// Hours as they pass, also where the clocks are put forward or back.
    Hours,
    /// Months of the calendar.
    Months,
}

impl Unit {
    /// The longest term that can be computed: ten years of working days, a hundred years of the others.
    /// What is longer is a slip in the configuration.
    pub const fn longest(self) -> u32 {
        match self {
            Self::WorkingDays => 2_600,
            Self::CalendarDays => 36_525,
            Self::Hours => 876_600,
            Self::Months => 1_200,
        }
    }
}

/// A term: configuration with its law, never a number in code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// How many units; none means the day of the event itself.
    pub value: u32,
    /// What it is counted in.
    pub unit: Unit,
    /// The law that sets it, as citizens are shown it.
    pub law: String,
}

/// From what a term runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An instant. Terms in days and months run from the local day to which it belongs.
    At(Instant),
    /// A day. A term in hours runs from its beginning, the earliest moment that the event can have had.
    On(Date),
}

impl From<Instant> for Event {
    fn from(at: Instant) -> Self {
        Self::At(at)
    }
}

impl From<Date> for Event {
    fn from(day: Date) -> Self {
        Self::On(day)
    }
}

impl Event {
    /// When it is past: an instant as soon as it has come, a day when it has ended.
    pub fn end(self, zone: &Zone) -> Result<Instant, ZoneError> {
        match self {
            Self::At(at) => Ok(at),
            Self::On(day) => zone.end_of(day),
        }
    }

    /// The local day.
    pub fn date(self, zone: &Zone) -> Date {
        match self {
            Self::At(at) => zone.date(at),
            Self::On(day) => day,
        }
    }
}

impl FromStr for Event {
    type Err = InstantError;

    /// Reads a day like `2026-09-03` or an instant like `2026-09-03T07:00:00Z`.
    fn from_str(text: &str) -> Result<Self, InstantError> {
        if text.contains('T') {
            text.parse().map(Self::At)
        } else {
            text.parse().map(Self::On).map_err(|_| InstantError::Unreadable(text.to_owned()))
        }
    }
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The first instant that is too late. For terms in days and months this is the end of the local day
    /// [`Due::date`], and so the beginning of the day after it: show the date, compare with the instant.
    pub at: Instant,
    /// The last day; for a term in hours the local day in which it ends.
    pub date: Date,
    /// How it was computed.
    pub explanation: Explanation,
}

impl Due {
    /// The last instant that is in time, a millisecond before [`Due::at`]: the form in which it can be
    /// shown as a date and time without seeming to be the day after.
    pub fn last_moment(&self) -> Instant {
        self.at.checked_add(SignedDuration::from_millis(-1)).unwrap_or(self.at)
    }
}

/// How a due date was computed: data, from which a page says it in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The local day of the event.
    pub from: Date,
    /// The instant from which a term in hours runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_instant: Option<Instant>,
    /// The term.
    pub term: Term,
    /// The days that a term in working days did not count, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedDay>,
    /// The day number sought in a month that is too short for it, whose last day was taken instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clamped_from: Option<i8>,
    /// The day on which counting ended, before an end on a day off was moved.
    pub counted_to: Date,
    /// The days off over which the end was moved, in order; none if it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved_over: Vec<SkippedDay>,
    /// The last day.
    pub due: Date,
    /// What kind of day the last day is.
    pub due_day: Working,
    /// The rules that were applied.
    pub rules: Vec<Rule>,
}

impl Explanation {
    /// Whether the end of counting fell on a day off and was moved to the next working day.
    pub fn was_moved(&self) -> bool {
        self.counted_to != self.due
    }
}

/// A day that was passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedDay {
    /// The day.
    pub date: Date,
    /// Why it was passed over.
    pub why: RestReason,
}

/// A general rule on terms, independent of the law that sets the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Calendar days are counted from the day after the event.
    CountsFromNextDay,
    /// Working days are counted from the next working day after the event.
    CountsFromNextWorkingDay,
    /// A term in months ends on the day of the month that has the number of the event's day.
    EndsOnSameDayOfMonth,
    /// If the month has no such day, the term ends on the month's last day.
    EndsOnLastDayOfMonth,
    /// A term that ends on a day off ends on the next working day.
    MovesToWorkingDay,
    /// A term in hours runs hour by hour from the event, days off included, and its end is not moved.
    HoursRunOn,
}

impl Rule {
    /// Whether the holder must check the rule against the official text before going live.
    /// So far this is every one of them: domain reference §1, marks \[M\].
    pub const fn holder_must_check(self) -> bool {
        match self {
            Self::CountsFromNextDay
            | Self::CountsFromNextWorkingDay
            | Self::EndsOnSameDayOfMonth
            | Self::EndsOnLastDayOfMonth
            | Self::MovesToWorkingDay
            | Self::HoursRunOn => true,
        }
    }
}

/// Why a term could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum TermError {
    /// Longer than [`Unit::longest`].
    #[error("compute a term of {value}: the longest of its unit is {longest}")]
    TooLong {
        /// What was asked for.
        value: u32,
        /// What is possible.
        longest: u32,
    },
    /// The term reaches a day of which the calendar knows nothing.
    #[error("tell whether {0} is a working day: the register of holidays does not cover it")]
    OutsideCalendar(Date),
    /// The calendar has no working day within a year.
    #[error("find a working day within a year after {0}")]
    NoWorkingDay(Date),
    /// The term ends beyond the year 9999.
    #[error("compute a term that ends beyond the year 9999")]
    OutOfRange,
}

impl From<ZoneError> for TermError {
    fn from(_: ZoneError) -> Self {
        Self::OutOfRange
    }
}

/// Days off in a row after which a calendar is taken to be wrong.
const LONGEST_REST: usize = 366;

impl Term {
    /// When the term is over that runs from an event, with the way it was computed.
    pub fn due(&self, from: impl Into<Event>, calendar: &Calendar, zone: &Zone) -> Result<Due, TermError> {
        let longest = self.unit.longest();
        if self.value > longest {
            return Err(TermError::TooLong { value: self.value, longest });
        }
        let from = from.into();
        match self.unit {
            Unit::Hours => self.due_in_hours(from, calendar, zone),
            Unit::WorkingDays | Unit::CalendarDays | Unit::Months => self.due_in_days(from, calendar, zone),
        }
    }

    fn due_in_hours(&self, from: Event, calendar: &Calendar, zone: &Zone) -> Result<Due, TermError> {
        let start = match from {
            Event::At(at) => at,
            Event::On(day) => zone.start_of(day)?,
        };
        let length = SignedDuration::from_hours(i64::from(self.value));
        let at = start.checked_add(length).map_err(|_| TermError::OutOfRange)?;
        let date = zone.date(at);
        let explanation = Explanation {
            from: zone.date(start),
            from_instant: Some(start),
            term: self.clone(),
            skipped: Vec::new(),
            clamped_from: None,
            counted_to: date,
            moved_over: Vec::new(),
            due: date,
            due_day: known(calendar, date)?,
            rules: vec![Rule::HoursRunOn],
        };
        Ok(Due { at, date, explanation })
    }

    fn due_in_days(&self, from: Event, calendar: &Calendar, zone: &Zone) -> Result<Due, TermError> {
        let from = match from {
            Event::At(at) => zone.date(at),
            Event::On(day) => day,
        };
        let mut skipped = Vec::new();
        let mut clamped_from = None;
        let mut rules = Vec::new();
        let counted_to = match self.unit {
            Unit::WorkingDays => {
                rules.push(Rule::CountsFromNextWorkingDay);
                let mut day = from;
                for _ in 0..self.value {
                    day = next_working_day(day, calendar, &mut skipped)?;
                }
                day
            }
            Unit::Months => {
                rules.push(Rule::EndsOnSameDayOfMonth);
                // jiff constrains the day to the length of the month, which is the rule of the law.
                let end = later(from, Span::new().try_months(i64::from(self.value)))?;
                if end.day() != from.day() {
                    clamped_from = Some(from.day());
                    rules.push(Rule::EndsOnLastDayOfMonth);
                }
                end
            }
            Unit::CalendarDays | Unit::Hours => {
                rules.push(Rule::CountsFromNextDay);
                later(from, Span::new().try_days(i64::from(self.value)))?
            }
        };
        let mut moved_over = Vec::new();
        let (due, due_day) = match known(calendar, counted_to)? {
            yes @ Working::Yes { .. } => (counted_to, yes),
            Working::No { why } => {
                rules.push(Rule::MovesToWorkingDay);
                moved_over.push(SkippedDay { date: counted_to, why });
                let due = next_working_day(counted_to, calendar, &mut moved_over)?;
                (due, calendar.is_working(due))
            }
        };
        let explanation = Explanation {
            from,
            from_instant: None,
            term: self.clone(),
            skipped,
            clamped_from,
            counted_to,
            moved_over,
            due,
            due_day,
            rules,
        };
        Ok(Due { at: zone.end_of(due)?, date: due, explanation })
    }
}

fn later(day: Date, span: Result<Span, jiff::Error>) -> Result<Date, TermError> {
    span.and_then(|span| day.checked_add(span)).map_err(|_| TermError::OutOfRange)
}

fn known(calendar: &Calendar, day: Date) -> Result<Working, TermError> {
    if calendar.knows(day) { Ok(calendar.is_working(day)) } else { Err(TermError::OutsideCalendar(day)) }
}

/// The first working day after `day`; the days off between them are added to `skipped`.
fn next_working_day(
    day: Date,
    calendar: &Calendar,
    skipped: &mut Vec<SkippedDay>,
) -> Result<Date, TermError> {
    let mut next = day;
    for _ in 0..LONGEST_REST {
        next = next.tomorrow().map_err(|_| TermError::OutOfRange)?;
        match known(calendar, next)? {
            Working::Yes { .. } => return Ok(next),
            Working::No { why } => skipped.push(SkippedDay { date: next, why }),
        }
    }
    Err(TermError::NoWorkingDay(day))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    use super::*;
    use crate::{Interval, Name, RestDay};

    fn kyiv() -> Zone {
        Zone::named("Europe/Kyiv").unwrap()
    }

    fn term(value: u32, unit: Unit) -> Term {
        Term { value, unit, law: "393/96-ВР, ст. 23-1".into() }
    }

    fn due(value: u32, unit: Unit, from: Date) -> Due {
        term(value, unit).due(from, &Calendar::weekdays(), &kyiv()).unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// A calendar with a fixed set of holidays and, optionally, an interval that suspends them.
    fn peace() -> Calendar {
        let name = Name { uk: "свято".into(), en: "holiday".into() };
        let days =
            (2026..2032).flat_map(|year| [(1, 1), (3, 8), (5, 1), (8, 24), (12, 25)].map(|md| (year, md)));
        Calendar::known(date(2026, 1, 1), date(2031, 12, 31))
            .with_rest(days.map(|(year, (month, day))| RestDay {
                date: date(year, month, day),
                why: RestReason::Holiday { name: name.clone(), law: "ст. 73".into() },
            }))
            .with_worked([(date(2027, 8, 28), "transfer".into())])
    }

    #[test]
    fn three_months_end_on_the_same_day_of_the_month() {
        let due = due(3, Unit::Months, date(2026, 9, 3));
        assert_eq!(due.date, date(2026, 12, 3));
        assert_eq!(due.date.weekday(), Weekday::Thursday);
        assert_eq!(due.at, at("2026-12-04T00:00:00+02:00"));
        assert_eq!(kyiv().date(due.last_moment()), due.date);
        assert!(!due.explanation.was_moved());
        assert!(due.explanation.due_day.is_yes());
        assert_eq!(due.explanation.rules, [Rule::EndsOnSameDayOfMonth]);
    }

    #[test]
    fn a_short_month_ends_the_term_on_its_last_day() {
        let leap = due(1, Unit::Months, date(2028, 1, 31));
        assert_eq!((leap.date, leap.explanation.clamped_from), (date(2028, 2, 29), Some(31)));
        // The last day of February 2027 is a Sunday: clamped, then moved to Monday.
        let both = due(1, Unit::Months, date(2027, 1, 30)).explanation;
        assert_eq!((both.counted_to, both.due), (date(2027, 2, 28), date(2027, 3, 1)));
        let rules = [Rule::EndsOnSameDayOfMonth, Rule::EndsOnLastDayOfMonth, Rule::MovesToWorkingDay];
        assert_eq!(both.rules, rules);
        assert!(rules.into_iter().all(Rule::holder_must_check));
    }

    #[test]
    fn working_days_begin_on_the_next_working_day() {
        // Thursday; Friday is the first day, the weekend is skipped, Monday the second.
        let due_on = due(2, Unit::WorkingDays, date(2026, 9, 3));
        assert_eq!(due_on.date, date(2026, 9, 7));
        let skipped: Vec<_> = due_on.explanation.skipped.iter().map(|day| day.date).collect();
        assert_eq!(skipped, [date(2026, 9, 5), date(2026, 9, 6)]);
        // An event on Saturday: Monday is the first day.
        assert_eq!(due(1, Unit::WorkingDays, date(2026, 9, 5)).date, date(2026, 9, 7));
    }

    #[test]
    fn holidays_and_moved_days_are_skipped_and_named() {
        let due = term(3, Unit::WorkingDays).due(date(2027, 8, 23), &peace(), &kyiv()).unwrap();
        // 24 August is off; 25, 26, 27 are counted.
        assert_eq!(due.date, date(2027, 8, 27));
        assert!(
            matches!(&due.explanation.skipped[0].why, RestReason::Holiday { law, .. } if law == "ст. 73")
        );
        // Saturday the 28th is worked.
        assert_eq!(
            term(4, Unit::WorkingDays).due(date(2027, 8, 23), &peace(), &kyiv()).unwrap().date,
            date(2027, 8, 28)
        );
        let war = peace().with_holidays_not_observed([Interval {
            from: date(2022, 3, 15),
            to: None,
            law: "2136-IX".into(),
        }]);
        let due = term(3, Unit::WorkingDays).due(date(2027, 8, 23), &war, &kyiv()).unwrap();
        assert_eq!(due.date, date(2027, 8, 26));
    }

    #[test]
    fn an_end_on_a_day_off_moves() {
        let moved = due(2, Unit::CalendarDays, date(2026, 9, 3)).explanation;
        assert_eq!((moved.counted_to, moved.due), (date(2026, 9, 5), date(2026, 9, 7)));
        assert_eq!(moved.moved_over.len(), 2);
        assert!(moved.was_moved());
        let stays = due(4, Unit::CalendarDays, date(2026, 9, 3));
        assert_eq!(stays.date, date(2026, 9, 7));
        assert!(stays.explanation.moved_over.is_empty());
    }

    #[test]
    fn no_units_mean_the_day_itself() {
        for unit in [Unit::WorkingDays, Unit::CalendarDays, Unit::Months] {
            assert_eq!(due(0, unit, date(2026, 9, 3)).date, date(2026, 9, 3));
            assert_eq!(due(0, unit, date(2026, 9, 5)).date, date(2026, 9, 7));
        }
    }

    #[test]
    fn the_local_day_of_the_event_counts() {
        let calendar = Calendar::weekdays();
        let one = term(1, Unit::CalendarDays);
        let before = one.due(at("2026-09-02T20:59:59Z"), &calendar, &kyiv()).unwrap();
        let after = one.due(at("2026-09-02T21:00:00Z"), &calendar, &kyiv()).unwrap();
        assert_eq!((before.date, after.date), (date(2026, 9, 3), date(2026, 9, 4)));
    }

    #[test]
    fn hours_pass_as_they_pass() {
        let calendar = Calendar::weekdays();
        let two_days = term(48, Unit::Hours);
        // Over the weekend in which the clocks go back: 48 hours later it is an hour earlier on the clock.
        let autumn = two_days.due(at("2026-10-24T10:00:00+03:00"), &calendar, &kyiv()).unwrap();
        assert_eq!(autumn.at, at("2026-10-26T09:00:00+02:00"));
        let spring = two_days.due(at("2026-03-28T10:00:00+02:00"), &calendar, &kyiv()).unwrap();
        assert_eq!(spring.at, at("2026-03-30T11:00:00+03:00"));
        // Not moved from a Sunday.
        let sunday = two_days.due(at("2026-09-04T10:00:00+03:00"), &calendar, &kyiv()).unwrap();
        assert_eq!(sunday.date, date(2026, 9, 6));
        assert!(!sunday.explanation.was_moved() && !sunday.explanation.due_day.is_yes());
        // From a day: from its beginning.
        assert_eq!(due(24, Unit::Hours, date(2026, 9, 3)).at, at("2026-09-04T00:00:00+03:00"));
    }

    #[test]
    fn days_end_at_midnight_also_where_the_clocks_change() {
        assert_eq!(due(2, Unit::CalendarDays, date(2026, 3, 28)).at, at("2026-03-31T00:00:00+03:00"));
        assert_eq!(due(2, Unit::CalendarDays, date(2026, 10, 24)).at, at("2026-10-27T00:00:00+02:00"));
    }

    #[test]
    fn what_cannot_be_computed_is_refused() {
        let zone = kyiv();
        for unit in [Unit::WorkingDays, Unit::CalendarDays, Unit::Hours, Unit::Months] {
            let too_long = term(unit.longest() + 1, unit).due(date(2026, 9, 3), &Calendar::weekdays(), &zone);
            assert!(matches!(too_long, Err(TermError::TooLong { .. })));
            assert!(term(unit.longest(), unit).due(date(2026, 9, 3), &Calendar::weekdays(), &zone).is_ok());
        }
        let outside = term(3, Unit::Months).due(date(2031, 11, 3), &peace(), &zone);
        assert!(matches!(outside, Err(TermError::OutsideCalendar(day)) if day == date(2032, 2, 3)));
        let end = term(1, Unit::Months).due(date(9999, 12, 3), &Calendar::weekdays(), &zone);
        assert!(matches!(end, Err(TermError::OutOfRange)));
        let never = Calendar::weekdays().with_rest((1..=400).map(|days| RestDay {
            date: date(2026, 9, 3).checked_add(Span::new().days(days)).unwrap(),
            why: RestReason::MovedHere { law: String::new() },
        }));
        let never = term(1, Unit::WorkingDays).due(date(2026, 9, 3), &never, &zone);
        assert!(matches!(never, Err(TermError::NoWorkingDay(_))));
    }

    #[test]
    fn events_are_read_from_texts() {
        let day: Event = "2026-09-03".parse().unwrap();
        assert_eq!((day, day.date(&kyiv())), (Event::On(date(2026, 9, 3)), date(2026, 9, 3)));
        assert_eq!(day.end(&kyiv()).unwrap(), at("2026-09-04T00:00:00+03:00"));
        let moment: Event = "2026-09-03T22:00:00Z".parse().unwrap();
        assert_eq!(
            (moment.date(&kyiv()), moment.end(&kyiv()).unwrap()),
            (date(2026, 9, 4), at("2026-09-03T22:00:00Z"))
        );
        for text in ["", "2026-09", "2026-09-31", "2026-09-03T", "yesTerday"] {
            assert!(text.parse::<Event>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_term_and_its_due_date_are_data() {
        let term: Term = serde_json::from_str(r#"{"value":2,"unit":"working-days","law":"л"}"#).unwrap();
        let due = term.due(date(2026, 9, 3), &peace(), &kyiv()).unwrap();
        let json = serde_json::to_string(&due).unwrap();
        assert_eq!(serde_json::from_str::<Due>(&json).unwrap(), due);
    }

    fn units() -> impl Strategy<Value = Unit> {
        prop_oneof![Just(Unit::WorkingDays), Just(Unit::CalendarDays), Just(Unit::Hours), Just(Unit::Months)]
    }

    proptest! {
        /// A due date is never before its event, grows with the term and with the event.
        #[test]
        fn due_never_before_the_event_and_monotone(
            unit in units(), value in 0u32..24, from in 1_770_000_000_000i64..1_850_000_000_000, later in 0i64..400_000_000,
        ) {
            let (calendar, zone) = (peace(), kyiv());
            let compute = |value, from| term(value, unit).due(Instant::from_millis(from).unwrap(), &calendar, &zone).unwrap();
            let due = compute(value, from);
            prop_assert!(due.at.as_millis() >= from);
            prop_assert!(due.date >= due.explanation.from);
            prop_assert!(compute(value + 1, from).at >= due.at);
            prop_assert!(compute(value, from + later).at >= due.at);
        }

        /// Between event and end lie exactly as many working days as the term has, the last among them,
        /// and the days skipped are all the others.
        #[test]
        fn working_days_equal_a_naive_count(value in 1u32..60, offset in 0i32..1500) {
            let calendar = peace();
            let from = date(2026, 1, 2).checked_add(Span::new().days(offset)).unwrap();
            let due = term(value, Unit::WorkingDays).due(from, &calendar, &kyiv()).unwrap();
            let days: Vec<_> = from.tomorrow().unwrap().series(Span::new().days(1)).take_while(|day| *day <= due.date).collect();
            let worked = days.iter().filter(|day| calendar.is_working(**day).is_yes()).count();
            prop_assert_eq!(worked, value as usize);
            prop_assert!(calendar.is_working(due.date).is_yes());
            prop_assert_eq!(due.explanation.skipped.len(), days.len() - worked);
        }

        /// Terms in days and months end at the end of a working day, and only days off are passed over.
        #[test]
        fn ends_are_working_days(unit in units(), value in 0u32..30, offset in 0i32..1200) {
            prop_assume!(unit != Unit::Hours);
            let (calendar, zone) = (peace(), kyiv());
            let from = date(2026, 1, 2).checked_add(Span::new().days(offset)).unwrap();
            let due = term(value, unit).due(from, &calendar, &zone).unwrap();
            prop_assert!(calendar.is_working(due.date).is_yes());
            prop_assert_eq!(due.at, zone.end_of(due.date).unwrap());
            for day in &due.explanation.moved_over {
                prop_assert!(!calendar.is_working(day.date).is_yes());
            }
        }
    }
}
