//! Salted commitments to personal things.

use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use vzaemo_storage::{Collection, Storage, Unit};

use crate::checkpoints::CHECKPOINTS;
use crate::erasure::ERASURES;
use crate::journal::{JOURNAL, REVISIONS};
use crate::kept::TREE;
use crate::{Actor, AuditError};

/// The namespace of all records beside the log.
pub(crate) const NAMESPACE: &str = "audit";
const SALTS: &str = "salts";

/// SHA-256, in hexadecimal, over a subject's salt, what is committed to, and its value. It reveals nothing without the
/// salt; with salt and value at hand anyone can check it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(String);

impl Commitment {
    /// The hexadecimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The commitment to a value by this salt; anybody who knows both can compare it with that of an entry.
    pub fn new(salt: &str, what: &str, value: &[u8]) -> Self {
        // Each part is preceded by its length, so that no two different triples give the same bytes.
        let mut hash = Sha256::new();
        for part in [salt.as_bytes(), what.as_bytes(), value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hex::encode(hash.finalize()))
    }
}

#[derive(Deserialize)]
struct Salt {
    salt: String,
}

/// Declares the records beside the log; to be called once after the storage is opened.
pub async fn declare(storage: &Storage) -> Result<(), AuditError> {
    let schema = json!({
        "type": "object",
        "properties": {"salt": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
        "required": ["salt"],
        "additionalProperties": false
    });
    let text = json!({"type": "string"});
    let row = json!({
        "type": "object",
        "properties": {"size": {"type": "integer"}, "hashes": {"type": "string", "pattern": "^[0-9a-f]*$"}},
        "additionalProperties": false
    });
    let checkpoint = json!({
        "type": "object",
        "properties": {"note": text, "made": text},
        "required": ["note", "made"],
        "additionalProperties": false
    });
    let texts = json!({"type": "array", "items": text});
    let record = json!({
        "type": "object",
        "properties": {
            "entry": text, "person": text, "case": text, "module": text, "act": text, "at": text, "salt": text,
            "input": text, "wrote": texts, "transcript": text
        },
        "required": ["entry", "at", "salt", "transcript"],
        "additionalProperties": false
    });
    let revision = json!({
        "type": "object",
        "properties": {
            "module": text, "collection": text, "key": text, "revision": {"type": "integer"},
            "version": {"type": "integer"}, "body": text
        },
        "required": ["module", "collection", "key", "revision", "version", "body"],
        "additionalProperties": false
    });
    let erasure = json!({
        "type": "object",
        "properties": {
            "subject": {"type": "object"}, "rule": text, "at": text,
            "entries": {"type": "array", "items": {"type": "integer"}}, "documents": texts
        },
        "required": ["subject", "rule", "at", "entries"],
        "additionalProperties": false
    });
    let collections = [
        Collection::new(SALTS, schema),
        Collection::new(TREE, row),
        Collection::new(CHECKPOINTS, checkpoint),
        Collection::new(JOURNAL, record).index(&["person"]).index(&["case"]),
        Collection::new(REVISIONS, revision).index(&["module", "collection", "key"]),
        Collection::new(ERASURES, erasure),
    ];
    Ok(storage.declare(NAMESPACE, &collections).await?)
}

/// The commitment that entries about `subject` hold for this value, or `None` if its salt has been erased or never
/// been made: then nobody can tell.
pub async fn commitment(
    unit: &mut Unit,
    subject: &str,
    what: &str,
    value: &[u8],
) -> Result<Option<Commitment>, AuditError> {
    Ok(known_salt(unit, subject).await?.map(|salt| Commitment::new(&salt, what, value)))
}

/// The same, making a salt if there is none: one of 32 random bytes for each subject.
pub(crate) async fn commit_to(
    unit: &mut Unit,
    subject: &str,
    what: &str,
    value: &[u8],
) -> Result<Commitment, AuditError> {
    if let Some(known) = commitment(unit, subject, what, value).await? {
        return Ok(known);
    }
    let salt = salt()?;
    unit.insert(NAMESPACE, SALTS, Some(subject.to_owned()), &json!({"salt": salt}).to_string()).await?;
    Ok(Commitment::new(&salt, what, value))
}

/// A new salt: 32 random bytes in hexadecimal.
pub(crate) fn salt() -> Result<String, AuditError> {
    let mut bytes = [0; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| AuditError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// The salt of a person's commitments, by the identifier that the host knows them by; `None` if it was erased.
pub(crate) async fn person_salt(unit: &mut Unit, person: &str) -> Result<Option<String>, AuditError> {
    known_salt(unit, &Actor::Person(person.to_owned()).subject()).await
}

/// Erases a subject's salt, so that what the log holds of it can no longer be told. `false` if there was none.
pub(crate) async fn erase_salt(unit: &mut Unit, subject: &str) -> Result<bool, AuditError> {
    let Some(document) = unit.get(NAMESPACE, SALTS, subject).await? else { return Ok(false) };
    unit.remove(NAMESPACE, SALTS, subject, document.revision).await?;
    Ok(true)
}

async fn known_salt(unit: &mut Unit, subject: &str) -> Result<Option<String>, AuditError> {
    let Some(document) = unit.get(NAMESPACE, SALTS, subject).await? else { return Ok(None) };
    Ok(Some(document.parse::<Salt>()?.salt))
}
