//! Documents that were read lately, so that what every act and page reads again (a configuration, a person's standing,
//! the document that an address names) is read from the database once.
//!
//! A remembered document was read on some snapshot and has not been touched by any commit made known since. It
//! therefore answers for each snapshot from that one to the last commit made known, and for no other: a unit may have
//! begun before, or after a commit that is durable but not yet made known.
//!
//! Why nothing stale is answered. A commit is made known in three steps: its position is announced, what it touched is
//! forgotten, its position is settled. Forgetting and remembering the same document exclude one another. A document is
//! remembered only as of the position announced last, so either before the announcement, and then it is forgotten in
//! the second step, or not at all. It is answered only for snapshots up to the position settled last, and whoever finds
//! a position settled finds everything forgotten that had to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::ops::compute::Op;
use moka::sync::Cache;

use crate::Document;
use crate::recent::Touch;

/// How many bytes of documents are remembered, about.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// What one takes beside its key and its text, about.
const OVERHEAD: usize = 256;

/// The documents.
#[derive(Debug)]
pub(crate) struct Memory {
    documents: Cache<(i64, Arc<str>), Remembered>,
    announced: AtomicU64,
    settled: AtomicU64,
    /// Counts how often everything was forgotten.
    era: AtomicU64,
}

/// A document that is known, or that it is missing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known(pub Option<Document>);

#[derive(Debug, Clone)]
struct Remembered {
    /// The snapshot on which it was read.
    since: u64,
    era: u64,
    /// None for a key that was missing.
    document: Option<Arc<Document>>,
}

impl Memory {
    /// Nothing yet, as of a position.
    pub(crate) fn at(position: u64) -> Self {
        let weigh = |(_, key): &(i64, Arc<str>), remembered: &Remembered| {
            let body = remembered.document.as_ref().map_or(0, |document| document.body.len());
            u32::try_from(2 * key.len() + body + OVERHEAD).unwrap_or(u32::MAX)
        };
        Self {
            documents: Cache::builder().max_capacity(MOST_BYTES).weigher(weigh).build(),
            announced: AtomicU64::new(position),
            settled: AtomicU64::new(position),
            era: AtomicU64::new(0),
        }
    }

    /// What a snapshot has under a key, if that is known here.
    pub(crate) fn get(&self, collection: i64, key: &str, snapshot: u64) -> Option<Known> {
        if snapshot > self.settled.load(Ordering::SeqCst) {
            return None;
        }
        let era = self.era.load(Ordering::SeqCst);
        let found = self.documents.get(&(collection, key.into()))?;
        let document = Known(found.document.as_deref().cloned());
        (found.since <= snapshot && found.era == era).then_some(document)
    }

    /// Remembers what was read on a snapshot, unless a commit has come since.
    pub(crate) fn put(&self, collection: i64, key: &str, snapshot: u64, document: Option<&Document>) {
        let era = self.era.load(Ordering::SeqCst);
        if snapshot != self.announced.load(Ordering::SeqCst) {
            return;
        }
        let remembered = Remembered { since: snapshot, era, document: document.cloned().map(Arc::new) };
        self.documents.entry((collection, key.into())).and_compute_with(|_| {
            // Once more, now that nobody can forget it between the look and the entry.
            if snapshot == self.announced.load(Ordering::SeqCst) { Op::Put(remembered) } else { Op::Nop }
        });
    }

    /// The first step of making commits up to this position known.
    pub(crate) fn announce(&self, position: u64) {
        self.announced.store(position, Ordering::SeqCst);
    }

    /// The second step.
    pub(crate) fn forget<'a>(&self, touches: impl Iterator<Item = &'a Arc<Touch>>) {
        for touch in touches {
            let key = (touch.collection.id, touch.key.clone());
            self.documents.entry(key).and_compute_with(
                |found| {
                    if found.is_some() { Op::Remove } else { Op::Nop }
                },
            );
        }
    }

    /// The second step where it is not known what was touched.
    pub(crate) fn forget_all(&self) {
        self.era.fetch_add(1, Ordering::SeqCst);
        self.documents.invalidate_all();
    }

    /// The third step.
    pub(crate) fn settle(&self, position: u64) {
        self.settled.store(position, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
