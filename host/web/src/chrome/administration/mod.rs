//! Pages of the holder and the technical administrator.

pub mod access;
pub mod changes;
mod difference;
pub mod invalidations;
pub mod merges;
pub mod persons;
mod proposals;
pub mod retention;
pub mod roles;
pub mod security;

use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use std::borrow::Cow;

/// What is wrong with a form, above it: messages with the field that each is about, whose id begins with `prefix`.
fn problems<'e>(
    say: &Speaker<'_>,
    title: &str,
    prefix: &str,
    errors: impl IntoIterator<Item = (&'e str, Cow<'e, str>)>,
) -> Markup {
    let mut errors = errors.into_iter().peekable();
    html! {
        @if errors.peek().is_some() {
            div.govuk-error-summary role="alert" {
                h2.govuk-error-summary__title { (say.say(title)) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list {
                        @for (field, error) in errors { li { a href={ "#" (prefix) "_" (field) } { (error) } } }
                    }
                }
            }
        }
    }
}

/// The links between these pages; `offered` are the addresses of those that the reader may open.
pub fn parts(say: &Speaker<'_>, current: &str, offered: &[&str]) -> Markup {
    let all = [
        (paths::ADMIN_SECURITY, "security-title"),
        (paths::ADMIN_CHANGES, "changes-title"),
        (paths::ADMIN_INVALIDATIONS, "invalidate-title"),
        (paths::ADMIN_MERGES, "merge-title"),
        (paths::ADMIN_ACCESS, "access-title"),
        (paths::ADMIN_ROLES, "roles-title"),
        (paths::ADMIN_PERSONS, "lawful-title"),
        (paths::ADMIN_RETENTION, "retention-title"),
    ];
    html! {
        nav.v-filters aria-label=(say.say("administration-parts")) {
            ul {
                @for (href, key) in all.into_iter().filter(|(href, _)| offered.contains(href)) {
                    li { a href=(href) aria-current=[(href == current).then_some("page")] { (say.say(key)) } }
                }
            }
        }
    }
}
