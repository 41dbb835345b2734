//! How answers stand in a transcript, and how they come out of it again.

use super::digest;
use super::recorder::Recorder;
use super::replayer::Replayer;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vzaemo_contract::call::{Body, Conflict, Denied, Document, FileInfo, Hit, Principal, Query, Rows};

/// An answer of the host.
#[async_trait]
pub(super) trait Answer: Sized {
    /// What stands in the transcript.
    fn keep(&self, recorder: &Recorder) -> Result<String, serde_json::Error>;
    /// The same answer again, to whoever asks with these arguments; `None` if it cannot be had any more, which the
    /// replayer has then been told.
    async fn give(kept: &str, asked: &Value, replayer: &mut Replayer) -> Option<Self>;
    /// A refusal, for who asks something else than before.
    fn refused(denied: Denied) -> Self;
}

/// A document by reference.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Seen {
    /// One that the same call has written.
    Own { key: String },
    /// One that was there.
    At { key: String, revision: u64, digest: String },
}

/// Rows by reference.
#[derive(Serialize, Deserialize)]
pub(super) struct SeenRows {
    pub keys: Vec<String>,
    pub revisions: Vec<u64>,
    pub digest: String,
    pub next: Option<String>,
}

fn parsed<T: for<'de> Deserialize<'de>>(kept: &str, replayer: &mut Replayer) -> Option<T> {
    let parsed = serde_json::from_str(kept);
    if parsed.is_err() {
        replayer.unreadable();
    }
    parsed.ok()
}

macro_rules! verbatim {
    ($($value:ty, $error:ty, $refuse:expr;)*) => {$(
        #[async_trait]
        impl Answer for Result<$value, $error> {
            fn keep(&self, _: &Recorder) -> Result<String, serde_json::Error> {
                serde_json::to_string(self)
            }

            async fn give(kept: &str, _: &Value, replayer: &mut Replayer) -> Option<Self> {
                parsed(kept, replayer)
            }

            fn refused(denied: Denied) -> Self {
                Err($refuse(denied))
            }
        }
    )*};
}
verbatim! {
    (), Denied, std::convert::identity;
    bool, Denied, std::convert::identity;
    i64, Denied, std::convert::identity;
    u64, Denied, std::convert::identity;
    String, Denied, std::convert::identity;
    Vec<Body>, Denied, std::convert::identity;
    Vec<Hit>, Denied, std::convert::identity;
    Option<Body>, Denied, std::convert::identity;
    Option<FileInfo>, Denied, std::convert::identity;
    Option<Principal>, Denied, std::convert::identity;
    (), Conflict, Conflict::Denied;
    String, Conflict, Conflict::Denied;
}

#[async_trait]
impl Answer for Result<Option<Document>, Denied> {
    fn keep(&self, recorder: &Recorder) -> Result<String, serde_json::Error> {
        let seen = self.as_ref().map(|found| {
            found.as_ref().map(|document| {
                let key = document.key.clone();
                if recorder.read_own() {
                    Seen::Own { key }
                } else {
                    Seen::At { key, revision: document.revision, digest: digest(document.body.as_bytes()) }
                }
            })
        });
        serde_json::to_string(&seen)
    }

    async fn give(kept: &str, asked: &Value, replayer: &mut Replayer) -> Option<Self> {
        let collection = asked.get(0).and_then(Value::as_str).unwrap_or_default();
        match parsed::<Result<Option<Seen>, Denied>>(kept, replayer)? {
            Err(denied) => Some(Err(denied)),
            Ok(None) => Some(Ok(None)),
            Ok(Some(Seen::Own { key })) => Some(Ok(replayer.own(collection, &key))),
            Ok(Some(Seen::At { key, revision, digest: was })) => {
                let body = replayer.body(collection, &key, revision).await?;
                if digest(body.as_bytes()) != was {
                    replayer.changed(collection, &key, revision);
                }
                Some(Ok(Some(Document { key, revision, body })))
            }
        }
    }

    fn refused(denied: Denied) -> Self {
        Err(denied)
    }
}

#[async_trait]
impl Answer for Result<Rows, Denied> {
    fn keep(&self, recorder: &Recorder) -> Result<String, serde_json::Error> {
        let seen = self.as_ref().map(|rows| SeenRows {
            keys: rows.keys.clone(),
            revisions: recorder.revisions().to_vec(),
            digest: digest_of(&rows.values),
            next: rows.next.clone(),
        });
        serde_json::to_string(&seen)
    }

    async fn give(kept: &str, asked: &Value, replayer: &mut Replayer) -> Option<Self> {
        let seen = match parsed::<Result<SeenRows, Denied>>(kept, replayer)? {
            Ok(seen) => seen,
            Err(denied) => return Some(Err(denied)),
        };
        let query: Query = asked.get(0).and_then(|query| serde_json::from_value(query.clone()).ok())?;
        let mut values = Vec::with_capacity(seen.keys.len() * query.fields.len());
        for (key, revision) in seen.keys.iter().zip(&seen.revisions) {
            let body = replayer.body(&query.collection, key, *revision).await?;
            let document: Value = serde_json::from_str(&body).unwrap_or_default();
            for field in &query.fields {
                values.push(match field.as_str() {
                    vzaemo_storage::KEY => key.clone(),
                    vzaemo_storage::REVISION => revision.to_string(),
                    vzaemo_storage::BODY => body.clone(),
                    path => crate::migration::column(&document, path),
                });
            }
        }
        if digest_of(&values) != seen.digest {
            for (key, revision) in seen.keys.iter().zip(&seen.revisions) {
                replayer.suspect(&query.collection, key, *revision);
            }
        }
        Some(Ok(Rows { keys: seen.keys, values, next: seen.next }))
    }

    fn refused(denied: Denied) -> Self {
        Err(denied)
    }
}

fn digest_of(values: &[String]) -> String {
    let mut joined = String::with_capacity(values.iter().map(|value| value.len() + 1).sum());
    for value in values {
        // The length before each, so that no two lists read the same.
        joined.push_str(&value.len().to_string());
        joined.push(':');
        joined.push_str(value);
    }
    digest(joined.as_bytes())
}
