//! Days off and working days, derived from rules.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::Span;
use jiff::civil::Weekday;
use vzaemo_clock::{Calendar, Date, Interval, RestDay, RestReason};

use crate::holiday_file::{DayRule, HolidayFile, HolidayRule, within};
use crate::{RegisterError, orthodox_easter};

/// The register that is built into the program.
const UKRAINE: &str = include_str!("../data/holidays-ua.toml");

/// Martial law, as long as it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MartialLaw {
    /// Its first day, last day if it has ended, and law.
    pub interval: Interval,
    /// The days of it in which holidays are not observed, if there are any.
    pub holidays_not_observed: Option<Interval>,
}

/// Rules for days off, each with the dates between which it holds.
#[derive(Debug, Clone)]
pub struct Holidays {
    file: HolidayFile,
}

impl Holidays {
    /// The rules of Ukraine built into the program. The holder checks them before going live.
    pub fn ukraine() -> Result<Self, RegisterError> {
        Self::read(UKRAINE)
    }

    /// The text of the rules built into the program: what the holder starts from.
    pub const fn ukraine_text() -> &'static str {
        UKRAINE
    }

    /// Reads rules written like those of [`Holidays::ukraine_text`].
    pub fn read(text: &str) -> Result<Self, RegisterError> {
        Ok(Self { file: HolidayFile::read(text)? })
    }

    /// The first day for which the rules are complete.
    pub fn known_from(&self) -> Date {
        self.file.known_from
    }

    /// The martial law of a day.
    pub fn martial_law_on(&self, day: Date) -> Option<MartialLaw> {
        self.martial_laws().find(|martial_law| martial_law.interval.contains(day))
    }

    fn martial_laws(&self) -> impl Iterator<Item = MartialLaw> {
        self.file.martial_law.iter().map(|entry| MartialLaw {
            interval: Interval { from: entry.from, to: entry.to, law: entry.law.clone() },
            holidays_not_observed: entry.holidays_not_observed_from.map(|from| Interval {
                from,
                to: entry.to,
                law: entry.holidays_not_observed_law.clone().unwrap_or_else(|| entry.law.clone()),
            }),
        })
    }

    /// The calendar of whole years, both included.
    ///
    /// It is derived as if holidays were always observed, and carries the intervals in which they are not.
    /// The days just before and after are looked at too, since a day off can move over New Year.
    pub fn calendar(&self, years: RangeInclusive<i16>) -> Result<Calendar, RegisterError> {
        let outside = |asked| RegisterError::OutsideKnownYears { known_from: self.file.known_from, asked };
        let first = Date::new(*years.start(), 1, 1).unwrap_or(Date::MIN);
        let last = Date::new(*years.end(), 12, 31).unwrap_or(Date::MAX);
        if first < self.file.known_from || first.year() < 1 {
            return Err(outside(first));
        }
        if last.year() > 9998 {
            return Err(outside(last));
        }
        let worked: BTreeMap<Date, String> =
            self.file.moved.iter().map(|moved| (moved.worked, moved.law.clone())).collect();
        let mut rest: BTreeMap<Date, RestReason> = BTreeMap::new();
        for moved in &self.file.moved {
            rest.insert(moved.rest, RestReason::MovedHere { law: moved.law.clone() });
        }
        let mut holidays = Vec::new();
        for year in first.year() - 1..=last.year() {
            for rule in &self.file.holiday {
                if let Some(day) = rule.day_in(year) {
                    holidays.push((day, rule));
                }
            }
        }
        holidays.sort_by_key(|(day, _)| *day);
        for (day, rule) in &holidays {
            let why = RestReason::Holiday { name: rule.name.clone(), law: rule.law.clone() };
            rest.insert(*day, why);
        }
        // In order of date, so that of two holidays on one weekend each gets a day off of its own.
        for (day, rule) in &holidays {
            if let Some((off, law)) = self.day_off_instead(*day, &rest, &worked) {
                rest.insert(off, RestReason::InsteadOf { name: rule.name.clone(), holiday: *day, law });
            }
        }
        let in_years = |day: &Date| first <= *day && *day <= last;
        Ok(Calendar::known(first, last)
            .with_rest(
                rest.into_iter().map(|(date, why)| RestDay { date, why }).filter(|day| in_years(&day.date)),
            )
            .with_worked(worked.into_iter().filter(|(day, _)| in_years(day)))
            .with_holidays_not_observed(self.martial_laws().filter_map(|law| law.holidays_not_observed)))
    }

    /// The day off for a holiday on a Saturday or Sunday: the next day that is neither weekend nor off
    /// already, with the law that moves it.
    fn day_off_instead(
        &self,
        holiday: Date,
        rest: &BTreeMap<Date, RestReason>,
        worked: &BTreeMap<Date, String>,
    ) -> Option<(Date, String)> {
        let rule = self.file.weekend_transfer.iter().find(|r| within(holiday, r.valid_from, r.valid_to))?;
        if !is_weekend(holiday) {
            return None;
        }
        let mut day = holiday.tomorrow().ok()?;
        while (is_weekend(day) && !worked.contains_key(&day)) || rest.contains_key(&day) {
            day = day.tomorrow().ok()?;
        }
        Some((day, rule.law.clone()))
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

impl HolidayRule {
    /// The day of the holiday in a year, if the rule holds on it.
    fn day_in(&self, year: i16) -> Option<Date> {
        let day = match self.day {
            DayRule::Fixed(fixed) => Date::new(year, fixed.month, fixed.day).ok()?,
            DayRule::Easter(easter) => orthodox_easter(year)?
                .checked_add(Span::new().try_days(easter.days_after_orthodox_easter).ok()?)
                .ok()?,
        };
        within(day, self.valid_from, self.valid_to).then_some(day)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use vzaemo_clock::{WorkReason, Working};

    use super::*;

    /// The rules with martial law ended on a day, for years of peace to come.
    fn at_peace_after(last: &str) -> Holidays {
        let law = "law = \"Указ Президента 64/2022\"";
        Holidays::read(&UKRAINE.replace(law, &format!("{law}\nto = \"{last}\""))).unwrap()
    }

    fn days_off(calendar: &Calendar, year: i16) -> Vec<String> {
        date(year, 1, 1)
            .series(Span::new().days(1))
            .take_while(|day| day.year() == year)
            .filter(|day| !is_weekend(*day) && !calendar.is_working(*day).is_yes())
            .map(|day| day.strftime("%m-%d").to_string())
            .collect()
    }

    /// Weekdays off in the years before the holidays were suspended, as an independent program has them
    /// (`holidays` 0.109 on PyPI, which cites the acts).
    #[test]
    fn years_of_peace_agree_with_an_independent_source() {
        let calendar = Holidays::ukraine().unwrap().calendar(2017..=2022).unwrap();
        for (year, days) in [
            (2017, "01-02 01-09 03-08 04-17 05-01 05-02 05-08 05-09 06-05 06-28 08-24 08-25 10-16 12-25"),
            (
                2018,
                "01-01 01-08 03-08 03-09 04-09 04-30 05-01 05-09 05-28 06-28 06-29 08-24 10-15 12-24 12-25 12-31",
            ),
            (2019, "01-01 01-07 03-08 04-29 04-30 05-01 05-09 06-17 06-28 08-26 10-14 12-25 12-30 12-31"),
            (2020, "01-01 01-06 01-07 03-09 04-20 05-01 05-11 06-08 06-29 08-24 10-14 12-25"),
            (2021, "01-01 01-07 01-08 03-08 05-03 05-04 05-10 06-21 06-28 08-23 08-24 10-14 10-15 12-27"),
            (2022, "01-03 01-07 03-07 03-08"),
        ] {
            assert_eq!(days_off(&calendar, year).join(" "), days, "{year}");
        }
        for worked in [date(2018, 3, 3), date(2021, 8, 28)] {
            assert!(calendar.is_working(worked).is_yes());
        }
        // A move ordered before holidays were suspended: both of its days came before.
        assert!(calendar.is_working(date(2022, 3, 12)).is_yes());
    }

    #[test]
    fn under_martial_law_every_weekday_is_worked() {
        let holidays = Holidays::ukraine().unwrap();
        let calendar = holidays.calendar(2022..=2040).unwrap();
        for year in 2023..=2040 {
            assert!(days_off(&calendar, year).is_empty(), "{year}");
        }
        let law = "Закон 2136-IX, ст. 6".to_owned();
        let why = WorkReason::HolidaysNotObserved { law };
        assert_eq!(calendar.is_working(date(2026, 8, 24)), Working::Yes { why });
        assert_eq!(calendar.is_working(date(2026, 8, 25)), Working::Yes { why: WorkReason::Weekday });
        assert!(holidays.martial_law_on(date(2022, 2, 23)).is_none());
        assert!(holidays.martial_law_on(date(2022, 2, 24)).is_some());
    }

    #[test]
    fn peace_to_come_has_the_list_in_force() {
        let calendar = at_peace_after("2026-12-31").calendar(2026..=2028).unwrap();
        assert!(days_off(&calendar, 2026).is_empty());
        // In 2027: 8 May is a Saturday, Easter is 2 May, 1 May a Saturday, Pentecost 20 June.
        let days = "01-01 03-08 05-03 05-04 05-10 06-21 06-28 07-15 08-24 10-01 12-27";
        assert_eq!(days_off(&calendar, 2027).join(" "), days);
        let Working::No { why: RestReason::InsteadOf { holiday, name, .. } } =
            calendar.is_working(date(2027, 5, 4))
        else {
            panic!("4 May 2027 is a day off instead of Easter");
        };
        assert_eq!((holiday, name.uk.as_str()), (date(2027, 5, 2), "Великдень (Пасха)"));
        assert!(matches!(
            calendar.is_working(date(2027, 5, 2)),
            Working::No { why: RestReason::Holiday { .. } }
        ));
    }

    #[test]
    fn years_that_are_not_known_are_refused() {
        let holidays = Holidays::ukraine().unwrap();
        assert_eq!(holidays.known_from(), date(2017, 1, 1));
        assert!(matches!(holidays.calendar(2016..=2026), Err(RegisterError::OutsideKnownYears { .. })));
        assert!(matches!(holidays.calendar(2026..=9999), Err(RegisterError::OutsideKnownYears { .. })));
        assert!(!holidays.calendar(2026..=2026).unwrap().knows(date(2027, 1, 1)));
    }

    #[test]
    fn slips_are_refused_with_their_place() {
        let base = "schema = 1\nknown_from = \"2017-01-01\"\n";
        let rule = |id: &str, rest: &str| {
            format!("[[holiday]]\nid = \"{id}\"\nname = {{ uk = \"а\", en = \"a\" }}\nlaw = \"l\"\n{rest}\n")
        };
        let fixed = "day = { month = 1, day = 1 }";
        for (text, part) in [
            ("schema = 2\nknown_from = \"2017-01-01\"".to_owned(), "schema 2"),
            (format!("{base}holidays = []"), "read the register"),
            (format!("{base}{}{}", rule("x", fixed), rule("x", fixed)), "twice"),
            (base.to_owned() + &rule("x", "day = { month = 2, day = 30 }"), "no year has this day"),
            (base.to_owned() + &rule("x", "day = { month = 2 }"), "read the register"),
            (
                base.to_owned()
                    + &rule("x", &format!("{fixed}\nvalid_from = \"2020-01-01\"\nvalid_to = \"2019-01-01\"")),
                "before it begins",
            ),
            (
                format!("{base}[[moved]]\nrest = \"2026-09-05\"\nworked = \"2026-09-12\"\nlaw = \"l\""),
                "Monday to Friday",
            ),
            (
                format!(
                    "{base}[[martial_law]]\nfrom = \"2022-02-24\"\nlaw = \"l\"\nholidays_not_observed_from = \"2022-01-01\""
                ),
                "holidays_not_observed_from",
            ),
        ] {
            let error = Holidays::read(&text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    proptest! {
        /// The calendar of a year does not depend on the years asked for with it.
        #[test]
        fn a_year_is_the_same_in_every_range(year in 2019i16..2060, before in 0i16..2, after in 0i16..3) {
            let holidays = at_peace_after("2023-12-31");
            let (one, many) = (holidays.calendar(year..=year).unwrap(), holidays.calendar(year - before - 1..=year + after).unwrap());
            for day in date(year, 1, 1).series(Span::new().days(1)).take_while(|day| day.year() == year) {
                prop_assert_eq!(one.is_working(day), many.is_working(day));
            }
        }
    }
}
