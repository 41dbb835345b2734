//! What can go wrong.

use thiserror::Error;
use vzaemo_storage::{CommitError, DeclareError, StorageError, WriteError};

use crate::{CheckError, Hash};

/// Why an audit entry could not be recorded or read.
#[derive(Debug, Clone, Error)]
pub enum AuditError {
    /// The collection of salts could not be declared.
    #[error("declare the salts of the audit log")]
    Declare(#[from] DeclareError),
    /// The storage failed.
    #[error("use the audit log")]
    Storage(#[from] StorageError),
    /// A record beside the log could not be kept.
    #[error("keep a record of the audit log")]
    Write(#[from] WriteError),
    /// What belongs to the log could not be committed.
    #[error("commit what belongs to the audit log")]
    Commit(#[from] CommitError),
    /// The operating system gave no random bytes.
    #[error("make a salt: the system gives no random bytes")]
    NoRandomness,
    /// An entry could not be written as canonical JSON.
    #[error("write an audit entry: {0}")]
    Form(String),
    /// A part of the log was asked that is not there.
    #[error("read the audit log: entry {0} is missing")]
    Missing(u64),
    /// An entry's bytes do not give the leaf hash that was committed with it.
    #[error("read the audit log: entry {0} has been changed")]
    Changed(u64),
    /// The log no longer begins with what a checkpoint of this platform was made of.
    #[error("make a checkpoint: the first {size} entries hash to {found}, their checkpoint says {kept}")]
    Rewritten {
        /// How many entries that checkpoint is of.
        size: u64,
        /// Their hash now.
        found: Hash,
        /// Their hash when the checkpoint was made.
        kept: Hash,
    },
    /// A proof was asked for entries or sizes that do not fit together.
    #[error("prove: the log has no such entry, or no such size")]
    Proof,
    /// A checkpoint, receipt or proof does not hold.
    #[error(transparent)]
    Check(#[from] CheckError),
}
