//! Everything about me: the archive, how to correct, what an erasure would do.

use jiff::civil::Date;
use maud::{Markup, html};

use super::cabinet::{Cabinet, Tab};
use super::document::{Crumb, headed};
use super::paths;

/// Documents that go or stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The service.
    pub service: String,
    /// What they are called there.
    pub collection: String,
    /// How many.
    pub documents: usize,
    /// For how long they are kept, in words, each with the act of law.
    pub terms: Vec<(String, String)>,
    /// The last day on which something of those is kept whose matter has ended.
    pub until: Option<Date>,
    /// How many belong to matters that have not ended.
    pub open: usize,
    /// What for.
    pub purposes: Vec<String>,
}

/// What an erasure would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// What is the person's alone, in words; it goes.
    pub own: Vec<String>,
    /// Documents that go.
    pub goes: Vec<Kept>,
    /// Documents that stay.
    pub stays: Vec<Kept>,
    /// Services that do not serve at present.
    pub unknown: Vec<String>,
    /// The person holds roles.
    pub roles: bool,
    /// The name goes too, and all sessions end.
    pub whole: bool,
    /// The form was sent without the tick.
    pub unticked: bool,
    /// A request that waits already: when it was made, and when it is looked at again.
    pub waits: Option<(Option<Date>, Option<Date>)>,
}

/// The name of the tick.
pub const SURE: &str = "sure";

/// The page. `record` is the number of the person's record; `rules` are the versions of the rules of use that the person has
/// accepted, each with the moment.
pub fn my_data(cabinet: &Cabinet<'_>, record: &str, rules: &[(String, jiff::Timestamp)]) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        section.v-section {
            h2 { (say.say("my-data-archive")) }
            p { (say.say("my-data-archive-what")) }
            p { a.v-button href=(paths::EXPORT) download { (say.say("my-data-archive-get")) } }
        }
        section.v-section {
            h2 { (say.say("my-data-rules")) }
            @if rules.is_empty() { p { (say.say("my-data-rules-none")) } } @else {
                ul.v-list {
                    @for (version, at) in rules {
                        li {
                            a href={ (paths::RULES) "/" (version) } {
                                (say.say_with("my-data-rules-version", &[("version", version.as_str().into())]))
                            }
                            " · " (cabinet.moment(*at))
                        }
                    }
                }
            }
        }
        section.v-section {
            h2 { (say.say("my-data-record")) }
            p { (say.say("my-data-record-what")) }
            p { code { (record) } }
        }
        section.v-section {
            h2 { (say.say("my-data-correct")) }
            p { (say.say("my-data-correct-name")) }
            p { (say.say("my-data-correct-rest")) }
            p { a href=(paths::CORRECTIONS) { (say.say("my-data-correct-ask")) } }
        }
        section.v-section {
            h2 { (say.say("my-data-erase")) }
            p { (say.say("my-data-erase-what")) }
            p { a href=(paths::ERASURE) { (say.say("my-data-erase-see")) } }
        }
    };
    cabinet.frame(Tab::MyData, &body)
}

pub(super) fn head(cabinet: &Cabinet<'_>, title: &str, lead: &str) -> Markup {
    let cabinet_title = cabinet.say.say("cabinet-title");
    let my_data = cabinet.say.say("cabinet-my-data");
    let crumbs = [
        Crumb { label: &cabinet_title, href: paths::CABINET },
        Crumb { label: &my_data, href: paths::MY_DATA },
    ];
    headed(&cabinet.say, &crumbs, title, Some(lead))
}

/// What an erasure would do, and the button.
pub fn erasure(cabinet: &Cabinet<'_>, plan: &Erasure) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("erasure-title"), &say.say("erasure-lead")))
        @if let Some((asked, again)) = &plan.waits { (waits(cabinet, *asked, *again)) }
        section.v-section {
            h2 { (say.say("erasure-goes")) }
            @if plan.own.is_empty() && plan.goes.is_empty() { p { (say.say("erasure-goes-nothing")) } } @else {
                ul.v-list { @for line in &plan.own { li { (line) } } @for kept in &plan.goes { li { (kept.service) ": " (kept.collection) " (" (kept.documents) ")" } } }
            }
            @if plan.whole { p { (say.say("erasure-whole")) } }
        }
        @if !plan.whole {
            section.v-section {
                h2 { (say.say("erasure-stays")) }
                p { (say.say("erasure-stays-why")) }
                @for kept in &plan.stays { (stays(cabinet, kept)) }
                @for service in &plan.unknown { p { (say.say("erasure-unknown")) " " (service) } }
                @if plan.roles { p { (say.say("erasure-roles")) } }
            }
        }
        form.v-form.v-card method="post" action=(paths::ERASURE) novalidate {
            div.govuk-form-group.govuk-form-group--error[plan.unticked] {
                @if plan.unticked {
                    p.govuk-error-message id="sure-error" {
                        span.govuk-visually-hidden { (say.say("mail-error")) " " } (say.say("erasure-unticked"))
                    }
                }
                div.govuk-checkboxes {
                    div.govuk-checkboxes__item {
                        input.govuk-checkboxes__input id="sure" name=(SURE) type="checkbox" value="yes"
                            aria-describedby=[plan.unticked.then_some("sure-error")];
                        label.govuk-label.govuk-checkboxes__label for="sure" { (say.say("erasure-sure")) }
                    }
                }
            }
            div.v-actions {
                button.v-button { (say.say("erasure-do")) }
                a href=(paths::MY_DATA) { (say.say("erasure-not")) }
            }
        }
    }
}

/// A request that waits for the end of what stays, and how it is taken back.
fn waits(cabinet: &Cabinet<'_>, asked: Option<Date>, again: Option<Date>) -> Markup {
    let say = &cabinet.say;
    html! {
        section.v-section {
            h2 { (say.say("erasure-waits")) }
            dl.v-summary {
                @if let Some(asked) = asked {
                    div.v-summary__row { dt { (say.say("erasure-waits-asked")) } dd { (cabinet.day(asked)) } }
                }
                @if let Some(again) = again {
                    div.v-summary__row { dt { (say.say("erasure-waits-again")) } dd { (cabinet.day(again)) } }
                }
            }
            p { (say.say("erasure-waits-what")) }
            form method="post" action=(paths::ERASURE_WITHDRAW) {
                div.v-actions { button.v-button.v-button--quiet { (say.say("erasure-withdraw")) } }
            }
        }
    }
}

fn stays(cabinet: &Cabinet<'_>, kept: &Kept) -> Markup {
    let say = &cabinet.say;
    html! {
        div.v-card {
            h3.v-card__title { (kept.service) ": " (kept.collection) " (" (kept.documents) ")" }
            @for purpose in &kept.purposes { p { (purpose) } }
            @if kept.terms.is_empty() { p { (say.say("erasure-no-term")) } }
            @if let Some(until) = kept.until { p { (say.say("erasure-until")) " " (cabinet.day(until)) } }
            @if kept.open > 0 { p { (say.say_with("erasure-open", &[("count", i64::try_from(kept.open).unwrap_or(i64::MAX).into())])) } }
            @for (term, law) in &kept.terms { p.v-small.v-muted { (say.say("erasure-term")) " " (term) " (" (law) ")" } }
        }
    }
}

/// The page after an erasure was asked for.
pub fn begun(cabinet: &Cabinet<'_>) -> Markup {
    let say = &cabinet.say;
    html! {
        (head(cabinet, &say.say("erasure-begun"), &say.say("erasure-begun-next")))
        p { a href=(paths::CABINET) { (say.say("cabinet-title")) } }
    }
}
