//! Who asks, as the rooms above know it.

use std::sync::Arc;

use uuid::Uuid;

use crate::{Assurance, Organisation, Roles};

/// The platform's own identifier of a person. Modules never see it: they see an alias (see [`crate::Aliases`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct PersonId(Uuid);

impl PersonId {
    /// A new one. Ordered by time, so that new persons stand together in the database.
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Visitor {
    /// Nobody has signed in.
    #[default]
    Anonymous,
    /// A person has.
    Person(Principal),
}

/// A person who has signed in, with what they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub person: PersonId,
    /// How sure that is.
    pub assurance: Assurance,
    /// Whether a proven key stands behind the person; without one they may not take part where one person has
    /// one voice.
    pub proven: bool,
    /// Their roles.
    pub roles: Arc<Roles>,
    /// Whether they are blocked from acting.
    pub blocked: bool,
    /// The revision of their [`Standing`](crate::Standing) under which they signed in. Once it is another one, their
    /// sessions have ended.
    pub standing: u64,
    /// The organisation they act for at present.
    pub organisation: Option<Organisation>,
    /// The body whose official they are. `None` if they administer nothing, or for several bodies: then the
    /// resource decides, see [`Roles::bodies_for`].
    pub body: Option<String>,
}

impl Visitor {
    /// The person, if one has signed in.
    pub fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Anonymous => None,
            Self::Person(principal) => Some(principal),
        }
    }
}
