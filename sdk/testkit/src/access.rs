//! Who may: the manifest's rules, read as the platform reads them.

use crate::people::Who as Somebody;
use crate::response::Denial;
use crate::world::{World, text_of};
use serde_json::Value;
use vzaemo_contract::call::Principal;
use vzaemo_contract::manifest::{Act, Resource, View, Who};

/// A rule of the manifest: who, and in which states of the document.
struct Rule<'a> {
    who: Who,
    states: Option<&'a [String]>,
}

/// The resource document's fields that access looks at.
#[derive(Default)]
struct Facts {
    owner: Option<String>,
    body: Option<String>,
    state: Option<String>,
}

impl World {
    fn facts(&self, resource: Option<&Resource>, body: Option<&Value>) -> Option<Facts> {
        let (resource, body) = (resource?, body?);
        let schema = self.project.schema(&self.project.collection(&resource.collection)?.schema)?;
        let field = |mark: &str| {
            let properties = schema.get("properties")?.as_object()?;
            let marked = |property: &Value| property.get("x-access").is_some_and(|found| found == mark);
            let (name, _) = properties.iter().find(|(_, property)| marked(property))?;
            Some(text_of(body, name)).filter(|text| !text.is_empty())
        };
        let workflow = self.project.manifest.workflow.as_ref();
        let state = workflow
            .filter(|workflow| workflow.collection == resource.collection)
            .map(|workflow| text_of(body, &workflow.field));
        Some(Facts { owner: field("owner"), body: field("body"), state })
    }

    /// Decides a view that is not open, and answers whom the module sees.
    pub(crate) fn may_view(
        &self,
        view: &View,
        body: Option<&Value>,
        who: Option<&Somebody>,
    ) -> Result<Option<Principal>, Denial> {
        let rules: Vec<Rule<'_>> = view.by.iter().map(|who| Rule { who: *who, states: None }).collect();
        self.decide(&rules, view.resource.as_ref(), body, who)
    }

    /// Decides an act, and answers whom the module sees.
    pub(crate) fn may_act(
        &self,
        act: &Act,
        body: Option<&Value>,
        who: Option<&Somebody>,
    ) -> Result<Option<Principal>, Denial> {
        let workflow = self.project.manifest.workflow.iter();
        let steps =
            workflow.flat_map(|workflow| &workflow.steps).filter(|step| step.act.as_ref() == Some(&act.name));
        let (mut rules, mut has_step) = (Vec::new(), false);
        for step in steps {
            has_step = true;
            let by = if step.by.is_empty() { &act.by } else { &step.by };
            let states = (!step.from.is_empty()).then_some(step.from.as_slice());
            rules.extend(by.iter().map(|who| Rule { who: *who, states }));
        }
        if !has_step {
            rules.extend(act.by.iter().map(|who| Rule { who: *who, states: None }));
        }
        let principal = self.decide(&rules, act.resource.as_ref(), body, who)?;
        if who.is_some_and(|who| who.assurance < act.assurance) {
            return Err(Denial::AssuranceTooLow);
        }
        Ok(principal)
    }

    fn decide(
        &self,
        rules: &[Rule<'_>],
        resource: Option<&Resource>,
        body: Option<&Value>,
        who: Option<&Somebody>,
    ) -> Result<Option<Principal>, Denial> {
        let Some(somebody) = who else { return Err(Denial::SignInNeeded) };
        let facts = self.facts(resource, body);
        let fits = |rule: &&Rule<'_>| match rule.who {
            Who::Person => true,
            Who::Author => {
                facts.as_ref().is_some_and(|facts| facts.owner.as_deref() == Some(somebody.reference()))
            }
            Who::Official => match &facts {
                Some(facts) => facts.body.is_some() && facts.body.as_deref() == somebody.body.as_deref(),
                None => somebody.body.is_some(),
            },
            Who::Holder => somebody.holder,
        };
        let state = facts.as_ref().and_then(|facts| facts.state.as_ref());
        let personal: Vec<&Rule<'_>> = rules.iter().filter(fits).collect();
        let in_state = |rule: &&&Rule<'_>| {
            rule.states.is_none_or(|states| state.is_some_and(|state| states.contains(state)))
        };
        let allowing: Vec<&&Rule<'_>> = personal.iter().filter(in_state).collect();
        if allowing.is_empty() {
            return Err(match state {
                Some(state) if !personal.is_empty() => Denial::WrongState(state.clone()),
                _ => Denial::NotPermitted,
            });
        }
        let official = allowing.iter().any(|rule| rule.who == Who::Official);
        let body = facts.and_then(|facts| facts.body).or_else(|| somebody.body.clone().map(Into::into));
        Ok(Some(Principal {
            person: somebody.reference().to_owned(),
            organisation: somebody.organisation.clone().map(Into::into),
            body: body.filter(|_| official),
        }))
    }
}
