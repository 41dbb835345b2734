//! What can go wrong in the cabinet.

/// An error of the cabinet, for operators.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The storage did not answer.
    #[error("read the cabinet")]
    Read(#[from] vzaemo_storage::StorageError),
    /// The storage did not take a record.
    #[error("write to the cabinet")]
    Write(#[from] vzaemo_storage::WriteError),
    /// The storage did not take a commit.
    #[error("commit to the cabinet")]
    Commit(#[from] vzaemo_storage::CommitError),
    /// A record of the cabinet is not what this version of the host writes.
    #[error("understand the record `{key}` of the cabinet")]
    Record {
        /// The record's key.
        key: String,
        /// What serde says.
        source: serde_json::Error,
    },
}
