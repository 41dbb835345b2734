//! What a handler knows of its visitor.

use super::answer::see_other;
use super::kept_out::ComesFrom;
use super::{App, guard, opening, pages, position};
use crate::chrome::paths;
use crate::chrome::preferences::Preferences;
use crate::texts::Language;
use axum::extract::FromRequestParts;
use axum::response::Response;
use cookie::Cookie;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_identity::Session;
use vzaemo_service::Caller;

/// The cookie with the reader's language.
pub(super) const LANGUAGE_COOKIE: &str = "language";

/// A visitor, as far as the request tells.
#[derive(Debug, Clone)]
pub struct Visit {
    /// On whose behalf the service is asked.
    pub caller: Caller,
    /// The session, if the visitor has signed in.
    pub session: Option<Session>,
    /// Whether it could not be found out if the visitor has signed in.
    pub unknown: bool,
    /// Whether nothing that is remembered may be shown: the visitor knows of a commit that this node does not, or, in
    /// development mode, says so.
    pub(super) anew: bool,
    /// The language to answer in.
    pub language: Language,
    /// How pages should look.
    pub preferences: Preferences,
    /// Path and query of this request.
    pub path: String,
    /// The visitor's address.
    pub(super) address: IpAddr,
}

impl Visit {
    /// The platform's id of the person who has signed in.
    pub fn person(&self) -> Option<String> {
        self.session.as_ref().map(|session| session.person.id.to_string())
    }

    /// Whether the visitor may do something on the platform's own pages: to offer it or not. A request for it passes the
    /// same decision by its address, see [`super::table`].
    pub(super) fn may(&self, app: &App, action: HostAction) -> bool {
        app.service.decide_own(&self.caller, action).allowed
    }

    /// Where the request comes from, as the security subsystem names it.
    pub(super) fn comes_from(&self) -> ComesFrom {
        ComesFrom(self.address)
    }

    /// The same visitor at another address.
    pub(super) fn at(&self, path: String) -> Self {
        Visit { path, ..self.clone() }
    }

    /// The name to greet the person with.
    pub fn name(&self) -> Option<String> {
        self.session.as_ref()?.person.name().map(ToString::to_string)
    }
}

/// The session of whoever has come here, or the way to sign in and back.
pub(super) fn session(visit: &Visit) -> Result<&Session, Response> {
    visit.session.as_ref().ok_or_else(|| see_other(&paths::returning(paths::SIGN_IN, &visit.path)))
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The names of all cookies.
pub(super) fn cookie_names(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    cookies(headers).map(|(name, _)| name)
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// A cookie of the platform that scripts may not read, for a year.
pub(super) fn kept_cookie(app: &App, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(app.is_secure())
        .same_site(cookie::SameSite::Lax)
        .max_age(cookie::time::Duration::days(365))
        .build()
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        // Somebody has found out already.
        if let Some(visit) = parts.extensions.get::<Visit>() {
            return Ok(visit.clone());
        }
        // First of all, for the session itself may have been changed at another node.
        let behind = position::is_behind(app, &parts.headers).await;
        if let Some(moves) = &app.clock_moves {
            // A storage that does not answer is met by whoever needs more of it.
            let _moved = moves.follow(app).await;
        }
        let found = match cookie(&parts.headers, app.cookies.session_name()) {
            Some(token) => app.session(token, behind).await,
            None => Ok(None),
        };
        let (session, unknown) = found.map_or((None, true), |session| (session, false));
        let chosen = cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Language::from_code);
        let preferences =
            cookie(&parts.headers, Preferences::COOKIE).map(Preferences::from_cookie).unwrap_or_default();
        let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
        let anew = behind || pages::anew(app, &parts.headers);
        let language = chosen.unwrap_or_default();
        let address = guard::address(app, &parts.headers, &parts.extensions);
        let acts = session.is_some() && parts.method == Method::POST;
        let origin = acts.then(|| {
            let (address, device) = (ComesFrom(address).key(), opening::device_of(&parts.headers));
            app.protection.origin(Some(&address), device.as_deref())
        });
        let caller = Caller { principal: session.as_ref().map(Session::principal), origin };
        Ok(Visit { caller, session, unknown, anew, language, preferences, path, address })
    }
}
