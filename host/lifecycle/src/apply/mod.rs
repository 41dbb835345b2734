//! Whole or not at all.

mod approval;
mod approved;
mod aside;
mod error;
mod keep;
pub(crate) mod kept;
mod nodes;
mod ready;
mod sources;
mod state;

pub use approved::approved_configuration;
pub use error::LifecycleError;
pub(crate) use sources::{check_holders, holder_policies, host_policies, packages};

use crate::quarantine::{Quarantine, Thresholds};
use crate::{Applied, Configuration, Desired, Plan, configuration, lock};
use keep::Last;
use state::{Ready, State};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use vzaemo_runtime::Engine;
use vzaemo_service::{ModuleState, Service, Snapshot};
use vzaemo_storage::Storage;

/// Whether what was declined, or has failed, is proposed once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// The file was changed, or somebody asks.
    Yes,
    /// The program has started.
    No,
}

/// How often rests are looked at.
const ATTENTION: Duration = Duration::from_secs(1);
/// How often a commit is tried again when something else has changed the records meanwhile.
const ATTEMPTS: u32 = 5;

/// Decides what serves. Cheap to clone.
#[derive(Clone)]
pub struct Lifecycle {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// The configuration that the program started with: where files lie does not change while it runs.
    started: Configuration,
    /// The file as it was first read. The program may have been started with another port or data folder than it names.
    written: OnceLock<Configuration>,
    service: Arc<Service>,
    engine: Engine,
    quarantine: Arc<Quarantine>,
    state: Mutex<State>,
}

impl Lifecycle {
    /// A lifecycle for the configuration that the program has read at `path`. Nothing serves before
    /// [`Lifecycle::start`]. The collections of [`crate::own_collections`] must have been declared.
    pub fn new(path: PathBuf, started: Configuration, service: Arc<Service>, engine: Engine) -> Self {
        let thresholds = Thresholds::from(&started.quarantine);
        let quarantine = Arc::new(Quarantine::new(service.platform().security.clone(), thresholds));
        service.report_health_to(Arc::clone(&quarantine) as Arc<dyn vzaemo_service::Health>);
        let state = Mutex::default();
        Lifecycle {
            inner: Arc::new(Inner {
                path,
                started,
                written: OnceLock::new(),
                service,
                engine,
                quarantine,
                state,
            }),
        }
    }

    /// The path of the configuration.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Where files lie.
    pub fn folders(&self) -> &configuration::Folders {
        &self.inner.started.folders
    }

    /// Who rests.
    pub fn quarantine(&self) -> &Arc<Quarantine> {
        &self.inner.quarantine
    }

    /// Puts the configuration into service for the first time. If it is refused, the last good one that the
    /// storage knows serves instead, and if that cannot be had either, all modules are shown as disabled: in both
    /// cases the error says why, and the platform can go on.
    pub async fn start(&self) -> Result<Applied, LifecycleError> {
        let mut state = self.inner.state.lock().await;
        // Whatever becomes of the configuration: who runs the platform finds its own pages.
        state.host =
            Arc::new(host_policies(&[], self.inner.started.platform.mode).map_err(|problem| vec![problem])?);
        let last = self.recall(&mut state).await?;
        self.swap(&state);
        if let Some(last) = &last {
            self.look_for_lost(&mut state, last.policies.as_deref().unwrap_or_default());
        }
        if let Some(last) = last.as_ref().filter(|_| state.needs_approval()) {
            self.serve_approved(&mut state, last.clone()).await;
        }
        let joined = self.join(&mut state, last.as_ref()).await;
        let applied = match joined {
            Ok(Some(applied)) => Ok(applied),
            Ok(None) => Box::pin(self.attempt(&mut state, Again::No)).await,
            Err(refused) => Err(refused),
        };
        let refused = match applied {
            Ok(applied) => return Ok(applied),
            Err(refused) => refused,
        };
        self.audit_refusal(&refused).await;
        if let Some(last) = last.filter(|_| !state.entered) {
            tracing::warn!(
                "the configuration was refused; taking up the last good one, with the policies in force then"
            );
            match self.prepare_last(&state, last).await {
                Ok(ready) => self.enter(&mut state, ready),
                Err(problems) => {
                    for problem in problems {
                        tracing::error!(%problem, "the last good configuration cannot be taken up");
                    }
                    self.swap(&state);
                }
            }
        }
        Err(refused)
    }

    /// What was applied last, before anything serves.
    async fn recall(&self, state: &mut State) -> Result<Option<Last>, LifecycleError> {
        let last = self.last().await?;
        if let Some(last) = &last {
            state.generation = last.generation;
            state.desired = last.desired.clone();
            state.text.clone_from(&last.text);
            state.approvals = self.approvals_of(last.text.as_deref(), last.approvals).await?;
            // In force whatever becomes of the modules.
            match self.kept_rules(&last.desired).await {
                Ok(rules) => state.rules = rules,
                Err(error) => {
                    tracing::error!(%error, "the rules of use that were applied last cannot be read");
                }
            }
            state.idle = self.all_known().await?;
        }
        Ok(last)
    }

    /// Applies the configuration as it is now; where holders have to approve it, proposes it to them. If it is refused, what
    /// served goes on serving, and the refusal is audited.
    pub async fn reload(&self) -> Result<Applied, LifecycleError> {
        self.count_holders().await;
        let mut state = self.inner.state.lock().await;
        let result = Box::pin(self.attempt(&mut state, Again::Yes)).await;
        match &result {
            Ok(Applied { waits: Some(change), .. }) => {
                tracing::debug!(change, "a change waits for the holders");
            }
            Ok(applied) if applied.plan.is_empty() => {
                tracing::debug!("the configuration asks for what serves");
            }
            Ok(applied) => {
                tracing::info!(generation = applied.generation, plan = %applied.plan, "a configuration was applied");
            }
            Err(refused) => self.audit_refusal(refused).await,
        }
        if let Ok(applied) = &result
            && !applied.at_next_start.is_empty()
        {
            tracing::warn!(sections = ?applied.at_next_start, "a change takes effect at the next start");
        }
        result
    }

