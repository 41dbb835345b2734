//! The end of sessions together with an identity provider's: its orders to end them here (OpenID Connect Back-Channel
//! Logout 1.0), and the way to sign out there too (RP-Initiated Logout 1.0).

use super::answer::{Content, page, see_other};
use super::body::whole;
use super::kept_out::order_refused;
use super::sign_in::provider_name;
use super::table::Table;
use super::{App, visit::Visit};
use crate::chrome::paths;
use crate::chrome::sign_in::signed_out as chrome;
use crate::texts::Speaker;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{IdentityError, LogoutRecorder, Method, Session};
use vzaemo_service::record;

/// The most bytes of an order.
const LARGEST_ORDER: usize = 32 << 10;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .open(&format!("{}{{provider}}", paths::BACK_CHANNEL_LOGOUT), post(order))
        .open(paths::SIGNED_OUT, get(signed_out))
}

/// A provider orders that sessions end. The answer is for the provider: 200 when they have ended, or there were none;
/// 400 when the order is not one to follow (section 2.8).
async fn order(State(app): State<Arc<App>>, Path(provider): Path<String>, body: Body) -> Response {
    let Some(body) = whole(body, LARGEST_ORDER).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, Some("the order is too large"));
    };
    let mut tokens = url::form_urlencoded::parse(&body).filter(|(name, _)| name == "logout_token");
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return answer(StatusCode::BAD_REQUEST, Some("there must be one logout_token"));
    };
    let order = match app.sign_in.logout_order(&provider, &token).await {
        Ok(order) => order,
        Err(error) => {
            tracing::warn!(provider, error = &error as &dyn std::error::Error, "a logout token was refused");
            order_refused(&app, &provider, "logout token");
            return answer(StatusCode::BAD_REQUEST, Some("the logout token is not acceptable"));
        }
    };
    let platform = Arc::clone(app.service.platform());
    let recorder: LogoutRecorder<'_> = &|unit, persons| {
        let (platform, provider) = (Arc::clone(&platform), provider.clone());
        Box::pin(async move { Ok(record::signed_out_by(unit, &platform, &provider, persons).await?) })
    };
    match app.sessions.end_by_order(&order, recorder).await {
        Ok(ended) => {
            tracing::info!(provider, ended, "sessions were ended by order of the identity provider");
            answer(StatusCode::OK, None)
        }
        Err(IdentityError::Replayed) => {
            tracing::warn!(provider, "a logout token came again");
            order_refused(&app, &provider, "logout token, again");
            answer(StatusCode::BAD_REQUEST, Some("the logout token was followed before"))
        }
        Err(error) => {
            tracing::error!(provider, error = &error as &dyn std::error::Error, "could not end sessions");
            answer(StatusCode::SERVICE_UNAVAILABLE, None)
        }
    }
}

/// An answer in the form of OAuth 2.0 errors, for the provider's log; nobody may keep it.
fn answer(status: StatusCode, why: Option<&str>) -> Response {
    let body = why
        .map(|why| serde_json::json!({ "error": "invalid_request", "error_description": why }).to_string());
    let mut response = Response::new(Body::from(body.unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Where a visitor goes after signing out here: whoever may still be signed in at the identity provider is told so.
pub(super) fn after_sign_out(app: &App, session: &Session) -> String {
    let provider = match &session.method {
        Method::OpenIdConnect { provider } if app.sign_in.keeps_sessions(provider) => provider,
        _ => return paths::HOME.to_owned(),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", provider);
    format!("{}?{}", paths::SIGNED_OUT, query.finish())
}

/// Which provider the visitor may still be signed in at.
#[derive(Deserialize)]
struct Left {
    from: Option<String>,
}

/// Says that the visitor has signed out here, and how to sign out at the identity provider too.
async fn signed_out(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(Left { from }): Query<Left>,
) -> Response {
    if visit.session.is_some() {
        return see_other(paths::CABINET);
    }
    let say = Speaker::host(visit.language);
    let there = match &from {
        Some(provider) => leave(&app, provider, visit.language.code()).await,
        None => None,
    };
    let there = there.zip(from).map(|(href, provider)| (provider_name(&app, &provider, &say), href));
    let there = there.as_ref().map(|(name, href)| (name.as_str(), href.as_str()));
    let title = say.say("signed-out-title");
    page(&app, &visit, &headers, Content::new(&title, chrome(&say, there)).private()).await
}

/// The provider's address at which the visitor signs out there and comes back.
async fn leave(app: &App, provider: &str, language: &str) -> Option<String> {
    let back = app.base.join(paths::SIGNED_OUT).ok()?;
    match app.sign_in.end_session(provider, &back, Some(language)).await {
        Ok(address) => address.map(|address| address.to_string()),
        Err(error) => {
            tracing::info!(provider, error = &error as &dyn std::error::Error, "no way to sign out there");
            None
        }
    }
}
