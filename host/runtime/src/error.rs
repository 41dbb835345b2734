//! What can go wrong, in words for operators.

use crate::words;
use std::fmt;
use std::time::Duration;
use vzaemo_contract::call::Failure;
use vzaemo_marks::Problem;

/// Why an engine could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The pool or the compiler did not take the configuration.
    #[error("set up the engine")]
    Setup(#[source] wasmtime::Error),
    /// The thread that ends time slices did not start.
    #[error("start the engine's clock")]
    Ticker(#[source] std::io::Error),
    /// The threads of the slow lane did not start.
    #[error("start the threads for long computations")]
    SlowLane(#[source] std::io::Error),
    /// The folder of compiled components cannot be used.
    #[error("open the cache of compiled components")]
    Cache(#[source] std::io::Error),
}

/// Why a component was not taken. Says which side refused and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are not those that the digest names.
    #[error("load the component: its digest is {found}, not {expected}; fetch the package again")]
    Digest {
        /// The digest asked for.
        expected: String,
        /// The digest of the bytes.
        found: String,
    },
    /// It is no component that this host can run.
    #[error(
        "compile the component: {0}; build the module for wasm32-unknown-unknown and pack it as a component"
    )]
    Invalid(String),
    /// It imports something that no module gets.
    #[error(
        "link `{import}`: the platform gives modules no such interface; \
         build the module for wasm32-unknown-unknown without what imports it"
    )]
    Foreign {
        /// The import.
        import: String,
    },
    /// It imports an interface of the contract that this host does not have.
    #[error(
        "link `{import}`: this host speaks contract {}; use a version of the module for it, or upgrade the host",
        vzaemo_contract::CONTRACT_VERSION
    )]
    UnknownInterface {
        /// The import.
        import: String,
    },
    /// The manifest does not ask for a capability that the component imports.
    #[error(
        "link `{import}`: the manifest does not ask for `{capability}`; \
         the module's author adds [capabilities.{capability}] with a reason to module.toml"
    )]
    NotAsked {
        /// The import.
        import: String,
        /// The capability.
        capability: &'static str,
    },
    /// The manifest requires a capability that the holder does not grant.
    #[error(
        "link `{import}`: the module requires `{capability}` and it is not granted; \
         the holder grants it in platform.toml or goes without the module"
    )]
    NotGranted {
        /// The import.
        import: String,
        /// The capability.
        capability: &'static str,
    },
    /// It lacks a function that every module has.
    #[error(
        "link the component: it does not export `{export}`; build it with the SDK of contract {}",
        vzaemo_contract::CONTRACT_VERSION
    )]
    MissingExport {
        /// The export.
        export: String,
    },
    /// A function has another type than in the contract.
    #[error(
        "link the component: {detail}; build it with the SDK of contract {}",
        vzaemo_contract::CONTRACT_VERSION
    )]
    WrongType {
        /// What differs.
        detail: String,
    },
    /// The host stopped while it compiled.
    #[error("compile the component: the host is stopping")]
    Stopped,
}

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The module said so.
    #[error("finish the call: {}", Said(.0))]
    Failure(Failure),
    /// The module's code was stopped by a fault of its own.
    #[error("finish the call: {kind}{}", Quoted(.message.as_deref()))]
    Trap {
        /// What happened.
        kind: TrapKind,
        /// What the module wrote to the log as an error just before, or the engine's words.
        message: Option<String>,
        /// Where in the module's code, if known.
        #[source]
        backtrace: Option<Backtrace>,
    },
    /// It took too long.
    #[error("finish the call within {} ms of {quota}", .limit.as_millis())]
    TimedOut {
        /// Which time ran out.
        quota: Quota,
        /// How much there was.
        limit: Duration,
    },
    /// It passed a limit of one call.
    #[error("finish the call: it passed the limit of {limit} {quota}")]
    TooMuch {
        /// What there was too much of.
        quota: Quota,
        /// The limit.
        limit: u64,
    },
    /// All slots are taken, or the module's share of them.
    #[error("start the call: too many calls run already")]
    Busy,
    /// The page breaks the grammar.
    #[error("read the page: {0}")]
    BrokenPage(Problem),
    /// A fault of the host or of the engine.
    #[error("make the call: {0}")]
    Host(String),
}

