//! Timed work, as it is kept: rows that are removed in the very unit of work that they cause.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_storage::Collection;

/// The namespace of the records of this room.
pub const NAMESPACE: &str = "service";
/// The collection of timed work.
pub const WORK: &str = "work";
/// The collection of one-time submission ids with their outcomes.
pub(crate) const SUBMISSIONS: &str = "submissions";
/// The collection that tells how far the documents of modules have come.
pub(crate) const MIGRATIONS: &str = "migrations";

/// Something to do at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The module on whose behalf.
    pub module: String,
    /// What to do.
    #[serde(flatten)]
    pub task: Task,
    /// When, as the text of an instant. Work that a threshold has set off is due at once: it holds the moment
    /// at which the threshold was set, and the time at which it runs is its clock.
    pub due: String,
    /// Whether a threshold has set it off.
    pub at_once: bool,
    /// How often it has failed.
    pub failures: u32,
    /// Not before this moment (real time), after a failure.
    pub not_before: String,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// A job of the module.
    Job {
        /// Its name in the manifest.
        job: String,
        /// The JSON that it was scheduled with.
        args: String,
    },
    /// Bring the documents of a collection to the version and the search index of the module that serves, a portion at
    /// a time.
    Migrate {
        /// The collection.
        collection: String,
        /// The key of the last document that is done.
        after: Option<String>,
    },
    /// Erase what may go of a person, a portion at a time; and the rest, with who they are, when nothing has to stay.
    Erase {
        /// The person, by the platform's id.
        person: String,
        /// When they asked, by the legal clock.
        #[serde(default)]
        asked: String,
        /// What is theirs alone is gone: the request waits for the end of what has to stay.
        #[serde(default)]
        waits: bool,
        /// Done with, once what is theirs alone is gone: a request of which a restored backup does not know that it was
        /// withdrawn.
        #[serde(default)]
        once: bool,
    },
    /// Take out of the documents of a collection what has had its time, a portion at a time.
    Retain {
        /// The collection.
        collection: String,
        /// The key of the last document that is done.
        after: Option<String>,
        /// What was counted on the way.
        #[serde(default)]
        pass: crate::retention::Pass,
    },
    /// Have participation not count, by a decision of two persons, a portion at a time.
    Invalidate {
        /// The number of the decision.
        decision: String,
        /// Which participation.
        selection: Box<crate::invalidation::Selection>,
        /// What those are told whose it is.
        words: crate::invalidation::Words,
        /// Where the next portion starts.
        after: Option<String>,
    },
    /// Hand over what is kept of a record that two persons have had merged into another one, a portion at a time.
    Merge {
        /// The record that stays.
        staying: vzaemo_identity::PersonId,
        /// The record that was merged into it.
        merged: vzaemo_identity::PersonId,
        /// In which roles the two persons decided: whoever proposed, whoever approved.
        roles: [vzaemo_identity::Role; 2],
        /// What is told of participation that does not count any more.
        merging: crate::merging::Words,
        /// What comes next.
        after: Option<String>,
    },
    /// Tell all who take part in a case, a portion at a time.
    Tell {
        /// The case's key within the module.
        case: String,
        /// What it is about.
        #[serde(default)]
        kind: vzaemo_cabinet::mail::Kind,
        /// What to tell.
        text: vzaemo_cabinet::Text,
        /// The local path to go to.
        address: String,
        /// Where the next portion starts.
        after: Option<String>,
    },
}

impl Task {
    /// Where work that is done in portions goes on; `None` for its first portion and for all other work.
    pub(crate) fn after(&self) -> Option<&str> {
        match self {
            Task::Job { .. } | Task::Erase { .. } => None,
            Task::Migrate { after, .. }
            | Task::Tell { after, .. }
            | Task::Retain { after, .. }
            | Task::Merge { after, .. }
            | Task::Invalidate { after, .. } => after.as_deref(),
        }
    }
}

/// The collections of this room, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let string = || json!({"type": "string"});
    let text =
        json!({"type": "object", "required": ["uk", "en"], "properties": {"uk": string(), "en": string()}});
    let mut all = vec![
        Collection::new(
            WORK,
            json!({"type": "object", "additionalProperties": false,
                "required": ["module", "task", "due", "at_once", "failures", "not_before"],
                "properties": {
                    "module": string(), "task": {"enum": ["job", "tell", "migrate", "erase", "retain", "invalidate", "merge"]}, "due": string(),
                    "at_once": {"type": "boolean"}, "failures": {"type": "integer"}, "not_before": string(),
                    "job": string(), "person": string(), "asked": string(),
                    "waits": {"type": "boolean"}, "once": {"type": "boolean"}, "pass": {"type": "object"}, "args": string(), "case": string(), "kind": string(), "collection": string(), "text": text, "address": string(),
                    "decision": string(), "selection": {"type": "object"}, "words": {"type": "object"},
                    "staying": string(), "merged": string(), "roles": {"type": "array"}, "merging": {"type": "object"},
                    "after": {"type": ["string", "null"]}}}),
        )
        .index(&["due"]),
        Collection::new(
            SUBMISSIONS,
            json!({"type": "object", "additionalProperties": false, "required": ["outcome", "at"],
                "properties": {"outcome": string(), "at": string()}}),
        )
        .index(&["at"]),
        Collection::new(
            MIGRATIONS,
            json!({"type": "object", "additionalProperties": false,
                "required": ["version", "search", "done", "documents", "failed"],
                "properties": {
                    "version": {"type": "integer"}, "search": string(), "done": {"type": "boolean"},
                    "documents": {"type": "integer"}, "failed": {"type": "integer"}}}),
        ),
        crate::two_person::collection(),
        crate::invalidation::collection(),
        crate::changes::collection(),
    ];
    all.extend(crate::retention::collections());
    all
}

/// The key of work that a module has scheduled: the same name and key again moves it.
pub(crate) fn scheduled_key(module: &str, job: &str, key: &str) -> String {
    format!("{module}/{job}/{key}")
}
