//! Pages for what went wrong. Each says in plain words what happened and what to do next.

use maud::{Markup, html};

use super::document::headed;
use super::paths;
use crate::texts::Speaker;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no such page.
    NotFound,
    /// The visitor may not; `why` is a sentence in the reader's language.
    Refused {
        /// Why, in words.
        why: String,
    },
    /// The platform failed.
    Failed {
        /// The number under which the failure stands in the log.
        reference: String,
    },
    /// The module failed again and again and was set aside.
    SetAside {
        /// The service's name.
        service: String,
    },
    /// The holder has switched the module off.
    Disabled {
        /// The service's name.
        service: String,
    },
    /// The platform takes nothing in at the moment; what was typed is kept.
    Paused {
        /// What can be sent again, if something was sent.
        kept: Option<Kept>,
    },
    /// Too much at once; what was typed is kept.
    Busy {
        /// What can be sent again, if something was sent.
        kept: Option<Kept>,
    },
    /// The visitor asked for more than the rate allows.
    TooMany {
        /// Until the next request is possible.
        seconds: u64,
        /// What can be sent again, if something was sent.
        kept: Option<Kept>,
    },
    /// What was sent is too large.
    TooLarge {
        /// The most, in MiB.
        limit: u32,
    },
    /// What was sent cannot be read.
    BadInput,
    /// It was sent from another site or from a page too old.
    Foreign,
    /// The session ended in between; what was typed is kept as a draft.
    Expired,
}

/// What was typed, to be sent again by one press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The address it was sent to.
    pub action: String,
    /// Names and values, the one-time submission id among them: a repeat cannot count twice.
    pub fields: Vec<(String, String)>,
    /// Whether it is sent in parts, as forms that may hold files are.
    pub in_parts: bool,
    /// Files that have to be chosen once more: a page cannot put them into a form.
    pub files: Vec<KeptFile>,
}

/// A file of a form that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// The field that it was chosen in.
    pub field: String,
    /// Its name.
    pub name: String,
}

impl Kept {
    /// An act without a form, with its one-time submission id if it had one.
    pub fn press(action: &str, submission: Option<(String, String)>) -> Self {
        Kept {
            action: action.to_owned(),
            fields: submission.into_iter().collect(),
            in_parts: false,
            files: Vec::new(),
        }
    }

    fn draw(&self, say: &Speaker<'_>) -> Markup {
        html! {
            form method="post" action=(self.action) enctype=[self.in_parts.then_some("multipart/form-data")] {
                @for (name, value) in &self.fields { input type="hidden" name=(name) value=(value); }
                @for file in &self.files {
                    p {
                        label {
                            (say.say_with("problem-choose-again", &[("name", file.name.as_str().into())])) " "
                            input type="file" name=(file.field);
                        }
                    }
                }
                div.v-actions { button.v-button { (say.say("problem-again")) } }
            }
        }
    }
}

impl Problem {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Problem::NotFound => 404,
            Problem::Refused { .. } | Problem::Foreign => 403,
            Problem::Failed { .. } => 500,
            Problem::SetAside { .. }
            | Problem::Disabled { .. }
            | Problem::Paused { .. }
            | Problem::Busy { .. } => 503,
            Problem::TooMany { .. } => 429,
            Problem::TooLarge { .. } => 413,
            Problem::BadInput => 400,
            Problem::Expired => 401,
        }
    }

    fn keys(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Problem::NotFound => {
                ("problem-not-found-title", "problem-not-found-what", "problem-not-found-next")
            }
            Problem::Refused { .. } => {
                ("problem-refused-title", "problem-refused-what", "problem-refused-next")
            }
            Problem::Failed { .. } => ("problem-failed-title", "problem-failed-what", "problem-failed-next"),
            Problem::SetAside { .. } => ("problem-aside-title", "problem-aside-what", "problem-aside-next"),
            Problem::Disabled { .. } => {
                ("problem-disabled-title", "problem-disabled-what", "problem-disabled-next")
            }
            Problem::Paused { kept: Some(_) } => {
                ("problem-paused-title", "problem-paused-what-kept", "problem-paused-next-kept")
            }
            Problem::Paused { kept: None } => {
                ("problem-paused-title", "problem-paused-what", "problem-paused-next")
            }
            Problem::Busy { kept: Some(_) } => {
                ("problem-busy-title", "problem-busy-what-kept", "problem-busy-next-kept")
            }
            Problem::Busy { kept: None } => ("problem-busy-title", "problem-busy-what", "problem-busy-next"),
            Problem::TooMany { kept: Some(_), .. } => {
                ("problem-many-title", "problem-many-what-kept", "problem-many-next-kept")
            }
            Problem::TooMany { kept: None, .. } => {
                ("problem-many-title", "problem-many-what", "problem-many-next")
            }
            Problem::TooLarge { .. } => ("problem-large-title", "problem-large-what", "problem-large-next"),
            Problem::BadInput => ("problem-input-title", "problem-input-what", "problem-input-next"),
            Problem::Foreign => ("problem-foreign-title", "problem-foreign-what", "problem-foreign-next"),
            Problem::Expired => ("problem-expired-title", "problem-expired-what", "problem-expired-next"),
        }
    }

    /// After how many seconds to try again, where waiting helps.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Problem::Busy { .. } | Problem::Paused { .. } => Some(5),
            Problem::TooMany { seconds, .. } => Some(*seconds),
            _ => None,
        }
    }

    /// The page's title in the reader's language.
    pub fn title(&self, say: &Speaker<'_>) -> String {
        say.say(self.keys().0).into_owned()
    }
}

/// The page of a problem. `path` is where it happened.
pub fn problem(say: &Speaker<'_>, problem: &Problem, path: &str) -> Markup {
    let (title, what, next) = problem.keys();
    let told = match problem {
        Problem::Refused { why } => say.say_with(what, &[("why", why.as_str().into())]),
        Problem::SetAside { service } | Problem::Disabled { service } => {
            say.say_with(what, &[("service", service.as_str().into())])
        }
        Problem::TooLarge { limit } => say.say_with(what, &[("limit", (*limit).into())]),
        _ => say.say(what),
    };
    let next = match problem {
        Problem::TooMany { seconds, .. } => say.say_with(next, &[("seconds", (*seconds).into())]),
        _ => say.say(next),
    };
    html! {
        (headed(say, &[], &say.say(title), Some(&told)))
        div.v-problem {
            p { (next) }
            @match problem {
                Problem::Failed { reference } => p { (say.say("problem-reference")) " " code.v-reference { (reference) } },
                Problem::Busy { kept: Some(kept) } | Problem::Paused { kept: Some(kept) }
                | Problem::TooMany { kept: Some(kept), .. } => (kept.draw(say)),
                Problem::Expired => div.v-actions {
                    a.v-button href=(paths::returning(paths::SIGN_IN, path)) { (say.say("sign-in")) }
                },
                _ => div.v-actions { a.v-button.v-button--quiet href=(paths::HOME) { (say.say("problem-home")) } },
            }
        }
    }
}
