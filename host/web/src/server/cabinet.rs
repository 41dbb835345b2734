//! The cabinet: cases, drafts, notices and sessions of the person who has signed in.

use super::answer::{Content, page, see_other, trouble};
use super::{App, visit::Visit};
use crate::chrome::cabinet as chrome;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::render::Rule;
use crate::texts::{Language, Speaker};
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_cabinet::{CaseSummary, DRAFT_DAYS, Text};
use vzaemo_marks::Tone;
use vzaemo_service::Error;
use vzaemo_storage::Unit;

/// How many entries a list shows at once.
const LINES: u32 = 100;

pub(super) fn said(text: &Text, language: Language) -> String {
    match language {
        Language::Uk => text.uk.clone(),
        Language::En => text.en.clone(),
    }
}

fn escaped(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}

pub(super) fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The person who has signed in, or the way to sign in.
pub(super) fn signed_in(visit: &Visit) -> Result<String, Response> {
    visit.person().ok_or_else(|| see_other(&paths::returning(paths::SIGN_IN, &visit.path)))
}

pub(super) async fn begin(app: &App) -> Result<Unit, Error> {
    app.platform().storage.begin().await.map_err(Error::storage)
}

/// The cabinet as this visitor reads it.
pub(super) fn cabinet<'a>(app: &'a App, visit: &Visit, acting_for: Option<&'a str>) -> chrome::Cabinet<'a> {
    let platform = app.platform();
    chrome::Cabinet {
        say: Speaker::host(visit.language),
        now: platform.legal.now().timestamp(),
        zone: platform.zone.time_zone(),
        acting_for,
    }
}

/// The name in which the visitor acts, if they may choose.
pub(super) fn acting_for(visit: &Visit) -> Option<String> {
    super::acting_for::of(visit).map(|acting| acting.name)
}

async fn shown(app: &App, visit: &Visit, headers: &HeaderMap, main: Result<maud::Markup, Error>) -> Response {
    match main {
        Ok(main) => {
            let title = Speaker::host(visit.language).say("cabinet-title");
            page(app, visit, headers, Content::new(&title, main).private()).await
        }
        Err(error) => super::modules::failed(app, visit, "", &error).await,
    }
}

/// The name of a module's service; its id, if it never served here.
pub(super) fn service_name(app: &App, visit: &Visit, module: &str) -> String {
    let snapshot = app.service.snapshot();
    snapshot
        .module(module)
        .map_or_else(|| module.to_owned(), |state| super::answer::in_language(&state.manifest().name, visit))
}

/// What a service calls the documents of a collection, if it says so and serves; else the collection's own name.
pub(super) fn collection_name(app: &App, visit: &Visit, module: &str, collection: &str) -> String {
    let snapshot = app.service.snapshot();
    let version = snapshot.module(module).and_then(|state| state.serving());
    version
        .and_then(|version| {
            let say = Speaker::of(&version.texts, visit.language);
            say.module(&format!("collection-{collection}"), None).map(std::borrow::Cow::into_owned)
        })
        .unwrap_or_else(|| collection.to_owned())
}

/// The page of a case in the cabinet.
pub(super) fn case_href(module: &str, key: &str) -> String {
    let key = percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC);
    format!("{}/cases/{module}/{key}", paths::CABINET)
}

fn case_line(app: &App, visit: &Visit, case: &CaseSummary) -> chrome::Case {
    let service = service_name(app, visit, &case.module);
    let zone = &app.platform().zone;
    let say = Speaker::host(visit.language);
    let next = case.term.as_ref().and_then(|term| {
        let due = term.due.parse().ok()?;
        let platform = app.platform();
        let how = Rule::parse(&term.rule).map(|rule| {
            let mut lines = super::explain::explain(&rule, platform, &say);
            lines.extend((!rule.law.is_empty()).then(|| rule.law.to_owned()));
            lines
        });
        let how = how.unwrap_or_default();
        Some(chrome::Next { label: said(&term.label, visit.language), by: zone.date(due), how })
    });
    let key = case.id.split_once('/').map_or("", |(_, key)| key);
    chrome::Case {
        title: case.title.clone(),
        href: case_href(&case.module, key),
        service,
        status: said(&case.status, visit.language),
        tone: if case.left { Tone::Neutral } else { Tone::Brand },
        next,
        changed: timestamp(&case.since),
    }
}

