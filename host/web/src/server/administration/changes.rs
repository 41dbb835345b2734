//! The holders' pages of changes of the configuration: looked at, approved, declined.

use super::super::answer::{Content, page, see_other, trouble};
use super::super::table::Table;
use super::super::{App, cabinet, modules};
use super::{fields, moments, name, offered, session};
use crate::chrome::administration::changes::{self as chrome, REASON, Shown};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::server::visit::Visit;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::Text;
use vzaemo_identity::Session;
use vzaemo_service::Error;
use vzaemo_service::changes::{Change, Undecided, Words};
use vzaemo_service::two_person::{Refusal, TwoPersonError};

/// So many changes are listed.
const LINES: u32 = 50;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::ADMIN_CHANGES, HostAction::Changes, get(list))
        .decided("/administration/changes/{id}", HostAction::Changes, get(one))
        .decided("/administration/changes/{id}/approve", HostAction::Approve, post(approve))
        .decided("/administration/changes/{id}/decline", HostAction::Approve, post(decline))
}

async fn list(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let changes = match app.service.changes(LINES).await {
        Ok(changes) => changes,
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let now = app.platform().legal.now();
    let main = chrome::list(&say, &changes, &offered(&app, &visit), now, &moments(&app, &say, now));
    page(&app, &visit, &headers, Content::new(&say.say("changes-title"), main).private()).await
}

async fn one(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match session(&visit) {
        Ok(session) => shown(&app, &visit, &headers, session, &id, None).await,
        Err(response) => response,
    }
}

/// The page of a change. `unreasoned`: the visitor has declined it without a reason that can be taken.
async fn shown(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    session: &Session,
    id: &str,
    unreasoned: Option<&str>,
) -> Response {
    let change = match app.service.change(id).await {
        Ok(Some(change)) => change,
        Ok(None) => return trouble(app, visit, &Problem::NotFound).await,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let (approved, declined) = match named(app, &change).await {
        Ok(names) => names,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let now = app.platform().legal.now();
    let shown = Shown {
        change: &change,
        approved: &approved,
        declined: declined.as_deref(),
        open: change.is_open(now),
        own: change.is_approved_by(session.person.id),
        decides: visit.may(app, HostAction::Approve),
        unreasoned,
        offered: &offered(app, visit),
    };
    let services = |module: &str| cabinet::service_name(app, visit, module);
    let main = chrome::one(&say, &shown, &services, &moments(app, &say, now));
    let status = unreasoned.map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, ..Content::new(&say.say("changes-one"), main).private() };
    page(app, visit, headers, content).await
}

/// The names of those who have approved, and of who has declined.
async fn named(app: &App, change: &Change) -> Result<(Vec<String>, Option<String>), Error> {
    let mut approved = Vec::with_capacity(change.approvals.len());
    for approval in &change.approvals {
        approved.push(name(app, approval.by).await?.unwrap_or_default());
    }
    let declined = match &change.declined {
        Some(declined) => Some(name(app, declined.by).await?.unwrap_or_default()),
        None => None,
    };
    Ok((approved, declined))
}

async fn approve(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>, body: Bytes) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    match app.service.approve_change(&by, &id, &fields(&body)("digest"), &words(&id)).await {
        Ok(change) => see_other(&chrome::address(&change.id)),
        Err(error) => undecided(&app, &visit, &error).await,
    }
}

/// What those who approve are told if the change cannot be applied.
fn words(id: &str) -> Words {
    let say = |language| Speaker::host(language).say("changes-notice-failed").into_owned();
    Words { notice: Text { uk: say(Language::Uk), en: say(Language::En) }, address: chrome::address(id) }
}

async fn decline(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let session = match session(&visit) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let reason = fields(&body)("reason");
    if reason.is_empty() || reason.chars().count() > REASON {
        return shown(&app, &visit, &headers, session, &id, Some(&reason)).await;
    }
    match app.service.decline_change(&session.principal(), &id, &reason).await {
        Ok(()) => see_other(&chrome::address(&id)),
        Err(error) => undecided(&app, &visit, &error).await,
    }
}

/// The page of a step that was not taken.
async fn undecided(app: &App, visit: &Visit, error: &Undecided) -> Response {
    let key = match error {
        Undecided::TwoPerson(TwoPersonError::Failed(error)) => {
            return modules::failed(app, visit, "", error).await;
        }
        Undecided::TwoPerson(TwoPersonError::Refused(refusal)) => match refusal {
            Refusal::Unknown => return trouble(app, visit, &Problem::NotFound).await,
            Refusal::SamePerson => "changes-refused-same",
            Refusal::NotProven => "two-person-not-proven",
            Refusal::NotEntitled => "changes-refused-not-entitled",
            Refusal::Over => "changes-refused-lapsed",
            Refusal::Declined => "changes-refused-declined",
            Refusal::Changed => "changes-refused-changed",
        },
        Undecided::Replaced => "changes-refused-replaced",
        Undecided::Lapsed => "changes-refused-lapsed",
        Undecided::Decided => "changes-refused-decided",
    };
    let why = Speaker::host(visit.language).say(key).into_owned();
    trouble(app, visit, &Problem::Refused { why }).await
}
