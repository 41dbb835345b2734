//! What this room keeps: persons, their aliases, their roles, their sessions.

mod aliases;
mod cache;
mod error;
mod grants;
mod persons;
mod schema;
mod secret;
mod sessions;

pub use aliases::{Alias, Aliases};
pub use error::IdentityError;
pub use grants::{Grant, Grants};
pub use persons::{AttestedName, Person, Persons};
pub use schema::{NAMESPACE, collections};
pub use secret::PlatformSecret;
pub use sessions::{Opening, Session, SessionLimits, Sessions, SignedIn};

use vzaemo_storage::CommitError;

/// A unit that meets a conflict is run again so many times.
const ATTEMPTS: usize = 8;

/// `Ok` if the unit of work is to be run again.
fn again(error: CommitError) -> Result<(), IdentityError> {
    if error.is_retryable() { Ok(()) } else { Err(error.into()) }
}
