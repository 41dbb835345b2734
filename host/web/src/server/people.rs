//! Names for a page: fetched before the page is rendered.

use super::App;
use std::collections::HashMap;
use vzaemo_clock::Instant;
use vzaemo_identity::{IdentityError, Person};
use vzaemo_storage::Unit;

/// The names behind person references of a module, as attested. A reference that is not known has no name.
pub(super) async fn names(app: &App, module: &str, references: &[&str]) -> HashMap<String, String> {
    let mut names = HashMap::with_capacity(references.len());
    for reference in references {
        match name(app, module, reference).await {
            Ok(Some(name)) => {
                names.insert((*reference).to_owned(), name);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "could not fetch the name of a person"
                );
                break;
            }
        }
    }
    names
}

async fn name(app: &App, module: &str, reference: &str) -> Result<Option<String>, IdentityError> {
    let (alias, at) = parts(reference);
    let Some(person) = app.platform().aliases.person(module, alias).await? else { return Ok(None) };
    let person = app.persons.get(person).await?;
    Ok(person.and_then(|person| written(&person, at)))
}

/// The same, read in a unit of work, so that they are part of what it has read; the second is false if they could not
/// all be fetched.
pub(super) async fn names_in(
    app: &App,
    unit: &mut Unit,
    module: &str,
    references: &[&str],
) -> (HashMap<String, String>, bool) {
    let mut names = HashMap::with_capacity(references.len());
    for reference in references {
        match name_in(app, unit, module, reference).await {
            Ok(Some(name)) => {
                names.insert((*reference).to_owned(), name);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "could not fetch the name of a person"
                );
                return (names, false);
            }
        }
    }
    (names, true)
}

async fn name_in(
    app: &App,
    unit: &mut Unit,
    module: &str,
    reference: &str,
) -> Result<Option<String>, IdentityError> {
    let (alias, at) = parts(reference);
    let Some(person) = app.platform().aliases.person_in(unit, module, alias).await? else {
        return Ok(None);
    };
    let person = app.persons.get_in(unit, person).await?;
    Ok(person.and_then(|person| written(&person, at)))
}

/// A person reference of a page: the alias and, after `@`, the moment whose name is to be written. One that is no moment
/// asks for the present name.
fn parts(reference: &str) -> (&str, Option<Instant>) {
    match reference.split_once('@') {
        Some((alias, at)) => (alias, at.parse().ok()),
        None => (reference, None),
    }
}

/// The name that held at a moment, or the present one.
fn written(person: &Person, at: Option<Instant>) -> Option<String> {
    at.map_or_else(|| person.name(), |at| person.name_at(at)).map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_may_carry_a_moment() {
        assert_eq!(parts("a1b2"), ("a1b2", None));
        let moment = "2026-09-03T10:00:00.000Z";
        assert_eq!(parts(&format!("a1b2@{moment}")), ("a1b2", Some(moment.parse().unwrap())));
        assert_eq!(parts("a1b2@yesterday"), ("a1b2", None));
    }
}
