//! Points in time.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, to the millisecond, in the years 0 to 9999 of the common era.
///
/// Its text form is always `2026-09-03T07:00:00.000Z`: in UTC and of one width, so that the order of
/// texts is the order of time. Reading takes any RFC 3339 text with an offset and drops what is finer
/// than a millisecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

/// What cannot be an [`Instant`].
#[derive(Debug, thiserror::Error)]
pub enum InstantError {
    /// Earlier than the year 0 or later than the year 9999.
    #[error("represent an instant outside the years 0 to 9999")]
    OutOfRange,
    /// Not a text of RFC 3339 with an offset.
    #[error("read `{0}` as an instant: write it like 2026-09-03T07:00:00Z")]
    Unreadable(String),
}

/// 0000-01-01T00:00:00Z, from which on the text form has four digits for the year.
const FIRST_MILLI: i64 = -62_167_219_200_000;

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_millis(millis: i64) -> Result<Self, InstantError> {
        if millis < FIRST_MILLI {
            return Err(InstantError::OutOfRange);
        }
        Timestamp::from_millisecond(millis).map(Self).map_err(|_| InstantError::OutOfRange)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down; the form tokens use.
    pub fn as_seconds(self) -> i64 {
        self.as_millis().div_euclid(1000)
    }

    /// What the machine's clock says. Rooms ask [`crate::LegalClock`] or [`crate::SecurityClock`].
    pub(crate) fn from_system() -> Self {
        Self::try_from(Timestamp::now()).unwrap_or(Self::EPOCH)
    }

    /// This instant moved by a length of time, which may be negative.
    pub fn checked_add(self, by: SignedDuration) -> Result<Self, InstantError> {
        self.0.checked_add(by).map_err(|_| InstantError::OutOfRange).and_then(Self::try_from)
    }

    /// How long after `earlier` this instant is; negative if it is before.
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }

    /// The same as jiff knows it.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl TryFrom<Timestamp> for Instant {
    type Error = InstantError;

    /// Drops what is finer than a millisecond, towards the past.
    fn try_from(stamp: Timestamp) -> Result<Self, InstantError> {
        let nanos = stamp.as_nanosecond().div_euclid(1_000_000);
        i64::try_from(nanos).map_err(|_| InstantError::OutOfRange).and_then(Self::from_millis)
    }
}

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        instant.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        let stamp: Timestamp = text.parse().map_err(|_| InstantError::Unreadable(text.to_owned()))?;
        Self::try_from(stamp)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_has_one_width() {
        let whole: Instant = "2026-09-03T10:00:00+03:00".parse().unwrap();
        assert_eq!(whole.to_string(), "2026-09-03T07:00:00.000Z");
        let fine: Instant = "2026-09-03T07:00:00.1239999Z".parse().unwrap();
        assert_eq!(fine.to_string(), "2026-09-03T07:00:00.123Z");
        assert_eq!(Instant::from_millis(FIRST_MILLI).unwrap().to_string(), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["", "2026-09-03", "2026-09-03T10:00:00", "tomorrow", "2026-13-03T10:00:00Z"] {
            assert!(text.parse::<Instant>().is_err(), "{text}");
        }
        assert!(Instant::from_millis(FIRST_MILLI - 1).is_err());
        assert!(Instant::from_millis(i64::MAX).is_err());
        assert!(Instant::EPOCH.checked_add(SignedDuration::MAX).is_err());
    }

    #[test]
    fn json_is_the_text() {
        let instant = Instant::from_millis(1_700_000_000_007).unwrap();
        let json = serde_json::to_string(&instant).unwrap();
        assert_eq!(json, "\"2023-11-14T22:13:20.007Z\"");
        assert_eq!(serde_json::from_str::<Instant>(&json).unwrap(), instant);
        assert!(serde_json::from_str::<Instant>("7").is_err());
    }

    proptest! {
        #[test]
        fn texts_sort_like_instants(a in FIRST_MILLI..253_402_200_000_000, b in FIRST_MILLI..253_402_200_000_000) {
            let (a, b) = (Instant::from_millis(a).unwrap(), Instant::from_millis(b).unwrap());
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            prop_assert_eq!(a.to_string().parse::<Instant>().unwrap(), a);
        }
    }
}
