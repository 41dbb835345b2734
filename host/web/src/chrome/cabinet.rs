//! The cabinet: what a person has here.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, PreEscaped, html};
use vzaemo_marks::Tone;

use super::document::{Crumb, headed};
use super::paths;
use crate::texts::{Remaining, Speaker, push_day, push_moment, push_remaining, remaining};

/// The parts of the cabinet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Cases.
    Cases,
    /// Drafts.
    Drafts,
    /// Notices.
    Notices,
    /// Documents.
    Papers,
    /// Organisations.
    Organisations,
    /// Everything about me.
    MyData,
    /// Who saw my data.
    Accesses,
    /// Sessions.
    Sessions,
}

/// What comes next in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// What, in words.
    pub label: String,
    /// By which day.
    pub by: Date,
    /// How that day was computed, line by line.
    pub how: Vec<String>,
}

/// A case in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its title.
    pub title: String,
    /// Its page in the cabinet.
    pub href: String,
    /// The service that it belongs to.
    pub service: String,
    /// Its state in words.
    pub status: String,
    /// How the state is coloured.
    pub tone: Tone,
    /// What comes next.
    pub next: Option<Next>,
    /// When something last happened.
    pub changed: Timestamp,
}

/// Something that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEvent {
    /// When.
    pub at: Timestamp,
    /// What, as escaped HTML.
    pub html: String,
}

/// A case's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePage {
    /// The case as in the list; its `href` is not used.
    pub case: Case,
    /// The public page of the matter, while its module serves.
    pub page: Option<String>,
    /// What happened, the newest first.
    pub events: Vec<CaseEvent>,
}

/// A draft kept for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is going to be.
    pub title: String,
    /// Where to go on.
    pub href: String,
    /// When it was last kept.
    pub kept: Timestamp,
    /// When it will be deleted.
    pub until: Date,
    /// The address to throw it away at, by POST.
    pub remove: String,
}

/// Something that the platform told a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// What, as escaped HTML.
    pub html: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Not read before.
    pub new: bool,
}

/// A person's cabinet, as its reader sees it.
#[derive(Debug, Clone, Copy)]
pub struct Cabinet<'a> {
    /// Speaks to the reader.
    pub say: Speaker<'a>,
    /// The moment that times are told from.
    pub now: Timestamp,
    /// The zone that they are told in.
    pub zone: &'a TimeZone,
    /// The name in which the person acts, if they may choose between several.
    pub acting_for: Option<&'a str>,
}

impl Cabinet<'_> {
    pub(super) fn moment(&self, at: Timestamp) -> Markup {
        let mut words = String::new();
        push_moment(at, self.now, self.zone, &self.say, &mut words);
        html! { time datetime=(at) { (words) } }
    }

    pub(super) fn day(&self, day: Date) -> Markup {
        let mut words = String::new();
        push_day(day, &self.say, &mut words);
        html! { time datetime=(day) { (words) } }
    }

    pub(super) fn frame(&self, tab: Tab, body: &Markup) -> Markup {
        let say = &self.say;
        let tabs = [
            (Tab::Cases, paths::CABINET, "cabinet-cases"),
            (Tab::Papers, paths::PAPERS, "cabinet-papers"),
            (Tab::Drafts, paths::DRAFTS, "cabinet-drafts"),
            (Tab::Notices, paths::NOTICES, "cabinet-notices"),
            (Tab::Accesses, paths::ACCESSES, "cabinet-accesses"),
            (Tab::Organisations, paths::ORGANISATIONS, "organisations-title"),
            (Tab::MyData, paths::MY_DATA, "cabinet-my-data"),
            (Tab::Sessions, paths::SESSIONS, "cabinet-sessions"),
        ];
        html! {
            (headed(say, &[], &say.say("cabinet-title"), None))
            @if let Some(name) = self.acting_for {
                p.v-acting-for {
                    (say.say("acting-for-now")) " " strong { (name) } " "
                    a href=(paths::returning(paths::ACTING_FOR, paths::CABINET)) { (say.say("acting-for-change")) }
                }
            }
            nav.v-filters aria-label=(say.say("cabinet-parts")) {
                ul {
                    @for (one, href, key) in tabs {
                        li { a href=(href) aria-current=[(one == tab).then_some("page")] { (say.say(key)) } }
                    }
                }
            }
            (body)
            p.v-cabinet__record { a href=(paths::RECORD) { (say.say("cabinet-record")) } }
        }
    }
}

fn empty(say: &Speaker<'_>, title: &str, next: &str) -> Markup {
    html! { div.v-empty { p.v-empty__title { (say.say(title)) } p { (say.say(next)) } } }
}

