//! Acts and decisions.

use crate::decide::{Deciding, denied, in_capacity, subject};
use crate::erasing::Forgets;
use crate::imports::{Acting, CallHost};
use crate::looks::Looks;
use crate::recording::{Run, Taken};
use crate::run::Ended;
use crate::sights::Entered;
use crate::version::ModuleVersion;
use crate::{Caller, Error, Health, Platform, Snapshot, record, references, submission};
use arc_swap::ArcSwap;
use std::sync::{Arc, OnceLock};
use vzaemo_access::{Action, Reason, ResourceDocument};
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Outcome, Pair, Principal as Seen, Request};
use vzaemo_contract::manifest::Resource;
use vzaemo_runtime::Module;
use vzaemo_storage::{CommitError, Committed, Unit};

/// How often an act runs before the person is asked to try again.
const ATTEMPTS: u32 = 12;

/// An act that has been committed.
pub struct Done {
    /// What the module answered, with its numbers put in.
    pub outcome: Outcome,
    /// The version that did it.
    pub version: Arc<ModuleVersion>,
    /// The commit that holds it; an earlier one when the same submission came again.
    pub position: u64,
}

/// The one way in.
pub struct Service {
    pub(crate) platform: Arc<Platform>,
    snapshot: ArcSwap<Snapshot>,
    health: OnceLock<Arc<dyn Health>>,
    pub(crate) looks: Looks,
    pub(crate) deciding: Deciding,
    pub(crate) entered: Entered,
    pub(crate) forgets: OnceLock<Arc<dyn Forgets>>,
}

impl Service {
    /// A service without modules.
    pub fn new(platform: Arc<Platform>) -> Self {
        Service {
            platform,
            snapshot: ArcSwap::from_pointee(Snapshot::default()),
            health: OnceLock::new(),
            looks: Looks::default(),
            deciding: Deciding::default(),
            entered: Entered::default(),
            forgets: OnceLock::new(),
        }
    }

    /// Who is told how calls end; the first one set stays.
    pub fn report_health_to(&self, health: Arc<dyn Health>) {
        let _already_set = self.health.set(health);
    }

    /// What every call leans on.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// What serves now. Requests keep the snapshot that they started with.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Puts another configuration into service, whole.
    pub fn swap(&self, snapshot: Arc<Snapshot>) {
        self.snapshot.store(snapshot);
    }

    /// The version of a module that serves now.
    pub fn serving(&self, module: &str) -> Result<Arc<ModuleVersion>, Error> {
        self.serving_now(module).map(|(version, _)| version)
    }

    /// The version that serves, with the generation of the configuration that it serves in.
    pub(crate) fn serving_now(&self, module: &str) -> Result<(Arc<ModuleVersion>, u64), Error> {
        use crate::ModuleState;
        let snapshot = self.snapshot.load();
        match snapshot.module(module).map(AsRef::as_ref) {
            Some(ModuleState::Serving(version)) => Ok((Arc::clone(version), snapshot.generation)),
            Some(ModuleState::Disabled(_)) => Err(Error::Disabled(module.to_owned())),
            Some(ModuleState::SetAside(_)) => Err(Error::SetAside(module.to_owned())),
            None => Err(Error::NotFound),
        }
    }

    pub(crate) fn health(&self) -> Option<&Arc<dyn Health>> {
        self.health.get()
    }

    /// A change. `submission` is the one-time id of the form; a repeat returns the first outcome.
    pub async fn act(
        &self,
        caller: &Caller,
        module: &str,
        name: &str,
        request: &Request,
        submission: Option<&str>,
    ) -> Result<Done, Error> {
        // The time of an act is that of its acceptance, and so is what chance it gets: both stay the same when
        // it is run again.
        let at = self.platform.legal.now();
        let seed = uuid::Uuid::new_v4().as_u128();
        for _ in 0..ATTEMPTS {
            match self.attempt(caller, module, name, request, submission, at, seed).await {
                Err(Ended::Again) => {}
                Err(Ended::With(error)) => return Err(error),
                Ok(done) => return Ok(done),
            }
        }
        Err(Error::Busy)
    }

