//! How long something that was made is what would be made now.

use std::sync::Arc;
use vzaemo_clock::Instant;
use vzaemo_storage::Watch;

/// What must stay as it is for something to be served from memory: what it was read from in the storage, and the span
/// of the legal clock in which the time says the same.
#[derive(Debug, Clone)]
pub(in crate::server) struct Fresh {
    watches: Vec<Arc<Watch>>,
    from: Instant,
    until: Option<Instant>,
}

impl Fresh {
    /// Made at this legal time from nothing that changes.
    pub fn since(at: Instant) -> Self {
        Fresh { watches: Vec::new(), from: at, until: None }
    }

    /// The same, read from what is watched.
    pub fn watched(mut self, watch: Watch) -> Self {
        self.watches.push(Arc::new(watch));
        self
    }

    /// The same, for no longer than up to a legal time.
    pub fn before(mut self, until: Option<Instant>) -> Self {
        self.until = self.until.into_iter().chain(until).min();
        self
    }

    /// What is made of both holds while both do.
    pub fn and(mut self, other: &Fresh) -> Self {
        self.watches.extend(other.watches.iter().cloned());
        self.from = self.from.max(other.from);
        self.before(other.until)
    }

    /// Whether it still is what would be made now. A clock that was set back is another time too.
    pub fn holds(&self, now: Instant) -> bool {
        self.from <= now
            && self.until.is_none_or(|until| now < until)
            && self.watches.iter().all(|w| w.holds())
    }

    /// About how many bytes its watches take.
    pub fn bytes(&self) -> usize {
        self.watches.iter().map(|watch| watch.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: i64) -> Instant {
        Instant::from_millis(millis).unwrap()
    }

    #[test]
    fn the_earliest_bound_counts_and_the_bound_itself_is_past() {
        let fresh = Fresh::since(ms(10)).before(Some(ms(30))).before(None).before(Some(ms(20)));
        assert!(!fresh.holds(ms(9)) && fresh.holds(ms(10)) && fresh.holds(ms(19)) && !fresh.holds(ms(20)));
        let later = Fresh::since(ms(15)).before(Some(ms(40)));
        let both = fresh.and(&later);
        assert!(!both.holds(ms(14)) && both.holds(ms(15)) && !both.holds(ms(20)));
        assert!(Fresh::since(ms(0)).holds(ms(i64::from(i32::MAX))), "what no time changes holds for ever");
    }
}
