//! Everything around a module's page, and the pages that are the host's own.
//!
//! Functions here take plain data and give HTML; who asks and from where the data comes is not their matter.

pub mod acting_for;
pub mod audit;
pub mod cabinet;
pub mod document;
pub mod home;
pub mod icons;
pub mod orderly;
pub mod paths;
pub mod preferences;
pub mod problem;
pub mod record;
pub mod sign_in;
pub mod slots;

pub use acting_for::{Capacity, acting_for};
pub use cabinet::{
    Cabinet, Case, CaseEvent, CasePage, Draft, Next, Notice, SessionLine, Tab, case, cases, drafts, notices,
    sessions,
};
pub use document::{Banner, Crumb, Development, Frame, Nav, Visitor, document, headed, with_banner};
pub use home::{Contribution, Task, home};
pub use icons::{icon, mark};
pub use orderly::orderly;
pub use paths::*;
pub use preferences::{Contrast, Preferences, Spacing, TextSize, Theme, preferences};
pub use problem::{Kept, KeptFile, Problem, problem};
pub use sign_in::{Means, Rules, rules, sign_in};
pub use slots::{fill_button, fill_done, fill_link, fill_refused, fill_sign_in};

#[cfg(test)]
mod tests;