    /// What came of this very submission, if the act has been done: the same answer for a form that is sent once
    /// more after what it held has gone.
    pub async fn done_before(
        &self,
        caller: &Caller,
        module: &str,
        name: &str,
        submission: &str,
    ) -> Result<Option<Done>, Error> {
        let version = self.serving(module)?;
        let Some(principal) = &caller.principal else { return Ok(None) };
        let key = submission::key(&principal.person.to_string(), module, name, submission);
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let outcome = submission::earlier(&mut unit, &key).await?;
        Ok(outcome.map(|outcome| Done { outcome, position: unit.position(), version }))
    }

    #[allow(clippy::too_many_arguments)] // the parts of one request, all of them needed
    async fn attempt(
        &self,
        caller: &Caller,
        module: &str,
        name: &str,
        request: &Request,
        submission: Option<&str>,
        at: Instant,
        seed: u128,
    ) -> Result<Done, Ended> {
        let (version, generation) = self.serving_now(module)?;
        let act = version.manifest.act(name).ok_or(Error::NotFound)?;
        let mut acting = self.acting(caller, module).await?;
        let mut unit = self.platform.storage.begin_at(at.as_millis(), seed).await.map_err(Error::storage)?;
        let submission = submission
            .zip(caller.principal.as_ref())
            .map(|(id, principal)| submission::key(&principal.person.to_string(), module, name, id));
        if let Some(key) = &submission
            && let Some(outcome) = submission::earlier(&mut unit, key).await?
        {
            return Ok(Done { outcome, position: unit.position(), version });
        }
        record::depend_on_configuration(&mut unit, generation).await?;
        let resource = resource(&mut unit, &version, act.resource.as_ref(), &request.params).await?;
        let subject = subject(caller, acting.as_ref());
        let decision = if self.still_stands(&mut unit, caller).await? {
            self.decide(&version, &subject, Action::Act(name), resource.as_ref())
        } else {
            denied(Reason::SignInNeeded)
        };
        if !decision.allowed {
            drop(unit);
            self.enter_denied(caller, &version, name, resource.as_ref(), &decision.reason).await;
            let error = Error::Denied { reason: decision.reason };
            record::failure(&self.platform, caller, &version, name, request, &error, at).await;
            return Err(error.into());
        }
        in_capacity(acting.as_mut(), &subject, &decision, resource.as_ref());
        check_input(&version, act.form.as_deref(), &request.input)?;

        let person = caller.principal.as_ref().map(|principal| principal.person.to_string());
        let form = act.form.as_ref().and_then(|form| version.forms.get(form));
        let brought = crate::files::brought(&mut unit, form, &request.input, person.as_deref()).await?;
        let mut host = CallHost::new(unit, &version, &self.platform, acting, at);
        host.brought = brought;
        host.origin.clone_from(&caller.origin);
        let call = async |component: Module, host| component.act(host, name, request).await;
        let (mut outcome, host, calls) = match self.run_recorded(host, call).await {
            Ok(done) => done,
            Err(error) => {
                record::failure(&self.platform, caller, &version, name, request, &error, at).await;
                return Err(error.into());
            }
        };
        let references = host.shown_references();
        let CallHost { mut unit, notes, .. } = host;
        if let Some(key) = submission {
            submission::keep(&mut unit, key, &outcome, self.platform.security.now()).await?;
        }
        let run = Run::Act { name: name.to_owned(), request: request.clone() };
        let outcome_then = Some(outcome.clone());
        let taken = Taken { run, calls, notes, at, seed, generation, references, outcome: outcome_then };
        let allowed = record::Allowed { caller, request, policies: decision.policies };
        record::act(&mut unit, &self.platform, allowed, &version, name, taken).await?;
        match unit.commit().await {
            Ok(committed) => {
                put_numbers(&mut outcome, &committed);
                Ok(Done { outcome, version, position: committed.position })
            }
            Err(error) if error.is_retryable() => Err(Ended::Again),
            Err(CommitError::Busy) => Err(Error::Busy.into()),
            Err(error) => Err(Error::storage(error).into()),
        }
    }

