//! Notices by e-mail: the person's address, how often they are written to, and what became of letters.

use jiff::Timestamp;
use maud::{Markup, html};

use super::cabinet::Cabinet;
use super::document::{Crumb, headed};
use super::paths;
use crate::texts::Language;

/// A letter as its person finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it told.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// The message key of what became of it.
    pub state: &'static str,
    /// Whether it did not arrive.
    pub failed: bool,
    /// The mail server's reply code, if that was no success.
    pub status: Option<u16>,
}

/// A kind of notices with how often the person is written to about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the form.
    pub name: &'static str,
    /// The message key of its label.
    pub label: &'static str,
    /// What can be chosen: value, message key, chosen.
    pub options: Vec<(&'static str, &'static str, bool)>,
}

/// What is wrong with an address that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It is none.
    Malformed,
    /// Too many links were asked for.
    TooMany,
}

/// The page of notices by e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPage {
    /// The confirmed address.
    pub email: Option<String>,
    /// The address that waits to be confirmed, and whether its link could not be sent.
    pub pending: Option<(String, bool)>,
    /// When, and with which reply code, the server refused the confirmed address for good.
    pub failure: Option<(Timestamp, u16)>,
    /// The kinds that are chosen, once there is an address.
    pub choices: Vec<Choice>,
    /// The language in which the person is written to.
    pub language: Language,
    /// The latest letters.
    pub letters: Vec<Letter>,
    /// What was typed, and what is wrong with it.
    pub wrong: Option<(String, Wrong)>,
}

fn crumbs(cabinet: &Cabinet<'_>) -> [(String, &'static str); 2] {
    [
        (cabinet.say.say("cabinet-title").into_owned(), paths::CABINET),
        (cabinet.say.say("cabinet-notices").into_owned(), paths::NOTICES),
    ]
}

fn head(cabinet: &Cabinet<'_>, title: &str, lead: Option<&str>) -> Markup {
    let crumbs = crumbs(cabinet);
    let crumbs = crumbs.each_ref().map(|(label, href)| Crumb { label, href });
    headed(&cabinet.say, &crumbs, title, lead)
}

/// The page when the platform sends no letters.
pub fn unavailable(cabinet: &Cabinet<'_>) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("mail-title"), None))
        p { (say.say("mail-none")) }
        p { a href=(paths::NOTICES) { (say.say("cabinet-notices")) } }
    }
}

/// The page of notices by e-mail.
pub fn mail(cabinet: &Cabinet<'_>, page: &MailPage) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("mail-title"), Some(&say.say("mail-lead"))))
        (address(cabinet, page))
        @if !page.choices.is_empty() { (rhythms(cabinet, page)) }
        @if !page.letters.is_empty() {
            section.v-section {
                h2 { (say.say("mail-letters")) }
                ol.v-timeline {
                    @for letter in &page.letters {
                        li {
                            span.v-tag.v-tag--bad[letter.failed].v-tag--neutral[!letter.failed] { (say.say(letter.state)) } " "
                            span.v-timeline__label { (letter.text) }
                            @if let Some(status) = letter.status {
                                " " span.v-small.v-muted { (say.say_with("mail-status", &[("status", status.to_string().into())])) }
                            }
                            " " span.v-timeline__when { (cabinet.moment(letter.at)) }
                        }
                    }
                }
            }
        }
    }
}