fn status(case: &Case) -> Markup {
    html! { span class={ "v-tag v-tag--" (case.tone.name()) } { (case.status) } }
}

fn next(next: &Next, cabinet: &Cabinet<'_>) -> Markup {
    let left = remaining(&next.by.to_string(), cabinet.now, cabinet.zone).map(|(left, _)| left);
    let mut words = String::new();
    if let Some(left) = left {
        push_remaining(left, &cabinet.say, &mut words);
    }
    let late = left == Some(Remaining::Past);
    html! { (next.label) ": " (cabinet.say.say("case-due")) " " (cabinet.day(next.by)) " · " span.v-small.v-muted[!late].v-bad[late] { (words) } }
}

/// My cases.
pub fn cases(cabinet: &Cabinet<'_>, cases: &[Case]) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        @if cases.is_empty() { (empty(say, "cabinet-no-cases", "cabinet-no-cases-next")) } @else {
            ul.v-cards.v-cards--rows {
                @for case in cases {
                    li.v-card {
                        p.v-tags { (status(case)) " " span.v-small.v-muted { (case.service) } }
                        h2.v-card__title { a href=(case.href) { (case.title) } }
                        @if let Some(coming) = &case.next { p { (next(coming, cabinet)) } }
                        p.v-small.v-muted { (say.say("cabinet-changed")) " " (cabinet.moment(case.changed)) }
                    }
                }
            }
        }
    };
    cabinet.frame(Tab::Cases, &body)
}

/// One case with its timeline.
pub fn case(cabinet: &Cabinet<'_>, page: &CasePage) -> Markup {
    let say = &cabinet.say;
    let case = &page.case;
    let title = say.say("cabinet-title");
    html! {
        (headed(say, &[Crumb { label: &title, href: paths::CABINET }], &case.title, Some(&case.service)))
        div.v-card {
            p.v-tags { (status(case)) }
            @if let Some(coming) = &case.next {
                p { (next(coming, cabinet)) }
                @if !coming.how.is_empty() {
                    details.v-how {
                        summary { (say.say("clock-how")) }
                        @for line in &coming.how { p { (line) } }
                    }
                }
            }
            @match &page.page {
                Some(href) => div.v-actions { a.v-button.v-button--quiet href=(href) { (say.say("case-page")) } },
                None => p.v-muted { (say.say("case-no-page")) },
            }
        }
        section.v-section {
            h2 { (say.say("case-events")) }
            ol.v-timeline {
                @for event in &page.events {
                    li {
                        span.v-timeline__label { (PreEscaped(&event.html)) }
                        " " span.v-timeline__when { (cabinet.moment(event.at)) }
                    }
                }
            }
        }
    }
}

/// Drafts kept for me.
pub fn drafts(cabinet: &Cabinet<'_>, drafts: &[Draft]) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        @if drafts.is_empty() { (empty(say, "cabinet-no-drafts", "cabinet-no-drafts-next")) } @else {
            ul.v-cards.v-cards--rows {
                @for draft in drafts {
                    li.v-card {
                        h2.v-card__title { a href=(draft.href) { (draft.title) } }
                        p.v-small.v-muted {
                            (say.say("draft-kept")) " " (cabinet.moment(draft.kept)) " · "
                            (say.say("draft-until")) " " (cabinet.day(draft.until))
                        }
                        form method="post" action=(draft.remove) {
                            button.v-link { (say.say("draft-remove")) span.govuk-visually-hidden { ": " (draft.title) } }
                        }
                    }
                }
            }
        }
    };
    cabinet.frame(Tab::Drafts, &body)
}

/// What the platform told me; whether it sends letters too.
pub fn notices(cabinet: &Cabinet<'_>, notices: &[Notice], mail: bool) -> Markup {
    let say = &cabinet.say;
    let body = html! {
        p {
            @if mail { a href=(paths::MAIL) { (say.say("mail-how")) } } @else { (say.say("mail-how-none")) }
        }
        @if notices.is_empty() { (empty(say, "cabinet-no-notices", "cabinet-no-notices-next")) } @else {
            ol.v-timeline {
                @for notice in notices {
                    li {
                        @if notice.new { span.v-tag.v-tag--brand { (say.say("notice-new")) } " " }
                        span.v-timeline__label {
                            @match &notice.href {
                                Some(href) => a href=(href) { (PreEscaped(&notice.html)) },
                                None => (PreEscaped(&notice.html)),
                            }
                        }
                        " " span.v-timeline__when { (cabinet.moment(notice.at)) }
                    }
                }
            }
        }
    };
    cabinet.frame(Tab::Notices, &body)
}
