//! The time zone in which citizens see time and in which days begin and end.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Instant;

/// The zone used when the configuration names none.
pub const DEFAULT_ZONE: &str = "Europe/Kyiv";

/// A time zone of the IANA database that is built into the program, so that every node of every
/// installation computes the same terms, whatever the machine below it has installed.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// Why a zone could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// The database has no zone of this name.
    #[error("find the time zone `{0}`: write an IANA name like Europe/Kyiv")]
    Unknown(String),
    /// A day at the very edge of the years 0 to 9999.
    #[error("find where the day {0} begins or ends: it reaches beyond the years 0 to 9999")]
    OutOfRange(Date),
}

impl Zone {
    /// The zone with this IANA name.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        TimeZoneDatabase::bundled().get(name).map(Self).map_err(|_| ZoneError::Unknown(name.to_owned()))
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The local date and time at an instant.
    pub fn local(&self, at: Instant) -> DateTime {
        self.0.to_datetime(at.timestamp())
    }

    /// The local day to which an instant belongs.
    pub fn date(&self, at: Instant) -> Date {
        self.local(at).date()
    }

    /// The first instant of a local day: midnight, or the first moment after it where the clocks skip it.
    pub fn start_of(&self, day: Date) -> Result<Instant, ZoneError> {
        let start = day.to_zoned(self.0.clone()).map_err(|_| ZoneError::OutOfRange(day))?;
        Instant::try_from(start.timestamp()).map_err(|_| ZoneError::OutOfRange(day))
    }

    /// The end of a local day, which is the first instant that no longer belongs to it.
    pub fn end_of(&self, day: Date) -> Result<Instant, ZoneError> {
        let next = day.tomorrow().map_err(|_| ZoneError::OutOfRange(day))?;
        self.start_of(next)
    }

    /// The instant of a local date and time. A time that occurs twice means the first of the two; one
    /// that the clocks skip means the time that a clock which had not been put forward would show.
    pub fn instant(&self, local: DateTime) -> Result<Instant, ZoneError> {
        let stamp = self.0.to_timestamp(local).map_err(|_| ZoneError::OutOfRange(local.date()))?;
        Instant::try_from(stamp).map_err(|_| ZoneError::OutOfRange(local.date()))
    }

    /// The same as jiff knows it.
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::named(&name).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::civil::date;

    use super::*;

    fn kyiv() -> Zone {
        Zone::named(DEFAULT_ZONE).unwrap()
    }

    #[test]
    fn days_begin_at_local_midnight() {
        let zone = kyiv();
        assert_eq!(zone.start_of(date(2026, 9, 3)).unwrap().to_string(), "2026-09-02T21:00:00.000Z");
        assert_eq!(zone.end_of(date(2026, 12, 3)).unwrap().to_string(), "2026-12-03T22:00:00.000Z");
        assert_eq!(zone.date("2026-09-02T21:00:00Z".parse().unwrap()), date(2026, 9, 3));
        assert_eq!(zone.date("2026-09-02T20:59:59.999Z".parse().unwrap()), date(2026, 9, 2));
    }

    #[test]
    fn the_days_of_the_change_have_23_and_25_hours() {
        let zone = kyiv();
        let length = |day| zone.end_of(day).unwrap().since(zone.start_of(day).unwrap());
        assert_eq!(length(date(2026, 3, 29)), SignedDuration::from_hours(23));
        assert_eq!(length(date(2026, 10, 25)), SignedDuration::from_hours(25));
        assert_eq!(length(date(2026, 10, 26)), SignedDuration::from_hours(24));
    }

    #[test]
    fn a_day_may_begin_after_midnight() {
        // In São Paulo the clocks used to skip the hour from midnight on: 2018-11-04 began at 01:00.
        let zone = Zone::named("America/Sao_Paulo").unwrap();
        assert_eq!(zone.start_of(date(2018, 11, 4)).unwrap().to_string(), "2018-11-04T03:00:00.000Z");
    }

    #[test]
    fn doubtful_local_times_are_resolved() {
        let zone = kyiv();
        let twice = zone.instant(date(2026, 10, 25).at(3, 30, 0, 0)).unwrap();
        assert_eq!(twice.to_string(), "2026-10-25T00:30:00.000Z");
        let skipped = zone.instant(date(2026, 3, 29).at(3, 30, 0, 0)).unwrap();
        assert_eq!(zone.local(skipped), date(2026, 3, 29).at(4, 30, 0, 0));
    }

    #[test]
    fn unknown_zones_and_impossible_days_are_refused() {
        assert!(Zone::named("Europe/Nowhere").is_err());
        assert!(kyiv().end_of(date(9999, 12, 31)).is_err());
        assert!(serde_json::from_str::<Zone>("\"x\"").is_err());
        assert_eq!(serde_json::from_str::<Zone>("\"Europe/Kyiv\"").unwrap(), kyiv());
    }
}
