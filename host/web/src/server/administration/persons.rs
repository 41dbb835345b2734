//! Lawful blocking: a person who broke the rules of use may read but not act, on stated grounds, which they are told
//! together with what they can do about it. The decision itself is the policies' (`core.blocked`).

use super::super::answer::{Content, page, see_other, trouble};
use super::super::{App, modules};
use super::{fields, moments, offered, session};
use crate::chrome::administration::persons::{self as chrome, Found};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::server::visit::Visit;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_cabinet::mail::Kind;
use vzaemo_cabinet::{Notice, Text};
use vzaemo_identity::{IdentityError, PersonId, Recorder};
use vzaemo_service::{Error, record};

/// Whom the page is about.
#[derive(Deserialize)]
pub(super) struct About {
    #[serde(default)]
    person: String,
}

/// The page.
pub(super) async fn persons(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(about): Query<About>,
) -> Response {
    shown(&app, &visit, &headers, about.person.trim(), "", false).await
}

async fn shown(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    person: &str,
    basis: &str,
    missing: bool,
) -> Response {
    let found = match found(app, person).await {
        Ok(found) => found,
        Err(error) => return modules::failed(app, visit, "", &Error::storage(error)).await,
    };
    let say = Speaker::host(visit.language);
    // A block is a matter of law: its times are those of the legal clock.
    let moment = moments(app, &say, app.platform().legal.now());
    let main = chrome::persons(&say, person, &found, basis, missing, &offered(app, visit), &moment);
    let status = missing.then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, ..Content::new(&say.say("lawful-title"), main).private() };
    page(app, visit, headers, content).await
}

async fn found(app: &App, person: &str) -> Result<Found, IdentityError> {
    if person.is_empty() {
        return Ok(Found::Nothing);
    }
    let Some(id) = PersonId::parse(person) else { return Ok(Found::Nobody) };
    if app.persons.get(id).await?.is_none() {
        return Ok(Found::Nobody);
    }
    let blocking = app.platform().grants.blocking(id).await?;
    Ok(blocking.map_or(Found::Free, |block| Found::Blocked { basis: block.basis, since: block.since }))
}

/// Blocks a person, tells them why and what they can do, and ends their sessions; one commit.
pub(super) async fn block(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.person.id,
        Err(response) => return response,
    };
    let field = fields(&body);
    let (person, basis) = (field("person"), field("basis"));
    let Some(id) = PersonId::parse(&person).filter(|id| *id != by) else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    if basis.is_empty() || basis.chars().count() > 500 {
        return shown(&app, &visit, &headers, &person, &basis, true).await;
    }
    let said = |language: Language| {
        Speaker::host(language).say_with("lawful-notice", &[("basis", basis.as_str().into())]).into_owned()
    };
    let told = Text { uk: said(Language::Uk), en: said(Language::En) };
    let platform = Arc::clone(app.service.platform());
    let recorder: Recorder<'_> = &|unit| {
        let (platform, told, basis) = (Arc::clone(&platform), told.clone(), basis.clone());
        Box::pin(async move {
            record::rights(unit, &platform, by, id, "block-person", &[basis]).await?;
            Ok(tell(unit, &platform, id, told).await?)
        })
    };
    match app.platform().grants.block(id, &basis, Some(by), recorder).await {
        Ok(_) => see_other(&address(&person)),
        Err(IdentityError::NoPerson(_)) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => modules::failed(&app, &visit, "", &Error::storage(error)).await,
    }
}

/// Lets a person act again, and tells them.
pub(super) async fn unblock(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.person.id,
        Err(response) => return response,
    };
    let person = fields(&body)("person");
    let Some(id) = PersonId::parse(&person) else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    let said = |language: Language| Speaker::host(language).say("lawful-notice-over").into_owned();
    let told = Text { uk: said(Language::Uk), en: said(Language::En) };
    let platform = Arc::clone(app.service.platform());
    let recorder: Recorder<'_> = &|unit| {
        let (platform, told) = (Arc::clone(&platform), told.clone());
        Box::pin(async move {
            record::rights(unit, &platform, by, id, "unblock-person", &[]).await?;
            Ok(tell(unit, &platform, id, told).await?)
        })
    };
    match app.platform().grants.unblock(id, recorder).await {
        Ok(_) => see_other(&address(&person)),
        Err(IdentityError::NoPerson(_)) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => modules::failed(&app, &visit, "", &Error::storage(error)).await,
    }
}

async fn tell(
    unit: &mut vzaemo_storage::Unit,
    platform: &vzaemo_service::Platform,
    person: PersonId,
    text: Text,
) -> Result<(), vzaemo_cabinet::Error> {
    let notice = Notice { kind: Kind::Legal, module: String::new(), text, address: paths::RULES.to_owned() };
    vzaemo_cabinet::notify(unit, &person.to_string(), notice, platform.legal.now()).await
}

fn address(person: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("person", person);
    format!("{}?{}", paths::ADMIN_PERSONS, query.finish())
}
