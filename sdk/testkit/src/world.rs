//! What lasts from one call to the next: documents, counters, jobs, cases, notices, the clock.

use crate::project::Project;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use vzaemo_clock::{Calendar, Instant, Zone};
use vzaemo_contract::call::{Address, CaseTerm, FileInfo, Message};
use vzaemo_contract::manifest::Counter;
use vzaemo_registers::Bodies;

/// A document as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    pub revision: u64,
    pub body: Value,
}

/// A collection and a key.
pub(crate) type Place = (String, String);

#[derive(Debug, Clone)]
pub(crate) struct Threshold {
    pub collection: String,
    pub counter: String,
    pub key: String,
    pub value: u64,
    pub job: String,
    pub args: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Scheduled {
    pub due: Instant,
    pub args: String,
    pub order: u64,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub title: String,
    pub status: Option<Message>,
    pub at: Option<Address>,
    pub term: Option<CaseTerm>,
    pub events: Vec<(Instant, Message)>,
    pub people: BTreeMap<String, Message>,
    pub left: BTreeMap<String, Message>,
}

#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub person: String,
    pub text: Message,
    pub at: Address,
}

pub(crate) struct World {
    pub project: Project,
    pub zone: Zone,
    pub calendar: Calendar,
    pub bodies: Bodies,
    pub now: Instant,
    pub config: Map<String, Value>,
    pub without: BTreeSet<String>,
    pub names: BTreeMap<String, String>,
    pub documents: BTreeMap<String, BTreeMap<String, Kept>>,
    pub counters: BTreeMap<(String, String, String), u64>,
    pub thresholds: Vec<Threshold>,
    /// Thresholds that have been reached, by job, counter and key: once ever.
    pub reached: BTreeSet<(String, String, String)>,
    pub sequences: BTreeMap<String, u64>,
    pub jobs: BTreeMap<(String, String), Scheduled>,
    pub cases: BTreeMap<String, Case>,
    pub notices: Vec<Notice>,
    pub log: Vec<String>,
    /// Files by their id.
    pub files: BTreeMap<String, SentFile>,
    /// Grows with everything that needs an order or a name of its own.
    pub made: u64,
}

/// A file that somebody has sent.
pub(crate) struct SentFile {
    /// The person's reference.
    pub owner: String,
    pub info: FileInfo,
}

/// The text of a field as indexes, rows and counters see it.
pub(crate) fn text_of(body: &Value, field: &str) -> String {
    let value = field.split('.').try_fold(body, |value, step| value.get(step));
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The key under which a counter counts a document; nothing if it does not.
pub(crate) fn counted(counter: &Counter, body: &Value) -> Option<String> {
    let left_out = counter.unless.as_ref().is_some_and(|flag| text_of(body, flag) == "true");
    (!left_out)
        .then(|| counter.by.iter().map(|field| text_of(body, field)).collect::<Vec<_>>().join("\u{1f}"))
}

impl World {
    pub fn made(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    pub fn document(&self, collection: &str, key: &str) -> Option<&Kept> {
        self.documents.get(collection)?.get(key)
    }

    pub fn count(&self, collection: &str, counter: &str, key: &str) -> u64 {
        self.counters.get(&(collection.to_owned(), counter.to_owned(), key.to_owned())).copied().unwrap_or(0)
    }

    /// Puts a document in place, or takes it away, and keeps the counters right.
    pub fn put(&mut self, place: &Place, kept: Option<Kept>) {
        let (collection, key) = place;
        let counters =
            self.project.collection(collection).map(|found| found.count.clone()).unwrap_or_default();
        let documents = self.documents.entry(collection.clone()).or_default();
        let before = match &kept {
            Some(kept) => documents.insert(key.clone(), kept.clone()),
            None => documents.remove(key),
        };
        for counter in &counters {
            let mut change = |body: &Value, up: bool| {
                let Some(key) = counted(counter, body) else { return };
                let value = self.counters.entry((collection.clone(), counter.name.clone(), key)).or_default();
                *value = if up { *value + 1 } else { value.saturating_sub(1) };
            };
            if let Some(before) = &before {
                change(&before.body, false);
            }
            if let Some(kept) = &kept {
                change(&kept.body, true);
            }
        }
    }
}
