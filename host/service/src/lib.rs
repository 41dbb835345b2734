//! The one way in: principal → access → call → commit.
//!
//! The web, the jobs and the command line all come through [`Service`]. A request meets the [`Snapshot`] that
//! serves at the moment; the document that the route names is read; `access` decides; the module is called
//! with a fresh instance over one unit of work; what it wrote commits together with its audit entry, or not at
//! all. An act whose reads have changed at commit is run again.

mod bodies;
mod caller;
mod error;
mod files;
mod health;
mod imports;
mod index;
mod platform;
pub mod record;
pub mod route;
mod run;
mod service;
mod submission;
mod terms;
mod timed;
mod version;
pub mod work;

pub use caller::Caller;
pub use error::Error;
pub use health::{Health, HealthEvent};
pub use platform::Platform;
pub use service::{Done, Service, Slot, Viewed};
pub use timed::Worked;
pub use files::{FileFields, FileRule};
pub use version::{InputForm, ModuleState, ModuleVersion, Snapshot};
