//! The audit log's public page.

use maud::{Markup, html};

use super::document::headed;
use super::paths;
use crate::texts::Speaker;

/// The last checkpoint, as the page tells of it.
#[derive(Debug, Clone)]
pub struct LastCheckpoint {
    /// How many entries the log had.
    pub entries: u64,
    /// When it was made, in words.
    pub at: Markup,
    /// The signed note.
    pub note: String,
}

/// What the log is, who signs it, and how anybody checks it.
pub fn log(say: &Speaker<'_>, verifier_key: &str, last: Option<&LastCheckpoint>) -> Markup {
    let title = say.say("audit-title");
    html! {
        (headed(say, &[], &title, Some(&say.say("audit-lead"))))
        div.v-prose {
            p { (say.say("audit-how")) }
            p { a href=(paths::INVALIDATIONS) { (say.say("invalidations-title")) } }
            h2 { (say.say("audit-key")) }
            p { (say.say("audit-key-what")) }
            pre.v-code tabindex="0" { (verifier_key) }
            h2 { (say.say("audit-checkpoint")) }
            @match last {
                Some(last) => {
                    p { (say.say_with("audit-entries", &[("count", last.entries.into())])) " " (last.at) }
                    pre.v-code tabindex="0" { (last.note) }
                    p { a href=(paths::CHECKPOINT) { (say.say("audit-checkpoint-file")) } }
                },
                None => p { (say.say("audit-no-checkpoint")) },
            }
            h2 { (say.say("audit-check")) }
            p { (say.say("audit-check-receipt")) }
            pre.v-code tabindex="0" { "vzaemo audit verify --receipt receipt.json --key " (verifier_key) }
            p { (say.say("audit-check-log")) }
            pre.v-code tabindex="0" {
                "vzaemo audit verify --from checkpoint --proof consistency.json --key " (verifier_key)
            }
        }
    }
}
