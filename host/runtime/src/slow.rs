//! The slow lane: threads of low priority for calls that compute for long.
//!
//! Yielding alone does not keep the quick calls quick: a long call would still have a thread of theirs for a slice at a
//! time. Here the operating system chooses, and whoever else has something to do goes first.

use crate::EngineError;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

/// The name of the lane's threads.
const THREAD: &str = "vzaemo-slow";

/// Whether a call is to go on in the slow lane.
#[derive(Debug, Default)]
pub(crate) struct Pace(AtomicBool);

impl Pace {
    pub(crate) fn slow_down(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_slow(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The threads of the lane: half as many as there are processors.
pub(crate) struct SlowLane {
    threads: Option<Runtime>,
}

impl SlowLane {
    pub(crate) fn start() -> Result<SlowLane, EngineError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = Builder::new_multi_thread()
            .worker_threads((processors / 2).max(1))
            .thread_name(THREAD)
            .on_thread_start(|| {
                if let Err(error) = set_current_thread_priority(ThreadPriority::Min) {
                    tracing::warn!(?error, "long computations run at the priority of all others");
                }
            })
            .build()
            .map_err(EngineError::SlowLane)?;
        Ok(SlowLane { threads: Some(threads) })
    }

    /// Goes on with a call in the lane until it ends. The call is dropped there, soon, when this is dropped.
    pub(crate) async fn finish<F>(&self, mut call: Pin<Box<F>>) -> F::Output
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let (Some(threads), home) = (&self.threads, Handle::current()) else { return call.await };
        let mut lane = JoinSet::new();
        // What the call opens, a connection or a timer, belongs to the runtime that it came from.
        let at_home = poll_fn(move |context| {
            let _entered = home.enter();
            call.as_mut().poll(context)
        });
        lane.spawn_on(at_home, threads.handle());
        match lane.join_next().await.map(|ended| ended.map_err(tokio::task::JoinError::try_into_panic)) {
            Some(Ok(ended)) => ended,
            Some(Err(Ok(panic))) => std::panic::resume_unwind(panic),
            // The lane has been closed: the process ends.
            Some(Err(Err(_))) | None => pending().await,
        }
    }
}

impl Drop for SlowLane {
    fn drop(&mut self) {
        // Without waiting: the last call of an engine may be what drops it.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
