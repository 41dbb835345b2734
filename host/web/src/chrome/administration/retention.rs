//! What was erased for its time, and what comes next.

use super::security::{Moment, table};
use crate::chrome::document::headed;
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_clock::Instant;

/// What was erased by a rule on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The day, in words.
    pub day: String,
    /// The service.
    pub service: String,
    /// What the documents are called there.
    pub collection: String,
    /// The class of data.
    pub class: String,
    /// For how long it was kept, in words.
    pub term: String,
    /// The act of law.
    pub law: String,
    /// Whether the documents went.
    pub removed: bool,
    /// How many documents.
    pub documents: u64,
}

/// What comes next in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The service.
    pub service: String,
    /// What the documents are called there.
    pub collection: String,
    /// When the next of them have had their time, and how many.
    pub next: Option<(Instant, u64)>,
    /// Documents whose time runs.
    pub running: u64,
    /// Documents whose matter has not ended.
    pub open: u64,
    /// Documents that could not be changed.
    pub failed: u64,
    /// When the collection was gone through.
    pub looked: Instant,
}

/// The page; `offered` are the addresses of administration that the reader may open.
pub fn retention(
    say: &Speaker<'_>,
    erased: &[Erased],
    next: &[Next],
    offered: &[&str],
    moment: Moment<'_>,
) -> Markup {
    html! {
        (headed(say, &[], &say.say("retention-title"), Some(&say.say("retention-lead"))))
        (super::parts(say, paths::ADMIN_RETENTION, offered))
        section.v-section {
            h2 { (say.say("retention-next")) }
            @if next.is_empty() { p { (say.say("retention-next-nothing")) } } @else { (coming(say, next, moment)) }
        }
        section.v-section {
            h2 { (say.say("retention-done")) }
            @if erased.is_empty() { p { (say.say("retention-done-nothing")) } } @else { (done(say, erased)) }
        }
    }
}

fn coming(say: &Speaker<'_>, next: &[Next], moment: Moment<'_>) -> Markup {
    let row = |one: &Next| {
        vec![
            html! { (one.service) ": " (one.collection) },
            html! { @match &one.next { Some((at, count)) => { (moment(*at)) " (" (count) ")" }, None => "—" } },
            html! { (one.running) },
            html! { (one.open) },
            html! { (one.failed) },
            moment(one.looked),
        ]
    };
    let rows: Vec<Vec<Markup>> = next.iter().map(row).collect();
    let columns = [
        "retention-records",
        "retention-due",
        "retention-running",
        "retention-open",
        "retention-failed",
        "retention-looked",
    ];
    table(say, "retention-next-caption", &columns, &rows)
}

fn done(say: &Speaker<'_>, erased: &[Erased]) -> Markup {
    let row = |one: &Erased| {
        let what = if one.removed { "retention-removed" } else { "retention-replaced" };
        vec![
            html! { (one.day) },
            html! { (one.service) ": " (one.collection) },
            html! { (one.class) ": " (one.term) " (" (one.law) ")" },
            html! { (say.say(what)) },
            html! { (one.documents) },
        ]
    };
    let rows: Vec<Vec<Markup>> = erased.iter().map(row).collect();
    let columns =
        ["retention-day", "retention-records", "retention-rule", "retention-what", "retention-count"];
    table(say, "retention-done-caption", &columns, &rows)
}