fn address(cabinet: &Cabinet<'_>, page: &MailPage) -> Markup {
    let say = &cabinet.say;
    let wrong = page.wrong.as_ref().map(|(_, wrong)| match wrong {
        Wrong::Malformed => say.say("mail-malformed"),
        Wrong::TooMany => say.say("mail-too-many"),
    });
    let typed = page.wrong.as_ref().map(|(typed, _)| typed.as_str());
    html! {
        section.v-section.v-card {
            h2 { (say.say("mail-address")) }
            @match &page.email {
                Some(email) => {
                    p { strong { (email) } " " span.v-tag.v-tag--good { (say.say("mail-confirmed")) } }
                    @if let Some((at, status)) = page.failure {
                        p.v-bad {
                            (say.say_with("mail-refused-since", &[("status", status.to_string().into())])) " " (cabinet.moment(at))
                        }
                    }
                }
                None => p { (say.say("mail-no-address")) },
            }
            @if let Some((email, failed)) = &page.pending {
                p { strong { (email) } " " span.v-tag.v-tag--caution { (say.say("mail-pending")) } }
                p { @if *failed { (say.say("mail-pending-failed")) } @else { (say.say("mail-pending-next")) } }
            }
            form.v-form method="post" action=(paths::MAIL_ADDRESS) novalidate {
                div.govuk-form-group.govuk-form-group--error[wrong.is_some()] {
                    label.govuk-label for="email" { (say.say("mail-email")) }
                    div.govuk-hint id="email-hint" { (say.say("mail-email-hint")) }
                    @if let Some(wrong) = &wrong {
                        p.govuk-error-message id="email-error" {
                            span.govuk-visually-hidden { (say.say("mail-error")) " " } (wrong)
                        }
                    }
                    input.govuk-input id="email" name="email" type="email" autocomplete="email" spellcheck="false"
                        value=[typed] maxlength="254" aria-invalid=[wrong.is_some().then_some("true")]
                        aria-describedby=(if wrong.is_some() { "email-hint email-error" } else { "email-hint" });
                }
                div.v-actions { button.v-button { (say.say("mail-send-link")) } }
            }
            @if page.email.is_some() || page.pending.is_some() {
                form method="post" action=(paths::MAIL_FORGET) {
                    button.v-link { (say.say("mail-forget")) }
                }
            }
        }
    }
}

fn rhythms(cabinet: &Cabinet<'_>, page: &MailPage) -> Markup {
    let say = &cabinet.say;
    html! {
        section.v-section.v-card {
            h2 { (say.say("mail-rhythm")) }
            p { (say.say("mail-legal")) }
            form.v-form method="post" action=(paths::MAIL_RHYTHM) {
                @for choice in &page.choices {
                    (radios(say.say(choice.label).as_ref(), choice.name, choice.options.iter().map(|(value, key, chosen)| (*value, say.say(key).into_owned(), *chosen))))
                }
                (radios(say.say("mail-language").as_ref(), "language", Language::ALL.into_iter().map(|one| (one.code(), one.own_name().to_owned(), one == page.language))))
                div.v-actions { button.v-button { (say.say("mail-save")) } }
            }
        }
    }
}

fn radios(legend: &str, name: &str, options: impl Iterator<Item = (&'static str, String, bool)>) -> Markup {
    html! {
        div.govuk-form-group {
            fieldset.govuk-fieldset {
                legend.govuk-fieldset__legend { (legend) }
                div.govuk-radios.govuk-radios--inline {
                    @for (value, label, chosen) in options {
                        div.govuk-radios__item {
                            input.govuk-radios__input id={ (name) "_" (value) } name=(name) type="radio" value=(value) checked[chosen];
                            label.govuk-label.govuk-radios__label for={ (name) "_" (value) } { (label) }
                        }
                    }
                }
            }
        }
    }
}

/// What a link in a letter asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Whether the address is the person's.
    Confirm,
    /// Whether letters shall stop.
    Stop,
}

/// The page behind a link of a letter: programs that follow links press no buttons.
pub fn asked(cabinet: &Cabinet<'_>, asked: Asked, action: &str) -> Markup {
    let say = &cabinet.say;
    let (title, lead, button) = match asked {
        Asked::Confirm => {
            (say.say("mail-confirm-title"), say.say("mail-confirm-lead"), say.say("mail-confirm-do"))
        }
        Asked::Stop => (say.say("mail-stop-title"), say.say("mail-stop-lead"), say.say("mail-stop-do")),
    };
    html! {
        (headed(say, &[], &title, Some(&lead)))
        form.v-form method="post" action=(action) {
            div.v-actions { button.v-button { (button) } }
        }
    }
}

/// What came of a link of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// It does not confirm any more.
    NotConfirmed,
    /// Letters have stopped.
    Stopped,
}

/// The page after a link of a letter.
pub fn came(cabinet: &Cabinet<'_>, came: Came) -> Markup {
    let say = &cabinet.say;
    let (title, next) = match came {
        Came::NotConfirmed => (say.say("mail-not-confirmed"), say.say("mail-not-confirmed-next")),
        Came::Stopped => (say.say("mail-stopped"), say.say("mail-stopped-next")),
    };
    html! {
        (headed(say, &[], &title, None))
        p { (next) }
        p { a href=(paths::MAIL) { (say.say("mail-title")) } }
    }
}
