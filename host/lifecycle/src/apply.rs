//! Whole or not at all.

use crate::plan::Side;
use crate::prepare::{Prepared, Workshop, manifest_of};
use crate::problem::chain;
use crate::quarantine::{Quarantine, Thresholds};
use crate::record::{self, CONFIGURATION, CURRENT, Current, Known, MODULES};
use crate::{Applied, Configuration, Desired, Plan, Problem, Wanted, configuration, content, lock};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use vzaemo_access::PolicyText;
use vzaemo_audit::{Entry, Kind};
use vzaemo_contract::manifest::Manifest;
use vzaemo_registry::{Layout, Listed};
use vzaemo_runtime::Engine;
use vzaemo_service::{ModuleState, ModuleVersion, Service, Snapshot};
use vzaemo_storage::{BODY, Collection, CommitError, Query, Storage, StorageError, Unit};

/// How often rests are looked at.
const ATTENTION: Duration = Duration::from_secs(1);
/// How often a commit is tried again when something else has changed the records meanwhile.
const ATTEMPTS: u32 = 5;

/// Why a configuration was not applied. What served goes on serving.
#[derive(Debug, thiserror::Error)]
pub enum LifecycleError {
    /// Something is wrong with it or with a package.
    #[error("apply the configuration: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Problem>),
    /// The storage did not answer.
    #[error("keep the record of the configuration")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LifecycleError {
    fn storage(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        LifecycleError::Storage(Box::new(error))
    }

    /// All that is wrong, for showing.
    pub fn problems(&self) -> Vec<Problem> {
        match self {
            LifecycleError::Refused(problems) => problems.clone(),
            LifecycleError::Storage(error) => vec![Problem::new("storage", chain(&**error))],
        }
    }
}

impl From<Vec<Problem>> for LifecycleError {
    fn from(problems: Vec<Problem>) -> Self {
        LifecycleError::Refused(problems)
    }
}

impl From<StorageError> for LifecycleError {
    fn from(error: StorageError) -> Self {
        LifecycleError::storage(error)
    }
}

/// Decides what serves. Cheap to clone.
#[derive(Clone)]
pub struct Lifecycle {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// The configuration that the program started with: where files lie does not change while it runs.
    started: Configuration,
    service: Arc<Service>,
    engine: Engine,
    quarantine: Arc<Quarantine>,
    state: Mutex<State>,
}

/// What serves.
#[derive(Default)]
struct State {
    /// Whether anything has been put into service since the program started.
    entered: bool,
    generation: u64,
    desired: Desired,
    policies: Vec<PolicyText>,
    serving: BTreeMap<String, Serving>,
    /// Manifests of modules that do not serve.
    idle: BTreeMap<String, Arc<Manifest>>,
}

#[derive(Clone)]
struct Serving {
    wanted: Wanted,
    version: Arc<ModuleVersion>,
    collections: Arc<Vec<Collection>>,
}

/// A configuration that has passed every check but is not in service.
struct Ready {
    desired: Desired,
    policies: Vec<PolicyText>,
    serving: BTreeMap<String, Serving>,
    idle: BTreeMap<String, Arc<Manifest>>,
    /// What is to be kept of modules that are new or another version.
    known: Vec<Known>,
    samples: BTreeMap<String, Vec<content::Sample>>,
    plan: Plan,
}

