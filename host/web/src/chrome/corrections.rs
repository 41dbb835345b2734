//! Correction of data: what a person asks for, and what a body answers.

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use super::cabinet::Cabinet;
use super::my_data::head;
use super::paths;
use crate::texts::Speaker;

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It waits.
    Waits,
    /// The correction stands beside the original.
    Granted,
    /// It was refused.
    Refused,
}

/// A request, as either side sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// By which it is answered.
    pub key: String,
    /// The case's title.
    pub title: String,
    /// The case's page, for whoever may open it.
    pub href: Option<String>,
    /// The service.
    pub service: String,
    /// The body that answers, if one is known.
    pub body: Option<String>,
    /// What is wrong.
    pub wrong: String,
    /// How it should be.
    pub right: String,
    /// When it was made.
    pub asked: Timestamp,
    /// The last day for an answer.
    pub due: Date,
    /// How that day was computed, line by line.
    pub how: Vec<String>,
    /// That day is past and nobody has answered.
    pub late: bool,
    /// Where it stands.
    pub standing: Standing,
    /// When it was answered.
    pub answered: Option<Timestamp>,
    /// On what ground.
    pub ground: Option<String>,
    /// The service's page on which it was corrected.
    pub address: Option<String>,
}

/// A case that a request may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The module and the case's key, joined by `/`.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// What was typed, and the message of what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The chosen case.
    pub case: String,
    /// What is wrong.
    pub wrong: String,
    /// How it should be.
    pub right: String,
    /// The key of what to tell, if it was not taken.
    pub problem: Option<&'static str>,
}

/// What somebody asks for, and the form for another request.
pub fn mine(cabinet: &Cabinet<'_>, lines: &[Line], choices: &[Choice], typed: &Typed) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("corrections-title"), &say.say("corrections-lead")))
        @if let Some(problem) = typed.problem { (summary(say, problem)) }
        section.v-section {
            h2 { (say.say("corrections-mine")) }
            @if lines.is_empty() { p { (say.say("corrections-none")) } }
            @for line in lines { (shown(cabinet, line)) }
        }
        section.v-section {
            h2 { (say.say("corrections-ask")) }
            @if choices.is_empty() { p { (say.say("corrections-no-cases")) } } @else { (form(say, choices, typed)) }
        }
    }
}

fn summary(say: &Speaker<'_>, problem: &str) -> Markup {
    html! {
        div.govuk-error-summary role="alert" {
            h2.govuk-error-summary__title { (say.say("corrections-not-taken")) }
            div.govuk-error-summary__body {
                ul.govuk-list.govuk-error-summary__list { li { a href="#correction_form" { (say.say(problem)) } } }
            }
        }
    }
}

fn text(say: &Speaker<'_>, name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.govuk-form-group {
            label.govuk-label for={ "correction_" (name) } { (say.say(label)) }
            textarea.govuk-textarea id={ "correction_" (name) } name=(name) rows="4" maxlength="2000" { (value) }
        }
    }
}

fn form(say: &Speaker<'_>, choices: &[Choice], typed: &Typed) -> Markup {
    html! {
        form.v-form.v-card id="correction_form" method="post" action=(paths::CORRECTIONS) novalidate {
            div.govuk-form-group {
                label.govuk-label for="correction_case" { (say.say("corrections-case")) }
                select.govuk-select id="correction_case" name="case" {
                    @for choice in choices {
                        option value=(choice.id) selected[choice.id == typed.case] { (choice.title) }
                    }
                }
            }
            (text(say, "wrong", "corrections-wrong", &typed.wrong))
            (text(say, "right", "corrections-right", &typed.right))
            div.v-actions { button.v-button { (say.say("corrections-send")) } }
        }
    }
}

