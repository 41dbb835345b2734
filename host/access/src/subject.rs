//! Who asks.

use vzaemo_contract::manifest::Assurance;

/// Who asks, as one module knows them. [`Subject::default`] is a visitor who has not signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // each is a role that the others say nothing about
pub struct Subject {
    /// The person reference of this module. Without one the subject is a visitor, whatever else is set.
    pub person: Option<String>,
    /// How sure the identity is. Means nothing for a visitor.
    pub assurance: Assurance,
    /// The holder of the platform.
    pub holder: bool,
    /// A technical administrator.
    pub technical: bool,
    /// An auditor.
    pub auditor: bool,
    /// The ids of the bodies for which the person administers this module.
    pub bodies: Vec<String>,
    /// ЄДРПОУ of the organisation that the person acts for.
    pub organisation: Option<String>,
    /// Lawfully blocked from acting.
    pub blocked: bool,
    /// Has yet to accept the rules of use in force.
    pub rules_pending: bool,
}

impl Subject {
    /// A visitor who has not signed in.
    pub fn visitor() -> Self {
        Subject::default()
    }

    /// A signed-in person without any role.
    pub fn person(reference: impl Into<String>, assurance: Assurance) -> Self {
        Subject { person: Some(reference.into()), assurance, ..Subject::default() }
    }
}
