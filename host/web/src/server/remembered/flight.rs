//! One making for many who ask: what is under way is waited for, not made again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What became of a making, once it has ended: what was made, or nothing if it failed.
type Landing<V> = Option<Option<Arc<V>>>;

/// The makings under way, by what they make.
pub(super) struct Flights<K: Hash + Eq, V>(Mutex<HashMap<K, watch::Receiver<Landing<V>>>>);

/// Where something came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Origin {
    /// It was remembered, or had just been made for somebody else.
    Remembered,
    /// It was made for this request.
    Made,
}

impl<K: Hash + Eq + Clone, V> Default for Flights<K, V> {
    fn default() -> Self {
        Flights(Mutex::new(HashMap::new()))
    }
}

/// A making under way. Ended without a landing (the visitor has gone), it leaves no trace, and one of those who waited
/// begins anew.
struct Flight<'a, K: Hash + Eq, V> {
    flights: &'a Flights<K, V>,
    key: K,
    landing: watch::Sender<Landing<V>>,
    landed: bool,
}

impl<K: Hash + Eq, V> Drop for Flight<'_, K, V> {
    fn drop(&mut self) {
        // After the landing another may be under way under the same key.
        if !self.landed {
            self.flights.lock().remove(&self.key);
        }
    }
}

impl<K: Hash + Eq, V> Flights<K, V> {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, watch::Receiver<Landing<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone, V> Flights<K, V> {
    /// What `find` finds, or else what `make` makes. Of all who ask at the same time one makes.
    ///
    /// Who asks gets nothing that was begun before they asked, unless `is_current` says that it is what would be made
    /// now: of what is under way when they come they wait for the end, and of what is begun after that they take the
    /// outcome whatever it is. So one making at a time is under way for any number of requests, also when each is
    /// overtaken by a commit. A failure is nobody's but the maker's: those who waited make it themselves.
    pub async fn get<E, F, R>(
        &self,
        key: &K,
        find: impl Fn() -> Option<Arc<V>>,
        is_current: impl Fn(&V) -> bool,
        make: F,
    ) -> Result<(Arc<V>, Origin), E>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<Arc<V>, E>>,
    {
        let mut begun_after_asking = false;
        loop {
            if let Some(found) = find() {
                return Ok((found, Origin::Remembered));
            }
            let mut under_way = match self.join_or_begin(key) {
                Ok(under_way) => under_way,
                // Boxed: few requests make anything, and all of them carry the room for it.
                Err(flight) => return flight.make(Box::pin(make())).await,
            };
            let landed = under_way.wait_for(Option::is_some).await.ok().and_then(|landing| landing.clone());
            match landed {
                Some(Some(made)) if begun_after_asking || is_current(&made) => {
                    return Ok((made, Origin::Remembered));
                }
                Some(None) => return Box::pin(make()).await.map(|made| (made, Origin::Made)),
                // Overtaken, or given up.
                Some(Some(_)) | None => begun_after_asking = true,
            }
        }
    }

    fn join_or_begin(&self, key: &K) -> Result<watch::Receiver<Landing<V>>, Flight<'_, K, V>> {
        let mut under_way = self.lock();
        if let Some(flight) = under_way.get(key) {
            return Ok(flight.clone());
        }
        let (landing, receiver) = watch::channel(None);
        under_way.insert(key.clone(), receiver);
        drop(under_way);
        Err(Flight { flights: self, key: key.clone(), landing, landed: false })
    }
}

impl<K: Hash + Eq, V> Flight<'_, K, V> {
    async fn make<E>(
        mut self,
        making: impl Future<Output = Result<Arc<V>, E>>,
    ) -> Result<(Arc<V>, Origin), E> {
        let made = making.await;
        // Whoever comes from now on must not take this for begun after they came.
        self.flights.lock().remove(&self.key);
        self.landed = true;
        self.landing.send_replace(Some(made.as_ref().ok().map(Arc::clone)));
        made.map(|made| (made, Origin::Made))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Semaphore;

    use super::*;

    type Answer = Result<(Arc<u32>, Origin), &'static str>;

    /// Many tasks that ask for the same, and a gate before each making.
    #[derive(Clone)]
    struct Field {
        flights: Arc<Flights<u8, u32>>,
        made: Arc<AtomicU32>,
        gate: Arc<Semaphore>,
        /// What counts as current, and what is remembered if it is.
        current: Arc<AtomicU32>,
    }

    impl Field {
        fn new() -> Self {
            Field {
                flights: Arc::default(),
                made: Arc::default(),
                gate: Arc::new(Semaphore::new(0)),
                current: Arc::new(AtomicU32::new(u32::MAX)),
            }
        }

        fn ask(&self, fails: bool) -> tokio::task::JoinHandle<Answer> {
            let field = self.clone();
            tokio::spawn(async move {
                let is_current = |made: &u32| *made == field.current.load(Ordering::SeqCst);
                let make = || async {
                    let number = field.made.fetch_add(1, Ordering::SeqCst) + 1;
                    field.gate.acquire().await.unwrap().forget();
                    if fails { Err("failed") } else { Ok(Arc::new(number)) }
                };
                field.flights.get(&1, || None, is_current, make).await
            })
        }

        /// Lets all that can run come to where they wait.
        async fn settle(&self) {
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn all_who_ask_at_once_get_what_one_has_made() {
        let field = Field::new();
        field.current.store(1, Ordering::SeqCst);
        let asked: Vec<_> = (0..100).map(|_| field.ask(false)).collect();
        field.settle().await;
        field.gate.add_permits(100);
        let mut makers = 0;
        for task in asked {
            let (made, origin) = task.await.unwrap().unwrap();
            assert_eq!(*made, 1);
            makers += u32::from(origin == Origin::Made);
        }
        assert_eq!((makers, field.made.load(Ordering::SeqCst)), (1, 1));
    }

    #[tokio::test]
    async fn what_was_overtaken_is_the_makers_only_and_the_next_is_everybodys() {
        let field = Field::new();
        let first = field.ask(false);
        field.settle().await;
        let others: Vec<_> = (0..50).map(|_| field.ask(false)).collect();
        field.settle().await;
        field.gate.add_permits(1);
        assert_eq!(*first.await.unwrap().unwrap().0, 1);
        field.settle().await;
        field.gate.add_permits(1);
        for task in others {
            assert_eq!(*task.await.unwrap().unwrap().0, 2, "begun after they asked");
        }
        assert_eq!(field.made.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failure_is_nobodys_but_the_makers_and_poisons_nothing() {
        let field = Field::new();
        field.current.store(3, Ordering::SeqCst);
        let failing = field.ask(true);
        field.settle().await;
        let other = field.ask(false);
        field.settle().await;
        field.gate.add_permits(1);
        assert_eq!(failing.await.unwrap(), Err("failed"));
        field.gate.add_permits(1);
        assert_eq!(*other.await.unwrap().unwrap().0, 2, "made by the one who waited");
        field.gate.add_permits(1);
        assert_eq!(*field.ask(false).await.unwrap().unwrap().0, 3);
    }

    #[tokio::test]
    async fn when_the_maker_goes_away_another_begins_anew() {
        let field = Field::new();
        field.current.store(2, Ordering::SeqCst);
        let gone = field.ask(false);
        field.settle().await;
        let waiting: Vec<_> = (0..10).map(|_| field.ask(false)).collect();
        field.settle().await;
        gone.abort();
        field.settle().await;
        field.gate.add_permits(10);
        for task in waiting {
            assert_eq!(*task.await.unwrap().unwrap().0, 2);
        }
        assert!(field.flights.lock().is_empty());
    }
}
