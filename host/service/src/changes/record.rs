//! What is kept of a change.

use crate::Error;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use vzaemo_cabinet::Text;
use vzaemo_clock::Instant;
use vzaemo_identity::PersonId;
use vzaemo_storage::Collection;

/// The collection of changes.
pub const COLLECTION: &str = "changes";

/// What is proposed: all that the holders are shown, and all that is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// The text of the configuration.
    pub text: String,
    /// What it asks for in exact versions with the digests of the packages, as the room of configurations writes it.
    pub desired: String,
    /// The holder's policies that shall be in force with it, as the room of configurations writes them.
    pub policies: String,
    /// What it would do.
    pub effects: Vec<Effect>,
    /// Sections whose change takes effect at the next start only.
    pub at_next_start: Vec<String>,
    /// The files that differ from what serves: the configuration, then policies.
    pub files: Vec<FileChange>,
}

/// One thing that a change would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The module; nothing for the platform itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The kind, a word as `upgraded`.
    pub what: String,
    /// Names, versions or days that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Whether permissions grow.
    #[serde(default)]
    pub grows: bool,
}

impl std::fmt::Display for Effect {
    /// A line of the audit log: `notes upgraded 1.0.0 1.1.0`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.module.as_deref().unwrap_or("platform"), self.what)?;
        self.names.iter().try_for_each(|name| write!(f, " {name}"))?;
        if self.grows { f.write_str(" (permissions grow)") } else { Ok(()) }
    }
}

/// A file before and after; empty for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    /// Its name.
    pub name: String,
    /// What serves.
    pub before: String,
    /// What is proposed.
    pub after: String,
}

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits for approvals.
    Waiting,
    /// Enough have approved it; it is being applied.
    Approved,
    /// It serves, or has.
    Applied,
    /// It was approved and could not be applied.
    Failed,
    /// A holder has declined it.
    Declined,
    /// The file was changed again before enough had approved it.
    Replaced,
    /// The file was changed back, or the time was over.
    Lapsed,
}

impl State {
    /// The word in records.
    pub(super) const fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Applied => "applied",
            State::Failed => "failed",
            State::Declined => "declined",
            State::Replaced => "replaced",
            State::Lapsed => "lapsed",
        }
    }
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// Whose.
    pub by: PersonId,
    /// When, by the legal clock.
    pub at: Instant,
}

/// Who declined, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declined {
    /// Who.
    pub by: PersonId,
    /// When, by the legal clock.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// What came of a change that was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// When, by the legal clock.
    pub at: Instant,
    /// The generation in which it serves, if it was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// What stood in its way, if it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// A change of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its key.
    pub id: String,
    /// What is proposed.
    pub proposed: Proposed,
    /// SHA-256 of that, in hexadecimal.
    pub digest: String,
    /// When it was proposed, by the legal clock.
    pub at: Instant,
    /// Until when it may be approved.
    pub until: Instant,
    /// How many holders must approve it.
    pub needed: u8,
    /// Where it stands, but for the time: see [`Change::is_open`].
    pub state: State,
    /// Who has approved it.
    pub approvals: Vec<Approved>,
    /// Who has declined it.
    pub declined: Option<Declined>,
    /// What came of it.
    pub outcome: Option<Outcome>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// A [`Proposed`] as JSON.
    pub(super) content: String,
    pub(super) digest: String,
    pub(super) at: Instant,
    pub(super) until: Instant,
    pub(super) needed: u8,
    pub(super) state: State,
    #[serde(default)]
    pub(super) approvals: Vec<Approved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) declined: Option<Declined>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<Outcome>,
    /// What those who approved are told if it cannot be applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told: Option<Told>,
}

/// A notice, and where it leads.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    pub(super) text: Text,
    pub(super) address: String,
}

/// The collection of this file, to be declared when the host starts.
pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    let object = || json!({"type": "object"});
    Collection::new(
        COLLECTION,
        json!({"type": "object", "additionalProperties": false,
            "required": ["content", "digest", "at", "until", "needed", "state"],
            "properties": {"content": text(), "digest": text(), "at": text(), "until": text(),
                "needed": {"type": "integer"}, "state": text(), "approvals": {"type": "array"},
                "declined": object(), "outcome": object(), "told": object()}}),
    )
    .index(&["at"])
    .index(&["state", "at"])
}

/// SHA-256 in hexadecimal.
pub(super) fn digest(content: &str) -> String {
    Sha256::digest(content.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl Change {
    pub(super) fn of(id: &str, record: Record) -> Result<Self, Error> {
        let Record { content, digest, at, until, needed, state, approvals, declined, outcome, told: _ } =
            record;
        let proposed = serde_json::from_str(&content).map_err(Error::storage)?;
        let id = id.to_owned();
        Ok(Change { id, proposed, digest, at, until, needed, state, approvals, declined, outcome })
    }

    /// Whether it can still be approved.
    pub fn is_open(&self, now: Instant) -> bool {
        self.state == State::Waiting && now <= self.until
    }

    /// Whether somebody has approved it.
    pub fn is_approved_by(&self, person: PersonId) -> bool {
        self.approvals.iter().any(|approved| approved.by == person)
    }
}
