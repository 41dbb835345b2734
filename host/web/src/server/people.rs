//! Names for a page: fetched before the page is rendered.

use super::App;
use std::collections::HashMap;
use vzaemo_identity::IdentityError;

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
    let Some(person) = app.platform().aliases.person(module, reference).await? else { return Ok(None) };
    let person = app.persons.get(person).await?;
    Ok(person.and_then(|person| person.name().map(ToString::to_string)))
}
