//! Calling a module: a fresh instance each time.

use crate::border::Border;
use crate::function::{Act, Check, Job, Migrate, View};
use crate::load::{CheckResult, Loaded};
use crate::meter::UsedUp;
use crate::{Backtrace, CallError, CallLimits, Imports, Module, Quota, TrapKind, words};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use vzaemo_contract::call::{Failure, Outcome, Request};
use vzaemo_marks::Page;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};

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
pub type Called<T> = (Result<T, CallError>, Box<dyn Imports>);

/// What a [`Module`] leads to. The types of the engine end here: they are so deep that whoever held one in an
/// asynchronous function would make the compiler prove for seconds that it may move between threads, each time anew.
#[async_trait]
pub(crate) trait Callable: fmt::Debug + Send + Sync {
    async fn view(self: Arc<Self>, imports: Box<dyn Imports>, view: View) -> Called<Page>;
    async fn act(self: Arc<Self>, imports: Box<dyn Imports>, act: Act) -> Called<Outcome>;
    async fn job(self: Arc<Self>, imports: Box<dyn Imports>, job: Job) -> Called<()>;
    async fn migrate(self: Arc<Self>, imports: Box<dyn Imports>, migrate: Migrate) -> Called<String>;
    async fn check(self: Arc<Self>, imports: Box<dyn Imports>) -> Called<Vec<String>>;
}

impl Module {
    /// Reads: the page of a view.
    pub async fn view(&self, imports: Box<dyn Imports>, name: &str, request: &Request) -> Called<Page> {
        let view = View { name: name.to_owned(), request: request.clone() };
        Arc::clone(&self.callable).view(imports, view).await
    }

    /// Changes: the outcome of an act.
    pub async fn act(&self, imports: Box<dyn Imports>, name: &str, request: &Request) -> Called<Outcome> {
        let act = Act { name: name.to_owned(), request: request.clone() };
        Arc::clone(&self.callable).act(imports, act).await
    }

    /// Timed work. `args` is JSON.
    pub async fn job(&self, imports: Box<dyn Imports>, name: &str, args: &str) -> Called<()> {
        let job = Job { name: name.to_owned(), args: args.to_owned() };
        Arc::clone(&self.callable).job(imports, job).await
    }

    /// Brings a document (JSON) of an older version of its collection to the present one. May be called while
    /// another call of any module waits for it.
    pub async fn migrate(
        &self,
        imports: Box<dyn Imports>,
        collection: &str,
        version: u32,
        document: &str,
    ) -> Called<String> {
        let (collection, document) = (collection.to_owned(), document.to_owned());
        Arc::clone(&self.callable).migrate(imports, Migrate { collection, version, document }).await
    }

    /// Asks what is wrong with the configuration: sentences for the holder, none when all is well.
    pub async fn check(&self, imports: Box<dyn Imports>) -> Called<Vec<String>> {
        Arc::clone(&self.callable).check(imports).await
    }
}

#[async_trait]
impl Callable for Loaded {
    async fn view(self: Arc<Self>, imports: Box<dyn Imports>, view: View) -> Called<Page> {
        let (result, imports) = self.call(imports, view).await;
        let limits = &self.engine.config.limits;
        self.noted((result.and_then(|(page,)| checked(page.map_err(failed)?.into(), limits)), imports))
    }

    async fn act(self: Arc<Self>, imports: Box<dyn Imports>, act: Act) -> Called<Outcome> {
        let (result, imports) = self.call(imports, act).await;
        self.noted((result.and_then(|(outcome,)| outcome.map(Into::into).map_err(failed)), imports))
    }

    async fn job(self: Arc<Self>, imports: Box<dyn Imports>, job: Job) -> Called<()> {
        let (result, imports) = self.call(imports, job).await;
        self.noted((result.and_then(|(done,)| done.map_err(failed)), imports))
    }

    async fn migrate(self: Arc<Self>, imports: Box<dyn Imports>, migrate: Migrate) -> Called<String> {
        let (result, imports) = self.call(imports, migrate).await;
        self.noted((result.and_then(|(document,)| document.map_err(failed)), imports))
    }

    async fn check(self: Arc<Self>, imports: Box<dyn Imports>) -> Called<Vec<String>> {
        let (result, imports) = self.call(imports, Check).await;
        let lines = |(sentences,): CheckResult| {
            sentences.iter().take(SENTENCES).map(|sentence| words::line(sentence).into_owned()).collect()
        };
        self.noted((result.map(lines), imports))
    }
}

impl Loaded {
    /// Notes how the module behaved.
    fn noted<T>(&self, (result, imports): Called<T>) -> Called<T> {
        if result.as_ref().is_err_and(CallError::is_fault_of_module) {
            self.conduct.failed();
        }
        (result, imports)
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

pub(crate) fn exhausted(UsedUp { quota, limit }: UsedUp) -> CallError {
    match quota {
        Quota::Time | Quota::Computing => CallError::TimedOut { quota, limit: Duration::from_millis(limit) },
        _ => CallError::TooMuch { quota, limit },
    }
}

/// Why the engine stopped the guest.
pub(crate) fn why(error: &wasmtime::Error, border: &mut Border, limits: &CallLimits) -> CallError {
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
