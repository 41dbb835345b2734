//! The thread that ends time slices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, Thread};
use std::time::Duration;
use wasmtime::Engine;

/// How many ticks without a call pass before the thread goes to sleep.
const IDLE_TICKS: u32 = 500;

/// Moves an engine's epoch on while calls run. An idle engine is not woken a thousand times a second.
pub(crate) struct Ticker {
    state: Arc<State>,
    thread: Thread,
}

#[derive(Default)]
struct State {
    running: AtomicUsize,
    parked: AtomicBool,
    stopped: AtomicBool,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine, tick: Duration) -> std::io::Result<Ticker> {
        let state = Arc::new(State::default());
        let seen = Arc::clone(&state);
        let engine = engine.weak();
        let thread = thread::Builder::new().name("vzaemo-epochs".to_owned()).spawn(move || {
            let mut idle = 0;
            while !seen.stopped.load(SeqCst) {
                thread::sleep(tick);
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
                drop(engine);
                idle = if seen.running.load(SeqCst) == 0 { idle + 1 } else { 0 };
                if idle < IDLE_TICKS {
                    continue;
                }
                // A call that starts now either is seen by the second look or sees `parked` and wakes us.
                seen.parked.store(true, SeqCst);
                while seen.running.load(SeqCst) == 0 && !seen.stopped.load(SeqCst) {
                    thread::park();
                }
                seen.parked.store(false, SeqCst);
                idle = 0;
            }
        })?;
        Ok(Ticker { state, thread: thread.thread().clone() })
    }

    /// Counts a call as running until the answer is dropped.
    pub(crate) fn running(&self) -> Running {
        self.state.running.fetch_add(1, SeqCst);
        if self.state.parked.load(SeqCst) {
            self.thread.unpark();
        }
        Running(Arc::clone(&self.state))
    }

    /// How many calls run.
    pub(crate) fn count(&self) -> usize {
        self.state.running.load(SeqCst)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.stopped.store(true, SeqCst);
        self.thread.unpark();
    }
}

/// A call that runs.
pub(crate) struct Running(Arc<State>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_engine_s_clock_sleeps_until_a_call_runs() {
        let mut config = wasmtime::Config::new();
        let engine = Engine::new(config.epoch_interruption(true)).unwrap();
        let ticker = Ticker::start(&engine, Duration::from_micros(1)).unwrap();
        let parked = |wanted| {
            while ticker.state.parked.load(SeqCst) != wanted {
                thread::yield_now();
            }
        };
        for _ in 0..3 {
            parked(true);
            let running = ticker.running();
            parked(false);
            assert_eq!(ticker.count(), 1);
            drop(running);
            assert_eq!(ticker.count(), 0);
        }
    }
}
