//! Moments and days of a test.

use crate::world::World;
use vzaemo_clock::{Date, Event, Instant, Term, Zone};
use vzaemo_contract::call::{Denied, Unit};

pub(crate) fn kyiv() -> Zone {
    Zone::named(vzaemo_clock::DEFAULT_ZONE).unwrap_or_else(|error| panic!("{error}"))
}

/// A local time such as `2026-09-03T10:00`, or a day, which begins at midnight.
pub(crate) fn local(zone: &Zone, text: &str) -> Instant {
    let wrong = || -> ! { panic!("`{text}` is no local time such as 2026-09-03T10:00") };
    if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
        return zone.instant(at).unwrap_or_else(|_| wrong());
    }
    match text.parse::<Date>().map(|day| zone.start_of(day)) {
        Ok(Ok(at)) => at,
        _ => wrong(),
    }
}

impl World {
    /// What a module gives as a time: a moment, or a day.
    pub(crate) fn event(when: &str) -> Result<Event, Denied> {
        if let Ok(at) = when.parse::<Instant>() {
            return Ok(Event::At(at));
        }
        when.parse::<Date>().map(Event::On).map_err(|_| {
            Denied::Misuse(format!("`{when}` is neither a moment (RFC 3339) nor a day (YYYY-MM-DD)"))
        })
    }

    /// When that time has come: a day, when it has ended.
    pub(crate) fn moment(&self, when: &str) -> Result<Instant, Denied> {
        match Self::event(when)? {
            Event::At(at) => Ok(at),
            Event::On(day) => self.zone.end_of(day).map_err(|error| Denied::Misuse(error.to_string())),
        }
    }

    pub(crate) fn days_left(&self, when: &str, now: Instant) -> Result<i64, Denied> {
        let day = match Self::event(when)? {
            Event::On(day) => day,
            // A term's end is the first instant after its last day.
            Event::At(at) => {
                let last = Instant::from_millis(at.as_millis() - 1)
                    .map_err(|error| Denied::Misuse(error.to_string()))?;
                self.zone.date(last)
            }
        };
        let hours = day.duration_since(self.zone.date(now)).as_hours();
        Ok(hours / 24)
    }

    pub(crate) fn due(&self, start: &str, value: u32, unit: Unit) -> Result<Instant, Denied> {
        let unit = match unit {
            Unit::Hours => vzaemo_clock::Unit::Hours,
            Unit::WorkingDays => vzaemo_clock::Unit::WorkingDays,
            Unit::CalendarDays => vzaemo_clock::Unit::CalendarDays,
            Unit::Months => vzaemo_clock::Unit::Months,
        };
        let term = Term { value, unit, law: String::new() };
        let due = term.due(Self::event(start)?, &self.calendar, &self.zone);
        due.map(|due| due.last_moment()).map_err(|error| Denied::Misuse(format!("failed to {error}")))
    }
}
