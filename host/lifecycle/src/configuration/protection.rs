//! Protection: lock-outs, what is unusual, and who is told.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Protection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Protection {
    /// How long security events and alerts are kept, in days.
    pub keep_days: u32,
    /// When somebody who fails again and again is locked out.
    pub lockout: Lockout,
    /// What is thought unusual.
    pub anomalies: Anomalies,
    /// An address that alerts are sent to at once.
    pub webhook: Option<Webhook>,
    /// To whom alerts are written at once, by the mail server of `[mail]`.
    pub mail: Vec<String>,
}

/// When somebody is locked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Lockout {
    /// So many failed attempts lock out.
    pub failures: u32,
    /// The first time for so many seconds; each further time twice as long.
    pub first_seconds: u32,
    /// Never longer than so many seconds.
    pub longest_seconds: u32,
}

/// What is thought unusual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Anomalies {
    /// How far back is looked, in minutes.
    pub window_minutes: u32,
    /// So many persons who sign in from one address within that time.
    pub persons_per_address: u32,
    /// So many persons who sign in with one browser within that time.
    pub persons_per_device: u32,
    /// So many acts of a person at nearly equal intervals.
    pub regular_acts: u32,
}

/// An address that alerts are sent to at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Webhook {
    /// The address.
    pub url: url::Url,
    /// The file with the secret that is shared with whoever listens there, alone on a line, at least 16 bytes. Secrets do
    /// not stand in `platform.toml`.
    pub secret_file: PathBuf,
}

impl Default for Protection {
    fn default() -> Self {
        Protection {
            keep_days: 90,
            lockout: Lockout::default(),
            anomalies: Anomalies::default(),
            webhook: None,
            mail: Vec::new(),
        }
    }
}

impl Default for Lockout {
    fn default() -> Self {
        Lockout { failures: 10, first_seconds: 60, longest_seconds: 86_400 }
    }
}

impl Default for Anomalies {
    fn default() -> Self {
        Anomalies { window_minutes: 60, persons_per_address: 50, persons_per_device: 5, regular_acts: 12 }
    }
}
