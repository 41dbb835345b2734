//! What can go wrong with what is kept.

use vzaemo_registers::Edrpou;
use vzaemo_storage::{CommitError, DeclareError, StorageError, WriteError};

use crate::PersonId;

/// A failure of persons, roles or sessions.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The audit entry of the change could not be added.
    #[error("record the change")]
    Record(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The storage does not answer.
    #[error("read what is known of persons")]
    Storage(#[from] StorageError),
    /// The storage refused a document.
    #[error("write what is known of persons")]
    Write(#[from] WriteError),
    /// The storage refused a commit.
    #[error("keep what is known of persons")]
    Commit(#[from] CommitError),
    /// The collections of this room could not be declared.
    #[error("declare what is known of persons")]
    Declare(#[from] DeclareError),
    /// Others kept changing the same.
    #[error("keep what is known of persons: others change it all the time")]
    Contended,
    /// A document could not be written as JSON.
    #[error("write a document of persons as JSON")]
    Json(#[from] serde_json::Error),
    /// No person has this identifier.
    #[error("find the person {0}")]
    NoPerson(PersonId),
    /// The sign-in has opened a session before, here or at another node.
    #[error("open a session: the sign-in has been completed before")]
    SignInUsed,
    /// The token of a provider has had its effect before, here or at another node.
    #[error("follow the provider's token: it was followed before")]
    Replayed,
    /// Under this version of the rules of use something else is kept, or nothing.
    #[error("take the rules of use {0}: what is kept under this version is not the same")]
    OtherRules(String),
    /// Somebody else than the person who is signed in with this browser has proven who they are.
    #[error("open a session: another person is signed in with this browser")]
    OtherPerson,
    /// No session has this token, or it has ended.
    #[error("find the session: it has ended")]
    NoSession,
    /// Neither the identity provider nor a grant ties the person to the organisation.
    #[error("act for the organisation {0}: nothing ties the person to it")]
    NotRepresented(Edrpou),
}
