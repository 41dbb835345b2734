//! Pages of modules: whatever is not an address of the host's own.

use super::answer::{Content, page, trouble};
use super::resolver::PageResolver;
use super::routes::Target;
use super::visit::Visit;
use super::{App, acting, slots};
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
    let presentation = app.presentation();
    let Some((target, params)) = presentation.routes.find(request.uri().path()) else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    match (target, request.method().clone()) {
        (Target::View { module, view }, Method::GET | Method::HEAD) => {
            let headers = request.headers().clone();
            view_page(&app, &visit, &headers, module, view, params, request.uri().query()).await
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

/// The declared query parameters that were given. Others are dropped: they may not make two pages of one.
pub(super) fn declared_query(version: &ModuleVersion, view: &str, query: Option<&str>) -> Vec<Pair> {
    let Some(view) = version.manifest.view(view) else { return Vec::new() };
    let mut given: Vec<Pair> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let declared = view.query.iter().any(|known| *known == name) || name == "after";
        if declared && !given.iter().any(|(known, _)| *known == name) {
            given.push((name.into_owned(), value.into_owned()));
        }
    }
    given
}

async fn view_page(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    module: &str,
    view: &str,
    params: Vec<Pair>,
    query: Option<&str>,
) -> Response {
    let presentation = app.presentation();
    let version = presentation.snapshot.module(module).and_then(|state| state.serving());
    let query = version.map(|version| declared_query(version, view, query)).unwrap_or_default();
    let call = Call { params, query, input: "{}".to_owned() };
    match app.service.view(&visit.caller, module, view, &call).await {
        Ok(viewed) => shown(app, visit, headers, &viewed, view, call.query).await,
        Err(error) => failed(app, visit, module, &error).await,
    }
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

/// A page with its slots filled for this visitor.
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
    let rendered = {
        let resolver = PageResolver::new(app, visit, &viewed.version, &viewed.page, query).await;
        render(&viewed.page, &resolver)
    };
    let main = slots::fill(app, visit, &viewed.version, &rendered.body).await?;
    Ok((rendered, main))
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
        Error::Denied { reason } => {
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
        Error::Busy => Problem::Busy { kept: None },
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
