//! The journal beside the log: what is needed to prove what an entry says, and to do again what it tells of. It can be
//! erased; the log cannot.
//!
//! A record of the journal is written in the commit of its entry. The entry holds commitments to its input and to the
//! record as a whole by a salt that stands in the record only, so with the record nobody can tell any more what the
//! entry meant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;
use vzaemo_storage::{Cursor, Document, KEY, Op, Query, Unit};

use crate::commitment::{NAMESPACE, salt};
use crate::entry::Entry;
use crate::{Actor, AuditError, Commitment};

/// Records by a key that is not the entry's number, which nobody knows before the commit.
pub(crate) const JOURNAL: &str = "journal";
/// Earlier revisions of documents.
pub(crate) const REVISIONS: &str = "revisions";

/// What goes into the journal with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// The case that it belongs to, as `MODULE/KEY`.
    pub case: Option<String>,
    /// Documents that were written, as `COLLECTION/KEY`: the earlier revisions of these are erased with the record.
    pub wrote: Vec<String>,
    /// What is needed to do it again. It stands in the journal byte for byte, placeholders of numbers included.
    pub transcript: Vec<u8>,
}

/// A record as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The entry's number.
    entry: String,
    /// The acting person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    person: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    case: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    module: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    act: String,
    /// By the legal clock.
    at: String,
    salt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrote: Vec<String>,
    /// In base64, so that placeholders in it stay as they are.
    transcript: String,
}

/// A record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journalled {
    /// Its key in the journal.
    pub key: String,
    /// The number of its entry.
    pub entry: u64,
    /// The person who acted.
    pub person: Option<String>,
    /// The case that it belongs to, as `MODULE/KEY`.
    pub case: Option<String>,
    /// The id of the module.
    pub module: String,
    /// The act or job by its name.
    pub act: String,
    /// When, by the legal clock.
    pub at: String,
    /// The salt of the entry's commitments to the input and to this record.
    pub salt: String,
    /// The input.
    pub input: Option<String>,
    /// Documents that were written, as `COLLECTION/KEY`.
    pub wrote: Vec<String>,
    /// What is needed to do it again.
    pub transcript: Vec<u8>,
}

/// Commitments of an entry that is kept with a record.
pub(crate) struct Committed {
    pub input: Option<Commitment>,
    pub journal: Commitment,
}

/// Puts the record of an entry into the unit; to be called before the entry is.
pub(crate) async fn put(unit: &mut Unit, entry: &Entry, beside: &Beside) -> Result<Committed, AuditError> {
    let salt = salt()?;
    let input = entry.input.as_deref().map(String::from_utf8_lossy);
    let committed = Committed {
        input: entry.input.as_deref().map(|input| Commitment::new(&salt, "input", input)),
        journal: Commitment::new(&salt, "journal", &beside.transcript),
    };
    let person = match &entry.actor {
        Actor::Person(person) => person.clone(),
        _ => String::new(),
    };
    let stored = Stored {
        entry: unit.entry_number(),
        person,
        case: beside.case.clone().unwrap_or_default(),
        module: entry.module.as_ref().map(|module| module.id.clone()).unwrap_or_default(),
        act: entry.act.clone().unwrap_or_default(),
        at: entry.legal.to_string(),
        salt,
        input: input.map(std::borrow::Cow::into_owned),
        wrote: beside.wrote.clone(),
        transcript: STANDARD.encode(&beside.transcript),
    };
    let body = serde_json::to_string(&stored).map_err(|error| AuditError::Form(error.to_string()))?;
    unit.insert(NAMESPACE, JOURNAL, None, &body).await?;
    Ok(committed)
}

impl Journalled {
    fn read(document: &Document) -> Result<Self, AuditError> {
        let stored: Stored = document.parse()?;
        let form = |what: &str| AuditError::Form(format!("a record of the journal has no {what}"));
        let some = |text: String| if text.is_empty() { None } else { Some(text) };
        Ok(Self {
            key: document.key.clone(),
            entry: stored.entry.parse().map_err(|_| form("entry"))?,
            person: some(stored.person),
            case: some(stored.case),
            module: stored.module,
            act: stored.act,
            at: stored.at,
            salt: stored.salt,
            input: stored.input,
            wrote: stored.wrote,
            transcript: STANDARD.decode(&stored.transcript).map_err(|_| form("transcript"))?,
        })
    }

