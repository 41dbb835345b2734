//! What can go wrong.

use thiserror::Error;
use vzaemo_storage::{DeclareError, StorageError, WriteError};

/// Why an audit entry could not be recorded or read.
#[derive(Debug, Clone, Error)]
pub enum AuditError {
    /// The collection of salts could not be declared.
    #[error("declare the salts of the audit log")]
    Declare(#[from] DeclareError),
    /// The storage failed.
    #[error("use the audit log")]
    Storage(#[from] StorageError),
    /// A salt could not be kept.
    #[error("keep a salt of the audit log")]
    Write(#[from] WriteError),
    /// The operating system gave no random bytes.
    #[error("make a salt: the system gives no random bytes")]
    NoRandomness,
    /// An entry could not be written as canonical JSON.
    #[error("write an audit entry: {0}")]
    Form(String),
    /// A part of the log was asked that is not there.
    #[error("read the audit log: entry {0} is missing")]
    Missing(u64),
}
