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

/// By what requests are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The person; the address for who has not signed in.
    Own,
    /// The session.
    Session,
    /// The address, whoever asks from there.
    Address,
    /// The person, for one act: `notes/sign`.
    Act(String),
}

impl Scope {
    /// The word in the security store.
    pub fn name(&self) -> &str {
        match self {
            Scope::Own => "own",
            Scope::Session => "session",
            Scope::Address => "address",
            Scope::Act(act) => act,
        }
    }
}

/// A rate that lets nothing through.
#[derive(Debug, thiserror::Error)]
#[error("limit {} ({}): per-minute and burst must be at least 1", .0.name(), .1.name())]
pub struct RateError(pub Kind, pub Scope);

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What.
    pub kind: Kind,
    /// The person, if they have signed in.
    pub person: Option<&'a str>,
    /// The session, if there is one: a text that is no secret.
    pub session: Option<&'a str>,
    /// The address, as [`crate::address_key`] makes it.
    pub address: &'a str,
    /// The act, if it is one: `notes/sign`.
    pub act: Option<&'a str>,
}

/// Too much was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("serve it: too many requests by {}, the next is possible in {} s", .scope.name(), .retry_after.as_secs())]
pub struct TooMany {
    /// When the next one is possible; at least one second.
    pub retry_after: Duration,
    /// Which limit was hit.
    pub scope: Scope,
}

/// All rates of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(pub Vec<(Scope, Kind, Rate)>);

/// The limits of all kinds and scopes.
pub struct Limits {
    own: BTreeMap<Kind, DefaultKeyedRateLimiter<String>>,
    session: BTreeMap<Kind, DefaultKeyedRateLimiter<String>>,
    address: BTreeMap<Kind, DefaultKeyedRateLimiter<String>>,
    acts: BTreeMap<String, DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
}

