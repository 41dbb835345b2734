//! Proposing that participation does not count, and approving what somebody else has proposed.

use super::problems;
use super::proposals::{list, standing};
use super::security::{Moment, table};
use crate::chrome::document::{Crumb, headed};
use crate::chrome::invalidations::{address, role, row};
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_clock::Instant;
use vzaemo_service::invalidation::Counted;
use vzaemo_service::two_person::Proposal;

/// What the form was sent with, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Proposing {
    /// The module and its collection of participations, with a slash between them.
    pub what: String,
    /// The key of the document.
    pub document: String,
    /// The address; may be empty, as may all that follows but the grounds.
    pub address: String,
    /// The browser.
    pub device: String,
    /// The first moment, local.
    pub from: String,
    /// The last moment, local.
    pub to: String,
    /// Persons, one a line.
    pub persons: String,
    /// Why.
    pub grounds: String,
    /// Keys of messages, by field.
    pub errors: Vec<(&'static str, &'static str)>,
}

/// A kind of participation that can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The module and its collection, with a slash between them.
    pub value: String,
    /// What it is called.
    pub label: String,
}

/// The page of the form.
#[derive(Debug)]
pub struct Desk<'a> {
    /// What can be chosen.
    pub choices: &'a [Choice],
    /// What was typed.
    pub proposing: &'a Proposing,
    /// What the dry run of it counted.
    pub counted: Option<&'a Counted>,
    /// The latest proposals, each with its grounds.
    pub proposals: &'a [(Proposal, String)],
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
    /// Now, by the legal clock.
    pub now: Instant,
}

/// What a proposal says, for whoever decides on it.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The proposal.
    pub proposal: &'a Proposal,
    /// The service.
    pub service: String,
    /// What the participation is in, and its page if everybody may see it.
    pub document: (String, Option<String>),
    /// What it is chosen by: a label and a value each.
    pub by: Vec<(&'static str, Markup)>,
    /// Why.
    pub grounds: &'a str,
    /// How many there were when it was proposed.
    pub counted: u64,
    /// What there is now; nothing once it is decided or out of date.
    pub now: Option<&'a Counted>,
    /// Whether the visitor proposed it.
    pub own: bool,
    /// Whether the visitor decided on another number than there is now.
    pub recounted: bool,
    /// Whether it can still be approved.
    pub open: bool,
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
}

/// The form, what it would touch, and what has been proposed.
pub fn desk(say: &Speaker<'_>, desk: &Desk<'_>, moment: Moment<'_>) -> Markup {
    let errors = desk.proposing.errors.iter().map(|(field, key)| (*field, say.say(key)));
    html! {
        (headed(say, &[], &say.say("invalidate-title"), Some(&say.say("invalidate-lead"))))
        (super::parts(say, paths::ADMIN_INVALIDATIONS, desk.offered))
        (problems(say, "invalidate-not-counted", "inv", errors))
        @if let Some(counted) = desk.counted { (dry_run(say, desk.proposing, counted)) }
        (form(say, desk))
        (proposals(say, desk, moment))
    }
}

/// What was counted, and the button that proposes it.
fn dry_run(say: &Speaker<'_>, proposing: &Proposing, counted: &Counted) -> Markup {
    html! {
        section.v-section {
            h2 { (say.say("invalidate-counted")) }
            (numbers(say, counted))
            @if counted.counting > 0 {
                form method="post" action=(paths::ADMIN_INVALIDATIONS) {
                    @for (name, value) in proposing.fields() { input type="hidden" name=(name) value=(value); }
                    p { (say.say("invalidate-second")) }
                    div.v-actions { button.v-button { (say.say("invalidate-propose")) } }
                }
            }
        }
    }
}

impl Proposing {
    fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("what", &self.what),
            ("document", &self.document),
            ("address", &self.address),
            ("device", &self.device),
            ("from", &self.from),
            ("to", &self.to),
            ("persons", &self.persons),
            ("grounds", &self.grounds),
        ]
    }
}

