//! Pages of open views and the first page, from memory where that is what would be made now.

use super::answer::{Content, framed_html, html_response};
use super::remembered::{BodyKey, Fresh, Origin, PageBody, Sheet, SheetKey};
use super::resolver::PageResolver;
use super::visit::Visit;
use super::{App, paused, people, slots, told};
use crate::chrome::document::with_banner;
use crate::render::{references, render, render_section};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Address, Request as Call};
use vzaemo_marks::{Event, Kind, Reader};
use vzaemo_service::{Error, ModuleVersion, Reading, Snapshot, route};

/// Where a page came from; told in development mode only. With the value `no` in a request the page is made anew.
const REMEMBERED: HeaderName = HeaderName::from_static("x-remembered");

/// The sheet for this very request, if one is remembered: the shortest way through the platform.
pub(super) fn ready(app: &App, visit: &Visit, headers: &HeaderMap) -> Option<Response> {
    if !takes_sheets(visit, headers) || visit.anew {
        return None;
    }
    let presentation = app.presentation();
    let key = SheetKey::new(&visit.path, visit.language, visit.preferences);
    let sheet = app.remembered.sheet(&key, &presentation.snapshot, app.platform().legal.now())?;
    Some(told_origin(app, sheet_answer(app, visit, &sheet, headers), Origin::Remembered))
}

/// The answer with a sheet. While changes are paused it says so, and no browser keeps it.
fn sheet_answer(app: &App, visit: &Visit, sheet: &Sheet, headers: &HeaderMap) -> Response {
    match paused::banner(app, visit) {
        None => sheet.answer(headers),
        Some(banner) => html_response(with_banner(&sheet.html(), &banner)),
    }
}

/// Whether a request asks for its page to be made anew whatever is remembered, to compare or to measure; in development
/// mode only, or visitors could spend the platform's time.
pub(super) fn anew(app: &App, headers: &HeaderMap) -> bool {
    app.development.is_some() && headers.get(REMEMBERED).is_some_and(|value| value == "no")
}

/// Whether the visitor gets the page that all without a session get: nothing is to be said to them alone.
pub(super) fn takes_sheets(visit: &Visit, headers: &HeaderMap) -> bool {
    visit.session.is_none() && told::carried(headers).is_none()
}

/// The sheet of an address that stands in `visit`, remembered or made by `make`.
pub(super) async fn sheet<F, R>(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    make: F,
) -> Result<Response, Error>
where
    F: FnOnce(Arc<Snapshot>) -> R,
    R: Future<Output = Result<Sheet, Error>>,
{
    let snapshot = Arc::clone(&app.presentation().snapshot);
    let key = SheetKey::new(&visit.path, visit.language, visit.preferences);
    let now = || app.platform().legal.now();
    // Whoever waits for this making came before it began: it has to see what serves by then.
    let make = || make(Arc::clone(&app.presentation().snapshot));
    let (sheet, origin) = app.remembered.sheet_or(&key, &snapshot, now, make).await?;
    Ok(told_origin(app, sheet_answer(app, visit, &sheet, headers), origin))
}

/// The sheet of an open view.
pub(super) async fn view_sheet(
    app: &App,
    visit: &Visit,
    key: &BodyKey,
    snapshot: &Arc<Snapshot>,
) -> Result<Sheet, Error> {
    let (body, version, _) = body(app, key).await?;
    let filled = slots::fill(app, visit, &version, &body.main).await?;
    let fresh = body.fresh.clone().zip(filled.fresh).map(|(body, slots)| body.and(&slots));
    Ok(whole(app, visit, snapshot, content(&body, &version, key, filled.html), fresh).await)
}

/// Content in its frame, for visitors without a session.
pub(super) async fn whole(
    app: &App,
    visit: &Visit,
    snapshot: &Arc<Snapshot>,
    content: Content,
    fresh: Option<Fresh>,
) -> Sheet {
    let at = app.platform().legal.now();
    let html = framed_html(app, visit, &[], &content).await;
    let fresh = fresh.map(|fresh| fresh.and(&Fresh::since(at)).before(frame_changes(app, at)));
    Sheet::new(html, snapshot, fresh)
}

