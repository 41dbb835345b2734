//! Which days are working days, and why.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// A name of reference data in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// In Ukrainian.
    pub uk: String,
    /// In English.
    pub en: String,
}

/// Days from one to another, both included; without an end it still goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The first day.
    pub from: Date,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// The law that says so.
    pub law: String,
}

impl Interval {
    /// Whether the day lies in the interval.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Why a day is not a working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum RestReason {
    /// Saturday or Sunday.
    Weekend,
    /// A holiday.
    Holiday {
        /// Its name.
        name: Name,
        /// The law that makes it one.
        law: String,
    },
    /// A day off in place of a holiday that fell on a weekend.
    InsteadOf {
        /// The holiday's name.
        name: Name,
        /// The day on which the holiday fell.
        holiday: Date,
        /// The law that moves the day off.
        law: String,
    },
    /// A working day made a day off, for which another day is worked.
    MovedHere {
        /// The act that moved it.
        law: String,
    },
}

/// Why a day is a working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum WorkReason {
    /// Monday to Friday.
    Weekday,
    /// A weekday in an interval in which holidays are not observed. Only told of a day that would be one.
    HolidaysNotObserved {
        /// The law that says so.
        law: String,
    },
    /// A weekend day that is worked in place of another.
    MovedHere {
        /// The act that moved it.
        law: String,
    },
}

/// Whether a day is a working day, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "working", rename_all = "kebab-case")]
pub enum Working {
    /// A working day.
    Yes {
        /// Why.
        why: WorkReason,
    },
    /// No working day.
    No {
        /// Why not.
        why: RestReason,
    },
}

impl Working {
    /// The bare answer.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes { .. })
    }
}

/// A day off besides Saturdays and Sundays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestDay {
    /// The day.
    pub date: Date,
    /// Why it is off.
    pub why: RestReason,
}

/// The working days of a range of dates. It is handed its data: the `registers` room derives them from
/// the holder's rules.
///
/// The first of these that applies decides:
/// 1. in an interval in which holidays are not observed, Monday to Friday are worked and nothing else;
/// 2. a weekend day made a working day is worked;
/// 3. a day off is off;
/// 4. Monday to Friday are worked, Saturday and Sunday are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// First and last day for which the data are known; none means that weekdays are all there is to know.
    range: Option<(Date, Date)>,
    rest: BTreeMap<Date, RestReason>,
    worked: BTreeMap<Date, String>,
    not_observed: Vec<Interval>,
}

impl Calendar {
    /// A calendar of weekdays only, for any date.
    pub fn weekdays() -> Self {
        Self::default()
    }

    /// A calendar known from `first` to `last`, both included, in which as yet only weekends are off.
    pub fn known(first: Date, last: Date) -> Self {
        Self { range: Some((first, last)), ..Self::default() }
    }

    /// Adds days off. Of two reasons for one day the first that was given is told.
    #[must_use]
    pub fn with_rest(mut self, days: impl IntoIterator<Item = RestDay>) -> Self {
        for day in days {
            self.rest.entry(day.date).or_insert(day.why);
        }
        self
    }

    /// Adds weekend days that are worked, each with the act that says so.
    #[must_use]
    pub fn with_worked(mut self, days: impl IntoIterator<Item = (Date, String)>) -> Self {
        self.worked.extend(days);
        self
    }

    /// Adds intervals in which holidays are not observed and every Monday to Friday is worked.
    #[must_use]
    pub fn with_holidays_not_observed(mut self, intervals: impl IntoIterator<Item = Interval>) -> Self {
        self.not_observed.extend(intervals);
        self
    }

    /// Whether the calendar has data for a day.
    pub fn knows(&self, day: Date) -> bool {
        self.range.is_none_or(|(first, last)| first <= day && day <= last)
    }

    /// Whether a day is a working day, and why. Outside the known range the answer rests on weekdays only.
    pub fn is_working(&self, day: Date) -> Working {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let rest = self.rest.get(&day);
        if let Some(interval) = self.not_observed.iter().find(|interval| interval.contains(day)) {
            return match (weekend, rest) {
                (true, _) => Working::No { why: RestReason::Weekend },
                (false, None) => Working::Yes { why: WorkReason::Weekday },
                (false, Some(_)) => {
                    Working::Yes { why: WorkReason::HolidaysNotObserved { law: interval.law.clone() } }
                }
            };
        }
        match (self.worked.get(&day), rest) {
            (Some(law), _) => Working::Yes { why: WorkReason::MovedHere { law: law.clone() } },
            (None, Some(why)) => Working::No { why: why.clone() },
            (None, None) if weekend => Working::No { why: RestReason::Weekend },
            (None, None) => Working::Yes { why: WorkReason::Weekday },
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn holiday(day: Date) -> RestDay {
        let name = Name { uk: "свято".into(), en: "holiday".into() };
        RestDay { date: day, why: RestReason::Holiday { name, law: "КЗпП, ст. 73".into() } }
    }

    #[test]
    fn weekdays_only() {
        let calendar = Calendar::weekdays();
        assert!(calendar.is_working(date(2026, 9, 4)).is_yes());
        assert_eq!(calendar.is_working(date(2026, 9, 5)), Working::No { why: RestReason::Weekend });
        assert!(calendar.knows(date(1999, 1, 1)));
    }

    #[test]
    fn a_holiday_is_off_until_holidays_are_not_observed() {
        let interval =
            Interval { from: date(2022, 3, 15), to: Some(date(2026, 12, 31)), law: "2136-IX".into() };
        let calendar = Calendar::known(date(2021, 1, 1), date(2027, 12, 31))
            .with_rest([holiday(date(2021, 8, 24)), holiday(date(2026, 8, 24)), holiday(date(2027, 8, 24))])
            .with_worked([(date(2021, 8, 28), "act 1".into()), (date(2026, 8, 29), "act 2".into())])
            .with_holidays_not_observed([interval]);
        assert!(!calendar.is_working(date(2021, 8, 24)).is_yes());
        let why = WorkReason::HolidaysNotObserved { law: "2136-IX".into() };
        assert_eq!(calendar.is_working(date(2026, 8, 24)), Working::Yes { why });
        assert!(!calendar.is_working(date(2027, 8, 24)).is_yes());
        let why = WorkReason::MovedHere { law: "act 1".into() };
        assert_eq!(calendar.is_working(date(2021, 8, 28)), Working::Yes { why });
        assert_eq!(calendar.is_working(date(2026, 8, 29)), Working::No { why: RestReason::Weekend });
        assert!(!calendar.knows(date(2028, 1, 1)));
    }
}
