//! What can go wrong at the service, on request.

use serde_json::{Value, json};

/// How an error is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorForm {
    /// `error` and `error_description`.
    Description,
    /// `error` and `message`.
    Message,
    /// `error` as a number, with nothing beside it.
    Number,
}

impl ErrorForm {
    pub(crate) fn body(self) -> Value {
        match self {
            Self::Description => json!({ "error": "invalid_request", "error_description": "опис помилки" }),
            Self::Message => json!({ "error": "invalid_request", "message": "опис помилки" }),
            Self::Number => json!({ "error": 2 }),
        }
    }
}

/// What the double does otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Misbehaviour {
    /// Nothing.
    #[default]
    None,
    /// It sends the browser back with another state.
    OtherState,
    /// It sends the browser back without the state.
    NoState,
    /// It sends the browser back with an error in place of a code.
    RefusesPerson(ErrorForm),
    /// It gives the same code to everybody and takes it again and again.
    ReusesCodes,
    /// It answers the request for access with an error.
    RefusesCode(ErrorForm),
    /// Access for a type of token that nobody knows.
    OtherTokenType,
    /// Access that says nothing of its end.
    NoExpiry,
    /// Access that ends in a number rather than a text of seconds.
    ExpiryAsNumber,
    /// Access whose end is no number at all.
    ExpiryAsWords,
    /// Access to nobody.
    NoUser,
    /// An access token that the service does not know itself.
    WrongToken,
    /// It answers the question about the person with an error.
    RefusesToken(ErrorForm),
    /// What it tells about the person lacks this field.
    Without(&'static str),
    /// It tells about another person, and says so.
    OtherPerson,
    /// An answer of many megabytes.
    HugeAnswer,
    /// An answer that never comes.
    NoAnswer,
    /// Something that is no JSON.
    NoJson,
    /// A redirect to somewhere else.
    Redirects,
    /// Not sealed though it was asked for.
    NotSealed,
    /// Sealed, and then changed.
    SealedAndChanged,
}
