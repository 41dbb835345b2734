//! Who may run: slots for all calls, and a module's share of them.

use crate::CallError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The slots of an engine.
pub(crate) struct Slots {
    all: Arc<Semaphore>,
    share: usize,
    wait: Duration,
}

/// The right to run one call.
pub(crate) struct Slot {
    _of_engine: OwnedSemaphorePermit,
    _of_module: OwnedSemaphorePermit,
}

impl Slots {
    pub(crate) fn new(concurrency: u32, wait: Duration) -> Slots {
        let all = concurrency.max(1) as usize;
        // One module never holds all slots, so a flood of calls to it leaves room for the others.
        Slots { all: Arc::new(Semaphore::new(all)), share: all - all / 4, wait }
    }

    /// A module's share of the slots.
    pub(crate) fn share(&self) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(self.share))
    }

    /// Waits for a slot, for a while.
    pub(crate) async fn enter(&self, share: &Arc<Semaphore>) -> Result<Slot, CallError> {
        let both = async {
            let of_module = Arc::clone(share).acquire_owned().await.ok()?;
            let of_engine = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Slot { _of_engine: of_engine, _of_module: of_module })
        };
        match tokio::time::timeout(self.wait, both).await {
            Ok(Some(slot)) => Ok(slot),
            Ok(None) | Err(_) => Err(CallError::Busy),
        }
    }
}
