//! Making ready: everything that can be wrong is found before anything changes.

use super::keep::Last;
use super::kept;
use super::sources::{Sources, host_policies, packages};
use super::state::{Ready, Serving, State};
use super::{Lifecycle, LifecycleError};
use crate::prepare::{Prepared, Workshop, manifest_of};
use crate::problem::{chain, each_once};
use crate::record::{self, Known, MODULES};
use crate::{Desired, Plan, Problem, configuration, content};
use std::collections::BTreeMap;
use std::sync::Arc;
use vzaemo_access::PolicyText;
use vzaemo_identity::{Edition, Editions};
use vzaemo_registry::Layout;
use vzaemo_storage::Unit;

impl Lifecycle {
    /// Prepares every module; those that stay as they are are kept.
    pub(super) async fn prepare(&self, state: &State, sources: Sources) -> Result<Ready, LifecycleError> {
        let Sources { desired, policies, layout, rules, text, .. } = sources;
        let rules = {
            let mut unit = self.storage().begin().await?;
            self.rules(&mut unit, &desired, &rules).await?
        };
        let mut ready = self.prepare_modules(state, desired, policies, &layout).await?;
        ready.plan = ready.plan.with_rules(&state.desired.rules, &ready.desired.rules);
        ready.rules = rules;
        ready.text = Some(text);
        Ok(ready)
    }

    /// The rules of use that shall be in force.
    async fn rules(
        &self,
        unit: &mut Unit,
        desired: &Desired,
        read: &[Edition],
    ) -> Result<Editions, LifecycleError> {
        let kept = &self.inner.service.platform().rules;
        let resolved = crate::rules::resolve(kept, unit, desired, read, self.path()).await;
        Ok(resolved.map_err(LifecycleError::storage)??)
    }

    /// Those that the storage keeps.
    pub(super) async fn kept_rules(&self, desired: &Desired) -> Result<Editions, LifecycleError> {
        let mut unit = self.storage().begin().await?;
        self.rules(&mut unit, desired, &[]).await
    }

    async fn prepare_modules(
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
        let host = host_policies(&policies, self.inner.started.platform.mode);
        let mut problems = Vec::new();
        let host = host.map_err(|problem| problems.push(problem)).unwrap_or_default();
        let mut ready = Ready {
            serving: BTreeMap::new(),
            idle: BTreeMap::new(),
            known: Vec::new(),
            samples: BTreeMap::new(),
            rules: Editions::default(),
            text: None,
            approvals: 1,
            approved: None,
            plan: Plan::default(),
            desired,
            policies: policies.clone(),
            host: Arc::new(host),
        };
        for (id, wanted) in &ready.desired.modules {
            if !wanted.enabled {
                if let Some((manifest, _)) = manifest_of(layout, &wanted.digest) {
                    idle.insert(id.clone(), manifest);
                }
                continue;
            }
            idle.remove(id);
            if let Some(same) = state
                .serving
                .get(id)
                .filter(|same| same.wanted == *wanted && kept::same(&state.policies, &policies))
            {
                ready.serving.insert(id.clone(), same.clone());
                continue;
            }
            match workshop.prepare(id, wanted).await {
                Ok(prepared) => {
                    if let Err(error) =
                        crate::recorded::keep_package(&self.folders().data, layout, &wanted.digest)
                    {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            module = id,
                            "the package could not be kept; what it does cannot be run again if it is lost"
                        );
                    }
                    problems.extend(going_back(&mut unit, id, &prepared).await?);
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
            return Err(each_once(problems).into());
        }
        ready.idle = idle;
        ready.plan = Plan::between(&state.sides(), &ready.sides());
        Ok(ready)
    }

    /// Prepares what was kept, with the policies that were kept with it, whatever the files say now.
    pub(super) async fn prepare_last(&self, state: &State, last: Last) -> Result<Ready, Vec<Problem>> {
        let (layout, _) = packages(&self.folders().packages, &self.file())?;
        let Last { desired, policies, text, approvals, .. } = last;
        let policies = self.in_force(policies).map_err(|problem| vec![problem])?;
        // It came into service in the generation that is kept, not in the next one.
        let before = State { generation: state.generation.saturating_sub(1), ..State::default() };
        let rules = self.kept_rules(&desired).await.map_err(|error| error.problems())?;
        let prepared = self.prepare_modules(&before, desired, policies, &layout).await;
        let mut ready = prepared.map_err(|error| error.problems())?;
        ready.rules = rules;
        ready.text = text;
        ready.approvals = approvals;
        for (id, serving) in &ready.serving {
            if let Err(error) = self.storage().declare(id, &serving.collections).await {
                return Err(vec![Problem::new(id, chain(&error))]);
            }
        }
        Ok(ready)
    }

    pub(super) fn samples(
        &self,
        id: &str,
        had_content: bool,
        prepared: &Prepared,
        problems: &mut Vec<Problem>,
    ) -> Option<content::Samples> {
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
    pub(super) async fn ask(&self, ready: &Ready) -> Result<(), LifecycleError> {
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
}

/// What stands against a version that knows its documents in an older shape than they have: a migration leads forward
/// only.
async fn going_back(unit: &mut Unit, id: &str, prepared: &Prepared) -> Result<Vec<Problem>, LifecycleError> {
    let newer = vzaemo_service::newer_documents(unit, &prepared.manifest).await;
    let newer = newer.map_err(LifecycleError::storage)?;
    let problem = |newer: vzaemo_service::NewerDocuments| {
        let version = &prepared.manifest.version;
        let what = format!(
            "the documents of {} have been brought to version {}, and {version} knows version {} only",
            newer.collection, newer.stored, newer.known
        );
        Problem::new(format!("{id} {version}"), what).at(format!("collections.{}.version", newer.collection)).mend(
            "keep a version of the module that knows them; to go back, publish one with the old behaviour and the new \
             collection",
        )
    };
    Ok(newer.into_iter().map(problem).collect())
}
