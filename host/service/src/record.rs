//! What goes into the audit log, in the same commit as its cause.

use crate::recording::Taken;
use crate::run::Ended;
use crate::version::ModuleVersion;
use crate::{Caller, Error, Platform};
use std::time::Duration;
use vzaemo_access::{Action, HostAction, Reason};
use vzaemo_audit::{Actor, Decision, Entry, Kind, Module};
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Pair, Request};
use vzaemo_identity::{Edition, PersonId, SignedIn};
use vzaemo_storage::{StorageError, Unit};

/// Where the lifecycle keeps the configuration that was applied last.
const CONFIGURATION: (&str, &str, &str) = ("lifecycle", "configuration", "current");
/// How long an act rests that has met a configuration on its way into service.
const SWAPPING: Duration = Duration::from_millis(2);

#[derive(serde::Deserialize)]
struct Current {
    generation: u64,
}

/// Makes the present configuration part of what an act or job has read. One that began with the old
/// configuration runs again with the new one: at once if the new one is already kept, else at commit.
pub(crate) async fn depend_on_configuration(unit: &mut Unit, generation: u64) -> Result<(), Ended> {
    let (namespace, collection, key) = CONFIGURATION;
    let document = match unit.get(namespace, collection, key).await {
        Ok(document) => document,
        // A service without a lifecycle over it has one configuration for ever.
        Err(StorageError::UnknownCollection { .. }) => return Ok(()),
        Err(error) => return Err(Error::storage(error).into()),
    };
    let Some(document) = document else { return Ok(()) };
    let current: Current = document.parse().map_err(Error::storage)?;
    if current.generation == generation {
        return Ok(());
    }
    tokio::time::sleep(SWAPPING).await;
    Err(Ended::Again)
}

pub(crate) fn module(version: &ModuleVersion) -> Module {
    Module {
        id: version.manifest.id.clone(),
        version: version.manifest.version.to_string(),
        digest: version.digest.clone(),
    }
}

fn actor(caller: &Caller) -> Actor {
    caller
        .principal
        .as_ref()
        .map_or(Actor::Anonymous, |principal| Actor::Person(principal.person.to_string()))
}

/// The document that an act is about, as it stands in the route.
fn resource(version: &ModuleVersion, act: &str, request: &Request) -> Option<String> {
    let resource = version.manifest.act(act)?.resource.as_ref()?;
    request.param(&resource.param).map(|key| format!("{}/{key}", resource.collection))
}

/// An act that was allowed.
pub(crate) struct Allowed<'a> {
    pub caller: &'a Caller,
    pub request: &'a Request,
    pub policies: Vec<String>,
}

/// An act that is done.
pub(crate) async fn act(
    unit: &mut Unit,
    platform: &Platform,
    allowed: Allowed<'_>,
    version: &ModuleVersion,
    name: &str,
    taken: Taken,
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Act, taken.at, platform.security.now());
    entry.actor = actor(allowed.caller);
    entry.module = Some(module(version));
    entry.act = Some(name.to_owned());
    entry.resource = resource(version, name, allowed.request);
    entry.decision = Some(Decision::Allow);
    entry.policies = allowed.policies;
    entry.input = Some(allowed.request.input.clone().into_bytes());
    journalled(unit, entry, version, taken).await
}

/// A job that is done.
pub(crate) async fn job(
    unit: &mut Unit,
    platform: &Platform,
    version: &ModuleVersion,
    name: &str,
    args: &str,
    taken: Taken,
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Job, taken.at, platform.security.now());
    entry.actor = Actor::Module(version.manifest.id.clone());
    entry.module = Some(module(version));
    entry.act = Some(name.to_owned());
    entry.input = Some(args.as_bytes().to_vec());
    journalled(unit, entry, version, taken).await
}

/// An entry with its record in the journal.
async fn journalled(
    unit: &mut Unit,
    mut entry: Entry,
    version: &ModuleVersion,
    taken: Taken,
) -> Result<(), Error> {
    entry.generation = Some(taken.generation);
    entry.numbers.clone_from(&taken.notes.numbers);
    entry.journal = Some(taken.into_journal(version, entry.resource.as_deref())?);
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}

/// All documents of a collection are of the version that serves.
pub(crate) async fn migrated(
    unit: &mut Unit,
    platform: &Platform,
    version: &ModuleVersion,
    details: &[String],
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Configuration, platform.legal.now(), platform.security.now());
    entry.module = Some(module(version));
    entry.act = Some("migrate".to_owned());
    entry.details = details.to_vec();
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}

/// An act that was refused or failed: an entry of its own, since nothing else of it is kept. Refusals of visitors who
/// have not signed in are counted by `protection`, not logged one by one.
pub(crate) async fn failure(
    platform: &Platform,
    caller: &Caller,
    version: &ModuleVersion,
    name: &str,
    request: &Request,
    error: &Error,
    at: Instant,
) {
    let (kind, result) = match error {
        _ if caller.principal.is_none() => return,
        Error::Denied { reason } => (Kind::Refusal, format!("denied: {reason:?}")),
        Error::Refused(refusal) => (Kind::Refusal, format!("refused: {}", refusal.message.key)),
        Error::Module { source, .. } => (Kind::Fault, source.to_string()),
        _ => return,
    };
    let mut entry = Entry::new(kind, at, platform.security.now());
    entry.actor = actor(caller);
    entry.module = Some(module(version));
    entry.act = Some(name.to_owned());
    entry.resource = resource(version, name, request);
    entry.decision =
        Some(if matches!(error, Error::Denied { .. }) { Decision::Deny } else { Decision::Allow });
    entry.result = result;
    if let Err(error) = alone(platform, entry).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a refusal could not be put into the audit log"
        );
    }
}

