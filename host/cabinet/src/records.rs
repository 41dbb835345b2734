//! The shapes that the cabinet keeps, and their collections.

use crate::Error;
use crate::mail::{self, Kind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_storage::{Collection, Counter};

/// The namespace of the cabinet's collections.
pub const NAMESPACE: &str = "cabinet";

pub(crate) const CASES: &str = "cases";
pub(crate) const EVENTS: &str = "events";
pub(crate) const PARTICIPATIONS: &str = "participations";
pub(crate) const NOTICES: &str = "notices";
pub(crate) const DRAFTS: &str = "drafts";
/// For so many days a draft that nobody touches is kept, by the legal clock.
pub const DRAFT_DAYS: i64 = 90;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Ukrainian.
    pub uk: String,
    /// English.
    pub en: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CaseRecord {
    pub module: String,
    pub title: String,
    pub status: Text,
    pub address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<TermRecord>,
    pub updated: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TermRecord {
    pub label: Text,
    pub due: String,
    pub rule: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EventRecord {
    pub case: String,
    pub at: String,
    pub text: Text,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ParticipationRecord {
    pub case: String,
    pub person: String,
    pub role: Text,
    pub since: String,
    pub left: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_text: Option<Text>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoticeRecord {
    pub person: String,
    pub module: String,
    #[serde(default)]
    pub kind: Kind,
    pub text: Text,
    pub address: String,
    pub at: String,
    pub read: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DraftRecord {
    pub person: String,
    pub module: String,
    pub title: Text,
    pub address: String,
    pub values: String,
    #[serde(default)]
    pub files: Vec<String>,
    pub updated: String,
}

fn text_schema() -> serde_json::Value {
    json!({"type": "object", "required": ["uk", "en"], "additionalProperties": false,
        "properties": {"uk": {"type": "string"}, "en": {"type": "string"}}})
}

fn schema(properties: &serde_json::Value, required: &[&str]) -> serde_json::Value {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The collections of the cabinet, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let string = || json!({"type": "string"});
    let boolean = || json!({"type": "boolean"});
    let term = json!({"type": "object", "required": ["label", "due", "rule"], "additionalProperties": false,
        "properties": {"label": text_schema(), "due": string(), "rule": string()}});
    vec![
        Collection::new(
            CASES,
            schema(
                &json!({"module": string(), "title": string(), "status": text_schema(), "address": string(),
                    "term": term, "updated": string()}),
                &["module", "title", "status", "address", "updated"],
            ),
        ),
        Collection::new(
            EVENTS,
            schema(
                &json!({"case": string(), "at": string(), "text": text_schema()}),
                &["case", "at", "text"],
            ),
        )
        .index(&["case", "at"]),
        Collection::new(
            PARTICIPATIONS,
            schema(
                &json!({"case": string(), "person": string(), "role": text_schema(), "since": string(),
                    "left": boolean(), "left_at": string(), "left_text": text_schema()}),
                &["case", "person", "role", "since", "left"],
            ),
        )
        .index(&["person", "since"])
        .index(&["case"])
        .unique(&["case", "person"]),
        Collection::new(
            NOTICES,
            schema(
                &json!({"person": string(), "module": string(), "kind": string(), "text": text_schema(),
                    "address": string(), "at": string(), "read": boolean()}),
                &["person", "module", "text", "address", "at", "read"],
            ),
        )
        .index(&["person", "at"])
        .counter(Counter::by("unread", &["person"]).unless("read")),
        Collection::new(
            DRAFTS,
            schema(
                &json!({"person": string(), "module": string(), "title": text_schema(), "address": string(),
                    "values": string(), "updated": string(),
                    "files": {"type": "array", "items": string()}}),
                &["person", "module", "title", "address", "values", "updated"],
            ),
        )
        .index(&["person", "updated"])
        .index(&["updated"]),
        crate::accesses::collection(),
        crate::corrections::collection(),
        mail::addresses(),
        mail::outbox(),
    ]
}

/// Reads a record of the cabinet.
pub(crate) fn read<T: serde::de::DeserializeOwned>(key: &str, body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|source| Error::Record { key: key.to_owned(), source })
}

/// Writes a record of the cabinet.
pub(crate) fn write<T: Serialize>(key: &str, record: &T) -> Result<String, Error> {
    serde_json::to_string(record).map_err(|source| Error::Record { key: key.to_owned(), source })
}
