//! A person's lawful block: its grounds, since when, and how it is set and lifted.

use super::security::Moment;
use crate::chrome::document::headed;
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_clock::Instant;

/// What is known of the person asked about.
#[derive(Debug, Clone)]
pub enum Found {
    /// Nobody was asked about.
    Nothing,
    /// There is no such person.
    Nobody,
    /// They may act.
    Free,
    /// They are blocked.
    Blocked {
        /// On what grounds.
        basis: String,
        /// Since when, by the legal clock.
        since: Instant,
    },
}

/// The page. `person` is what was asked for, `basis` what was typed; `missing` if the grounds were left out;
/// `offered` as for [`super::parts`].
pub fn persons(
    say: &Speaker<'_>,
    person: &str,
    found: &Found,
    basis: &str,
    missing: bool,
    offered: &[&str],
    moment: Moment<'_>,
) -> Markup {
    html! {
        (headed(say, &[], &say.say("lawful-title"), Some(&say.say("lawful-lead"))))
        (super::parts(say, paths::ADMIN_PERSONS, offered))
        @if missing {
            div.govuk-error-summary role="alert" {
                h2.govuk-error-summary__title { (say.say("lawful-not-blocked")) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list { li { a href="#lawful_basis" { (say.say("lawful-basis-missing")) } } }
                }
            }
        }
        form.v-form.v-card method="get" action=(paths::ADMIN_PERSONS) {
            div.govuk-form-group {
                label.govuk-label for="lawful_person" { (say.say("lawful-person")) }
                div.govuk-hint id="lawful_person_hint" { (say.say("lawful-person-hint")) }
                input.govuk-input id="lawful_person" name="person" type="text" value=(person) maxlength="40"
                    autocomplete="off" spellcheck="false" aria-describedby="lawful_person_hint";
            }
            div.v-actions { button.v-button.v-button--quiet { (say.say("lawful-find")) } }
        }
        @match found {
            Found::Nothing => {},
            Found::Nobody => p { (say.say("access-no-person")) },
            Found::Free => (block(say, person, basis, missing)),
            Found::Blocked { basis, since } => {
                section.v-section {
                    h2 { (say.say("lawful-blocked")) }
                    dl.v-summary {
                        div.v-summary__row { dt { (say.say("lawful-basis")) } dd { (basis) } }
                        div.v-summary__row { dt { (say.say("security-since")) } dd { (moment(*since)) } }
                    }
                    form method="post" action=(paths::ADMIN_PERSONS_UNBLOCK) {
                        input type="hidden" name="person" value=(person);
                        div.v-actions { button.v-button { (say.say("lawful-unblock")) } }
                    }
                }
            },
        }
    }
}

fn block(say: &Speaker<'_>, person: &str, basis: &str, missing: bool) -> Markup {
    let described = if missing { "lawful_basis_hint lawful_basis_error" } else { "lawful_basis_hint" };
    html! {
        section.v-section {
            h2 { (say.say("lawful-free")) }
            form.v-form.v-card method="post" action=(paths::ADMIN_PERSONS_BLOCK) novalidate {
                input type="hidden" name="person" value=(person);
                div.govuk-form-group.govuk-form-group--error[missing] {
                    label.govuk-label for="lawful_basis" { (say.say("lawful-basis")) }
                    div.govuk-hint id="lawful_basis_hint" { (say.say("lawful-basis-hint")) }
                    @if missing {
                        p.govuk-error-message id="lawful_basis_error" { (say.say("lawful-basis-missing")) }
                    }
                    input.govuk-input.govuk-input--error[missing] id="lawful_basis" name="basis" type="text"
                        value=(basis) maxlength="500" autocomplete="off" aria-describedby=(described);
                }
                div.v-actions { button.v-button { (say.say("lawful-block")) } }
            }
        }
    }
}
