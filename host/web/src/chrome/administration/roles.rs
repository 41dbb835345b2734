//! Who has which role, giving and taking roles, and what is proposed about those who run the platform.

use super::proposals::{list, standing};
use super::security::{Moment, table};
use crate::chrome::document::{Crumb, headed};
use crate::chrome::invalidations::row;
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use vzaemo_clock::Instant;
use vzaemo_service::granting::Step;
use vzaemo_service::two_person::Proposal;

/// Something that can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What it is called.
    pub label: String,
}

/// Somebody with a role.
#[derive(Debug, Clone)]
pub struct Line {
    /// The person's id.
    pub person: String,
    /// Their name, if it is known.
    pub name: Option<String>,
    /// The role in words.
    pub role: String,
    /// Since when.
    pub since: Instant,
    /// Until when, if it ends by itself.
    pub until: Option<Instant>,
    /// The page on which it is taken, if the visitor may.
    pub revoke: Option<String>,
}

/// What a form was sent with, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Whose role.
    pub person: String,
    /// The role among those of who runs the platform.
    pub role: String,
    /// The body of a module administrator.
    pub body: String,
    /// The module of a module administrator.
    pub module: String,
    /// By which decision.
    pub grounds: String,
    /// Keys of messages, by field.
    pub errors: Vec<(&'static str, &'static str)>,
}

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Of a module administrator, by one person.
    Grant,
    /// Of those who run the platform, by two.
    Appoint,
}

impl Form {
    const fn prefix(self) -> &'static str {
        match self {
            Form::Grant => "grant",
            Form::Appoint => "appoint",
        }
    }
}

/// The page.
#[derive(Debug)]
pub struct Roles<'a> {
    /// Everybody who has a role.
    pub lines: &'a [Line],
    /// Bodies, if the visitor may name module administrators.
    pub bodies: Option<&'a [Choice]>,
    /// Modules.
    pub modules: &'a [Choice],
    /// The roles of those who run the platform, if the visitor may decide about them.
    pub running: Option<&'a [Choice]>,
    /// The latest proposals, each with what it is in words.
    pub proposals: &'a [(Proposal, String)],
    /// What was typed into which form.
    pub typed: Option<(Form, &'a Typed)>,
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
    /// Now, by the legal clock.
    pub now: Instant,
}

/// The page.
pub fn roles(say: &Speaker<'_>, page: &Roles<'_>, moment: Moment<'_>) -> Markup {
    html! {
        (headed(say, &[], &say.say("roles-title"), Some(&say.say("roles-lead"))))
        (super::parts(say, paths::ADMIN_ROLES, page.offered))
        @if let Some((form, typed)) = page.typed { (problems(say, form.prefix(), typed)) }
        section.v-section {
            h2 { (say.say("roles-who")) }
            @if page.lines.is_empty() { p.v-muted { (say.say("roles-none")) } } @else { (lines(say, page.lines, moment)) }
        }
        @if let Some(bodies) = page.bodies { (grant(say, page, bodies)) }
        @if let Some(running) = page.running { (appoint(say, page, running)) (proposals(say, page, moment)) }
    }
}

fn lines(say: &Speaker<'_>, lines: &[Line], moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = lines
        .iter()
        .map(|line| {
            vec![
                html! { @if let Some(name) = &line.name { (name) br; } code.v-small { (line.person) } },
                html! { (line.role) },
                html! {
                    (moment(line.since))
                    @if let Some(until) = line.until { " – " (moment(until)) }
                },
                html! {
                    @if let Some(revoke) = &line.revoke {
                        a href=(revoke) {
                            (say.say("roles-revoke"))
                            span.govuk-visually-hidden { ": " (line.name.as_deref().unwrap_or(&line.person)) ", " (line.role) }
                        }
                    }
                },
            ]
        })
        .collect();
    table(say, "roles-caption", &["roles-person", "roles-role", "security-since", "roles-change"], &rows)
}

fn problems(say: &Speaker<'_>, prefix: &str, typed: &Typed) -> Markup {
    let errors = typed.errors.iter().map(|(field, key)| (*field, say.say(key)));
    super::problems(say, "roles-unchanged", prefix, errors)
}

