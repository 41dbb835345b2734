//! Pages of the holder and the technical administrator.

pub mod access;
pub mod invalidations;
pub mod persons;
pub mod security;

use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};

/// The links between these pages; that of lawful blocks is for the technical administrator only.
pub fn parts(say: &Speaker<'_>, current: &str, technical: bool) -> Markup {
    let all = [
        (paths::ADMIN_SECURITY, "security-title", true),
        (paths::ADMIN_INVALIDATIONS, "invalidate-title", true),
        (paths::ADMIN_ACCESS, "access-title", true),
        (paths::ADMIN_PERSONS, "lawful-title", technical),
    ];
    html! {
        nav.v-filters aria-label=(say.say("administration-parts")) {
            ul {
                @for (href, key, _) in all.into_iter().filter(|(_, _, shown)| *shown) {
                    li { a href=(href) aria-current=[(href == current).then_some("page")] { (say.say(key)) } }
                }
            }
        }
    }
}
