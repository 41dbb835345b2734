//! Drafts: a form begun and not sent. One per person and form.

use crate::Error;
use crate::records::{DRAFTS, DraftRecord, NAMESPACE, Text, read, write};
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Query, Unit};

/// A form begun and not sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The module.
    pub module: String,
    /// What the form is for, in words.
    pub title: Text,
    /// The local path of the form; with the person it makes the draft's key.
    pub address: String,
    /// What was typed so far, a JSON object.
    pub values: String,
}

/// A line of "my drafts".
#[derive(Debug, Clone, PartialEq)]
pub struct DraftSummary {
    /// The draft.
    pub draft: Draft,
    /// When it was last changed, RFC 3339.
    pub updated: String,
}

impl From<DraftRecord> for Draft {
    fn from(record: DraftRecord) -> Self {
        Draft { module: record.module, title: record.title, address: record.address, values: record.values }
    }
}

fn key(person: &str, address: &str) -> String {
    format!("{person}:{address}")
}

/// Keeps what was typed so far.
pub async fn save_draft(unit: &mut Unit, person: &str, draft: Draft, now: Instant) -> Result<(), Error> {
    let key = key(person, &draft.address);
    let record = DraftRecord {
        person: person.to_owned(),
        module: draft.module,
        title: draft.title,
        address: draft.address,
        values: draft.values,
        updated: now.to_string(),
    };
    let body = write(&key, &record)?;
    match unit.get(NAMESPACE, DRAFTS, &key).await? {
        Some(old) => unit.replace(NAMESPACE, DRAFTS, &key, old.revision, &body).await?,
        None => {
            unit.insert(NAMESPACE, DRAFTS, Some(key), &body).await?;
        }
    }
    Ok(())
}

/// The person's draft of the form at this address.
pub async fn draft(unit: &mut Unit, person: &str, address: &str) -> Result<Option<Draft>, Error> {
    let key = key(person, address);
    let Some(document) = unit.get(NAMESPACE, DRAFTS, &key).await? else { return Ok(None) };
    let record: DraftRecord = read(&key, &document.body)?;
    Ok(Some(record.into()))
}

/// The person's drafts, the latest first, at most 100.
pub async fn my_drafts(unit: &mut Unit, person: &str) -> Result<Vec<DraftSummary>, Error> {
    let query = Query::of(DRAFTS).equal("person", person).descending("updated").fields(&[BODY]).limit(100);
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut drafts = Vec::with_capacity(rows.keys.len());
    for (key, body) in rows.keys.iter().zip(&rows.columns) {
        let record: DraftRecord = read(key, body)?;
        let updated = record.updated.clone();
        drafts.push(DraftSummary { draft: record.into(), updated });
    }
    Ok(drafts)
}

/// Drops the person's draft of the form at this address, once it is sent or no longer wanted.
pub async fn discard_draft(unit: &mut Unit, person: &str, address: &str) -> Result<(), Error> {
    let key = key(person, address);
    if let Some(document) = unit.get(NAMESPACE, DRAFTS, &key).await? {
        unit.remove(NAMESPACE, DRAFTS, &key, document.revision).await?;
    }
    Ok(())
}