fn shown(cabinet: &Cabinet<'_>, line: &Line) -> Markup {
    let say = &cabinet.say;
    let standing = match line.standing {
        Standing::Waits => "corrections-waits",
        Standing::Granted => "corrections-granted",
        Standing::Refused => "corrections-refused",
    };
    html! {
        div.v-card {
            h3.v-card__title {
                @match &line.href { Some(href) => { a href=(href) { (line.title) } }, None => (line.title) }
            }
            dl.v-summary {
                div.v-summary__row { dt { (say.say("corrections-state")) } dd { (say.say(standing)) } }
                div.v-summary__row { dt { (say.say("corrections-to")) } dd { (line.service) @if let Some(body) = &line.body { " · " (body) } } }
                div.v-summary__row { dt { (say.say("corrections-wrong")) } dd { (line.wrong) } }
                div.v-summary__row { dt { (say.say("corrections-right")) } dd { (line.right) } }
                div.v-summary__row { dt { (say.say("corrections-asked")) } dd { (cabinet.moment(line.asked)) } }
                @if line.standing == Standing::Waits {
                    div.v-summary__row {
                        dt { (say.say("corrections-due")) }
                        dd {
                            (cabinet.day(line.due))
                            @if line.late { " " strong { (say.say("corrections-late")) } }
                        }
                    }
                }
                @if let Some(answered) = line.answered {
                    div.v-summary__row { dt { (say.say("corrections-answered")) } dd { (cabinet.moment(answered)) } }
                }
                @if let Some(ground) = &line.ground {
                    div.v-summary__row { dt { (say.say("corrections-ground")) } dd { (ground) } }
                }
            }
            @if line.standing == Standing::Waits && !line.how.is_empty() {
                details.v-how { summary { (say.say("corrections-how")) } ul.v-list { @for one in &line.how { li { (one) } } } }
            }
            @if let Some(address) = &line.address { p { a href=(address) { (say.say("corrections-address")) } } }
            @if line.standing == Standing::Refused || line.late { p { (say.say("corrections-complain")) } }
        }
    }
}

/// What a body has to answer and what it has answered. `typed` is the key of the request whose answer was not taken, with
/// what was typed.
pub fn desk(cabinet: &Cabinet<'_>, lines: &[Line], typed: Option<(&str, &str)>) -> Markup {
    let say = &cabinet.say;
    let waits = |line: &&Line| line.standing == Standing::Waits;
    html! {
        (super::document::headed(say, &[], &say.say("corrections-desk-title"), Some(&say.say("corrections-desk-lead"))))
        @if typed.is_some() {
            div.govuk-error-summary role="alert" {
                h2.govuk-error-summary__title { (say.say("corrections-not-answered")) }
                div.govuk-error-summary__body { p { (say.say("corrections-ground-missing")) } }
            }
        }
        section.v-section {
            h2 { (say.say("corrections-waiting")) }
            @if !lines.iter().any(|line| waits(&line)) { p { (say.say("corrections-none-waiting")) } }
            @for line in lines.iter().filter(waits) {
                (shown(cabinet, line))
                (answer(say, line, typed.filter(|(key, _)| *key == line.key).map(|(_, ground)| ground)))
            }
        }
        section.v-section {
            h2 { (say.say("corrections-done")) }
            @if lines.iter().all(|line| waits(&line)) { p { (say.say("corrections-none-done")) } }
            @for line in lines.iter().filter(|line| !waits(line)) { (shown(cabinet, line)) }
        }
    }
}

fn answer(say: &Speaker<'_>, line: &Line, typed: Option<&str>) -> Markup {
    html! {
        form.v-form.v-card method="post" action=(paths::DESK_CORRECTIONS) novalidate aria-label=(line.title) {
            input type="hidden" name="key" value=(line.key);
            div.govuk-form-group.govuk-form-group--error[typed.is_some()] {
                label.govuk-label for={ "ground_" (line.key) } { (say.say("corrections-ground")) }
                div.govuk-hint id={ "ground_hint_" (line.key) } { (say.say("corrections-ground-hint")) }
                textarea.govuk-textarea id={ "ground_" (line.key) } name="ground" rows="4" maxlength="2000"
                    aria-describedby={ "ground_hint_" (line.key) } { (typed.unwrap_or_default()) }
            }
            div.govuk-form-group {
                label.govuk-label for={ "address_" (line.key) } { (say.say("corrections-address-field")) }
                div.govuk-hint id={ "address_hint_" (line.key) } { (say.say("corrections-address-hint")) }
                input.govuk-input id={ "address_" (line.key) } name="address" type="text" maxlength="300"
                    autocomplete="off" aria-describedby={ "address_hint_" (line.key) };
            }
            div.v-actions {
                button.v-button name="answer" value="grant" { (say.say("corrections-grant")) }
                button.v-button.v-button--quiet name="answer" value="refuse" { (say.say("corrections-refuse")) }
            }
        }
    }
}
