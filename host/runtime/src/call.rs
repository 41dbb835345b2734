//! Calling a module: a fresh instance each time.

use crate::border::{Border, Time};
use crate::config::TICK_MS;
use crate::convert::{RequestRef, lend};
use crate::load::{
    ActResult, CheckResult, JobParams, JobResult, MigrateParams, MigrateResult, ViewParams, ViewResult,
};
use crate::meter::{Meter, UsedUp};
use crate::{Backtrace, CallError, CallLimits, Imports, Module, Quota, TrapKind, words};
use std::time::{Duration, Instant};
use vzaemo_contract::call::{Failure, Outcome, Request};
use vzaemo_marks::Page;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Lift, Lower};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

/// The most sentences of a module about its configuration that the holder is told.
const SENTENCES: usize = 100;

/// What a module is called for. It decides what the module may ask of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// A read: it cannot write, and the moment is not told.
    View,
    /// A change: it cannot read counters.
    Act,
    /// Timed work.
    Job,
    /// A document of an older version is brought up to date: it sees nothing else.
    Migrate,
    /// A version is about to go into service: it cannot write.
    Check,
}

/// What a call gives back: its result, and the imports that it was handed.
pub(crate) type Called<T> = (Result<T, CallError>, Box<dyn Imports>);

impl Module {
    /// Reads: the page of a view.
    pub async fn view(
        &self,
        imports: Box<dyn Imports>,
        name: &str,
        request: &Request,
    ) -> (Result<Page, CallError>, Box<dyn Imports>) {
        let (params, query) = (lend(&request.params), lend(&request.query));
        let request = RequestRef::new(&params, &query, &request.input);
        let export = &self.loaded.exports.view;
        let call = self.call::<ViewParams<'_>, ViewResult>(CallKind::View, imports, export, (name, &request));
        let (result, imports) = call.await;
        let limits = &self.loaded.engine.config.limits;
        (result.and_then(|(page,)| checked(page.map_err(failed)?.into(), limits)), imports)
    }

    /// Changes: the outcome of an act.
    pub async fn act(
        &self,
        imports: Box<dyn Imports>,
        name: &str,
        request: &Request,
    ) -> (Result<Outcome, CallError>, Box<dyn Imports>) {
        let (params, query) = (lend(&request.params), lend(&request.query));
        let request = RequestRef::new(&params, &query, &request.input);
        let export = &self.loaded.exports.act;
        let call = self.call::<ViewParams<'_>, ActResult>(CallKind::Act, imports, export, (name, &request));
        let (result, imports) = call.await;
        (result.and_then(|(outcome,)| outcome.map(Into::into).map_err(failed)), imports)
    }

    /// Timed work. `args` is JSON.
    pub async fn job(
        &self,
        imports: Box<dyn Imports>,
        name: &str,
        args: &str,
    ) -> (Result<(), CallError>, Box<dyn Imports>) {
        let export = &self.loaded.exports.job;
        let call = self.call::<JobParams<'_>, JobResult>(CallKind::Job, imports, export, (name, args));
        let (result, imports) = call.await;
        (result.and_then(|(done,)| done.map_err(failed)), imports)
    }

    /// Brings a document (JSON) of an older version of its collection to the present one. May be called while
    /// another call of any module waits for it.
    pub async fn migrate(
        &self,
        imports: Box<dyn Imports>,
        collection: &str,
        version: u32,
        document: &str,
    ) -> (Result<String, CallError>, Box<dyn Imports>) {
        let export = &self.loaded.exports.migrate;
        let params = (collection, version, document);
        let call = self.call::<MigrateParams<'_>, MigrateResult>(CallKind::Migrate, imports, export, params);
        let (result, imports) = call.await;
        (result.and_then(|(document,)| document.map_err(failed)), imports)
    }

    /// Asks what is wrong with the configuration: sentences for the holder, none when all is well.
    pub async fn check(
        &self,
        imports: Box<dyn Imports>,
    ) -> (Result<Vec<String>, CallError>, Box<dyn Imports>) {
        let export = &self.loaded.exports.check;
        let (result, imports) = self.call::<(), CheckResult>(CallKind::Check, imports, export, ()).await;
        let lines = |(sentences,): CheckResult| {
            sentences.iter().take(SENTENCES).map(|sentence| words::line(sentence).into_owned()).collect()
        };
        (result.map(lines), imports)
    }

