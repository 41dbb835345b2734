//! Surer sign-ins: a person whose session is not sure enough for an act proves who they are in a surer way, and comes
//! back to where they were with what they typed.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::{App, parked, sign_in, slots, visit::Visit};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::qualified::{StepUp, step_up};
use crate::forms::Values;
use crate::texts::Speaker;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::{Assurance, Reason};
use vzaemo_identity::ReturnTo;

/// What is needed, and where to go on.
#[derive(Deserialize)]
pub(super) struct Asked {
    level: Option<String>,
    to: Option<String>,
}

/// The levels as they stand in addresses.
const LEVELS: [(&str, Assurance); 2] = [("substantial", Assurance::Substantial), ("high", Assurance::High)];

/// Where a person proves more surely who they are, and from where they come back to `to`.
pub(super) fn address(needed: Assurance, to: &str) -> String {
    let level = LEVELS.iter().find(|(_, level)| *level == needed).map_or("substantial", |(name, _)| name);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("level", level).append_pair("to", to);
    format!("{}?{}", paths::STEP_UP, query.finish())
}

/// The ways of signing in that are sure enough.
pub(super) async fn choose(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let wanted = asked.level.as_deref();
    let level = LEVELS.iter().find(|(name, _)| Some(*name) == wanted).map(|(_, level)| *level);
    let Some(needed) = level else { return trouble(&app, &visit, &Problem::NotFound).await };
    let to = asked.to.as_deref().and_then(ReturnTo::parse).unwrap_or_else(ReturnTo::home);
    let Some(session) = &visit.session else {
        return see_other(&paths::returning(paths::SIGN_IN, to.as_str()));
    };
    if session.assurance >= needed {
        return see_other(to.as_str());
    }
    let say = Speaker::host(visit.language);
    let means = sign_in::means(&app, &say, to.as_str(), needed);
    let why = slots::why(&Reason::AssuranceTooLow { needed }, None, &say);
    let name = visit.name().unwrap_or_default();
    let main = step_up(&say, &StepUp { name: &name, why: &why, means: &means });
    page(&app, &visit, &headers, Content::new(&say.say("step-up-title"), main).private()).await
}

/// What was typed waits while the person proves more surely who they are, and is in the form when they come back.
pub(super) async fn parked(app: &App, path: &str, values: &Values, needed: Assurance) -> Response {
    let cookie = parked::park(app, path, values).await;
    let mut response = see_other(&address(needed, path));
    if let Some(cookie) = cookie {
        set_cookie(&mut response, &cookie);
    }
    response
}

/// The same for a button without a form: back to the page that it stood on.
pub(super) fn from_button(app: &App, headers: &HeaderMap, needed: Assurance) -> Response {
    let to = came_from(app, headers);
    see_other(&address(needed, to.as_ref().map_or(paths::HOME, ReturnTo::as_str)))
}

/// The platform's own page from which a request was sent, as far as the browser tells.
pub(super) fn came_from(app: &App, headers: &HeaderMap) -> Option<ReturnTo> {
    let page = headers.get(http::header::REFERER).and_then(|page| page.to_str().ok());
    let page = page.and_then(|page| url::Url::parse(page).ok());
    let page = page.filter(|page| page.origin() == app.base.origin())?;
    ReturnTo::parse(&page[url::Position::BeforePath..])
}
