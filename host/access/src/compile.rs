//! The manifest's rules and the core's guardrails as Cedar policies.

use crate::error::PolicyError;
use crate::name::{ident, text};
use crate::resource::Layout;
use crate::rule::{Rule, Ruled};
use cedar_policy::{Policy, PolicyId};
use vzaemo_contract::manifest::{Assurance, Who};

/// Assurance as Cedar's number.
pub(crate) fn assurance_level(assurance: Assurance) -> i64 {
    match assurance {
        Assurance::Low => 1,
        Assurance::Substantial => 2,
        Assurance::High => 3,
    }
}

/// What the ids of the guardrails begin with.
pub(crate) const CORE: &str = "core.";
/// The guardrail against blocked persons.
pub(crate) const BLOCKED: &str = "core.blocked";
/// The guardrail against those who have yet to accept the rules of use.
pub(crate) const RULES: &str = "core.rules";
/// The guardrail that asks for the assurance of an act.
pub(crate) const ASSURANCE: &str = "core.assurance";
/// The guardrail that keeps module administrators within their bodies.
pub(crate) const BODY: &str = "core.body";

/// The policies that the core and the manifest make for one action.
pub(crate) fn generate(
    namespace: &str,
    ruled: &Ruled,
    layout: Option<&Layout>,
) -> Result<Vec<Policy>, PolicyError> {
    let scope = format!("principal, action == {namespace}::Action::{}, resource", text(&ruled.id));
    let mut policies = vec![
        policy(BLOCKED, &format!("forbid({scope}) when {{ principal.blocked }};"))?,
        policy(RULES, &format!("forbid({scope}) when {{ principal.rules_pending }};"))?,
    ];
    let level = assurance_level(ruled.assurance);
    if level > assurance_level(Assurance::Low) {
        policies.push(policy(
            ASSURANCE,
            &format!("forbid({scope}) unless {{ principal.assurance >= {level} }};"),
        )?);
    }
    for rule in &ruled.rules {
        let mut conditions = who_condition(rule.who, ruled, layout)?;
        if let Some(states) = state_condition(rule, ruled, layout)? {
            conditions = format!("({conditions}) && {states}");
        }
        policies.push(policy(&rule.id, &format!("permit({scope}) when {{ {conditions} }};"))?);
    }
    if ruled.official_matter() && layout.is_some_and(|layout| layout.body.is_some()) {
        // Whoever administers the module somewhere and is not concerned in another way stays within their bodies,
        // whatever other policies permit.
        let mut concerned = vec![who_condition(Who::Official, ruled, layout)?];
        for rule in ruled.rules.iter().filter(|rule| rule.who != Who::Official) {
            concerned.push(who_condition(rule.who, ruled, layout)?);
        }
        let concerned = concerned.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" || ");
        policies.push(policy(
            BODY,
            &format!("forbid({scope}) when {{ !principal.bodies.isEmpty() }} unless {{ {concerned} }};"),
        )?);
    }
    Ok(policies)
}

fn who_condition(who: Who, ruled: &Ruled, layout: Option<&Layout>) -> Result<String, PolicyError> {
    let lacks = |annotation: &str, who: &str| match &ruled.collection {
        Some(collection) => PolicyError::manifest(format!(
            "{}: by = [\"{who}\"] needs to know whose a document of {collection} is; mark a field of its JSON \
             Schema with \"x-access\": \"{annotation}\"",
            ruled.id,
        )),
        None => PolicyError::manifest(format!(
            "{}: by = [\"{who}\"] needs a document; name it with resource = {{ collection = …, param = … }}",
            ruled.id,
        )),
    };
    Ok(match who {
        Who::Person => "true".to_owned(),
        Who::Author => match layout {
            Some(layout) if layout.owner.is_some() => {
                "resource has owner && resource.owner == principal.reference".to_owned()
            }
            _ => return Err(lacks("owner", "author")),
        },
        Who::Official => match layout {
            Some(layout) if layout.body.is_some() => {
                "resource has body && principal.bodies.contains(resource.body)".to_owned()
            }
            Some(_) => return Err(lacks("body", "official")),
            None => "!principal.bodies.isEmpty()".to_owned(),
        },
        Who::Holder => "principal.holder".to_owned(),
    })
}

fn state_condition(
    rule: &Rule,
    ruled: &Ruled,
    layout: Option<&Layout>,
) -> Result<Option<String>, PolicyError> {
    let Some(states) = &rule.states else { return Ok(None) };
    if layout.is_none_or(|layout| layout.state.is_none()) {
        return Err(PolicyError::manifest(format!("{}: no document with a state is named", ruled.id)));
    }
    let states = states.iter().map(|state| text(state)).collect::<Vec<_>>().join(", ");
    Ok(Some(format!("resource has state && [{states}].contains(resource.state)")))
}

fn policy(id: &str, source: &str) -> Result<Policy, PolicyError> {
    Policy::parse(Some(PolicyId::new(id)), source)
        .map_err(|error| PolicyError::manifest(format!("{id} cannot be made a policy: {error}")))
}

/// The namespace of a module.
pub(crate) fn namespace(module: &str) -> String {
    ident(module)
}
