//! The part of the cabinet where a person finds what the audit log holds of their acts.

use maud::{Markup, html};

use super::cabinet::Cabinet;
use super::document::{Crumb, headed};
use super::paths;

/// An act of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What was done, in words.
    pub title: String,
    /// The service.
    pub service: String,
    /// When.
    pub at: jiff::Timestamp,
    /// The number of the entry.
    pub entry: u64,
    /// The address of its receipt, without an ending.
    pub receipt: String,
}

/// My acts in the audit log, the newest first; `more` is the address of the earlier ones.
pub fn record(cabinet: &Cabinet<'_>, acts: &[Act], more: Option<&str>) -> Markup {
    let say = &cabinet.say;
    let title = say.say("cabinet-title");
    html! {
        (headed(say, &[Crumb { label: &title, href: paths::CABINET }], &say.say("record-title"), Some(&say.say("record-lead"))))
        p { a href=(paths::AUDIT) { (say.say("record-about")) } }
        @if acts.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("record-none")) } p { (say.say("record-none-next")) } }
        } @else {
            ul.v-cards.v-cards--rows {
                @for act in acts {
                    li.v-card {
                        p.v-tags { span.v-small.v-muted { (act.service) } }
                        h2.v-card__title { (act.title) }
                        p.v-small.v-muted {
                            (cabinet.moment(act.at)) " · "
                            (say.say_with("record-entry", &[("number", act.entry.into())]))
                        }
                        p {
                            a href={ (act.receipt) ".pdf" } {
                                (say.say("record-pdf"))
                                span.govuk-visually-hidden { ": " (act.title) ", " (act.entry) }
                            }
                            " · "
                            a href={ (act.receipt) ".json" } {
                                (say.say("record-json"))
                                span.govuk-visually-hidden { ": " (act.title) ", " (act.entry) }
                            }
                        }
                        form method="post" action={ (act.receipt) "/document" } {
                            button.v-link {
                                (say.say("record-keep"))
                                span.govuk-visually-hidden { ": " (act.title) ", " (act.entry) }
                            }
                        }
                    }
                }
            }
            @if let Some(more) = more { p { a href=(more) { (say.say("record-more")) } } }
        }
    }
}
