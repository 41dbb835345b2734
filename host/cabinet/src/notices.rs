//! Notices: what a person is told.

use crate::Error;
use crate::mail::{self, Kind};
use crate::records::{NAMESPACE, NOTICES, NoticeRecord, Text, read, write};
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Cursor, Query, Unit};

/// Something a person is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The module that tells it.
    pub module: String,
    /// What it is about.
    pub kind: Kind,
    /// What it says.
    pub text: Text,
    /// The local path to go to.
    pub address: String,
}

/// A notice as the person finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeLine {
    /// Its key.
    pub key: String,
    /// What it says and where it leads.
    pub notice: Notice,
    /// When, RFC 3339.
    pub at: String,
    /// Whether the person has seen it.
    pub read: bool,
}

/// Tells a person, in the cabinet and as they want it by e-mail.
pub async fn notify(unit: &mut Unit, person: &str, notice: Notice, now: Instant) -> Result<(), Error> {
    mail::enqueue(unit, person, notice.kind, &notice.text, &notice.address, now).await?;
    let record = NoticeRecord {
        kind: notice.kind,
        person: person.to_owned(),
        module: notice.module,
        text: notice.text,
        address: notice.address,
        at: now.to_string(),
        read: false,
    };
    let body = write(person, &record)?;
    unit.insert(NAMESPACE, NOTICES, None, &body).await?;
    Ok(())
}

/// How many notices the person has not seen.
pub async fn unread(unit: &mut Unit, person: &str) -> Result<u64, Error> {
    Ok(unit.count(NAMESPACE, NOTICES, "unread", person).await?)
}

/// The person's notices, the latest first, a page at a time; with where the next page starts.
pub async fn my_notices(
    unit: &mut Unit,
    person: &str,
    limit: u32,
    after: Option<Cursor>,
) -> Result<(Vec<NoticeLine>, Option<Cursor>), Error> {
    let query = Query::of(NOTICES).equal("person", person).descending("at").fields(&[BODY]);
    let rows = unit.select(NAMESPACE, &query.limit(limit).after(after)).await?;
    let mut notices = Vec::with_capacity(rows.keys.len());
    for (key, body) in rows.keys.into_iter().zip(&rows.columns) {
        let record: NoticeRecord = read(&key, body)?;
        notices.push(NoticeLine {
            key,
            notice: Notice {
                module: record.module,
                kind: record.kind,
                text: record.text,
                address: record.address,
            },
            at: record.at,
            read: record.read,
        });
    }
    Ok((notices, rows.next))
}

/// Marks notices of the person as seen; those of others are left alone.
pub async fn mark_read(unit: &mut Unit, person: &str, keys: &[String]) -> Result<(), Error> {
    for key in keys {
        let Some(document) = unit.get(NAMESPACE, NOTICES, key).await? else { continue };
        let mut notice: NoticeRecord = read(key, &document.body)?;
        if notice.person == person && !notice.read {
            notice.read = true;
            let body = write(key, &notice)?;
            unit.replace(NAMESPACE, NOTICES, key, document.revision, &body).await?;
        }
    }
    Ok(())
}
