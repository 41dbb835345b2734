//! Who saw my data.

use super::answer::{Content, page};
use super::cabinet::{acting_for, begin, cabinet, said, signed_in, timestamp};
use super::table::Table;
use super::{App, visit::Visit};
use crate::chrome::accesses as chrome;
use crate::chrome::accesses::AccessLine;
use crate::chrome::paths;
use crate::texts::{Language, Speaker};
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::accesses::{Access, Capacity, my_accesses};
use vzaemo_identity::PersonId;
use vzaemo_service::Error;
use vzaemo_storage::{Cursor, Unit};

/// How many lines a page has.
const LINES: u32 = 50;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new().decided(paths::ACCESSES, HostAction::Accesses, get(show))
}

/// Where a list goes on.
#[derive(Deserialize)]
struct After {
    after: Option<String>,
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
        let found = my_accesses(&mut unit, &person, LINES, from.after.map(Cursor)).await;
        let (accesses, next) = found.map_err(Error::storage)?;
        let mut lines = Vec::with_capacity(accesses.len());
        for access in &accesses {
            lines.push(line(&app, &visit, &mut unit, &person, access).await?);
        }
        let next = next.map(|cursor| {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("after", &cursor.0).finish();
            format!("{}?{query}", paths::ACCESSES)
        });
        let name = acting_for(&visit);
        Ok(chrome::accesses(&cabinet(&app, &visit, name.as_deref()), &lines, next.as_deref()))
    };
    match main.await {
        Ok(main) => {
            let title = Speaker::host(visit.language).say("cabinet-accesses");
            page(&app, &visit, &headers, Content::new(&title, main).private()).await
        }
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// The name of a body, also of one that the register no longer has.
pub(super) fn body_name(app: &App, visit: &Visit, id: &str) -> String {
    match app.platform().bodies.get(id) {
        Some(body) => match visit.language {
            Language::Uk => body.name.uk.clone(),
            Language::En => body.name.en.clone(),
        },
        None => id.to_owned(),
    }
}

async fn line(
    app: &App,
    visit: &Visit,
    unit: &mut Unit,
    person: &str,
    access: &Access,
) -> Result<AccessLine, Error> {
    let case_id = format!("{}/{}", access.module, access.record);
    let case = vzaemo_cabinet::my_case(unit, person, &case_id).await.map_err(Error::storage)?;
    let href = case.as_ref().map(|_| super::cabinet::case_href(&access.module, &access.record));
    let body = access.body.as_deref().map(|body| body_name(app, visit, body));
    Ok(AccessLine {
        at: timestamp(&access.at),
        name: name(app, unit, access).await?,
        capacity: Speaker::host(visit.language).say(capacity(access.capacity)).into_owned(),
        body,
        service: super::cabinet::service_name(app, visit, &access.module),
        record: case.map_or_else(|| access.record.clone(), |case| case.summary.title),
        href,
        purposes: access
            .purposes
            .iter()
            .map(|one| (said(&one.why, visit.language), one.law.clone()))
            .collect(),
        allowed: access.allowed,
    })
}

/// The name of whoever looked. Who acts for a body or runs the platform does so in public (2939-VI, art. 10, 13: a person
/// may know who gets information about them and for what); the names of other persons are theirs.
async fn name(app: &App, unit: &mut Unit, access: &Access) -> Result<Option<String>, Error> {
    let Some(viewer) = PersonId::parse(&access.viewer).filter(|_| access.capacity != Capacity::Person) else {
        return Ok(None);
    };
    let person = app.persons.get_in(unit, viewer).await.map_err(Error::storage)?;
    let at = access.at.parse().ok();
    let name = person.and_then(|person| match at {
        Some(at) => person.name_at(at).map(ToString::to_string),
        None => person.name().map(ToString::to_string),
    });
    Ok(name)
}

fn capacity(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Official => "access-official",
        Capacity::Holder => "access-holder",
        Capacity::TechnicalAdministrator => "access-technical",
        Capacity::Auditor => "access-auditor",
        Capacity::Person => "accesses-person",
    }
}
