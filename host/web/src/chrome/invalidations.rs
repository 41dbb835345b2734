//! The public side of decisions by which participation does not count.

use crate::chrome::document::{Crumb, headed};
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_identity::Role;

/// A decision, as everybody may read it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Its number.
    pub number: String,
    /// The service.
    pub service: String,
    /// What the participation was in: its key.
    pub document: String,
    /// The page of that, if everybody may see it.
    pub href: Option<String>,
    /// Why.
    pub grounds: String,
    /// When it was decided.
    pub at: Markup,
    /// In which roles the two decided.
    pub roles: [Role; 2],
    /// How many do not count any more.
    pub done: u64,
    /// Whether that is all.
    pub finished: bool,
}

/// The address of a decision.
pub fn address(number: &str) -> String {
    format!("{}/{number}", paths::INVALIDATIONS)
}

/// The name of a role of those who run the platform.
pub fn role(role: &Role) -> &'static str {
    match role {
        Role::Holder => "access-holder",
        _ => "access-technical",
    }
}

/// The list; `next` is the address of the next page.
pub fn list(say: &Speaker<'_>, decisions: &[Decision], next: Option<&str>) -> Markup {
    html! {
        (headed(say, &[], &say.say("invalidations-title"), Some(&say.say("invalidations-lead"))))
        @if decisions.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("invalidations-none")) } }
        } @else {
            ul.v-cards.v-cards--rows {
                @for decision in decisions {
                    li.v-card {
                        p.v-tags { (state(say, decision)) " " span.v-small.v-muted { (decision.service) } }
                        h2.v-card__title { a href=(address(&decision.number)) { (title(say, &decision.number)) } }
                        p { (decision.grounds) }
                        p.v-small.v-muted { (touched(say, decision)) " · " (decision.at) }
                    }
                }
            }
            @if let Some(next) = next { p { a href=(next) { (say.say("invalidations-more")) } } }
        }
    }
}

/// One of them.
pub fn one(say: &Speaker<'_>, decision: &Decision) -> Markup {
    let crumb = say.say("invalidations-title");
    let [first, second] = &decision.roles;
    html! {
        (headed(say, &[Crumb { href: paths::INVALIDATIONS, label: &crumb }], &title(say, &decision.number), None))
        p.v-tags { (state(say, decision)) }
        dl.v-summary {
            (row(say, "invalidations-service", &html! { (decision.service) }))
            (row(say, "invalidations-document", &html! {
                @match &decision.href { Some(href) => a href=(href) { (decision.document) }, None => (decision.document) }
            }))
            (row(say, "invalidations-grounds", &html! { (decision.grounds) }))
            (row(say, "invalidations-number", &html! { (touched(say, decision)) }))
            (row(say, "invalidations-at", &decision.at))
            (row(say, "invalidations-by", &html! { (say.say(role(first))) ", " (say.say(role(second))) }))
        }
        div.v-prose {
            p { (say.say("invalidations-thresholds")) }
            h2 { (say.say("invalidations-contest")) }
            p { (say.say("invalidations-contest-how")) }
        }
    }
}

fn title(say: &Speaker<'_>, number: &str) -> String {
    say.say_with("invalidations-decision", &[("number", number.into())]).into_owned()
}

fn touched(say: &Speaker<'_>, decision: &Decision) -> String {
    say.say_with("invalidations-touched", &[("count", decision.done.into())]).into_owned()
}

fn state(say: &Speaker<'_>, decision: &Decision) -> Markup {
    html! {
        @if decision.finished { span.v-tag.v-tag--neutral { (say.say("invalidations-done")) } }
        @else { span.v-tag.v-tag--caution { (say.say("invalidations-under-way")) } }
    }
}

/// A line of a summary.
pub fn row(say: &Speaker<'_>, label: &str, value: &Markup) -> Markup {
    html! { div.v-summary__row { dt { (say.say(label)) } dd { (value) } } }
}
