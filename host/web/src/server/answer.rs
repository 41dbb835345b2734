//! From content to answer: the frame around it, the headers of every answer, and the gate that all requests pass.

use super::app::App;
use super::told;
use super::visit::{Visit, cookie};
use crate::assets;
use crate::chrome::document::{Banner, Development, Frame, Nav, Visitor, document};
use crate::chrome::problem::{Problem, problem};
use crate::texts::{Args, Speaker};
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use cookie::Cookie;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use std::sync::Arc;
use vzaemo_marks::Tone;
use vzaemo_protection::Kind;

/// Content with what its frame needs to know.
#[derive(Default)]
pub(super) struct Content {
    /// Escaped HTML text for the title.
    pub title: String,
    /// What goes into `<main>`.
    pub main: String,
    /// 200 unless set.
    pub status: Option<StatusCode>,
    /// Keep search engines away.
    pub noindex: bool,
    /// The officials' desk.
    pub dense: bool,
}

impl Content {
    /// Content of the host's own, out of the reach of search engines when it is a visitor's.
    pub fn new(title: &str, main: maud::Markup) -> Self {
        let mut escaped = String::with_capacity(title.len());
        html_escape::encode_text_to_string(title, &mut escaped);
        Content { title: escaped, main: main.0, ..Content::default() }
    }

    /// The same, kept from search engines.
    pub fn private(mut self) -> Self {
        self.noindex = true;
        self
    }
}

/// The whole page.
pub(super) async fn page(app: &App, visit: &Visit, headers: &HeaderMap, content: Content) -> Response {
    let told = told::carried(headers);
    let banners: Vec<Banner> = told.iter().filter_map(|told| banner(app, visit, told)).collect();
    let had_told = told.is_some();
    let mut response = framed(app, visit, &banners, content).await;
    if had_told {
        set_cookie(&mut response, &told::forget(app.is_secure()));
    }
    response
}

fn banner(app: &App, visit: &Visit, told: &told::Told) -> Option<Banner> {
    let presentation = app.presentation();
    let version = presentation.snapshot.module(&told.module)?.serving()?.clone();
    let mut args = Args::new();
    for (name, value) in &told.message.args {
        args.set(name.clone(), value.clone());
    }
    let text =
        Speaker::of(&version.texts, visit.language).module(&told.message.key, Some(&args))?.into_owned();
    Some(Banner { tone: Tone::Good, text })
}

