//! What pages on which two persons decide have in common: the list of proposals, and where each stands.

use super::security::table;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_service::two_person::Proposal;

/// The list: a caption, the names of its columns, and a row a proposal.
pub(super) fn list(say: &Speaker<'_>, caption: &str, columns: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        section.v-section {
            h2 { (say.say("invalidate-proposals")) }
            @if rows.is_empty() { p.v-muted { (say.say("invalidate-no-proposals")) } }
            @else { (table(say, caption, columns, rows)) }
        }
    }
}

/// The message that says where a proposal stands; `open` if it can still be decided.
pub(super) fn standing(proposal: &Proposal, open: bool) -> &'static str {
    match &proposal.decided {
        Some(decided) if decided.outcome.is_some() => "invalidate-approved",
        Some(_) => "invalidate-declined",
        None if open => "invalidate-open",
        None => "invalidate-over",
    }
}
