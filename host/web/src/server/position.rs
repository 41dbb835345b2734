//! Visitors see what they have done, at whichever node they ask next.
//!
//! What may have changed something tells the browser how far this node knew the commit log when it was done. The next
//! request brings that along, and a node that has not heard of so much waits for it; in vain, it shows nothing that it
//! remembers but asks the database. So no act costs a further write, and nobody has to come back to the same node.
//!
//! The cookie is for a few minutes only: by then every node has heard of it or says that changes are paused. It is
//! worth nothing to whoever forges it. A position that the log has not reached is passed over: it is invented, or from
//! before the database was restored.

use super::App;
use super::answer::set_cookie;
use super::visit::cookie;
use axum::response::Response;
use cookie::{Cookie, SameSite};
use http::HeaderMap;
use std::time::Duration;

const NAME: &str = "position";
/// How long the browser brings it along.
const KEPT: cookie::time::Duration = cookie::time::Duration::minutes(5);
/// How long a node waits for the news.
const CATCH_UP: Duration = Duration::from_secs(1);

/// Up to where an answer has read the log, if that may be farther than this node has heard.
#[derive(Debug, Clone, Copy)]
struct Read(u64);

/// Notes on an answer up to where it has read the log: the first outcome of what is sent once more may stand beyond what
/// this node has heard of.
pub(super) fn read(response: &mut Response, position: u64) {
    response.extensions_mut().insert(Read(position));
}

/// Tells the browser how far the log goes now. For the answer to whatever may have changed something.
pub(super) fn tell(app: &App, response: &mut Response) {
    let storage = &app.platform().storage;
    if !storage.is_shared() {
        return;
    }
    let read = response.extensions().get::<Read>().map_or(0, |Read(position)| *position);
    let position = storage.position().max(read);
    let cookie = Cookie::build((NAME, position.to_string())).path("/").http_only(true);
    let cookie = cookie.secure(app.is_secure()).same_site(SameSite::Lax).max_age(KEPT);
    set_cookie(response, &cookie.build());
}

/// Waits until this node knows the log as far as the visitor does. Whether it still does not: then nothing may be shown
/// to them that is remembered.
pub(super) async fn is_behind(app: &App, headers: &HeaderMap) -> bool {
    let storage = &app.platform().storage;
    let Some(wanted) = told(headers).filter(|wanted| storage.is_shared() && storage.position() < *wanted)
    else {
        return false;
    };
    let caught_up = async {
        // A log that is not there cannot be waited for, nor a position that it has not reached.
        let Ok(unit) = storage.begin().await else { return };
        if unit.position() < wanted {
            return;
        }
        drop(unit);
        let mut positions = storage.positions();
        // An error would mean that the storage is gone, and the node with it.
        drop(positions.wait_for(|position| *position >= wanted).await);
    };
    if tokio::time::timeout(CATCH_UP, caught_up).await.is_ok() || storage.is_paused() {
        return false;
    }
    tracing::warn!(wanted, "this node has not heard of what a visitor did at another one in time");
    true
}

/// What an earlier answer has told.
fn told(headers: &HeaderMap) -> Option<u64> {
    cookie(headers, NAME)?.parse().ok()
}