async fn framed(app: &App, visit: &Visit, banners: &[Banner], content: Content) -> Response {
    let navigation = navigation(app, visit);
    let unread = match visit.person() {
        Some(person) => super::cabinet::unread(app, &person).await,
        None => 0,
    };
    let platform = app.platform();
    let name = visit.name().unwrap_or_default();
    let frame = Frame {
        language: visit.language,
        preferences: visit.preferences,
        path: &visit.path,
        visitor: visit.session.as_ref().map(|_| Visitor { name: &name, unread }),
        navigation: &navigation,
        development: app.development.as_ref().map(|_| Development {
            now: platform.legal.now().timestamp(),
            zone: platform.zone.time_zone().clone(),
        }),
        banners,
        dense: content.dense,
        noindex: content.noindex,
    };
    let html = document(&frame, &content.title, |out| out.push_str(&content.main));
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = content.status.unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn navigation(app: &App, visit: &Visit) -> Vec<Nav> {
    let presentation = app.presentation();
    let mut navigation: Vec<Nav> = Vec::new();
    for (id, state) in &presentation.snapshot.modules {
        let Some(version) = state.serving() else { continue };
        for link in &version.manifest.navigation {
            let address = vzaemo_contract::call::Address { view: link.view.clone(), params: Vec::new() };
            let Some(href) = vzaemo_service::route::view_path(&version.manifest, &address) else { continue };
            let path = visit.path.split('?').next().unwrap_or_default();
            let current = path == href || path.starts_with(&format!("/{id}/"));
            navigation.push(Nav { label: in_language(&link.label, visit), href, current });
        }
    }
    if visit.session.as_ref().is_some_and(|session| !session.roles.bodies().is_empty()) {
        let label = Speaker::host(visit.language).say("navigation-desk").into_owned();
        navigation.push(Nav { label, href: "/desk".to_owned(), current: visit.path.starts_with("/desk") });
    }
    navigation
}

/// A text of a manifest in the visitor's language.
pub(super) fn in_language(text: &vzaemo_contract::manifest::Bilingual, visit: &Visit) -> String {
    match visit.language {
        crate::texts::Language::Uk => text.uk.clone(),
        crate::texts::Language::En => text.en.clone(),
    }
}

/// The page of a problem.
pub(super) async fn trouble(app: &App, visit: &Visit, what: &Problem) -> Response {
    let say = Speaker::host(visit.language);
    let mut content = Content::new(&what.title(&say), problem(&say, what, &visit.path)).private();
    content.status = StatusCode::from_u16(what.status()).ok();
    let mut response = framed(app, visit, &[], content).await;
    if matches!(what, Problem::Busy { .. } | Problem::Paused) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// Goes on elsewhere, by GET.
pub(super) fn see_other(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_str(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// Adds a cookie to an answer.
pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Headers of every answer.
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", assets::CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
];

/// The gate: changes come from this platform's own pages only, and nobody asks for too much.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let refused = refusal(&app, &parts.method, &parts.headers, parts.uri.path());
    let mut response = match refused {
        Some((kind, what)) => {
            app.refusals.count(kind, app.platform().security.now());
            let Ok(visit) = Visit::from_request_parts(&mut parts, &app).await;
            trouble(&app, &visit, &what).await
        }
        None => next.run(Request::from_parts(parts, body)).await,
    };
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.is_secure() {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

fn refusal(app: &App, method: &Method, headers: &HeaderMap, path: &str) -> Option<(Kind, Problem)> {
    let change = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    // The development provider is another party that happens to live at the same address.
    let own = !path.starts_with("/dev/id/");
    if change && own && !is_same_origin(headers, &app.base) {
        return Some((Kind::Act, Problem::Foreign));
    }
    let kind = match (change, path.starts_with("/sign-in/begin")) {
        (true, _) => Kind::Act,
        (false, true) => Kind::SignIn,
        (false, false) => Kind::Page,
    };
    if !own || path.starts_with(assets::BASE) || path.starts_with("/health/") {
        return None;
    }
    // A session where there is one, else the address; the token itself is not kept as a key.
    let key = match cookie(headers, app.cookies.session_name()).and_then(vzaemo_identity::Token::parse) {
        Some(token) => token.hash().as_str().to_owned(),
        None => address(headers),
    };
    app.limits.check(kind, &key).err().map(|_| (kind, Problem::Busy { kept: None }))
}

/// The visitor's address, as the balancer tells it or as the connection shows it.
fn address(headers: &HeaderMap) -> String {
    let told = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    told.and_then(|list| list.rsplit(',').next()).unwrap_or("direct").trim().to_owned()
}

/// Whether a browser sent this from one of the platform's own pages: by `Sec-Fetch-Site` where it is sent, else by
/// `Origin`. Neither means that no current browser's form sent it.
fn is_same_origin(headers: &HeaderMap, base: &url::Url) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
    {
        return false;
    }
    match text("origin") {
        Some(origin) => url::Url::parse(origin).is_ok_and(|origin| origin.origin() == base.origin()),
        None => text("sec-fetch-site") == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_platforms_own_pages_may_change_things() {
        let base: url::Url = "https://platform.example/".parse().unwrap();
        for (headers, allowed) in [
            (vec![("origin", "https://platform.example"), ("sec-fetch-site", "same-origin")], true),
            (vec![("origin", "https://platform.example")], true),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![], false),
            (vec![("origin", "null")], false),
            (vec![("origin", "https://evil.example")], false),
            (vec![("origin", "http://platform.example")], false),
            (vec![("origin", "https://platform.example.evil.example")], false),
            (vec![("origin", "https://platform.example"), ("sec-fetch-site", "cross-site")], false),
            (vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "none")], false),
        ] {
            assert_eq!(is_same_origin(&sent(&headers), &base), allowed, "{headers:?}");
        }
    }
}
