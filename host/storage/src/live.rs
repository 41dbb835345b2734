//! Which snapshots are in use, so that the log of recent commits is kept as far back as they need.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The positions that units in progress began at or after.
#[derive(Debug, Clone, Default)]
pub(crate) struct Live(Arc<Mutex<BTreeMap<u64, usize>>>);

impl Live {
    /// Holds `position` until the guard is dropped. To be called before the snapshot is taken, with a position known
    /// to be durable, so that the snapshot is not older.
    pub(crate) fn hold(&self, position: u64) -> LiveGuard {
        *self.lock().entry(position).or_default() += 1;
        LiveGuard { live: self.clone(), position }
    }

    /// The oldest position held.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.lock().keys().next().copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, usize>> {
        // The map is never left half changed, so a panic elsewhere while it was locked does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds one position.
#[derive(Debug)]
pub(crate) struct LiveGuard {
    live: Live,
    position: u64,
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        let mut positions = self.live.lock();
        if let Some(held) = positions.get_mut(&self.position) {
            *held -= 1;
            if *held == 0 {
                positions.remove(&self.position);
            }
        }
    }
}
