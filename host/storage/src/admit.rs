//! Deciding, in memory, which units of a batch are committed and what the batch then writes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::batch::{Batch, DocumentRow, ThresholdRow};
use crate::catalog::Catalog;
use crate::prepared::{CounterKey, Effects, Prepared, Write};
use crate::reader::Head;
use crate::recent::{Recent, Touch};
use crate::{CommitError, Committed, Number, StoredEntry};

/// One unit of a batch with what became of it.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    /// Its place in the batch.
    pub unit: usize,
    pub committed: Committed,
    pub effects: Effects<'a>,
}

/// The units that pass certification, in order, with their numbers and positions; counters are not yet looked at.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    pub admitted: Vec<Admitted<'a>>,
    pub refused: HashMap<usize, CommitError>,
    pub sequences: BTreeMap<String, u64>,
    pub recent: Recent,
    pub head: Head,
}

/// Certifies the units one after another, each also against those before it in the batch. `refused` holds those
/// refused already.
pub(crate) fn admit<'a>(
    units: &'a [&'a Prepared],
    refused: &HashMap<usize, CommitError>,
    head: Head,
    last_numbers: &BTreeMap<String, u64>,
) -> Admission<'a> {
    let mut admission = Admission {
        admitted: Vec::with_capacity(units.len()),
        refused: refused.clone(),
        sequences: BTreeMap::new(),
        recent: Recent::default(),
        head,
    };
    for (place, unit) in units.iter().enumerate() {
        if admission.refused.contains_key(&place) {
            continue;
        }
        if unit.changes_state()
            && let Err(error) = admission.recent.certify(unit)
        {
            admission.refused.insert(place, error);
            continue;
        }
        let numbers: Vec<_> = unit
            .numbers
            .iter()
            .map(|(placeholder, sequence)| {
                let last = admission
                    .sequences
                    .entry(sequence.clone())
                    .or_insert_with(|| last_numbers.get(sequence).copied().unwrap_or(0));
                *last += 1;
                Number { placeholder: placeholder.clone(), sequence: sequence.clone(), value: *last }
            })
            .collect();
        let entries = admission.head.entries;
        let entry_numbers = unit.entry_numbers.iter().map(|(placeholder, place)| Number {
            placeholder: placeholder.clone(),
            sequence: String::new(),
            value: entries + *place as u64,
        });
        let placeholders: Vec<_> = numbers.iter().cloned().chain(entry_numbers).collect();
        let effects = unit.effects(&placeholders);
        let position = admission.head.position + 1;
        let first_entry = (!effects.entries.is_empty()).then_some(admission.head.entries);
        for write in effects.writes.iter() {
            admission.recent.add(Arc::new(Touch {
                position,
                collection: write.collection.clone(),
                key: write.key.as_str().into(),
                before: write.before.clone(),
                after: write.after.as_ref().map(|after| after.fields.clone()),
            }));
        }
        admission.head.position = position;
        admission.head.entries += effects.entries.len() as u64;
        let committed = Committed { position, numbers, first_entry };
        admission.admitted.push(Admitted { unit: place, committed, effects });
    }
    admission
}