impl CallError {
    /// Whether the module's own code is at fault. Such errors count towards setting the module aside; an answer
    /// such as "not found", or a busy host, does not.
    pub fn is_fault_of_module(&self) -> bool {
        match self {
            CallError::Failure(Failure::Broken(_))
            | CallError::Trap { .. }
            | CallError::TimedOut { quota: Quota::Computing, .. }
            | CallError::TooMuch { .. }
            | CallError::BrokenPage(_) => true,
            CallError::Failure(Failure::NotFound | Failure::Refused(_))
            | CallError::TimedOut { .. }
            | CallError::Busy
            | CallError::Host(_) => false,
        }
    }

    /// Whether the same call may well succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, CallError::Busy | CallError::TimedOut { quota: Quota::Time, .. })
    }
}

/// Where in its code a module was stopped: its functions in one line, the innermost first. The source of
/// [`CallError::Trap`], so that it stands in the operator's log and in no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("run {0}")]
pub struct Backtrace(String);

/// The most functions of a backtrace that are told.
const FRAMES: usize = 20;

impl Backtrace {
    pub(crate) fn of(backtrace: &wasmtime::WasmBacktrace) -> Self {
        let frame = |frame: &wasmtime::FrameInfo| {
            let name = frame.func_name().map_or_else(
                || format!("wasm function {}", frame.func_index()),
                |name| words::line(name).into_owned(),
            );
            match frame.module_offset() {
                Some(offset) => format!("{name} at {offset:#x}"),
                None => name,
            }
        };
        let mut frames: Vec<String> = backtrace.frames().iter().take(FRAMES).map(frame).collect();
        if backtrace.frames().len() > FRAMES {
            frames.push(format!("{} more", backtrace.frames().len() - FRAMES));
        }
        Backtrace(frames.join(" < "))
    }
}

struct Said<'a>(&'a Failure);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Failure::NotFound => f.write_str("the module has no such thing"),
            Failure::Refused(refusal) => write!(f, "the module refused with `{}`", refusal.message.key),
            Failure::Broken(what) => write!(f, "the module reports a mistake of its own: {what}"),
        }
    }
}

struct Quoted<'a>(Option<&'a str>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |text| write!(f, ": {text}"))
    }
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// Time by the clock on the wall, waiting included.
    Time,
    /// Time slices of the processor.
    Computing,
    /// Calls to the host.
    HostCalls,
    /// Bytes handed to the module.
    BytesRead,
    /// Bytes handed to the host as arguments.
    BytesWritten,
    /// Bytes handed to the host at once.
    BytesAtOnce,
    /// Bytes of a page's text.
    PageText,
    /// Marks of a page.
    PageMarks,
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Quota::Time => "time",
            Quota::Computing => "computing",
            Quota::HostCalls => "calls to the host",
            Quota::BytesRead => "bytes read",
            Quota::BytesWritten => "bytes written",
            Quota::BytesAtOnce => "bytes handed over at once",
            Quota::PageText => "bytes of text in a page",
            Quota::PageMarks => "marks in a page",
        })
    }
}

/// How the module's code was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrapKind {
    /// It gave up by itself and said why in the log.
    Panic,
    /// It gave up by itself and said nothing.
    Unreachable,
    /// It nested calls too deeply.
    StackOverflow,
    /// It was refused more memory and gave up.
    MemoryLimit,
    /// It reached outside its memory or its tables.
    OutOfBounds,
    /// It divided by zero or overflowed.
    Arithmetic,
    /// It called a function that is not there or is of another type.
    BadCall,
    /// What it handed over is not what the contract says.
    BrokenContract,
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrapKind::Panic => "the module panicked",
            TrapKind::Unreachable => "the module gave up",
            TrapKind::StackOverflow => "the module nested calls too deeply",
            TrapKind::MemoryLimit => "the module ran out of its memory",
            TrapKind::OutOfBounds => "the module reached outside its memory",
            TrapKind::Arithmetic => "the module's arithmetic failed",
            TrapKind::BadCall => "the module called a function that is not there",
            TrapKind::BrokenContract => "the module broke the contract",
        })
    }
}
