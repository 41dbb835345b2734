//! Checking the storage against itself.

use std::collections::BTreeMap;
use std::fmt;

use crate::StorageError;
use crate::admit::leaf_hash;
use crate::catalog::Compiled;
use crate::declare::{count_document, stored_catalog};
use crate::reader::{Head, Reader, scan};

/// Something in the storage that contradicts something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The engine finds the file damaged.
    File(String),
    /// A counter differs from the number of documents that it counts.
    Counter {
        /// Namespace and collection.
        collection: String,
        /// The counter.
        counter: String,
        /// Its key.
        key: String,
        /// What is stored.
        stored: i64,
        /// What a recount gives.
        counted: i64,
    },
    /// An audit entry is missing.
    MissingEntry(u64),
    /// An audit entry's leaf hash is not that of its bytes.
    ChangedEntry(u64),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(message) => write!(f, "the database file is damaged: {message}"),
            Self::Counter { collection, counter, key, stored, counted } => {
                write!(
                    f,
                    "counter {counter} of {collection} is {stored} for {key:?}, a recount gives {counted}"
                )
            }
            Self::MissingEntry(number) => write!(f, "audit entry {number} is missing"),
            Self::ChangedEntry(number) => write!(f, "audit entry {number} differs from its leaf hash"),
        }
    }
}

const ENTRIES_AT_ONCE: u32 = 1000;

pub(crate) async fn verify(mut reader: Reader, head: Head) -> Result<Vec<Problem>, StorageError> {
    let catalog = stored_catalog(&mut reader.0).await?;
    let mut problems: Vec<_> = reader.integrity().await?.into_iter().map(Problem::File).collect();
    for collection in catalog.all().filter(|collection| !collection.counters.is_empty()) {
        verify_counters(&mut reader, collection, &mut problems).await?;
    }
    let mut next = 0;
    loop {
        let entries = reader.entries(next, ENTRIES_AT_ONCE).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            problems.extend((next..entry.number).map(Problem::MissingEntry));
            if entry.leaf != leaf_hash(&entry.bytes) {
                problems.push(Problem::ChangedEntry(entry.number));
            }
            next = entry.number + 1;
        }
    }
    problems.extend((next..head.entries).map(Problem::MissingEntry));
    reader.end().await?;
    Ok(problems)
}

async fn verify_counters(
    reader: &mut Reader,
    collection: &Compiled,
    problems: &mut Vec<Problem>,
) -> Result<(), StorageError> {
    let counters: Vec<_> = collection.counters.iter().collect();
    let stored = reader.counters(collection.id).await?;
    let mut counted = BTreeMap::new();
    scan(&mut reader.0, collection.id, |body| count_document(collection, &counters, body, &mut counted))
        .await?;
    for counter in counters {
        let keys = stored.keys().chain(counted.keys()).filter(|key| key.counter == counter.id);
        for key in keys.collect::<std::collections::BTreeSet<_>>() {
            let value = |values: &BTreeMap<_, i64>| values.get(key).copied().unwrap_or(0);
            if value(&stored) != value(&counted) {
                problems.push(Problem::Counter {
                    collection: format!("{}/{}", collection.namespace, collection.name),
                    counter: counter.name.to_string(),
                    key: key.key.clone(),
                    stored: value(&stored),
                    counted: value(&counted),
                });
            }
        }
    }
    Ok(())
}
