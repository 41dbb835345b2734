//! What policies of modules and of the platform's own pages both need of Cedar.

use crate::compile::assurance_level;
use crate::decision::Decision;
use crate::error::PolicyError;
use crate::explain::{Consulted, Origin};
use crate::own::{Own, label_line};
use crate::subject::Subject;
use cedar_policy::{
    Effect, EntityTypeName, Policy, PolicySet, RestrictedExpression, Schema, SchemaFragment, ValidationError,
    ValidationMode, Validator,
};
use std::collections::{HashMap, HashSet};
use std::fmt::Display;

/// The schema of `Core::Person`.
const PERSON_SCHEMA: &str = include_str!("../policies/person.cedarschema");

/// The attributes of `Core::Person`.
const PERSON_ATTRIBUTES: [&str; 9] = [
    "reference",
    "assurance",
    "holder",
    "technical",
    "auditor",
    "blocked",
    "rules_pending",
    "bodies",
    "organisation",
];

/// Where policies were read from: file and line by id.
pub(crate) type Places = HashMap<String, (String, usize)>;

/// The places of policies written by hand.
pub(crate) fn places<'a>(own: impl IntoIterator<Item = &'a Own>) -> Places {
    let place = |own: &Own| (own.policy.id().to_string(), (own.written.file.clone(), own.written.line));
    own.into_iter().map(place).collect()
}

/// A fragment in Cedar's own language of schemas.
pub(crate) fn fragment(file: &str, text: &str) -> Result<SchemaFragment, PolicyError> {
    SchemaFragment::from_cedarschema_str(text)
        .map(|(fragment, _)| fragment)
        .map_err(|error| PolicyError::whole(file, error.to_string()))
}

/// A schema about persons and something else.
pub(crate) fn schema(other: SchemaFragment) -> Result<Schema, PolicyError> {
    let person = fragment("person.cedarschema", PERSON_SCHEMA)?;
    Schema::from_schema_fragments([person, other])
        .map_err(|error| PolicyError::manifest(format!("no access schema can be made of it: {error}")))
}

pub(crate) fn validate(schema: Schema, policies: &PolicySet, own: &[Own]) -> Result<(), PolicyError> {
    let result = Validator::new(schema).validate(policies, ValidationMode::Strict);
    let Some(error) = result.validation_errors().next() else { return Ok(()) };
    Err(match own.iter().find(|own| own.policy.id() == error.policy_id()) {
        Some(own) => {
            let line = label_line(&own.written.text, error).unwrap_or(own.written.line);
            PolicyError { line, ..own.error(describe(error)) }
        }
        None => PolicyError::manifest(describe(error)),
    })
}

/// The validator's words and its advice.
fn describe(error: &ValidationError) -> String {
    match miette::Diagnostic::help(error) {
        Some(help) => format!("{error} ({help})"),
        None => error.to_string(),
    }
}

pub(crate) fn add(set: &mut PolicySet, policy: Policy) -> Result<(), PolicyError> {
    set.add(policy)
        .map_err(|error| PolicyError::manifest(format!("its policies do not fit together: {error}")))
}

/// Those of a set that permit: they tell whether a denial is due to a `forbid` alone.
pub(crate) fn permits(all: &PolicySet) -> Result<PolicySet, PolicyError> {
    let mut permits = PolicySet::new();
    for policy in all.policies().filter(|policy| policy.effect() == Effect::Permit) {
        add(&mut permits, policy.clone())?;
    }
    Ok(permits)
}

pub(crate) fn type_name(name: &str) -> Result<EntityTypeName, PolicyError> {
    name.parse().map_err(|error| PolicyError::manifest(format!("{name} is no name for policies: {error}")))
}

pub(crate) fn text(error: impl Display) -> String {
    error.to_string()
}

pub(crate) fn string(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

/// The attributes of persons that some policy of a set may read; the others need not be made.
pub(crate) fn reads(all: &PolicySet) -> HashSet<&'static str> {
    PERSON_ATTRIBUTES.into_iter().filter(|name| all.policies().any(|p| mentions(p, name))).collect()
}

/// Whether a policy's text may read an attribute. A text with escapes may hide the name.
fn mentions(policy: &Policy, attribute: &str) -> bool {
    policy.to_cedar().is_none_or(|text| text.contains(attribute) || text.contains('\\'))
}

/// The attributes of a person. A visitor has no assurance at all, which no person has.
pub(crate) fn person_attributes(
    person: &str,
    subject: &Subject,
    reads: &HashSet<&'static str>,
) -> HashMap<String, RestrictedExpression> {
    let truth = RestrictedExpression::new_bool;
    let level = subject.person.as_ref().map_or(0, |_| assurance_level(subject.assurance));
    let value = |name: &str| match name {
        "reference" => Some(string(person)),
        "assurance" => Some(RestrictedExpression::new_long(level)),
        "holder" => Some(truth(subject.holder)),
        "technical" => Some(truth(subject.technical)),
        "auditor" => Some(truth(subject.auditor)),
        "blocked" => Some(truth(subject.blocked)),
        "rules_pending" => Some(truth(subject.rules_pending)),
        "bodies" => Some(RestrictedExpression::new_set(subject.bodies.iter().map(|body| string(body)))),
        _ => subject.organisation.as_deref().map(string),
    };
    reads.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?))).collect()
}

/// All policies of a set, those that decided first. `origin` tells by id and whether it was written by hand where one
/// comes from.
pub(crate) fn consulted(
    all: &PolicySet,
    decision: &Decision,
    places: &Places,
    origin: impl Fn(&str, bool) -> Origin,
) -> Vec<Consulted> {
    let mut consulted: Vec<Consulted> = all
        .policies()
        .map(|policy| {
            let id = policy.id().to_string();
            let place = places.get(&id);
            let origin = origin(&id, place.is_some());
            let file = place.map(|(file, _)| file.clone());
            Consulted {
                decided: decision.policies.contains(&id),
                id,
                origin,
                file: file.or_else(|| (origin == Origin::Manifest).then(|| "module.toml".to_owned())),
                line: place.map(|(_, line)| *line).filter(|line| *line > 0),
                permits: policy.effect() == Effect::Permit,
                text: policy.to_cedar().unwrap_or_default(),
            }
        })
        .collect();
    consulted.sort_by(|a, b| (!a.decided, a.origin, &a.id).cmp(&(!b.decided, b.origin, &b.id)));
    consulted
}
