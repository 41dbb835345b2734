//! While the commit log is out of reach: what is remembered is shown and says so, changes are turned away with what was
//! typed. Nobody has to do anything for it to end.

use super::App;
use super::visit::Visit;
use crate::chrome::document::Banner;
use crate::chrome::problem::{Kept, Problem};
use crate::texts::Speaker;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use vzaemo_marks::Tone;

/// So long after a read that failed the log counts as lost. By then the storage knows for itself.
const DOUBT: Duration = Duration::from_secs(1);

/// When a request last met a storage that cannot be reached: it may be the first to notice.
pub(super) struct Outage {
    started: Instant,
    /// Milliseconds since then; 0 for never.
    seen: AtomicU64,
}

impl Outage {
    pub(super) fn never() -> Self {
        Outage { started: Instant::now(), seen: AtomicU64::new(0) }
    }

    /// The storage could not be read.
    pub(super) fn saw(&self) {
        self.seen.store(self.now(), Ordering::Relaxed);
    }

    /// Whether that was just now.
    pub(super) fn is_recent(&self) -> bool {
        match self.seen.load(Ordering::Relaxed) {
            0 => false,
            seen => u128::from(self.now().saturating_sub(seen)) < DOUBT.as_millis(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

/// What stands on every page meanwhile.
pub(super) fn banner(app: &App, visit: &Visit) -> Option<Banner> {
    if !app.is_paused() {
        return None;
    }
    let say = Speaker::host(visit.language);
    let mut text = say.say("paused-banner").into_owned();
    if visit.unknown {
        // The page is the one of visitors without a session.
        text.push(' ');
        text.push_str(&say.say("paused-banner-unknown"));
    }
    Some(Banner { tone: Tone::Caution, text })
}

/// Why a request could not be served for the moment.
pub(super) fn problem(app: &App, kept: Option<Kept>) -> Problem {
    if app.is_paused() { Problem::Paused { kept } } else { Problem::Busy { kept } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_recent_when_it_was_seen_and_not_before() {
        let outage = Outage::never();
        assert!(!outage.is_recent());
        outage.saw();
        assert!(outage.is_recent());
        let started = Instant::now().checked_sub(2 * DOUBT).unwrap();
        let long_ago = Outage { started, seen: AtomicU64::new(1) };
        assert!(!long_ago.is_recent());
        long_ago.saw();
        assert!(long_ago.is_recent());
    }
}
