//! The rules of use: a version to be read, the list of all versions, and the page on which somebody accepts one.

use jiff::civil::Date;
use maud::{Markup, html};

use super::document::{Crumb, headed};
use super::paths;
use crate::texts::{Speaker, push_day};

/// A version of the rules of use.
#[derive(Debug, Clone)]
pub struct Rules<'a> {
    /// Which version.
    pub version: &'a str,
    /// The day from which they are in force.
    pub since: Date,
    /// The text, with paragraphs apart by empty lines.
    pub text: &'a str,
    /// The digest of version, day and the texts in both languages.
    pub digest: &'a str,
}

/// Whether a version counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    InForce,
    /// It will be.
    ToCome,
    /// It was, or was taken back before it came into force.
    Past,
}

/// Why an acceptance was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// The tick was missing.
    Unticked,
    /// Other rules have come into force since the page was opened.
    Changed,
}

/// The name of the tick.
pub const ACCEPTED: &str = "accepted";

fn day(date: Date, say: &Speaker<'_>) -> String {
    let mut words = String::new();
    push_day(date, say, &mut words);
    words
}

fn lead(say: &Speaker<'_>, rules: &Rules<'_>) -> String {
    let since = day(rules.since, say);
    say.say_with("rules-version", &[("version", rules.version.into()), ("since", since.into())]).into_owned()
}

/// The text: a paragraph for each part between empty lines. It is text and nothing else.
fn prose(text: &str) -> Markup {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    html! {
        div.v-prose {
            @for paragraph in paragraphs {
                p { @for (at, line) in paragraph.lines().enumerate() { @if at > 0 { br; } (line) } }
            }
        }
    }
}

/// A version to be read. `pending` is the address to accept it at, if the visitor has yet to.
pub fn rules(say: &Speaker<'_>, rules: &Rules<'_>, standing: Standing, pending: Option<&str>) -> Markup {
    html! {
        (headed(say, &[], &say.say("rules-title"), Some(&lead(say, rules))))
        @match standing {
            Standing::InForce => {},
            Standing::ToCome => p { strong { (say.say("rules-to-come")) } },
            Standing::Past => p { strong { (say.say("rules-past")) } },
        }
        (prose(rules.text))
        @if let Some(href) = pending {
            div.v-actions { a.v-button href=(href) { (say.say("rules-to-accept")) } }
        }
        (beneath(say, rules))
    }
}

fn beneath(say: &Speaker<'_>, rules: &Rules<'_>) -> Markup {
    html! {
        div.v-section {
            p.v-small.v-muted { (say.say("rules-digest")) }
            pre.v-code tabindex="0" { (rules.digest) }
            p { a href=(paths::RULES_VERSIONS) { (say.say("rules-versions")) } }
        }
    }
}

/// All versions, the latest first.
pub fn versions(say: &Speaker<'_>, all: &[(String, Date, Standing)]) -> Markup {
    let title = say.say("rules-title");
    html! {
        (headed(say, &[Crumb { label: &title, href: paths::RULES }], &say.say("rules-versions"), Some(&say.say("rules-versions-lead"))))
        @if all.is_empty() { p { (say.say("rules-versions-none")) } }
        ul.v-cards.v-cards--rows {
            @for (version, since, standing) in all {
                li.v-card {
                    p.v-tags {
                        @match standing {
                            Standing::InForce => span.v-tag.v-tag--good { (say.say("rules-in-force-tag")) },
                            Standing::ToCome => span.v-tag { (say.say("rules-to-come-tag")) },
                            Standing::Past => span.v-tag { (say.say("rules-past-tag")) },
                        }
                    }
                    h2.v-card__title {
                        a href={ (paths::RULES) "/" (version) } {
                            (say.say_with("rules-version", &[("version", version.as_str().into()), ("since", day(*since, say).into())]))
                        }
                    }
                }
            }
        }
    }
}

/// What the page of acceptance shows.
#[derive(Debug, Clone)]
pub struct Acceptance<'a> {
    /// The rules in force.
    pub rules: &'a Rules<'a>,
    /// The version that the visitor accepted last.
    pub before: Option<&'a str>,
    /// Where to go on afterwards.
    pub to: &'a str,
    /// What went wrong with an acceptance that was sent.
    pub not_taken: Option<NotTaken>,
}

/// The page on which a person accepts the rules in force, or does not.
pub fn acceptance(say: &Speaker<'_>, with: &Acceptance<'_>) -> Markup {
    let error = with.not_taken.map(|why| match why {
        NotTaken::Unticked => say.say("rules-unticked"),
        NotTaken::Changed => say.say("rules-changed"),
    });
    html! {
        (headed(say, &[], &say.say("rules-accept-title"), Some(&lead(say, with.rules))))
        @if let Some(error) = &error {
            div.govuk-error-summary role="alert" tabindex="-1" data-module="govuk-error-summary" {
                h2.govuk-error-summary__title { (say.say("rules-not-accepted")) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list { li { a href="#accepted" { (error) } } }
                }
            }
        }
        @match with.before {
            None => p { (say.say("rules-accept-first")) },
            Some(version) => p {
                (say.say("rules-accept-again")) " "
                a href={ (paths::RULES) "/" (version) } { (say.say_with("rules-accepted-before", &[("version", version.into())])) }
            },
        }
        form.v-form.v-card method="post" action=(paths::RULES_ACCEPTANCE) novalidate {
            input type="hidden" name="version" value=(with.rules.version);
            input type="hidden" name="to" value=(with.to);
            (prose(with.rules.text))
            div.govuk-form-group.govuk-form-group--error[error.is_some()] {
                @if let Some(error) = &error {
                    p.govuk-error-message id="accepted-error" {
                        span.govuk-visually-hidden { (say.say("mail-error")) " " } (error)
                    }
                }
                div.govuk-checkboxes {
                    div.govuk-checkboxes__item {
                        input.govuk-checkboxes__input id="accepted" name=(ACCEPTED) type="checkbox" value="yes"
                            aria-describedby=[error.is_some().then_some("accepted-error")];
                        label.govuk-label.govuk-checkboxes__label for="accepted" { (say.say("rules-accept-tick")) }
                    }
                }
            }
            div.v-actions { button.v-button { (say.say("rules-accept")) } }
        }
        section.v-section {
            h2 { (say.say("rules-otherwise")) }
            p { (say.say("rules-otherwise-what")) " " a href=(paths::MY_DATA) { (say.say("rules-otherwise-data")) } }
            form method="post" action=(paths::SIGN_OUT) {
                div.v-actions { button.v-button.v-button--quiet { (say.say("sign-out")) } }
            }
        }
        (beneath(say, with.rules))
    }
}
