//! Ways to sign in.

use maud::{Markup, html};

use super::document::headed;
use super::icons;
use crate::texts::Speaker;

/// One way to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Means {
    /// Its name.
    pub title: String,
    /// What is needed for it.
    pub description: String,
    /// The name of a drawing.
    pub icon: String,
    /// Where it begins.
    pub href: String,
    /// It exists in development mode only.
    pub development: bool,
}

/// The chooser of ways to sign in.
pub fn sign_in(say: &Speaker<'_>, means: &[Means]) -> Markup {
    html! {
        (headed(say, &[], &say.say("sign-in-title"), Some(&say.say("sign-in-lead"))))
        @if means.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("sign-in-none")) } p { (say.say("sign-in-none-next")) } }
        }
        (means_cards(say, means))
        p.v-muted { (say.say("sign-in-why")) }
    }
}

/// The ways as cards.
pub(super) fn means_cards(say: &Speaker<'_>, means: &[Means]) -> Markup {
    html! {
        ul.v-cards {
            @for one in means {
                li.v-card.v-task {
                    (icons::icon(&one.icon))
                    @if one.development { p.v-tags { span.v-tag.v-tag--caution { (say.say("development-only")) } } }
                    h2.v-card__title { a href=(one.href) { (one.title) } }
                    p { (one.description) }
                }
            }
        }
    }
}

/// The visitor has signed out here; `there` is the identity provider at which they may still be signed in, by its name,
/// and the address to sign out at.
pub fn signed_out(say: &Speaker<'_>, there: Option<(&str, &str)>) -> Markup {
    html! {
        (headed(say, &[], &say.say("signed-out-title"), Some(&say.say("signed-out-lead"))))
        @if let Some((name, href)) = there {
            p { (say.say_with("signed-out-there", &[("provider", name.into())])) }
            div.v-actions {
                a.v-button href=(href) { (say.say_with("signed-out-leave", &[("provider", name.into())])) }
                a.v-button.v-button--quiet href="/" { (say.say("signed-out-home")) }
            }
        } @else {
            div.v-actions { a.v-button.v-button--quiet href="/" { (say.say("signed-out-home")) } }
        }
    }
}
