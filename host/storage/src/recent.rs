//! The recent part of the commit log, in memory, by which units are certified before any SQL is issued.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::CommitError;
use crate::catalog::{Compiled, Projection};
use crate::plan::Range;
use crate::prepared::{Prepared, UniqueKey, Write};

/// What one commit did to one document.
#[derive(Debug)]
pub(crate) struct Touch {
    pub position: u64,
    pub collection: Arc<Compiled>,
    pub key: Arc<str>,
    pub before: Option<Projection>,
    pub after: Option<Projection>,
}

/// What was touched since some position.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    /// Units with an older snapshot than this cannot be certified.
    floor: u64,
    documents: HashMap<i64, HashMap<Arc<str>, u64>>,
    /// The last commit that gave or took a unique key, and the document that has it since.
    unique: HashMap<UniqueKey, (u64, Option<Arc<str>>)>,
    by_collection: HashMap<i64, VecDeque<Arc<Touch>>>,
    all: VecDeque<Arc<Touch>>,
}

/// How many touches are kept at most; a unit whose snapshot lies before them is run again.
const MOST: usize = 200_000;

impl Recent {
    /// A log that knows of nothing since `floor`.
    pub(crate) fn since(floor: u64) -> Self {
        Self { floor, ..Self::default() }
    }

    /// Whether nothing that the unit read has been touched since its snapshot.
    pub(crate) fn certify(&self, unit: &Prepared) -> Result<(), CommitError> {
        if unit.snapshot < self.floor {
            return Err(CommitError::Conflict);
        }
        let newer = |position: &u64| *position > unit.snapshot;
        let documents = unit.reads.documents.iter().any(|(collection, keys)| {
            self.documents
                .get(collection)
                .is_some_and(|touched| keys.keys().any(|key| touched.get(key.as_str()).is_some_and(newer)))
        });
        if documents || unit.reads.ranges.iter().any(|range| self.touched(range, unit.snapshot)) {
            return Err(CommitError::Conflict);
        }
        let mut error = None;
        for key in unit.reads.unique.keys() {
            match self.unique.get(key) {
                Some((position, holder)) if newer(position) => {
                    if holder.is_some()
                        && let Some(taken) = unit.writes.iter().find_map(|write| taken(write, key))
                    {
                        error = Some(taken);
                    } else {
                        return Err(CommitError::Conflict);
                    }
                }
                _ => {}
            }
        }
        error.map_or(Ok(()), Err)
    }

    fn touched(&self, range: &Range, snapshot: u64) -> bool {
        let Some(touches) = self.by_collection.get(&range.collection) else { return false };
        touches.iter().rev().take_while(|touch| touch.position > snapshot).any(|touch| {
            [&touch.before, &touch.after].into_iter().flatten().any(|fields| {
                range.holds(&touch.key, |id| {
                    let place = touch.collection.fields.iter().position(|field| field.id == id)?;
                    fields.get(place).map(String::as_str)
                })
            })
        })
    }

    pub(crate) fn add(&mut self, touch: Arc<Touch>) {
        let collection = touch.collection.id;
        self.documents.entry(collection).or_default().insert(touch.key.clone(), touch.position);
        for (key, holder) in unique_keys(&touch) {
            // What is given counts over what is taken: a document may pass its unique key to another one.
            let slot = self.unique.entry(key).or_insert((0, None));
            if slot.0 < touch.position || holder.is_some() {
                *slot = (touch.position, holder);
            }
        }
        self.by_collection.entry(collection).or_default().push_back(touch.clone());
        self.all.push_back(touch);
    }

    /// All touches, in order.
    pub(crate) fn touches(&self) -> impl Iterator<Item = &Arc<Touch>> {
        self.all.iter()
    }

    /// Takes over all of a later log.
    pub(crate) fn absorb(&mut self, later: Self) {
        later.all.into_iter().for_each(|touch| self.add(touch));
    }

    /// Forgets what no snapshot from `oldest` on needs.
    pub(crate) fn trim(&mut self, oldest: u64) {
        while let Some(touch) = self.all.front() {
            if touch.position > oldest && self.all.len() <= MOST {
                break;
            }
            let Some(touch) = self.all.pop_front() else { break };
            self.floor = self.floor.max(touch.position);
            self.forget(&touch);
        }
    }

    fn forget(&mut self, touch: &Touch) {
        let collection = touch.collection.id;
        if let Some(documents) = self.documents.get_mut(&collection)
            && documents.get(&touch.key) == Some(&touch.position)
        {
            documents.remove(&touch.key);
        }
        for (key, _) in unique_keys(touch) {
            if self.unique.get(&key).is_some_and(|(position, _)| *position == touch.position) {
                self.unique.remove(&key);
            }
        }
        if let Some(touches) = self.by_collection.get_mut(&collection) {
            touches.pop_front();
        }
    }
}

/// The unique keys that a touch took away and gave.
pub(crate) fn unique_keys(touch: &Touch) -> impl Iterator<Item = (UniqueKey, Option<Arc<str>>)> {
    touch.collection.unique.iter().flat_map(|index| {
        let key = |fields: &Option<Projection>| UniqueKey::of(&touch.collection, index, fields.as_ref()?);
        let taken = key(&touch.before).map(|key| (key, None));
        let given = key(&touch.after).map(|key| (key, Some(touch.key.clone())));
        [taken, given].into_iter().flatten()
    })
}

fn taken(write: &Write, key: &UniqueKey) -> Option<CommitError> {
    let index = write.collection.unique.iter().find(|index| index.id == key.id)?;
    let wanted = UniqueKey::of(&write.collection, index, &write.after.as_ref()?.fields)?;
    (wanted == *key).then(|| CommitError::Unique {
        namespace: write.collection.namespace.to_string(),
        collection: write.collection.name.to_string(),
        fields: write.collection.paths(index),
    })
}
