//! Why a request was not served.

use vzaemo_access::Reason;
use vzaemo_contract::call::Refusal;
use vzaemo_storage::{is_foreign_cursor, is_unavailable};

/// Why a view, act or job gave no result. The web has a page for each; the chain of sources is the operator's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such module, view, act or document.
    #[error("find what was asked for")]
    NotFound,
    /// The module is disabled.
    #[error("reach module {0}: it is disabled")]
    Disabled(String),
    /// The module rests after failing again and again.
    #[error("reach module {0}: it has been set aside")]
    SetAside(String),
    /// Access was denied.
    #[error("allow it: {reason:?}")]
    Denied {
        /// Why, for telling the person.
        reason: Reason,
    },
    /// The input does not fit the act's form.
    #[error("accept the input: {0:?}")]
    Input(Vec<String>),
    /// The module refused, with a reason for the person.
    #[error("do it: {0:?}")]
    Refused(Refusal),
    /// The module failed: a trap, a timeout, a broken page or a mistake that it reported itself.
    #[error("run module {module}")]
    Module {
        /// The module's id.
        module: String,
        /// What happened.
        source: vzaemo_runtime::CallError,
    },
    /// The runtime did not give back what it was handed: a mistake of the host.
    #[error("take the unit of work back from module {0}")]
    Lost(String),
    /// Too much at once, or the same documents changed again and again; nothing was done.
    #[error("commit now: the platform is busy")]
    Busy,
    /// The storage did not answer.
    #[error("use the storage")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps an error of the storage or of a room that keeps its records there. While the database cannot be reached
    /// that is [`Error::Busy`]: nothing was done, and it will pass. A part of a list that is not there is
    /// [`Error::NotFound`].
    pub fn storage(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        if is_unavailable(&error) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the storage cannot be reached");
            return Error::Busy;
        }
        if is_foreign_cursor(&error) {
            tracing::debug!(error = &error as &dyn std::error::Error, "a list was to go on from elsewhere");
            return Error::NotFound;
        }
        Error::Storage(Box::new(error))
    }
}
