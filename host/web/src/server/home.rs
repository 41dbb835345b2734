//! The first page, the search, the officials' desks, and how a visitor wants pages to look.

use super::answer::{Content, in_language, page, see_other, set_cookie, trouble};
use super::modules::section_html;
use super::pages::says_nothing;
use super::remembered::{BodyKey, Fresh};
use super::visit::{LANGUAGE_COOKIE, kept_cookie};
use super::{App, pages, slots, visit::Visit};
use crate::chrome::document::headed;
use crate::chrome::home::{self as chrome, Contribution, Task};
use crate::chrome::paths;
use crate::chrome::preferences::{self as looks, Preferences};
use crate::chrome::problem::Problem;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use maud::{PreEscaped, html as markup};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_cabinet::corrections::State as CorrectionState;
use vzaemo_contract::call::{Address, Pair, Request as Call};
use vzaemo_identity::ReturnTo;
use vzaemo_service::{Error, ModuleVersion, route};

/// The modules that serve, in the order of their ids.
fn serving(app: &App) -> Vec<Arc<ModuleVersion>> {
    let snapshot = app.service.snapshot();
    snapshot.modules.values().filter_map(|state| state.serving().cloned()).collect()
}

/// What a module shows within a page of the host's.
struct Section {
    title: String,
    html: String,
    /// It says that there is nothing.
    empty: bool,
    /// How long it is what would be made now, for visitors without a session.
    fresh: Option<Fresh>,
}

/// A view of a module as a section; nothing, and a line in the log, when it fails: one module does not take the first
/// page down.
async fn section(
    app: &App,
    visit: &Visit,
    version: &ModuleVersion,
    view: &str,
    query: Vec<Pair>,
) -> Option<Section> {
    let module = &version.manifest.id;
    let made = if !visit.anew && version.manifest.view(view).is_some_and(|view| view.open) {
        open_section(app, visit, module, view, query).await
    } else {
        own_section(app, visit, module, view, query).await
    };
    made.inspect_err(|error| {
        tracing::error!(error = error as &dyn std::error::Error, module, view, "a section was left out");
    })
    .ok()
}

async fn open_section(
    app: &App,
    visit: &Visit,
    module: &str,
    view: &str,
    query: Vec<Pair>,
) -> Result<Section, Error> {
    let (module, view, language) = (module.to_owned(), view.to_owned(), visit.language);
    let key = BodyKey { module, view, params: Vec::new(), query, language, section: true };
    let (body, version, _) = pages::body(app, &key).await?;
    let filled = slots::fill(app, visit, &version, &body.main).await?;
    let fresh = body.fresh.clone().zip(filled.fresh).map(|(body, slots)| body.and(&slots));
    Ok(Section { title: body.title.clone(), html: filled.html, empty: body.empty, fresh })
}

async fn own_section(
    app: &App,
    visit: &Visit,
    module: &str,
    view: &str,
    query: Vec<Pair>,
) -> Result<Section, Error> {
    let call = Call { params: Vec::new(), query: query.clone(), input: "{}".to_owned() };
    let viewed = app.service.view(&visit.caller, module, view, &call).await?;
    let (rendered, html) = section_html(app, visit, &viewed, query).await?;
    Ok(Section { title: rendered.title, html, empty: says_nothing(&viewed.page), fresh: None })
}

fn view_href(version: &ModuleVersion, view: &str) -> Option<String> {
    route::view_path(&version.manifest, &Address { view: view.to_owned(), params: Vec::new() })
}

/// The first page: what one can do here, and what modules show of themselves.
pub(super) async fn home(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let app = &*app;
    if let Some(ready) = pages::ready(app, &visit, &headers) {
        return ready;
    }
    let visit = &visit.at(paths::HOME.to_owned());
    if visit.anew || !pages::takes_sheets(visit, &headers) {
        let (content, _) = first_page(app, visit).await;
        return page(app, visit, &headers, content).await;
    }
    let make = |snapshot| async move {
        let (content, fresh) = first_page(app, visit).await;
        Ok(pages::whole(app, visit, &snapshot, content, fresh).await)
    };
    match pages::sheet(app, visit, &headers, make).await {
        Ok(response) => response,
        Err(error) => super::modules::failed(app, visit, "", &error).await,
    }
}

/// The content of the first page.
async fn first_page(app: &App, visit: &Visit) -> (Content, Option<Fresh>) {
    let say = Speaker::host(visit.language);
    let mut fresh = Some(Fresh::since(app.platform().legal.now()));
    let mut tasks = Vec::new();
    let mut sections = Vec::new();
    for version in serving(app) {
        let manifest = &version.manifest;
        let first = manifest.navigation.first().and_then(|link| view_href(&version, &link.view));
        let Some(href) = first else { continue };
        tasks.push(Task {
            title: in_language(&manifest.invitation, visit),
            description: in_language(&manifest.about, visit),
            icon: manifest.icon.clone().unwrap_or_default(),
            href: href.clone(),
        });
        let Some(view) = &manifest.home else { continue };
        let section = section(app, visit, &version, view, Vec::new()).await;
        let of_section = section.as_ref().and_then(|section| section.fresh.as_ref());
        fresh = fresh.zip(of_section).map(|(all, one)| all.and(one));
        if let Some(section) = section {
            let more = Some((say.say("home-all").into_owned(), href));
            sections.push(Contribution { title: section.title, more, html: section.html });
        }
    }
    let main = chrome::home(&say, &tasks, &sections);
    (Content { main: main.0, ..Content::default() }, fresh)
}

