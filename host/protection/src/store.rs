//! The security store: records of this room, apart from the audit log and from modules' data.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use vzaemo_storage::{Collection, CommitError, Storage, StorageError, WriteError};

/// The namespace of this room's collections.
pub const NAMESPACE: &str = "protection";
/// Counts of security events; removed when `last` is old enough.
pub const EVENTS: &str = "events";
/// Who is kept out; removed when `until` is over.
pub const BLOCKS: &str = "blocks";
/// Failed attempts and how long further ones are turned away; removed when `last` is a day old.
pub const LOCKOUTS: &str = "lockouts";
/// What the technical administrator is told at once; removed when `at` is old enough.
pub const ALERTS: &str = "alerts";
/// From where participation came; removed when `at` is old enough.
pub const ORIGINS: &str = "origins";

/// How often a commit is tried again when somebody else has changed the record meanwhile.
const ATTEMPTS: u32 = 12;

/// The collections of this room, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer"});
    let object = |required: &[&str], properties: serde_json::Value| json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties});
    vec![
        Collection::new(
            EVENTS,
            object(
                &["kind", "subject", "detail", "number", "first", "last"],
                json!({"kind": text(), "subject": text(), "detail": text(), "number": number(), "first": text(), "last": text()}),
            ),
        )
        .index(&["last"]),
        Collection::new(
            BLOCKS,
            object(
                &["target", "reason", "since", "until", "by"],
                json!({"target": text(), "reason": text(), "since": text(), "until": text(), "by": text()}),
            ),
        )
        .index(&["until"]),
        Collection::new(
            LOCKOUTS,
            object(
                &["subject", "failures", "rounds", "last", "until"],
                json!({"subject": text(), "failures": number(), "rounds": number(), "last": text(), "until": text()}),
            ),
        )
        .index(&["last"])
        .index(&["until"]),
        Collection::new(
            ALERTS,
            object(
                &["kind", "subject", "detail", "at", "waiting", "told", "failures", "next"],
                json!({"kind": text(), "subject": text(), "detail": text(), "at": text(), "waiting": text(), "told": {"type": "boolean"}, "failures": number(), "next": text()}),
            ),
        )
        .index(&["at"])
        .index(&["waiting", "next"]),
        Collection::new(
            ORIGINS,
            object(&["at"], json!({"address": text(), "device": text(), "at": text()})),
        )
        .index(&["at"]),
    ]
}

/// Why a record of the security store could not be read or kept.
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

/// The storage, as this room uses it.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) storage: Storage,
}

impl Store {
    /// A record.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        collection: &str,
        key: &str,
    ) -> Result<Option<T>, KeepError> {
        let mut unit = self.storage.begin().await?;
        let found = unit.get(NAMESPACE, collection, key).await?;
        Ok(found.map(|document| document.parse()).transpose()?)
    }

    /// Changes a record from what it is; `None` removes it. Called again if somebody else changes it meanwhile. Gives what
    /// stands there then.
    pub(crate) async fn change<T: DeserializeOwned + Serialize + Clone>(
        &self,
        collection: &str,
        key: &str,
        change: impl Fn(Option<&T>) -> Option<T>,
    ) -> Result<Option<T>, KeepError> {
        for attempt in 1.. {
            let mut unit = self.storage.begin().await?;
            let old = unit.get(NAMESPACE, collection, key).await?;
            let before: Option<T> = old.as_ref().map(vzaemo_storage::Document::parse).transpose()?;
            let after = change(before.as_ref());
            let body = after.as_ref().map(serde_json::to_string).transpose()?;
            match (old, body) {
                (Some(old), Some(body)) => {
                    unit.replace(NAMESPACE, collection, key, old.revision, &body).await?;
                }
                (Some(old), None) => unit.remove(NAMESPACE, collection, key, old.revision).await?,
                (None, Some(body)) => {
                    unit.insert(NAMESPACE, collection, Some(key.to_owned()), &body).await?;
                }
                (None, None) => return Ok(None),
            }
            match unit.commit().await {
                Ok(_) => return Ok(after),
                Err(error) if error.is_retryable() && attempt < ATTEMPTS => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}
