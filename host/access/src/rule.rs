//! Who may do what and in which states, gathered from the manifest.

use crate::decision::{Action, Reason};
use crate::error::PolicyError;
use crate::name;
use crate::resource::ResourceDocument;
use crate::subject::Subject;
use vzaemo_contract::manifest::{Act, Assurance, Manifest, Resource, Who};

/// Something that needs a decision.
#[derive(Debug, Clone)]
pub(crate) struct Ruled {
    /// The id of the Cedar action.
    pub(crate) id: String,
    /// The collection of the document that the route names.
    pub(crate) collection: Option<String>,
    pub(crate) assurance: Assurance,
    pub(crate) rules: Vec<Rule>,
}

/// One line of who may.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// The id of the policy that it becomes.
    pub(crate) id: String,
    pub(crate) who: Who,
    /// In which states; `None` for any.
    pub(crate) states: Option<Vec<String>>,
}

/// Everything of the manifest that needs a decision: all acts, and the views that are not open.
pub(crate) fn gather(manifest: &Manifest) -> Result<Vec<Ruled>, PolicyError> {
    let mut ruled = Vec::new();
    for view in manifest.views.iter().filter(|view| !view.open) {
        ruled.push(Ruled {
            id: Action::View(&view.name).to_string(),
            collection: collection(view.resource.as_ref()),
            assurance: Assurance::Low,
            rules: view.by.iter().map(|who| rule("view", None, *who, None)).collect(),
        });
    }
    for act in &manifest.acts {
        ruled.push(Ruled {
            id: Action::Act(&act.name).to_string(),
            collection: collection(act.resource.as_ref()),
            assurance: act.assurance,
            rules: act_rules(manifest, act)?,
        });
    }
    Ok(ruled)
}

fn collection(resource: Option<&Resource>) -> Option<String> {
    resource.map(|resource| resource.collection.clone())
}

fn rule(source: &str, position: Option<usize>, who: Who, states: Option<Vec<String>>) -> Rule {
    let who_name = who_name(who);
    let id = match position {
        Some(position) => format!("{source}.{position}.{who_name}"),
        None => format!("{source}.{who_name}"),
    };
    Rule { id, who, states }
}

pub(crate) fn who_name(who: Who) -> &'static str {
    match who {
        Who::Person => "person",
        Who::Author => "author",
        Who::Official => "official",
        Who::Holder => "holder",
    }
}

/// The steps of the workflow say who may; the act's own `by` counts where they do not.
fn act_rules(manifest: &Manifest, act: &Act) -> Result<Vec<Rule>, PolicyError> {
    let mut rules = Vec::new();
    let mut has_step = false;
    if let Some(workflow) = &manifest.workflow {
        for (position, step) in workflow.steps.iter().enumerate() {
            if step.act.as_deref() != Some(act.name.as_str()) {
                continue;
            }
            has_step = true;
            let names_document =
                act.resource.as_ref().is_some_and(|resource| resource.collection == workflow.collection);
            if !step.from.is_empty() && !names_document {
                return Err(PolicyError::manifest(format!(
                    "workflow.steps[{position}]: act {} depends on the state of a document of {}, but its route \
                     names none; give the act resource = {{ collection = {}, param = … }}",
                    act.name,
                    workflow.collection,
                    name::text(&workflow.collection),
                )));
            }
            let by = if step.by.is_empty() { &act.by } else { &step.by };
            let states = (!step.from.is_empty()).then(|| step.from.clone());
            rules.extend(by.iter().map(|who| rule("step", Some(position), *who, states.clone())));
        }
    }
    if !has_step {
        rules.extend(act.by.iter().map(|who| rule("act", None, *who, None)));
    }
    Ok(rules)
}

impl Rule {
    fn fits_state(&self, resource: Option<&ResourceDocument>) -> bool {
        let state = resource.and_then(|resource| resource.state.as_ref());
        self.states.as_ref().is_none_or(|states| state.is_some_and(|state| states.contains(state)))
    }

    fn fits_person(&self, subject: &Subject, resource: Option<&ResourceDocument>) -> bool {
        match self.who {
            Who::Person => true,
            Who::Author => resource.is_some_and(|r| r.owner.is_some() && r.owner == subject.person),
            Who::Official => match resource {
                Some(resource) => resource.body.as_ref().is_some_and(|body| subject.bodies.contains(body)),
                None => !subject.bodies.is_empty(),
            },
            Who::Holder => subject.holder,
        }
    }
}

impl Ruled {
    /// Why no rule permits it. Only explains: whether it is allowed has been decided by the policies.
    pub(crate) fn explain(&self, subject: &Subject, resource: Option<&ResourceDocument>) -> Reason {
        let wrong_state = || match resource.and_then(|resource| resource.state.clone()) {
            Some(state) => Reason::WrongState { state },
            None => Reason::NotPermitted,
        };
        let visitor = subject.person.is_none();
        // The state of a document is told only to those who could act on it in another one.
        let mut personal = self
            .rules
            .iter()
            .filter(
                |rule| if visitor { rule.who == Who::Person } else { rule.fits_person(subject, resource) },
            )
            .peekable();
        if personal.peek().is_some() && !personal.any(|rule| rule.fits_state(resource)) {
            return wrong_state();
        }
        if visitor {
            return Reason::SignInNeeded;
        }
        let has = |who: Who| self.rules.iter().any(|rule| rule.who == who);
        if has(Who::Official) && !subject.bodies.is_empty() {
            Reason::OtherBody
        } else if has(Who::Author) {
            Reason::NotYours
        } else if has(Who::Official) {
            Reason::NotOfficial
        } else if has(Who::Holder) {
            Reason::NotHolder
        } else {
            Reason::NotPermitted
        }
    }

    /// What may be done by officials and not by everyone.
    pub(crate) fn official_matter(&self) -> bool {
        let has = |who: Who| self.rules.iter().any(|rule| rule.who == who);
        has(Who::Official) && !has(Who::Person)
    }
}
