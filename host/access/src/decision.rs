//! What is asked and what is answered.

use vzaemo_contract::manifest::{Assurance, Who};

/// What someone wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action<'a> {
    /// See a view that is not open.
    View(&'a str),
    /// Do an act.
    Act(&'a str),
}

impl Action<'_> {
    /// Reads what [`Display`](std::fmt::Display) writes.
    pub fn parse(text: &str) -> Action<'_> {
        text.strip_prefix("view:").map_or(Action::Act(text), Action::View)
    }
}

/// As policies write it: `view:desk`, `sign`.
impl std::fmt::Display for Action<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Action::View(name) => write!(f, "view:{name}"),
            Action::Act(name) => f.write_str(name),
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why, or why not.
    pub reason: Reason,
    /// In what capacities the manifest allows it. An official acts for a body only when [`Who::Official`] is here.
    pub capacities: Vec<Who>,
    /// The ids of the policies that decided.
    pub policies: Vec<String>,
    /// What failed while policies were evaluated, for the operator. It has been logged as an error.
    pub alarm: Option<String>,
}

impl Decision {
    pub(crate) fn denied(reason: Reason) -> Self {
        Decision { allowed: false, reason, capacities: Vec::new(), policies: Vec::new(), alarm: None }
    }
}

/// Why something is allowed or not, for telling it in plain words. When several reasons hold, it is the one that
/// the person can do least about: nobody is asked to sign in for something that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is allowed.
    Allowed,
    /// It may be allowed to those who sign in.
    SignInNeeded,
    /// The identity is not sure enough.
    AssuranceTooLow {
        /// What is needed.
        needed: Assurance,
    },
    /// The person is blocked from acting.
    Blocked,
    /// The person has yet to accept the rules of use in force.
    RulesPending,
    /// It can be done in another state of the document.
    WrongState {
        /// The state that the document is in.
        state: String,
    },
    /// Only its author may.
    NotYours,
    /// Only officials may.
    NotOfficial,
    /// Only officials of another body may.
    OtherBody,
    /// Only the holder may.
    NotHolder,
    /// A policy of the module or the holder forbids it.
    Forbidden {
        /// The policy's `@why`: a message key.
        why: Option<String>,
    },
    /// Nothing permits it to this person.
    NotPermitted,
    /// The module has no such view or act, or the document that its route names was not given.
    Unknown,
    /// The policies could not be evaluated.
    Failed,
}
