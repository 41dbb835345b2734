//! Erasing what the log does not hold by itself: salts, the journal, earlier revisions of documents.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use vzaemo_clock::Instant;
use vzaemo_storage::{CommitError, Storage, Unit};

use crate::commitment::{NAMESPACE, erase_salt};
use crate::journal::{Journalled, expired, forget_revisions, journal, remove, remove_expired, remove_record};
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
    /// Documents whose earlier revisions are gone, as `MODULE/COLLECTION/KEY`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// Documents of a collection out of which something was taken, or that were removed.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'a> {
    /// The module.
    pub module: &'a str,
    /// The collection.
    pub collection: &'a str,
    /// Each by its key, with the persons whom it was about, by the identifiers that the host knows them by.
    pub about: &'a [(String, Vec<String>)],
}

/// Erases, in the unit that takes something out of documents, what else held it: the earlier revisions of the documents,
/// and the records of the journal by which these persons wrote them. How many records; what was erased stands in the list
/// of erasures. The entry of the log is the caller's.
///
/// # Errors
/// The storage's.
pub async fn erase_documents(
    unit: &mut Unit,
    documents: Documents<'_>,
    rule: &str,
    legal: Instant,
) -> Result<u64, AuditError> {
    let Documents { module, collection, about } = documents;
    let mut known: HashMap<&str, Vec<Journalled>> = HashMap::new();
    let (mut entries, mut gone) = (Vec::new(), Vec::new());
    for (key, persons) in about {
        forget_revisions(unit, module, collection, key).await?;
        gone.push(format!("{module}/{collection}/{key}"));
        let written = format!("{collection}/{key}");
        for person in persons {
            let records = match known.entry(person) {
                Occupied(known) => known.into_mut(),
                Vacant(place) => place.insert(all(unit, person).await?),
            };
            let (theirs, others) = std::mem::take(records)
                .into_iter()
                .partition(|record| record.module == module && record.wrote.contains(&written));
            *records = others;
            let theirs: Vec<Journalled> = theirs;
            for record in &theirs {
                remove_record(unit, record).await?;
                entries.push(record.entry);
            }
        }
    }
    let count = entries.len() as u64;
    let subject = Subject::Documents(format!("{module}/{collection}"));
    note(unit, &Erasure { subject, rule: rule.to_owned(), at: legal.to_string(), entries, documents: gone })
        .await?;
    Ok(count)
}

/// All records of a person.
async fn all(unit: &mut Unit, person: &str) -> Result<Vec<Journalled>, AuditError> {
    let subject = Subject::Person(person.to_owned());
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (records, next) = journal(unit, &subject, PORTION, after).await?;
        found.extend(records);
        match next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

/// Puts an erasure into the list.
///
/// # Errors
/// The storage's.
pub async fn note(unit: &mut Unit, erasure: &Erasure) -> Result<(), AuditError> {
    let body = serde_json::to_string(erasure).map_err(|error| AuditError::Form(error.to_string()))?;
    unit.insert(NAMESPACE, ERASURES, None, &body).await?;
    Ok(())
}

/// Erases records of the journal and revisions of documents that are older than a moment of the legal clock: some of
/// them, in a commit of its own with its entry of the log. How many records and revisions; 0 when there are none left. A
/// revision is kept as long as an act that read or wrote it may have its record.
///
/// # Errors
/// The storage's.
pub async fn erase_older(
    storage: &Storage,
    before: Instant,
    rule: &str,
    legal: Instant,
    security: Instant,
) -> Result<u64, AuditError> {
    let mut unit = storage.begin().await?;
    let old = expired(&mut unit, before).await?;
    let count = old.records.len() as u64 + old.revisions.len() as u64;
    if count == 0 {
        return Ok(0);
    }
    remove_expired(&mut unit, &old).await?;
    let entries = old.records.iter().map(|(_, entry)| *entry).collect();
    let subject = Subject::Before(before.to_string());
    let erasure =
        Erasure { subject, rule: rule.to_owned(), at: legal.to_string(), entries, documents: Vec::new() };
    note(&mut unit, &erasure).await?;
    let mut entry = Entry::new(Kind::Erasure, legal, security);
    entry.act = Some("erase-journal".into());
    let (records, revisions) = (old.records.len(), old.revisions.len());
    entry.details = vec![rule.to_owned(), format!("{records} records of the journal, {revisions} revisions")];
    record(&mut unit, entry).await?;
    match unit.commit().await {
        // Somebody else is at it: what is left comes at the next time.
        Err(CommitError::Conflict) => Ok(0),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(count),
    }
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
        let done = Erasure {
            subject: subject.clone(),
            rule: rule.to_owned(),
            at: legal.to_string(),
            entries,
            documents: Vec::new(),
        };
        note(&mut unit, &done).await?;
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
    if !subject.is_of_journal() {
        return Ok((Vec::new(), false));
    }
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