fn numbers(say: &Speaker<'_>, counted: &Counted) -> Markup {
    let count = |key: &str, count: u64| say.say_with(key, &[("count", count.into())]).into_owned();
    let rows: Vec<Vec<Markup>> = counted
        .counters
        .iter()
        .map(|change| {
            vec![
                html! { (change.counter) " · " (change.by.join(" · ")) },
                html! { (change.now) },
                html! { (change.then) },
            ]
        })
        .collect();
    let columns = ["invalidate-counter", "invalidate-now", "invalidate-then"];
    html! {
        p { strong { (count("invalidate-touches", counted.counting)) } }
        @if counted.taken_back > 0 { p { (count("invalidate-taken-back", counted.taken_back)) } }
        @if counted.invalidated > 0 { p { (count("invalidate-before", counted.invalidated)) } }
        @if !rows.is_empty() { (table(say, "invalidate-counters", &columns, &rows)) }
        p.v-muted { (say.say("invalidations-thresholds")) }
    }
}

fn form(say: &Speaker<'_>, desk: &Desk<'_>) -> Markup {
    let proposing = desk.proposing;
    let field = |name: &'static str, label: &str, hint: &str, input: &dyn Fn(&str, &str, bool) -> Markup| {
        let wrong = proposing.errors.iter().find(|(field, _)| *field == name).map(|(_, key)| *key);
        let id = format!("inv_{name}");
        let described = if wrong.is_some() { format!("{id}_hint {id}_error") } else { format!("{id}_hint") };
        html! {
            div.govuk-form-group.govuk-form-group--error[wrong.is_some()] {
                label.govuk-label for=(id) { (say.say(label)) }
                div.govuk-hint id={ (id) "_hint" } { (say.say(hint)) }
                @if let Some(key) = wrong { p.govuk-error-message id={ (id) "_error" } { (say.say(key)) } }
                (input(&id, &described, wrong.is_some()))
            }
        }
    };
    let text = |name: &'static str, value: &str, kind: &str, label: &str, hint: &str| {
        field(name, label, hint, &|id, described, wrong| {
            html! {
                input.govuk-input.govuk-input--error[wrong] id=(id) name=(name) type=(kind) value=(value)
                    maxlength="200" autocomplete="off" spellcheck="false" aria-describedby=(described);
            }
        })
    };
    let area = |name: &'static str, value: &str, most: &str, label: &str, hint: &str| {
        field(name, label, hint, &|id, described, wrong| {
            html! {
                textarea.govuk-textarea.govuk-textarea--error[wrong] id=(id) name=(name) rows="4" maxlength=(most)
                    aria-describedby=(described) { (value) }
            }
        })
    };
    let what = |id: &str, described: &str, wrong: bool| {
        html! {
            select.govuk-select.govuk-select--error[wrong] id=(id) name="what" aria-describedby=(described) {
                @for choice in desk.choices {
                    option value=(choice.value) selected[choice.value == proposing.what] { (choice.label) }
                }
            }
        }
    };
    html! {
        section.v-section {
            h2 { (say.say("invalidate-which")) }
            @if desk.choices.is_empty() { p.v-muted { (say.say("invalidate-no-choice")) } }
            @else {
                form.v-form.v-card method="post" action=(paths::ADMIN_INVALIDATIONS_COUNT) novalidate {
                    (field("what", "invalidate-what", "invalidate-what-hint", &what))
                    (text("document", &proposing.document, "text", "invalidate-document", "invalidate-document-hint"))
                    (text("address", &proposing.address, "text", "invalidate-address", "invalidate-address-hint"))
                    (text("device", &proposing.device, "text", "invalidate-device", "invalidate-device-hint"))
                    (text("from", &proposing.from, "datetime-local", "invalidate-from", "invalidate-time-hint"))
                    (text("to", &proposing.to, "datetime-local", "invalidate-to", "invalidate-time-hint"))
                    (area("persons", &proposing.persons, "20000", "invalidate-persons", "invalidate-persons-hint"))
                    (area("grounds", &proposing.grounds, "1000", "invalidate-grounds", "invalidate-grounds-hint"))
                    div.v-actions { button.v-button { (say.say("invalidate-count")) } }
                }
            }
        }
    }
}