    /// Runs one function of a fresh instance. The instance is gone when this returns.
    async fn call<P, R>(
        &self,
        kind: CallKind,
        imports: Box<dyn Imports>,
        export: &ComponentExportIndex,
        params: P,
    ) -> Called<R>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let loaded = &*self.loaded;
        let engine = &*loaded.engine;
        // A migration is asked for by a read of another call, which holds a slot while it waits: to wait for a
        // second one could block both for ever. The pool has room for one of each.
        let nested = kind == CallKind::Migrate;
        let slot = if nested { None } else { Some(engine.lanes.enter(&loaded.share).await) };
        let _slot = match slot.transpose() {
            Ok(slot) => slot,
            Err(busy) => return (Err(busy), imports),
        };
        let _running = engine.ticker.running();

        let limits = engine.config.limits;
        let slow = if nested { None } else { Some(engine.lanes.slow()) };
        let time = Time {
            deadline: Instant::now() + loaded.wall,
            wall: loaded.wall,
            computing: Duration::from_millis(u64::from(engine.config.cpu_ms)),
            slices: engine.config.cpu_ms / TICK_MS,
            used: 0,
            slow,
        };
        let border = Border::new(imports, kind, loaded.held, Meter::new(limits), loaded.memory, time);
        let mut store = Store::new(&engine.wasmtime, border);
        store.limiter(|border| &mut border.memory);
        store.set_hostcall_fuel(limits.bytes_at_once);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| context.data_mut().slice_ended());

        let run = async {
            let instance = loaded.pre.instantiate_async(&mut store).await?;
            let function = instance.get_typed_func::<P, R>(&mut store, export)?;
            function.call_async(&mut store, params).await
        };
        let ended = tokio::time::timeout(loaded.wall, run).await;
        let result = match ended {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(why(&error, store.data_mut(), &limits)),
            Err(_) => Err(exhausted(store.data().time.out())),
        };
        (result, store.into_data().imports)
    }
}

fn failed(failure: crate::bindings::vzaemo::types::types::Failure) -> CallError {
    CallError::Failure(match failure.into() {
        Failure::Broken(what) => Failure::Broken(words::line(&what).into_owned()),
        other => other,
    })
}

/// A page within its limits that keeps to the grammar.
fn checked(page: Page, limits: &CallLimits) -> Result<Page, CallError> {
    let too_much = |quota, limit: usize| Err(CallError::TooMuch { quota, limit: limit as u64 });
    if page.text.len() > limits.page_text {
        return too_much(Quota::PageText, limits.page_text);
    }
    if page.marks.len() > limits.page_marks {
        return too_much(Quota::PageMarks, limits.page_marks);
    }
    vzaemo_marks::check(&page).map_err(CallError::BrokenPage)?;
    Ok(page)
}

fn exhausted(UsedUp { quota, limit }: UsedUp) -> CallError {
    match quota {
        Quota::Time | Quota::Computing => CallError::TimedOut { quota, limit: Duration::from_millis(limit) },
        _ => CallError::TooMuch { quota, limit },
    }
}

/// Why the engine stopped the guest.
fn why(error: &wasmtime::Error, border: &mut Border, limits: &CallLimits) -> CallError {
    if let Some(used_up) = error.downcast_ref::<UsedUp>() {
        return exhausted(*used_up);
    }
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return CallError::Busy;
    }
    let words = format!("{:#}", error.root_cause());
    // The engine's type for this is private.
    if words.starts_with("too much data is being copied") {
        return CallError::TooMuch { quota: Quota::BytesAtOnce, limit: limits.bytes_at_once as u64 };
    }
    let backtrace = error.downcast_ref::<WasmBacktrace>().map(Backtrace::of);
    let said = border.last_words();
    let trap = error.downcast_ref::<Trap>();
    let gave_up = matches!(trap, None | Some(Trap::UnreachableCodeReached));
    let kind = match trap {
        _ if gave_up && border.memory.was_reached() => TrapKind::MemoryLimit,
        Some(Trap::UnreachableCodeReached) if said.is_some() => TrapKind::Panic,
        Some(Trap::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(Trap::StackOverflow) => TrapKind::StackOverflow,
        Some(Trap::MemoryOutOfBounds | Trap::TableOutOfBounds) => TrapKind::OutOfBounds,
        Some(Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger) => {
            TrapKind::Arithmetic
        }
        Some(Trap::IndirectCallToNull | Trap::BadSignature | Trap::NullReference) => TrapKind::BadCall,
        // Met while a value of the guest was read: a text that is no UTF-8, a pointer outside its memory.
        _ => TrapKind::BrokenContract,
    };
    CallError::Trap { kind, message: said.or(Some(words)), backtrace }
}
