//! What this room keeps: persons, their aliases, their roles, their sessions.

mod aliases;
mod cache;
pub mod claims;
mod completed;
pub mod delegations;
mod error;
mod grants;
pub mod merging;
mod persons;
mod references;
mod rules;
mod schema;
mod secret;
mod session;
mod sessions;

pub use aliases::{Alias, Aliases};
pub use error::IdentityError;
pub use grants::{Blocking, Grant, Grants, Standing};
pub use persons::{AttestedName, Person, PersonKey, Persons};
pub use references::References;
pub use rules::{Acceptance, Edition, Editions, RulesOfUse};
pub use schema::{INVITATIONS, NAMESPACE, collections};
pub use secret::PlatformSecret;
pub(crate) use secret::{Accounts, Key};
pub use session::{Opening, Session, SessionLimits, SignedIn};
pub use sessions::Sessions;

use std::future::Future;
use std::pin::Pin;
use vzaemo_storage::{CommitError, Unit};

use crate::PersonId;

/// A unit that meets a conflict is run again so many times.
const ATTEMPTS: usize = 8;

/// `Ok` if the unit of work is to be run again.
fn again(error: CommitError) -> Result<(), IdentityError> {
    if error.is_retryable() { Ok(()) } else { Err(error.into()) }
}

/// What adds an audit entry to the unit of work whose cause it tells of. It is called again if the unit is run again.
pub type Recording<'u> = Pin<Box<dyn Future<Output = Result<(), RecordError>> + Send + 'u>>;
/// Why an entry could not be added; nothing is committed then.
pub type RecordError = Box<dyn std::error::Error + Send + Sync>;
/// Records a change of what this room keeps.
pub type Recorder<'a> = &'a (dyn for<'u> Fn(&'u mut Unit) -> Recording<'u> + Send + Sync);
/// Records a sign-in.
pub type SignInRecorder<'a> = &'a (dyn for<'u> Fn(&'u mut Unit, &'u SignedIn) -> Recording<'u> + Send + Sync);

/// Records that sessions of these persons were ended.
pub type LogoutRecorder<'a> =
    &'a (dyn for<'u> Fn(&'u mut Unit, &'u [PersonId]) -> Recording<'u> + Send + Sync);

/// Records nothing: for what the log need not know, such as the end of a session by time.
pub fn unrecorded(_: &mut Unit) -> Recording<'_> {
    Box::pin(async { Ok(()) })
}
