//! Days, moments and what remains until them, in words.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::{NO_BREAK, Speaker};

/// Keys of the months' names in the form that stands after a day.
const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9",
    "month-10", "month-11", "month-12",
];

/// Appends a day: "3 вересня 2026", "3 September 2026", held together by no-break spaces.
pub fn push_day(day: Date, speaker: &Speaker<'_>, out: &mut String) {
    out.push_str(&day.day().to_string());
    out.push(NO_BREAK);
    let month = usize::try_from(day.month() - 1).ok().and_then(|at| MONTHS.get(at));
    if let Some(key) = month {
        out.push_str(&speaker.say(key));
    }
    out.push(NO_BREAK);
    out.push_str(&day.year().to_string());
}

/// Appends a moment in local time: "сьогодні, 14:02" or "3 вересня 2026, 14:02".
///
/// Returns when this wording stops being true: at the next local midnight for "today".
pub fn push_moment(
    moment: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
    speaker: &Speaker<'_>,
    out: &mut String,
) -> Option<Timestamp> {
    let local = moment.to_zoned(zone.clone());
    let today = now.to_zoned(zone.clone()).date();
    let mut until = None;
    if local.date() == today {
        out.push_str(&speaker.say("date-today"));
        until = midnight_after(today, zone);
    } else {
        push_day(local.date(), speaker, out);
        if local.date() > today {
            until = midnight_before(local.date(), zone);
        }
    }
    out.push(',');
    out.push(NO_BREAK);
    let _ = std::fmt::Write::write_fmt(out, format_args!("{:02}:{:02}", local.hour(), local.minute()));
    until
}

/// What remains until a day or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// Whole days: at least one.
    Days(i32),
    /// It is the last day.
    LastDay,
    /// Whole hours of the last day: at least one.
    Hours(i32),
    /// Less than an hour.
    Minutes,
    /// It is past.
    Past,
}

/// How long remains until `target`, a day (`YYYY-MM-DD`, which runs to its local midnight) or a moment
/// (RFC 3339), and when that answer changes. `None` if the text is neither.
pub fn remaining(target: &str, now: Timestamp, zone: &TimeZone) -> Option<(Remaining, Option<Timestamp>)> {
    let today = now.to_zoned(zone.clone()).date();
    if let (10, Ok(day)) = (target.len(), target.parse::<Date>()) {
        let days = days_between(today, day);
        return Some(match days {
            ..0 => (Remaining::Past, None),
            0 => (Remaining::LastDay, midnight_after(today, zone)),
            _ => (Remaining::Days(days), midnight_after(today, zone)),
        });
    }
    let moment: Timestamp = target.parse().ok()?;
    let seconds = moment.as_second() - now.as_second();
    if seconds <= 0 {
        return Some((Remaining::Past, None));
    }
    let days = days_between(today, moment.to_zoned(zone.clone()).date());
    if days > 0 {
        return Some((Remaining::Days(days), midnight_after(today, zone)));
    }
    let hours = seconds / 3600;
    // The whole hours shown drop by one as soon as less than them remains.
    let until = Timestamp::from_second(moment.as_second() - hours * 3600 + i64::from(hours > 0)).ok();
    let shown = if hours > 0 { Remaining::Hours(i32::try_from(hours).ok()?) } else { Remaining::Minutes };
    Some((shown, until))
}

/// Appends what remains in words, small: "ще 12 днів".
pub fn push_remaining(remaining: Remaining, speaker: &Speaker<'_>, out: &mut String) {
    let said = match remaining {
        Remaining::Days(days) => speaker.say_with("remaining-days", &[("days", days.into())]),
        Remaining::LastDay => speaker.say("remaining-last-day"),
        Remaining::Hours(hours) => speaker.say_with("remaining-hours", &[("hours", hours.into())]),
        Remaining::Minutes => speaker.say("remaining-minutes"),
        Remaining::Past => speaker.say("remaining-past"),
    };
    out.push_str(&said);
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or_default()
}

fn midnight_before(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok().map(|start| start.timestamp())
}

fn midnight_after(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    midnight_before(day.checked_add(Span::new().days(1)).ok()?, zone)
}