    /// Whether the transcript is the one that the entry commits to.
    pub fn is_committed_to(&self, journal: &Commitment) -> bool {
        Commitment::new(&self.salt, "journal", &self.transcript) == *journal
    }
}

/// Whose records, or which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// What a person did, by the identifier that the host knows them by.
    Person(String),
    /// What belongs to a case, `MODULE/KEY`.
    Case(String),
    /// Documents of a collection, `MODULE/COLLECTION`.
    Documents(String),
    /// What is older than a moment of the legal clock.
    Before(String),
    /// What is a person's alone, at their request; that it was carried out is said of the person.
    Request(String),
    /// A person's request that does not stand any longer.
    Withdrawn(String),
}

impl Subject {
    /// Whether its records are found in the journal by a field of theirs.
    pub(crate) fn is_of_journal(&self) -> bool {
        matches!(self, Self::Person(_) | Self::Case(_))
    }

    pub(crate) fn query(&self) -> Query {
        let (field, value) = match self {
            Self::Person(person) => ("person", person),
            Self::Case(case) => ("case", case),
            // No record has these: see `is_of_journal`.
            Self::Documents(of) | Self::Before(of) | Self::Request(of) | Self::Withdrawn(of) => ("case", of),
        };
        Query::of(JOURNAL).equal(field, value).ascending(KEY)
    }
}

/// A part of somebody's records, and where the next part begins.
pub type Part = (Vec<Journalled>, Option<Cursor>);

/// Records of a person or a case, the oldest first, `limit` at most.
pub async fn journal(
    unit: &mut Unit,
    subject: &Subject,
    limit: u32,
    after: Option<Cursor>,
) -> Result<Part, AuditError> {
    part(unit, subject.query().limit(limit).after(after)).await
}

/// Records of a person, the newest first, `limit` at most: by all identifiers under which they acted.
pub async fn newest(
    unit: &mut Unit,
    persons: &[&str],
    limit: u32,
    after: Option<Cursor>,
) -> Result<Part, AuditError> {
    let by = |person: &&str| {
        let query = Query::of(JOURNAL).equal("person", *person).descending(KEY);
        query.limit(limit).after(after.clone())
    };
    parts(unit, &persons.iter().map(by).collect::<Vec<_>>()).await
}

async fn part(unit: &mut Unit, query: Query) -> Result<Part, AuditError> {
    parts(unit, &[query]).await
}

async fn parts(unit: &mut Unit, queries: &[Query]) -> Result<Part, AuditError> {
    let rows = unit.select_any(NAMESPACE, queries).await?;
    let mut records = Vec::with_capacity(rows.keys.len());
    for key in &rows.keys {
        records.extend(record(unit, key).await?);
    }
    Ok((records, rows.next))
}

/// The record with this key.
pub async fn record(unit: &mut Unit, key: &str) -> Result<Option<Journalled>, AuditError> {
    let found = unit.get(NAMESPACE, JOURNAL, key).await?;
    found.as_ref().map(Journalled::read).transpose()
}

#[derive(Serialize, Deserialize)]
#[allow(clippy::struct_field_names)] // the number of the revision is called so everywhere
struct Revision {
    module: String,
    collection: String,
    key: String,
    revision: u64,
    version: u32,
    body: String,
}

/// Keeps a document as it is before it is replaced or removed in the same unit.
pub async fn keep_revision(
    unit: &mut Unit,
    module: &str,
    collection: &str,
    document: &Document,
) -> Result<(), AuditError> {
    let kept = Revision {
        module: module.to_owned(),
        collection: collection.to_owned(),
        key: document.key.clone(),
        revision: document.revision,
        version: document.version,
        body: document.body.clone(),
    };
    let body = serde_json::to_string(&kept).map_err(|error| AuditError::Form(error.to_string()))?;
    unit.insert(NAMESPACE, REVISIONS, None, &body).await?;
    Ok(())
}

fn revisions(module: &str, collection: &str, key: &str) -> Query {
    Query::of(REVISIONS).equal("module", module).equal("collection", collection).equal("key", key)
}

