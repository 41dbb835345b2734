//! A changed configuration that holders have to approve: proposed instead of applied.

use super::kept;
use super::sources::Sources;
use super::state::State;
use super::{ATTEMPTS, Again, Lifecycle, LifecycleError};
use crate::configuration::masked;
use crate::record::{self, CONFIGURATION, CURRENT, Current};
use crate::{Applied, Change, Configuration, Plan, RulesChange};
use std::collections::BTreeSet;
use vzaemo_access::PolicyText;
use vzaemo_identity::Role;
use vzaemo_service::Alarm;
use vzaemo_service::changes::{self, Effect, FileChange, Proposed, Standing};
use vzaemo_storage::CommitError;

impl State {
    /// Whether a change is proposed rather than applied. The first configuration of all needs nobody's approval.
    pub(super) fn needs_approval(&self) -> bool {
        self.approvals > 1 && self.text.is_some()
    }
}

impl Lifecycle {
    /// How many different holders have to approve a change of what serves; 1 if it is applied at once.
    ///
    /// # Errors
    /// The storage's.
    pub async fn approvals_needed(&self) -> Result<u8, LifecycleError> {
        let Some(last) = self.last().await? else { return Ok(1) };
        if last.text.is_none() {
            return Ok(1);
        }
        self.approvals_of(last.text.as_deref(), last.approvals).await
    }

    /// How many approve a change of the configuration with this text: as many as it says, but no more than there are
    /// holders, or the platform could not be set up. Where it took so many once it takes them ever after, whoever has
    /// lost the role meanwhile.
    pub(super) async fn approvals_of(&self, text: Option<&str>, before: u8) -> Result<u8, LifecycleError> {
        let Some(text) = text else { return Ok(1) };
        let asked = match Configuration::of_text(self.path(), text) {
            Ok(configuration) => configuration.approvals(),
            // Kept by another program; that it cannot be read lowers nothing.
            Err(_) => before,
        };
        if asked <= 1 {
            return Ok(1);
        }
        let holders = u8::try_from(self.holders().await?).unwrap_or(u8::MAX);
        Ok(asked.min(holders.max(before)).max(1))
    }

    async fn holders(&self) -> Result<usize, LifecycleError> {
        let platform = self.inner.service.platform();
        let now = platform.legal.now();
        let all = platform.grants.all().await.map_err(LifecycleError::storage)?;
        let holds = |grant: &vzaemo_identity::Grant| {
            grant.role == Role::Holder && grant.until.is_none_or(|until| now < until)
        };
        Ok(all.iter().filter(|(_, grants)| grants.iter().any(holds)).count())
    }

