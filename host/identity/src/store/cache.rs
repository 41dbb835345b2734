//! Remembered rows that must not outlive their change.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use vzaemo_storage::{Change, Storage};

use super::schema::NAMESPACE;

/// A cache of what is read from the storage.
///
/// A reader that began before a change and ends after it must not put the old value back. So it takes a ticket before
/// it reads; its value is kept only if nothing was forgotten in between.
///
/// What this node changes, it forgets before it says that it has changed. What other nodes have changed is forgotten
/// before anything is given out: all that the node has heard of by then, so a node that knows the log up to a position
/// gives out nothing that is older.
pub(super) struct Remembered<K, V> {
    cache: Cache<K, V>,
    forgotten: Mutex<u64>,
    news: Option<News<K>>,
}

/// What other nodes commit.
pub(super) struct News<K> {
    changes: Mutex<Receiver<Arc<Change>>>,
    collection: &'static str,
    key: fn(&str) -> Option<K>,
}

impl<K> News<K> {
    /// Of one collection of this room, whose keys `key` reads; none if there are no other nodes.
    pub(super) fn of(
        storage: &Storage,
        collection: &'static str,
        key: fn(&str) -> Option<K>,
    ) -> Option<Self> {
        storage.is_shared().then(|| Self { changes: Mutex::new(storage.changes()), collection, key })
    }
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
    pub(super) fn new(most: u64, news: Option<News<K>>) -> Self {
        Self { cache: Cache::new(most), forgotten: Mutex::new(0), news }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.hear();
        self.cache.get(key)
    }

    /// Forgets what other nodes have changed, as far as this one knows.
    fn hear(&self) {
        let Some(news) = &self.news else { return };
        // Whoever comes while another hears waits until it is forgotten.
        let mut changes = news.changes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match changes.try_recv() {
                Ok(change) if change.everything => self.forget_all(),
                Ok(change) if change.elsewhere => change
                    .touched
                    .iter()
                    .filter(|touched| {
                        *touched.namespace == *NAMESPACE && *touched.collection == *news.collection
                    })
                    .filter_map(|touched| (news.key)(&touched.key))
                    .for_each(|key| self.forget(&key)),
                Ok(_) => {}
                Err(TryRecvError::Lagged(_)) => self.forget_all(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
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

    /// For when it is not known what has changed.
    fn forget_all(&self) {
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
        let cache: Remembered<u8, &str> = Remembered::new(10, None);
        let ticket = cache.ticket();
        cache.forget(&1);
        cache.keep(ticket, 1, "old");
        assert_eq!(cache.get(&1), None);
        cache.keep(cache.ticket(), 1, "new");
        assert_eq!(cache.get(&1), Some("new"));
    }

    #[test]
    fn what_was_put_is_not_overwritten_by_an_older_reader() {
        let cache: Remembered<u8, &str> = Remembered::new(10, None);
        let ticket = cache.ticket();
        cache.put(1, "new");
        cache.keep(ticket, 1, "old");
        assert_eq!(cache.get(&1), Some("new"));
    }
}
