//! Rates: sustained and burst.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A page.
    Page,
    /// A change.
    Act,
    /// The start of a sign-in.
    SignIn,
}

impl Kind {
    /// The word in configuration and in the security store.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Page => "page",
            Kind::Act => "act",
            Kind::SignIn => "sign-in",
        }
    }
}

/// How much one key may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rate {
    /// Sustained, per minute; at least 1.
    pub per_minute: u32,
    /// At once, after a rest; at least 1.
    pub burst: u32,
}

/// A rate that lets nothing through.
#[derive(Debug, thiserror::Error)]
#[error("limit {}: per-minute and burst must be at least 1", .0.name())]
pub struct RateError(pub Kind);

/// Too much was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("serve it: too many requests, the next is possible in {} s", .retry_after.as_secs())]
pub struct TooMany {
    /// When the next one is possible; at least one second.
    pub retry_after: Duration,
}

/// The limits of all kinds.
pub struct Limits {
    by_kind: BTreeMap<Kind, DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
}

impl Limits {
    /// Limits at these rates; a kind without one is not limited.
    pub fn new(rates: impl IntoIterator<Item = (Kind, Rate)>) -> Result<Self, RateError> {
        let mut by_kind = BTreeMap::new();
        for (kind, rate) in rates {
            let per_minute = NonZeroU32::new(rate.per_minute).ok_or(RateError(kind))?;
            let burst = NonZeroU32::new(rate.burst).ok_or(RateError(kind))?;
            by_kind.insert(kind, RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst)));
        }
        Ok(Limits { by_kind, clock: DefaultClock::default() })
    }

    /// Counts one request of this key, or says when the next is possible.
    pub fn check(&self, kind: Kind, key: &str) -> Result<(), TooMany> {
        let Some(limiter) = self.by_kind.get(&kind) else { return Ok(()) };
        limiter.check_key(&key.to_owned()).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            TooMany { retry_after: wait.max(Duration::from_secs(1)) }
        })
    }

    /// Forgets keys that have been quiet long enough to have their whole burst again. Called now and then.
    pub fn tidy(&self) {
        for limiter in self.by_kind.values() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_next_is_told_when_to_come_back() {
        let limits = Limits::new([(Kind::Act, Rate { per_minute: 1, burst: 3 })]).unwrap();
        for _ in 0..3 {
            assert_eq!(limits.check(Kind::Act, "a"), Ok(()));
        }
        let refused = limits.check(Kind::Act, "a").unwrap_err();
        assert!(refused.retry_after > Duration::from_secs(50), "{refused}");
        assert_eq!(limits.check(Kind::Act, "b"), Ok(()), "another key is not held up");
        assert_eq!(limits.check(Kind::Page, "a"), Ok(()), "a kind without a rate is not limited");
    }

    #[test]
    fn a_rate_of_nothing_is_refused() {
        assert!(Limits::new([(Kind::Page, Rate { per_minute: 0, burst: 1 })]).is_err());
        assert!(Limits::new([(Kind::Page, Rate { per_minute: 1, burst: 0 })]).is_err());
    }
}
