//! What a unit of work has read and wants to write, as it goes to the committer.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::{Catalog, Compiled, Index, Projection};
use crate::live::LiveGuard;
use crate::plan::Range;
use crate::{Document, Number};

/// A unit of work ready to be committed.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub snapshot: u64,
    /// What the unit took the declarations from.
    pub catalog: Arc<Catalog>,
    pub reads: Reads,
    pub writes: Vec<Write>,
    pub thresholds: Vec<Threshold>,
    pub entries: Vec<Vec<u8>>,
    /// Placeholder and sequence.
    pub numbers: Vec<(String, String)>,
    /// Placeholders for the numbers of audit entries, each with its place among the unit's own.
    pub entry_numbers: Vec<(String, usize)>,
    /// Keeps the log since the snapshot until the unit has been certified.
    pub _live: LiveGuard,
}

/// What a unit's result depends on.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    /// By collection and key; `None` for a document that was missing.
    pub documents: HashMap<i64, HashMap<String, Option<Document>>>,
    /// By values; `None` where no document had them.
    pub unique: HashMap<UniqueKey, Option<Document>>,
    pub ranges: Vec<Range>,
    /// Not certified: see [`Unit::count`](crate::Unit::count).
    pub counters: HashSet<CounterKey>,
}

/// The values of one unique key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct UniqueKey {
    pub collection: i64,
    /// The number of the unique key in its collection.
    pub id: u32,
    pub values: Box<[String]>,
}

impl UniqueKey {
    pub(crate) fn of(collection: &Compiled, index: &Index, fields: &Projection) -> Option<Self> {
        let values = Compiled::unique_values(index, fields)?;
        Some(Self { collection: collection.id, id: index.id, values })
    }
}

/// The change of one document.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub collection: Arc<Compiled>,
    pub key: String,
    pub before: Option<Projection>,
    pub after: Option<After>,
}

/// A document as a unit leaves it.
#[derive(Debug, Clone)]
pub(crate) struct After {
    pub revision: u64,
    pub body: String,
    pub fields: Projection,
}

/// "When this counter reaches this value, insert that document."
#[derive(Debug, Clone)]
pub(crate) struct Threshold {
    pub counter: CounterKey,
    /// What the counter belongs to; to see that its declaration has not changed.
    pub counted: Arc<Compiled>,
    pub value: u64,
    pub target: Arc<Compiled>,
    pub key: String,
    pub body: String,
    pub fields: Projection,
}

/// One value of a counter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CounterKey {
    pub collection: i64,
    pub counter: u32,
    pub key: String,
}

/// What a unit writes once its numbers are known.
#[derive(Debug)]
pub(crate) struct Effects<'a> {
    pub writes: Cow<'a, [Write]>,
    pub thresholds: Cow<'a, [Threshold]>,
    pub entries: Cow<'a, [Vec<u8>]>,
}

impl Prepared {
    /// Whether the unit changes anything that others can read. One that only adds audit entries is consistent as of
    /// its snapshot and needs no certification.
    pub(crate) fn changes_state(&self) -> bool {
        !self.writes.is_empty() || !self.thresholds.is_empty() || !self.numbers.is_empty()
    }

    /// Whether a collection that the unit read or wrote has been declared otherwise since.
    pub(crate) fn is_declared_anew(&self, now: &Catalog) -> bool {
        let written = self.writes.iter().map(|write| write.collection.id);
        let watched =
            self.thresholds.iter().flat_map(|threshold| [threshold.counted.id, threshold.target.id]);
        let read = self.reads.documents.keys().copied();
        let unique = self.reads.unique.keys().map(|key| key.collection);
        let ranges = self.reads.ranges.iter().map(|range| range.collection);
        let epoch = |catalog: &Catalog, id| catalog.by_id(id).map(|collection| collection.epoch);
        let mut all = written.chain(watched).chain(read).chain(unique).chain(ranges);
        all.any(|id| epoch(&self.catalog, id) != epoch(now, id))
    }

    /// The unit's effects with each placeholder replaced by its number.
    pub(crate) fn effects(&self, numbers: &[Number]) -> Effects<'_> {
        if numbers.is_empty() {
            return Effects {
                writes: Cow::Borrowed(&self.writes),
                thresholds: Cow::Borrowed(&self.thresholds),
                entries: Cow::Borrowed(&self.entries),
            };
        }
        let mut writes = self.writes.clone();
        for write in &mut writes {
            substitute(&mut write.key, numbers);
            if let Some(after) = &mut write.after {
                substitute(&mut after.body, numbers);
                after.fields.iter_mut().for_each(|field| substitute(field, numbers));
            }
        }
        let mut thresholds = self.thresholds.clone();
        for threshold in &mut thresholds {
            substitute(&mut threshold.counter.key, numbers);
            substitute(&mut threshold.key, numbers);
            substitute(&mut threshold.body, numbers);
            threshold.fields.iter_mut().for_each(|field| substitute(field, numbers));
        }
        let entries = self.entries.iter().map(|entry| substitute_bytes(entry, numbers)).collect();
        Effects { writes: writes.into(), thresholds: thresholds.into(), entries: Cow::Owned(entries) }
    }
}

impl Write {
    /// What the write does to each counter of its collection.
    pub(crate) fn deltas(&self) -> impl Iterator<Item = (CounterKey, i64)> {
        deltas(&self.collection, self.before.as_ref(), self.after.as_ref().map(|after| &after.fields))
    }
}

/// What the change of a document does to each counter of its collection.
pub(crate) fn deltas(
    collection: &Compiled,
    before: Option<&Projection>,
    after: Option<&Projection>,
) -> impl Iterator<Item = (CounterKey, i64)> {
    collection.counters.iter().flat_map(move |counter| {
        let counted =
            |fields: Option<&Projection>| fields.and_then(|fields| collection.counted_as(counter, fields));
        let (before, after) = (counted(before), counted(after));
        let changes = if before == after {
            [None, None]
        } else {
            [before.map(|key| (key, -1)), after.map(|key| (key, 1))]
        };
        changes
            .into_iter()
            .flatten()
            .map(|(key, delta)| (CounterKey { collection: collection.id, counter: counter.id, key }, delta))
    })
}

pub(crate) fn substitute(text: &mut String, numbers: &[Number]) {
    for number in numbers {
        if text.contains(&number.placeholder) {
            *text = text.replace(&number.placeholder, &number.value.to_string());
        }
    }
}

fn substitute_bytes(bytes: &[u8], numbers: &[Number]) -> Vec<u8> {
    numbers.iter().fold(bytes.to_vec(), |bytes, number| {
        let placeholder = number.placeholder.as_bytes();
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while let Some(at) = rest.windows(placeholder.len()).position(|window| window == placeholder) {
            let (before, found) = rest.split_at(at);
            out.extend_from_slice(before);
            out.extend_from_slice(number.value.to_string().as_bytes());
            rest = found.get(placeholder.len()..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        out
    })
}
