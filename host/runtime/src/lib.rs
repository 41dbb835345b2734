//! Runs modules.
//!
//! An [`Engine`] compiles components and keeps a pool of instance slots, all sized from one number. A
//! [`Module`] is one version of a module, checked against what its manifest asks for and what the holder
//! grants; each call gets a fresh instance. What a module may do in a call depends on the [`CallKind`] and is
//! decided here, at the border, before the [`Imports`] that the caller hands in are asked.
//!
//! The room knows nothing of the web, of storage, or of any one module.

#![deny(unsafe_code)]

mod bindings;
mod border;
mod cache;
mod call;
mod capability;
mod conduct;
mod config;
mod convert;
mod engine;
mod error;
mod function;
mod imports;
mod load;
mod meter;
mod run;
mod serve;
mod slots;
mod slow;
mod ticker;
mod words;

pub use call::{CallKind, Called};
pub use capability::{Capability, Grants};
pub use config::{CallLimits, EngineConfig};
pub use engine::{Engine, Usage};
pub use error::{Backtrace, CallError, EngineError, LoadError, Quota, TrapKind};
pub use imports::Imports;
pub use load::{Module, speaks};
