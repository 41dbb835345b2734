//! From `platform.toml` to what serves.
//!
//! The holder's configuration is read ([`Configuration`]), each module's requirement is resolved to a package, the
//! packages are verified, compiled and checked, their collections declared, and only then the whole is put into
//! service in one swap. If anything fails, what served goes on serving, and the refusal is audited with its reasons.
//! Requests that have begun keep the versions that they began with.
//!
//! [`Lifecycle`] does this at the start, on [`Lifecycle::reload`] and when [`watch`] sees a file change. It also
//! sets aside modules that fail again and again, and tries them again later. [`check_configuration`] tells what is
//! wrong without changing anything.

mod applied;
mod apply;
mod check;
mod collections;
pub mod configuration;
mod content;
mod defaults;
mod desired;
mod lock;
mod plan;
mod prepare;
mod problem;
mod quarantine;
mod record;
mod recorded;
mod rules;
mod texts;
mod watch;

pub use applied::Applied;
pub use apply::{Lifecycle, LifecycleError, approved_configuration};
pub use check::{Checked, check_configuration};
pub use configuration::Configuration;
pub use desired::{Desired, Wanted, WantedRules};
pub use plan::{Change, Plan, RulesChange};
pub use problem::Problem;
pub use quarantine::{Quarantine, Thresholds};
pub use record::{NAMESPACE, collections as own_collections};
pub use recorded::{kept_packages, recorded_version};
pub use watch::{Watching, watch};
