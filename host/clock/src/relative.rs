//! Answers that depend on the time of asking, each with the moment at which it changes.
//!
//! These are the only ways in which time reaches a page, so that a page made from them can be kept
//! exactly until the first of them changes.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Instant, Zone, ZoneError};

/// An answer and the first instant at which it is no longer true; none if it stays true for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed<T> {
    /// The answer.
    pub value: T,
    /// When it changes.
    pub changes_at: Option<Instant>,
}

/// How much time is left, in the largest unit of which a whole one is left, rounded down: what is
/// shown is never more than what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "value", rename_all = "kebab-case")]
pub enum Remaining {
    /// So many times 24 hours, one or more.
    Days(i64),
    /// So many hours, 1 to 23.
    Hours(i64),
    /// So many minutes, 0 to 59; none means less than a minute.
    Minutes(i64),
    /// The time is over.
    Over,
}

/// The local day, which changes at its end.
pub fn today(now: Instant, zone: &Zone) -> Result<Timed<Date>, ZoneError> {
    let value = zone.date(now);
    Ok(Timed { value, changes_at: Some(zone.end_of(value)?) })
}

/// How many days lie between today and a day: 0 on that day, negative after it. It changes at each midnight.
pub fn days_left(day: Date, now: Instant, zone: &Zone) -> Result<Timed<i32>, ZoneError> {
    let today = today(now, zone)?;
    let hours = day.duration_since(today.value).as_hours();
    Ok(Timed { value: i32::try_from(hours / 24).unwrap_or(i32::MAX), changes_at: today.changes_at })
}

/// Whether `until` has come. At that very instant it has: terms end with the first instant after them.
pub fn is_past(until: Instant, now: Instant) -> Timed<bool> {
    let value = now >= until;
    Timed { value, changes_at: (!value).then_some(until) }
}

/// How much time is left until `until`.
pub fn remaining(until: Instant, now: Instant) -> Timed<Remaining> {
    const MINUTE: i64 = 60 * 1000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let left = until.as_millis() - now.as_millis();
    let (value, holds_down_to) = match left {
        ..=0 => return Timed { value: Remaining::Over, changes_at: None },
        1..MINUTE => (Remaining::Minutes(0), 1),
        MINUTE..HOUR => (Remaining::Minutes(left / MINUTE), left - left % MINUTE),
        HOUR..DAY => (Remaining::Hours(left / HOUR), left - left % HOUR),
        DAY.. => (Remaining::Days(left / DAY), left - left % DAY),
    };
    // The value still holds when exactly so much is left; a millisecond later it does not.
    let change = SignedDuration::from_millis(1 - holds_down_to);
    Timed { value, changes_at: until.checked_add(change).ok() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn ms(millis: i64) -> Instant {
        Instant::from_millis(millis).unwrap()
    }

    #[test]
    fn today_changes_at_local_midnight() {
        let zone = Zone::named("Europe/Kyiv").unwrap();
        let answer = today("2026-10-25T12:00:00Z".parse().unwrap(), &zone).unwrap();
        assert_eq!(answer.value, date(2026, 10, 25));
        assert_eq!(answer.changes_at.unwrap().to_string(), "2026-10-25T22:00:00.000Z");
    }

    #[test]
    fn days_left_are_days_of_the_calendar() {
        let zone = Zone::named("Europe/Kyiv").unwrap();
        // Two local days later, with the change of the clocks between.
        let evening = "2026-10-24T20:59:00Z".parse().unwrap();
        let answer = days_left(date(2026, 10, 26), evening, &zone).unwrap();
        assert_eq!(
            (answer.value, answer.changes_at.unwrap().to_string()),
            (2, "2026-10-24T21:00:00.000Z".into())
        );
        assert_eq!(days_left(date(2026, 10, 24), evening, &zone).unwrap().value, 0);
        assert_eq!(days_left(date(2026, 10, 14), evening, &zone).unwrap().value, -10);
    }

    #[test]
    fn past_begins_at_the_instant_itself() {
        assert_eq!(is_past(ms(10), ms(9)), Timed { value: false, changes_at: Some(ms(10)) });
        assert_eq!(is_past(ms(10), ms(10)), Timed { value: true, changes_at: None });
    }

    #[test]
    fn remaining_in_the_largest_unit() {
        let left = |millis| remaining(ms(millis), ms(0)).value;
        assert_eq!(left(0), Remaining::Over);
        assert_eq!(left(59_999), Remaining::Minutes(0));
        assert_eq!(left(60_000), Remaining::Minutes(1));
        assert_eq!(left(3_600_000), Remaining::Hours(1));
        assert_eq!(left(86_399_999), Remaining::Hours(23));
        assert_eq!(left(3 * 86_400_000), Remaining::Days(3));
    }

    proptest! {
        /// The answer holds up to the moment it names, and at that moment it does not.
        #[test]
        fn answers_hold_exactly_as_long_as_they_say(until in 0i64..400_000_000, now in 0i64..400_000_000) {
            let answer = remaining(ms(until), ms(now));
            if let Some(change) = answer.changes_at {
                prop_assert!(change > ms(now));
                prop_assert_eq!(remaining(ms(until), ms(change.as_millis() - 1)).value, answer.value);
                prop_assert_ne!(remaining(ms(until), change).value, answer.value);
            } else {
                prop_assert_eq!(answer.value, Remaining::Over);
            }
        }
    }
}
