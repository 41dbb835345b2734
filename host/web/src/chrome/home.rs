//! The first page.

use maud::{Markup, PreEscaped, html};

use super::{icons, paths};
use crate::texts::Speaker;

/// A card of "What do you want to do?", from a module's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// A verb first.
    pub title: String,
    /// One line.
    pub description: String,
    /// The name of a drawing.
    pub icon: String,
    /// Where it leads.
    pub href: String,
}

/// A section that a module adds to the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Its heading.
    pub title: String,
    /// A link to all: label and address.
    pub more: Option<(String, String)>,
    /// What it holds, rendered.
    pub html: String,
}

/// The first page's content.
pub fn home(say: &Speaker<'_>, tasks: &[Task], sections: &[Contribution]) -> Markup {
    html! {
        div.v-hero {
            h1 { span { (say.say("home-claim-1")) } " " span { (say.say("home-claim-2")) } }
            p.v-lead { (say.say("home-lead")) }
            form.v-search.v-search--large role="search" method="get" action=(paths::SEARCH) {
                input type="search" name="q" maxlength="200" aria-label=(say.say("home-search-label"))
                    placeholder=(say.say("home-search-example"));
                button.v-button { (say.say("search-button")) }
            }
        }
        section.v-section {
            h2 { (say.say("home-tasks")) }
            @if tasks.is_empty() {
                div.v-empty { p.v-empty__title { (say.say("home-no-tasks")) } p { (say.say("home-no-tasks-next")) } }
            } @else {
                (cards(tasks))
            }
        }
        @for section in sections {
            section.v-section {
                div.v-section__row {
                    h2 { (section.title) }
                    @if let Some((label, href)) = &section.more { a href=(href) { (label) } }
                }
                (PreEscaped(&section.html))
            }
        }
    }
}

/// Cards that lead to services.
pub fn cards(tasks: &[Task]) -> Markup {
    html! {
        ul.v-cards {
            @for task in tasks {
                li.v-card.v-task {
                    (icons::icon(&task.icon))
                    h3.v-card__title { a href=(task.href) { (task.title) } }
                    p { (task.description) }
                }
            }
        }
    }
}
