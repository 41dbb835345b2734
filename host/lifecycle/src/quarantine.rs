//! Modules that fail again and again rest, each time longer, and are tried again. The others never notice.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use vzaemo_clock::{Instant, SecurityClock, SignedDuration};
use vzaemo_service::{Health, HealthEvent};

/// When a module rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// So many failures …
    pub failures: u32,
    /// … within this time.
    pub within: SignedDuration,
    /// The first rest; each further one is twice as long.
    pub rest: SignedDuration,
    /// The longest rest.
    pub longest: SignedDuration,
}

impl From<&crate::configuration::Quarantine> for Thresholds {
    fn from(section: &crate::configuration::Quarantine) -> Self {
        let seconds = |seconds: u32| SignedDuration::from_secs(i64::from(seconds));
        Thresholds {
            failures: section.failures,
            within: seconds(section.within_seconds),
            rest: seconds(section.rest_seconds),
            longest: seconds(section.longest_rest_seconds),
        }
    }
}

/// Counts failures and knows who rests.
pub struct Quarantine {
    clock: SecurityClock,
    thresholds: Thresholds,
    /// By module and digest: a version has its own count, and a late call of an old one cannot touch it.
    wards: Mutex<BTreeMap<(String, String), Ward>>,
    wake: Notify,
}

/// What is known of a module that has failed.
#[derive(Debug, Default)]
struct Ward {
    failures: VecDeque<Instant>,
    rests: u32,
    state: State,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// It serves; since when, if it has rested.
    #[default]
    Serving,
    /// It serves again since.
    Back(Instant),
    /// It has failed too often and is to rest.
    Tripped,
    /// It rests until.
    Resting(Instant),
}

impl Quarantine {
    /// Nobody rests.
    pub fn new(clock: SecurityClock, thresholds: Thresholds) -> Self {
        Quarantine { clock, thresholds, wards: Mutex::default(), wake: Notify::new() }
    }

    fn wards(&self) -> MutexGuard<'_, BTreeMap<(String, String), Ward>> {
        self.wards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when a module is to rest.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Modules, with the digests of their packages, that have failed too often since the last question. They rest
    /// from now on.
    pub(crate) fn take_tripped(&self) -> Vec<(String, String)> {
        let now = self.clock.now();
        let mut tripped = Vec::new();
        for (version, ward) in self.wards().iter_mut().filter(|(_, ward)| ward.state == State::Tripped) {
            let doubled = (0..ward.rests).fold(self.thresholds.rest, |rest, _| {
                rest.checked_mul(2).unwrap_or(self.thresholds.longest).min(self.thresholds.longest)
            });
            ward.rests = ward.rests.saturating_add(1);
            ward.failures.clear();
            ward.state = State::Resting(now.checked_add(doubled).unwrap_or(now));
            tripped.push(version.clone());
        }
        tripped
    }

    /// Versions whose rest is over. They are on trial from now on.
    pub(crate) fn take_rested(&self) -> Vec<(String, String)> {
        let now = self.clock.now();
        let mut rested = Vec::new();
        let mut wards = self.wards();
        for (version, ward) in wards.iter_mut() {
            if matches!(ward.state, State::Resting(until) if until <= now) {
                ward.state = State::Back(now);
                rested.push(version.clone());
            }
        }
        let within = self.thresholds.within;
        wards.retain(|_, ward| {
            ward.state != State::Serving
                || ward.failures.back().is_some_and(|last| now.since(*last) <= within)
        });
        rested
    }

    /// Whether this version of a module rests.
    pub fn rests(&self, module: &str, digest: &str) -> bool {
        self.wards().get(&key(module, digest)).is_some_and(|ward| matches!(ward.state, State::Resting(_)))
    }
}

