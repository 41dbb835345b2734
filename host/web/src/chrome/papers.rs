//! The documents of a person: files that they sent, and files that they got in their cases.

use jiff::Timestamp;
use maud::{Markup, html};

use super::cabinet::{Cabinet, Tab};
use super::signatures::{Shown, Telling};
use crate::texts::grouped;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What it is called.
    pub name: String,
    /// What it is, such as PDF.
    pub kind: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub digest: String,
    /// When it arrived.
    pub at: Timestamp,
    /// Where to get it; nothing while it is being checked, or if it is blocked.
    pub href: Option<String>,
    /// The case that it came with: title and page in the cabinet.
    pub case: Option<(String, String)>,
    /// The person has sent it themselves.
    pub sent: bool,
    /// The platform made it for the person, who keeps it.
    pub kept: bool,
    /// What is known of its signatures.
    pub signatures: Vec<Shown>,
    /// Its own page, where it can be signed.
    pub page: String,
}

/// The page; `next` is the address of the next one.
pub fn papers(cabinet: &Cabinet<'_>, telling: &Telling<'_>, papers: &[Paper], next: Option<&str>) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        @if papers.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("papers-none")) } p { (say.say("papers-none-next")) } }
        } @else {
            p { (say.say("papers-lead")) }
            ul.v-cards.v-cards--rows { @for paper in papers { (card(cabinet, telling, paper)) } }
            @if let Some(next) = next { p { a href=(next) { (say.say("papers-more")) } } }
        }
    };
    cabinet.frame(Tab::Papers, &body)
}

/// The digits in groups between which a line may end.
fn parts(digest: &str) -> impl Iterator<Item = &str> {
    (0..digest.len()).step_by(8).filter_map(|at| digest.get(at..(at + 8).min(digest.len())))
}

fn card(cabinet: &Cabinet<'_>, telling: &Telling<'_>, paper: &Paper) -> Markup {
    let say = &cabinet.say;
    let kib = i64::try_from(paper.size.div_ceil(1024)).unwrap_or(i64::MAX);
    html! {
        li.v-card {
            p.v-tags {
                @if paper.kept { span.v-tag.v-tag--neutral { (say.say("paper-kept")) } }
                @else if paper.sent { span.v-tag.v-tag--neutral { (say.say("paper-sent")) } }
                @else { span.v-tag.v-tag--brand { (say.say("paper-got")) } }
            }
            h2.v-card__title {
                @match &paper.href {
                    Some(href) => a href=(href) download { (paper.name) },
                    None => (paper.name),
                }
            }
            p.v-small.v-muted {
                (paper.kind) " · " (say.say_with("paper-kib", &[("kib", grouped(kib).into())])) " · " (cabinet.moment(paper.at))
                @if paper.href.is_none() { " · " (say.say("paper-checked")) }
            }
            @if let Some((title, href)) = &paper.case { p { (say.say("paper-case")) " " a href=(href) { (title) } } }
            (telling.all(&paper.signatures))
            @if paper.href.is_some() {
                p {
                    a href=(paper.page) {
                        span aria-hidden="true" { (say.say("signed-cabinet")) }
                        span.govuk-visually-hidden { (say.say_with("signed-cabinet-of", &[("name", paper.name.clone().into())])) }
                    }
                }
            }
            details.v-how {
                summary { (say.say("paper-digest")) span.govuk-visually-hidden { ": " (paper.name) } }
                p { code { @for part in parts(&paper.digest) { (part) wbr; } } }
            }
        }
    }
}
