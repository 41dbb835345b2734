//! How long ago the end of the commit log was last seen.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The last contact with the log, to the millisecond.
#[derive(Debug)]
pub(crate) struct Contact {
    opened: Instant,
    last: AtomicU64,
    /// Whether the last try failed.
    lost: AtomicBool,
}

impl Contact {
    pub(crate) fn now() -> Self {
        Self { opened: Instant::now(), last: AtomicU64::new(0), lost: AtomicBool::new(false) }
    }

    pub(crate) fn mark(&self) {
        let now = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.fetch_max(now, Ordering::Relaxed);
        self.lost.store(false, Ordering::Relaxed);
    }

    /// Remembers that the log cannot be reached, until it is reached again.
    pub(crate) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    pub(crate) fn age(&self) -> Duration {
        self.opened.elapsed().saturating_sub(Duration::from_millis(self.last.load(Ordering::Relaxed)))
    }
}
