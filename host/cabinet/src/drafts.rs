//! Drafts: a form begun and not sent. One per person and form.

use crate::Error;
use crate::records::{DRAFT_DAYS, DRAFTS, DraftRecord, NAMESPACE, Text, read, write};
use std::time::SystemTime;
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_storage::files::{self, Place, Unnameable};
use vzaemo_storage::{BODY, Op, Query, Unit};

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
    /// The files that were sent so far, by their ids: they are held as long as the draft is.
    pub files: Vec<String>,
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
        Draft {
            module: record.module,
            title: record.title,
            address: record.address,
            values: record.values,
            files: record.files,
        }
    }
}

pub(crate) fn key(person: &str, address: &str) -> String {
    format!("{person}:{address}")
}

/// Holds the files of a draft; those that it has no more are swept in time, unless something else names them. One that
/// is not there any more is passed over: the form asks for it again.
async fn hold(unit: &mut Unit, key: &str, files: &[String]) -> Result<(), Error> {
    let mut there = Vec::with_capacity(files.len());
    for id in files {
        if files::get(unit, id).await?.is_some() {
            there.push(id.clone());
        }
    }
    // Files are swept by real time, whatever the legal clock shows.
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
    let place = Place::new(NAMESPACE, DRAFTS, key);
    match files::name(unit, &place, &there, i64::try_from(now).unwrap_or_default()).await {
        Ok(_) | Err(Unnameable::Missing(_)) => Ok(()),
        Err(Unnameable::Write(error)) => Err(error.into()),
    }
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
        files: draft.files,
        updated: now.to_string(),
    };
    hold(unit, &key, &record.files).await?;
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
        hold(unit, &key, &[]).await?;
        unit.remove(NAMESPACE, DRAFTS, &key, document.revision).await?;
    }
    Ok(())
}

/// Drops drafts whose last day is over, `most` of them at most, and tells how many: a draft is kept for [`DRAFT_DAYS`] days
/// after it was last touched, the last one to its end.
pub async fn expire_drafts(unit: &mut Unit, now: Instant, most: u32) -> Result<usize, Error> {
    let kept = SignedDuration::from_hours((DRAFT_DAYS + 1) * 24);
    let Ok(until) = now.checked_add(-kept) else { return Ok(0) };
    let query = Query::of(DRAFTS)
        .when("updated", Op::Le, until.to_string())
        .ascending("updated")
        .fields(&[BODY])
        .limit(most);
    let rows = unit.select(NAMESPACE, &query).await?;
    for (key, body) in rows.keys.iter().zip(&rows.columns) {
        let record: DraftRecord = read(key, body)?;
        discard_draft(unit, &record.person, &record.address).await?;
    }
    Ok(rows.keys.len())
}
