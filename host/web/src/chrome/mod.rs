//! Everything around a module's page, and the pages that are the host's own.
//!
//! Functions here take plain data and give HTML; who asks and from where the data comes is not their matter.

pub mod accesses;
pub mod acting_for;
pub mod administration;
pub mod audit;
pub mod cabinet;
pub mod corrections;
pub mod document;
pub mod home;
pub mod icons;
pub mod invalidations;
pub mod mail;
pub mod my_data;
pub mod orderly;
pub mod organisations;
pub mod papers;
pub mod paths;
pub mod preferences;
pub mod problem;
pub mod qualified;
pub mod record;
pub mod rules;
pub mod sealing;
pub mod sessions;
pub mod sign_in;
pub mod signature_file;
pub mod signatures;
pub mod skeleton;
pub mod slots;

pub use acting_for::{Capacity, acting_for};
pub use cabinet::{
    Cabinet, Case, CaseEvent, CasePage, Draft, Next, Notice, Tab, case, cases, drafts, notices,
};
pub use document::{Banner, Crumb, Development, Filling, Frame, Nav, Visitor, document, headed, with_banner};
pub use home::{Contribution, Task, home};
pub use icons::{icon, mark};
pub use orderly::{is_orderly, orderly};
pub use paths::*;
pub use preferences::{Contrast, Preferences, Spacing, TextSize, Theme, preferences};
pub use problem::{Kept, KeptFile, Problem, problem};
pub use qualified::{Signing, StepUp, signing, step_up};
pub use sessions::{SessionLine, sessions};
pub use sign_in::{Means, sign_in, signed_out};
pub use skeleton::Skeleton;
pub use slots::{fill_button, fill_done, fill_link, fill_refused, fill_sign_in, fill_step_up};

#[cfg(test)]
mod tests;
