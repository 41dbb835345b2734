//! What is wrong with a manifest's meaning: each finding with its place and how to mend it.
//!
//! [`Manifest::from_toml`] has checked the shape. Here it is checked that names are well formed and lead somewhere,
//! that the workflow can be walked, and that what the rules need stands in the schemas.

mod acts;
mod collections;
mod duration;
mod forms;
mod head;
mod messages;
mod names;
mod participation;
mod schemas;
mod workflow;

pub use collections::{RETENTION, RETENTION_FROM, RETENTION_OF};
pub use duration::is_retention;
pub use messages::MessageKey;

use crate::manifest::Manifest;
use schemas::Schemas;

/// Something wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: keys from the root joined by dots, items of lists by their name, such as `acts.sign.once`.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl core::fmt::Display for Problem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.mend)
    }
}

/// What all checks share: the manifest, the schemas it names, and the findings so far.
struct Check<'a> {
    manifest: &'a Manifest,
    schemas: Schemas<'a>,
    found: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, place: impl Into<String>, what: impl Into<String>, mend: impl Into<String>) {
        self.found.push(Problem { place: place.into(), what: what.into(), mend: mend.into() });
    }
}

impl Manifest {
    /// What is wrong with the manifest's meaning; nothing when all is well. `files` gives the module's files by
    /// their path in the module, as texts.
    ///
    /// Whether the messages of [`Manifest::message_keys`] exist is for whoever reads the Fluent files.
    pub fn problems(&self, files: &dyn Fn(&str) -> Option<String>) -> Vec<Problem> {
        let mut check = Check { manifest: self, schemas: Schemas::new(files), found: Vec::new() };
        check.head();
        check.collections();
        check.routes();
        check.views();
        check.acts();
        check.forms();
        check.workflow();
        check.found
    }
}
