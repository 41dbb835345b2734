//! Changes of the configuration that holders approve: what each would do, how its text differs, who has approved it.

use super::difference;
use super::security::{Moment, table};
use crate::chrome::document::{Crumb, headed};
use crate::chrome::invalidations::row;
use crate::chrome::paths;
use crate::texts::{Speaker, Value};
use maud::{Markup, html};
use vzaemo_clock::Instant;
use vzaemo_service::changes::{Change, Effect, State};

/// The most characters of the reason for which a change is declined.
pub const REASON: usize = 1000;

/// The address of a change.
pub fn address(id: &str) -> String {
    format!("{}/{id}", paths::ADMIN_CHANGES)
}

/// A change, for whoever decides on it.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The change.
    pub change: &'a Change,
    /// The names of those who have approved, in their order.
    pub approved: &'a [String],
    /// The name of who has declined.
    pub declined: Option<&'a str>,
    /// Whether it can still be approved.
    pub open: bool,
    /// Whether the visitor has approved it.
    pub own: bool,
    /// Whether the visitor decides on such changes.
    pub decides: bool,
    /// Whether the visitor declined it without a reason, or with one that is too long; with what they wrote.
    pub unreasoned: Option<&'a str>,
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
}

/// What the service of a module is called, in the reader's language.
pub type Services<'a> = &'a dyn Fn(&str) -> String;

/// The list.
pub fn list(
    say: &Speaker<'_>,
    changes: &[Change],
    offered: &[&str],
    now: Instant,
    moment: Moment<'_>,
) -> Markup {
    let waiting = changes.iter().find(|change| change.is_open(now));
    let rows: Vec<Vec<Markup>> = changes
        .iter()
        .map(|change| {
            let effects = u64::try_from(change.proposed.effects.len()).unwrap_or(u64::MAX);
            let label = say.say_with("changes-effects-count", &[("count", effects.into())]);
            vec![
                moment(change.at),
                html! { a href=(address(&change.id)) { (label) } },
                html! { (approvals(say, change)) },
                html! { (tag(say, change, change.is_open(now))) },
            ]
        })
        .collect();
    let columns = ["security-when", "changes-what", "changes-approvals", "changes-standing"];
    html! {
        (headed(say, &[], &say.say("changes-title"), Some(&say.say("changes-lead"))))
        (super::parts(say, paths::ADMIN_CHANGES, offered))
        @if let Some(change) = waiting {
            div.v-notice.v-notice--caution {
                p.v-notice__title { (say.say("changes-waits")) }
                p { a href=(address(&change.id)) { (say.say("changes-look")) } }
            }
        }
        section.v-section {
            h2 { (say.say("changes-all")) }
            @if rows.is_empty() { p.v-muted { (say.say("changes-none")) } }
            @else { (table(say, "changes-caption", &columns, &rows)) }
        }
        div.v-prose {
            h2 { (say.say("changes-urgent")) }
            p { (say.say("changes-urgent-how")) }
        }
    }
}

