//! What a namespace declares: collections with their schema, indexes, unique keys and counters.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A named set of documents of one namespace.
///
/// Fields are named by their path from the document's root, its steps joined by dots (`"state"`,
/// `"author.person"`). Every field used by an index, unique key or counter must have the type string, integer or
/// boolean in the schema (`null` beside it is allowed).
///
/// **How fields compare.** Everything compares as text, bytewise: strings as they are (UTF-8), integers by their
/// number, booleans `false` before `true`. A missing or `null` field compares as the empty string. Callers always
/// write values as plain text (`"42"`, `"true"`); the storage turns them into what compares rightly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    /// `[a-z][a-z0-9_-]{0,62}`, unique within its namespace.
    pub name: String,
    /// Version of the documents' shape; each document remembers the one it was written under.
    pub version: u32,
    /// JSON Schema (draft 2020-12 unless it says otherwise) that every written document must fulfil.
    pub schema: Value,
    /// Each list of fields is one index. Only queries that an index serves may be asked.
    pub indexes: Vec<Vec<String>>,
    /// Each list of fields is one unique key. A document that lacks one of the fields is not bound by it.
    /// They answer [`Unit::find_unique`](crate::Unit::find_unique); a query needs an index.
    pub unique: Vec<Vec<String>>,
    /// Sums that the storage keeps.
    pub counters: Vec<Counter>,
}

impl Collection {
    /// A collection at version 1 with this schema and nothing else.
    pub fn new(name: impl Into<String>, schema: Value) -> Self {
        Self {
            name: name.into(),
            version: 1,
            schema,
            indexes: Vec::new(),
            unique: Vec::new(),
            counters: Vec::new(),
        }
    }

    /// The same with one more index over these fields.
    #[must_use]
    pub fn index(mut self, fields: &[&str]) -> Self {
        self.indexes.push(fields.iter().map(ToString::to_string).collect());
        self
    }

    /// The same with one more unique key over these fields.
    #[must_use]
    pub fn unique(mut self, fields: &[&str]) -> Self {
        self.unique.push(fields.iter().map(ToString::to_string).collect());
        self
    }

    /// The same with one more counter.
    #[must_use]
    pub fn counter(mut self, counter: Counter) -> Self {
        self.counters.push(counter);
        self
    }
}

/// How many documents of a collection share a key made of some of their fields.
///
/// Counters merge: concurrent units that count on the same key do not conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Unique within its collection.
    pub name: String,
    /// The fields whose values form the key (see [`counter_key`]); none for one total over the collection. A document
    /// that lacks one of them is not counted.
    pub by: Vec<String>,
    /// A boolean field; a document in which it is `true` is not counted.
    pub unless: Option<String>,
    /// The highest value; a commit that would pass it is refused.
    pub bound: Option<u64>,
}

impl Counter {
    /// A counter by these fields, without filter or bound.
    pub fn by(name: impl Into<String>, fields: &[&str]) -> Self {
        Self {
            name: name.into(),
            by: fields.iter().map(ToString::to_string).collect(),
            unless: None,
            bound: None,
        }
    }

    /// The same, not counting documents in which this boolean field is `true`.
    #[must_use]
    pub fn unless(mut self, field: impl Into<String>) -> Self {
        self.unless = Some(field.into());
        self
    }

    /// The same, never passing this value.
    #[must_use]
    pub fn bound(mut self, bound: u64) -> Self {
        self.bound = Some(bound);
        self
    }
}

/// The key of a counter for these values of its `by` fields: the plain text of a single one, several joined by the
/// unit separator U+001F, the empty string for none.
pub fn counter_key(values: &[&str]) -> String {
    values.join("\u{1f}")
}
