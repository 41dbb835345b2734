//! What the storage keeps of the configuration, and what the audit log says of it.

use super::state::{Ready, State};
use super::{ATTEMPTS, Lifecycle, LifecycleError};
use crate::problem::chain;
use crate::record::{self, CONFIGURATION, CURRENT, Current, Known, MODULES};
use crate::{Desired, Problem, content};
use std::collections::BTreeMap;
use std::sync::Arc;
use vzaemo_access::PolicyText;
use vzaemo_audit::{Entry, Kind};
use vzaemo_contract::manifest::Manifest;
use vzaemo_service::{Alarm, changes};
use vzaemo_storage::{BODY, CommitError, Query, Unit};

/// The configuration that was applied last.
#[derive(Clone)]
pub(super) struct Last {
    pub(super) generation: u64,
    pub(super) desired: Desired,
    /// The holder's policies that were in force with it; none if they were not kept.
    pub(super) policies: Option<Vec<PolicyText>>,
    /// The text of the file, if it was kept.
    pub(super) text: Option<String>,
    /// How many holders approve a change.
    pub(super) approvals: u8,
}

impl Lifecycle {
    /// Makes tables, indexes and counters. What is declared is only ever added to; if a later module fails, the
    /// declarations of those that serve are put back.
    pub(super) async fn declare(&self, state: &State, ready: &Ready) -> Result<(), LifecycleError> {
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

    pub(super) async fn declare_again(&self, state: &State) {
        for (id, serving) in &state.serving {
            if let Err(error) = self.storage().declare(id, &serving.collections).await {
                tracing::error!(module = id, %error, "the declaration of collections could not be put back");
            }
        }
    }

    /// Commits the records, the sample content and the audit entry as one unit of work.
    pub(super) async fn keep(&self, state: &State, mut ready: Ready) -> Result<Ready, LifecycleError> {
        let platform = self.inner.service.platform();
        let now_ms = platform.security.now().as_millis();
        let mut files = BTreeMap::new();
        for (id, samples) in &ready.samples {
            let Some(serving) = ready.serving.get(id) else { continue };
            let brought = content::bring(&platform.files, now_ms, id, &serving.version.files, samples).await;
            files.insert(id, brought.map_err(|problem| LifecycleError::Refused(vec![problem]))?);
        }
        let none = BTreeMap::new();
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage().begin().await?;
            let revision = record::read::<Current>(&mut unit, CONFIGURATION, CURRENT).await?.map(|(_, r)| r);
            let generation = state.generation + 1;
            let approvals = self.approvals_of(ready.text.as_deref(), state.approvals).await?;
            let current =
                Current::new(generation, &ready.desired, &ready.policies, ready.text.clone(), approvals)
                    .map_err(LifecycleError::storage)?;
            let written = record::write(&mut unit, CONFIGURATION, CURRENT, &current, revision).await;
            written.map_err(LifecycleError::storage)?;
            crate::rules::keep(&platform.rules, &mut unit, &ready.rules).await?;
            for known in &ready.known {
                let revision = record::read::<Known>(&mut unit, MODULES, &known.id).await?.map(|(_, r)| r);
                let written = record::write(&mut unit, MODULES, &known.id, known, revision).await;
                written.map_err(LifecycleError::storage)?;
            }
            for (id, samples) in &ready.samples {
                let Some(serving) = ready.serving.get(id) else { continue };
                let into = content::Into {
                    module: id,
                    search: &serving.version.search,
                    file_fields: &serving.version.files,
                    files: files.get(id).unwrap_or(&none),
                    now_ms,
                };
                content::put(&mut unit, &into, samples)
                    .await
                    .map_err(|problem| LifecycleError::Refused(vec![problem]))?;
            }
            let now = self.inner.service.platform().legal.now();
            for known in &ready.known {
                let Some(serving) = ready.serving.get(&known.id) else { continue };
                vzaemo_service::prepare_migrations(&mut unit, &serving.version, now)
                    .await
                    .map_err(LifecycleError::storage)?;
                vzaemo_service::prepare_retention(&mut unit, &serving.version, now)
                    .await
                    .map_err(LifecycleError::storage)?;
            }
            let mut changes = vec![format!("generation {}", current.generation)];
            if let Some(change) = &ready.approved {
                if !changes::applied(&mut unit, &change.id, generation, now)
                    .await
                    .map_err(LifecycleError::storage)?
                {
                    let what = format!("the change {} is no longer to be applied", change.id);
                    return Err(vec![Problem::new(self.file(), what)].into());
                }
                changes.push(format!("approved {}", change.digest));
            }
            changes.extend(current.policies_digest.iter().map(|digest| format!("policies {digest}")));
            changes.extend(ready.plan.to_string().lines().map(str::to_owned));
            self.entry(&mut unit, "apply", "done", &changes).await?;
            match unit.commit().await {
                Ok(_) => {
                    ready.approvals = approvals;
                    return Ok(ready);
                }
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(LifecycleError::storage(error)),
            }
        }
        Err(LifecycleError::storage(CommitError::Conflict))
    }

    pub(super) async fn last(&self) -> Result<Option<Last>, LifecycleError> {
        let mut unit = self.storage().begin().await?;
        let Some((current, _)) = record::read::<Current>(&mut unit, CONFIGURATION, CURRENT).await? else {
            return Ok(None);
        };
        let desired = current.desired().map_err(LifecycleError::storage)?;
        let policies = current.policies().map_err(|what| {
            vec![Problem::new("storage", format!("the policies that were kept cannot be read: {what}"))]
        })?;
        let Current { generation, text, approvals, .. } = current;
        Ok(Some(Last { generation, desired, policies, text, approvals }))
    }

    /// The manifests of all modules that have ever served.
    pub(super) async fn all_known(&self) -> Result<BTreeMap<String, Arc<Manifest>>, LifecycleError> {
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

    pub(super) async fn audit_refusal(&self, refused: &LifecycleError) {
        let problems: Vec<_> = refused.problems().iter().map(ToString::to_string).collect();
        for problem in &problems {
            tracing::error!(%problem, "the configuration was refused");
        }
        if let Some(first) = refused.problems().first() {
            self.inner.service.raise(Alarm::ConfigurationRefused { file: &first.file });
        }
        self.audit("apply", "refused", &problems).await;
    }

    pub(super) async fn audit(&self, act: &str, result: &str, details: &[String]) {
        let committed = async {
            let mut unit = self.storage().begin().await.map_err(LifecycleError::storage)?;
            self.entry(&mut unit, act, result, details).await?;
            unit.commit().await.map_err(LifecycleError::storage)
        };
        if let Err(error) = committed.await {
            tracing::error!(error = chain(&error), act, "the audit entry could not be written");
        }
    }

    pub(super) async fn entry(
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
