//! Policies written by hand: the module's own and the holder's.

use crate::error::PolicyError;
use crate::name::{PERSON, PLATFORM, ident};
use cedar_policy::{ActionConstraint, EntityUid, ParseErrors, Policy, PolicyId, PolicySet};
use miette::Diagnostic;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

/// What the ids of the module's own policies begin with.
pub(crate) const MODULE: &str = "module";
/// What the ids of the holder's policies begin with.
pub(crate) const HOLDER: &str = "holder";

/// A file of policies in Cedar's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// Its name, for messages.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// Where a policy was written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A policy written by hand.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) policy: Policy,
    /// Its `@id`, or its place in the file.
    pub(crate) name: String,
    pub(crate) written: Written,
    /// Namespaces other than the core's that it speaks of.
    pub(crate) namespaces: BTreeSet<String>,
}

/// Checks the holder's policies by themselves, before any module takes those that are about it.
///
/// Each file must be in Cedar's language, and each policy about no more than one module, one of `modules` (ids), or about
/// the platform's own pages (`Platform`): a policy about a module that is not there, or about several at once, would be passed over by all of them, and a
/// `forbid` that nobody evaluates is worse than none. What the policies say is checked against the schema of the
/// module that they are about when that is compiled; a module that does not serve does not check them.
///
/// # Errors
/// The first thing that is wrong, with the policy's name, its file and line.
pub fn check_holders<'a>(
    holder: &[PolicyText],
    modules: impl IntoIterator<Item = &'a str>,
) -> Result<(), PolicyError> {
    let known: BTreeSet<String> =
        modules.into_iter().map(ident).chain(std::iter::once(PLATFORM.to_owned())).collect();
    for text in holder {
        let own = read(HOLDER, text)?;
        distinct(&own)?;
        for policy in own {
            let foreign = policy.namespaces.iter().find(|namespace| !known.contains(*namespace));
            if let Some(foreign) = foreign {
                let foreign = if foreign.is_empty() { "no module" } else { foreign };
                let known = known.iter().cloned().collect::<Vec<_>>().join(", ");
                return Err(policy.error(format!(
                    "it speaks of {foreign}, and there is no such module; there are: {known}"
                )));
            }
            if policy.namespaces.len() > 1 {
                let several = policy.namespaces.iter().cloned().collect::<Vec<_>>().join(" and ");
                return Err(policy.error(format!(
                    "it speaks of {several} at once, so neither would apply it; write a policy for each"
                )));
            }
        }
    }
    Ok(())
}

/// Reads a file. Ids become `ORIGIN.FILE.ID`, with the policy's `@id` or its place in the file.
pub(crate) fn read(origin: &str, source: &PolicyText) -> Result<Vec<Own>, PolicyError> {
    let set = PolicySet::from_str(&source.text).map_err(|errors| parse_error(source, &errors))?;
    let whole = |what: String| PolicyError::whole(&source.file, what);
    if let Some(template) = set.templates().next() {
        return Err(PolicyError {
            file: source.file.clone(),
            line: line_of(&source.text, &template.to_cedar()),
            what: "a template with ?principal or ?resource cannot be used here; name what it is about"
                .to_owned(),
        });
    }
    let mut policies: Vec<_> = set
        .policies()
        .map(|policy| {
            let text = policy.to_cedar().unwrap_or_default();
            (source.text.find(&text).unwrap_or(0), policy)
        })
        .collect();
    policies.sort_by_key(|(at, policy)| (*at, policy.id().to_string()));
    let mut own = Vec::with_capacity(policies.len());
    for (position, (_, policy)) in policies.into_iter().enumerate() {
        let line = line_of(&source.text, &policy.to_cedar().unwrap_or_default());
        let name = match policy.annotation("id") {
            Some(id) => id.to_owned(),
            None => (position + 1).to_string(),
        };
        let json = policy.to_json().map_err(|error| whole(error.to_string()))?;
        let mut namespaces = BTreeSet::new();
        collect_namespaces(&json, &mut namespaces);
        own.push(Own {
            policy: policy.new_id(PolicyId::new(format!("{origin}.{}.{name}", source.file))),
            name,
            written: Written { file: source.file.clone(), line, text: source.text.clone() },
            namespaces,
        });
    }
    Ok(own)
}

/// Gathers the namespaces of all entity types in a policy's JSON form: `entity_type` of `is`, and `type` beside
/// `id` of entities. (An expression is never a bare string there, so that a record with such keys is no entity.)
fn collect_namespaces(json: &Value, into: &mut BTreeSet<String>) {
    match json {
        Value::Object(map) => {
            let entity = map.get("id").filter(|id| id.is_string()).and_then(|_| map.get("type"));
            for name in [entity, map.get("entity_type")].into_iter().flatten().filter_map(Value::as_str) {
                if name != PERSON {
                    into.insert(name.rsplit_once("::").map_or("", |(namespace, _)| namespace).to_owned());
                }
            }
            map.values().for_each(|value| collect_namespaces(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_namespaces(item, into)),
        _ => {}
    }
}

impl Own {
    pub(crate) fn error(&self, what: impl Into<String>) -> PolicyError {
        let what = format!("policy {}: {}", self.name, what.into());
        PolicyError { file: self.written.file.clone(), line: self.written.line, what }
    }

    /// Whether it is about an action, by its scope.
    pub(crate) fn concerns(&self, action: &EntityUid) -> bool {
        match self.policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(one) => one == *action,
            ActionConstraint::In(some) => some.contains(action),
        }
    }

    /// The same policy for one action that it concerns, among several: what decides need not look through the others
    /// each time.
    pub(crate) fn for_action(&self, action: &EntityUid) -> Result<Policy, PolicyError> {
        if !matches!(self.policy.action_constraint(), ActionConstraint::In(_)) {
            return Ok(self.policy.clone());
        }
        let mut json = self.policy.to_json().map_err(|error| self.error(error.to_string()))?;
        let entity = json!({ "type": action.type_name().to_string(), "id": action.id().unescaped() });
        if let Some(scope) = json.get_mut("action") {
            *scope = json!({ "op": "==", "entity": entity });
        }
        Policy::from_json(Some(self.policy.id().clone()), json).map_err(|error| self.error(error.to_string()))
    }

    /// Whether it reads fields of documents beyond state, owner and body.
    pub(crate) fn reads_documents(&self) -> bool {
        self.written.text.contains("document")
    }
}

/// Two policies of one file must not share an id, or one would hide the other.
pub(crate) fn distinct(own: &[Own]) -> Result<(), PolicyError> {
    let mut seen = HashMap::new();
    for policy in own {
        if let Some(before) = seen.insert(policy.policy.id().to_string(), policy.written.line) {
            return Err(
                policy.error(format!("the policy at line {before} has the same @id; give it another"))
            );
        }
    }
    Ok(())
}

fn parse_error(source: &PolicyText, errors: &ParseErrors) -> PolicyError {
    let line = errors.iter().find_map(|error| label_line(&source.text, error)).unwrap_or(0);
    let what = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    PolicyError { file: source.file.clone(), line, what }
}

/// The line that a diagnostic points at.
pub(crate) fn label_line(text: &str, diagnostic: &dyn Diagnostic) -> Option<usize> {
    let offset = diagnostic.labels()?.next()?.offset();
    Some(line_at(text, offset))
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn line_of(text: &str, part: &str) -> usize {
    text.find(part).map_or(0, |offset| line_at(text, offset))
}
