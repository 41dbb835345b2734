//! What the technical administrator has to know: alerts, who is kept out, what was refused.

use crate::chrome::document::headed;
use crate::chrome::paths;
use crate::texts::{Speaker, Value};
use maud::{Markup, html};
use vzaemo_protection::{Alert, Block, Counted, EventKind, Lockout, Telling};

/// All of it.
#[derive(Debug, Default)]
pub struct Security {
    /// The latest alerts.
    pub alerts: Vec<Alert>,
    /// Who is kept out.
    pub blocks: Vec<Block>,
    /// Who is locked out at present.
    pub lockouts: Vec<Lockout>,
    /// The latest events.
    pub events: Vec<Counted>,
    /// Whether the visitor may keep somebody out.
    pub may_block: bool,
    /// Whether the visitor may let somebody in again.
    pub may_unblock: bool,
    /// The pages that the visitor may open, as for [`super::parts`].
    pub offered: Vec<&'static str>,
}

/// What the form of a block was sent with, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Blocking {
    /// Whom to keep out.
    pub target: String,
    /// Why.
    pub reason: String,
    /// For how many hours.
    pub hours: String,
    /// Keys of messages, by field.
    pub errors: Vec<(&'static str, &'static str)>,
}

/// For how long somebody can be kept out, in hours.
pub const HOURS: [(u32, &str); 4] = [
    (1, "security-hours-1"),
    (24, "security-hours-24"),
    (168, "security-hours-168"),
    (720, "security-hours-720"),
];

/// Writes a moment.
pub type Moment<'a> = &'a dyn Fn(vzaemo_clock::Instant) -> Markup;

/// The page.
pub fn security(say: &Speaker<'_>, all: &Security, blocking: &Blocking, moment: Moment<'_>) -> Markup {
    html! {
        (headed(say, &[], &say.say("security-title"), Some(&say.say("security-lead"))))
        (super::parts(say, paths::ADMIN_SECURITY, &all.offered))
        (errors(say, blocking))
        (alerts(say, &all.alerts, moment))
        (blocks(say, all, moment))
        @if all.may_block { (form(say, blocking)) }
        (lockouts(say, &all.lockouts, moment))
        (events(say, &all.events, moment))
    }
}

/// What a letter about an alert says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What stands above it.
    pub subject: String,
    /// Its paragraphs.
    pub paragraphs: [String; 3],
    /// What the link to the page of alerts says.
    pub link: String,
}

/// The words of a letter about an alert.
pub fn letter(say: &Speaker<'_>, alert: &Alert) -> Letter {
    let kind = say.say(name_of(alert.kind));
    let with = |key: &str, args: &[(&str, Value<'_>)]| say.say_with(key, args).into_owned();
    Letter {
        subject: with("security-mail-subject", &[("kind", kind.as_ref().into())]),
        paragraphs: [
            with(
                "security-mail-lead",
                &[("kind", kind.as_ref().into()), ("at", alert.at.to_string().into())],
            ),
            with("security-mail-about", &[("subject", alert.subject.as_str().into())]),
            with("security-mail-detail", &[("detail", alert.detail.as_str().into())]),
        ],
        link: say.say("security-mail-link").into_owned(),
    }
}

/// The message that names a kind.
fn name_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::SignInRefused => "security-kind-sign-in-refused",
        EventKind::SignInFailed => "security-kind-sign-in-failed",
        EventKind::ForeignChange => "security-kind-foreign-change",
        EventKind::Denied => "security-kind-denied",
        EventKind::LimitHit => "security-kind-limit-hit",
        EventKind::LockedOut => "security-kind-locked-out",
        EventKind::Blocked => "security-kind-blocked",
        EventKind::PolicyFailed => "security-kind-policy-failed",
        EventKind::ConfigurationRefused => "security-kind-configuration-refused",
        EventKind::ConfigurationWaits => "security-kind-configuration-waits",
        EventKind::ModuleFailed => "security-kind-module-failed",
        EventKind::ManyFromAddress => "security-kind-many-from-address",
        EventKind::ManyFromDevice => "security-kind-many-from-device",
        EventKind::Regular => "security-kind-regular",
    }
}

fn kind(say: &Speaker<'_>, kind: EventKind) -> Markup {
    let tone = if kind.is_alert() { "bad" } else { "neutral" };
    html! { span class={ "v-tag v-tag--" (tone) } { (say.say(name_of(kind))) } }
}

fn about(say: &Speaker<'_>, subject: &str) -> Markup {
    html! { @if subject.is_empty() { (say.say("security-nobody")) } @else { code { (subject) } } }
}

