//! The cabinet: where a person is signed in.

use jiff::Timestamp;
use maud::{Markup, html};

use super::cabinet::{Cabinet, Tab};
use super::paths;

/// A place where a person is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// The device and browser, in words.
    pub device: String,
    /// By which way they signed in.
    pub method: String,
    /// From where, coarsely, if it is known.
    pub network: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// When it was last used.
    pub used: Timestamp,
    /// It is this one.
    pub this: bool,
    /// The address to end it at, by POST.
    pub end: String,
}

/// Where I am signed in.
pub fn sessions(cabinet: &Cabinet<'_>, sessions: &[SessionLine]) -> Markup {
    let say = &cabinet.say;
    let others = sessions.iter().filter(|session| !session.this).count();
    let body = html! {
        p { (say.say("sessions-lead")) }
        ul.v-cards.v-cards--rows {
            @for session in sessions {
                li.v-card {
                    @if session.this { p.v-tags { span.v-tag.v-tag--good { (say.say("session-this")) } } }
                    h2.v-card__title { (session.device) }
                    p {
                        (say.say("session-method")) " " (session.method)
                        @if let Some(network) = &session.network { " · " (say.say("session-network")) " " (network) }
                    }
                    p.v-small.v-muted {
                        (say.say("session-since")) " " (cabinet.moment(session.since)) " · "
                        (say.say("session-used")) " " (cabinet.moment(session.used))
                    }
                    @if !session.this {
                        form method="post" action=(session.end) {
                            button.v-link { (say.say("session-end")) span.govuk-visually-hidden { ": " (session.device) } }
                        }
                    }
                }
            }
        }
        @if others > 0 {
            form method="post" action=(paths::END_OTHER_SESSIONS) {
                div.v-actions { button.v-button.v-button--quiet { (say.say("sessions-end-others")) } }
            }
        }
    };
    cabinet.frame(Tab::Sessions, &body)
}
