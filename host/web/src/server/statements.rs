//! Statements of the holder, assets, and what machines ask: robots and health.

use super::answer::{Content, page};
use super::{App, visit::Visit};
use crate::assets;
use crate::chrome::document::headed;
use crate::texts::Speaker;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use std::sync::Arc;
use std::time::Duration;

async fn statement(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    title: &str,
    paragraphs: &[&str],
) -> Response {
    let say = Speaker::host(visit.language);
    let title = say.say(title);
    let main = html! {
        (headed(&say, &[], &title, None))
        div.v-prose { @for key in paragraphs { p { (say.say(key)) } } }
    };
    page(app, visit, headers, Content::new(&title, main)).await
}

/// What holds everywhere, where the holder has set no rules of use.
pub(super) async fn rules(app: &App, visit: &Visit, headers: &HeaderMap) -> Response {
    statement(
        app,
        visit,
        headers,
        "rules-title",
        &["rules-who", "rules-once", "rules-content", "rules-limits"],
    )
    .await
}

/// The accessibility statement.
pub(super) async fn accessibility(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let paragraphs = ["accessibility-aim", "accessibility-how", "accessibility-tell"];
    statement(&app, &visit, &headers, "accessibility-title", &paragraphs).await
}

/// The privacy notice.
pub(super) async fn privacy(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    statement(
        &app,
        &visit,
        &headers,
        "privacy-title",
        &[
            "privacy-who",
            "privacy-what",
            "privacy-public",
            "privacy-log",
            "privacy-security",
            "privacy-origins",
        ],
    )
    .await
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// What crawlers may read: everything public, no visitor's own pages.
pub(super) async fn robots() -> Response {
    plain(
        StatusCode::OK,
        "User-agent: *\nDisallow: /cabinet\nDisallow: /desk\nDisallow: /sign-in\nDisallow: /dev/\n",
    )
}

/// The process runs.
pub(super) async fn live() -> Response {
    plain(StatusCode::OK, "live\n")
}

/// How long the storage may take to answer whoever asks for its readiness.
const READY: Duration = Duration::from_secs(2);

/// The storage answers, so that all requests can be served. A node that is live but not ready shows what it remembers
/// and says that changes are paused: a balancer should ask it only when none is ready.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.is_paused() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "changes are paused\n");
    }
    match tokio::time::timeout(READY, app.platform().storage.begin()).await {
        Ok(Ok(_)) => return plain(StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            app.outage.saw();
            tracing::error!(error = &error as &dyn std::error::Error, "not ready");
        }
        Err(_) => tracing::error!("not ready: the storage does not answer in time"),
    }
    plain(StatusCode::SERVICE_UNAVAILABLE, "the storage does not answer\n")
}

/// Style sheet, script, fonts.
pub(super) async fn asset(Path(path): Path<String>) -> Response {
    let Some(asset) = assets::get(&path) else { return plain(StatusCode::NOT_FOUND, "not found\n") };
    let mut response = Response::new(Body::from(asset.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_CONTROL));
    response
}
