//! What can go wrong.

use std::sync::Arc;

use thiserror::Error;

use crate::fault::is_passing;

/// A failure of the storage itself, or a question it does not answer.
#[derive(Debug, Clone, Error)]
pub enum StorageError {
    /// The collection has not been declared.
    #[error("find the collection {namespace}/{collection}: it is not declared")]
    UnknownCollection {
        /// The namespace asked.
        namespace: String,
        /// The collection asked.
        collection: String,
    },
    /// The collection declares no such unique key.
    #[error("look up in {collection} by {}: no unique key over these fields is declared", fields.join(", "))]
    UnknownUnique {
        /// The collection asked.
        collection: String,
        /// The fields asked.
        fields: Vec<String>,
    },
    /// The collection declares no such counter.
    #[error("count in {collection}: no counter {counter} is declared")]
    UnknownCounter {
        /// The collection asked.
        collection: String,
        /// The counter asked.
        counter: String,
    },
    /// The query is malformed or no declared index serves it.
    #[error("query {collection}: {reason}")]
    Query {
        /// The collection asked.
        collection: String,
        /// What is wrong and what would do.
        reason: String,
    },
    /// A list is asked to go on from where it never was: the cursor was made by another query, or by nobody. It comes from
    /// an address that was tampered with, or from before the order of the list was changed.
    #[error("go on with the list of {collection}: the cursor does not belong to this query")]
    Cursor {
        /// The collection asked.
        collection: String,
    },
    /// A body does not have the shape that its reader expects.
    #[error("read the body of document {key}")]
    Body {
        /// The document.
        key: String,
        /// Where it differs.
        source: Arc<serde_json::Error>,
    },
    /// The database failed.
    #[error("use the database")]
    Database(#[source] Arc<sqlx::Error>),
    /// The database cannot be reached for now; nothing is wrong with what was asked. Try later.
    #[error("reach the database")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// The storage has been closed or its committer has ended.
    #[error("reach the storage: it is closed")]
    Closed,
}

impl From<sqlx::Error> for StorageError {
    fn from(source: sqlx::Error) -> Self {
        if is_passing(&source) {
            Self::Unavailable(Arc::new(source))
        } else {
            Self::Database(Arc::new(source))
        }
    }
}

/// Why collections could not be declared. Nothing has changed then.
#[derive(Debug, Clone, Error)]
pub enum DeclareError {
    /// The declaration contradicts itself.
    #[error("declare the collection {collection}: {reason}")]
    Invalid {
        /// The collection, or the namespace's name if that is at fault.
        collection: String,
        /// What is wrong.
        reason: String,
    },
    /// Documents that exist already break a new unique key.
    #[error("declare the collection {collection}: documents with the same {} exist already", fields.join(", "))]
    Duplicates {
        /// The collection.
        collection: String,
        /// The fields of the new unique key.
        fields: Vec<String>,
    },
    /// Documents that exist already pass a new bound.
    #[error("declare the collection {collection}: counter {counter} is {value} for some key, over its bound")]
    OverBound {
        /// The collection.
        collection: String,
        /// The counter.
        counter: String,
        /// Its highest value.
        value: u64,
    },
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// One way in which a document breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) to the place in the document; empty for the whole of it.
    pub pointer: String,
    /// The schema's keyword that is broken (`"required"`, `"maxLength"`), or `"json"`, `"text"`, `"number"`, `"key"`
    /// for the storage's own rules.
    pub keyword: String,
    /// In English, for developers; it may quote the value.
    pub message: String,
}

/// Why a write was refused. The unit stays usable and is unchanged.
#[derive(Debug, Clone, Error)]
pub enum WriteError {
    /// The document breaks its schema or the rules for stored JSON.
    #[error("write a document: {}", .0.iter().map(|v| format!("{} at '{}'", v.keyword, v.pointer)).collect::<Vec<_>>().join(", "))]
    Schema(Vec<Violation>),
    /// Another document has the same values in the fields of a unique key.
    #[error("write a document: another one has the same {}", fields.join(", "))]
    Unique {
        /// The fields of the unique key.
        fields: Vec<String>,
    },
    /// A document with this key exists.
    #[error("insert a document: its key exists")]
    Exists,
    /// There is no document with this key.
    #[error("change a document: there is none with this key")]
    Missing,
    /// The document has another revision than the caller expected.
    #[error("change a document: it has revision {found}")]
    Stale {
        /// The revision that it has.
        found: u64,
    },
    /// The unit of work has grown over its limit.
    #[error("write a document: the unit of work is too large")]
    TooLarge,
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a unit of work was not committed. Nothing of it has been written, except that it may have been after
/// [`CommitError::Unknown`].
#[derive(Debug, Clone, Error)]
pub enum CommitError {
    /// Something that the unit read has changed since; run it again.
    #[error("commit: what the unit read has changed")]
    Conflict,
    /// A document written since has the same unique key. Run again, the unit would get [`WriteError::Unique`].
    #[error("commit: another document in {collection} has the same {}", fields.join(", "))]
    Unique {
        /// The namespace.
        namespace: String,
        /// The collection.
        collection: String,
        /// The fields of the unique key.
        fields: Vec<String>,
    },
    /// A counter would pass its bound.
    #[error("commit: counter {counter} of {collection} would pass its bound")]
    Bound {
        /// The namespace.
        namespace: String,
        /// The collection.
        collection: String,
        /// The counter.
        counter: String,
        /// The counter's key.
        key: String,
    },
    /// The commit queue is full; nothing has been tried. Try later.
    #[error("commit: the queue is full")]
    Busy,
    /// The connection to the database was lost during the commit and has not come back in time: nobody knows yet
    /// whether the unit has become durable. Run again with the same submission, it finds out.
    #[error("commit: the connection was lost, and whether it is durable is not known")]
    Unknown(#[source] StorageError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CommitError {
    /// Whether running the unit again on a fresh snapshot is the right answer.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict | Self::Unique { .. })
    }
}
