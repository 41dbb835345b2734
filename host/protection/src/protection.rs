//! The face of the room: what happens is told here, and who may go on is asked here.

use crate::alert::{Alert, Alerts, Delivery};
use crate::anomaly::{Anomalies, AnomalyRule};
use crate::block::{Block, BlockList, Target};
use crate::event::{Counted, Event, EventKind, Events};
use crate::lockout::{Attempt, Lockout, LockoutRule};
use crate::origin::{Origin, OriginKey};
use crate::store::{BLOCKS, KeepError, NAMESPACE, Store};
use arc_swap::ArcSwap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use vzaemo_clock::{Instant, SecurityClock};
use vzaemo_storage::Storage;

/// How often the block list is read again, whatever was heard.
const READ_AGAIN: Duration = Duration::from_mins(1);

/// What the configuration says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// When somebody is locked out.
    pub lockout: LockoutRule,
    /// What is thought unusual.
    pub anomaly: AnomalyRule,
}

/// Events, lock-outs, block lists, anomalies and alerts of a platform.
pub struct Protection {
    store: Store,
    clock: SecurityClock,
    rules: Rules,
    events: Events,
    anomalies: Anomalies,
    alerts: Alerts,
    blocks: ArcSwap<BlockList>,
    origins: OriginKey,
}

impl Protection {
    /// Protection over a storage in which [`crate::collections`] are declared, with the ways by which the technical
    /// administrator is told and the key by which origins of participation are hashed.
    pub fn new(
        storage: Storage,
        clock: SecurityClock,
        rules: Rules,
        ways: Vec<Arc<dyn Delivery>>,
        origins: OriginKey,
    ) -> Self {
        Protection {
            store: Store { storage },
            clock,
            rules,
            events: Events::default(),
            anomalies: Anomalies::default(),
            alerts: Alerts::new(ways),
            blocks: ArcSwap::default(),
            origins,
        }
    }

    /// Where something comes from, as it is kept with participation: `address` by its key (see [`crate::address_key`]),
    /// `device` as events name it.
    pub fn origin(&self, address: Option<&str>, device: Option<&str>) -> Origin {
        Origin {
            address: address.map(|address| self.origins.address(address)),
            device: device.map(|device| self.origins.device(device)),
        }
    }

    /// Counts an event, and tells the technical administrator if it is one that they are told of. Returns at once.
    pub fn saw(&self, event: Event) {
        let now = self.clock.now();
        if event.kind.is_alert() {
            self.alerts.raise(event.clone(), now);
        }
        self.events.count(event, now);
    }

    /// A person signed in from an address with a device.
    pub fn signed_in(&self, person: &str, address: &str, device: &str) {
        let now = self.clock.now();
        for found in self.anomalies.signed_in(&self.rules.anomaly, person, address, device, now) {
            self.saw(Event::new(found.kind, found.subject, found.detail));
        }
    }

    /// A person sent an act.
    pub fn acted(&self, person: &str) {
        if let Some(found) = self.anomalies.acted(&self.rules.anomaly, person, self.clock.now()) {
            self.saw(Event::new(found.kind, found.subject, found.detail));
        }
    }

    /// The block that keeps somebody out now. Answered from memory.
    pub fn blocked(&self, address: IpAddr, person: Option<&str>) -> Option<Block> {
        self.blocks.load().find(address, person, self.clock.now()).cloned()
    }

    /// Until when somebody's attempts are turned away, if they are: at all nodes.
    pub async fn locked_until(&self, attempt: Attempt, subject: &str) -> Result<Option<Instant>, KeepError> {
        self.store.locked_until(attempt, subject, self.clock.now()).await
    }

    /// An attempt failed; until when further ones are turned away now, if they are.
    pub async fn attempt_failed(
        &self,
        attempt: Attempt,
        subject: &str,
    ) -> Result<Option<Instant>, KeepError> {
        let until =
            self.store.attempt_failed(attempt, subject, &self.rules.lockout, self.clock.now()).await?;
        if let Some(until) = until {
            self.saw(Event::new(EventKind::LockedOut, subject, format!("until {until}")));
        }
        Ok(until)
    }

    /// An attempt succeeded: the failures before it are forgotten.
    pub async fn attempt_succeeded(&self, attempt: Attempt, subject: &str) -> Result<(), KeepError> {
        self.store.attempt_succeeded(attempt, subject).await
    }

    /// Keeps somebody out until a moment; an earlier block of the same is replaced.
    pub async fn block(
        &self,
        target: Target,
        reason: &str,
        until: Instant,
        by: &str,
    ) -> Result<(), KeepError> {
        let since = self.clock.now();
        let block = Block { target, reason: reason.to_owned(), since, until, by: by.to_owned() };
        self.store.block(&block).await?;
        self.read_blocks().await
    }

    /// Ends a block. `false` if there is none.
    pub async fn unblock(&self, target: &Target) -> Result<bool, KeepError> {
        let ended = self.store.unblock(target).await?;
        self.read_blocks().await?;
        Ok(ended)
    }

    /// All blocks that hold, those that end soonest first.
    pub fn blocks(&self) -> Vec<Block> {
        self.blocks.load().at(self.clock.now())
    }

    /// Who is locked out at present, at most so many.
    pub async fn locked_out(&self, limit: u32) -> Result<Vec<Lockout>, KeepError> {
        self.store.locked_out(self.clock.now(), limit).await
    }

    /// The last so many events, those of this node up to now.
    pub async fn events(&self, limit: u32) -> Result<Vec<Counted>, KeepError> {
        self.events.keep(&self.store).await?;
        self.store.latest(limit).await
    }

    /// The last so many alerts.
    pub async fn alerts(&self, limit: u32) -> Result<Vec<Alert>, KeepError> {
        self.alerts.keep(&self.store).await?;
        self.store.alerts(limit).await
    }

    /// Keeps what has been counted. To be called now and then.
    pub async fn keep(&self) -> Result<(), KeepError> {
        self.events.keep(&self.store).await
    }

    /// Keeps alerts and delivers those that are due, once.
    pub async fn deliver(&self) -> Result<usize, KeepError> {
        self.alerts.keep(&self.store).await?;
        self.alerts.deliver(&self.store, self.clock.now()).await
    }

    /// Delivers alerts as they come, until it is dropped.
    pub async fn deliver_always(&self) {
        self.alerts.run(&self.store, &self.clock).await;
    }

    /// Reads the block list.
    pub async fn read_blocks(&self) -> Result<(), KeepError> {
        let list = self.store.blocks(self.clock.now()).await?;
        self.blocks.store(Arc::new(list));
        Ok(())
    }

    /// Follows what other nodes do to the block list, until it is dropped.
    pub async fn follow(&self) {
        let mut changes = self.store.storage.changes();
        loop {
            if let Err(error) = self.read_blocks().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not read the block list");
            }
            let touched = async {
                loop {
                    match changes.recv().await {
                        Ok(change) => {
                            let mine = |touched: &vzaemo_storage::Touched| {
                                *touched.namespace == *NAMESPACE && *touched.collection == *BLOCKS
                            };
                            if change.everything || change.touched.iter().any(mine) {
                                return;
                            }
                        }
                        Err(RecvError::Lagged(_)) => return,
                        Err(RecvError::Closed) => std::future::pending().await,
                    }
                }
            };
            let _either = tokio::time::timeout(READ_AGAIN, touched).await;
        }
    }
}
