//! The section `[audit]`.

use serde::{Deserialize, Serialize};

/// The audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Audit {
    /// The log's name in checkpoints, as C2SP writes it: an address without scheme. It belongs to the key that signs
    /// them, so with another name there is another key. Without one, the host of the platform's address and `/audit`.
    pub origin: Option<String>,
    /// A checkpoint is made every so many minutes, if anything has come into the log.
    pub checkpoint_minutes: u32,
    /// The journal and earlier revisions of documents are kept for so many days of the legal clock; without it, as long as
    /// the data of their documents. The log itself is kept for ever.
    pub journal_days: Option<u32>,
}

impl Default for Audit {
    fn default() -> Self {
        Self { origin: None, checkpoint_minutes: 10, journal_days: None }
    }
}

impl Audit {
    /// Whether a name can stand in a signed note.
    pub(super) fn is_origin(name: &str) -> bool {
        !name.is_empty()
            && !name.contains('+')
            && !name.contains(char::is_whitespace)
            && !name.contains("://")
    }
}

impl super::Configuration {
    /// The log's name in checkpoints.
    pub fn audit_origin(&self) -> String {
        self.audit
            .origin
            .clone()
            .unwrap_or_else(|| format!("{}/audit", self.platform.base_url.host_str().unwrap_or("localhost")))
    }
}
