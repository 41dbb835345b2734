//! The cabinet: where a person is signed in, and ending it there.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::table::Table;
use super::{App, visit::Visit};
use crate::chrome::cabinet::Cabinet;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::sessions::{SessionLine, sessions as chrome};
use crate::texts::Speaker;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_identity::{Device, PersonId, Session};
use vzaemo_service::{Error, record};

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::SESSIONS, HostAction::Sessions, get(show))
        .decided(paths::END_SESSION, HostAction::Sessions, post(end))
        .decided(paths::END_OTHER_SESSIONS, HostAction::Sessions, post(end_others))
}

/// A device in words.
fn words(device: Device, say: &Speaker<'_>) -> String {
    match (device.browser, device.system) {
        (Some(browser), Some(system)) => say
            .say_with("device", &[("browser", browser.name().into()), ("system", system.name().into())])
            .into_owned(),
        (Some(browser), None) => browser.name().to_owned(),
        (None, Some(system)) => system.name().to_owned(),
        (None, None) => say.say("device-unknown").into_owned(),
    }
}

fn line(app: &App, say: &Speaker<'_>, session: &Session, this: bool) -> SessionLine {
    SessionLine {
        device: words(session.device, say),
        method: super::sign_in::method_name(app, &session.method, say),
        network: session.network.clone(),
        since: session.opened.timestamp(),
        used: session.last_used.timestamp(),
        this,
        end: format!("{}?id={}", paths::END_SESSION, session.id.as_str()),
    }
}

/// Where I am signed in.
async fn show(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let Some(session) = visit.session.as_ref() else {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    };
    let mine = match app.sessions.of(session.person.id).await {
        Ok(mine) => mine,
        Err(error) => return failed(&app, &visit, error).await,
    };
    let say = Speaker::host(visit.language);
    let mut lines: Vec<SessionLine> =
        mine.iter().map(|one| line(&app, &say, one, one.id == session.id)).collect();
    // This one first, then the latest used.
    lines.sort_by_key(|line| (!line.this, std::cmp::Reverse(line.used)));
    let name = super::acting_for::of(&visit).map(|acting| acting.name);
    let platform = app.platform();
    // Sessions live on the security clock, whatever the legal clock says.
    let cabinet = Cabinet {
        say,
        now: platform.security.now().timestamp(),
        zone: platform.zone.time_zone(),
        acting_for: name.as_deref(),
    };
    let title = say.say("cabinet-sessions");
    page(&app, &visit, &headers, Content::new(&title, chrome(&cabinet, &lines)).private()).await
}

/// Which session.
#[derive(Deserialize)]
struct Which {
    id: String,
}

/// Ends one of my sessions; it may be this one.
async fn end(State(app): State<Arc<App>>, visit: Visit, Query(which): Query<Which>) -> Response {
    let Some(session) = visit.session.as_ref() else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::SESSIONS));
    };
    // Only one of one's own: the list is asked again, and what is not on it is not there.
    let mine = match app.sessions.of(session.person.id).await {
        Ok(mine) => mine,
        Err(error) => return failed(&app, &visit, error).await,
    };
    let Some(ended) = mine.iter().find(|line| line.id.as_str() == which.id) else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    match app.sessions.end(&ended.id, &recorder(&app, session.person.id)).await {
        Ok(_) if ended.id == session.id => {
            let mut response = see_other(paths::HOME);
            set_cookie(&mut response, &app.cookies.no_session());
            response
        }
        Ok(_) => see_other(paths::SESSIONS),
        Err(error) => failed(&app, &visit, error).await,
    }
}

/// Ends all my sessions but this one.
async fn end_others(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let Some(session) = visit.session.as_ref() else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::SESSIONS));
    };
    match app.sessions.end_others(session, &recorder(&app, session.person.id)).await {
        Ok(_) => see_other(paths::SESSIONS),
        Err(error) => failed(&app, &visit, error).await,
    }
}

/// Adds the audit entry of an end.
fn recorder(
    app: &App,
    person: PersonId,
) -> impl for<'u> Fn(&'u mut vzaemo_storage::Unit) -> vzaemo_identity::Recording<'u> + Send + Sync + use<> {
    let platform = Arc::clone(app.service.platform());
    move |unit| {
        let platform = Arc::clone(&platform);
        Box::pin(async move { Ok(record::sign_out(unit, &platform, person).await?) })
    }
}

async fn failed(app: &App, visit: &Visit, error: vzaemo_identity::IdentityError) -> Response {
    super::modules::failed(app, visit, "", &Error::storage(error)).await
}
