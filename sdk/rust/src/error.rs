//! What a call ends with: an outcome, or why there is none.

use crate::{Address, Msg};
use vzaemo_contract::call::{self, Conflict, Denied, Failure, Refusal};

/// Why a call gives no result. Made by [`not_found`], [`refuse`] and `?` on what the host denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Failure);

/// The result of views, acts and jobs.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A mistake in the module or its data; said to the operator. The parts are joined.
    pub fn broken(parts: &[&str]) -> Self {
        Error(Failure::Broken(parts.concat()))
    }

    /// Names the field of the input that is at fault; the form shows the message there.
    #[must_use]
    pub fn at_field(mut self, field: &str) -> Self {
        if let Failure::Refused(refusal) = &mut self.0 {
            refusal.field = Some(field.to_owned());
        }
        self
    }

    /// What crosses to the host.
    pub fn into_failure(self) -> Failure {
        self.0
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Error(failure)
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Error(Failure::Broken(match denied {
            Denied::NotGranted => "the holder did not grant this capability".to_owned(),
            Denied::ReadOnly => "a view or a check may not write".to_owned(),
            Denied::NotInAnAct => "an act may not read what merges only at commit".to_owned(),
            Denied::Misuse(what) => what,
        }))
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Taken(fields) => {
                Error::broken(&["a document with the same ", &fields.join(", "), " exists"])
            }
            Conflict::Changed => {
                Error::broken(&["the key is in use, or the document has changed since it was read"])
            }
            Conflict::Invalid(why) => {
                Error::broken(&["the document does not fit its schema: ", &why.join("; ")])
            }
            Conflict::Denied(denied) => denied.into(),
        }
    }
}

/// There is no such thing; the host answers with its page for that.
pub fn not_found() -> Error {
    Error(Failure::NotFound)
}

/// The act may not happen now, and the person is told why.
pub fn refuse(why: Msg) -> Error {
    Error(Failure::Refused(Refusal { message: why.into(), field: None }))
}

/// Refuses unless the condition holds.
pub fn require(condition: bool, why: Msg) -> Result<()> {
    if condition { Ok(()) } else { Err(refuse(why)) }
}

/// Turns what a person can bring about into a refusal, and leaves mistakes of the module what they are.
pub trait OrRefuse<T> {
    /// On a write: a taken unique key or a changed document refuses. On an option: nothing refuses.
    fn or_refuse(self, why: Msg) -> Result<T>;
}

impl<T> OrRefuse<T> for Result<T, Conflict> {
    fn or_refuse(self, why: Msg) -> Result<T> {
        self.map_err(|conflict| match conflict {
            Conflict::Taken(_) | Conflict::Changed => refuse(why),
            other => other.into(),
        })
    }
}

impl<T> OrRefuse<T> for Option<T> {
    fn or_refuse(self, why: Msg) -> Result<T> {
        self.ok_or_else(|| refuse(why))
    }
}

/// What an act answers: what to tell the person, and where to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    message: Option<Msg>,
    to: Option<Address>,
}

/// The act is done; the message says what has happened.
pub fn done(message: Msg) -> Outcome {
    Outcome { message: Some(message), to: None }
}

/// The act is done, and the page it leads to says all.
pub fn go_to(address: Address) -> Outcome {
    Outcome { message: None, to: Some(address) }
}

impl Outcome {
    /// The page that the person sees next.
    #[must_use]
    pub fn back_to(mut self, address: Address) -> Self {
        self.to = Some(address);
        self
    }
}

impl From<Outcome> for call::Outcome {
    fn from(outcome: Outcome) -> Self {
        call::Outcome { message: outcome.message.map(Into::into), to: outcome.to.map(Into::into) }
    }
}
