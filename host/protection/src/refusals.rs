//! Counting what was turned away.

use crate::Kind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use vzaemo_clock::Instant;
use vzaemo_storage::{Collection, CommitError, Storage, StorageError, WriteError};

/// The namespace of this room's collections.
pub const NAMESPACE: &str = "protection";
const REFUSALS: &str = "refusals";

#[derive(Serialize, Deserialize)]
struct Record {
    hour: String,
    kind: String,
    number: u64,
}

/// The collections of this room, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["hour", "kind", "number"],
        "properties": {"hour": {"type": "string"}, "kind": {"type": "string"}, "number": {"type": "integer"}}});
    vec![Collection::new(REFUSALS, schema).index(&["hour"])]
}

/// Why counts could not be kept; they are kept for the next try.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The storage did not answer.
    #[error("read the security store")]
    Read(#[from] StorageError),
    /// The storage did not take a record.
    #[error("write to the security store")]
    Write(#[from] WriteError),
    /// The storage did not commit.
    #[error("commit to the security store")]
    Commit(#[from] CommitError),
    /// A record is not what this version of the host writes.
    #[error("understand a record of the security store")]
    Record(#[from] serde_json::Error),
}

/// Counts by hour and kind; a minute's worth in memory, the rest in storage.
#[derive(Default)]
pub struct Refusals {
    counts: Mutex<BTreeMap<(String, &'static str), u64>>,
}

impl Refusals {
    /// One more was turned away.
    pub fn count(&self, kind: Kind, now: Instant) {
        let hour = now.to_string().chars().take(13).collect();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((hour, kind.name())).or_default() += 1;
    }

    /// Adds what has been counted to the security store.
    pub async fn keep(&self, storage: &Storage) -> Result<(), KeepError> {
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return Ok(());
        }
        let kept = add(storage, &counts).await;
        if kept.is_err() {
            let mut again = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, number) in counts {
                *again.entry(key).or_default() += number;
            }
        }
        kept
    }
}

async fn add(storage: &Storage, counts: &BTreeMap<(String, &'static str), u64>) -> Result<(), KeepError> {
    let mut unit = storage.begin().await?;
    for ((hour, kind), number) in counts {
        let key = format!("{hour}/{kind}");
        let old = unit.get(NAMESPACE, REFUSALS, &key).await?;
        let before = old.as_ref().map(vzaemo_storage::Document::parse::<Record>).transpose()?;
        let number = before.map_or(0, |record| record.number).saturating_add(*number);
        let body = serde_json::to_string(&Record { hour: hour.clone(), kind: (*kind).to_owned(), number })?;
        match old {
            Some(old) => unit.replace(NAMESPACE, REFUSALS, &key, old.revision, &body).await?,
            None => {
                unit.insert(NAMESPACE, REFUSALS, Some(key), &body).await?;
            }
        }
    }
    unit.commit().await?;
    Ok(())
}
