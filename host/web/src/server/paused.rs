//! While the commit log is out of reach: what is remembered is shown and says so, changes are turned away with what was
//! typed. Nobody has to do anything for it to end.

use super::App;
use super::visit::Visit;
use crate::chrome::document::Banner;
use crate::chrome::problem::{Kept, Problem};
use crate::texts::Speaker;
use vzaemo_marks::Tone;

/// What stands on every page meanwhile.
pub(super) fn banner(app: &App, visit: &Visit) -> Option<Banner> {
    if !app.is_paused() {
        return None;
    }
    let say = Speaker::host(visit.language);
    let mut text = say.say("paused-banner").into_owned();
    if visit.unknown {
        // The page is the one of visitors without a session.
        text.push(' ');
        text.push_str(&say.say("paused-banner-unknown"));
    }
    Some(Banner { tone: Tone::Caution, text })
}

/// Why a request could not be served for the moment.
pub(super) fn problem(app: &App, kept: Option<Kept>) -> Problem {
    if app.is_paused() { Problem::Paused { kept } } else { Problem::Busy { kept } }
}