/// A field of a form with its label, hint and error.
fn field(
    say: &Speaker<'_>,
    form: Form,
    name: &'static str,
    hint: Option<&str>,
    typed: &Typed,
    input: impl FnOnce(&str, Option<&str>, bool) -> Markup,
) -> Markup {
    let id = format!("{}_{name}", form.prefix());
    let wrong: Vec<_> =
        typed.errors.iter().filter(|(field, _)| *field == name).map(|(_, key)| *key).collect();
    let mut described = Vec::new();
    if hint.is_some() {
        described.push(format!("{id}_hint"));
    }
    if !wrong.is_empty() {
        described.push(format!("{id}_error"));
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    html! {
        div.govuk-form-group.govuk-form-group--error[!wrong.is_empty()] {
            label.govuk-label for=(id) { (say.say(label(name))) }
            @if let Some(hint) = hint { div.govuk-hint id={ (id) "_hint" } { (say.say(hint)) } }
            @if !wrong.is_empty() {
                div id={ (id) "_error" } { @for key in &wrong { p.govuk-error-message { (say.say(key)) } } }
            }
            (input(&id, described.as_deref(), !wrong.is_empty()))
        }
    }
}

fn label(name: &str) -> &'static str {
    match name {
        "person" => "roles-person",
        "role" => "roles-role",
        "body" => "roles-body",
        "module" => "roles-module",
        _ => "roles-grounds",
    }
}

fn text(say: &Speaker<'_>, form: Form, name: &'static str, hint: &str, most: &str, typed: &Typed) -> Markup {
    let value = if name == "person" { &typed.person } else { &typed.grounds };
    field(say, form, name, Some(hint), typed, |id, described, wrong| {
        html! {
            input.govuk-input.govuk-input--error[wrong] id=(id) name=(name) type="text" value=(value) maxlength=(most)
                autocomplete="off" spellcheck="false" aria-describedby=[described];
        }
    })
}

fn select(
    say: &Speaker<'_>,
    form: Form,
    name: &'static str,
    choices: &[Choice],
    chosen: &str,
    typed: &Typed,
) -> Markup {
    field(say, form, name, None, typed, |id, described, wrong| {
        html! {
            select.govuk-select.govuk-select--error[wrong] id=(id) name=(name) aria-describedby=[described] {
                @for choice in choices { option value=(choice.value) selected[choice.value == chosen] { (choice.label) } }
            }
        }
    })
}

fn typed_into<'a>(page: &'a Roles<'_>, form: Form, none: &'a Typed) -> &'a Typed {
    page.typed.filter(|(into, _)| *into == form).map_or(none, |(_, typed)| typed)
}

fn grant(say: &Speaker<'_>, page: &Roles<'_>, bodies: &[Choice]) -> Markup {
    let (form, none) = (Form::Grant, Typed::default());
    let typed = typed_into(page, form, &none);
    html! {
        section.v-section {
            h2 { (say.say("roles-grant-title")) }
            p { (say.say("roles-grant-lead")) }
            form.v-form.v-card method="post" action=(paths::ADMIN_ROLES_CHANGE) novalidate {
                input type="hidden" name="step" value="grant";
                (text(say, form, "person", "roles-person-hint", "40", typed))
                (select(say, form, "body", bodies, &typed.body, typed))
                (select(say, form, "module", page.modules, &typed.module, typed))
                (text(say, form, "grounds", "roles-grounds-hint", "500", typed))
                div.v-actions { button.v-button { (say.say("roles-grant")) } }
            }
        }
    }
}

fn appoint(say: &Speaker<'_>, page: &Roles<'_>, running: &[Choice]) -> Markup {
    let (form, none) = (Form::Appoint, Typed::default());
    let typed = typed_into(page, form, &none);
    html! {
        section.v-section {
            h2 { (say.say("roles-appoint-title")) }
            p { (say.say("roles-appoint-lead")) }
            form.v-form.v-card method="post" action=(paths::ADMIN_ROLES_PROPOSALS) novalidate {
                input type="hidden" name="step" value="grant";
                (text(say, form, "person", "roles-person-hint", "40", typed))
                (select(say, form, "role", running, &typed.role, typed))
                (text(say, form, "grounds", "roles-grounds-hint", "500", typed))
                div.v-actions { button.v-button { (say.say("roles-propose")) } }
            }
        }
    }
}

fn proposals(say: &Speaker<'_>, page: &Roles<'_>, moment: Moment<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = page
        .proposals
        .iter()
        .map(|(proposal, words)| {
            let href = format!("{}/{}", paths::ADMIN_ROLES_PROPOSALS, proposal.id);
            vec![
                moment(proposal.at),
                html! { a href=(href) { (words) } },
                html! { (say.say(standing(proposal, proposal.is_open(page.now)))) },
            ]
        })
        .collect();
    list(say, "roles-proposals-caption", &["security-when", "roles-change", "invalidate-standing"], &rows)
}