pub(super) fn table(say: &Speaker<'_>, caption: &str, columns: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.v-table {
            table role="table" {
                caption { (say.say(caption)) }
                thead role="rowgroup" {
                    tr role="row" { @for column in columns { th scope="col" role="columnheader" { (say.say(column)) } } }
                }
                tbody role="rowgroup" {
                    @for row in rows {
                        tr role="row" {
                            @for (column, cell) in columns.iter().zip(row) {
                                td role="cell" data-label=(say.say(column)) { div { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn none(say: &Speaker<'_>, key: &str) -> Markup {
    html! { p.v-muted { (say.say(key)) } }
}

fn alerts(say: &Speaker<'_>, alerts: &[Alert], moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = alerts
        .iter()
        .map(|alert| {
            let told = match alert.telling {
                Telling::Told => "security-told",
                Telling::Waiting => "security-told-waiting",
                Telling::NotTold => "security-not-told",
            };
            vec![
                moment(alert.at),
                kind(say, alert.kind),
                about(say, &alert.subject),
                html! { (alert.detail) },
                html! { (say.say(told)) },
            ]
        })
        .collect();
    let columns = ["security-when", "security-what", "security-whom", "security-more", "security-telling"];
    html! {
        section.v-section {
            h2 { (say.say("security-alerts")) }
            @if rows.is_empty() { (none(say, "security-no-alerts")) }
            @else { (table(say, "security-alerts-caption", &columns, &rows)) }
        }
    }
}

fn blocks(say: &Speaker<'_>, all: &Security, moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = all
        .blocks
        .iter()
        .map(|block| {
            let target = block.target.to_string();
            let mut row = vec![
                html! { code { (target) } },
                html! { (block.reason) },
                moment(block.since),
                moment(block.until),
            ];
            if all.may_unblock {
                row.push(html! {
                    form method="post" action=(paths::ADMIN_UNBLOCK) {
                        input type="hidden" name="target" value=(target);
                        button.v-link { (say.say("security-unblock")) span.govuk-visually-hidden { ": " (target) } }
                    }
                });
            }
            row
        })
        .collect();
    let mut columns = vec!["security-whom", "security-reason", "security-since", "security-until"];
    if all.may_unblock {
        columns.push("security-action");
    }
    html! {
        section.v-section {
            h2 { (say.say("security-blocks")) }
            @if rows.is_empty() { (none(say, "security-no-blocks")) }
            @else { (table(say, "security-blocks-caption", &columns, &rows)) }
        }
    }
}

fn errors(say: &Speaker<'_>, blocking: &Blocking) -> Markup {
    let errors = blocking.errors.iter().map(|(field, key)| (*field, say.say(key)));
    super::problems(say, "security-not-blocked", "block", errors)
}

fn form(say: &Speaker<'_>, blocking: &Blocking) -> Markup {
    let error = |field: &str| blocking.errors.iter().find(|(wrong, _)| *wrong == field).map(|(_, key)| *key);
    let text = |name: &str, value: &str, label: &str, hint: &str| {
        let wrong = error(name);
        let described = [Some(format!("block_{name}_hint")), wrong.map(|_| format!("block_{name}_error"))];
        let described: Vec<String> = described.into_iter().flatten().collect();
        html! {
            div.govuk-form-group.govuk-form-group--error[wrong.is_some()] {
                label.govuk-label for={ "block_" (name) } { (say.say(label)) }
                div.govuk-hint id={ "block_" (name) "_hint" } { (say.say(hint)) }
                @if let Some(key) = wrong { p.govuk-error-message id={ "block_" (name) "_error" } { (say.say(key)) } }
                input.govuk-input.govuk-input--error[wrong.is_some()] id={ "block_" (name) } name=(name) type="text"
                    value=(value) maxlength="300" autocomplete="off" aria-describedby=(described.join(" "));
            }
        }
    };
    html! {
        section.v-section {
            h2 { (say.say("security-block")) }
            form.v-form.v-card method="post" action=(paths::ADMIN_BLOCK) novalidate {
                (text("target", &blocking.target, "security-block-target", "security-block-target-hint"))
                (text("reason", &blocking.reason, "security-block-reason", "security-block-reason-hint"))
                div.govuk-form-group {
                    fieldset.govuk-fieldset {
                        legend.govuk-fieldset__legend { (say.say("security-block-hours")) }
                        div.govuk-radios {
                            @for (hours, key) in HOURS {
                                @let value = hours.to_string();
                                div.govuk-radios__item {
                                    input.govuk-radios__input id={ "block_hours_" (value) } name="hours" type="radio"
                                        value=(value) checked[blocking.hours == value || (blocking.hours.is_empty() && hours == 24)];
                                    label.govuk-label.govuk-radios__label for={ "block_hours_" (value) } { (say.say(key)) }
                                }
                            }
                        }
                    }
                }
                div.v-actions { button.v-button { (say.say("security-block-go")) } }
            }
        }
    }
}

fn lockouts(say: &Speaker<'_>, lockouts: &[Lockout], moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = lockouts
        .iter()
        .map(|lockout| {
            vec![
                html! { code { (lockout.subject) } },
                html! { (lockout.rounds) },
                moment(lockout.last),
                moment(lockout.until),
            ]
        })
        .collect();
    let columns = ["security-whom", "security-rounds", "security-last", "security-until"];
    html! {
        section.v-section {
            h2 { (say.say("security-lockouts")) }
            @if rows.is_empty() { (none(say, "security-no-lockouts")) }
            @else { (table(say, "security-lockouts-caption", &columns, &rows)) }
        }
    }
}

fn events(say: &Speaker<'_>, events: &[Counted], moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = events
        .iter()
        .map(|event| {
            vec![
                moment(event.last),
                kind(say, event.kind),
                about(say, &event.subject),
                html! { (event.detail) },
                html! { (event.number) },
            ]
        })
        .collect();
    let columns = ["security-last", "security-what", "security-whom", "security-more", "security-number"];
    html! {
        section.v-section {
            h2 { (say.say("security-events")) }
            @if rows.is_empty() { (none(say, "security-no-events")) }
            @else { (table(say, "security-events-caption", &columns, &rows)) }
        }
    }
}
