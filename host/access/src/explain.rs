//! A decision with all that it was made from, for the holder and the technical administrator.

use crate::compile::assurance_level;
use crate::decision::Decision;
use crate::resource::{Layout, ResourceDocument};
use crate::subject::Subject;
use serde_json::Value;

/// A decision with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was decided.
    pub decision: Decision,
    /// What the policies knew of the person.
    pub principal: Vec<Fact>,
    /// What the policies knew of the document that the route names.
    pub resource: Vec<Fact>,
    /// The policies that concern the action: first those that decided, then the others, each by origin and id.
    pub policies: Vec<Consulted>,
}

/// Something that the policies knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The attribute as policies write it.
    pub name: String,
    /// Its value.
    pub value: Known,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// As it is, in Cedar's way of writing.
    Value(String),
    /// A person reference: whether it is that of the person asked about.
    Person {
        /// It is the person asked about.
        same: bool,
    },
    /// Personal data, which is not told.
    Personal,
    /// The attribute is not there.
    Absent,
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A guardrail of the core.
    Core,
    /// The holder's own policy.
    Holder,
    /// The module's own policy file.
    Module,
    /// The module's manifest: `by`, or a step of its workflow.
    Manifest,
}

/// A policy that concerns the action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consulted {
    /// Its id.
    pub id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The file that it stands in; none for those of the core.
    pub file: Option<String>,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// Whether it permits; else it forbids.
    pub permits: bool,
    /// Its text in Cedar's language.
    pub text: String,
    /// Whether the decision is due to it.
    pub decided: bool,
}

fn told(value: &Value) -> Known {
    Known::Value(value.to_string())
}

impl Fact {
    fn new(name: &str, value: Known) -> Self {
        Fact { name: name.to_owned(), value }
    }

    pub(crate) fn of_subject(subject: &Subject) -> Vec<Fact> {
        if subject.person.is_none() {
            return Vec::new();
        }
        let organisation = subject.organisation.as_deref().map_or(Known::Absent, |code| told(&code.into()));
        vec![
            Fact::new("principal.assurance", told(&assurance_level(subject.assurance).into())),
            Fact::new("principal.holder", told(&subject.holder.into())),
            Fact::new("principal.technical", told(&subject.technical.into())),
            Fact::new("principal.auditor", told(&subject.auditor.into())),
            Fact::new("principal.blocked", told(&subject.blocked.into())),
            Fact::new("principal.rules_pending", told(&subject.rules_pending.into())),
            Fact::new("principal.bodies", told(&subject.bodies.clone().into())),
            Fact::new("principal.organisation", organisation),
        ]
    }

    /// Of the document: state, owner and body where the collection has them, and of its other fields those that a
    /// policy names.
    pub(crate) fn of_resource(
        resource: &ResourceDocument,
        layout: Option<&Layout>,
        subject: &Subject,
        mentioned: &dyn Fn(&str) -> bool,
    ) -> Vec<Fact> {
        let Some(layout) = layout else { return Vec::new() };
        let text = |value: &Option<String>| value.as_deref().map_or(Known::Absent, |text| told(&text.into()));
        let mut facts = Vec::new();
        if layout.state.is_some() {
            facts.push(Fact::new("resource.state", text(&resource.state)));
        }
        if layout.owner.is_some() {
            let owner = match &resource.owner {
                None => Known::Absent,
                owner @ Some(_) => Known::Person { same: *owner == subject.person },
            };
            facts.push(Fact::new("resource.owner", owner));
        }
        if layout.body.is_some() {
            facts.push(Fact::new("resource.body", text(&resource.body)));
        }
        for (name, value) in resource.fields.iter().filter(|(name, _)| mentioned(name)) {
            let hidden = layout.personal.contains(name) || layout.owner.as_ref() == Some(name);
            let value = if hidden { Known::Personal } else { told(value) };
            facts.push(Fact::new(&format!("resource.document.{name}"), value));
        }
        facts
    }
}
