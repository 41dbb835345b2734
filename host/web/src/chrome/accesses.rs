//! Who saw my data.

use jiff::Timestamp;
use maud::{Markup, html};

use super::cabinet::{Cabinet, Tab};

/// Somebody saw, or tried to see, data of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLine {
    /// When.
    pub at: Timestamp,
    /// Who: the name, where it may be told.
    pub name: Option<String>,
    /// In what capacity, in words.
    pub capacity: String,
    /// The body, if they looked for one.
    pub body: Option<String>,
    /// The service.
    pub service: String,
    /// What the record is called.
    pub record: String,
    /// Its page in the cabinet, if it has one.
    pub href: Option<String>,
    /// What for, each with the act of law.
    pub purposes: Vec<(String, String)>,
    /// Whether they were let.
    pub allowed: bool,
}

/// The page; `next` is the address of the next one.
pub fn accesses(cabinet: &Cabinet<'_>, lines: &[AccessLine], next: Option<&str>) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        p { (say.say("accesses-lead")) }
        @if lines.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("accesses-none")) } p { (say.say("accesses-none-next")) } }
        } @else {
            ul.v-cards.v-cards--rows {
                @for line in lines { (card(cabinet, line)) }
            }
            @if let Some(next) = next { p { a href=(next) { (say.say("accesses-more")) } } }
        }
    };
    cabinet.frame(Tab::Accesses, &body)
}

fn card(cabinet: &Cabinet<'_>, line: &AccessLine) -> Markup {
    let say = &cabinet.say;
    html! {
        li.v-card {
            p.v-tags {
                @if line.allowed { span.v-tag.v-tag--neutral { (say.say("access-seen")) } }
                @else { span.v-tag.v-tag--bad { (say.say("access-refused")) } }
                " " span.v-small.v-muted { (line.service) }
            }
            h2.v-card__title {
                @match &line.href { Some(href) => a href=(href) { (line.record) }, None => (line.record) }
            }
            p {
                @if let Some(name) = &line.name { (name) ", " }
                (line.capacity)
                @if let Some(body) = &line.body { ": " (body) }
            }
            @for (why, law) in &line.purposes {
                p.v-small { (say.say("access-why")) " " (why) " (" (law) ")" }
            }
            p.v-small.v-muted { (cabinet.moment(line.at)) }
        }
    }
}