/// A document as it was at a revision: the present one, or one that was kept. `None` if it is not kept any more.
pub async fn revision(
    unit: &mut Unit,
    module: &str,
    collection: &str,
    key: &str,
    revision: u64,
) -> Result<Option<Document>, AuditError> {
    let now = unit.get(module, collection, key).await?;
    if now.as_ref().is_some_and(|now| now.revision == revision) {
        return Ok(now);
    }
    let mut after = None;
    loop {
        let query = revisions(module, collection, key).limit(Query::MOST).after(after);
        let rows = unit.select(NAMESPACE, &query.fields(&[vzaemo_storage::BODY])).await?;
        for (_, columns) in rows.iter() {
            let body = columns.first().map(String::as_str).unwrap_or_default();
            let kept: Revision =
                serde_json::from_str(body).map_err(|error| AuditError::Form(error.to_string()))?;
            if kept.revision == revision {
                let Revision { key, revision, version, body, .. } = kept;
                return Ok(Some(Document { key, revision, version, body }));
            }
        }
        match rows.next {
            Some(next) => after = Some(next),
            None => return Ok(None),
        }
    }
}

/// How many records and revisions are removed for their age in one unit of work.
const PORTION: u32 = 500;

/// Records and revisions that are older than some moment.
pub(crate) struct Expired {
    /// Keys of records with the numbers of their entries.
    pub records: Vec<(String, u64)>,
    /// Keys of revisions.
    pub revisions: Vec<String>,
}

/// Some of those that were put there before a moment: keys of both are made of the time of their unit.
pub(crate) async fn expired(unit: &mut Unit, before: Instant) -> Result<Expired, AuditError> {
    let millis = u64::try_from(before.as_millis()).unwrap_or(0);
    // The first key of version 7 that a unit of that millisecond could make.
    let first =
        uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().hyphenated().to_string();
    let older = |collection: &str| {
        Query::of(collection).when(KEY, Op::Lt, first.as_str()).ascending(KEY).limit(PORTION)
    };
    let rows = unit.select(NAMESPACE, &older(JOURNAL).fields(&["entry"])).await?;
    let number =
        |entry: &str| entry.parse().map_err(|_| AuditError::Form("a record has no entry".to_owned()));
    let mut records = Vec::with_capacity(rows.keys.len());
    for (key, columns) in rows.iter() {
        records.push((key.to_owned(), number(columns.first().map(String::as_str).unwrap_or_default())?));
    }
    let revisions = unit.select(NAMESPACE, &older(REVISIONS)).await?.keys;
    Ok(Expired { records, revisions })
}

/// Removes them.
pub(crate) async fn remove_expired(unit: &mut Unit, old: &Expired) -> Result<(), AuditError> {
    for (key, _) in &old.records {
        remove_document(unit, JOURNAL, key).await?;
    }
    for key in &old.revisions {
        remove_document(unit, REVISIONS, key).await?;
    }
    Ok(())
}

/// Removes a record and leaves the revisions.
pub(crate) async fn remove_record(unit: &mut Unit, record: &Journalled) -> Result<(), AuditError> {
    remove_document(unit, JOURNAL, &record.key).await
}

/// Removes a record, and the kept revisions of what it wrote.
pub(crate) async fn remove(unit: &mut Unit, record: &Journalled) -> Result<(), AuditError> {
    for written in &record.wrote {
        let Some((collection, key)) = written.split_once('/') else { continue };
        forget_revisions(unit, &record.module, collection, key).await?;
    }
    remove_document(unit, JOURNAL, &record.key).await
}

/// Removes the kept revisions of a document, as many as a query gives; a document with more of them has the rest removed
/// with the journal.
pub async fn forget_revisions(
    unit: &mut Unit,
    module: &str,
    collection: &str,
    key: &str,
) -> Result<(), AuditError> {
    let rows = unit.select(NAMESPACE, &revisions(module, collection, key).limit(Query::MOST)).await?;
    for kept in &rows.keys {
        remove_document(unit, REVISIONS, kept).await?;
    }
    Ok(())
}

async fn remove_document(unit: &mut Unit, collection: &str, key: &str) -> Result<(), AuditError> {
    if let Some(document) = unit.get(NAMESPACE, collection, key).await? {
        unit.remove(NAMESPACE, collection, key, document.revision).await?;
    }
    Ok(())
}
