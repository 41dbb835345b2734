//! Anomalies: many persons from one address or one device, and acts at intervals like those of a machine.
//!
//! They are looked for in memory, at each node by itself, over what the node saw within the window; what they found is an
//! event, and the first one of a subject in a window an alert.

use crate::event::EventKind;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use vzaemo_clock::{Instant, SignedDuration};

/// What is thought unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnomalyRule {
    /// How far back is looked.
    pub window: SignedDuration,
    /// So many different persons who sign in from one address. Offices, libraries and mobile operators share addresses.
    pub persons_per_address: usize,
    /// So many different persons who sign in from one browser.
    pub persons_per_device: usize,
    /// So many acts of a person one after another at nearly equal intervals, at least 3.
    pub regular_acts: usize,
}

impl Default for AnomalyRule {
    fn default() -> Self {
        AnomalyRule {
            window: SignedDuration::from_hours(1),
            persons_per_address: 50,
            persons_per_device: 5,
            regular_acts: 12,
        }
    }
}

/// So many subjects are remembered of each kind; past that the quietest are forgotten.
const MOST: usize = 20_000;
/// Intervals are like those of a machine if their standard deviation is at most this share of their mean. People who
/// press a button again and again come to a third and more.
const REGULAR: f64 = 0.05;
/// Intervals whose mean is longer than this are nobody's hurry.
const SLOW_MS: f64 = 120_000.0;

/// The persons who signed in from one place, each with the last time, and when that was last told.
#[derive(Default)]
struct Place {
    persons: HashMap<String, Instant>,
    told: Option<Instant>,
}

/// A person's last acts.
#[derive(Default)]
struct Rhythm {
    acts: VecDeque<Instant>,
    told: Option<Instant>,
}

/// What was seen lately.
#[derive(Default)]
pub(crate) struct Anomalies {
    addresses: Mutex<HashMap<String, Place>>,
    devices: Mutex<HashMap<String, Place>>,
    rhythms: Mutex<HashMap<String, Rhythm>>,
}

/// Something unusual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anomaly {
    pub(crate) kind: EventKind,
    pub(crate) subject: String,
    pub(crate) detail: String,
}

impl Anomalies {
    /// A person signed in from an address, with a device.
    pub(crate) fn signed_in(
        &self,
        rule: &AnomalyRule,
        person: &str,
        address: &str,
        device: &str,
        now: Instant,
    ) -> Vec<Anomaly> {
        let from = |places: &Mutex<HashMap<String, Place>>, place: &str, most: usize, kind, word: &str| {
            let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
            make_room(&mut places, &place.to_owned(), |known| {
                known.persons.values().any(|last| now.since(*last) < rule.window)
            });
            let known = places.entry(place.to_owned()).or_default();
            known.persons.retain(|_, last| now.since(*last) < rule.window);
            known.persons.insert(person.to_owned(), now);
            let number = known.persons.len();
            if number < most || known.told.is_some_and(|told| now.since(told) < rule.window) {
                return None;
            }
            known.told = Some(now);
            Some(Anomaly { kind, subject: format!("{word}:{place}"), detail: format!("{number} persons") })
        };
        [
            from(&self.addresses, address, rule.persons_per_address, EventKind::ManyFromAddress, "address"),
            from(&self.devices, device, rule.persons_per_device, EventKind::ManyFromDevice, "device"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// A person sent an act.
    pub(crate) fn acted(&self, rule: &AnomalyRule, person: &str, now: Instant) -> Option<Anomaly> {
        let acts = rule.regular_acts.max(3);
        let mut rhythms = self.rhythms.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut rhythms, &person.to_owned(), |known| {
            known.acts.back().is_some_and(|last| now.since(*last) < rule.window)
        });
        let known = rhythms.entry(person.to_owned()).or_default();
        known.acts.push_back(now);
        while known.acts.len() > acts {
            known.acts.pop_front();
        }
        if known.acts.len() < acts || known.told.is_some_and(|told| now.since(told) < rule.window) {
            return None;
        }
        let mean = regular(known.acts.make_contiguous())?;
        known.told = Some(now);
        let detail = format!("{acts} acts, one every {:.1} s", mean / 1000.0);
        Some(Anomaly { kind: EventKind::Regular, subject: format!("person:{person}"), detail })
    }
}

/// The mean interval in milliseconds, if the intervals are nearly equal.
#[allow(clippy::cast_precision_loss)] // intervals within a window are far below 2^52 ms
fn regular(at: &[Instant]) -> Option<f64> {
    let intervals: Vec<f64> = at
        .windows(2)
        .filter_map(|pair| Some(pair.last()?.since(*pair.first()?).as_millis() as f64))
        .collect();
    let number = intervals.len() as f64;
    let mean = intervals.iter().sum::<f64>() / number;
    let variance = intervals.iter().map(|interval| (interval - mean).powi(2)).sum::<f64>() / number;
    (mean > 0.0 && mean <= SLOW_MS && variance.sqrt() <= mean * REGULAR).then_some(mean)
}

/// Forgets what is quiet when there is too much, and all of it if nothing is.
fn make_room<K: Hash + Eq, V>(known: &mut HashMap<K, V>, key: &K, is_recent: impl Fn(&V) -> bool) {
    if known.len() < MOST || known.contains_key(key) {
        return;
    }
    known.retain(|_, value| is_recent(value));
    if known.len() >= MOST {
        known.clear();
    }
}
