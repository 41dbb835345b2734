//! Answers of the development provider.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use url::Url;

fn answer(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers: [(HeaderName, &'static str); 4] = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    answer(status, "application/json", body.into())
}

pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    answer(status, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
}

pub(super) fn style(css: &'static str) -> Response<Bytes> {
    answer(StatusCode::OK, "text/css; charset=utf-8", Bytes::from_static(css.as_bytes()))
}

/// A page that runs no script and sends its forms only here and, through the redirect after them, to the client.
pub(super) fn page(status: StatusCode, html: String, client: Option<&Url>) -> Response<Bytes> {
    let mut response = answer(status, "text/html; charset=utf-8", html.into());
    let client = client.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {client}; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, value);
    }
    response
}

/// Sends the browser on with a GET.
pub(super) fn redirect(to: &Url) -> Response<Bytes> {
    let mut response = answer(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Bytes::new());
    match HeaderValue::from_str(to.as_str()) {
        Ok(value) => {
            response.headers_mut().insert(LOCATION, value);
            response
        }
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "no address to go on to"),
    }
}

/// An error of the token or user information endpoint (RFC 6749 section 5.2, RFC 6750 section 3).
pub(super) fn oauth_error(
    status: StatusCode,
    code: &'static str,
    description: &'static str,
) -> Response<Bytes> {
    let body = serde_json::json!({ "error": code, "error_description": description }).to_string();
    let mut response = json(status, body);
    if status == StatusCode::UNAUTHORIZED {
        let scheme = if code == "invalid_client" { "Basic" } else { "Bearer error=\"invalid_token\"" };
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    response
}
