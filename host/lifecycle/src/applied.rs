//! What became of a configuration.

use crate::Plan;

/// A configuration that serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Its generation.
    pub generation: u64,
    /// What has changed; empty when the configuration asked for what served already.
    pub plan: Plan,
    /// Sections whose change takes effect at the next start only.
    pub at_next_start: Vec<&'static str>,
    /// The key of the change that the file asks for and that waits for the holders. What serves goes on until then.
    pub waits: Option<String>,
}
