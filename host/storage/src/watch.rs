//! Watching what a unit has read, so that what was made from it can be kept until a commit touches it.
//!
//! [`Unit::dependencies`](crate::Unit::dependencies) gives everything that a unit has read: documents and missing keys,
//! unique keys, index ranges, counters. [`Storage::watch`](crate::Storage::watch) turns it into a [`Watch`], unless
//! something of it has been touched since the unit's snapshot. From then on [`Watch::holds`] is true until a commit
//! touches any of it, and false before that commit is acknowledged to anybody.
//!
//! Why nothing is missed. All happens under one lock: the committer enters what a durable batch touched into the
//! history and ends the watches that it hits, in one step and before it answers the batch's units; a watch is checked
//! against the history and entered into the index, in one step. So each touch newer than the snapshot is either in the
//! history when the watch is entered, or meets the watch in the index. The history reaches back to the oldest snapshot
//! in use, or the check fails: what cannot be told to be untouched counts as touched.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalog::Projection;
use crate::live::LiveGuard;
use crate::plan::Range;
use crate::prepared::{CounterKey, Reads, UniqueKey, deltas};
use crate::recent::{Touch, unique_keys};

/// How many touches are kept at most; a unit whose snapshot lies before them cannot be watched.
const MOST: usize = 16 * 1024;

/// Everything that a unit has read, as of its snapshot.
#[derive(Debug)]
pub struct Dependencies {
    snapshot: u64,
    era: u64,
    facts: Facts,
    _live: LiveGuard,
}

impl Dependencies {
    pub(crate) fn new(snapshot: u64, era: u64, reads: Reads, live: LiveGuard) -> Self {
        Self { snapshot, era, facts: Facts::of(reads), _live: live }
    }

    /// The position of the commit log as of which it was read.
    pub fn position(&self) -> u64 {
        self.snapshot
    }
}

/// Tells whether something that was read is still what it was. Dropping the watch ends it.
#[derive(Debug)]
pub struct Watch {
    id: u64,
    watched: Arc<Watched>,
    watches: Arc<Watches>,
}

impl Watch {
    /// Whether no commit has touched it. Costs one load from memory.
    pub fn holds(&self) -> bool {
        self.watched.holds.load(Ordering::Acquire)
    }

    /// About how many bytes the watch takes in memory.
    pub fn bytes(&self) -> usize {
        self.watched.facts.bytes()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // One that has been touched has left the index already.
        if self.holds() {
            self.watches.lock().leave(self.id);
        }
    }
}

/// What was read, without the answers.
#[derive(Debug, Default)]
struct Facts {
    documents: Vec<(i64, Box<str>)>,
    unique: Vec<UniqueKey>,
    counters: Vec<CounterKey>,
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Watched {
    holds: AtomicBool,
    snapshot: u64,
    facts: Facts,
}

impl Facts {
    fn of(reads: Reads) -> Self {
        let documents = reads.documents.into_iter();
        Self {
            documents: documents
                .flat_map(|(collection, keys)| {
                    keys.into_keys().map(move |key| (collection, key.into_boxed_str()))
                })
                .collect(),
            unique: reads.unique.into_keys().collect(),
            counters: reads.counters.into_iter().collect(),
            ranges: reads.ranges,
        }
    }

    /// Whether a commit that touched this may have changed an answer.
    fn touched_by(&self, touch: &Touch) -> bool {
        let collection = touch.collection.id;
        self.documents.iter().any(|(id, key)| *id == collection && **key == *touch.key)
            || (!self.unique.is_empty() && unique_keys(touch).any(|(key, _)| self.unique.contains(&key)))
            || (!self.counters.is_empty() && counters(touch).any(|key| self.counters.contains(&key)))
            || self.ranges.iter().any(|range| range.collection == collection && lies_in(touch, range))
    }

