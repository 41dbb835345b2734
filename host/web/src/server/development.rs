//! What exists in development mode only: the embedded identity provider and the control of the legal clock.

use super::answer::{see_other, trouble};
use super::{App, visit::Visit};
use crate::chrome::problem::Problem;
use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use vzaemo_clock::{Date, SignedDuration};
use vzaemo_identity::ReturnTo;
use vzaemo_storage::{Collection, Storage, StorageError};

/// The most that is sent to the identity provider.
const LARGEST: usize = 64 * 1024;

/// The embedded identity provider.
pub(super) async fn provider(State(app): State<Arc<App>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Some(provider) = &app.development else { return status(http::StatusCode::NOT_FOUND) };
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return status(http::StatusCode::PAYLOAD_TOO_LARGE);
    };
    let answer: http::Response<Bytes> = provider.handle(http::Request::from_parts(parts, body)).await;
    answer.map(Body::from)
}

fn status(status: http::StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// How far the clock is moved.
#[derive(Deserialize)]
pub(super) struct Move {
    by: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    to: String,
}

/// Moves the legal clock forward, for everybody, and lets the timed work that is now due be done.
pub(super) async fn move_clock(State(app): State<Arc<App>>, visit: Visit, Form(how): Form<Move>) -> Response {
    let platform = app.platform();
    let now = platform.legal.now();
    let local = platform.zone.local(now);
    let target = match how.by.as_str() {
        "1d" => local.checked_add(jiff::Span::new().days(1)).ok(),
        "7d" => local.checked_add(jiff::Span::new().days(7)).ok(),
        "1m" => local.checked_add(jiff::Span::new().months(1)).ok(),
        // The morning of a day, as an office would look at it.
        "date" => how.until.parse::<Date>().ok().map(|day| day.at(9, 0, 0, 0)),
        _ => None,
    };
    let Some(target) = target.and_then(|target| platform.zone.instant(target).ok()) else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    if let Err(error) = platform.legal.set_at_least(target) {
        tracing::debug!(%error, "the legal clock was not moved");
        return trouble(&app, &visit, &Problem::BadInput).await;
    }
    keep_offset(&platform.storage, platform.legal.offset()).await;
    app.wake_jobs.notify_one();
    let to = ReturnTo::parse(&how.to).unwrap_or_else(ReturnTo::home);
    see_other(to.as_str())
}

/// Where it is kept how far the legal clock has been moved.
const CLOCK: &str = "clock";
const LEGAL: &str = "legal";

#[derive(serde::Serialize, Deserialize)]
struct Kept {
    offset_ms: i64,
}

/// The collection of the moved clock.
pub(super) fn clock_collection() -> Collection {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["offset_ms"],
        "properties": {"offset_ms": {"type": "integer"}}});
    Collection::new(CLOCK, schema)
}

/// How far the legal clock had been moved when the platform stopped.
pub async fn kept_offset(storage: &Storage) -> Result<Option<SignedDuration>, StorageError> {
    let mut unit = storage.begin().await?;
    let Some(document) = unit.get(super::NAMESPACE, CLOCK, LEGAL).await? else { return Ok(None) };
    let kept: Kept = document.parse()?;
    Ok(Some(SignedDuration::from_millis(kept.offset_ms)))
}

/// Keeps how far the clock has been moved. A failure is logged: the clock of a development platform is then back at
/// the present after a restart.
async fn keep_offset(storage: &Storage, offset: SignedDuration) {
    let kept = async {
        let offset_ms = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
        let body = json!({"offset_ms": offset_ms}).to_string();
        let mut unit = storage.begin().await.map_err(vzaemo_service::Error::storage)?;
        match unit.get(super::NAMESPACE, CLOCK, LEGAL).await.map_err(vzaemo_service::Error::storage)? {
            Some(old) => unit.replace(super::NAMESPACE, CLOCK, LEGAL, old.revision, &body).await,
            None => unit.insert(super::NAMESPACE, CLOCK, Some(LEGAL.to_owned()), &body).await.map(|_| ()),
        }
        .map_err(vzaemo_service::Error::storage)?;
        unit.commit().await.map_err(vzaemo_service::Error::storage)
    };
    if let Err(error) = kept.await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "could not keep how far the clock was moved"
        );
    }
}
