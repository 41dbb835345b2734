//! The one way in: principal → access → call → commit.
//!
//! The web, the jobs and the command line all come through [`Service`]. A request meets the [`Snapshot`] that
//! serves at the moment; the document that the route names is read; `access` decides; the module is called
//! with a fresh instance over one unit of work; what it wrote commits together with its audit entry, or not at
//! all. An act whose reads have changed at commit is run again.

mod bodies;
mod caller;
pub mod changes;
mod correcting;
mod decide;
mod erasing;
mod error;
mod explain;
mod files;
pub mod granting;
mod health;
mod imports;
mod index;
pub mod invalidation;
mod looks;
pub mod merging;
mod migration;
mod mine;
mod own_pages;
mod personal;
#[cfg(test)]
mod place;
mod platform;
mod reach;
mod reading;
pub mod record;
mod recording;
mod references;
pub mod representation;
mod retention;
pub mod route;
mod rules;
mod run;
mod service;
mod sights;
mod submission;
mod terms;
mod tidying;
mod timed;
pub mod two_person;
mod version;
pub mod work;

pub use caller::Caller;
pub use correcting::{Asked, Told, Wanted, answers};
pub use decide::{Alarm, Alarms, Decisions};
pub use erasing::{Forgets, Kept, Plan, Retention, Waiting, erase_again};
pub use error::Error;
pub use explain::{Explained, Question, Unexplained, action_of, explain, explain_own, person_meant};
pub use files::{FileFields, FileRule};
pub use health::{Health, HealthEvent};
pub use migration::{NewerDocuments, newer_documents, prepare_migrations};
pub use mine::Holding;
pub use own_pages::PLATFORM;
pub use personal::PersonalFields;
pub use platform::Platform;
pub use reading::{Reading, Slot, Viewed};
pub use recording::{Finding, Recorded, Replayed, replay};
pub use retention::{Done as Retained, Keeping, Outlook, is_nobody, prepare_retention};
pub use service::{Done, Service};
pub use tidying::{Age, Expiry};
pub use timed::Worked;
pub use version::{InputForm, ModuleState, ModuleVersion, Snapshot};
pub use vzaemo_access::{Assurance, Consulted, Explanation, Fact, HostAction, HostPolicies, Known, Origin};
