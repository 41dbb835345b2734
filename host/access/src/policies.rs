//! The compiled policies of one version of a module.

use crate::cedar::{
    Places, add, consulted, permits, person_attributes, places, reads, string, text, type_name, validate,
};
use crate::compile::{self, ASSURANCE, BLOCKED, BODY, RULES, generate};
use crate::decision::{Action, Decision, Reason};
use crate::error::PolicyError;
use crate::explain::{Explanation, Fact, Origin};
use crate::name::{self, MODULE, PERSON, ident};
use crate::own::{self, HOLDER, Own, PolicyText};
use crate::resource::{Layout, ResourceDocument};
use crate::rule::{self, Ruled};
use crate::schema;
use crate::subject::Subject;
use cedar_policy::{
    Authorizer, Context, Decision as Verdict, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, Response, RestrictedExpression,
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use vzaemo_contract::manifest::{Manifest, Who};

/// The policies of one version of a module, ready to decide.
#[derive(Debug)]
pub struct ModulePolicies {
    module: String,
    layouts: BTreeMap<String, Layout>,
    views: HashMap<String, Compiled>,
    acts: HashMap<String, Compiled>,
    person: EntityTypeName,
    /// Where the policies written by hand stand.
    places: Places,
}

/// One action with everything that decides about it.
#[derive(Debug)]
struct Compiled {
    ruled: Ruled,
    action: EntityUid,
    resource: EntityTypeName,
    all: PolicySet,
    /// Those of `all` that permit: they tell whether a denial is due to a `forbid` alone.
    permits: PolicySet,
    /// The attributes of persons that `all` reads; the others need not be made.
    reads: HashSet<&'static str>,
}

impl ModulePolicies {
    /// Compiles the rules of `manifest` with the module's own policies and the holder's. `files` gives the files
    /// of the package: the JSON Schemas of the collections.
    ///
    /// A policy of the module may speak only of its own namespace and of `Core::Person`. A policy of the holder
    /// that speaks of another module's namespace is passed over.
    ///
    /// # Errors
    /// The first thing that is wrong, with file and line.
    pub fn compile(
        manifest: &Manifest,
        files: &dyn Fn(&str) -> Option<String>,
        module: &[PolicyText],
        holder: &[PolicyText],
    ) -> Result<Self, PolicyError> {
        if !name::well_formed(&manifest.id) {
            return Err(PolicyError::manifest(format!("id: {:?} is not a well-formed name", manifest.id)));
        }
        let namespace = compile::namespace(&manifest.id);
        let layouts = schema::layouts(manifest, files)?;
        let ruled = rule::gather(manifest)?;
        let schema = schema::build(manifest, &layouts, &ruled)?;
        let own = written_by_hand(&namespace, module, holder)?;
        let mut policies = ModulePolicies {
            module: manifest.id.clone(),
            layouts,
            views: HashMap::new(),
            acts: HashMap::new(),
            person: type_name(PERSON)?,
            places: places(&own),
        };
        let mut validated = PolicySet::new();
        let mut applied = HashSet::new();
        for item in ruled {
            let layout = match &item.collection {
                Some(collection) => Some(policies.layouts.get(collection).ok_or_else(|| {
                    PolicyError::manifest(format!("{}: there is no collection {collection}", item.id))
                })?),
                None => None,
            };
            let compiled = Compiled::new(&namespace, item, layout, &own, &mut applied)?;
            for policy in compiled.all.policies() {
                if !own.iter().any(|own| own.policy.id() == policy.id()) {
                    // Generated ids repeat from action to action.
                    let id = cedar_policy::PolicyId::new(format!("{}/{}", compiled.ruled.id, policy.id()));
                    add(&mut validated, policy.new_id(id))?;
                }
            }
            let kind = match compiled.ruled.id.strip_prefix("view:") {
                Some(view) => policies.views.insert(view.to_owned(), compiled),
                None => policies.acts.insert(compiled.ruled.id.clone(), compiled),
            };
            if let Some(twin) = kind {
                return Err(PolicyError::manifest(format!("{} is declared twice", twin.ruled.id)));
            }
        }
        for own in &own {
            add(&mut validated, own.policy.clone())?;
        }
        validate(schema, &validated, &own)?;
        // What is about everything is about nothing here if the module has nothing to decide.
        let is_idle = |own: &&Own| !own.namespaces.is_empty() && !applied.contains(own.policy.id());
        if let Some(idle) = own.iter().find(is_idle) {
            return Err(idle.error("the policy concerns no act and no view that is not open"));
        }
        let fields_needed = own.iter().any(Own::reads_documents);
        for layout in policies.layouts.values_mut() {
            layout.fields_needed = fields_needed;
        }
        Ok(policies)
    }

    /// What access needs to know of a document, from its JSON text. Only the fields needed are read.
    ///
    /// # Errors
    /// When the text is no JSON object.
    pub fn document(
        &self,
        collection: &str,
        key: &str,
        json: &str,
    ) -> Result<ResourceDocument, serde_json::Error> {
        match self.layouts.get(collection) {
            Some(layout) => layout.extract(collection, key, json),
            None => Layout::default().extract(collection, key, json),
        }
    }

    /// What access reads of a collection's documents.
    pub(crate) fn layout(&self, collection: &str) -> Option<&Layout> {
        self.layouts.get(collection)
    }

    /// Whether `subject` may do `action`, with the document that its route names. Denied unless something permits
    /// it and nothing forbids it; denied with an alarm when a policy cannot be evaluated.
    ///
    /// Open views are not asked about: for them, as for what the module does not have, the answer is
    /// [`Reason::Unknown`].
    pub fn decide(
        &self,
        subject: &Subject,
        action: Action<'_>,
        resource: Option<&ResourceDocument>,
    ) -> Decision {
        let compiled = match action {
            Action::View(name) => self.views.get(name),
            Action::Act(name) => self.acts.get(name),
        };
        let Some(compiled) = compiled else { return Decision::denied(Reason::Unknown) };
        if compiled.ruled.collection.as_deref() != resource.map(|resource| resource.collection.as_str()) {
            return Decision::denied(Reason::Unknown);
        }
        let Some(person) = &subject.person else {
            return Decision::denied(compiled.ruled.explain(subject, resource));
        };
        let (request, entities) = match self.ask(compiled, person, subject, resource) {
            Ok(asked) => asked,
            Err(error) => return self.alarm(compiled, error, Vec::new()),
        };
        let response = Authorizer::new().is_authorized(&request, &compiled.all, &entities);
        self.conclude(compiled, subject, resource, &response, || {
            let permitted = Authorizer::new().is_authorized(&request, &compiled.permits, &entities);
            permitted.decision() == Verdict::Allow
        })
    }

    /// Decides and tells from what: the facts that the policies had and every policy that concerns the action. `None`
    /// for what needs no decision or is not there: an open view, an unknown act.
    ///
    /// Facts say no more about persons than what was asked: the owner of a document is told only as being the person
    /// asked about or not, and fields with personal data (`x-personal`) are named without their values.
    pub fn explain(
        &self,
        subject: &Subject,
        action: Action<'_>,
        resource: Option<&ResourceDocument>,
    ) -> Option<Explanation> {
        let compiled = match action {
            Action::View(name) => self.views.get(name),
            Action::Act(name) => self.acts.get(name),
        }?;
        let decision = self.decide(subject, action, resource);
        let policies = consulted(&compiled.all, &decision, &self.places, |id, by_hand| {
            if by_hand && id.starts_with(HOLDER) {
                Origin::Holder
            } else if by_hand {
                Origin::Module
            } else if id.starts_with(compile::CORE) {
                Origin::Core
            } else {
                Origin::Manifest
            }
        });
        let layout = resource.and_then(|resource| self.layouts.get(&resource.collection));
        let mentioned = |name: &str| policies.iter().any(|policy| policy.text.contains(name));
        let facts = resource
            .map(|resource| Fact::of_resource(resource, layout, subject, &mentioned))
            .unwrap_or_default();
        Some(Explanation { decision, principal: Fact::of_subject(subject), resource: facts, policies })
    }

    fn ask(
        &self,
        compiled: &Compiled,
        person: &str,
        subject: &Subject,
        resource: Option<&ResourceDocument>,
    ) -> Result<(Request, Entities), String> {
        let principal = EntityUid::from_type_name_and_id(self.person.clone(), EntityId::new(person));
        let key = resource.map_or(self.module.as_str(), |resource| resource.key.as_str());
        let target = EntityUid::from_type_name_and_id(compiled.resource.clone(), EntityId::new(key));
        let entities = [
            Entity::new(
                principal.clone(),
                person_attributes(person, subject, &compiled.reads),
                HashSet::new(),
            )
            .map_err(text)?,
            Entity::new(target.clone(), self.resource_attributes(resource), HashSet::new()).map_err(text)?,
        ];
        let entities = Entities::from_entities(entities, None).map_err(text)?;
        let request =
            Request::new(principal, compiled.action.clone(), target, Context::empty(), None).map_err(text)?;
        Ok((request, entities))
    }

    fn resource_attributes(
        &self,
        resource: Option<&ResourceDocument>,
    ) -> HashMap<String, RestrictedExpression> {
        let Some(resource) = resource else { return HashMap::new() };
        let mut attributes = HashMap::with_capacity(4);
        for (name, value) in
            [("state", &resource.state), ("owner", &resource.owner), ("body", &resource.body)]
        {
            if let Some(value) = value {
                attributes.insert(name.to_owned(), string(value));
            }
        }
        if self.layouts.get(&resource.collection).is_some_and(|layout| layout.fields_needed) {
            let fields =
                resource.fields.iter().filter_map(|(name, value)| Some((name.clone(), expression(value)?)));
            if let Ok(fields) = RestrictedExpression::new_record(fields) {
                attributes.insert("document".to_owned(), fields);
            }
        }
        attributes
    }

    fn conclude(
        &self,
        compiled: &Compiled,
        subject: &Subject,
        resource: Option<&ResourceDocument>,
        response: &Response,
        permitted_apart: impl FnOnce() -> bool,
    ) -> Decision {
        let ids: Vec<_> = response.diagnostics().reason().map(ToString::to_string).collect();
        let mut errors = response.diagnostics().errors().map(ToString::to_string).peekable();
        if errors.peek().is_some() {
            return self.alarm(compiled, errors.collect::<Vec<_>>().join("; "), ids);
        }
        if response.decision() == Verdict::Allow {
            let capacities = compiled.ruled.capacities(&ids);
            return Decision {
                allowed: true,
                reason: Reason::Allowed,
                capacities,
                policies: ids,
                alarm: None,
            };
        }
        // Without a `forbid` no policy decided, and none permits it.
        let reason = if ids.iter().any(|id| id == BLOCKED) {
            Reason::Blocked
        } else if ids.is_empty() || !permitted_apart() {
            compiled.ruled.explain(subject, resource)
        } else if ids.iter().any(|id| id == BODY) {
            Reason::OtherBody
        } else if let Some(forbidding) = response
            .diagnostics()
            .reason()
            .filter(|id| ![ASSURANCE, RULES].contains(&id.to_string().as_str()))
            .min_by_key(ToString::to_string)
        {
            Reason::Forbidden { why: compiled.all.annotation(forbidding, "why").map(str::to_owned) }
        } else if ids.iter().any(|id| id == ASSURANCE) {
            Reason::AssuranceTooLow { needed: compiled.ruled.assurance }
        } else {
            Reason::RulesPending
        };
        Decision { policies: ids, ..Decision::denied(reason) }
    }

    fn alarm(&self, compiled: &Compiled, error: String, policies: Vec<String>) -> Decision {
        tracing::error!(
            module = %self.module, action = %compiled.ruled.id, %error,
            "access denied because the policies could not be evaluated"
        );
        Decision { policies, alarm: Some(error), ..Decision::denied(Reason::Failed) }
    }
}

impl Compiled {
    fn new(
        namespace: &str,
        ruled: Ruled,
        layout: Option<&Layout>,
        own: &[Own],
        applied: &mut HashSet<cedar_policy::PolicyId>,
    ) -> Result<Self, PolicyError> {
        let action = EntityUid::from_type_name_and_id(
            type_name(&format!("{namespace}::Action"))?,
            EntityId::new(&ruled.id),
        );
        let resource = match &ruled.collection {
            Some(collection) => type_name(&format!("{namespace}::{}", ident(collection)))?,
            None => type_name(&format!("{namespace}::{MODULE}"))?,
        };
        let mut all = PolicySet::new();
        for policy in generate(namespace, &ruled, layout)? {
            add(&mut all, policy)?;
        }
        for own in own {
            if own.concerns(&action) {
                applied.insert(own.policy.id().clone());
                add(&mut all, own.policy.clone())?;
            }
        }
        let (permits, reads) = (permits(&all)?, reads(&all));
        Ok(Compiled { ruled, action, resource, all, permits, reads })
    }
}

impl Ruled {
    /// The capacities that the deciding policies stand for.
    fn capacities(&self, ids: &[String]) -> Vec<Who> {
        let mut capacities: Vec<_> =
            self.rules.iter().filter(|rule| ids.contains(&rule.id)).map(|rule| rule.who).collect();
        capacities.sort_unstable();
        capacities.dedup();
        capacities
    }
}

fn written_by_hand(
    namespace: &str,
    module: &[PolicyText],
    holder: &[PolicyText],
) -> Result<Vec<Own>, PolicyError> {
    let mut own = Vec::new();
    for text in module {
        for policy in own::read(own::MODULE, text)? {
            if let Some(foreign) = policy.namespaces.iter().find(|other| *other != namespace) {
                let foreign = if foreign.is_empty() { "no namespace" } else { foreign };
                return Err(policy.error(format!(
                    "a module's policy may speak only of {namespace}:: and {PERSON}, but this one speaks of {foreign}"
                )));
            }
            own.push(policy);
        }
    }
    for text in holder {
        let about_this = |policy: &Own| policy.namespaces.iter().all(|other| other == namespace);
        own.extend(own::read(HOLDER, text)?.into_iter().filter(about_this));
    }
    own::distinct(&own)?;
    Ok(own)
}

fn expression(value: &Value) -> Option<RestrictedExpression> {
    match value {
        Value::String(text) => Some(string(text)),
        Value::Bool(truth) => Some(RestrictedExpression::new_bool(*truth)),
        Value::Number(number) => number.as_i64().map(RestrictedExpression::new_long),
        Value::Array(items) => {
            Some(RestrictedExpression::new_set(items.iter().filter_map(Value::as_str).map(string)))
        }
        Value::Null | Value::Object(_) => None,
    }
}
