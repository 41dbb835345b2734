//! Pages of modules: whatever is not an address of the host's own.

use super::answer::{Content, page, trouble};
use super::remembered::{BodyKey, Origin};
use super::resolver::PageResolver;
use super::routes::Target;
use super::visit::Visit;
use super::{App, acting, pages, paused, slots};
use crate::chrome::problem::Problem;
use crate::render::{Rendered, Resolver, render, render_section};
use crate::texts::Speaker;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, header};
use std::sync::Arc;
use vzaemo_access::Reason;
use vzaemo_contract::call::{Pair, Request as Call};
use vzaemo_service::{Error, ModuleVersion, Viewed};

/// Serves a view, a form or an act, by what the path leads to.
pub(super) async fn serve(State(app): State<Arc<App>>, visit: Visit, request: Request<Body>) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(ready) = pages::ready(&app, &visit, request.headers())
    {
        return ready;
    }
    let presentation = app.presentation();
    let Some((target, params)) = presentation.routes.find(request.uri().path()) else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    match (target, request.method().clone()) {
        (Target::View { module, view }, Method::GET | Method::HEAD) => {
            let found = Found { module, view, params, query: request.uri().query() };
            view_page(&app, &visit, request.headers(), found).await
        }
        (Target::Act { module, act }, Method::GET | Method::HEAD) => {
            let at = acting::Place { module, act, params };
            let (parts, _) = request.into_parts();
            acting::show(&app, &visit, &presentation, at, &parts).await
        }
        (Target::Act { module, act }, Method::POST) => {
            let at = acting::Place { module, act, params };
            acting::submit(&app, &visit, &presentation, at, request).await
        }
        _ => method_not_allowed(),
    }
}

fn method_not_allowed() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = http::StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

/// The query parameter with the place at which a list goes on; every view has it.
const AFTER: &str = "after";

/// The declared query parameters that were given, in the order of their declaration. Others are dropped, and of a
/// repeated one all but the first: they may not make two pages of one.
pub(super) fn declared_query(version: &ModuleVersion, view: &str, query: Option<&str>) -> Vec<Pair> {
    let (Some(view), Some(query)) = (version.manifest.view(view), query) else { return Vec::new() };
    let given: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let declared = view.query.iter().map(String::as_str).filter(|name| *name != AFTER).chain([AFTER]);
    declared
        .filter_map(|name| given.iter().find(|(known, _)| known == name))
        .map(|(name, value)| (name.clone().into_owned(), value.clone().into_owned()))
        .collect()
}

/// A view with what its address said.
struct Found<'a> {
    module: &'a str,
    view: &'a str,
    params: Vec<Pair>,
    query: Option<&'a str>,
}

async fn view_page(app: &App, visit: &Visit, headers: &HeaderMap, found: Found<'_>) -> Response {
    let module = found.module;
    match answered(app, visit, headers, found).await {
        Ok(response) => response,
        Err(error) => failed(app, visit, module, &error).await,
    }
}

async fn answered(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    found: Found<'_>,
) -> Result<Response, Error> {
    let Found { module, view, params, query } = found;
    let version = app.service.serving(module)?;
    let query = declared_query(&version, view, query);
    if version.manifest.view(view).is_some_and(|view| view.open) {
        let (module, view, language) = (module.to_owned(), view.to_owned(), visit.language);
        let key = BodyKey { module, view, params, query, language, section: false };
        return open_page(app, visit, headers, &version, &key).await;
    }
    let call = Call { params, query, input: "{}".to_owned() };
    let viewed = app.service.view(&visit.caller, module, view, &call).await?;
    Ok(shown(app, visit, headers, &viewed, view, call.query).await)
}

/// The page of an open view: what all get who have no session, or its body in the visitor's own frame.
async fn open_page(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    version: &ModuleVersion,
    key: &BodyKey,
) -> Result<Response, Error> {
    let visit = &visit.at(pages::address(version, key).ok_or(Error::NotFound)?);
    if visit.anew {
        let call = Call { params: key.params.clone(), query: key.query.clone(), input: "{}".to_owned() };
        let viewed = app.service.view(&visit.caller, &key.module, &key.view, &call).await?;
        let shown = shown(app, visit, headers, &viewed, &key.view, call.query).await;
        return Ok(pages::told_origin(app, shown, Origin::Made));
    }
    if pages::takes_sheets(visit, headers) {
        let make = |snapshot| async move { pages::view_sheet(app, visit, key, &snapshot).await };
        return pages::sheet(app, visit, headers, make).await;
    }
    let (body, version, origin) = pages::body(app, key).await?;
    let filled = slots::fill(app, visit, &version, &body.main).await?;
    let content = pages::content(&body, &version, key, filled.html);
    Ok(pages::told_origin(app, page(app, visit, headers, content).await, origin))
}

