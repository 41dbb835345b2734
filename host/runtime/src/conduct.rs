//! How a module has behaved lately.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a module that failed is called in the slow lane.
const WHILE: Duration = Duration::from_secs(1);

/// How a module has behaved lately. While its calls end by its own fault, they run in the slow lane from their
/// beginning: what they cost (a backtrace, memory to be wiped, time until a limit) is not taken from other modules.
pub(crate) struct Conduct {
    since: Instant,
    /// In milliseconds after `since`; 0 if the module has never failed.
    unwell_until: AtomicU64,
}

impl Conduct {
    pub(crate) fn new() -> Conduct {
        Conduct { since: Instant::now(), unwell_until: AtomicU64::new(0) }
    }

    /// A call ended by the module's own fault.
    pub(crate) fn failed(&self) {
        self.unwell_until.store(millis(self.since.elapsed() + WHILE), Ordering::Relaxed);
    }

    /// Whether a call has ended so a moment ago.
    pub(crate) fn is_unwell(&self) -> bool {
        let until = self.unwell_until.load(Ordering::Relaxed);
        until > 0 && millis(self.since.elapsed()) < until
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_unwell_for_a_while_after_it_failed() {
        let conduct = Conduct::new();
        assert!(!conduct.is_unwell());
        conduct.failed();
        assert!(conduct.is_unwell());
        conduct.unwell_until.store(millis(conduct.since.elapsed()).max(1), Ordering::Relaxed);
        while millis(conduct.since.elapsed()) < 1 {
            std::thread::yield_now();
        }
        assert!(!conduct.is_unwell());
    }
}
