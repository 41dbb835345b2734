//! The platform's own pages: what is done there, and who may.
//!
//! The rules are Cedar policies like those of modules, in two files to be read: `policies/platform.cedarschema` says what
//! is done, `policies/platform.cedar` who may do it and by which paragraph. The holder's policies that speak of
//! `Platform`, or of nothing in particular, come to them: they may forbid anything, and permit what no guardrail
//! forbids.

use crate::cedar::{
    self, Places, add, consulted, fragment, permits, person_attributes, places, reads, text, type_name,
    validate,
};
use crate::compile::{BLOCKED, CORE};
use crate::decision::{Decision, Reason};
use crate::error::PolicyError;
use crate::explain::{Explanation, Fact, Known, Origin};
use crate::name::{PERSON, PLATFORM};
use crate::own::{self, HOLDER, Own, PolicyText};
use crate::subject::Subject;
use cedar_policy::{
    Authorizer, Context, Decision as Verdict, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicyId, PolicySet, Request, Response, RestrictedExpression, Schema,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What is done on the platform's own pages.
const SCHEMA: (&str, &str) = ("platform.cedarschema", include_str!("../policies/platform.cedarschema"));
/// Who may do it.
const POLICIES: (&str, &str) = ("platform.cedar", include_str!("../policies/platform.cedar"));
/// The guardrail against visitors.
const SIGNED_IN: &str = "core.signed-in";

macro_rules! host_actions {
    ($($(#[$doc:meta])+ $action:ident = $name:literal,)+) => {
        /// Something that is done on the platform's own pages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum HostAction {
            $($(#[$doc])+ $action,)+
        }

        impl HostAction {
            /// All of them.
            pub const ALL: &'static [HostAction] = &[$(HostAction::$action,)+];

            /// As policies write it, in the namespace `Platform`.
            pub const fn name(self) -> &'static str {
                match self { $(HostAction::$action => $name,)+ }
            }
        }
    };
}

host_actions! {
    /// My cases, with what happened in each.
    Cases = "cases",
    /// Drafts kept for me.
    Drafts = "drafts",
    /// What the platform told me.
    Notices = "notices",
    /// Where I am signed in, and ending it there.
    Sessions = "sessions",
    /// In whose name I act.
    Represent = "represent",
    /// What the audit log holds of my acts, with receipts.
    Record = "record",
    /// How I am reached by e-mail.
    Mail = "mail",
    /// Who saw my data.
    Accesses = "accesses",
    /// Files that I sent or got.
    Documents = "documents",
    /// What can be done with everything about me.
    Data = "data",
    /// Everything about me as an archive.
    Export = "export",
    /// Erasure of what is mine.
    Erase = "erase",
    /// Correction of data about me.
    Correct = "correct",
    /// Acceptance of the rules of use.
    Accept = "accept",
    /// The desks of the services that I administer for a body.
    Desk = "desk",
    /// Answers to those who ask for correction, at the desk.
    Answer = "answer",
    /// Security events, alerts, lock-outs and the block list.
    Security = "security",
    /// Why somebody may do something or may not.
    Explain = "explain",
    /// Keeps an address, a network or a person out.
    Exclude = "exclude",
    /// Lets them in again before the time.
    Admit = "admit",
    /// Whether a person is lawfully blocked, and on what grounds.
    Persons = "persons",
    /// Lawfully blocks a person from acting.
    Block = "block",
    /// Lets a person act again.
    Unblock = "unblock",
    /// Decisions that participation does not count, by two persons.
    Invalidate = "invalidate",
    /// Merging of two records of one person, by two persons.
    Merge = "merge",
    /// What was erased for its time, and what comes next.
    Retention = "retention",
    /// Who has which role.
    Roles = "roles",
    /// Gives module administrators their role, and takes it.
    Grant = "grant",
    /// Decisions about the roles of those who run the platform, by two persons.
    Appoint = "appoint",
    /// Changes of the configuration, with what they would do.
    Changes = "changes",
    /// Approves or declines a change of the configuration.
    Approve = "approve",
    /// Moves the legal clock of a development platform.
    Clock = "clock",
}

impl HostAction {
    /// Reads what [`HostAction::name`] writes.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

impl std::fmt::Display for HostAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The policies of the platform's own pages, ready to decide. The default ones permit nothing.
#[derive(Debug, Default)]
pub struct HostPolicies {
    compiled: HashMap<HostAction, Compiled>,
    places: Places,
    development: bool,
}

/// One action with everything that decides about it.
#[derive(Debug)]
struct Compiled {
    action: EntityUid,
    person: EntityTypeName,
    /// The platform itself, which every decision here is about.
    host: Entity,
    /// As they were written.
    all: PolicySet,
    /// The same for this action alone: these decide.
    deciding: PolicySet,
    /// Those of `deciding` that permit.
    permits: PolicySet,
    reads: HashSet<&'static str>,
}

impl HostPolicies {
    /// Compiles the core's policies with those of the holder that are about the platform's own pages, or about
    /// everything. `development` is whether the platform runs in development mode.
    ///
    /// # Errors
    /// The first thing that is wrong with a policy of the holder, with file and line.
    pub fn compile(holder: &[PolicyText], development: bool) -> Result<Self, PolicyError> {
        let own = written(holder)?;
        let schema = cedar::schema(fragment(SCHEMA.0, SCHEMA.1)?)?;
        let (person, host) = (type_name(PERSON)?, host(development)?);
        let mut policies = HostPolicies { compiled: HashMap::new(), places: places(&own), development };
        for (name, action) in actions(&schema)? {
            let (mut all, mut deciding) = (PolicySet::new(), PolicySet::new());
            for own in own.iter().filter(|own| own.concerns(&action)) {
                add(&mut all, own.policy.clone())?;
                add(&mut deciding, own.for_action(&action)?)?;
            }
            let (permits, reads) = (permits(&deciding)?, reads(&all));
            let (person, host) = (person.clone(), host.clone());
            let compiled = Compiled { action, person, host, all, deciding, permits, reads };
            policies.compiled.insert(name, compiled);
        }
        let mut validated = PolicySet::new();
        for own in &own {
            add(&mut validated, own.policy.clone())?;
        }
        validate(schema, &validated, &own)?;
        Ok(policies)
    }

    /// Whether `subject` may do `action`. Denied unless something permits it and nothing forbids it; denied with an
    /// alarm when a policy cannot be evaluated.
    pub fn decide(&self, subject: &Subject, action: HostAction) -> Decision {
        let Some(compiled) = self.compiled.get(&action) else { return Decision::denied(Reason::Unknown) };
        let (request, entities) = match compiled.ask(subject) {
            Ok(asked) => asked,
            Err(error) => return alarm(action, error, Vec::new()),
        };
        let response = Authorizer::new().is_authorized(&request, &compiled.deciding, &entities);
        conclude(compiled, action, subject, &response, || {
            let permitted = Authorizer::new().is_authorized(&request, &compiled.permits, &entities);
            permitted.decision() == Verdict::Allow
        })
    }

    /// Decides and tells from what: the facts that the policies had and every policy that concerns the action.
    pub fn explain(&self, subject: &Subject, action: HostAction) -> Explanation {
        let decision = self.decide(subject, action);
        let policies = self.compiled.get(&action).map(|compiled| {
            consulted(&compiled.all, &decision, &self.places, |id, _| {
                if id.starts_with(HOLDER) { Origin::Holder } else { Origin::Core }
            })
        });
        let development = Known::Value(self.development.to_string());
        Explanation {
            decision,
            principal: Fact::of_subject(subject),
            resource: vec![Fact { name: "resource.development".to_owned(), value: development }],
            policies: policies.unwrap_or_default(),
        }
    }
}

impl Compiled {
    fn ask(&self, subject: &Subject) -> Result<(Request, Entities), String> {
        let visitor = Subject::visitor();
        // Whatever else is set: roles of a visitor count for nothing.
        let (person, subject) = subject.person.as_deref().map_or(("", &visitor), |person| (person, subject));
        let principal = EntityUid::from_type_name_and_id(self.person.clone(), EntityId::new(person));
        let attributes = person_attributes(person, subject, &self.reads);
        let person = Entity::new(principal.clone(), attributes, HashSet::new()).map_err(text)?;
        let target = self.host.uid();
        let entities = Entities::from_entities([person, self.host.clone()], None).map_err(text)?;
        let request =
            Request::new(principal, self.action.clone(), target, Context::empty(), None).map_err(text)?;
        Ok((request, entities))
    }
}

fn conclude(
    compiled: &Compiled,
    action: HostAction,
    subject: &Subject,
    response: &Response,
    permitted_apart: impl FnOnce() -> bool,
) -> Decision {
    let mut ids: Vec<_> = response.diagnostics().reason().map(ToString::to_string).collect();
    ids.sort_unstable();
    let errors: Vec<_> = response.diagnostics().errors().map(ToString::to_string).collect();
    if !errors.is_empty() {
        return alarm(action, errors.join("; "), ids);
    }
    if response.decision() == Verdict::Allow {
        return Decision {
            allowed: true,
            reason: Reason::Allowed,
            capacities: Vec::new(),
            policies: ids,
            alarm: None,
        };
    }
    let guardrail = |name: &str| ids.iter().any(|id| id == name);
    let reason = if subject.person.is_none() && guardrail(SIGNED_IN) {
        Reason::SignInNeeded
    } else if guardrail(BLOCKED) {
        Reason::Blocked
    } else if ids.is_empty() || ids.iter().any(|id| id.starts_with(CORE)) || !permitted_apart() {
        Reason::NotPermitted
    } else {
        let forbidding = response.diagnostics().reason().min_by_key(ToString::to_string);
        let why = forbidding.and_then(|id| compiled.all.annotation(id, "why"));
        Reason::Forbidden { why: why.map(str::to_owned) }
    };
    Decision { policies: ids, ..Decision::denied(reason) }
}

fn alarm(action: HostAction, error: String, policies: Vec<String>) -> Decision {
    tracing::error!(%action, %error, "access to the platform's own pages denied because the policies could not be evaluated");
    Decision { policies, alarm: Some(error), ..Decision::denied(Reason::Failed) }
}

/// The core's policies, and those of the holder that concern the platform's own pages.
fn written(holder: &[PolicyText]) -> Result<Vec<Own>, PolicyError> {
    let core = PolicyText { file: POLICIES.0.to_owned(), text: POLICIES.1.to_owned() };
    let mut all = own::read(PLATFORM, &core)?;
    for own in &mut all {
        // A guardrail's name says already whose it is.
        let id = if own.name.starts_with(CORE) { own.name.clone() } else { format!("platform.{}", own.name) };
        own.policy = own.policy.new_id(PolicyId::new(id));
    }
    for text in holder {
        let about_this = |policy: &Own| policy.namespaces.iter().all(|other| other == PLATFORM);
        all.extend(own::read(HOLDER, text)?.into_iter().filter(about_this));
    }
    own::distinct(&all)?;
    Ok(all)
}

/// The platform as an entity.
fn host(development: bool) -> Result<Entity, PolicyError> {
    let uid =
        EntityUid::from_type_name_and_id(type_name(&format!("{PLATFORM}::Host"))?, EntityId::new("host"));
    let attributes = HashMap::from([("development".to_owned(), RestrictedExpression::new_bool(development))]);
    Entity::new(uid, attributes, HashSet::new()).map_err(|error| PolicyError::whole(SCHEMA.0, text(error)))
}

/// The actions of the schema, which are those of [`HostAction`]: neither has one that the other lacks.
fn actions(schema: &Schema) -> Result<Vec<(HostAction, EntityUid)>, PolicyError> {
    let declared: BTreeSet<&str> = schema.actions().map(|action| action.id().unescaped()).collect();
    let known: BTreeSet<&str> = HostAction::ALL.iter().map(|action| action.name()).collect();
    if let Some(other) = declared.symmetric_difference(&known).next() {
        return Err(PolicyError::whole(
            SCHEMA.0,
            format!("{other} is not an action of both schema and host"),
        ));
    }
    let action = type_name(&format!("{PLATFORM}::Action"))?;
    let uid = |name: &str| EntityUid::from_type_name_and_id(action.clone(), EntityId::new(name));
    Ok(HostAction::ALL.iter().map(|action| (*action, uid(action.name()))).collect())
}
