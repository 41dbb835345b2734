//! Why somebody may do something, or may not: the same facts and policies that a request would meet, without a request.

use crate::version::ModuleVersion;
use crate::{Error, PLATFORM, Platform, service};
use vzaemo_access::{Action, Assurance, Explanation, HostAction, HostPolicies, Subject};
use vzaemo_contract::manifest::Resource;
use vzaemo_identity::{Edition, PersonId, Role, Standing};
use vzaemo_storage::Unit;

/// What is asked about.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Who: the platform's id of a person, or the reference by which the module knows them; nobody for a visitor who has
    /// not signed in.
    pub person: Option<&'a str>,
    /// How sure their identity would be: that depends on how somebody signs in.
    pub assurance: Assurance,
    /// ЄДРПОУ of the organisation in whose name they would act.
    pub organisation: Option<&'a str>,
    /// The rules of use in force, which they have accepted or not.
    pub rules: Option<&'a Edition>,
    /// The view or act.
    pub action: Action<'a>,
    /// The key of the document, where the route names one.
    pub key: Option<&'a str>,
}

/// Reads a module with its action: `notes/sign` for an act, `notes/view:desk` for a view; `platform/security` for something
/// on the platform's own pages, see [`explain_own`].
pub fn action_of(text: &str) -> Option<(&str, Action<'_>)> {
    let (module, action) = text.split_once('/')?;
    (!module.is_empty() && !action.is_empty()).then(|| (module, Action::parse(action)))
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explained {
    /// An open view: everybody may see it, and no policy is asked.
    Open,
    /// What the policies say.
    Decided(Box<Explanation>),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unexplained {
    /// Neither a view nor an act of the module.
    #[error("find {action} in module {module}; there are: {known}")]
    NoAction {
        /// The module.
        module: String,
        /// What was asked for.
        action: String,
        /// All that the module has.
        known: String,
    },
    /// Nobody is known by this.
    #[error("find the person: neither an id of the platform nor a reference of the module")]
    NoPerson,
    /// The route names a document, and none was given.
    #[error("know the document: the route names one of {collection}, give its key")]
    KeyNeeded {
        /// Of which collection.
        collection: String,
    },
    /// There is no such document.
    #[error("find {key} in {collection}")]
    NoDocument {
        /// The collection.
        collection: String,
        /// The key.
        key: String,
    },
    /// The storage or the module did not answer.
    #[error("read what the decision is made from")]
    Service(#[from] Error),
}

/// Asks the policies of a version as a request of this person would, and tells what they said and why. Nothing is
/// changed: a person whom the module does not know yet stays unknown to it.
pub async fn explain(
    platform: &Platform,
    version: &ModuleVersion,
    question: &Question<'_>,
) -> Result<Explained, Unexplained> {
    let manifest = &version.manifest;
    let (open, resource) = match question.action {
        Action::View(name) => manifest.view(name).map(|view| (view.open, view.resource.as_ref())),
        Action::Act(name) => manifest.act(name).map(|act| (false, act.resource.as_ref())),
    }
    .ok_or_else(|| no_action(version, question.action))?;
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    let subject = match question.person {
        None => Subject::visitor(),
        Some(text) => asked_about(platform, version, &mut unit, text, question).await?,
    };
    if open {
        return Ok(Explained::Open);
    }
    let document = match (resource, question.key) {
        (None, _) => None,
        (Some(Resource { collection, .. }), None) => {
            return Err(Unexplained::KeyNeeded { collection: collection.clone() });
        }
        (Some(resource), Some(key)) => {
            let params = [(resource.param.clone(), key.to_owned())];
            let found = service::resource(&mut unit, version, Some(resource), &params).await;
            found.map_err(|error| match error {
                Error::NotFound => {
                    Unexplained::NoDocument { collection: resource.collection.clone(), key: key.to_owned() }
                }
                error => error.into(),
            })?
        }
    };
    let explained = version.policies.explain(&subject, question.action, document.as_ref());
    explained
        .map(|explanation| Explained::Decided(Box::new(explanation)))
        .ok_or_else(|| no_action(version, question.action))
}

/// The same of the platform's own pages: `policies` are theirs, and the action of the question is one of
/// [`HostAction`], as an act.
pub async fn explain_own(
    platform: &Platform,
    policies: &HostPolicies,
    question: &Question<'_>,
) -> Result<Explained, Unexplained> {
    let name = question.action.to_string();
    let action = HostAction::parse(&name).ok_or_else(|| Unexplained::NoAction {
        module: PLATFORM.to_owned(),
        action: name,
        known: HostAction::ALL.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    })?;
    let subject = match question.person {
        None => Subject::visitor(),
        Some(text) => {
            let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
            let person = meant(platform, &mut unit, PLATFORM, text).await?.ok_or(Unexplained::NoPerson)?;
            let standing = platform.grants.standing_in(&mut unit, person).await.map_err(Error::storage)?;
            let bodies = standing.roles.bodies().into_iter().map(str::to_owned).collect();
            known(person.to_string(), &standing, bodies, question)
        }
    };
    Ok(Explained::Decided(Box::new(policies.explain(&subject, action))))
}

/// Somebody with this standing who has accepted the rules of use, as they would ask.
fn known(reference: String, standing: &Standing, bodies: Vec<String>, question: &Question<'_>) -> Subject {
    Subject {
        person: Some(reference),
        assurance: question.assurance,
        holder: standing.roles.has(&Role::Holder),
        technical: standing.roles.has(&Role::TechnicalAdministrator),
        auditor: standing.roles.has(&Role::Auditor),
        bodies,
        organisation: question.organisation.map(str::to_owned),
        blocked: standing.blocked,
        rules_pending: false,
    }
}

/// Whom a question means: by the platform's id, or by the reference of the module.
pub async fn person_meant(
    platform: &Platform,
    module: &str,
    text: Option<&str>,
) -> Result<Option<PersonId>, Error> {
    let Some(text) = text else { return Ok(None) };
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    meant(platform, &mut unit, module, text).await
}

async fn meant(
    platform: &Platform,
    unit: &mut Unit,
    module: &str,
    text: &str,
) -> Result<Option<PersonId>, Error> {
    let referred = platform.aliases.person_in(unit, module, text).await.map_err(Error::storage)?;
    match (referred, PersonId::parse(text)) {
        (Some(person), _) => Ok(Some(person)),
        (None, Some(id)) if platform.grants.knows(unit, id).await.map_err(Error::storage)? => {
            platform.aliases.standing_for(unit, id).await.map(Some).map_err(Error::storage)
        }
        (None, _) => Ok(None),
    }
}

/// The person asked about, as the module would meet them after a sign-in.
async fn asked_about(
    platform: &Platform,
    version: &ModuleVersion,
    unit: &mut Unit,
    text: &str,
    question: &Question<'_>,
) -> Result<Subject, Unexplained> {
    let module = version.manifest.id.as_str();
    let person = meant(platform, unit, module, text).await?.ok_or(Unexplained::NoPerson)?;
    let reference = platform.aliases.find_in(unit, person, module).await.map_err(Error::storage)?;
    let standing = platform.grants.standing_in(unit, person).await.map_err(Error::storage)?;
    // Somebody who was never here owns nothing here.
    let reference = reference.map(|alias| alias.to_string()).unwrap_or_default();
    let bodies = standing.roles.bodies_for(module).into_iter().map(str::to_owned).collect();
    let rules_pending = match question.rules {
        Some(edition) => !platform.rules.has_accepted(person, edition).await.map_err(Error::storage)?,
        None => false,
    };
    Ok(Subject { rules_pending, ..known(reference, &standing, bodies, question) })
}

fn no_action(version: &ModuleVersion, action: Action<'_>) -> Unexplained {
    let views = version.manifest.views.iter().map(|view| Action::View(&view.name).to_string());
    let acts = version.manifest.acts.iter().map(|act| Action::Act(&act.name).to_string());
    Unexplained::NoAction {
        module: version.manifest.id.clone(),
        action: action.to_string(),
        known: acts.chain(views).collect::<Vec<_>>().join(", "),
    }
}
