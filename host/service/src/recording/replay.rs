//! Running a recorded act or job again.

use super::replayer::Replayer;
use super::{FORM, Run, Transcript};
use crate::Error;
use crate::version::ModuleVersion;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use vzaemo_audit::{Journalled, Record};
use vzaemo_contract::call::Outcome;
use vzaemo_identity::References;
use vzaemo_runtime::CallError;
use vzaemo_storage::{Storage, Unit};

/// What does not follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The record of the journal is not the one that the entry commits to.
    Journal,
    /// The transcript is of a form that this version does not know.
    Unreadable,
    /// A document is not what it was, or not what the act wrote.
    Changed {
        /// `COLLECTION/KEY`.
        document: String,
        /// Its revision.
        revision: u64,
    },
    /// A list of documents that was read is not what it was; this is one of them.
    Suspect {
        /// `COLLECTION/KEY`.
        document: String,
        /// Its revision.
        revision: u64,
    },
    /// A document is not kept any more as it was read or written.
    Gone {
        /// `COLLECTION/KEY`.
        document: String,
        /// Its revision.
        revision: u64,
    },
    /// The module asks something else than when it was recorded.
    Asked {
        /// The how-manieth question, from 1.
        number: usize,
        /// What it asks now.
        now: String,
        /// What it asked then; nothing if it had asked everything.
        then: Option<String>,
    },
    /// The module asks less than when it was recorded.
    Unasked(usize),
    /// It answers otherwise.
    Outcome,
    /// It could not be run again.
    Failed(String),
}

impl Finding {
    pub(super) fn changed(collection: &str, key: &str, revision: u64) -> Self {
        Self::Changed { document: format!("{collection}/{key}"), revision }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal => {
                f.write_str("the record of the journal is not the one that the entry commits to")
            }
            Self::Unreadable => f.write_str("the transcript is of a form that this version does not know"),
            Self::Changed { document, revision } => {
                write!(f, "{document} at revision {revision} has been changed")
            }
            Self::Suspect { document, revision } => {
                write!(
                    f,
                    "a list that was read has been changed: {document} at revision {revision} stands in it"
                )
            }
            Self::Gone { document, revision } => {
                write!(f, "{document} at revision {revision} is not kept any more")
            }
            Self::Asked { number, now, then: Some(then) } if now == then => {
                write!(f, "question {number} ({now}) is asked with other arguments")
            }
            Self::Asked { number, now, then: Some(then) } => {
                write!(f, "question {number} is {now}, it was {then}")
            }
            Self::Asked { number, now, then: None } => write!(f, "question {number} ({now}) was not asked"),
            Self::Unasked(count) => write!(f, "{count} questions that were asked are not asked"),
            Self::Outcome => f.write_str("the outcome is another one"),
            Self::Failed(why) => write!(f, "it could not be run again: {why}"),
        }
    }
}

/// How a replay ended: everything follows if nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// What does not follow.
    pub findings: Vec<Finding>,
    /// How many questions the module asked.
    pub questions: usize,
    /// How many documents were compared with what it wrote.
    pub documents: usize,
}

/// What the journal tells of a call, as far as it is needed to find its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The id of the module.
    pub module: String,
    /// Its version.
    pub version: String,
    /// The digest of its package.
    pub digest: String,
    /// Its configuration.
    pub settings: String,
    /// The capabilities that it had.
    pub grants: Vec<String>,
}

impl Recorded {
    /// Reads it from a record of the journal; nothing if that is of a form that this version does not know.
    pub fn of(record: &Journalled) -> Option<Self> {
        let Transcript { module, version, digest, settings, grants, .. } = transcript(record)?;
        Some(Self { module, version, digest, settings, grants })
    }
}

fn transcript(record: &Journalled) -> Option<Transcript> {
    let transcript: Transcript = serde_json::from_slice(&record.transcript).ok()?;
    (transcript.form == FORM).then_some(transcript)
}