    fn bytes(&self) -> usize {
        const EACH: usize = 160;
        let documents = self.documents.iter().map(|(_, key)| 2 * key.len() + EACH);
        let unique =
            self.unique.iter().map(|key| key.values.iter().map(|v| 2 * v.len()).sum::<usize>() + EACH);
        let counters = self.counters.iter().map(|key| 2 * key.key.len() + EACH);
        let ranges = self.ranges.iter().map(|range| range.bytes() + 2 * EACH);
        documents.chain(unique).chain(counters).chain(ranges).sum::<usize>() + EACH
    }
}

/// The value of a field, by its number, in one of the two states of a touched document.
fn value<'a>(touch: &'a Touch, fields: &'a Projection, id: u32) -> Option<&'a str> {
    let place = touch.collection.fields.iter().position(|field| field.id == id)?;
    fields.get(place).map(String::as_str)
}

fn states(touch: &Touch) -> impl Iterator<Item = &Projection> {
    [&touch.before, &touch.after].into_iter().flatten()
}

fn lies_in(touch: &Touch, range: &Range) -> bool {
    states(touch).any(|fields| range.holds(&touch.key, |id| value(touch, fields, id)))
}

/// The counters that a touch changed.
fn counters(touch: &Touch) -> impl Iterator<Item = CounterKey> {
    deltas(&touch.collection, touch.before.as_ref(), touch.after.as_ref()).map(|(key, _)| key)
}

/// All watches, with what was touched lately.
#[derive(Debug, Default)]
pub(crate) struct Watches(Mutex<Index>);

/// Watches by what they depend on.
#[derive(Debug, Default)]
struct Index {
    /// Counts how often everything was forgotten; a unit that began before cannot be watched.
    era: u64,
    /// Units with an older snapshot than this cannot be watched.
    floor: u64,
    history: VecDeque<Arc<Touch>>,
    last: u64,
    watched: HashMap<u64, Arc<Watched>>,
    documents: HashMap<i64, HashMap<Box<str>, BTreeSet<u64>>>,
    unique: HashMap<UniqueKey, BTreeSet<u64>>,
    counters: HashMap<CounterKey, BTreeSet<u64>>,
    /// By collection, then by the fields that the range fixes, then by their values: so a touch meets the few ranges
    /// that it may lie in, though there be one for each of a hundred thousand pages.
    ranges: HashMap<i64, HashMap<Box<[u32]>, HashMap<Box<[String]>, BTreeSet<(u64, usize)>>>>,
}

impl Watches {
    fn lock(&self) -> MutexGuard<'_, Index> {
        // A panic in here would be a bug; that the index may then be incomplete is met by forgetting everything.
        self.0.lock().unwrap_or_else(|poisoned: PoisonError<MutexGuard<'_, Index>>| {
            let mut index = poisoned.into_inner();
            self.0.clear_poison();
            index.forget_all();
            index
        })
    }

    /// To be asked before a snapshot is taken.
    pub(crate) fn era(&self) -> u64 {
        self.lock().era
    }

    /// Watches, unless something has been touched since the snapshot.
    pub(crate) fn watch(self: &Arc<Self>, dependencies: Dependencies) -> Option<Watch> {
        let Dependencies { snapshot, era, facts, _live } = dependencies;
        let watched = Arc::new(Watched { holds: AtomicBool::new(true), snapshot, facts });
        let id = {
            let mut index = self.lock();
            if era != index.era || snapshot < index.floor {
                return None;
            }
            let newer = index.history.iter().rev().take_while(|touch| touch.position > snapshot);
            if newer.into_iter().any(|touch| watched.facts.touched_by(touch)) {
                return None;
            }
            index.enter(watched.clone())
        };
        Some(Watch { id, watched, watches: self.clone() })
    }

    /// Takes what durable commits touched, in the order of the log. To be called before their units are answered.
    pub(crate) fn publish<'a>(&self, touches: impl Iterator<Item = &'a Arc<Touch>>) {
        let mut index = self.lock();
        for touch in touches {
            for id in index.met(touch) {
                index.end(id);
            }
            index.history.push_back(touch.clone());
        }
    }

    /// Forgets the history that no snapshot from `oldest` on needs.
    pub(crate) fn trim(&self, oldest: u64) {
        let mut index = self.lock();
        while let Some(touch) = index.history.front() {
            if touch.position > oldest && index.history.len() <= MOST {
                break;
            }
            index.floor = index.floor.max(touch.position);
            index.history.pop_front();
        }
    }

    /// Ends all watches, and those to come of units in progress: what was committed, or declared, is not known here.
    pub(crate) fn forget_all(&self) {
        self.lock().forget_all();
    }
}

