//! One call: a slot, a fresh instance, its time, its end.

use crate::border::{Border, Time};
use crate::call::{Called, exhausted, why};
use crate::config::TICK_MS;
use crate::function::Function;
use crate::load::Loaded;
use crate::meter::Meter;
use crate::slots::Slot;
use crate::slow::Pace;
use crate::{CallKind, Imports};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use wasmtime::Store;

impl Loaded {
    /// Runs one function of a fresh instance. The instance is gone when this returns.
    ///
    /// A call begins on the thread of whoever asks. When it turns out to be long it goes on in the slow lane.
    pub(crate) async fn call<F: Function>(
        self: &Arc<Self>,
        imports: Box<dyn Imports>,
        function: F,
    ) -> Called<F::Result> {
        let slots = &self.engine.slots;
        // A migration is asked for by a read of another call, which holds a slot while it waits: to wait for a
        // second one could block both for ever. The pool has room for one of each.
        let nested = F::KIND == CallKind::Migrate;
        let slot = if nested { None } else { Some(slots.enter(&self.share).await) };
        let slot = match slot.transpose() {
            Ok(slot) => slot,
            Err(busy) => return (Err(busy), imports),
        };
        let pace = Arc::new(Pace::default());
        if self.conduct.is_unwell() {
            pace.slow_down();
        }
        let mut run = Box::pin(run(Arc::clone(self), slot, Arc::clone(&pace), imports, function));
        let quick = poll_fn(|context| {
            if pace.is_slow() {
                return Poll::Ready(None);
            }
            match run.as_mut().poll(context) {
                Poll::Ready(ended) => Poll::Ready(Some(ended)),
                Poll::Pending if pace.is_slow() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        match quick.await {
            Some(ended) => ended,
            None => self.engine.slow.finish(run).await,
        }
    }
}

async fn run<F: Function>(
    loaded: Arc<Loaded>,
    _slot: Option<Slot>,
    pace: Arc<Pace>,
    imports: Box<dyn Imports>,
    function: F,
) -> Called<F::Result> {
    let engine = &*loaded.engine;
    let _running = engine.ticker.running();

    let limits = engine.config.limits;
    let time = Time {
        deadline: Instant::now() + loaded.wall,
        wall: loaded.wall,
        computing: Duration::from_millis(u64::from(engine.config.cpu_ms)),
        slices: engine.config.cpu_ms / TICK_MS,
        used: 0,
        pace,
    };
    let border = Border::new(imports, F::KIND, loaded.held, Meter::new(limits), loaded.memory, time);
    let mut store = Store::new(&engine.wasmtime, border);
    store.limiter(|border| &mut border.memory);
    store.set_hostcall_fuel(limits.bytes_at_once);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| context.data_mut().slice_ended());

    let asked = async {
        let instance = loaded.pre.instantiate_async(&mut store).await?;
        function.ask(&loaded.exports, &instance, &mut store).await
    };
    let ended = tokio::time::timeout(loaded.wall, asked).await;
    let result = match ended {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(why(&error, store.data_mut(), &limits)),
        Err(_) => Err(exhausted(store.data().time.out())),
    };
    (result, store.into_data().imports)
}
