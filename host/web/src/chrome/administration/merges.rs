//! Merging two records of one person: counting, proposing, and approving what somebody else has proposed.

use super::problems;
use super::proposals::{list, standing};
use super::security::{Moment, table};
use crate::chrome::document::{Crumb, headed};
use crate::chrome::invalidations::{role, row};
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_clock::Instant;
use vzaemo_service::merging::{Amounts, Counted, Merging};
use vzaemo_service::two_person::Proposal;

/// What the form was sent with, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Proposing {
    /// The number of the record that stays.
    pub staying: String,
    /// The number of the record that is merged into it.
    pub merged: String,
    /// On what ground they are one person.
    pub grounds: String,
    /// The number of the document that shows it.
    pub document: String,
    /// Keys of messages, by field.
    pub errors: Vec<(&'static str, &'static str)>,
    /// The service that does not serve, where that is what is wrong.
    pub service: Option<String>,
}

impl Proposing {
    fn fields(&self) -> [(&'static str, &str); 4] {
        [
            ("staying", &self.staying),
            ("merged", &self.merged),
            ("grounds", &self.grounds),
            ("document", &self.document),
        ]
    }
}

/// The page of the form.
#[derive(Debug)]
pub struct Desk<'a> {
    /// What was typed.
    pub proposing: &'a Proposing,
    /// What the dry run of it counted, with the names of services.
    pub counted: Option<(&'a Counted, &'a [String])>,
    /// The latest proposals, each with what it proposes.
    pub proposals: &'a [(Proposal, Merging)],
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
    /// Now, by the legal clock.
    pub now: Instant,
}

/// What a proposal says, for whoever decides on it.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // each is a fact that the others say nothing about
pub struct Shown<'a> {
    /// The proposal.
    pub proposal: &'a Proposal,
    /// What is proposed.
    pub wanted: &'a Merging,
    /// What there is now, with the names of services; nothing once it is decided or out of date, or if the two may not be
    /// merged any more.
    pub now: Option<(&'a Counted, &'a [String])>,
    /// Why the two may not be merged any more: the key of a message, and the service that it is about.
    pub refused: Option<(&'static str, Option<String>)>,
    /// Whether the visitor proposed it.
    pub own: bool,
    /// Whether the visitor decided on something else than there is now.
    pub recounted: bool,
    /// Whether it can still be approved.
    pub open: bool,
    /// Whether what it hands over is still under way.
    pub under_way: bool,
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
}

/// The form, what it would do, and what has been proposed.
pub fn desk(say: &Speaker<'_>, desk: &Desk<'_>, moment: Moment<'_>) -> Markup {
    let service = desk.proposing.service.as_deref();
    let errors = desk.proposing.errors.iter().map(|(field, key)| (*field, said(say, key, service).into()));
    html! {
        (headed(say, &[], &say.say("merge-title"), Some(&say.say("merge-lead"))))
        (super::parts(say, paths::ADMIN_MERGES, desk.offered))
        (problems(say, "invalidate-not-counted", "merge", errors))
        @if let Some((counted, services)) = desk.counted {
            section.v-section {
                h2 { (say.say("merge-counted")) }
                (numbers(say, counted, services))
                form method="post" action=(paths::ADMIN_MERGES) {
                    @for (name, value) in desk.proposing.fields() { input type="hidden" name=(name) value=(value); }
                    p { (say.say("invalidate-second")) }
                    div.v-actions { button.v-button { (say.say("invalidate-propose")) } }
                }
            }
        }
        (form(say, desk.proposing))
        (proposals(say, desk, moment))
    }
}

/// What a message says, of a service where it is about one.
fn said(say: &Speaker<'_>, key: &'static str, service: Option<&str>) -> String {
    match service {
        Some(service) => say.say_with(key, &[("service", service.into())]).into_owned(),
        None => say.say(key).into_owned(),
    }
}

fn numbers(say: &Speaker<'_>, counted: &Counted, services: &[String]) -> Markup {
    let amount = |amounts: &Amounts| {
        let (cabinet, identity) = (amounts.cabinet, amounts.identity);
        let whole = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        [
            ("merge-cases", cabinet.cases),
            ("merge-drafts", cabinet.drafts),
            ("merge-notices", cabinet.notices),
            ("merge-letters", cabinet.letters),
            ("merge-accesses", cabinet.accesses),
            ("merge-corrections", cabinet.corrections),
            ("merge-files", amounts.files),
            ("merge-address", u64::from(cabinet.address)),
            ("merge-roles", whole(identity.roles)),
            ("merge-claims", whole(identity.claims)),
            ("merge-delegations", whole(identity.delegations)),
            ("merge-rules", whole(identity.acceptances)),
            ("merge-sessions", whole(identity.sessions)),
            ("merge-blocked", u64::from(amounts.blocked)),
        ]
    };
    let rows: Vec<Vec<Markup>> = amount(&counted.staying)
        .into_iter()
        .zip(amount(&counted.merged))
        .filter(|((_, staying), (_, merged))| *staying > 0 || *merged > 0)
        .map(|((key, staying), (_, merged))| {
            vec![html! { (say.say(key)) }, html! { (staying) }, html! { (merged) }]
        })
        .collect();
    let modules: Vec<Vec<Markup>> = counted
        .modules
        .iter()
        .zip(services)
        .map(|(module, service)| {
            let twice = module.collisions.iter().map(|collision| collision.document.as_str());
            let twice = twice.collect::<Vec<_>>().join(", ");
            vec![html! { (service) }, html! { (module.documents) }, html! { (twice) }]
        })
        .collect();
    let collisions = u64::try_from(counted.collisions()).unwrap_or(u64::MAX);
    html! {
        p { strong { (say.say_with("merge-collisions", &[("count", collisions.into())])) } }
        (table(say, "merge-amounts", &["merge-what", "merge-staying", "merge-merged"], &rows))
        @if !modules.is_empty() {
            (table(say, "merge-services", &["invalidations-service", "merge-documents", "merge-twice"], &modules))
        }
        @if counted.staying.blocked || counted.merged.blocked { p { (say.say("merge-block-stays")) } }
        p.v-muted { (say.say("merge-what-happens")) }
    }
}