impl Admission<'_> {
    /// The counters whose values decide something: all that change, and those that new thresholds watch.
    pub(crate) fn counters(&self) -> BTreeMap<CounterKey, i64> {
        let mut deltas = BTreeMap::new();
        for admitted in &self.admitted {
            for (key, delta) in admitted.effects.writes.iter().flat_map(Write::deltas) {
                *deltas.entry(key).or_default() += delta;
            }
            for threshold in admitted.effects.thresholds.iter() {
                deltas.entry(threshold.counter.clone()).or_default();
            }
        }
        deltas
    }

    /// The documents that new thresholds are to insert.
    pub(crate) fn targets(&self) -> Vec<(i64, &str)> {
        let thresholds = self.admitted.iter().flat_map(|admitted| admitted.effects.thresholds.iter());
        thresholds.map(|threshold| (threshold.target.id, threshold.key.as_str())).collect()
    }

    /// Walks through the units once more with the counters' values: bounds that would be passed, thresholds that are
    /// reached. Returns the units to leave out; if there are any, the batch is to be admitted anew without them.
    pub(crate) fn count(
        &mut self,
        units: &[&Prepared],
        catalog: &Catalog,
        mut values: BTreeMap<CounterKey, i64>,
        thresholds: Vec<ThresholdRow>,
    ) -> Counted {
        let mut thresholds: BTreeMap<(i64, String), ThresholdRow> =
            thresholds.into_iter().map(|row| ((row.target, row.target_key.clone()), row)).collect();
        let mut counted = Counted::default();
        // What reached thresholds insert; units after them in the batch may have read that it was not there.
        let mut inserted = Recent::default();
        for admitted in &self.admitted {
            let Some(unit) = units.get(admitted.unit) else { continue };
            if unit.changes_state()
                && let Err(error) = inserted.certify(unit)
            {
                counted.refused.insert(admitted.unit, error);
                continue;
            }
            let mut deltas: BTreeMap<CounterKey, i64> = BTreeMap::new();
            for (key, delta) in admitted.effects.writes.iter().flat_map(Write::deltas) {
                *deltas.entry(key).or_default() += delta;
            }
            if let Some(error) =
                deltas.iter().find_map(|(key, delta)| passes_bound(catalog, key, *delta, &values))
            {
                counted.refused.insert(admitted.unit, error);
                continue;
            }
            for (key, delta) in &deltas {
                *values.entry(key.clone()).or_default() += delta;
            }
            for threshold in admitted.effects.thresholds.iter() {
                let row = ThresholdRow {
                    target: threshold.target.id,
                    target_key: threshold.key.clone(),
                    counter: threshold.counter.clone(),
                    value: threshold.value,
                    version: threshold.target.declared.version,
                    body: threshold.body.clone(),
                    reached: None,
                };
                let slot = (row.target, row.target_key.clone());
                if thresholds.get(&slot).is_none_or(|known| known.reached.is_none()) {
                    counted.changed.insert(slot.clone(), row.clone());
                    thresholds.insert(slot, row);
                }
            }
            for (slot, row) in &mut thresholds {
                let value = values.get(&row.counter).copied().unwrap_or(0);
                if row.reached.is_none() && u64::try_from(value).is_ok_and(|value| value >= row.value) {
                    row.reached = Some(admitted.committed.position);
                    counted.changed.insert(slot.clone(), row.clone());
                    if let Some(target) = catalog.by_id(row.target) {
                        let touch = Arc::new(Touch {
                            position: admitted.committed.position,
                            collection: target.clone(),
                            key: row.target_key.as_str().into(),
                            before: None,
                            after: Some(target.project_stored(&row.body)),
                        });
                        inserted.add(touch.clone());
                        counted.touches.push(touch);
                    }
                }
            }
        }
        counted
    }

    /// What the batch writes, with what counting found.
    pub(crate) fn batch(&self, deltas: BTreeMap<CounterKey, i64>, counted: Counted) -> Batch {
        let mut batch = Batch {
            thresholds: counted.changed.into_values().collect(),
            counters: deltas.into_iter().filter(|(_, delta)| *delta != 0).collect(),
            sequences: self.sequences.clone(),
            ..Batch::default()
        };
        for admitted in &self.admitted {
            for write in admitted.effects.writes.iter() {
                if write.before.is_some() {
                    batch.deletes.entry(write.collection.id).or_default().push(write.key.clone());
                }
                if let Some(after) = &write.after {
                    batch.inserts.entry(write.collection.id).or_default().push(DocumentRow {
                        key: write.key.clone(),
                        revision: after.revision,
                        version: write.collection.declared.version,
                        body: after.body.clone(),
                    });
                }
            }
            let numbers = admitted.committed.first_entry.unwrap_or(0)..;
            for (number, bytes) in numbers.zip(admitted.effects.entries.iter()) {
                batch.entries.push(StoredEntry {
                    number,
                    position: admitted.committed.position,
                    leaf: leaf_hash(bytes),
                    bytes: bytes.clone(),
                });
            }
        }
        batch
    }
}

/// What walking through a batch with its counters' values found.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub refused: HashMap<usize, CommitError>,
    /// Thresholds set, moved or reached.
    pub changed: BTreeMap<(i64, String), ThresholdRow>,
    /// The documents that reached thresholds insert.
    pub touches: Vec<Arc<Touch>>,
}

fn passes_bound(
    catalog: &Catalog,
    key: &CounterKey,
    delta: i64,
    values: &BTreeMap<CounterKey, i64>,
) -> Option<CommitError> {
    let collection = catalog.by_id(key.collection)?;
    let counter = collection.counters.iter().find(|counter| counter.id == key.counter)?;
    let value = values.get(key).copied().unwrap_or(0) + delta;
    let passes =
        delta > 0 && u64::try_from(value).is_ok_and(|value| value > counter.bound.unwrap_or(u64::MAX));
    passes.then(|| CommitError::Bound {
        namespace: collection.namespace.to_string(),
        collection: collection.name.to_string(),
        counter: counter.name.to_string(),
        key: key.key.clone(),
    })
}

/// The leaf hash of RFC 6962 §2.1: SHA-256 of a zero byte and the entry.
pub(crate) fn leaf_hash(entry: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().to_vec()
}