/// What is searched for.
#[derive(Deserialize)]
pub(super) struct Searched {
    #[serde(default)]
    q: String,
}

/// The search over all modules that have one.
pub(super) async fn search(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(searched): Query<Searched>,
) -> Response {
    let say = Speaker::host(visit.language);
    let words = searched.q.trim();
    let mut found = Vec::new();
    if !words.is_empty() {
        for version in serving(&app) {
            let Some(view) = &version.manifest.search else { continue };
            let query = vec![("q".to_owned(), words.to_owned())];
            found.extend(section(&app, &visit, &version, view, query).await.filter(|section| !section.empty));
        }
    }
    let title = say.say("search-title");
    let main = markup! {
        (headed(&say, &[], &title, None))
        form.v-search role="search" method="get" action=(paths::SEARCH) {
            input type="search" name="q" value=(words) maxlength="200" aria-label=(say.say("home-search-label"));
            button.v-button { (say.say("search-button")) }
        }
        @if words.is_empty() { p.v-muted { (say.say("search-nothing-asked")) } }
        @else if found.is_empty() {
            div.v-empty {
                p.v-empty__title { (say.say("search-nothing-found")) }
                p { (say.say("search-nothing-found-next")) }
            }
        }
        @for section in &found {
            section.v-section { h2 { (PreEscaped(&section.title)) } (PreEscaped(&section.html)) }
        }
    };
    page(&app, &visit, &headers, Content::new(&title, main).private()).await
}

/// The desks of the modules that the visitor administers for a body.
pub(super) async fn desk(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let say = Speaker::host(visit.language);
    let Some(session) = &visit.session else {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    };
    let mut tasks = Vec::new();
    for version in serving(&app) {
        let manifest = &version.manifest;
        let Some(href) = manifest.desk.as_ref().and_then(|view| view_href(&version, view)) else { continue };
        if session.roles.bodies_for(&manifest.id).is_empty() {
            continue;
        }
        tasks.push(Task {
            title: in_language(&manifest.name, &visit),
            description: say.say("desk-open").into_owned(),
            icon: manifest.icon.clone().unwrap_or_default(),
            href,
        });
    }
    let wanted = match app.service.corrections_for(&session.roles).await {
        Ok(found) => found.iter().filter(|(_, one)| one.state == CorrectionState::Asked).count(),
        Err(error) => return super::modules::failed(&app, &visit, "", &error).await,
    };
    if wanted > 0 {
        let count = i64::try_from(wanted).unwrap_or(i64::MAX);
        tasks.push(Task {
            title: say.say("corrections-desk-title").into_owned(),
            description: say.say_with("corrections-desk-waiting", &[("count", count.into())]).into_owned(),
            icon: String::new(),
            href: paths::DESK_CORRECTIONS.to_owned(),
        });
    }
    if let [only] = tasks.as_slice() {
        return see_other(&only.href);
    }
    let title = say.say("desk-title");
    let main = markup! {
        (headed(&say, &[], &title, Some(&say.say("desk-lead"))))
        @if tasks.is_empty() { div.v-empty { p.v-empty__title { (say.say("desk-none")) } p { (say.say("desk-none-next")) } } }
        (chrome::cards(&tasks))
    };
    page(&app, &visit, &headers, Content { dense: true, ..Content::new(&title, main).private() }).await
}

/// Where to go on.
#[derive(Deserialize)]
pub(super) struct To {
    #[serde(default)]
    to: String,
}

impl To {
    fn back(&self) -> ReturnTo {
        ReturnTo::parse(&self.to).unwrap_or_else(ReturnTo::home)
    }
}

/// Changes the language and goes back.
pub(super) async fn language(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    Query(to): Query<To>,
) -> Response {
    let Some(language) = Language::from_code(&code) else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    let mut response = see_other(to.back().as_str());
    set_cookie(&mut response, &kept_cookie(&app, LANGUAGE_COOKIE, language.code().to_owned()));
    response
}

/// How pages look.
pub(super) async fn preferences(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(to): Query<To>,
) -> Response {
    let say = Speaker::host(visit.language);
    let main = looks::preferences(&say, visit.preferences, to.back().as_str());
    page(&app, &visit, &headers, Content::new(&say.say("preferences-title"), main).private()).await
}

/// Changes how pages look, and goes back.
pub(super) async fn set_preferences(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let chosen = Preferences::from_form(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let to = pairs.iter().find(|(name, _)| name == "to").and_then(|(_, to)| ReturnTo::parse(to));
    let mut response = see_other(to.unwrap_or_else(ReturnTo::home).as_str());
    set_cookie(&mut response, &kept_cookie(&app, Preferences::COOKIE, chosen.to_cookie()));
    response
}