    /// Asks a version that is about to come into service what is wrong with its configuration: sentences for the
    /// holder, none when all is well.
    pub async fn check_version(&self, version: &Arc<ModuleVersion>) -> Result<Vec<String>, Error> {
        let unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let host = CallHost::new(unit, version, &self.platform, None, self.platform.legal.now());
        let check = async |component: Module, host| component.check(host).await;
        self.run(host, check).await.map(|(sentences, _)| sentences)
    }

    /// Whether the caller's roles are still those under which they signed in. The answer is part of what the act has
    /// read: a revocation or block that commits before it makes it run again, and then its session has ended.
    async fn still_stands(&self, unit: &mut Unit, caller: &Caller) -> Result<bool, Error> {
        let Some(principal) = &caller.principal else { return Ok(true) };
        let grants = &self.platform.grants;
        grants.still_stands(unit, principal.person, principal.standing).await.map_err(Error::storage)
    }

    pub(crate) async fn acting(&self, caller: &Caller, module: &str) -> Result<Option<Acting>, Error> {
        let Some(principal) = &caller.principal else { return Ok(None) };
        let alias = self.platform.aliases.alias(principal.person, module).await.map_err(Error::storage)?;
        let person = alias.as_str().to_owned();
        let organisation =
            principal.organisation.as_ref().map(|organisation| organisation.edrpou.to_string());
        let seen = Seen { person, organisation, body: None };
        let bodies = principal.roles.bodies_for(module).into_iter().map(str::to_owned).collect();
        let rules_pending = self.rules_pending(principal.person).await?.is_some();
        Ok(Some(Acting { person: principal.person, seen, bodies, rules_pending, reach: None }))
    }
}

/// The document that a route names.
pub(crate) async fn resource(
    unit: &mut Unit,
    version: &ModuleVersion,
    resource: Option<&Resource>,
    params: &[Pair],
) -> Result<Option<ResourceDocument>, Error> {
    let Some(resource) = resource else { return Ok(None) };
    let key = params.iter().find(|(name, _)| *name == resource.param).map_or("", |(_, value)| value.as_str());
    let module = version.manifest.id.as_str();
    let found = unit.get(module, &resource.collection, key).await.map_err(Error::storage)?;
    let document = found.ok_or(Error::NotFound)?;
    let document = references::present(unit, version, &resource.collection, document).await?;
    version
        .policies
        .document(&resource.collection, &document.key, &document.body)
        .map(Some)
        .map_err(Error::storage)
}

/// The web has checked the input and said what is wrong in the person's words; this check is the one that
/// everybody passes, whatever way they came.
fn check_input(version: &ModuleVersion, form: Option<&str>, input: &str) -> Result<(), Error> {
    let value: serde_json::Value =
        serde_json::from_str(input).map_err(|error| Error::Input(vec![error.to_string()]))?;
    let problems: Vec<String> = match form.and_then(|form| version.forms.get(form)) {
        Some(form) => form.validator.iter_errors(&value).map(|error| error.to_string()).collect(),
        None if value.as_object().is_some_and(serde_json::Map::is_empty) => Vec::new(),
        None => vec!["this act takes no input".to_owned()],
    };
    if problems.is_empty() { Ok(()) } else { Err(Error::Input(problems)) }
}

fn put_numbers(outcome: &mut Outcome, committed: &Committed) {
    if committed.numbers.is_empty() {
        return;
    }
    let args = outcome.message.iter_mut().flat_map(|message| message.args.iter_mut());
    for (_, value) in args.chain(outcome.to.iter_mut().flat_map(|address| address.params.iter_mut())) {
        *value = committed.substitute(value);
    }
}
