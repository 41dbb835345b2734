//! Pages of those who run the platform: the holder and the technical administrator.
//!
//! Whoever has not signed in is led to sign-in and back; anybody else is refused.

mod access;
mod invalidations;
mod persons;
mod security;

use super::App;
use super::answer::{see_other, trouble};
use super::visit::Visit;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::texts::{Speaker, push_moment};
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use std::sync::Arc;
use vzaemo_clock::Instant;
use vzaemo_identity::{Role, Session};

/// Their addresses.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(paths::ADMIN_ACCESS, get(access::explain))
        .route(paths::ADMIN_PERSONS, get(persons::persons))
        .route(paths::ADMIN_PERSONS_BLOCK, post(persons::block))
        .route(paths::ADMIN_PERSONS_UNBLOCK, post(persons::unblock))
        .route(paths::ADMIN_SECURITY, get(security::security))
        .route(paths::ADMIN_BLOCK, post(security::block))
        .route(paths::ADMIN_UNBLOCK, post(security::unblock))
        .merge(invalidations::routes())
}

/// Whether somebody runs the platform.
pub(super) fn concerns(session: &Session) -> bool {
    [Role::Holder, Role::TechnicalAdministrator].iter().any(|role| session.roles.has(role))
}

/// The session of somebody who has one of these roles and is not blocked.
async fn allowed<'v>(app: &App, visit: &'v Visit, roles: &[Role]) -> Result<&'v Session, Response> {
    let Some(session) = visit.session.as_ref() else {
        return Err(see_other(&paths::returning(paths::SIGN_IN, &visit.path)));
    };
    let blocked = visit.caller.principal.as_ref().is_none_or(|principal| principal.blocked);
    if !blocked && roles.iter().any(|role| session.roles.has(role)) {
        return Ok(session);
    }
    let key = if blocked { "why-blocked" } else { "administration-not-yours" };
    let why = Speaker::host(visit.language).say(key).into_owned();
    Err(trouble(app, visit, &Problem::Refused { why }).await)
}

/// The fields of a form that was sent, without white space around them; empty for one that is not there.
fn fields(body: &[u8]) -> impl Fn(&str) -> String {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    move |wanted| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }
}

/// Writes moments as the reader reads them at `now`, by the clock to which they belong.
fn moments<'a>(app: &'a App, say: &'a Speaker<'a>, now: Instant) -> impl Fn(Instant) -> Markup + 'a {
    let (now, zone) = (now.timestamp(), app.platform().zone.time_zone());
    move |at| {
        let mut words = String::new();
        push_moment(at.timestamp(), now, zone, say, &mut words);
        html! { time datetime=(at) { (words) } }
    }
}
