//! Why a configuration was not applied.

use crate::Problem;
use crate::problem::chain;
use vzaemo_storage::StorageError;

/// Why a configuration was not applied. What served goes on serving.
#[derive(Debug, thiserror::Error)]
pub enum LifecycleError {
    /// Something is wrong with it or with a package.
    #[error("apply the configuration: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Problem>),
    /// The storage did not answer.
    #[error("keep the record of the configuration")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LifecycleError {
    pub(super) fn storage(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        LifecycleError::Storage(Box::new(error))
    }

    /// All that is wrong, for showing.
    pub fn problems(&self) -> Vec<Problem> {
        match self {
            LifecycleError::Refused(problems) => problems.clone(),
            LifecycleError::Storage(error) => vec![Problem::new("storage", chain(&**error))],
        }
    }
}

impl From<Vec<Problem>> for LifecycleError {
    fn from(problems: Vec<Problem>) -> Self {
        LifecycleError::Refused(problems)
    }
}

impl From<StorageError> for LifecycleError {
    fn from(error: StorageError) -> Self {
        LifecycleError::storage(error)
    }
}
