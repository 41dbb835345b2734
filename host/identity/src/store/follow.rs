//! Forgetting what other nodes have changed.

use std::sync::{Arc, Weak};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use vzaemo_storage::{Change, Touched};

use super::persons::person_id;
use super::schema::{GRANTS, NAMESPACE, PERSONS, SESSIONS};
use super::{Grants, Persons, Sessions};
use crate::TokenHash;

/// What is remembered in this room, held as long as somebody uses it.
pub(crate) struct Memory {
    pub persons: Weak<Persons>,
    pub grants: Weak<Grants>,
    pub sessions: Weak<Sessions>,
}

/// Follows the commits of other nodes until the room or the storage is gone. What this node commits it has forgotten
/// before it says so.
pub(crate) async fn follow(mut changes: Receiver<Arc<Change>>, memory: Memory) {
    loop {
        let known = match changes.recv().await {
            Ok(change) if change.everything => memory.forget_all(),
            Ok(change) if change.elsewhere => change
                .touched
                .iter()
                .filter(|touched| *touched.namespace == *NAMESPACE)
                .try_for_each(|touched| memory.forget(touched)),
            Ok(_) => Some(()),
            Err(RecvError::Lagged(_)) => memory.forget_all(),
            Err(RecvError::Closed) => None,
        };
        if known.is_none() {
            return;
        }
    }
}

impl Memory {
    fn forget(&self, touched: &Touched) -> Option<()> {
        match &*touched.collection {
            SESSIONS => self.sessions.upgrade()?.forget(&TokenHash::from_stored(touched.key.to_string())),
            GRANTS => {
                if let Ok(person) = person_id(&touched.key) {
                    self.grants.upgrade()?.forget(person);
                }
            }
            PERSONS => {
                if let Ok(person) = person_id(&touched.key) {
                    self.persons.upgrade()?.forget(person);
                }
            }
            _ => {}
        }
        Some(())
    }

    fn forget_all(&self) -> Option<()> {
        self.sessions.upgrade()?.forget_all();
        self.grants.upgrade()?.forget_all();
        self.persons.upgrade()?.forget_all();
        Some(())
    }
}
