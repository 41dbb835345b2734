//! Decisions by which participation does not count: everybody may read them.

use super::answer::{Content, page, trouble};
use super::table::Table;
use super::{App, cabinet, modules, visit::Visit};
use crate::chrome::invalidations::{self as chrome, Decision};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::texts::{Speaker, push_moment};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use maud::html;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_contract::call::Address;
use vzaemo_service::invalidation::DecisionEntry;
use vzaemo_service::route;
use vzaemo_storage::Cursor;

/// How many decisions a page has.
const LINES: u32 = 50;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new().open(paths::INVALIDATIONS, get(list)).open("/invalidations/{number}", get(one))
}

/// Where a list goes on.
#[derive(Deserialize)]
struct After {
    after: Option<String>,
}

async fn list(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(from): Query<After>,
) -> Response {
    match app.service.invalidations(LINES, from.after.map(Cursor)).await {
        Ok((entries, next)) => {
            let say = Speaker::host(visit.language);
            let decisions: Vec<Decision> = entries.iter().map(|entry| told(&app, &visit, entry)).collect();
            let next = next.map(|cursor| {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                format!("{}?{}", paths::INVALIDATIONS, query.append_pair("after", &cursor.0).finish())
            });
            let main = chrome::list(&say, &decisions, next.as_deref());
            page(&app, &visit, &headers, Content::new(&say.say("invalidations-title"), main)).await
        }
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

async fn one(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Response {
    match app.service.invalidation(&number).await {
        Ok(Some(entry)) => {
            let say = Speaker::host(visit.language);
            let title = say.say_with("invalidations-decision", &[("number", number.as_str().into())]);
            let main = chrome::one(&say, &told(&app, &visit, &entry));
            page(&app, &visit, &headers, Content::new(&title, main)).await
        }
        Ok(None) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

fn told(app: &App, visit: &Visit, entry: &DecisionEntry) -> Decision {
    let (platform, at) = (app.platform(), entry.at);
    let mut words = String::new();
    let (now, zone) = (platform.legal.now().timestamp(), platform.zone.time_zone());
    push_moment(at.timestamp(), now, zone, &Speaker::host(visit.language), &mut words);
    Decision {
        number: entry.number.clone(),
        service: cabinet::service_name(app, visit, &entry.module),
        document: entry.document.clone(),
        href: open_page(app, &entry.module, &entry.collection, &entry.document),
        grounds: entry.grounds.clone(),
        at: html! { time datetime=(at) { (words) } },
        roles: entry.roles.clone(),
        done: entry.done,
        finished: entry.finished.is_some(),
    }
}

/// The page of what a participation is in, if there is one that is everybody's: an open view whose address names just it.
pub(super) fn open_page(app: &App, module: &str, participations: &str, document: &str) -> Option<String> {
    let snapshot = app.service.snapshot();
    let manifest = snapshot.module(module)?.manifest();
    let collection = &manifest.collections.get(participations)?.participation.as_ref()?.collection;
    manifest.views.iter().filter(|view| view.open).find_map(|view| {
        let resource = view.resource.as_ref().filter(|resource| resource.collection == *collection)?;
        let params = vec![(resource.param.clone(), document.to_owned())];
        route::view_path(manifest, &Address { view: view.name.clone(), params })
    })
}