impl Health for Quarantine {
    fn ended(&self, module: &str, digest: &str, event: HealthEvent) {
        let mut wards = self.wards();
        if event == HealthEvent::Answered && wards.is_empty() {
            return;
        }
        let version = key(module, digest);
        if event == HealthEvent::Answered {
            // A module that has served well for a while after a rest begins anew.
            if let Some(ward) = wards.get(&version)
                && let State::Back(since) = ward.state
                && self.clock.now().since(since) > self.thresholds.within
            {
                wards.remove(&version);
            }
            return;
        }
        let now = self.clock.now();
        let ward = wards.entry(version).or_default();
        if matches!(ward.state, State::Tripped | State::Resting(_)) {
            return;
        }
        ward.failures.push_back(now);
        while ward.failures.front().is_some_and(|first| now.since(*first) > self.thresholds.within) {
            ward.failures.pop_front();
        }
        if ward.failures.len() >= usize::try_from(self.thresholds.failures).unwrap_or(usize::MAX) {
            ward.state = State::Tripped;
            self.wake.notify_one();
        }
    }
}

fn key(module: &str, digest: &str) -> (String, String) {
    (module.to_owned(), digest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> SignedDuration {
        SignedDuration::from_secs(seconds)
    }

    fn quarantine() -> (Quarantine, impl Fn(i64)) {
        let (clock, advance) = SecurityClock::still("2026-09-03T10:00:00Z".parse().unwrap());
        let thresholds =
            Thresholds { failures: 3, within: seconds(60), rest: seconds(30), longest: seconds(100) };
        (Quarantine::new(clock, thresholds), move |by| {
            advance(seconds(by)).unwrap();
        })
    }

    fn fail(quarantine: &Quarantine, times: u32) {
        (0..times).for_each(|_| quarantine.ended("notes", "a", HealthEvent::Failed));
    }

    #[test]
    fn failures_within_the_time_lead_to_a_rest() {
        let (quarantine, _) = quarantine();
        fail(&quarantine, 2);
        quarantine.ended("votes", "b", HealthEvent::Failed);
        assert!(quarantine.take_tripped().is_empty());
        fail(&quarantine, 1);
        assert_eq!(quarantine.take_tripped(), [key("notes", "a")]);
        assert!(quarantine.rests("notes", "a"));
        assert!(!quarantine.rests("votes", "b"));
        assert!(quarantine.take_tripped().is_empty(), "once");
    }

    #[test]
    fn failures_far_apart_are_forgotten() {
        let (quarantine, advance) = quarantine();
        for _ in 0..10 {
            fail(&quarantine, 1);
            advance(31);
        }
        assert!(quarantine.take_tripped().is_empty());
    }

    #[test]
    fn each_rest_is_twice_as_long_up_to_the_longest() {
        let (quarantine, advance) = quarantine();
        for rest in [30, 60, 100, 100] {
            fail(&quarantine, 3);
            assert_eq!(quarantine.take_tripped().len(), 1);
            advance(rest - 1);
            assert!(quarantine.take_rested().is_empty(), "{rest}");
            advance(1);
            assert_eq!(quarantine.take_rested(), [key("notes", "a")], "{rest}");
        }
    }

    #[test]
    fn whoever_has_served_well_begins_anew() {
        let (quarantine, advance) = quarantine();
        fail(&quarantine, 3);
        quarantine.take_tripped();
        advance(30);
        quarantine.take_rested();
        advance(61);
        quarantine.ended("notes", "a", HealthEvent::Answered);
        fail(&quarantine, 3);
        quarantine.take_tripped();
        advance(30);
        assert_eq!(quarantine.take_rested(), [key("notes", "a")], "the first rest again");
    }

    #[test]
    fn another_version_has_its_own_count() {
        let (quarantine, _) = quarantine();
        fail(&quarantine, 2);
        quarantine.ended("notes", "b", HealthEvent::Failed);
        assert!(quarantine.take_tripped().is_empty());
        fail(&quarantine, 1);
        assert_eq!(quarantine.take_tripped(), [key("notes", "a")]);
        assert!(!quarantine.rests("notes", "b"));
    }
}
