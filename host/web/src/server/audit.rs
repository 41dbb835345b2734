//! The audit log's public side: its verifier key, checkpoints, and proofs that it only grows.

use super::answer::{Content, page};
use super::{App, visit::Visit};
use crate::chrome::audit as chrome;
use crate::texts::{Speaker, push_moment};
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_audit::{AuditError, Made};

/// The page for people.
pub(super) async fn log(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let say = Speaker::host(visit.language);
    let last = match app.checkpoints.last().await {
        Ok(last) => last.map(|made| told(&app, &say, made)),
        Err(error) => return failed(&app, &visit, error).await,
    };
    let main = chrome::log(&say, app.checkpoints.key().verifier_key(), last.as_ref());
    page(&app, &visit, &headers, Content::new(&say.say("audit-title"), main)).await
}

fn told(app: &App, say: &Speaker<'_>, made: Made) -> chrome::LastCheckpoint {
    let (platform, at) = (app.platform(), made.at.timestamp());
    let mut words = String::new();
    push_moment(at, platform.security.now().timestamp(), platform.zone.time_zone(), say, &mut words);
    chrome::LastCheckpoint {
        entries: made.head.size,
        at: html! { time datetime=(at) { (words) } },
        note: made.note,
    }
}

pub(super) async fn failed(app: &App, visit: &Visit, error: AuditError) -> Response {
    super::modules::failed(app, visit, "", &vzaemo_service::Error::storage(error)).await
}

/// The last checkpoint as a signed note.
pub(super) async fn checkpoint(State(app): State<Arc<App>>, visit: Visit) -> Response {
    match app.checkpoints.last().await {
        Ok(Some(made)) => sent("text/plain; charset=utf-8", made.note),
        Ok(None) => missing("no checkpoint yet\n"),
        Err(error) => failed(&app, &visit, error).await,
    }
}

/// The verifier key.
pub(super) async fn key(State(app): State<Arc<App>>) -> Response {
    sent("text/plain; charset=utf-8", format!("{}\n", app.checkpoints.key().verifier_key()))
}

/// What a proof of consistency is asked for.
#[derive(Deserialize)]
pub(super) struct Since {
    /// The size in an earlier checkpoint.
    from: u64,
}

/// The proof that the log of the last checkpoint begins with that of an earlier one.
pub(super) async fn consistency(
    State(app): State<Arc<App>>,
    visit: Visit,
    Query(since): Query<Since>,
) -> Response {
    match app.checkpoints.consistency(since.from).await {
        Ok(Some(proof)) => match serde_json::to_string_pretty(&proof) {
            Ok(body) => sent("application/json", body),
            Err(error) => failed(&app, &visit, AuditError::Form(error.to_string())).await,
        },
        Ok(None) => missing("no checkpoint of so many entries\n"),
        Err(error) => failed(&app, &visit, error).await,
    }
}

/// An answer for programs: of the moment, so nobody keeps it.
pub(super) fn sent(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn missing(text: &'static str) -> Response {
    let mut response = sent("text/plain; charset=utf-8", text);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
