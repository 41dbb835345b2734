//! Who may run: slots for all calls, a module's share of them, and the slow lane.

use crate::CallError;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// The slots of an engine.
pub(crate) struct Lanes {
    slots: Semaphore,
    share: usize,
    slow: Arc<Semaphore>,
    wait: Duration,
}

/// The right to run one call.
pub(crate) struct Slot<'a> {
    _of_engine: SemaphorePermit<'a>,
    _of_module: SemaphorePermit<'a>,
}

impl Lanes {
    pub(crate) fn new(concurrency: u32, wait: Duration) -> Lanes {
        let slots = concurrency.max(1) as usize;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Lanes {
            slots: Semaphore::new(slots),
            // One module never holds all slots, so a flood of calls to it leaves room for the others.
            share: slots - slots / 4,
            // Long computations use at most half of the processors.
            slow: Arc::new(Semaphore::new((cores / 2).max(1))),
            wait,
        }
    }

    /// A module's share of the slots.
    pub(crate) fn share(&self) -> Semaphore {
        Semaphore::new(self.share)
    }

    /// Waits for a slot, for a while.
    pub(crate) async fn enter<'a>(&'a self, share: &'a Semaphore) -> Result<Slot<'a>, CallError> {
        if let (Ok(of_module), Ok(of_engine)) = (share.try_acquire(), self.slots.try_acquire()) {
            return Ok(Slot { _of_engine: of_engine, _of_module: of_module });
        }
        let both = async {
            let of_module = share.acquire().await.ok()?;
            let of_engine = self.slots.acquire().await.ok()?;
            Some(Slot { _of_engine: of_engine, _of_module: of_module })
        };
        match tokio::time::timeout(self.wait, both).await {
            Ok(Some(slot)) => Ok(slot),
            Ok(None) | Err(_) => Err(CallError::Busy),
        }
    }

    /// The lane for calls that compute for long.
    pub(crate) fn slow(&self) -> SlowLane {
        SlowLane { lane: Arc::clone(&self.slow), place: None }
    }
}

/// A call's place in the slow lane; it has one once it entered, until the call ends.
pub(crate) struct SlowLane {
    lane: Arc<Semaphore>,
    /// Made when the call first needs it: most never do.
    place: Option<Arc<OnceLock<OwnedSemaphorePermit>>>,
}

impl SlowLane {
    pub(crate) fn entered(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.get().is_some())
    }

    /// Ends when the call has a place in the lane.
    pub(crate) fn enter(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let (lane, place) = (Arc::clone(&self.lane), Arc::clone(self.place.get_or_insert_default()));
        async move {
            if let Ok(permit) = lane.acquire_owned().await {
                // Set once: a call waits for the lane one at a time.
                let _ = place.set(permit);
            }
        }
    }
}
