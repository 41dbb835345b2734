//! The embedded identity provider of development mode.

use super::App;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use std::sync::Arc;

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