/// A role that is to be taken.
#[derive(Debug)]
pub struct Revoking<'a> {
    /// Whose.
    pub line: &'a Line,
    /// The role as the form sends it.
    pub value: &'a str,
    /// Whether two persons decide.
    pub takes_two: bool,
    /// What was typed.
    pub typed: &'a Typed,
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
}

/// The page on which a role is taken.
pub fn revoking(say: &Speaker<'_>, page: &Revoking<'_>, moment: Moment<'_>) -> Markup {
    let crumb = say.say("roles-title");
    let crumbs = [Crumb { href: paths::ADMIN_ROLES, label: &crumb }];
    let (form, action, button) = if page.takes_two {
        (Form::Appoint, paths::ADMIN_ROLES_PROPOSALS, "roles-propose")
    } else {
        (Form::Grant, paths::ADMIN_ROLES_CHANGE, "roles-revoke")
    };
    html! {
        (headed(say, &crumbs, &say.say("roles-revoke-title"), None))
        (super::parts(say, paths::ADMIN_ROLES, page.offered))
        (problems(say, form.prefix(), page.typed))
        dl.v-summary {
            (row(say, "roles-person", &html! {
                @if let Some(name) = &page.line.name { (name) br; } code.v-small { (page.line.person) }
            }))
            (row(say, "roles-role", &html! { (page.line.role) }))
            (row(say, "security-since", &moment(page.line.since)))
        }
        p { (say.say(if page.takes_two { "roles-revoke-two" } else { "roles-revoke-one" })) }
        form.v-form.v-card method="post" action=(action) novalidate {
            input type="hidden" name="step" value="revoke";
            input type="hidden" name="person" value=(page.line.person);
            input type="hidden" name="role" value=(page.value);
            (text(say, form, "grounds", "roles-grounds-hint", "500", page.typed))
            div.v-actions { button.v-button { (say.say(button)) } }
        }
    }
}

/// A proposal, for whoever decides on it.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The proposal.
    pub proposal: &'a Proposal,
    /// Whether a role is given or taken.
    pub step: Step,
    /// Whose role: their id and, if it is known, their name.
    pub person: (String, Option<String>),
    /// The role in words.
    pub role: String,
    /// By which decision.
    pub grounds: &'a str,
    /// Who proposed, if it is known.
    pub by: Option<String>,
    /// Whether the reader proposed it.
    pub own: bool,
    /// Whether it can still be decided.
    pub open: bool,
    /// The addresses of administration that the visitor may open.
    pub offered: &'a [&'static str],
}

/// The page of a proposal.
pub fn proposal(say: &Speaker<'_>, shown: &Shown<'_>, moment: Moment<'_>) -> Markup {
    let proposal = shown.proposal;
    let crumb = say.say("roles-title");
    let crumbs = [Crumb { href: paths::ADMIN_ROLES, label: &crumb }];
    let action = |step: &str| format!("{}/{}/{step}", paths::ADMIN_ROLES_PROPOSALS, proposal.id);
    html! {
        (headed(say, &crumbs, &say.say(title(shown.step)), None))
        (super::parts(say, paths::ADMIN_ROLES, shown.offered))
        p.v-tags { span.v-tag.v-tag--neutral { (say.say(standing(proposal, shown.open))) } }
        dl.v-summary {
            (row(say, "roles-person", &html! {
                @if let Some(name) = &shown.person.1 { (name) br; } code.v-small { (shown.person.0) }
            }))
            (row(say, "roles-role", &html! { (shown.role) }))
            (row(say, "roles-grounds", &html! { (shown.grounds) }))
            (row(say, "invalidate-by", &html! { @if let Some(by) = &shown.by { (by) ", " } (moment(proposal.at)) }))
            (row(say, "security-until", &moment(proposal.until)))
        }
        @if shown.open {
            section.v-section {
                @if shown.own { p { (say.say("invalidate-own")) } }
                @else {
                    form method="post" action=(action("approve")) {
                        input type="hidden" name="digest" value=(proposal.digest);
                        p { (say.say("roles-approve-what")) }
                        div.v-actions { button.v-button { (say.say("invalidate-approve")) } }
                    }
                }
                form method="post" action=(action("decline")) {
                    div.v-actions { button.v-button.v-button--quiet { (say.say("invalidate-decline")) } }
                }
            }
        }
    }
}

/// The message that says what a change does.
pub const fn title(step: Step) -> &'static str {
    match step {
        Step::Grant => "roles-proposal-grant",
        Step::Revoke => "roles-proposal-revoke",
    }
}