fn proposals(say: &Speaker<'_>, desk: &Desk<'_>, moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = desk
        .proposals
        .iter()
        .map(|(proposal, grounds)| {
            let href = format!("{}/{}", paths::ADMIN_INVALIDATIONS, proposal.id);
            vec![
                moment(proposal.at),
                html! { a href=(href) { (grounds) } },
                html! { (say.say(role(&proposal.role))) },
                html! { (say.say(standing(proposal, proposal.is_open(desk.now)))) },
            ]
        })
        .collect();
    let columns = ["security-when", "invalidations-grounds", "invalidate-by", "invalidate-standing"];
    list(say, "invalidate-proposals-caption", &columns, &rows)
}

/// One proposal, for whoever decides on it.
pub fn proposal(say: &Speaker<'_>, shown: &Shown<'_>, moment: Moment<'_>) -> Markup {
    let proposal = shown.proposal;
    let crumb = say.say("invalidate-title");
    let crumbs = [Crumb { href: paths::ADMIN_INVALIDATIONS, label: &crumb }];
    let outcome = proposal.decided.as_ref().and_then(|decided| decided.outcome.as_deref());
    html! {
        (headed(say, &crumbs, &say.say("invalidate-proposal"), None))
        (super::parts(say, paths::ADMIN_INVALIDATIONS, shown.offered))
        p.v-tags { span.v-tag.v-tag--neutral { (say.say(standing(proposal, shown.open))) } }
        @if let Some(number) = outcome {
            p { a href=(address(number)) { (say.say_with("invalidations-decision", &[("number", number.into())])) } }
        }
        dl.v-summary {
            (row(say, "invalidations-service", &html! { (shown.service) }))
            (row(say, "invalidations-document", &html! {
                @match &shown.document {
                    (document, Some(href)) => a href=(href) { (document) },
                    (document, None) => (document),
                }
            }))
            @for (label, value) in &shown.by { (row(say, label, value)) }
            (row(say, "invalidations-grounds", &html! { (shown.grounds) }))
            (row(say, "invalidate-by", &html! { (say.say(role(&proposal.role))) ", " (moment(proposal.at)) }))
            (row(say, "security-until", &moment(proposal.until)))
            (row(say, "invalidate-counted-then", &html! { (shown.counted) }))
        }
        @if let Some(now) = shown.now { (deciding(say, shown, now)) }
    }
}

fn deciding(say: &Speaker<'_>, shown: &Shown<'_>, now: &Counted) -> Markup {
    let action = |step: &str| format!("{}/{}/{step}", paths::ADMIN_INVALIDATIONS, shown.proposal.id);
    let both = [("then", shown.counted.into()), ("now", now.counting.into())];
    html! {
        section.v-section {
            h2 { (say.say("invalidate-counted-now")) }
            @if shown.recounted || shown.counted != now.counting {
                div.v-notice.v-notice--caution role=[shown.recounted.then_some("alert")] {
                    p { (say.say_with("invalidate-recounted", &both)) }
                    @if shown.recounted { p { (say.say("invalidate-look-again")) } }
                }
            }
            (numbers(say, now))
            @if shown.own { p { (say.say("invalidate-own")) } }
            @else if now.counting > 0 {
                form method="post" action=(action("approve")) {
                    input type="hidden" name="digest" value=(shown.proposal.digest);
                    input type="hidden" name="count" value=(now.counting);
                    p { (say.say("invalidate-approve-what")) }
                    div.v-actions { button.v-button { (say.say("invalidate-approve")) } }
                }
            }
            form method="post" action=(action("decline")) {
                div.v-actions { button.v-button.v-button--quiet { (say.say("invalidate-decline")) } }
            }
        }
    }
}
