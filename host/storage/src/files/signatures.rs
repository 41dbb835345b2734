//! What is known of the signatures in a file: beside its record, and gone with it.
//!
//! The storage keeps it and does not understand it. Whoever looks after signatures says when a file is to be looked at
//! (again); a file that waits is found by that time, so that nothing that could not be found out is forgotten.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::NAMESPACE;
use crate::{BODY, Collection, Op, Query, StorageError, Unit, WriteError};

/// What is known of the signatures in files, by the file's id.
const SIGNATURES: &str = "signatures";
/// So many signatures of one document, each in a file of its own, are told.
const MOST: u32 = 50;

/// What is known of the signatures in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatures {
    /// The file's id.
    pub file: String,
    /// The file that they sign, where they stand apart from it and it is known.
    pub signs: Option<String>,
    /// The files that came together with it: one of them may be what they sign.
    pub beside: Vec<String>,
    /// Whether they are to be looked at.
    pub state: Look,
    /// When they are to be looked at, in milliseconds since 1970; says nothing once they are settled.
    pub due: i64,
    /// How often nothing could be found out since it last could.
    pub tries: u32,
    /// What was found; nothing yet is `null`.
    pub findings: Value,
}

/// Whether signatures are to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// When they are due.
    Waiting,
    /// Not by themselves.
    Settled,
}

/// The collection.
pub(super) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "required": ["file", "signs", "beside", "state", "due", "tries", "findings"],
        "properties": {
            "file": text(), "signs": {"type": ["string", "null"]},
            "beside": {"type": "array", "items": text()},
            "state": {"type": "string", "enum": ["waiting", "settled"]},
            "due": {"type": "integer"}, "tries": {"type": "integer"}, "findings": {"type": ["object", "null"]}
        }
    });
    Collection::new(SIGNATURES, schema).index(&["signs"]).index(&["state", "due"])
}

/// What is known of the signatures in this file; with its revision.
///
/// # Errors
/// The storage does not answer.
pub async fn signatures(unit: &mut Unit, file: &str) -> Result<Option<(Signatures, u64)>, StorageError> {
    let Some(document) = unit.get(NAMESPACE, SIGNATURES, file).await? else { return Ok(None) };
    Ok(Some((document.parse()?, document.revision)))
}

/// Keeps it: `known` is the revision of what was known before, if anything was.
///
/// # Errors
/// The storage does not take it.
pub async fn keep_signatures(
    unit: &mut Unit,
    signatures: &Signatures,
    known: Option<u64>,
) -> Result<(), WriteError> {
    let body = serde_json::to_string(signatures).unwrap_or_default();
    match known {
        Some(revision) => unit.replace(NAMESPACE, SIGNATURES, &signatures.file, revision, &body).await,
        None => unit.insert(NAMESPACE, SIGNATURES, Some(signatures.file.clone()), &body).await.map(|_| ()),
    }
}

/// The signatures that stand apart from this file, each in a file of its own.
///
/// # Errors
/// The storage does not answer.
pub async fn signatures_on(unit: &mut Unit, file: &str) -> Result<Vec<Signatures>, StorageError> {
    let query = Query::of(SIGNATURES).equal("signs", file).fields(&[BODY]).limit(MOST);
    let rows = unit.select(NAMESPACE, &query).await?;
    Ok(rows.columns.iter().filter_map(|body| serde_json::from_str(body).ok()).collect())
}

/// The files whose signatures are to be looked at, the longest due first.
///
/// # Errors
/// The storage does not answer.
pub async fn signatures_due(unit: &mut Unit, now_ms: i64, limit: u32) -> Result<Vec<String>, StorageError> {
    let due = Query::of(SIGNATURES).equal("state", "waiting").when("due", Op::Le, now_ms.to_string());
    Ok(unit.select(NAMESPACE, &due.ascending("due").limit(limit)).await?.keys)
}

/// Forgets it with the file.
pub(super) async fn forget_signatures(unit: &mut Unit, file: &str) -> Result<(), WriteError> {
    if let Some(known) = unit.get(NAMESPACE, SIGNATURES, file).await? {
        unit.remove(NAMESPACE, SIGNATURES, file, known.revision).await?;
    }
    Ok(())
}
