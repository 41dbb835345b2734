//! The pages of the module `probe`, made by native handlers as one would write them: the same reads from the same
//! storage, the page written with the same SDK, the same renderer and frame. Nothing is done for the module's sake:
//! no instance, no crossing, no check of what came out.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use probe::{Board, LATEST, Note};
use std::sync::Arc;
use vzaemo::wiring::Wired;
use vzaemo_sdk::{Document as _, Key, Moment, Page};
use vzaemo_service::{ModuleVersion, Service, Viewed};
use vzaemo_storage::{Query, Storage, counter_key};
use vzaemo_web::server::{App, Visit, shown};

#[derive(Clone)]
struct Native {
    service: Arc<Service>,
    storage: Storage,
}

/// The handlers, at the same addresses as the module's pages.
pub fn router(wired: &Wired) -> Router<Arc<App>> {
    let native = Native { service: Arc::clone(&wired.service), storage: wired.storage.clone() };
    let with_reads = native.clone();
    Router::new()
        .route(
            "/probe/boards/{board}",
            get(
                async move |State(app): State<Arc<App>>,
                            visit: Visit,
                            headers: HeaderMap,
                            Path(key): Path<String>| {
                    match with_reads.board(&key).await {
                        Ok(Some((page, position))) => {
                            with_reads.answer(&app, &visit, &headers, page, position, "board").await
                        }
                        Ok(None) => status(StatusCode::NOT_FOUND),
                        Err(error) => {
                            eprintln!("the native page failed: {error:#}");
                            status(StatusCode::INTERNAL_SERVER_ERROR)
                        }
                    }
                },
            ),
        )
        .route(
            "/probe/blocks",
            get(async move |State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap| {
                let position = native.storage.position();
                native.answer(&app, &visit, &headers, probe::draw_blocks(), position, "blocks").await
            }),
        )
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

impl Native {
    async fn board(&self, key: &str) -> anyhow::Result<Option<(Page, u64)>> {
        let mut unit = self.storage.begin().await?;
        let Some(found) = unit.get("probe", Board::COLLECTION, key).await? else { return Ok(None) };
        let board: Board = serde_json::from_str(&found.body)?;
        let count = unit.count("probe", Note::COLLECTION, "all", &counter_key(&[key])).await?;
        let query = Query::of(Note::COLLECTION)
            .equal("board", key)
            .descending("written")
            .fields(&["text", "likes", "written"])
            .limit(LATEST);
        let rows = unit.select("probe", &query).await?;
        let mut values = rows.columns.into_iter();
        let mut latest = Vec::with_capacity(rows.keys.len());
        for key in rows.keys {
            let (Some(text), Some(likes), Some(written)) = (values.next(), values.next(), values.next())
            else {
                anyhow::bail!("read a row: it has not all of its fields");
            };
            latest.push((Key::from(key), (text, likes.parse()?, Moment::from(written))));
        }
        Ok(Some((probe::draw_board(&board, count, &latest), unit.position())))
    }

    async fn answer(
        &self,
        app: &App,
        visit: &Visit,
        headers: &HeaderMap,
        page: Page,
        position: u64,
        view: &str,
    ) -> Response {
        let Some(version) = self.version() else { return status(StatusCode::SERVICE_UNAVAILABLE) };
        let viewed = Viewed { page: page.into_marks(), version, position };
        shown(app, visit, headers, &viewed, view, Vec::new()).await
    }

    fn version(&self) -> Option<Arc<ModuleVersion>> {
        self.service.snapshot().module("probe")?.serving().cloned()
    }
}