impl Limits {
    /// Limits at these rates; what has none is not limited.
    pub fn new(rates: &Rates) -> Result<Self, RateError> {
        let mut limits = Limits {
            own: BTreeMap::new(),
            session: BTreeMap::new(),
            address: BTreeMap::new(),
            acts: BTreeMap::new(),
            clock: DefaultClock::default(),
        };
        for (scope, kind, rate) in &rates.0 {
            let wrong = || RateError(*kind, scope.clone());
            let per_minute = NonZeroU32::new(rate.per_minute).ok_or_else(wrong)?;
            let burst = NonZeroU32::new(rate.burst).ok_or_else(wrong)?;
            let limiter = RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst));
            match scope {
                Scope::Own => limits.own.insert(*kind, limiter),
                Scope::Session => limits.session.insert(*kind, limiter),
                Scope::Address => limits.address.insert(*kind, limiter),
                Scope::Act(act) => limits.acts.insert(act.clone(), limiter),
            };
        }
        Ok(limits)
    }

    /// Whether any act has a limit of its own.
    pub fn limits_acts(&self) -> bool {
        !self.acts.is_empty()
    }

    /// Counts one request by everything that limits it, or says when the next is possible. The narrowest limit is asked
    /// first, so that what it turns away is not counted by the others.
    pub fn check(&self, asking: &Asking<'_>) -> Result<(), TooMany> {
        let own = asking.person.unwrap_or(asking.address);
        if let Some(act) = asking.act
            && let Some(limiter) = self.acts.get(act)
        {
            self.ask(limiter, own, || Scope::Act(act.to_owned()))?;
        }
        if let (Some(limiter), Some(session)) = (self.session.get(&asking.kind), asking.session) {
            self.ask(limiter, session, || Scope::Session)?;
        }
        if let Some(limiter) = self.own.get(&asking.kind) {
            self.ask(limiter, own, || Scope::Own)?;
        }
        if let Some(limiter) = self.address.get(&asking.kind) {
            self.ask(limiter, asking.address, || Scope::Address)?;
        }
        Ok(())
    }

    fn ask(
        &self,
        limiter: &DefaultKeyedRateLimiter<String>,
        key: &str,
        scope: impl FnOnce() -> Scope,
    ) -> Result<(), TooMany> {
        limiter.check_key(&key.to_owned()).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            TooMany { retry_after: wait.max(Duration::from_secs(1)), scope: scope() }
        })
    }

    /// Forgets keys that have been quiet long enough to have their whole burst again. Called now and then.
    pub fn tidy(&self) {
        let all = [&self.own, &self.session, &self.address].into_iter().flat_map(BTreeMap::values);
        for limiter in all.chain(self.acts.values()) {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACT: Asking<'static> = Asking {
        kind: Kind::Act,
        person: Some("maria"),
        session: Some("s1"),
        address: "198.51.100.7",
        act: None,
    };

    fn limits(rates: &[(Scope, Kind, u32)]) -> Limits {
        let rate = |burst| Rate { per_minute: 1, burst };
        let all = rates.iter().map(|(scope, kind, burst)| (scope.clone(), *kind, rate(*burst))).collect();
        Limits::new(&Rates(all)).unwrap()
    }

    #[test]
    fn a_burst_passes_and_the_next_is_told_when_to_come_back() {
        let limits = limits(&[(Scope::Own, Kind::Act, 3)]);
        for _ in 0..3 {
            assert_eq!(limits.check(&ACT), Ok(()));
        }
        let refused = limits.check(&ACT).unwrap_err();
        assert!(refused.retry_after > Duration::from_secs(50) && refused.scope == Scope::Own, "{refused}");
        assert_eq!(
            limits.check(&Asking { person: Some("taras"), ..ACT }),
            Ok(()),
            "another person is not held up"
        );
        assert_eq!(
            limits.check(&Asking { kind: Kind::Page, ..ACT }),
            Ok(()),
            "a kind without a rate is not limited"
        );
        let visitor = Asking { person: None, ..ACT };
        for _ in 0..3 {
            assert_eq!(limits.check(&visitor), Ok(()), "visitors are counted by their address");
        }
        assert!(limits.check(&visitor).is_err());
        assert_eq!(limits.check(&Asking { address: "198.51.100.8", ..visitor }), Ok(()));
    }

    #[test]
    fn a_session_an_address_and_an_act_have_limits_of_their_own() {
        let by_session = limits(&[(Scope::Session, Kind::Act, 1)]);
        assert_eq!(by_session.check(&ACT), Ok(()));
        assert_eq!(by_session.check(&ACT).unwrap_err().scope, Scope::Session);
        assert_eq!(
            by_session.check(&Asking { session: Some("s2"), ..ACT }),
            Ok(()),
            "the same person elsewhere"
        );

        let by_address = limits(&[(Scope::Address, Kind::Act, 2)]);
        for person in ["maria", "taras"] {
            assert_eq!(by_address.check(&Asking { person: Some(person), ..ACT }), Ok(()));
        }
        assert_eq!(
            by_address.check(&Asking { person: Some("olena"), ..ACT }).unwrap_err().scope,
            Scope::Address
        );

        let sign = || Scope::Act("notes/sign".to_owned());
        let by_act = limits(&[(sign(), Kind::Act, 1), (Scope::Own, Kind::Act, 2)]);
        let signing = Asking { act: Some("notes/sign"), ..ACT };
        assert_eq!(by_act.check(&signing), Ok(()));
        assert_eq!(by_act.check(&signing).unwrap_err().scope, sign());
        assert_eq!(by_act.check(&ACT), Ok(()), "what the narrower limit turned away is not counted");
        assert_eq!(by_act.check(&ACT).unwrap_err().scope, Scope::Own);
    }

    #[test]
    fn a_rate_of_nothing_is_refused() {
        for (per_minute, burst) in [(0, 1), (1, 0)] {
            assert!(Limits::new(&Rates(vec![(Scope::Own, Kind::Page, Rate { per_minute, burst })])).is_err());
        }
    }
}