    /// What applying the configuration as it is now would do. Packages are compiled by this, so that applying is
    /// quick then. Before the start it is compared with what was applied last.
    pub async fn plan(&self) -> Result<Plan, LifecycleError> {
        let mut state = self.inner.state.lock().await;
        if !state.entered {
            self.recall(&mut state).await?;
        }
        let sources = self.read()?;
        let sections = self.sections_that_differ(&state, &sources.configuration);
        Ok(Plan { sections, ..self.prepare(&state, sources).await?.plan })
    }

    /// Sets failing modules aside and tries rested ones again, until it is dropped.
    pub async fn attend_always(&self) {
        loop {
            // Woken by a module that has failed too often, or by time for those that rest.
            let _either = tokio::time::timeout(ATTENTION, self.inner.quarantine.woken()).await;
            self.attend().await;
        }
    }

    /// Sets failing modules aside and tries rested ones again, once.
    pub async fn attend(&self) {
        let tripped = self.inner.quarantine.take_tripped();
        let rested = self.inner.quarantine.take_rested();
        if tripped.is_empty() && rested.is_empty() {
            return;
        }
        let state = self.inner.state.lock().await;
        self.swap(&state);
        let serves = |module: &str, digest: &str| {
            state.serving.get(module).is_some_and(|serving| serving.version.digest == digest)
        };
        for (module, digest) in &tripped {
            tracing::error!(module, digest, "the module fails again and again and has been set aside");
            if serves(module, digest) {
                self.audit("set-aside", "done", &[format!("module {module}"), digest.clone()]).await;
            }
        }
        for (module, digest) in rested.iter().filter(|(module, digest)| serves(module, digest)) {
            tracing::warn!(module, digest, "the module has rested and is tried again");
            self.audit("try-again", "done", &[format!("module {module}"), digest.clone()]).await;
        }
    }

    fn storage(&self) -> &Storage {
        &self.inner.service.platform().storage
    }

    fn file(&self) -> String {
        self.inner.path.display().to_string()
    }

    async fn attempt(
        &self,
        state: &mut MutexGuard<'_, State>,
        again: Again,
    ) -> Result<Applied, LifecycleError> {
        let sources = self.read()?;
        self.refuse_lost(state)?;
        let at_next_start = self.at_next_start(&sources.configuration);
        let same = sources.desired == state.desired && kept::same(&sources.policies, &state.policies);
        let sections = self.sections_that_differ(state, &sources.configuration);
        let changed = !same || !sections.is_empty();
        if state.needs_approval() {
            if changed {
                return self.propose(state, sources, &sections, again).await;
            }
            self.lapse(state).await?;
        }
        if state.entered && same {
            if changed {
                self.keep_text(state, sources.text).await?;
            }
            let generation = state.generation;
            return Ok(Applied { generation, plan: Plan::default(), at_next_start, waits: None });
        }
        let ready = self.prepare(state, sources).await?;
        let plan = ready.plan.clone();
        self.serve(state, ready).await?;
        Ok(Applied { generation: state.generation, plan, at_next_start, waits: None })
    }

    /// Puts what has been prepared into service, and keeps it.
    async fn serve(&self, state: &mut State, ready: Ready) -> Result<(), LifecycleError> {
        self.ask(&ready).await?;
        self.declare(state, &ready).await?;
        let ready = match self.keep(state, ready).await {
            Ok(ready) => ready,
            Err(error) => {
                self.declare_again(state).await;
                return Err(error);
            }
        };
        state.generation += 1;
        self.enter(state, ready);
        self.write_lock(&state.desired);
        Ok(())
    }

    /// The sections that have changed since the start and are not taken up before the next one.
    fn at_next_start(&self, configuration: &Configuration) -> Vec<&'static str> {
        self.inner.written.get_or_init(|| configuration.clone()).differs_beyond_modules(configuration)
    }

    /// Puts a configuration into service. Requests that have begun keep what they began with.
    fn enter(&self, state: &mut State, ready: Ready) {
        state.entered = true;
        state.desired = ready.desired;
        state.policies = ready.policies;
        state.host = ready.host;
        state.serving = ready.serving;
        state.idle = ready.idle;
        state.rules = ready.rules;
        state.text = ready.text;
        state.approvals = ready.approvals;
        self.swap(state);
    }

    fn swap(&self, state: &State) {
        let mut modules = BTreeMap::new();
        for (id, manifest) in &state.idle {
            modules.insert(id.clone(), Arc::new(ModuleState::Disabled(Arc::clone(manifest))));
        }
        for (id, serving) in &state.serving {
            let version = Arc::clone(&serving.version);
            let rests = self.inner.quarantine.rests(id, &version.digest);
            let now = if rests { ModuleState::SetAside(version) } else { ModuleState::Serving(version) };
            modules.insert(id.clone(), Arc::new(now));
        }
        self.inner.service.swap(Arc::new(Snapshot {
            generation: state.generation,
            host: Arc::clone(&state.host),
            modules,
            rules: state.rules.clone(),
        }));
    }

    fn write_lock(&self, desired: &Desired) {
        let written = lock::text(desired)
            .map_err(std::io::Error::other)
            .and_then(|text| lock::write(&self.inner.path, &self.folders().data, &text));
        if let Err(error) = written {
            tracing::warn!(%error, "platform.lock could not be written");
        }
    }
}