/// When the frame reads otherwise: in development mode the legal clock stands in it, to the minute.
fn frame_changes(app: &App, at: Instant) -> Option<Instant> {
    const MINUTE: i64 = 60 * 1000;
    app.development.as_ref()?;
    let next = (at.as_millis().div_euclid(MINUTE) + 1) * MINUTE;
    Some(Instant::from_millis(next).unwrap_or(at))
}

/// What goes into the frame of a view's page.
pub(super) fn content(body: &PageBody, version: &ModuleVersion, key: &BodyKey, main: String) -> Content {
    let manifest = &version.manifest;
    let noindex = body.noindex || manifest.view(&key.view).is_none_or(|view| view.noindex || !view.open);
    let dense = manifest.desk.as_deref() == Some(&key.view);
    Content { title: body.title.clone(), main, status: None, noindex, dense }
}

/// The address of a view with declared parameters only: the same page has one address, whatever else was in the link.
pub(super) fn address(version: &ModuleVersion, key: &BodyKey) -> Option<String> {
    let address = Address { view: key.view.clone(), params: key.params.clone() };
    let path = route::view_path(&version.manifest, &address)?;
    if key.query.is_empty() {
        return Some(path);
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&key.query).finish();
    Some(format!("{path}?{query}"))
}

/// The body of an open view, with the version that made it.
pub(super) async fn body(
    app: &App,
    key: &BodyKey,
) -> Result<(Arc<PageBody>, Arc<ModuleVersion>, Origin), Error> {
    let version = app.service.serving(&key.module)?;
    let now = || app.platform().legal.now();
    let (body, origin) = app.remembered.body_or(key, &version, now, || make_body(app, key)).await?;
    // One made by a version that has left service meanwhile cannot be completed: the visitor asks again.
    let version = body.version().ok_or(Error::Busy)?;
    Ok((body, version, origin))
}

async fn make_body(app: &App, key: &BodyKey) -> Result<PageBody, Error> {
    let call = Call { params: key.params.clone(), query: key.query.clone(), input: "{}".to_owned() };
    // As nobody: what everybody gets must not depend on who asked first.
    let reading = app.service.read(&key.module, &key.view, &call).await?;
    let Reading { viewed, mut unit, at, until } = reading;
    let (names, all_named) = people::names_in(app, &mut unit, &key.module, &references(&viewed.page)).await;
    let at_page = address(&viewed.version, key).unwrap_or_default();
    let (files, all_found) =
        super::files::of_page(app, &mut unit, &key.module, &viewed.page, &at_page, key.language).await;
    let dependencies = unit.dependencies().await.map_err(Error::storage)?;
    let open = viewed.version.manifest.view(&key.view).is_some_and(|view| view.open);
    let watch =
        if open && all_named && all_found { app.platform().storage.watch(dependencies) } else { None };
    let rendered = {
        let query = key.query.clone();
        let resolver =
            PageResolver::with_names(app, key.language, &viewed.version, names, query, at).showing(files);
        let render = if key.section { render_section } else { render };
        render(&viewed.page, &resolver)
    };
    let words = rendered.until.map(|until| Instant::from_millis(until.as_millisecond()).unwrap_or(at));
    let fresh = watch.map(|watch| Fresh::since(at).watched(watch).before(until).before(words));
    let empty = says_nothing(&viewed.page);
    Ok(PageBody::new(rendered, empty, &viewed.version, fresh))
}

/// Whether a page says that there is nothing to show.
pub(super) fn says_nothing(page: &vzaemo_marks::Page) -> bool {
    Reader::new(page).any(|event| matches!(event, Ok(Event::Open(Kind::Empty, _))))
}

/// Says in development mode where a page came from.
pub(super) fn told_origin(app: &App, mut response: Response, origin: Origin) -> Response {
    if app.development.is_some() {
        let origin = match origin {
            Origin::Remembered => "remembered",
            Origin::Made => "made",
        };
        response.headers_mut().insert(REMEMBERED, HeaderValue::from_static(origin));
    }
    response
}