    /// Keeps that changes need more approvals than before: there are more holders.
    pub(super) async fn count_holders(&self) {
        let mut state = self.inner.state.lock().await;
        let counted = async {
            let approvals = self.approvals_of(state.text.as_deref(), state.approvals).await?;
            self.change_current(|current| {
                let more = approvals > current.approvals;
                current.approvals = approvals.max(current.approvals);
                more
            })
            .await?;
            Ok::<_, LifecycleError>(approvals)
        };
        match counted.await {
            Ok(approvals) => state.approvals = approvals,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "could not see how many holders there are"
                );
            }
        }
    }

    /// The platform-wide sections other than modules that the file has otherwise than what serves.
    pub(super) fn sections_that_differ(
        &self,
        state: &State,
        configuration: &Configuration,
    ) -> Vec<&'static str> {
        let Some(text) = &state.text else { return Vec::new() };
        match Configuration::of_text(self.path(), text) {
            Ok(serving) => serving.differs_platform_wide(configuration),
            // Kept by another program: everything may differ.
            Err(_) => vec!["platform"],
        }
    }

    /// Keeps the text of a configuration that serves already but for sections that wait for the next start.
    pub(super) async fn keep_text(&self, state: &mut State, text: String) -> Result<(), LifecycleError> {
        let approvals = self.approvals_of(Some(&text), state.approvals).await?;
        let kept = text.clone();
        self.change_current(move |current| {
            current.text = Some(kept.clone());
            current.approvals = approvals;
            true
        })
        .await?;
        state.text = Some(text);
        state.approvals = approvals;
        Ok(())
    }

    /// Changes what is kept of the configuration that serves; `change` tells whether it did.
    async fn change_current(&self, change: impl Fn(&mut Current) -> bool) -> Result<(), LifecycleError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage().begin().await?;
            let found = record::read::<Current>(&mut unit, CONFIGURATION, CURRENT).await?;
            let Some((mut current, revision)) = found else { return Ok(()) };
            if !change(&mut current) {
                return Ok(());
            }
            let written = record::write(&mut unit, CONFIGURATION, CURRENT, &current, Some(revision)).await;
            written.map_err(LifecycleError::storage)?;
            match unit.commit().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(LifecycleError::storage(error)),
            }
        }
        Err(LifecycleError::storage(CommitError::Conflict))
    }

    /// Proposes what the files ask for to the holders, after everything by which it could be refused.
    pub(super) async fn propose(
        &self,
        state: &mut State,
        sources: Sources,
        sections: &[&'static str],
        again: Again,
    ) -> Result<Applied, LifecycleError> {
        let (desired, policies) = (sources.desired.clone(), sources.policies.clone());
        let ready = self.prepare(state, sources).await?;
        self.ask(&ready).await?;
        let text = ready.text.clone().unwrap_or_default();
        let mut effects = effects(&ready.plan);
        effects.extend(sections.iter().map(|section| effect(None, "section", &[section])));
        if !kept::same(&policies, &state.policies) {
            effects.push(effect(None, "policies", &[]));
        }
        // How many approve counts as soon as it serves.
        let at_next_start: Vec<&'static str> =
            sections.iter().copied().filter(|section| *section != "approval").collect();
        let proposed = Proposed {
            files: self.files_that_differ(state, &text, &policies),
            text,
            desired: serde_json::to_string(&desired).map_err(LifecycleError::storage)?,
            policies: kept::written(&policies).map_err(LifecycleError::storage)?.0,
            effects,
            at_next_start: at_next_start.iter().map(ToString::to_string).collect(),
        };
        let standing = self.keep_proposal(state.approvals, &proposed, again).await?;
        let change = match &standing {
            Standing::New(change) | Standing::Before(change) | Standing::Settled(change) => change,
        };
        state.proposed = Some(change.id.clone());
        let waits = match &standing {
            Standing::Settled(_) => {
                tracing::warn!(
                    change = change.id,
                    "the file asks for what the holders declined or could not be applied: what they approved serves"
                );
                None
            }
            _ => {
                tracing::warn!(
                    change = change.id,
                    digest = change.digest,
                    needed = change.needed,
                    "a changed configuration waits for the holders at /administration/changes; what they approved serves"
                );
                Some(change.id.clone())
            }
        };
        if matches!(standing, Standing::New(_)) {
            self.inner.service.raise(Alarm::ConfigurationWaits { digest: &change.digest });
        }
        Ok(Applied { generation: state.generation, plan: ready.plan, at_next_start, waits })
    }

    async fn keep_proposal(
        &self,
        needed: u8,
        proposed: &Proposed,
        again: Again,
    ) -> Result<Standing, LifecycleError> {
        let platform = self.inner.service.platform();
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage().begin().await?;
            let standing = changes::propose(&mut unit, platform, proposed, needed, again == Again::Yes).await;
            let standing = standing.map_err(LifecycleError::storage)?;
            let Standing::New(change) = &standing else { return Ok(standing) };
            let mut details = vec![format!("content {}", change.digest), format!("approvals {needed}")];
            details.extend(proposed.effects.iter().map(Effect::to_string));
            self.entry(&mut unit, "propose", "waiting", &details).await?;
            match unit.commit().await {
                Ok(_) => return Ok(standing),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(LifecycleError::storage(error)),
            }
        }
        Err(LifecycleError::storage(CommitError::Conflict))
    }

    /// The file asks for what serves: what waits because of it is out of date. What another node has read is its affair.
    pub(super) async fn lapse(&self, state: &mut State) -> Result<(), LifecycleError> {
        let mine = state.proposed.take();
        if self.storage().is_shared() && mine.is_none() {
            return Ok(());
        }
        let only = mine.as_deref().filter(|_| self.storage().is_shared());
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage().begin().await?;
            let ended = changes::lapse(&mut unit, only).await.map_err(LifecycleError::storage)?;
            if ended.is_empty() {
                return Ok(());
            }
            let details: Vec<String> = ended.iter().map(|id| format!("change {id}")).collect();
            self.entry(&mut unit, "lapse", "done", &details).await?;
            match unit.commit().await {
                Ok(_) => {
                    tracing::info!("the configuration was changed back: nothing waits for the holders");
                    return Ok(());
                }
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(LifecycleError::storage(error)),
            }
        }
        Err(LifecycleError::storage(CommitError::Conflict))
    }

    /// The name of the configuration's file, whatever folder it is in.
    pub(super) fn name(&self) -> String {
        let name = self.path().file_name().unwrap_or(self.path().as_os_str());
        name.to_string_lossy().into_owned()
    }

    fn files_that_differ(&self, state: &State, text: &str, policies: &[PolicyText]) -> Vec<FileChange> {
        let serving = state.text.as_deref().unwrap_or_default();
        let configuration =
            FileChange { name: self.name(), before: masked(serving, serving), after: masked(text, serving) };
        let of = |all: &[PolicyText], wanted: &str| {
            let found = all.iter().find(|policy| kept::name(policy) == wanted);
            found.map(|policy| policy.text.clone()).unwrap_or_default()
        };
        let names: BTreeSet<&str> = state.policies.iter().chain(policies).map(kept::name).collect();
        let policies = names.into_iter().map(|name| FileChange {
            name: name.to_owned(),
            before: of(&state.policies, name),
            after: of(policies, name),
        });
        std::iter::once(configuration).chain(policies.filter(|file| file.before != file.after)).collect()
    }
}

