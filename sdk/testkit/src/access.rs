//! Who may, and what they may read then: the manifest's rules, read as the platform reads them.

use crate::people::Who as Somebody;
use crate::response::Denial;
use crate::world::{World, text_of};
use serde_json::Value;
use vzaemo_contract::call::Principal;
use vzaemo_contract::manifest::{Act, Resource, View, Who};
use vzaemo_contract::reach::{Marks, Reach};

/// A rule of the manifest: who, and in which states of the document.
struct Rule<'a> {
    who: Who,
    states: Option<&'a [String]>,
}

/// Somebody who was allowed to see or do something.
#[derive(Default)]
pub(crate) struct Allowed {
    /// Whom the module sees; nobody in an open view.
    pub principal: Option<Principal>,
    /// What limits the documents that the call may read; none if nothing does.
    pub reach: Option<Reach>,
}

/// The document that a route names.
pub(crate) struct Named<'a> {
    pub key: &'a str,
    pub body: &'a Value,
}

/// The resource document's fields that access looks at.
#[derive(Default)]
struct Facts {
    owner: Option<String>,
    body: Option<String>,
    state: Option<String>,
}

impl World {
    /// The field of a collection that bears a mark of `x-access`.
    fn marked(&self, collection: &str, mark: &str) -> Option<&str> {
        let schema = self.project.schema(&self.project.collection(collection)?.schema)?;
        let properties = schema.get("properties")?.as_object()?;
        let marked = |property: &Value| property.get("x-access").is_some_and(|found| found == mark);
        properties.iter().find(|(_, property)| marked(property)).map(|(name, _)| name.as_str())
    }

    /// The fields by which a limit holds for the documents of a collection; none if all of them may be read.
    pub(crate) fn marks(&self, reach: &Reach, collection: &str) -> Option<Marks<'_>> {
        reach.marks(self.marked(collection, "owner"), self.marked(collection, "body"))
    }

    /// Whether a document may be read within a limit.
    pub(crate) fn reaches(&self, reach: Option<&Reach>, collection: &str, key: &str, body: &Value) -> bool {
        let Some((reach, marks)) = reach.and_then(|reach| Some((reach, self.marks(reach, collection)?)))
        else {
            return true;
        };
        reach.holds(&marks, collection, key, |field| body.get(field).and_then(Value::as_str))
    }

    fn facts(&self, resource: Option<&Resource>, named: Option<&Named<'_>>) -> Option<Facts> {
        let (resource, body) = (resource?, named?.body);
        let field = |mark: &str| {
            let name = self.marked(&resource.collection, mark)?;
            Some(text_of(body, name)).filter(|text| !text.is_empty())
        };
        let workflow = self.project.manifest.workflow.as_ref();
        let state = workflow
            .filter(|workflow| workflow.collection == resource.collection)
            .map(|workflow| text_of(body, &workflow.field));
        Some(Facts { owner: field("owner"), body: field("body"), state })
    }

    /// Decides a view that is not open.
    pub(crate) fn may_view(
        &self,
        view: &View,
        named: Option<&Named<'_>>,
        who: Option<&Somebody>,
    ) -> Result<Allowed, Denial> {
        let rules: Vec<Rule<'_>> = view.by.iter().map(|who| Rule { who: *who, states: None }).collect();
        self.decide(&rules, view.resource.as_ref(), named, who)
    }

    /// Decides an act.
    pub(crate) fn may_act(
        &self,
        act: &Act,
        named: Option<&Named<'_>>,
        who: Option<&Somebody>,
    ) -> Result<Allowed, Denial> {
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
        let allowed = self.decide(&rules, act.resource.as_ref(), named, who)?;
        if who.is_some_and(|who| who.assurance < act.assurance) {
            return Err(Denial::AssuranceTooLow);
        }
        Ok(allowed)
    }

    fn decide(
        &self,
        rules: &[Rule<'_>],
        resource: Option<&Resource>,
        named: Option<&Named<'_>>,
        who: Option<&Somebody>,
    ) -> Result<Allowed, Denial> {
        let Some(somebody) = who else { return Err(Denial::SignInNeeded) };
        let facts = self.facts(resource, named);
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
        let capacities: Vec<Who> = allowing.iter().map(|rule| rule.who).collect();
        let bodies: Vec<String> = somebody.body.iter().map(ToString::to_string).collect();
        let named = resource.zip(named).map(|(resource, named)| (resource.collection.as_str(), named.key));
        let reach = Reach::of(&capacities, Some(somebody.reference()), &bodies, named);
        let official = capacities.contains(&Who::Official);
        let body = facts.and_then(|facts| facts.body).or_else(|| somebody.body.clone().map(Into::into));
        let principal = Principal {
            person: somebody.reference().to_owned(),
            organisation: somebody.organisation.clone().map(Into::into),
            body: body.filter(|_| official),
        };
        Ok(Allowed { principal: Some(principal), reach })
    }
}
