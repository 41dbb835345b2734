//! Why somebody may do something, or may not.

use crate::chrome::document::headed;
use crate::chrome::paths;
use crate::texts::Speaker;
use maud::{Markup, html};
use serde::Deserialize;
use vzaemo_service::{Assurance, Explanation, Fact, Known, Origin};

/// What the form was sent with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A person's id, or the reference by which the module knows them; empty for a visitor.
    pub person: String,
    /// Module and action: `notes/sign`, `notes/view:desk`.
    pub action: String,
    /// The key of the document.
    pub resource: String,
    /// How sure the identity would be.
    pub assurance: Level,
}

/// A level of assurance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Low.
    Low,
    /// Substantial.
    #[default]
    Substantial,
    /// High.
    High,
}

impl Level {
    const ALL: [(Level, &'static str, &'static str); 3] = [
        (Level::Low, "low", "access-assurance-low"),
        (Level::Substantial, "substantial", "access-assurance-substantial"),
        (Level::High, "high", "access-assurance-high"),
    ];
}

impl From<Level> for Assurance {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Assurance::Low,
            Level::Substantial => Assurance::Substantial,
            Level::High => Assurance::High,
        }
    }
}

impl Asked {
    /// Whether the form is only being opened.
    pub fn is_empty(&self) -> bool {
        self.action.trim().is_empty()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Nothing was asked yet.
    Nothing,
    /// It cannot be answered, in words.
    Problem(String),
    /// An open view.
    Open,
    /// What the policies say, and the reason as the person would read it.
    Decided(Box<Explanation>, String),
}

/// The page; `offered` as for [`super::parts`].
pub fn explain(say: &Speaker<'_>, asked: &Asked, answer: &Answer, offered: &[&str]) -> Markup {
    html! {
        (headed(say, &[], &say.say("access-title"), Some(&say.say("access-lead"))))
        (super::parts(say, paths::ADMIN_ACCESS, offered))
        @if let Answer::Problem(what) = answer {
            div.govuk-error-summary role="alert" {
                h2.govuk-error-summary__title { (say.say("access-cannot")) }
                div.govuk-error-summary__body { p { (what) } }
            }
        }
        form.v-form.v-card method="get" action=(paths::ADMIN_ACCESS) {
            (field(say, "action", &asked.action, "access-action", Some("access-action-hint")))
            (field(say, "resource", &asked.resource, "access-resource", Some("access-resource-hint")))
            (field(say, "person", &asked.person, "access-person", Some("access-person-hint")))
            div.govuk-form-group {
                fieldset.govuk-fieldset {
                    legend.govuk-fieldset__legend { (say.say("access-assurance")) }
                    div.govuk-radios {
                        @for (level, value, key) in Level::ALL {
                            div.govuk-radios__item {
                                input.govuk-radios__input id={ "assurance_" (value) } name="assurance" type="radio"
                                    value=(value) checked[level == asked.assurance];
                                label.govuk-label.govuk-radios__label for={ "assurance_" (value) } { (say.say(key)) }
                            }
                        }
                    }
                }
            }
            div.v-actions { button.v-button { (say.say("access-ask")) } }
        }
        @match answer {
            Answer::Nothing | Answer::Problem(_) => {},
            Answer::Open => div.v-notice.v-notice--good role="status" {
                p.v-notice__title { (say.say("access-allowed")) }
                p { (say.say("access-open")) }
            },
            Answer::Decided(explanation, why) => (decided(say, explanation, why)),
        }
    }
}

fn field(say: &Speaker<'_>, name: &str, value: &str, label: &str, hint: Option<&str>) -> Markup {
    let id = format!("field_{name}");
    html! {
        div.govuk-form-group {
            label.govuk-label for=(id) { (say.say(label)) }
            @if let Some(hint) = hint { div.govuk-hint id={ (id) "_hint" } { (say.say(hint)) } }
            input.govuk-input id=(id) name=(name) type="text" value=(value) maxlength="300" autocomplete="off"
                spellcheck="false" aria-describedby=[hint.map(|_| format!("{id}_hint"))];
        }
    }
}

fn decided(say: &Speaker<'_>, explanation: &Explanation, why: &str) -> Markup {
    let decision = &explanation.decision;
    let (tone, title) = if decision.allowed { ("good", "access-allowed") } else { ("bad", "access-denied") };
    let (deciding, others): (Vec<_>, Vec<_>) = explanation.policies.iter().partition(|policy| policy.decided);
    html! {
        div class={ "v-notice v-notice--" (tone) } role="status" {
            p.v-notice__title { (say.say(title)) }
            @if !why.is_empty() { p { (why) } }
            @if decision.alarm.is_some() { p { (say.say("access-alarm")) } }
        }
        section.v-section {
            h2 { (say.say("access-decided-by")) }
            @if deciding.is_empty() { p { (say.say("access-nothing-permits")) } }
            (list(say, &deciding))
        }
        section.v-section {
            h2 { (say.say("access-facts")) }
            @if explanation.principal.is_empty() { p { (say.say("access-visitor")) } }
            @let facts = || explanation.principal.iter().chain(&explanation.resource);
            @if facts().next().is_some() {
                dl.v-summary {
                    @for Fact { name, value } in facts() {
                        div.v-summary__row { dt { code { (name) } } dd { (told(say, value)) } }
                    }
                }
            }
        }
        @if !others.is_empty() {
            section.v-section {
                h2 { (say.say("access-others")) }
                (list(say, &others))
            }
        }
    }
}

fn told(say: &Speaker<'_>, value: &Known) -> Markup {
    html! {
        @match value {
            Known::Value(value) => code { (value) },
            Known::Person { same: true } => (say.say("access-this-person")),
            Known::Person { same: false } => (say.say("access-other-person")),
            Known::Personal => (say.say("access-personal")),
            Known::Absent => (say.say("access-absent")),
        }
    }
}

fn list(say: &Speaker<'_>, policies: &[&vzaemo_service::Consulted]) -> Markup {
    html! {
        @if !policies.is_empty() {
            ul.v-cards.v-cards--rows { @for policy in policies { li.v-card { (one(say, policy)) } } }
        }
    }
}

fn one(say: &Speaker<'_>, policy: &vzaemo_service::Consulted) -> Markup {
    let origin = match policy.origin {
        Origin::Core => "access-origin-core",
        Origin::Holder => "access-origin-holder",
        Origin::Module => "access-origin-module",
        Origin::Manifest => "access-origin-manifest",
    };
    let effect = if policy.permits { ("good", "access-permits") } else { ("bad", "access-forbids") };
    html! {
        p.v-tags { span class={ "v-tag v-tag--" (effect.0) } { (say.say(effect.1)) } " " span.v-small.v-muted { (say.say(origin)) } }
        h3.v-card__title { code { (policy.id) } }
        @if let Some(file) = &policy.file {
            p.v-small.v-muted { (file) @if let Some(line) = policy.line { ":" (line) } }
        }
        pre.v-policy { code { (policy.text) } }
    }
}
