//! Who saw a person's data: when, which record, in what capacity and for what.
//!
//! Each record is committed together with its entry of the audit log, which holds commitments only; this is the side of
//! it that the person reads.

use crate::Error;
use crate::records::{NAMESPACE, Text, read, write};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_storage::{BODY, Collection, Cursor, Query, Unit};

pub(crate) const ACCESSES: &str = "accesses";

/// In what capacity somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capacity {
    /// As an official of a body.
    Official,
    /// As the holder of the platform.
    Holder,
    /// As its technical administrator.
    TechnicalAdministrator,
    /// As an auditor.
    Auditor,
    /// As anybody else.
    Person,
}

/// What data are needed for, with the act of law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// In words.
    pub why: Text,
    /// The act of law.
    pub law: String,
}

/// Somebody saw, or tried to see, data of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whose data, by the platform's id.
    pub subject: String,
    /// When, by the legal clock, RFC 3339.
    pub at: String,
    /// Who, by the platform's id.
    pub viewer: String,
    /// In what capacity.
    pub capacity: Capacity,
    /// For which body, by its id in the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The module.
    pub module: String,
    /// The key of the record.
    pub record: String,
    /// What the data are needed for.
    pub purposes: Vec<Purpose>,
    /// Whether they were let.
    pub allowed: bool,
}

pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    let words =
        json!({"type": "object", "required": ["uk", "en"], "properties": {"uk": text(), "en": text()}});
    let purpose = json!({"type": "object", "required": ["why", "law"], "additionalProperties": false,
        "properties": {"why": words, "law": text()}});
    Collection::new(
        ACCESSES,
        json!({"type": "object", "additionalProperties": false,
            "required": ["subject", "at", "viewer", "capacity", "module", "record", "purposes", "allowed"],
            "properties": {
                "subject": text(), "at": text(), "viewer": text(), "capacity": text(), "body": text(),
                "module": text(), "record": text(), "purposes": {"type": "array", "items": purpose},
                "allowed": {"type": "boolean"}}}),
    )
    .index(&["subject", "at"])
}

/// Enters an access, in the unit of work of its audit entry.
pub async fn enter(unit: &mut Unit, access: &Access) -> Result<(), Error> {
    let body = write(&access.record, access)?;
    unit.insert(NAMESPACE, ACCESSES, None, &body).await?;
    Ok(())
}

/// Who saw the person's data, the latest first, a page at a time; with where the next page starts.
pub async fn my_accesses(
    unit: &mut Unit,
    person: &str,
    limit: u32,
    after: Option<Cursor>,
) -> Result<(Vec<Access>, Option<Cursor>), Error> {
    let query = Query::of(ACCESSES).equal("subject", person).descending("at").fields(&[BODY]);
    let rows = unit.select(NAMESPACE, &query.limit(limit).after(after)).await?;
    let accesses = rows.keys.iter().zip(&rows.columns).map(|(key, body)| read(key, body));
    Ok((accesses.collect::<Result<_, _>>()?, rows.next))
}