impl Index {
    fn forget_all(&mut self) {
        for watched in self.watched.values() {
            watched.holds.store(false, Ordering::Release);
        }
        *self = Self { era: self.era + 1, last: self.last, floor: self.floor, ..Self::default() };
    }

    fn enter(&mut self, watched: Arc<Watched>) -> u64 {
        self.last += 1;
        let id = self.last;
        for (collection, key) in &watched.facts.documents {
            self.documents.entry(*collection).or_default().entry(key.clone()).or_default().insert(id);
        }
        for key in &watched.facts.unique {
            self.unique.entry(key.clone()).or_default().insert(id);
        }
        for key in &watched.facts.counters {
            self.counters.entry(key.clone()).or_default().insert(id);
        }
        for (place, range) in watched.facts.ranges.iter().enumerate() {
            let (fields, values) = range.fixed();
            let by_fields = self.ranges.entry(range.collection).or_default();
            by_fields.entry(fields).or_default().entry(values).or_default().insert((id, place));
        }
        self.watched.insert(id, watched);
        id
    }

    /// The watches that a touch ends.
    fn met(&self, touch: &Touch) -> BTreeSet<u64> {
        let mut met = BTreeSet::new();
        let collection = touch.collection.id;
        met.extend(
            self.documents.get(&collection).and_then(|keys| keys.get(&*touch.key)).into_iter().flatten(),
        );
        if !self.unique.is_empty() {
            met.extend(unique_keys(touch).filter_map(|(key, _)| self.unique.get(&key)).flatten());
        }
        if !self.counters.is_empty() {
            met.extend(counters(touch).filter_map(|key| self.counters.get(&key)).flatten());
        }
        for (fields, by_values) in self.ranges.get(&collection).into_iter().flatten() {
            for state in states(touch) {
                let values: Option<Box<[String]>> =
                    fields.iter().map(|id| value(touch, state, *id).map(str::to_owned)).collect();
                match values {
                    Some(values) => self.meet(touch, state, by_values.get(&values).into_iter(), &mut met),
                    // The declaration has changed since: every range may be meant.
                    None => self.meet(touch, state, by_values.values(), &mut met),
                }
            }
        }
        met.retain(|id| self.watched.get(id).is_some_and(|watched| touch.position > watched.snapshot));
        met
    }

    fn meet<'a>(
        &self,
        touch: &Touch,
        state: &Projection,
        ranges: impl Iterator<Item = &'a BTreeSet<(u64, usize)>>,
        met: &mut BTreeSet<u64>,
    ) {
        for (id, place) in ranges.flatten() {
            let range = self.watched.get(id).and_then(|watched| watched.facts.ranges.get(*place));
            if range.is_some_and(|range| range.holds(&touch.key, |field| value(touch, state, field))) {
                met.insert(*id);
            }
        }
    }

    fn end(&mut self, id: u64) {
        if let Some(watched) = self.watched.get(&id) {
            watched.holds.store(false, Ordering::Release);
        }
        self.leave(id);
    }

    fn leave(&mut self, id: u64) {
        let Some(watched) = self.watched.remove(&id) else { return };
        for (collection, key) in &watched.facts.documents {
            if let Some(keys) = self.documents.get_mut(collection) {
                without(keys, key, &id);
                if keys.is_empty() {
                    self.documents.remove(collection);
                }
            }
        }
        for key in &watched.facts.unique {
            without(&mut self.unique, key, &id);
        }
        for key in &watched.facts.counters {
            without(&mut self.counters, key, &id);
        }
        for (place, range) in watched.facts.ranges.iter().enumerate() {
            let (fields, values) = range.fixed();
            let Some(by_fields) = self.ranges.get_mut(&range.collection) else { continue };
            if let Some(by_values) = by_fields.get_mut(&fields) {
                without(by_values, &values, &(id, place));
                if by_values.is_empty() {
                    by_fields.remove(&fields);
                }
            }
            if by_fields.is_empty() {
                self.ranges.remove(&range.collection);
            }
        }
    }
}

/// Takes one out of the set under a key, and the set out of the map when it was the last.
fn without<K, T>(map: &mut HashMap<K, BTreeSet<T>>, key: &K, one: &T)
where
    K: Eq + std::hash::Hash,
    T: Ord,
{
    if let Some(set) = map.get_mut(key) {
        set.remove(one);
        if set.is_empty() {
            map.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
