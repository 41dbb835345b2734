//! Remembered rows that must not outlive their change.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use moka::sync::Cache;

/// A cache of what is read from the storage.
///
/// A reader that began before a change and ends after it must not put the old value back. So it takes a ticket before
/// it reads; its value is kept only if nothing was forgotten in between.
pub(super) struct Remembered<K, V> {
    cache: Cache<K, V>,
    forgotten: Mutex<u64>,
}

/// The state of a cache at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

impl<K, V> Remembered<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Holds at most so many.
    pub(super) fn new(most: u64) -> Self {
        Self { cache: Cache::new(most), forgotten: Mutex::new(0) }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.cache.get(key)
    }

    /// To be taken before the storage is read.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(*self.forgotten.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a value that was read after the ticket was taken.
    pub(super) fn keep(&self, ticket: Ticket, key: K, value: V) {
        let forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        if *forgotten == ticket.0 {
            self.cache.insert(key, value);
        }
    }

    /// To be called after the change is committed.
    pub(super) fn forget(&self, key: &K) {
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        *forgotten += 1;
        self.cache.invalidate(key);
    }

    /// To be called when it is not known what has changed.
    pub(super) fn forget_all(&self) {
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        *forgotten += 1;
        self.cache.invalidate_all();
    }

    /// Puts a value that was committed just now in the place of what was there.
    pub(super) fn put(&self, key: K, value: V) {
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        *forgotten += 1;
        self.cache.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overtaken_reader_keeps_nothing() {
        let cache: Remembered<u8, &str> = Remembered::new(10);
        let ticket = cache.ticket();
        cache.forget(&1);
        cache.keep(ticket, 1, "old");
        assert_eq!(cache.get(&1), None);
        cache.keep(cache.ticket(), 1, "new");
        assert_eq!(cache.get(&1), Some("new"));
    }

    #[test]
    fn what_was_put_is_not_overwritten_by_an_older_reader() {
        let cache: Remembered<u8, &str> = Remembered::new(10);
        let ticket = cache.ticket();
        cache.put(1, "new");
        cache.keep(ticket, 1, "old");
        assert_eq!(cache.get(&1), Some("new"));
    }
}
