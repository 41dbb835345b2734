//! From content to answer: the frame around it.

use super::app::App;
use super::paused;
use super::told;
use super::visit::Visit;
use crate::chrome::document::{Banner, Filling, Visitor};
use crate::chrome::problem::{Problem, problem};
use crate::texts::{Args, Speaker};
use axum::body::Body;
use axum::response::Response;
use cookie::Cookie;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use vzaemo_marks::Tone;

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
    let told_now = told.iter().filter_map(|told| banner(app, visit, told));
    let banners: Vec<Banner> = paused::banner(app, visit).into_iter().chain(told_now).collect();
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
    let html = framed_html(app, visit, banners, &content).await;
    let mut response = html_response(html);
    *response.status_mut() = content.status.unwrap_or(StatusCode::OK);
    response
}

/// A page that nobody keeps.
pub(super) fn html_response(html: String) -> Response {
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// Content in its frame.
pub(super) async fn framed_html(app: &App, visit: &Visit, banners: &[Banner], content: &Content) -> String {
    let unread = match visit.person() {
        Some(person) => app.unread.of(&app.platform().storage, &person, visit.anew).await,
        None => 0,
    };
    let name = visit.name().unwrap_or_default();
    let acting_for = visit.session.as_ref().and_then(|session| session.acting_for.as_ref());
    let acting_for = acting_for
        .map(|organisation| super::acting_for::name_of(organisation, &Speaker::host(visit.language)));
    let visitor =
        visit.session.as_ref().map(|_| Visitor { name: &name, organisation: acting_for.as_deref(), unread });
    let skeleton = app.presentation().frames.skeleton(app, visit, content.dense, content.noindex);
    let (title, main) = (&content.title, &content.main);
    skeleton.fill(&Filling { path: &visit.path, visitor, banners, title, main })
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
    if let Some(seconds) = what.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
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

/// Nothing to show.
pub(super) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Adds a cookie to an answer.
pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