/// Runs what a record of the journal tells of again, in the version of the module that ran it, and compares what it asks,
/// what it writes and what it answers with what is recorded and kept. Nothing is written.
///
/// `entry` is what the log says of it: the record must be the one that it commits to.
///
/// # Errors
/// The storage's. Whatever else goes wrong is a finding.
pub async fn replay(
    storage: &Storage,
    entry: &Record,
    record: &Journalled,
    version: &Arc<ModuleVersion>,
) -> Result<Replayed, Error> {
    let mut replayed = Replayed { findings: Vec::new(), questions: 0, documents: 0 };
    if !entry.journal.as_ref().is_some_and(|journal| record.is_committed_to(journal)) {
        replayed.findings.push(Finding::Journal);
    }
    let Some(transcript) = transcript(record) else {
        replayed.findings.push(Finding::Unreadable);
        return Ok(replayed);
    };
    let questions = transcript.calls.len();
    let unit = storage.begin().await.map_err(Error::storage)?;
    let references = Arc::new(References::new(transcript.references));
    let shown = Arc::clone(&references);
    let replayer =
        Replayer::new(unit, Arc::clone(version), transcript.settings.clone(), transcript.calls, shown);
    let component = version.component.clone();
    let (answered, imports) = match &transcript.run {
        Run::Act { name, request } => {
            let (result, imports) = component.act(Box::new(replayer), name, request).await;
            (result.map(Some), imports)
        }
        Run::Job { name, args } => {
            let (result, imports) = component.job(Box::new(replayer), name, args).await;
            (result.map(|()| None), imports)
        }
    };
    let imports: Box<dyn Any> = imports;
    let mut replayer = imports.downcast::<Replayer>().map_err(|_| Error::Lost(transcript.module.clone()))?;
    replayed.questions = questions - replayer.unasked();
    replayed.findings.append(&mut replayer.findings);
    if replayer.astray {
        return Ok(replayed);
    }
    if replayer.unasked() > 0 {
        replayed.findings.push(Finding::Unasked(replayer.unasked()));
    }
    replayed.findings.extend(ended(answered, transcript.outcome.as_ref()));
    let left = std::mem::take(&mut replayer.left);
    let mut unit = replayer.into_unit();
    let numbers: Vec<_> = transcript.numbers.iter().zip(&entry.numbers).collect();
    let put = |text: &str| {
        numbers.iter().fold(text.to_owned(), |text, (placeholder, number)| text.replace(*placeholder, number))
    };
    for ((collection, key), (revision, body)) in left {
        // What was removed is kept as it was before, and compared by whoever wrote it.
        let Some(body) = body else { continue };
        replayed.documents += 1;
        let (key, body) = (put(&key), put(&body));
        replayed.findings.extend(
            compare(&mut unit, &transcript.module, &collection, &key, revision, &body, &references).await?,
        );
    }
    Ok(replayed)
}

fn ended(now: Result<Option<Outcome>, CallError>, then: Option<&Outcome>) -> Option<Finding> {
    match now {
        Err(error) => Some(Finding::Failed(error.to_string())),
        Ok(now) if now.as_ref() != then => Some(Finding::Outcome),
        Ok(_) => None,
    }
}

/// Compares what was written with what is kept.
async fn compare(
    unit: &mut Unit,
    module: &str,
    collection: &str,
    key: &str,
    revision: u64,
    body: &str,
    references: &References,
) -> Result<Option<Finding>, Error> {
    let kept =
        vzaemo_audit::revision(unit, module, collection, key, revision).await.map_err(Error::storage)?;
    Ok(match kept {
        None => Some(Finding::Gone { document: format!("{collection}/{key}"), revision }),
        // The module wrote what it was shown; the document has kept the references that it had.
        Some(kept) if references.put_in(&kept.body) != references.put_in(body) => {
            Some(Finding::changed(collection, key, revision))
        }
        Some(_) => None,
    })
}
