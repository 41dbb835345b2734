//! What was approved, served: after a start whatever the file says, and when enough holders have approved a change.

use super::keep::Last;
use super::kept;
use super::sources::{Sources, packages};
use super::state::State;
use super::{ATTEMPTS, Lifecycle, LifecycleError};
use crate::configuration::{Mode, masked};
use crate::record::{self, CONFIGURATION, CURRENT, Current};
use crate::{Configuration, Desired, Problem};
use std::path::Path;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use vzaemo_access::PolicyText;
use vzaemo_service::changes::{self, Change, Proposed};
use vzaemo_service::work::NAMESPACE as SERVICE;
use vzaemo_storage::{Change as Commit, CommitError, Storage};

/// How long the other nodes leave an approved change to the one that has read the file.
const PRECEDENCE: Duration = Duration::from_secs(5);

/// The configuration to start with: where holders approve changes the one that they have approved, but for the sections
/// that belong to whoever runs a node; otherwise `file`, as it was read at `path`. The collections of
/// [`crate::own_collections`] must have been declared.
///
/// # Errors
/// What was approved cannot be read.
pub async fn approved_configuration(
    storage: &Storage,
    path: &Path,
    file: Configuration,
) -> Result<Configuration, LifecycleError> {
    let mut unit = storage.begin().await?;
    let Some((current, _)) = record::read::<Current>(&mut unit, CONFIGURATION, CURRENT).await? else {
        return Ok(file);
    };
    let Some(text) = current.text.filter(|_| current.approvals > 1) else { return Ok(file) };
    let approved = Configuration::of_text(path, &text)?.installed_as(&file);
    let differ = approved.differs_platform_wide(&file);
    // The port of a development platform may come from the command line.
    if !differ.is_empty() && approved.platform.mode == Mode::Production {
        tracing::warn!(sections = ?differ, "the file asks for what the holders have not approved: what they approved serves");
    }
    Ok(approved)
}

impl Lifecycle {
    /// Serves what was applied last, before anybody looks at what the file says.
    pub(super) async fn serve_approved(&self, state: &mut State, last: Last) {
        if let Some(text) = &last.text
            && let Ok(configuration) = Configuration::of_text(self.path(), text)
        {
            // What takes effect at the next start is seen from what this one has taken up.
            self.inner.written.get_or_init(|| configuration);
        }
        let approvals = state.approvals;
        match self.prepare_last(state, last).await {
            Ok(ready) => {
                self.enter(state, ready);
                state.approvals = approvals;
                self.write_lock(&state.desired);
            }
            Err(problems) => {
                for problem in problems {
                    tracing::error!(%problem, "the approved configuration cannot be taken up");
                }
            }
        }
    }

    /// Applies what holders approve as soon as they have, until the storage is gone.
    pub async fn follow_approvals(&self) {
        let mut commits = self.storage().changes();
        // What was approved before this program began to listen.
        self.count_holders().await;
        self.carry_out().await;
        loop {
            let commit = match commits.recv().await {
                Ok(commit) => Some(commit),
                Err(RecvError::Lagged(_)) => None,
                Err(RecvError::Closed) => return,
            };
            let touches = |namespace: &str, collection: &str| {
                commit.as_deref().is_none_or(|commit: &Commit| {
                    let mut touched = commit.touched.iter();
                    commit.everything
                        || touched.any(|one| &*one.namespace == namespace && &*one.collection == collection)
                })
            };
            if touches("identity", "grants") {
                self.count_holders().await;
            }
            if touches(SERVICE, changes::COLLECTION) {
                self.carry_out().await;
            }
        }
    }

    /// Applies the change that enough holders have approved, if there is one.
    async fn carry_out(&self) {
        for _ in 0..ATTEMPTS {
            let Err(error) = self.try_to_carry_out().await else { return };
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "an approved change could not be looked after"
            );
            tokio::time::sleep(PRECEDENCE).await;
        }
    }

    async fn try_to_carry_out(&self) -> Result<(), LifecycleError> {
        let Some(change) = self.approved().await? else { return Ok(()) };
        if self.storage().is_shared()
            && self.inner.state.lock().await.proposed.as_deref() != Some(change.id.as_str())
        {
            tokio::time::sleep(PRECEDENCE).await;
        }
        let mut state = self.inner.state.lock().await;
        // Another node may have done it meanwhile.
        let Some(change) = self.approved().await?.filter(|now| now.id == change.id) else { return Ok(()) };
        match self.apply_approved(&mut state, change.clone()).await {
            Ok(()) => {
                tracing::info!(generation = state.generation, "a change that holders approved was applied");
                Ok(())
            }
            Err(error @ LifecycleError::Storage(_)) => Err(error),
            Err(refused) => self.keep_failure(&change, &refused).await,
        }
    }

    async fn approved(&self) -> Result<Option<Change>, LifecycleError> {
        let mut unit = self.storage().begin().await?;
        changes::open(&mut unit).await.map_err(LifecycleError::storage)
    }

    async fn apply_approved(&self, state: &mut State, change: Change) -> Result<(), LifecycleError> {
        self.is_of_now(state, &change.proposed)?;
        let sources = self.sources_of(&change.proposed)?;
        let mut ready = self.prepare(state, sources).await?;
        ready.approved = Some(change);
        self.serve(state, ready).await
    }

    /// Refuses a change that was shown against something else than serves.
    fn is_of_now(&self, state: &State, proposed: &Proposed) -> Result<(), Vec<Problem>> {
        let shown = proposed.files.iter().find(|file| file.name == self.name());
        let serving = state.text.as_deref().unwrap_or_default();
        let same = shown.is_some_and(|file| file.before == masked(serving, serving));
        let what = "the configuration that serves is not the one that the change was shown against";
        if same {
            Ok(())
        } else {
            Err(vec![Problem::new(self.file(), what).mend("propose it anew: send SIGHUP")])
        }
    }

    /// What was approved, in place of what stands in files.
    fn sources_of(&self, proposed: &Proposed) -> Result<Sources, Vec<Problem>> {
        let file = self.file();
        let kept = |what: &str| {
            vec![Problem::new("storage", format!("the change that was kept cannot be read: {what}"))]
        };
        let configuration = Configuration::of_text(self.path(), &proposed.text)?;
        let desired: Desired =
            serde_json::from_str(&proposed.desired).map_err(|error| kept(&error.to_string()))?;
        let policies: Vec<PolicyText> = kept::unwritten(&proposed.policies).map_err(|error| kept(&error))?;
        let (layout, _) = packages(&self.folders().packages, &file)?;
        let rules = crate::rules::read(&configuration, &file, &proposed.text)?;
        Ok(Sources { configuration, text: proposed.text.clone(), desired, policies, layout, rules })
    }

    /// Keeps why an approved change could not be applied, and tells those who approved it.
    async fn keep_failure(&self, change: &Change, refused: &LifecycleError) -> Result<(), LifecycleError> {
        let problems: Vec<String> = refused.problems().iter().map(ToString::to_string).collect();
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage().begin().await?;
            let now = self.inner.service.platform().legal.now();
            let failed = changes::failed(&mut unit, &change.id, problems.clone(), now).await;
            if !failed.map_err(LifecycleError::storage)? {
                // Another node has applied it.
                return Ok(());
            }
            match unit.commit().await {
                Ok(_) => {
                    self.audit_refusal(refused).await;
                    return Ok(());
                }
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(LifecycleError::storage(error)),
            }
        }
        Err(LifecycleError::storage(CommitError::Conflict))
    }
}
