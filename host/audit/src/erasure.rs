//! Erasing what the log does not hold by itself: salts, the journal, earlier revisions of documents.

use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;
use vzaemo_storage::{CommitError, Storage, Unit};

use crate::commitment::{NAMESPACE, erase_salt};
use crate::journal::{journal, remove};
use crate::{Actor, AuditError, Entry, Kind, Subject, record};

/// What was erased, for ever: a restored backup, which still holds it, is erased again by this list.
pub(crate) const ERASURES: &str = "erasures";
/// How many records one unit of work removes.
const PORTION: u32 = 100;

/// An erasure that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Whose, or which.
    pub subject: Subject,
    /// The rule by which it was erased, as it is told to whoever asks.
    pub rule: String,
    /// When, by the legal clock.
    pub at: String,
    /// The numbers of the entries whose records are gone.
    pub entries: Vec<u64>,
}

/// Erases the salt of a person and all records of the journal about a person or a case with what was kept for them; the
/// log itself stays and verifies. Each part is an entry of the log, which names the rule and not the person. An erasure
/// that broke off goes on when it is asked for again; one of what is not there is remembered all the same.
///
/// # Errors
/// The storage's. Parts committed before stay done.
pub async fn erase(
    storage: &Storage,
    subject: &Subject,
    rule: &str,
    legal: Instant,
    security: Instant,
) -> Result<u64, AuditError> {
    let mut erased = 0;
    loop {
        let mut unit = storage.begin().await?;
        let (entries, more) = portion(&mut unit, subject).await?;
        if !more && let Subject::Person(person) = subject {
            erase_salt(&mut unit, &Actor::Person(person.clone()).subject()).await?;
        }
        let count = entries.len() as u64;
        let done =
            Erasure { subject: subject.clone(), rule: rule.to_owned(), at: legal.to_string(), entries };
        let body = serde_json::to_string(&done).map_err(|error| AuditError::Form(error.to_string()))?;
        unit.insert(NAMESPACE, ERASURES, None, &body).await?;
        let mut entry = Entry::new(Kind::Erasure, legal, security);
        entry.act = Some("erase".into());
        entry.details = vec![rule.to_owned(), format!("{count} records of the journal")];
        record(&mut unit, entry).await?;
        match unit.commit().await {
            Ok(_) => erased += count,
            Err(CommitError::Conflict) => continue,
            Err(error) => return Err(error.into()),
        }
        if !more {
            return Ok(erased);
        }
    }
}

/// Removes some records; the numbers of their entries, and whether there are more.
async fn portion(unit: &mut Unit, subject: &Subject) -> Result<(Vec<u64>, bool), AuditError> {
    let (records, next) = journal(unit, subject, PORTION, None).await?;
    for record in &records {
        remove(unit, record).await?;
    }
    Ok((records.iter().map(|record| record.entry).collect(), next.is_some()))
}

/// All erasures that were done, in order.
pub async fn erasures(storage: &Storage) -> Result<Vec<Erasure>, AuditError> {
    let mut export = storage.export(NAMESPACE, ERASURES).await?;
    let mut all = Vec::new();
    while let Some(document) = export.next().await? {
        all.push(document.parse()?);
    }
    export.end().await?;
    Ok(all)
}