fn approvals(say: &Speaker<'_>, change: &Change) -> String {
    let given = u64::try_from(change.approvals.len()).unwrap_or(u64::MAX);
    let args: [(&str, Value<'_>); 2] = [("given", given.into()), ("needed", u64::from(change.needed).into())];
    say.say_with("changes-approvals-of", &args).into_owned()
}

fn tag(say: &Speaker<'_>, change: &Change, open: bool) -> Markup {
    let (tone, key) = match change.state {
        State::Waiting if open => ("caution", "changes-state-waiting"),
        State::Waiting | State::Lapsed => ("neutral", "changes-state-lapsed"),
        State::Approved => ("caution", "changes-state-approved"),
        State::Applied => ("good", "changes-state-applied"),
        State::Failed => ("bad", "changes-state-failed"),
        State::Declined => ("neutral", "changes-state-declined"),
        State::Replaced => ("neutral", "changes-state-replaced"),
    };
    html! { span class={ "v-tag v-tag--" (tone) } { (say.say(key)) } }
}

/// One change.
pub fn one(say: &Speaker<'_>, shown: &Shown<'_>, services: Services<'_>, moment: Moment<'_>) -> Markup {
    let change = shown.change;
    let crumb = say.say("changes-title");
    let crumbs = [Crumb { href: paths::ADMIN_CHANGES, label: &crumb }];
    html! {
        (headed(say, &crumbs, &say.say("changes-one"), None))
        (super::parts(say, paths::ADMIN_CHANGES, shown.offered))
        p.v-tags { (tag(say, change, shown.open)) }
        (outcome(say, shown, moment))
        dl.v-summary {
            (row(say, "changes-at", &moment(change.at)))
            @if shown.open { (row(say, "security-until", &moment(change.until))) }
            (row(say, "changes-approvals", &html! { (approvals(say, change)) }))
            @for (name, approval) in shown.approved.iter().zip(&change.approvals) {
                (row(say, "changes-approved-by", &html! { (name) ", " (moment(approval.at)) }))
            }
            (row(say, "changes-digest", &html! { code { (change.digest) } }))
        }
        section.v-section {
            h2 { (say.say("changes-would")) }
            @if change.proposed.effects.is_empty() { p.v-muted { (say.say("changes-nothing")) } }
            @else {
                ul.govuk-list.govuk-list--bullet {
                    @for effect in &change.proposed.effects { li { (told(say, effect, services)) } }
                }
            }
            @if !change.proposed.at_next_start.is_empty() {
                p { (say.say("changes-next-start")) }
            }
        }
        section.v-section {
            h2 { (say.say("changes-difference")) }
            p.v-muted { (say.say("changes-masked")) }
            @for file in &change.proposed.files {
                h3 { code { (file.name) } }
                (difference::lines(say, &file.before, &file.after, &file.name))
            }
        }
        @if shown.open { (deciding(say, shown)) }
    }
}

/// What has come of a change so far, and what to do next.
fn outcome(say: &Speaker<'_>, shown: &Shown<'_>, moment: Moment<'_>) -> Markup {
    let change = shown.change;
    let generation = change.outcome.as_ref().and_then(|outcome| outcome.generation);
    let problems = change.outcome.as_ref().map_or(&[][..], |outcome| outcome.problems.as_slice());
    let since = change.outcome.as_ref().map(|outcome| moment(outcome.at));
    html! {
        @match change.state {
            State::Waiting if shown.open => div.v-notice.v-notice--caution {
                p.v-notice__title { (say.say("changes-waits")) }
                p { (say.say("changes-waits-how")) }
            },
            State::Waiting | State::Lapsed => p { (say.say("changes-lapsed-how")) },
            State::Approved => div.v-notice.v-notice--caution { p { (say.say("changes-approved-how")) } },
            State::Applied => div.v-notice.v-notice--good {
                p { (say.say_with("changes-applied-how", &[("generation", generation.unwrap_or_default().into())]))
                    @if let Some(since) = &since { ", " (since) } }
            },
            State::Failed => div.v-notice.v-notice--bad {
                p.v-notice__title { (say.say("changes-failed")) }
                ul.govuk-list.govuk-list--bullet { @for problem in problems { li lang="en" { (problem) } } }
                p { (say.say("changes-failed-how")) }
            },
            State::Declined => @if let Some(declined) = &change.declined {
                div.v-notice.v-notice--neutral {
                    p { (say.say("changes-declined-by")) " " (shown.declined.unwrap_or_default()) ", " (moment(declined.at)) }
                    p { (declined.reason) }
                    p { (say.say("changes-declined-how")) }
                }
            },
            State::Replaced => div.v-notice.v-notice--caution {
                p { (say.say("changes-replaced-how")) }
                p { a href=(paths::ADMIN_CHANGES) { (say.say("changes-look-newer")) } }
            },
        }
    }
}

/// One effect in plain words.
fn told(say: &Speaker<'_>, effect: &Effect, services: Services<'_>) -> Markup {
    let name = |at: usize| effect.names.get(at).map_or("", String::as_str);
    let all = effect.names.join(", ");
    let args: [(&str, Value<'_>); 3] =
        [("names", all.as_str().into()), ("from", name(0).into()), ("to", name(1).into())];
    let key = match effect.what.as_str() {
        "added" => "changes-effect-added",
        "removed" => "changes-effect-removed",
        "enabled" => "changes-effect-enabled",
        "disabled" => "changes-effect-disabled",
        "back" => "changes-effect-back",
        "upgraded" => "changes-effect-upgraded",
        "repacked" => "changes-effect-repacked",
        "migrates" => "changes-effect-migrates",
        "settings" => "changes-effect-settings",
        "granted" => "changes-effect-granted",
        "withdrawn" => "changes-effect-withdrawn",
        "more-data" => "changes-effect-more-data",
        "collections" => "changes-effect-collections",
        "addresses" => "changes-effect-addresses",
        "rules-added" => "changes-effect-rules-added",
        "rules-removed" => "changes-effect-rules-removed",
        "policies" => "changes-effect-policies",
        "section" if name(0) == "approval" => "changes-effect-approval",
        // A word that a later program wrote reads as a change of settings.
        _ => "changes-effect-section",
    };
    html! {
        @if let Some(module) = &effect.module { strong { (services(module)) } ": " }
        (say.say_with(key, &args))
        @if effect.grows { " " span.v-tag.v-tag--caution { (say.say("changes-grows")) } }
    }
}

fn deciding(say: &Speaker<'_>, shown: &Shown<'_>) -> Markup {
    let change = shown.change;
    html! {
        section.v-section {
            h2 { (say.say("changes-decide")) }
            @if !shown.decides { p { (say.say("changes-not-yours")) } }
            @else if shown.own { p { (say.say("changes-own")) } }
            @else {
                form method="post" action={ (address(&change.id)) "/approve" } {
                    input type="hidden" name="digest" value=(change.digest);
                    p { (say.say("changes-approve-what")) }
                    div.v-actions { button.v-button { (say.say("changes-approve")) } }
                }
            }
        }
        @if shown.decides { (declining(say, shown)) }
    }
}

fn declining(say: &Speaker<'_>, shown: &Shown<'_>) -> Markup {
    let wrong = shown.unreasoned.is_some();
    html! {
        section.v-section {
            h2 { (say.say("changes-decline-it")) }
            form.v-form.v-card method="post" action={ (address(&shown.change.id)) "/decline" } novalidate {
                div.govuk-form-group.govuk-form-group--error[wrong] {
                    label.govuk-label for="decline_reason" { (say.say("changes-reason")) }
                    div.govuk-hint id="decline_reason_hint" { (say.say("changes-reason-hint")) }
                    @if wrong {
                        p.govuk-error-message id="decline_reason_error" role="alert" { (say.say("changes-reason-wrong")) }
                    }
                    textarea.govuk-textarea.govuk-textarea--error[wrong] id="decline_reason" name="reason" rows="3"
                        maxlength=(REASON)
                        aria-describedby={ "decline_reason_hint" @if wrong { " decline_reason_error" } }
                        { (shown.unreasoned.unwrap_or_default()) }
                }
                div.v-actions { button.v-button.v-button--quiet { (say.say("changes-decline")) } }
            }
        }
    }
}
