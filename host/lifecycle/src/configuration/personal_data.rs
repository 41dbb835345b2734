//! The section `[personal-data]`.

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Term, Unit};

/// What the law says of requests about personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PersonalData {
    /// Within which term a request to correct data is answered, with the act of law. The default is a holder's to check
    /// against the official text before citizens are served.
    pub correction: Term,
}

impl Default for PersonalData {
    fn default() -> Self {
        let law = "2297-VI, ст. 20".to_owned();
        Self { correction: Term { value: 30, unit: Unit::CalendarDays, law } }
    }
}
