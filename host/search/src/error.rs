//! What can go wrong.

use vzaemo_storage::{StorageError, WriteError};

/// Why the index could not be kept or asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A mark in a schema says what cannot be.
    #[error("read the x-search mark at {pointer}: {fault}")]
    Mark {
        /// JSON Pointer to the place in the schema.
        pointer: String,
        /// What is wrong and what would do.
        fault: &'static str,
    },
    /// A record of the index does not have the shape it was written in.
    #[error("read the search record of {document}")]
    Record {
        /// The document whose record it is.
        document: String,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The storage refused a write, for instance because the unit of work has grown too large.
    #[error(transparent)]
    Write(#[from] WriteError),
}
