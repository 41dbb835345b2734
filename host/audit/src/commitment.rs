//! Salted commitments to personal things.

use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use vzaemo_storage::{Collection, Storage, Unit};

use crate::AuditError;

const NAMESPACE: &str = "audit";
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

    fn new(salt: &str, what: &str, value: &[u8]) -> Self {
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

/// Declares the collection that holds the salts; to be called once after the storage is opened.
pub async fn declare(storage: &Storage) -> Result<(), AuditError> {
    let schema = json!({
        "type": "object",
        "properties": {"salt": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
        "required": ["salt"],
        "additionalProperties": false
    });
    Ok(storage.declare(NAMESPACE, &[Collection::new(SALTS, schema)]).await?)
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
    let mut bytes = [0; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| AuditError::NoRandomness)?;
    let salt = hex::encode(bytes);
    unit.insert(NAMESPACE, SALTS, Some(subject.to_owned()), &json!({"salt": salt}).to_string()).await?;
    Ok(Commitment::new(&salt, what, value))
}

/// Erases a subject's salt, so that what the log holds of it can no longer be told. `false` if there was none.
pub async fn erase(unit: &mut Unit, subject: &str) -> Result<bool, AuditError> {
    let Some(document) = unit.get(NAMESPACE, SALTS, subject).await? else { return Ok(false) };
    unit.remove(NAMESPACE, SALTS, subject, document.revision).await?;
    Ok(true)
}

async fn known_salt(unit: &mut Unit, subject: &str) -> Result<Option<String>, AuditError> {
    let Some(document) = unit.get(NAMESPACE, SALTS, subject).await? else { return Ok(None) };
    Ok(Some(document.parse::<Salt>()?.salt))
}
