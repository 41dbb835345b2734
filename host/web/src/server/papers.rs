//! The documents of a person: files that they sent, and files that they got in their cases.

use super::answer::{Content, page};
use super::cabinet::{acting_for, begin, cabinet, case_href, signed_in};
use super::signatures::of_paper;
use super::table::Table;
use super::{App, visit::Visit};
use crate::chrome::papers as chrome;
use crate::chrome::papers::Paper;
use crate::chrome::paths;
use crate::chrome::signatures::{Shown, Telling};
use crate::texts::Speaker;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_service::Error;
use vzaemo_service::signatures::is_kept;
use vzaemo_storage::files::{self, File, Kind, Place, State as FileState};
use vzaemo_storage::{Cursor, Unit};

/// How many of the person's own files a page has.
const FILES: u32 = 50;
/// In how many cases files that the person got are looked for.
const CASES: u32 = 100;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new().decided(paths::PAPERS, HostAction::Documents, get(show))
}

/// Where a list goes on.
#[derive(Deserialize)]
struct After {
    after: Option<String>,
}

/// A file that a person got, with the case and the public page that it stands on.
pub(super) struct Got {
    pub file: File,
    pub title: String,
    pub module: String,
    pub key: String,
    pub page: String,
}

/// The files of the documents that bear the keys of the person's cases, except those that they sent themselves.
pub(super) async fn got(app: &App, unit: &mut Unit, person: &str) -> Result<Vec<Got>, Error> {
    let found = vzaemo_cabinet::my_cases(unit, person, CASES, None).await;
    let (cases, _) = found.map_err(Error::storage)?;
    let snapshot = app.service.snapshot();
    let (mut papers, mut known) = (Vec::new(), BTreeSet::new());
    for case in cases {
        let Some((_, key)) = case.id.split_once('/') else { continue };
        let Some(state) = snapshot.module(&case.module) else { continue };
        for collection in state.manifest().collections.keys() {
            let place = Place::new(&case.module, collection, key);
            for file in files::named_by(unit, &place).await.map_err(Error::storage)? {
                if file.owner.as_deref() != Some(person) && known.insert(file.id.clone()) {
                    let (title, module) = (case.title.clone(), case.module.clone());
                    papers.push(Got { file, title, module, key: key.to_owned(), page: case.address.clone() });
                }
            }
        }
    }
    Ok(papers)
}

/// What a file is, by its usual ending.
pub(super) fn kind(file: &File) -> String {
    let ending = Kind::of_media_type(&file.media_type).and_then(|kind| kind.endings.first());
    ending.map(|ending| ending.to_uppercase()).unwrap_or_default()
}

fn paper(
    app: &App,
    file: &File,
    href: String,
    case: Option<(String, String)>,
    sent: bool,
    signatures: Vec<Shown>,
) -> Paper {
    let blocked = matches!(file.state, FileState::Infected);
    let cleared = if sent { !blocked } else { app.platform().files.is_cleared(file) };
    Paper {
        name: file.name.clone(),
        kind: kind(file),
        size: file.size,
        digest: file.digest.clone(),
        at: Timestamp::from_millisecond(file.at).unwrap_or(Timestamp::UNIX_EPOCH),
        href: cleared.then_some(href),
        case,
        sent,
        kept: sent && is_kept(file),
        signatures,
        page: format!("{}/{}", paths::PAPERS, file.id),
    }
}

async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(from): Query<After>,
) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let main = async {
        let mut unit = begin(&app).await?;
        let first = from.after.is_none();
        let owned = files::owned(&mut unit, &person, FILES, from.after.map(Cursor)).await;
        let (mine, next) = owned.map_err(Error::storage)?;
        let mut papers = Vec::with_capacity(mine.len());
        if first {
            for got in got(&app, &mut unit, &person).await? {
                let href = paths::file_at(&got.file.id, &got.page);
                let case = (got.title, case_href(&got.module, &got.key));
                let signatures = of_paper(&mut unit, &got.file, &person).await?;
                papers.push(paper(&app, &got.file, href, Some(case), false, signatures));
            }
        }
        for file in &mine {
            let signatures = of_paper(&mut unit, file, &person).await?;
            papers.push(paper(&app, file, paths::file(&file.id), None, true, signatures));
        }
        let next = next.map(|cursor| {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("after", &cursor.0).finish();
            format!("{}?{query}", paths::PAPERS)
        });
        let name = acting_for(&visit);
        let say = Speaker::host(visit.language);
        let zone = app.platform().zone.time_zone();
        let telling = Telling { say: &say, zone, checks: app.signatures.checks() };
        Ok(chrome::papers(&cabinet(&app, &visit, name.as_deref()), &telling, &papers, next.as_deref()))
    };
    match main.await {
        Ok(main) => {
            let title = Speaker::host(visit.language).say("cabinet-papers");
            page(&app, &visit, &headers, Content::new(&title, main).private()).await
        }
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}