fn effect(module: Option<&str>, what: &str, names: &[&str]) -> Effect {
    Effect {
        module: module.map(str::to_owned),
        what: what.to_owned(),
        names: names.iter().map(ToString::to_string).collect(),
        grows: false,
    }
}

/// A plan in the words of changes.
fn effects(plan: &Plan) -> Vec<Effect> {
    let modules = plan.modules.iter().flat_map(|(id, changes)| {
        changes.iter().map(move |change| Effect { grows: change.grows(), ..of_module(id, change) })
    });
    let rules = plan.rules.iter().map(|change| match change {
        RulesChange::Added(rules) => effect(None, "rules-added", &[&rules.version, &rules.since.to_string()]),
        RulesChange::Removed(rules) => effect(None, "rules-removed", &[&rules.version]),
    });
    modules.chain(rules).collect()
}

fn of_module(id: &str, change: &Change) -> Effect {
    let list = |what: &str, names: &[String]| Effect {
        module: Some(id.to_owned()),
        what: what.to_owned(),
        names: names.to_vec(),
        grows: false,
    };
    match change {
        Change::Added { version } => list("added", &[version.to_string()]),
        Change::Removed => list("removed", &[]),
        Change::Enabled => list("enabled", &[]),
        Change::Disabled => list("disabled", &[]),
        Change::Version { from, to } if to < from => list("back", &[from.to_string(), to.to_string()]),
        Change::Version { from, to } => list("upgraded", &[from.to_string(), to.to_string()]),
        Change::Repacked => list("repacked", &[]),
        Change::Migrates(names) => list("migrates", names),
        Change::Settings => list("settings", &[]),
        Change::Granted(names) => list("granted", names),
        Change::Withdrawn(names) => list("withdrawn", names),
        Change::MoreData(names) => list("more-data", names),
        Change::NewCollections(names) => list("collections", names),
        Change::NewAddresses(names) => list("addresses", names),
    }
}
