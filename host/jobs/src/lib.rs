//! Timed work, done when it is due and in the order of its due times.
//!
//! The records are the service's ([`vzaemo_service::work`]); each is removed in the unit of work that it
//! causes, so work is done once in effect, however many runners look at it. Work of a module that does not serve
//! waits and then runs in order, with its due time as its clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};
use tokio::sync::Notify;
use vzaemo_clock::Instant;
use vzaemo_service::work::{NAMESPACE, WORK, Work};
use vzaemo_service::{Error, Service, Worked};
use vzaemo_storage::{BODY, Op, Query};

/// How long the runner rests when nothing is due and nobody wakes it.
const REST: Duration = Duration::from_millis(500);
/// How many records are looked at at once.
const PORTION: u32 = 100;
/// How long the work of one module may take in a round; what is left of it waits for the next one, so that others come
/// to theirs in between.
const SHARE: Duration = Duration::from_secs(1);

/// What nodes lease from each other in order to run timed work.
const LEASE: &str = "jobs";
/// For how long: a node that dies holds the others up for so long at most.
const TERM: Duration = Duration::from_secs(10);

/// Runs timed work.
pub struct Jobs {
    service: Arc<Service>,
    wake: Arc<Notify>,
}

/// What one look at the due work has done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Work that is done.
    pub done: usize,
    /// Work that waits for its module, for a later try, or for the next round.
    pub left: usize,
}

impl Jobs {
    /// A runner over the service.
    pub fn new(service: Arc<Service>) -> Self {
        Jobs { service, wake: Arc::new(Notify::new()) }
    }

    /// What wakes the runner at once: the clock has been moved, or a module serves again.
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Runs until the task is dropped.
    pub async fn run(&self) {
        loop {
            match self.turn().await {
                Ok(round) if round.done > 0 => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "could not look for due work");
                }
            }
            // Either ends the rest: a wake or the time.
            let _rested = tokio::time::timeout(REST, self.wake.notified()).await;
        }
    }

    /// A round, if it is this node's turn: of several nodes one does the work, so that it keeps its order, and another
    /// one goes on when that one dies.
    async fn turn(&self) -> Result<Round, Error> {
        if self.leased().await? { self.round().await } else { Ok(Round::default()) }
    }

    /// Takes or extends the lease.
    async fn leased(&self) -> Result<bool, Error> {
        self.service.platform().storage.lease(LEASE, TERM).await.map_err(Error::storage)
    }

    /// Looks through all work that is due now, in its order, and does what can be done.
    pub async fn round(&self) -> Result<Round, Error> {
        let platform = self.service.platform();
        let (legal, real) = (platform.legal.now(), platform.security.now());
        let mut round = Round::default();
        let mut after = None;
        let mut spent: HashMap<String, Duration> = HashMap::new();
        let mut leased = Moment::now();
        loop {
            let query = Query::of(WORK)
                .when("due", Op::Le, legal.to_string())
                .ascending("due")
                .fields(&[BODY])
                .limit(PORTION)
                .after(after);
            let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
            let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
            drop(unit);
            for (key, body) in rows.keys.iter().zip(&rows.columns) {
                let work: Work = serde_json::from_str(body).map_err(Error::storage)?;
                if work.not_before.parse::<Instant>().is_ok_and(|not_before| real < not_before) {
                    round.left += 1;
                    continue;
                }
                let share = spent.entry(work.module.clone()).or_default();
                if *share >= SHARE {
                    round.left += 1;
                    continue;
                }
                if leased.elapsed() > TERM / 2 {
                    if !self.leased().await? {
                        return Ok(round);
                    }
                    leased = Moment::now();
                }
                let began = Moment::now();
                let worked = self.service.work(key).await?;
                *share += began.elapsed();
                match worked {
                    Worked::Done => round.done += 1,
                    Worked::Waits => round.left += 1,
                    Worked::Failed(error) => {
                        round.left += 1;
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            module = work.module,
                            work = key,
                            "timed work failed and will be tried again"
                        );
                    }
                }
            }
            match rows.next {
                Some(next) => after = Some(next),
                None => return Ok(round),
            }
        }
    }
}
