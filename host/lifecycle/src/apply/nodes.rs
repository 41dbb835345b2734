//! Several nodes on one database serve one configuration: the one that the database keeps.

use super::keep::Last;
use super::kept;
use super::sources::Sources;
use super::state::State;
use super::{Lifecycle, LifecycleError};
use crate::record::{CONFIGURATION, NAMESPACE};
use crate::{Applied, Plan};
use tokio::sync::MutexGuard;
use tokio::sync::broadcast::error::RecvError;
use vzaemo_storage::Change;

impl Lifecycle {
    /// Takes up what other nodes apply, until the storage is gone. Without a shared database there is nothing to
    /// follow.
    pub async fn follow(&self) {
        if !self.storage().is_shared() {
            return;
        }
        let mut changes = self.storage().changes();
        // What was applied before this node began to listen.
        self.take_up().await;
        loop {
            match changes.recv().await {
                Ok(change) if !concerns(&change) => {}
                Ok(_) | Err(RecvError::Lagged(_)) => self.take_up().await,
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Joins the other nodes: when they serve what this node's configuration asks for, it serves that too, in the same
    /// generation. `None` if it asks for something else, or they serve nothing.
    pub(super) async fn join(
        &self,
        state: &mut MutexGuard<'_, State>,
        last: Option<&Last>,
    ) -> Result<Option<Applied>, LifecycleError> {
        let Some(last) = last.filter(|_| self.storage().is_shared() && !state.entered) else {
            return Ok(None);
        };
        let Sources { configuration, desired, policies, text, .. } = self.read()?;
        self.refuse_lost(state)?;
        let others = last.policies.as_ref().is_some_and(|kept| !kept::same(kept, &policies));
        if desired != last.desired || others {
            return Ok(None);
        }
        let ready = self.prepare_last(state, last.clone()).await?;
        self.enter(state, ready);
        self.write_lock(&state.desired);
        if state.text.is_none() || !self.sections_that_differ(state, &configuration).is_empty() {
            self.keep_text(state, text).await?;
        }
        let at_next_start = self.at_next_start(&configuration);
        let generation = state.generation;
        Ok(Some(Applied { generation, plan: Plan::default(), at_next_start, waits: None }))
    }

    /// Takes up the configuration that the database keeps, if another one serves here.
    async fn take_up(&self) {
        let mut state = self.inner.state.lock().await;
        let last = match self.last().await {
            Ok(Some(last)) if last.generation != state.generation => last,
            Ok(Some(last)) => {
                // Sections other than modules may have changed.
                state.text = last.text;
                state.approvals = last.approvals;
                return;
            }
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "the configuration that another node applied cannot be read");
                return;
            }
        };
        // Known even if it cannot be taken up: what this node applies next comes after it.
        state.generation = last.generation;
        match self.prepare_last(&state, last).await {
            Ok(ready) => {
                self.enter(&mut state, ready);
                self.write_lock(&state.desired);
                tracing::info!(generation = state.generation, "a configuration of another node was taken up");
            }
            Err(problems) => {
                for problem in problems {
                    tracing::error!(%problem, "the configuration that another node applied cannot be taken up");
                }
            }
        }
    }
}

/// Whether another node may have applied a configuration.
fn concerns(change: &Change) -> bool {
    let kept = |namespace: &str, collection: &str| namespace == NAMESPACE && collection == CONFIGURATION;
    let mut touched = change.touched.iter();
    change.everything
        || change.elsewhere && touched.any(|touched| kept(&touched.namespace, &touched.collection))
}