fn form(say: &Speaker<'_>, proposing: &Proposing) -> Markup {
    let text = |name: &'static str, value: &str, label: &str, hint: &str, most: &str| {
        let wrong = proposing.errors.iter().find(|(field, _)| *field == name).map(|(_, key)| *key);
        let id = format!("merge_{name}");
        let described = if wrong.is_some() { format!("{id}_hint {id}_error") } else { format!("{id}_hint") };
        html! {
            div.govuk-form-group.govuk-form-group--error[wrong.is_some()] {
                label.govuk-label for=(id) { (say.say(label)) }
                div.govuk-hint id={ (id) "_hint" } { (say.say(hint)) }
                @if let Some(key) = wrong {
                    p.govuk-error-message id={ (id) "_error" } { (said(say, key, proposing.service.as_deref())) }
                }
                input.govuk-input.govuk-input--error[wrong.is_some()] id=(id) name=(name) type="text" value=(value)
                    maxlength=(most) autocomplete="off" spellcheck="false" aria-describedby=(described);
            }
        }
    };
    html! {
        section.v-section {
            h2 { (say.say("merge-which")) }
            form.v-form.v-card method="post" action=(paths::ADMIN_MERGES_COUNT) novalidate {
                (text("staying", &proposing.staying, "merge-staying", "merge-staying-hint", "40"))
                (text("merged", &proposing.merged, "merge-merged", "merge-merged-hint", "40"))
                (text("grounds", &proposing.grounds, "invalidations-grounds", "merge-grounds-hint", "1000"))
                (text("document", &proposing.document, "merge-document", "merge-document-hint", "200"))
                div.v-actions { button.v-button { (say.say("invalidate-count")) } }
            }
        }
    }
}

fn proposals(say: &Speaker<'_>, desk: &Desk<'_>, moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = desk
        .proposals
        .iter()
        .map(|(proposal, wanted)| {
            let href = format!("{}/{}", paths::ADMIN_MERGES, proposal.id);
            vec![
                moment(proposal.at),
                html! { a href=(href) { (wanted.document) } },
                html! { (say.say(role(&proposal.role))) },
                html! { (say.say(standing(proposal, proposal.is_open(desk.now)))) },
            ]
        })
        .collect();
    let columns = ["security-when", "merge-document", "invalidate-by", "invalidate-standing"];
    list(say, "invalidate-proposals-caption", &columns, &rows)
}

/// One proposal, for whoever decides on it.
pub fn proposal(say: &Speaker<'_>, shown: &Shown<'_>, moment: Moment<'_>) -> Markup {
    let (proposal, wanted) = (shown.proposal, shown.wanted);
    let crumb = say.say("merge-title");
    let crumbs = [Crumb { href: paths::ADMIN_MERGES, label: &crumb }];
    let approved = proposal.decided.as_ref().is_some_and(|decided| decided.outcome.is_some());
    html! {
        (headed(say, &crumbs, &say.say("merge-proposal"), None))
        (super::parts(say, paths::ADMIN_MERGES, shown.offered))
        p.v-tags { span.v-tag.v-tag--neutral { (say.say(standing(proposal, shown.open))) } }
        @if approved {
            p { (say.say(if shown.under_way { "merge-under-way" } else { "merge-done" })) }
        }
        dl.v-summary {
            (row(say, "merge-staying", &html! { code { (wanted.staying) } }))
            (row(say, "merge-merged", &html! { code { (wanted.merged) } }))
            (row(say, "invalidations-grounds", &html! { (wanted.grounds) }))
            (row(say, "merge-document", &html! { (wanted.document) }))
            (row(say, "invalidate-by", &html! { (say.say(role(&proposal.role))) ", " (moment(proposal.at)) }))
            (row(say, "security-until", &moment(proposal.until)))
        }
        @if shown.open { (deciding(say, shown)) }
    }
}

fn deciding(say: &Speaker<'_>, shown: &Shown<'_>) -> Markup {
    let action = |step: &str| format!("{}/{}/{step}", paths::ADMIN_MERGES, shown.proposal.id);
    let then = shown.wanted.counted.mark();
    html! {
        section.v-section {
            @if let Some((key, service)) = &shown.refused {
                div.v-notice.v-notice--caution role="alert" { p { (said(say, key, service.as_deref())) } }
            }
            @if let Some((now, services)) = shown.now {
                h2 { (say.say("merge-counted")) }
                @if shown.recounted || now.mark() != then {
                    div.v-notice.v-notice--caution role=[shown.recounted.then_some("alert")] {
                        p { (say.say("merge-recounted")) }
                        @if shown.recounted { p { (say.say("merge-look-again")) } }
                    }
                }
                (numbers(say, now, services))
                @if shown.own { p { (say.say("invalidate-own")) } }
                @else {
                    form method="post" action=(action("approve")) {
                        input type="hidden" name="digest" value=(shown.proposal.digest);
                        input type="hidden" name="mark" value=(now.mark());
                        p { (say.say("merge-approve-what")) }
                        div.v-actions { button.v-button { (say.say("invalidate-approve")) } }
                    }
                }
            }
            form method="post" action=(action("decline")) {
                div.v-actions { button.v-button.v-button--quiet { (say.say("invalidate-decline")) } }
            }
        }
    }
}