impl Lifecycle {
    /// A lifecycle for the configuration that the program has read at `path`. Nothing serves before
    /// [`Lifecycle::start`]. The collections of [`crate::own_collections`] must have been declared.
    pub fn new(path: PathBuf, started: Configuration, service: Arc<Service>, engine: Engine) -> Self {
        let thresholds = Thresholds::from(&started.quarantine);
        let quarantine = Arc::new(Quarantine::new(service.platform().security.clone(), thresholds));
        service.report_health_to(Arc::clone(&quarantine) as Arc<dyn vzaemo_service::Health>);
        let state = Mutex::default();
        Lifecycle { inner: Arc::new(Inner { path, started, service, engine, quarantine, state }) }
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
        let last = self.last().await?;
        if let Some((current, desired)) = &last {
            state.generation = current.generation;
            state.desired = desired.clone();
            state.idle = self.all_known().await?;
        }
        let refused = match self.attempt(&mut state).await {
            Ok(applied) => return Ok(applied),
            Err(refused) => refused,
        };
        self.audit_refusal(&refused).await;
        if let Some((_, desired)) = last {
            tracing::warn!("the configuration was refused; taking up the last good one");
            match self.prepare_last(&state, desired).await {
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

    /// Applies the configuration as it is now. If it is refused, what served goes on serving, and the refusal is
    /// audited.
    pub async fn reload(&self) -> Result<Applied, LifecycleError> {
        let mut state = self.inner.state.lock().await;
        let result = self.attempt(&mut state).await;
        match &result {
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
    /// quick then.
    pub async fn plan(&self) -> Result<Plan, LifecycleError> {
        let state = self.inner.state.lock().await;
        let (_, desired, policies, layout) = self.read()?;
        Ok(self.prepare(&state, desired, policies, &layout).await?.plan)
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

    /// Reads everything that stands in files.
    fn read(&self) -> Result<(Configuration, Desired, Vec<PolicyText>, Layout), Vec<Problem>> {
        let file = self.file();
        let configuration = Configuration::read(&self.inner.path)?;
        let text = std::fs::read_to_string(&self.inner.path).unwrap_or_default();
        let (layout, list) = packages(&self.folders().packages, &file)?;
        let desired = Desired::resolve(&configuration, &list, &file, &text)?;
        let policies = holder_policies(&self.folders().policies).map_err(|problem| vec![problem])?;
        Ok((configuration, desired, policies, layout))
    }

    async fn attempt(&self, state: &mut MutexGuard<'_, State>) -> Result<Applied, LifecycleError> {
        let (configuration, desired, policies, layout) = self.read()?;
        let at_next_start = self.inner.started.differs_beyond_modules(&configuration);
        if state.entered && desired == state.desired && policies == state.policies {
            return Ok(Applied { generation: state.generation, plan: Plan::default(), at_next_start });
        }
        let ready = self.prepare(state, desired, policies, &layout).await?;
        self.ask(&ready).await?;
        self.declare(state, &ready).await?;
        let ready = match self.keep(state, ready).await {
            Ok(ready) => ready,
            Err(error) => {
                self.declare_again(state).await;
                return Err(error);
            }
        };
        let plan = ready.plan.clone();
        state.generation += 1;
        self.enter(state, ready);
        self.write_lock(&state.desired);
        Ok(Applied { generation: state.generation, plan, at_next_start })
    }

    /// Prepares every module; those that stay as they are are kept.
    async fn prepare(
        &self,
        state: &State,
        desired: Desired,
        policies: Vec<PolicyText>,
        layout: &Layout,
    ) -> Result<Ready, LifecycleError> {
        let file = self.file();
        let workshop =
            Workshop { layout, engine: &self.inner.engine, holder_policies: &policies, configuration: &file };
        let mut unit = self.storage().begin().await?;
        let mut idle = self.all_known().await?;
        let mut ready = Ready {
            serving: BTreeMap::new(),
            idle: BTreeMap::new(),
            known: Vec::new(),
            samples: BTreeMap::new(),
            plan: Plan::default(),
            desired,
            policies: policies.clone(),
        };
        let mut problems = Vec::new();
        for (id, wanted) in &ready.desired.modules {
            if !wanted.enabled {
                if let Some((manifest, _)) = manifest_of(layout, &wanted.digest) {
                    idle.insert(id.clone(), manifest);
                }
                continue;
            }
            idle.remove(id);
            if let Some(same) =
                state.serving.get(id).filter(|same| same.wanted == *wanted && state.policies == policies)
            {
                ready.serving.insert(id.clone(), same.clone());
                continue;
            }
            match workshop.prepare(id, wanted).await {
                Ok(prepared) => {
                    let known = record::read::<Known>(&mut unit, MODULES, id).await?;
                    let had_content = known.is_some_and(|(known, _)| known.content);
                    let samples = self.samples(id, had_content, &prepared, &mut problems);
                    ready.known.push(Known {
                        id: id.clone(),
                        manifest: prepared.manifest_toml.clone(),
                        content: had_content || samples.is_some(),
                    });
                    ready.samples.extend(samples.map(|samples| (id.clone(), samples)));
                    let collections = Arc::new(prepared.collections.clone());
                    let version = Arc::new(prepared.into_version(state.generation + 1));
                    ready
                        .serving
                        .insert(id.clone(), Serving { wanted: wanted.clone(), version, collections });
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        ready.idle = idle;
        ready.plan = Plan::between(&state.sides(), &ready.sides());
        Ok(ready)
    }

    async fn prepare_last(&self, state: &State, desired: Desired) -> Result<Ready, Vec<Problem>> {
        let (layout, _) = packages(&self.folders().packages, &self.file())?;
        let policies = holder_policies(&self.folders().policies).map_err(|problem| vec![problem])?;
        // It came into service in the generation that is kept, not in the next one.
        let before = State { generation: state.generation.saturating_sub(1), ..State::default() };
        let prepared = self.prepare(&before, desired, policies, &layout).await;
        let ready = prepared.map_err(|error| error.problems())?;
        for (id, serving) in &ready.serving {
            if let Err(error) = self.storage().declare(id, &serving.collections).await {
                return Err(vec![Problem::new(id, chain(&error))]);
            }
        }
        Ok(ready)
    }

    fn samples(
        &self,
        id: &str,
        had_content: bool,
        prepared: &Prepared,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<content::Sample>> {
        if had_content || self.inner.started.platform.mode != configuration::Mode::Development {
            return None;
        }
        match content::read(&format!("{id} {}", prepared.manifest.version), &prepared.files) {
            Ok(samples) => Some(samples),
            Err(found) => {
                problems.extend(found);
                None
            }
        }
    }

    /// Asks each module that is new, or in another version or configuration, what is wrong with its configuration.
    async fn ask(&self, ready: &Ready) -> Result<(), LifecycleError> {
        let mut problems = Vec::new();
        for known in &ready.known {
            let Some(serving) = ready.serving.get(&known.id) else { continue };
            let here =
                |what: String| Problem::new(self.file(), what).at(format!("modules.{}.config", known.id));
            match self.inner.service.check_version(&serving.version).await {
                Ok(sentences) => problems.extend(sentences.into_iter().map(here)),
                Err(error) => {
                    let name = format!("{} {}", known.id, serving.wanted.version);
                    problems.push(Problem::new(name, format!("its own check failed: {}", chain(&error))));
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
    }

    /// Makes tables, indexes and counters. What is declared is only ever added to; if a later module fails, the
    /// declarations of those that serve are put back.
    async fn declare(&self, state: &State, ready: &Ready) -> Result<(), LifecycleError> {
        for known in &ready.known {
            let Some(serving) = ready.serving.get(&known.id) else { continue };
            if let Err(error) = self.storage().declare(&known.id, &serving.collections).await {
                self.declare_again(state).await;
                let name = format!("{} {}", known.id, serving.wanted.version);
                return Err(vec![Problem::new(name, chain(&error))].into());
            }
        }
        Ok(())
    }

    async fn declare_again(&self, state: &State) {
        for (id, serving) in &state.serving {
            if let Err(error) = self.storage().declare(id, &serving.collections).await {
                tracing::error!(module = id, %error, "the declaration of collections could not be put back");
            }
        }
    }

    /// Commits the records, the sample content and the audit entry as one unit of work.
    async fn keep(&self, state: &State, ready: Ready) -> Result<Ready, LifecycleError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage().begin().await?;
            let revision = record::read::<Current>(&mut unit, CONFIGURATION, CURRENT).await?.map(|(_, r)| r);
            let current =
                Current::new(state.generation + 1, &ready.desired).map_err(LifecycleError::storage)?;
            let written = record::write(&mut unit, CONFIGURATION, CURRENT, &current, revision).await;
            written.map_err(LifecycleError::storage)?;
            for known in &ready.known {
                let revision = record::read::<Known>(&mut unit, MODULES, &known.id).await?.map(|(_, r)| r);
                let written = record::write(&mut unit, MODULES, &known.id, known, revision).await;
                written.map_err(LifecycleError::storage)?;
            }
            for (id, samples) in &ready.samples {
                let Some(serving) = ready.serving.get(id) else { continue };
                content::put(&mut unit, id, &serving.version.search, samples)
                    .await
                    .map_err(|problem| LifecycleError::Refused(vec![problem]))?;
            }
            let mut changes = vec![format!("generation {}", current.generation)];
            changes.extend(ready.plan.to_string().lines().map(str::to_owned));
            self.entry(&mut unit, "apply", "done", &changes).await?;
            match unit.commit().await {
                Ok(_) => return Ok(ready),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(LifecycleError::storage(error)),
            }
        }
        Err(LifecycleError::storage(CommitError::Conflict))
    }

    /// Puts a configuration into service. Requests that have begun keep what they began with.
    fn enter(&self, state: &mut State, ready: Ready) {
        state.entered = true;
        state.desired = ready.desired;
        state.policies = ready.policies;
        state.serving = ready.serving;
        state.idle = ready.idle;
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
        self.inner.service.swap(Arc::new(Snapshot { generation: state.generation, modules }));
    }

    fn write_lock(&self, desired: &Desired) {
        let written = lock::text(desired)
            .map_err(std::io::Error::other)
            .and_then(|text| lock::write(&self.inner.path, &self.folders().data, &text));
        if let Err(error) = written {
            tracing::warn!(%error, "platform.lock could not be written");
        }
    }

    async fn last(&self) -> Result<Option<(Current, Desired)>, LifecycleError> {
        let mut unit = self.storage().begin().await?;
        let Some((current, _)) = record::read::<Current>(&mut unit, CONFIGURATION, CURRENT).await? else {
            return Ok(None);
        };
        let desired = current.desired().map_err(LifecycleError::storage)?;
        Ok(Some((current, desired)))
    }

    /// The manifests of all modules that have ever served.
    async fn all_known(&self) -> Result<BTreeMap<String, Arc<Manifest>>, LifecycleError> {
        let mut unit = self.storage().begin().await?;
        let query = Query { fields: vec![BODY.to_owned()], limit: Query::MOST, ..Query::of(MODULES) };
        let rows = unit.select(record::NAMESPACE, &query).await?;
        let mut known = BTreeMap::new();
        for body in &rows.columns {
            let Ok(module) = serde_json::from_str::<Known>(body) else { continue };
            // A manifest of a format that this host no longer reads has no name to show.
            if let Ok(manifest) = Manifest::from_toml(&module.manifest) {
                known.insert(module.id, Arc::new(manifest));
            }
        }
        Ok(known)
    }

    async fn audit_refusal(&self, refused: &LifecycleError) {
        let problems: Vec<_> = refused.problems().iter().map(ToString::to_string).collect();
        for problem in &problems {
            tracing::error!(%problem, "the configuration was refused");
        }
        self.audit("apply", "refused", &problems).await;
    }

    async fn audit(&self, act: &str, result: &str, details: &[String]) {
        let committed = async {
            let mut unit = self.storage().begin().await.map_err(LifecycleError::storage)?;
            self.entry(&mut unit, act, result, details).await?;
            unit.commit().await.map_err(LifecycleError::storage)
        };
        if let Err(error) = committed.await {
            tracing::error!(error = chain(&error), act, "the audit entry could not be written");
        }
    }

    async fn entry(
        &self,
        unit: &mut Unit,
        act: &str,
        result: &str,
        details: &[String],
    ) -> Result<(), LifecycleError> {
        let platform = self.inner.service.platform();
        let entry = Entry {
            act: Some(act.to_owned()),
            result: result.to_owned(),
            details: details.to_vec(),
            ..Entry::new(Kind::Configuration, platform.legal.now(), platform.security.now())
        };
        vzaemo_audit::record(unit, entry).await.map_err(LifecycleError::storage)
    }
}

impl State {
    fn sides(&self) -> BTreeMap<String, Side> {
        sides(&self.desired, &self.serving, &self.idle)
    }
}

impl Ready {
    fn sides(&self) -> BTreeMap<String, Side> {
        sides(&self.desired, &self.serving, &self.idle)
    }
}

fn sides(
    desired: &Desired,
    serving: &BTreeMap<String, Serving>,
    idle: &BTreeMap<String, Arc<Manifest>>,
) -> BTreeMap<String, Side> {
    let side = |(id, wanted): (&String, &Wanted)| {
        let served = serving.get(id).map(|serving| &serving.version.manifest);
        let manifest = Arc::clone(served.or_else(|| idle.get(id))?);
        Some((id.clone(), Side { wanted: wanted.clone(), manifest }))
    };
    desired.modules.iter().filter_map(side).collect()
}

/// The packages that there are.
pub(crate) fn packages(folder: &Path, file: &str) -> Result<(Layout, Vec<Listed>), Vec<Problem>> {
    let wrong = |error: vzaemo_registry::Error| {
        vec![
            Problem::new(file, chain(&error))
                .at("folders.packages")
                .mend("build the modules, or give the folder of the packages"),
        ]
    };
    let layout = Layout::open(folder).map_err(wrong)?;
    let list = layout.list().map_err(wrong)?;
    Ok((layout, list))
}

/// The holder's policies in order of their names; none when there is no folder.
pub(crate) fn holder_policies(folder: &Path) -> Result<Vec<PolicyText>, Problem> {
    let wrong =
        |path: &Path, error: &std::io::Error| Problem::new(path.display().to_string(), error.to_string());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(folder, &error)),
    };
    let mut policies = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| wrong(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(&path, &error))?;
            policies.push(PolicyText { file: path.display().to_string(), text });
        }
    }
    policies.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(policies)
}
