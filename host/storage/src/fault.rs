//! What an engine's error means.

use std::error::Error;
use std::sync::Arc;

use sqlx::postgres::PgDatabaseError;

use crate::{CommitError, StorageError, WriteError};

/// What a failed batch says about its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A unique key is taken: one unit is at fault, and on a fresh snapshot it will see it.
    Unique,
    /// A made key exists or something else in the statements themselves: one unit is at fault and stays so.
    Statement,
    /// The disk, the file or the connection: no unit is at fault.
    Database,
}

pub(crate) fn fault(error: &StorageError) -> Fault {
    let StorageError::Database(error) = error else { return Fault::Database };
    let Some(error) = error.as_database_error() else { return Fault::Database };
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(error) => postgres(error),
        None => sqlite(error.code().as_deref()),
    }
}

fn sqlite(code: Option<&str>) -> Fault {
    // SQLITE_CONSTRAINT_UNIQUE; a primary key that exists is another code.
    if code == Some("2067") {
        return Fault::Unique;
    }
    // Primary result codes: ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE.
    match code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff) {
        Some(1 | 18 | 19 | 20 | 25) => Fault::Statement,
        _ => Fault::Database,
    }
}

/// By SQLSTATE: <https://www.postgresql.org/docs/15/errcodes-appendix.html>
fn postgres(error: &PgDatabaseError) -> Fault {
    match error.code() {
        // unique_violation; that of a primary key means that a made key exists.
        "23505" if error.constraint().is_none_or(|name| !name.ends_with("_pkey")) => Fault::Unique,
        // Data exceptions, integrity constraints, syntax and access rules, program limits.
        code if ["22", "23", "42", "54"].iter().any(|class| code.starts_with(class)) => Fault::Statement,
        _ => Fault::Database,
    }
}

/// Whether a server has said no to a commit, which then has not happened; anything else leaves it open.
pub(crate) fn is_answer(error: &StorageError) -> bool {
    matches!(error, StorageError::Database(error) if error.as_database_error().is_some())
}

/// Whether the cause of an error, of this room or of one that passes it on, is that the database cannot be reached for
/// now: nothing was done, nothing is wrong with what was asked, and it will pass.
pub fn is_unavailable(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let lost = match (error.downcast_ref::<sqlx::Error>(), error.downcast_ref::<Arc<sqlx::Error>>()) {
            (Some(error), _) => is_passing(error),
            (None, Some(error)) => is_passing(error),
            (None, None) => false,
        };
        // Not known is not "nothing was done".
        if matches!(error.downcast_ref(), Some(CommitError::Unknown(_))) {
            return false;
        }
        if lost {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether the cause of an error, of this room or of one that passes it on, is a cursor that does not belong to its query:
/// whoever asked was led to a page of a list that is not there.
pub fn is_foreign_cursor(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // A transparent error shows the cause of what it wraps, not what it wraps.
        let of_storage = match error.downcast_ref() {
            Some(WriteError::Storage(wrapped)) => Some(wrapped),
            _ => error.downcast_ref(),
        };
        if matches!(of_storage, Some(StorageError::Cursor { .. })) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether the database cannot be reached for now.
pub(crate) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => {
            true
        }
        sqlx::Error::Database(error) => {
            error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| {
                // Connection exceptions, too many connections, shutdowns, ended idle sessions.
                error.code().starts_with("08")
                    || error.code().starts_with("57P")
                    || matches!(error.code(), "53300" | "25P03")
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_database_is_seen_through_whatever_wraps_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("ask another room")]
        struct Other(#[source] WriteError);

        let lost = || StorageError::from(sqlx::Error::PoolTimedOut);
        assert!(matches!(lost(), StorageError::Unavailable(_)));
        assert!(is_unavailable(&lost()));
        assert!(is_unavailable(&CommitError::Storage(lost())));
        assert!(is_unavailable(&Other(WriteError::Storage(lost()))));
        assert!(!is_unavailable(&CommitError::Unknown(lost())), "something may have been done");
        assert!(!is_unavailable(&StorageError::from(sqlx::Error::RowNotFound)));
        assert!(!is_unavailable(&CommitError::Conflict));
    }

    #[test]
    fn a_foreign_cursor_is_seen_through_whatever_wraps_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("ask another room")]
        struct Other(#[source] StorageError);

        let foreign = || StorageError::Cursor { collection: "notes".into() };
        assert!(is_foreign_cursor(&foreign()));
        assert!(is_foreign_cursor(&Other(foreign())));
        assert!(is_foreign_cursor(&WriteError::Storage(foreign())));
        assert!(!is_foreign_cursor(&StorageError::Closed));
    }
}
