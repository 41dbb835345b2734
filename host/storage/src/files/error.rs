//! What can go wrong with files.

use std::sync::Arc;

use thiserror::Error;

use crate::{CommitError, DeclareError, StorageError, WriteError};

/// A failure of the files as a whole.
#[derive(Debug, Clone, Error)]
pub enum FilesError {
    /// The object store failed.
    #[error("use the store of files")]
    Store(#[source] Arc<object_store::Error>),
    /// The store is configured wrongly.
    #[error("set up the store of files: {0}")]
    Setup(String),
    /// The local file system failed.
    #[error("use the folder of files")]
    Io(#[source] Arc<std::io::Error>),
    /// The content has another digest than it should have.
    #[error("keep the content of a file: its digest is {0}")]
    Differs(String),
    /// The content is not there.
    #[error("find the content of a file")]
    Gone,
    /// Too much happens at once; nothing is lost, try again.
    #[error("take a file: the platform is busy")]
    Busy,
    /// The records could not be declared.
    #[error("declare the records of files")]
    Declare(#[from] DeclareError),
    /// A record could not be read.
    #[error("read the records of files")]
    Storage(#[from] StorageError),
    /// A record could not be written.
    #[error("write the record of a file")]
    Write(#[from] WriteError),
    /// A record could not be committed.
    #[error("commit the record of a file")]
    Commit(#[from] CommitError),
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Gone,
            other => Self::Store(Arc::new(other)),
        }
    }
}

impl From<UploadError> for FilesError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Io(error) => Self::Io(error),
            UploadError::TooLarge { most } => Self::Setup(format!("it takes files of up to {most} bytes")),
        }
    }
}

impl From<std::io::Error> for FilesError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

/// Why an upload was not taken.
#[derive(Debug, Clone, Error)]
pub enum UploadError {
    /// It is larger than allowed.
    #[error("take a file: it has more than {most} bytes")]
    TooLarge {
        /// The most bytes.
        most: u64,
    },
    /// It could not be written.
    #[error("write a file that arrives")]
    Io(#[source] Arc<std::io::Error>),
}

impl From<std::io::Error> for UploadError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}