/// The answer to a request for a page: what was viewed as HTML for this visitor, in the frame of the platform. `view`
/// is the view of the manifest that it is shown as, `query` the declared parameters that were given.
pub async fn shown(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    viewed: &Viewed,
    view: &str,
    query: Vec<Pair>,
) -> Response {
    let manifest = &viewed.version.manifest;
    let dense = manifest.desk.as_deref() == Some(view);
    let noindex = manifest.view(view).is_none_or(|view| view.noindex || !view.open);
    match html(app, visit, viewed, query).await {
        Ok((rendered, main)) => {
            let noindex = noindex || rendered.noindex;
            page(app, visit, headers, Content { title: rendered.title, main, status: None, noindex, dense })
                .await
        }
        Err(error) => failed(app, visit, &manifest.id, &error).await,
    }
}

/// What a page says of itself, and its body with the slots filled for this visitor.
pub(super) async fn html(
    app: &App,
    visit: &Visit,
    viewed: &Viewed,
    query: Vec<Pair>,
) -> Result<(Rendered, String), Error> {
    filled(app, visit, viewed, query, render).await
}

/// The same, to stand as a section within a page of the host's.
pub(super) async fn section_html(
    app: &App,
    visit: &Visit,
    viewed: &Viewed,
    query: Vec<Pair>,
) -> Result<(Rendered, String), Error> {
    filled(app, visit, viewed, query, render_section).await
}

async fn filled(
    app: &App,
    visit: &Visit,
    viewed: &Viewed,
    query: Vec<Pair>,
    render: fn(&vzaemo_marks::Page, &dyn Resolver) -> Rendered,
) -> Result<(Rendered, String), Error> {
    let mut rendered = {
        let resolver = PageResolver::new(app, visit, &viewed.version, &viewed.page, query).await;
        render(&viewed.page, &resolver)
    };
    let body = std::mem::take(&mut rendered.body);
    let html = if body.slots.is_empty() {
        body.html
    } else {
        slots::fill(app, visit, &viewed.version, &body).await?.html
    };
    Ok((rendered, html))
}

/// The page for an error of the service. A visitor who would have to sign in is led there and back.
pub(super) async fn failed(app: &App, visit: &Visit, module: &str, error: &Error) -> Response {
    let presentation = app.presentation();
    let service = presentation
        .snapshot
        .module(module)
        .map(|state| super::answer::in_language(&state.manifest().name, visit))
        .unwrap_or_default();
    let problem = match error {
        Error::NotFound => Problem::NotFound,
        Error::Disabled(_) => Problem::Disabled { service },
        Error::SetAside(_) => Problem::SetAside { service },
        Error::Denied { reason: Reason::SignInNeeded } => {
            let to = crate::chrome::paths::returning(crate::chrome::paths::SIGN_IN, &visit.path);
            return super::answer::see_other(&to);
        }
        Error::Denied { reason: Reason::AssuranceTooLow { needed } } => {
            return super::answer::see_other(&super::step_up::address(*needed, &visit.path));
        }
        Error::Denied { reason: Reason::RulesPending } => {
            return super::answer::see_other(&super::rules::address(&visit.path));
        }
        Error::Denied { reason } => {
            super::kept_out::denied(app, visit, module, reason);
            if let Some(why) = super::kept_out::lawful_block(app, visit, reason).await {
                return trouble(app, visit, &Problem::Refused { why }).await;
            }
            let version = presentation.snapshot.module(module).and_then(|state| state.serving()).cloned();
            let why = slots::why(reason, version.as_deref(), &Speaker::host(visit.language));
            Problem::Refused { why }
        }
        Error::Refused(refusal) => {
            let version = presentation.snapshot.module(module).and_then(|state| state.serving()).cloned();
            Problem::Refused {
                why: acting::refusal_text(version.as_deref(), &refusal.message, visit.language),
            }
        }
        Error::Input(_) => Problem::BadInput,
        Error::Busy => paused::problem(app, None),
        Error::Module { .. } | Error::Storage(_) | Error::Lost(_) => {
            let reference = uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect::<String>();
            let error = error as &(dyn std::error::Error + 'static);
            tracing::error!(
                module,
                reference,
                error,
                path = visit.path.split('?').next(),
                "a request failed"
            );
            Problem::Failed { reference }
        }
    };
    trouble(app, visit, &problem).await
}
