//! Everything around a module's page, and the pages that are the host's own.
//!
//! Functions here take plain data and give HTML; who asks and from where the data comes is not their matter.

mod cabinet;
mod document;
mod home;
mod icons;
mod paths;
mod preferences;
mod problem;
mod sign_in;
mod slots;

pub use cabinet::{
    Case, CaseEvent, CasePage, Draft, Next, Notice, SessionLine, Tab, case, cases, drafts, notices, sessions,
};
pub use document::{Banner, Crumb, Development, Frame, Nav, Visitor, document, headed};
pub use home::{Contribution, Task, home};
pub use icons::{icon, mark};
pub use paths::*;
pub use preferences::{Contrast, Preferences, Spacing, TextSize, Theme, preferences};
pub use problem::{Kept, Problem, problem};
pub use sign_in::{Means, Rules, rules, sign_in};
pub use slots::{fill_button, fill_done, fill_refused, fill_sign_in};

#[cfg(test)]
mod tests;