/// A view or form that a known person may not see. `more` of the same were not made entries since the last one.
pub(crate) async fn denied_look(
    platform: &Platform,
    caller: &Caller,
    version: &ModuleVersion,
    at: Action<'_>,
    params: &[Pair],
    reason: &Reason,
    more: u64,
) {
    let (name, what, named) = match at {
        Action::View(name) => {
            (name, "view", version.manifest.view(name).and_then(|view| view.resource.as_ref()))
        }
        Action::Act(name) => (name, "form", version.manifest.act(name).and_then(|act| act.resource.as_ref())),
    };
    let mut entry = Entry::new(Kind::Refusal, platform.legal.now(), platform.security.now());
    entry.actor = actor(caller);
    entry.module = Some(module(version));
    entry.act = Some(name.to_owned());
    entry.resource = named.and_then(|named| {
        let (_, key) = params.iter().find(|(param, _)| *param == named.param)?;
        Some(format!("{}/{key}", named.collection))
    });
    entry.decision = Some(Decision::Deny);
    entry.result = format!("denied: {reason:?}");
    entry.details = vec![what.to_owned()];
    if more > 0 {
        entry.details.push(format!("{more} more since the last entry"));
    }
    if let Err(error) = alone(platform, entry).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a denied look could not be put into the audit log"
        );
    }
}

/// A known person was refused something on the platform's own pages. `more` of the same were not made entries since the
/// last one.
pub(crate) async fn refused_own(
    platform: &Platform,
    person: PersonId,
    action: HostAction,
    reason: &Reason,
    change: bool,
    more: u64,
) {
    let mut entry = Entry::new(Kind::Refusal, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(person.to_string());
    entry.act = Some(format!("{}/{action}", crate::PLATFORM));
    entry.decision = Some(Decision::Deny);
    entry.result = format!("denied: {reason:?}");
    entry.details = vec![if change { "change" } else { "page" }.to_owned()];
    if more > 0 {
        entry.details.push(format!("{more} more since the last entry"));
    }
    if let Err(error) = alone(platform, entry).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a refusal could not be put into the audit log"
        );
    }
}

/// An entry in a commit of its own.
async fn alone(platform: &Platform, entry: Entry) -> Result<(), Error> {
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    vzaemo_audit::record(&mut unit, entry).await.map_err(Error::storage)?;
    unit.commit().await.map(|_| ()).map_err(Error::storage)
}

/// Somebody has asked what another person may do: their roles were shown. Without a version it was about the platform's
/// own pages.
pub async fn explained(
    platform: &Platform,
    by: PersonId,
    about: PersonId,
    version: Option<&ModuleVersion>,
    action: &str,
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Access, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(by.to_string());
    entry.about = Some(about.to_string());
    entry.module = version.map(module);
    entry.act = Some("explain-access".to_owned());
    entry.details = vec![action.chars().take(200).collect()];
    alone(platform, entry).await
}

/// The technical administrator keeps somebody out, or lets them in again. Whom, the entry commits to only.
pub async fn kept_out(
    platform: &Platform,
    by: PersonId,
    act: &str,
    target: &str,
    details: &[String],
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Rights, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(by.to_string());
    entry.act = Some(act.to_owned());
    entry.input = Some(target.as_bytes().to_vec());
    entry.details = details.to_vec();
    alone(platform, entry).await
}

/// A person is lawfully blocked, or may act again; in the commit of that change.
pub async fn rights(
    unit: &mut Unit,
    platform: &Platform,
    by: PersonId,
    about: PersonId,
    act: &str,
    details: &[String],
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Rights, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(by.to_string());
    entry.about = Some(about.to_string());
    entry.act = Some(act.to_owned());
    entry.details = details.to_vec();
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}

/// A person has signed in.
pub async fn sign_in(unit: &mut Unit, platform: &Platform, signed_in: &SignedIn) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::SignIn, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(signed_in.person.to_string());
    entry.details = vec![format!("{:?}", signed_in.method), format!("{:?}", signed_in.assurance)];
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}

/// A session has been ended by its person.
pub async fn sign_out(unit: &mut Unit, platform: &Platform, person: PersonId) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::SignOut, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(person.to_string());
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}

/// A person has accepted a version of the rules of use; in the commit of that.
pub async fn rules_accepted(
    unit: &mut Unit,
    platform: &Platform,
    person: PersonId,
    edition: &Edition,
) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Rights, platform.legal.now(), platform.security.now());
    entry.actor = Actor::Person(person.to_string());
    entry.act = Some("accept-rules".to_owned());
    entry.details = vec![format!("version {}", edition.version), edition.digest().to_owned()];
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}

/// Sessions of these persons have been ended by order of an identity provider.
pub async fn signed_out_by(
    unit: &mut Unit,
    platform: &Platform,
    provider: &str,
    persons: &[PersonId],
) -> Result<(), Error> {
    for person in persons {
        let mut entry = Entry::new(Kind::SignOut, platform.legal.now(), platform.security.now());
        entry.actor = Actor::Person(person.to_string());
        entry.details = vec![format!("by order of {provider}")];
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)?;
    }
    Ok(())
}

/// Who a person is has been erased, by the rule that their request sets off.
pub async fn erased(unit: &mut Unit, platform: &Platform, person: PersonId) -> Result<(), Error> {
    let mut entry = Entry::new(Kind::Erasure, platform.legal.now(), platform.security.now());
    entry.about = Some(person.to_string());
    entry.act = Some("erase-identity".to_owned());
    entry.details = vec![crate::erasing::RULE.to_owned()];
    vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
}