/// My cases.
pub(super) async fn cases(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let main = async {
        let mut unit = begin(&app).await?;
        let (cases, _) =
            vzaemo_cabinet::my_cases(&mut unit, &person, LINES, None).await.map_err(Error::storage)?;
        let lines: Vec<chrome::Case> = cases.iter().map(|case| case_line(&app, &visit, case)).collect();
        let name = acting_for(&visit);
        Ok(chrome::cases(&cabinet(&app, &visit, name.as_deref()), &lines))
    };
    shown(&app, &visit, &headers, main.await).await
}

/// One of my cases with its timeline. It reads the same when its module is disabled or gone.
pub(super) async fn case(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path((module, key)): Path<(String, String)>,
) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let found = async {
        let mut unit = begin(&app).await?;
        vzaemo_cabinet::my_case(&mut unit, &person, &format!("{module}/{key}")).await.map_err(Error::storage)
    };
    let main = match found.await {
        Ok(None) => return trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => Err(error),
        Ok(Some(found)) => {
            let events = found.timeline.iter().map(|happening| chrome::CaseEvent {
                at: timestamp(&happening.at),
                html: escaped(&said(&happening.text, visit.language)),
            });
            let serves =
                app.service.snapshot().module(&module).is_some_and(|state| state.serving().is_some());
            let case_page = chrome::CasePage {
                case: case_line(&app, &visit, &found.summary),
                page: serves.then(|| found.summary.address.clone()),
                events: events.collect(),
            };
            Ok(chrome::case(&cabinet(&app, &visit, None), &case_page))
        }
    };
    shown(&app, &visit, &headers, main).await
}

/// My drafts.
pub(super) async fn drafts(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let main = async {
        let mut unit = begin(&app).await?;
        let kept = vzaemo_cabinet::my_drafts(&mut unit, &person).await.map_err(Error::storage)?;
        let platform = app.platform();
        let drafts: Vec<chrome::Draft> = kept
            .iter()
            .map(|line| {
                let kept = timestamp(&line.updated);
                let day = kept.to_zoned(platform.zone.time_zone().clone()).date();
                let until = day.saturating_add(jiff::Span::new().days(DRAFT_DAYS));
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair("address", &line.draft.address);
                chrome::Draft {
                    title: said(&line.draft.title, visit.language),
                    href: line.draft.address.clone(),
                    kept,
                    until,
                    remove: format!("{}/remove?{}", paths::DRAFTS, query.finish()),
                }
            })
            .collect();
        let name = acting_for(&visit);
        Ok(chrome::drafts(&cabinet(&app, &visit, name.as_deref()), &drafts))
    };
    shown(&app, &visit, &headers, main.await).await
}

/// Which draft.
#[derive(Deserialize)]
pub(super) struct Which {
    address: String,
}

/// Throws a draft of mine away.
pub(super) async fn remove_draft(
    State(app): State<Arc<App>>,
    visit: Visit,
    axum::extract::Query(which): axum::extract::Query<Which>,
) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let removed = async {
        let mut unit = begin(&app).await?;
        let discarded = vzaemo_cabinet::discard_draft(&mut unit, &person, &which.address).await;
        discarded.map_err(Error::storage)?;
        unit.commit().await.map_err(Error::storage)
    };
    match removed.await {
        Ok(_) => see_other(paths::DRAFTS),
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// What I was told. Seen by being shown.
pub(super) async fn notices(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let main = async {
        let mut unit = begin(&app).await?;
        let (lines, _) =
            vzaemo_cabinet::my_notices(&mut unit, &person, LINES, None).await.map_err(Error::storage)?;
        let fresh: Vec<String> =
            lines.iter().filter(|line| !line.read).map(|line| line.key.clone()).collect();
        if !fresh.is_empty() {
            vzaemo_cabinet::mark_read(&mut unit, &person, &fresh).await.map_err(Error::storage)?;
            match unit.commit().await {
                Ok(_) => {}
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(Error::storage(error)),
            }
        }
        let notices: Vec<chrome::Notice> = lines
            .iter()
            .map(|line| chrome::Notice {
                at: timestamp(&line.at),
                html: escaped(&said(&line.notice.text, visit.language)),
                href: Some(line.notice.address.clone()),
                new: !line.read,
            })
            .collect();
        let name = acting_for(&visit);
        Ok(chrome::notices(&cabinet(&app, &visit, name.as_deref()), &notices, app.sends_mail))
    };
    let mut response = shown(&app, &visit, &headers, main.await).await;
    super::position::tell(&app, &mut response);
    response
}
