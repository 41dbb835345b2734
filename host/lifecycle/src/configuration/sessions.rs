//! How long people stay signed in.

use serde::{Deserialize, Serialize};

/// How long people stay signed in, on the real clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Sessions {
    /// A session that is not used for so many minutes ends.
    pub idle_minutes: u32,
    /// A session ends after so many minutes in any case.
    pub absolute_minutes: u32,
}

impl Default for Sessions {
    /// An hour unused, twelve hours in all.
    fn default() -> Self {
        Sessions { idle_minutes: 60, absolute_minutes: 12 * 60 }
    }
}
