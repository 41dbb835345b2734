//! What is known of signatures.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vzaemo_clock::Instant;
use vzaemo_identity::{Finding, Verdict};
use vzaemo_storage::files::{self, Signatures as Record};
use vzaemo_storage::{StorageError, Unit};

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Findings {
    /// Signatures.
    Signed {
        /// When they were looked at last.
        at: Instant,
        /// SHA-256 over what was signed, in hexadecimal digits.
        digest: String,
        /// What was found of each, in the order of the file.
        signatures: Vec<Finding>,
    },
    /// Signatures apart from what they sign, which is not among the files that came with them.
    NoDocument {
        /// When it was looked.
        at: Instant,
    },
    /// No signature that could be judged.
    Unreadable {
        /// When it was looked.
        at: Instant,
        /// Why not: the key of a sentence.
        reason: String,
    },
}

/// How the signatures of a file stand, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All of them count.
    Valid,
    /// One does not count at least.
    Invalid,
    /// It cannot be told of one at least; the others count.
    Unknown,
    /// Nobody has looked yet.
    Unseen,
}

/// What is known of the signatures in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The file with the signatures.
    pub file: String,
    /// The file that they sign, where they stand apart from it.
    pub signs: Option<String>,
    /// What was found; nothing where nobody has looked.
    pub findings: Option<Findings>,
}

impl Findings {
    pub(super) fn unreadable(at: Instant, reason: &str) -> Self {
        Self::Unreadable { at, reason: reason.to_owned() }
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok()
    }

    /// Whether any of the signatures is over the bytes that they were looked at with.
    pub(super) fn fit_a_document(&self) -> bool {
        let Self::Signed { signatures, .. } = self else { return false };
        signatures.iter().any(|finding| !finding.is_of_other_content())
    }

    /// As it is kept.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What was found before, with what is found now of the same bytes.
    pub(super) fn and_then(self, fresh: Findings) -> Self {
        match (self, fresh) {
            (
                Self::Signed { digest: before, signatures: earlier, .. },
                Self::Signed { at, digest, signatures },
            ) if before == digest && earlier.len() == signatures.len() => {
                let both = earlier.iter().zip(signatures);
                Self::Signed {
                    at,
                    digest,
                    signatures: both.map(|(earlier, now)| earlier.and_then(now)).collect(),
                }
            }
            // That what they sign was removed since is nothing against them.
            (before @ Self::Signed { .. }, Self::NoDocument { .. }) => before,
            (_, fresh) => fresh,
        }
    }
}

impl Known {
    pub(super) fn of(record: Record) -> Self {
        Known { findings: Findings::read(&record.findings), file: record.file, signs: record.signs }
    }

    /// How they stand, all together.
    pub fn standing(&self) -> Standing {
        match &self.findings {
            None => Standing::Unseen,
            Some(Findings::NoDocument { .. } | Findings::Unreadable { .. }) => Standing::Invalid,
            Some(Findings::Signed { signatures, .. }) => {
                let any = |verdict| signatures.iter().any(|finding| finding.verdict == verdict);
                match (any(Verdict::Invalid), any(Verdict::Unknown)) {
                    (true, _) => Standing::Invalid,
                    (false, true) => Standing::Unknown,
                    (false, false) => Standing::Valid,
                }
            }
        }
    }
}

/// What is known of the signatures of a file: those in it, and those on it that stand apart.
///
/// # Errors
/// The storage does not answer.
pub async fn of(unit: &mut Unit, file: &str) -> Result<Vec<Known>, StorageError> {
    let mut found: Vec<Known> =
        files::signatures(unit, file).await?.into_iter().map(|(own, _)| Known::of(own)).collect();
    let mut apart: Vec<Known> = files::signatures_on(unit, file).await?.into_iter().map(Known::of).collect();
    apart.sort_by(|one, other| one.file.cmp(&other.file));
    found.extend(apart);
    Ok(found)
}
