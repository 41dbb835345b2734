//! What the room of configurations does with changes: proposes them, and says what came of them.

use super::APPROVE;
use super::record::{COLLECTION, Change, Outcome, Proposed, Record, State, digest};
use crate::work::NAMESPACE;
use crate::{Error, Platform};
use vzaemo_cabinet::Notice;
use vzaemo_cabinet::mail::Kind as NoticeKind;
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Document, Query, Unit};

/// How what was to be proposed stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It waits from now on.
    New(Change),
    /// It waits already, or is being applied.
    Before(Change),
    /// The same was declined or could not be applied, and was not to be proposed again.
    Settled(Change),
}

/// Proposes a change in place of the one that waits. `again`: also if the same was declined or has failed before.
///
/// # Errors
/// The storage's.
pub async fn propose(
    unit: &mut Unit,
    platform: &Platform,
    proposed: &Proposed,
    needed: u8,
    again: bool,
) -> Result<Standing, Error> {
    let content = serde_json::to_string(proposed).map_err(Error::storage)?;
    let digest = digest(&content);
    let now = platform.legal.now();
    if let Some(last) = latest(unit, 1).await?.pop().filter(|last| last.digest == digest) {
        if last.is_open(now) || last.state == State::Approved {
            return Ok(Standing::Before(last));
        }
        if !again && matches!(last.state, State::Declined | State::Failed) {
            return Ok(Standing::Settled(last));
        }
    }
    for (document, mut record) in in_state(unit, State::Waiting).await? {
        record.state = if now <= record.until { State::Replaced } else { State::Lapsed };
        put(unit, &document, &record).await?;
    }
    let until = now.checked_add(APPROVE.holds).unwrap_or(now);
    let record = Record {
        content,
        digest,
        at: now,
        until,
        needed,
        state: State::Waiting,
        approvals: Vec::new(),
        declined: None,
        outcome: None,
        told: None,
    };
    let body = serde_json::to_string(&record).map_err(Error::storage)?;
    let id = unit.insert(NAMESPACE, COLLECTION, None, &body).await.map_err(Error::storage)?;
    Change::of(&id, record).map(Standing::New)
}

/// Ends what waits: the file was changed back. With `only`, just that one. Gives the keys.
///
/// # Errors
/// The storage's.
pub async fn lapse(unit: &mut Unit, only: Option<&str>) -> Result<Vec<String>, Error> {
    let mut ended = Vec::new();
    for (document, mut record) in in_state(unit, State::Waiting).await? {
        if only.is_none_or(|only| only == document.key) {
            record.state = State::Lapsed;
            put(unit, &document, &record).await?;
            ended.push(document.key);
        }
    }
    Ok(ended)
}

/// The change that was approved and is to be applied.
///
/// # Errors
/// The storage's.
pub async fn open(unit: &mut Unit) -> Result<Option<Change>, Error> {
    let found = in_state(unit, State::Approved).await?.into_iter().next();
    found.map(|(document, record)| Change::of(&document.key, record)).transpose()
}

/// The latest changes, the newest first, at most so many.
///
/// # Errors
/// The storage's.
pub async fn latest(unit: &mut Unit, limit: u32) -> Result<Vec<Change>, Error> {
    let query = Query::of(COLLECTION).descending("at").fields(&[BODY]).limit(limit);
    let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
    rows.iter()
        .map(|(key, row)| {
            let body = row.first().map_or("", String::as_str);
            Change::of(key, serde_json::from_str(body).map_err(Error::storage)?)
        })
        .collect()
}

/// Keeps that an approved change serves in this generation, in the unit of work that makes it so. `false` if it is no
/// longer to be applied: another node has done that.
///
/// # Errors
/// The storage's.
pub async fn applied(unit: &mut Unit, id: &str, generation: u64, at: Instant) -> Result<bool, Error> {
    let Some((document, mut record)) = approved(unit, id).await? else { return Ok(false) };
    record.state = State::Applied;
    record.outcome = Some(Outcome { at, generation: Some(generation), problems: Vec::new() });
    put(unit, &document, &record).await?;
    Ok(true)
}

/// Keeps why an approved change could not be applied, and tells those who approved. `false` as with [`applied`].
///
/// # Errors
/// The storage's.
pub async fn failed(unit: &mut Unit, id: &str, problems: Vec<String>, at: Instant) -> Result<bool, Error> {
    let Some((document, mut record)) = approved(unit, id).await? else { return Ok(false) };
    record.state = State::Failed;
    record.outcome = Some(Outcome { at, generation: None, problems });
    put(unit, &document, &record).await?;
    let Some(told) = &record.told else { return Ok(true) };
    for approval in &record.approvals {
        let notice = Notice {
            module: String::new(),
            kind: NoticeKind::Legal,
            text: told.text.clone(),
            address: told.address.clone(),
        };
        let person = approval.by.to_string();
        vzaemo_cabinet::notify(unit, &person, notice, at).await.map_err(Error::storage)?;
    }
    Ok(true)
}

async fn approved(unit: &mut Unit, id: &str) -> Result<Option<(Document, Record)>, Error> {
    Ok(read(unit, id).await?.filter(|(_, record)| record.state == State::Approved))
}

pub(super) async fn read(unit: &mut Unit, id: &str) -> Result<Option<(Document, Record)>, Error> {
    let Some(document) = unit.get(NAMESPACE, COLLECTION, id).await.map_err(Error::storage)? else {
        return Ok(None);
    };
    let record = document.parse().map_err(Error::storage)?;
    Ok(Some((document, record)))
}

pub(super) async fn put(unit: &mut Unit, document: &Document, record: &Record) -> Result<(), Error> {
    let body = serde_json::to_string(record).map_err(Error::storage)?;
    unit.replace(NAMESPACE, COLLECTION, &document.key, document.revision, &body).await.map_err(Error::storage)
}

async fn in_state(unit: &mut Unit, state: State) -> Result<Vec<(Document, Record)>, Error> {
    let query = Query::of(COLLECTION).equal("state", state.name()).descending("at").limit(Query::MOST);
    let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
    let mut found = Vec::with_capacity(rows.keys.len());
    for key in &rows.keys {
        found.extend(read(unit, key).await?);
    }
    Ok(found)
}
