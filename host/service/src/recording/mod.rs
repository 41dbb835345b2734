//! Transcripts of acts and jobs, and running them again.
//!
//! A transcript says what a module asked of the host in a call and what it was answered. It holds no document: one that
//! was read stands in it by key, revision and digest, and the revision is kept as long as the transcript is. A module is
//! a pure function of its input and these answers, so run again with them it must ask the same and end the same
//! ([`replay`]); and what it wrote then is compared with what the storage holds.

mod answer;
mod recorder;
mod replay;
mod replayer;

pub(crate) use recorder::Recorder;
pub use replay::{Finding, Recorded, Replayed, replay};

use crate::Error;
use crate::version::ModuleVersion;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use vzaemo_audit::Beside;
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Outcome, Request};
use vzaemo_storage::Rows;

/// The form of transcripts that is written, and the only one there is.
pub(crate) const FORM: u32 = 1;

/// What was run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Run {
    /// An act with its request.
    Act { name: String, request: Request },
    /// A job with its arguments.
    Job { name: String, args: String },
}

/// A call into a module with all that it depended on, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transcript {
    pub form: u32,
    pub module: String,
    pub version: String,
    /// Of the package.
    pub digest: String,
    /// The generation of the configuration.
    pub generation: u64,
    /// The module's configuration.
    pub settings: String,
    /// The capabilities that it had.
    pub grants: Vec<String>,
    pub run: Run,
    /// By the legal clock.
    pub at: String,
    /// In hexadecimal.
    pub seed: String,
    pub calls: Vec<Asked>,
    /// Placeholders of the numbers drawn, in their order.
    pub numbers: Vec<String>,
    /// What an act answered.
    pub outcome: Option<Outcome>,
    /// References of persons that the module was shown another one for, each with that one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, String>,
}

/// Something that the module asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The function of `sdk/wit`.
    pub ask: String,
    /// The digest of its arguments.
    pub with: String,
    /// The answer, as JSON, with documents by reference.
    pub got: String,
}

/// A call that was recorded.
pub(crate) struct Taken {
    pub run: Run,
    pub calls: Vec<Asked>,
    pub notes: Notes,
    pub at: Instant,
    pub seed: u128,
    pub generation: u64,
    pub outcome: Option<Outcome>,
    pub references: BTreeMap<String, String>,
}

impl Taken {
    /// What goes into the journal. A call that has touched no case belongs to that of the document that it is about.
    pub fn into_journal(self, version: &ModuleVersion, resource: Option<&str>) -> Result<Beside, Error> {
        let module = version.manifest.id.clone();
        let transcript = Transcript {
            form: FORM,
            module: module.clone(),
            version: version.manifest.version.to_string(),
            digest: version.digest.clone(),
            generation: self.generation,
            settings: version.settings.clone(),
            grants: version.grants.clone(),
            run: self.run,
            at: self.at.to_string(),
            seed: format!("{:032x}", self.seed),
            calls: self.calls,
            numbers: self.notes.numbers.clone(),
            outcome: self.outcome,
            references: self.references,
        };
        let transcript = serde_json::to_vec(&transcript).map_err(Error::storage)?;
        let (case, wrote) = self.notes.into_parts();
        let key = case.or_else(|| Some(resource?.split_once('/')?.1.to_owned()));
        Ok(Beside { case: key.map(|key| format!("{module}/{key}")), wrote, transcript })
    }
}

/// The first half of a SHA-256: enough that nobody finds another text with the same.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// What the host's side of a call notes for its transcript.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Whether there is one.
    pub recording: bool,
    /// The first case that was touched.
    case: Option<String>,
    /// Documents written in this unit, as `COLLECTION/KEY`.
    wrote: BTreeSet<String>,
    /// Placeholders of the numbers drawn.
    pub numbers: Vec<String>,
    /// Whether the document read last is one that this unit has written.
    own: bool,
    /// The revisions of the rows that were read last.
    revisions: Vec<u64>,
}

impl Notes {
    pub fn recording() -> Self {
        Self { recording: true, ..Self::default() }
    }

    pub fn case(&mut self, key: &str) {
        if self.case.is_none() {
            self.case = Some(key.to_owned());
        }
    }

    pub fn wrote(&mut self, collection: &str, key: &str) {
        if self.recording {
            self.wrote.insert(format!("{collection}/{key}"));
        }
    }

    pub fn has_written(&self, collection: &str, key: &str) -> bool {
        self.wrote.contains(&format!("{collection}/{key}"))
    }

    pub fn read(&mut self, collection: &str, key: &str) {
        self.own = self.recording && self.has_written(collection, key);
    }

    /// Takes the last column, which holds the revisions, off the rows.
    pub fn take_revisions(&mut self, rows: &mut Rows) {
        let columns = std::mem::take(&mut rows.columns);
        self.revisions.clear();
        for row in columns.chunks(rows.fields.max(1)) {
            if let Some((revision, asked)) = row.split_last() {
                self.revisions.push(revision.parse().unwrap_or(0));
                rows.columns.extend_from_slice(asked);
            }
        }
        rows.fields = rows.fields.saturating_sub(1);
    }

    /// The case and the documents for the journal.
    pub fn into_parts(self) -> (Option<String>, Vec<String>) {
        (self.case, self.wrote.into_iter().collect())
    }
}
