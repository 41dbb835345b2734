//! Correction of data: a person asks in the cabinet, the body's administrator of the service answers at the desk.

use super::App;
use super::answer::{Content, page, see_other, trouble};
use super::cabinet::{begin, cabinet, case_href, service_name, timestamp};
use super::my_data::answered;
use super::sent::fields;
use super::table::Table;
use super::visit::{Visit, session};
use crate::chrome::corrections::{self as chrome, Choice, Line, Standing, Typed};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::render::Rule;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::Text;
use vzaemo_cabinet::corrections::{Answer, Correction, LONGEST, State as Where, mine};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::{PersonId, ReturnTo, Session};
use vzaemo_service::{Asked, Error, Told, Wanted};

/// How many of a person's cases may be chosen from, the latest first.
const CASES: u32 = 200;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new().decided(paths::CORRECTIONS, HostAction::Correct, get(show).post(ask)).decided(
        paths::DESK_CORRECTIONS,
        HostAction::Answer,
        get(desk).post(answer),
    )
}

/// Words of the host's in both languages.
fn both(key: &str) -> Text {
    let said = |language| Speaker::host(language).say(key).into_owned();
    Text { uk: said(Language::Uk), en: said(Language::En) }
}

fn line(app: &App, visit: &Visit, key: &str, one: &Correction, href: Option<String>) -> Line {
    let (platform, say) = (app.platform(), Speaker::host(visit.language));
    let due: Instant = one.due.parse().unwrap_or(Instant::EPOCH);
    let last = due.checked_add(SignedDuration::from_millis(-1)).unwrap_or(due);
    let how = Rule::parse(&one.rule).map(|rule| {
        let mut lines = super::explain::explain(&rule, platform, &say);
        lines.extend((!rule.law.is_empty()).then(|| rule.law.to_owned()));
        lines
    });
    let body = one.body.as_deref().map(|id| {
        platform.bodies.get(id).map_or_else(
            || id.to_owned(),
            |body| match visit.language {
                Language::Uk => body.name.uk.clone(),
                Language::En => body.name.en.clone(),
            },
        )
    });
    Line {
        key: key.to_owned(),
        title: one.title.clone(),
        href,
        service: service_name(app, visit, &one.module),
        body,
        wrong: one.wrong.clone(),
        right: one.right.clone(),
        asked: timestamp(&one.asked),
        due: platform.zone.date(last),
        how: how.unwrap_or_default(),
        late: one.state == Where::Asked && platform.legal.now() >= due,
        standing: match one.state {
            Where::Asked => Standing::Waits,
            Where::Granted => Standing::Granted,
            Where::Refused => Standing::Refused,
        },
        answered: one.answered.as_deref().map(timestamp),
        ground: one.ground.clone(),
        address: one.address.clone(),
    }
}

/// What I asked for, and the form.
async fn show(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let person = match session(&visit) {
        Ok(session) => session.person.id,
        Err(response) => return response,
    };
    mine_with(&app, &visit, &headers, person, Typed::default()).await
}

async fn mine_with(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    person: PersonId,
    typed: Typed,
) -> Response {
    let problem = typed.problem.is_some();
    let main = async {
        let (mut unit, person) = (begin(app).await?, person.to_string());
        let asked = mine(&mut unit, &person).await.map_err(Error::storage)?;
        let cases =
            vzaemo_cabinet::my_cases(&mut unit, &person, CASES, None).await.map_err(Error::storage)?.0;
        let href = |one: &Correction| case_href(&one.module, &one.case);
        let lines: Vec<Line> =
            asked.iter().map(|(key, one)| line(app, visit, key, one, Some(href(one)))).collect();
        let choices: Vec<Choice> =
            cases.into_iter().map(|case| Choice { id: case.id, title: case.title }).collect();
        Ok(chrome::mine(&cabinet(app, visit, None), &lines, &choices, &typed))
    };
    let mut response = answered(app, visit, headers, main.await).await;
    if problem && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// Makes a request.
async fn ask(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let person = match session(&visit) {
        Ok(session) => session.person.id,
        Err(response) => return response,
    };
    let field = fields(&body);
    let (case, wrong, right) = (field("case"), field("wrong"), field("right"));
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST;
    let mut typed = Typed { case, wrong, right, problem: None };
    if !fits(&typed.wrong) || !fits(&typed.right) {
        typed.problem = Some("corrections-missing");
        return mine_with(&app, &visit, &headers, person, typed).await;
    }
    let Some((module, key)) = typed.case.split_once('/') else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    let wanted = Wanted {
        module: module.to_owned(),
        case: key.to_owned(),
        wrong: typed.wrong.clone(),
        right: typed.right.clone(),
    };
    let told = Told { text: both("corrections-notice-asked"), address: paths::DESK_CORRECTIONS.to_owned() };
    match app.service.ask_correction(person, wanted, &app.correction_term, &told).await {
        Ok(Asked::Done) => see_other(paths::CORRECTIONS),
        Ok(Asked::TooMany) => {
            typed.problem = Some("corrections-too-many");
            mine_with(&app, &visit, &headers, person, typed).await
        }
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// The session of somebody who answers requests, and is not blocked.
async fn official<'v>(app: &App, visit: &'v Visit) -> Result<&'v Session, Response> {
    let session = session(visit)?;
    let blocked = visit.caller.principal.as_ref().is_none_or(|principal| principal.blocked);
    if !blocked && !session.roles.bodies().is_empty() {
        return Ok(session);
    }
    let key = if blocked { "why-blocked" } else { "corrections-not-yours" };
    let why = Speaker::host(visit.language).say(key).into_owned();
    Err(trouble(app, visit, &Problem::Refused { why }).await)
}

/// What my body has to answer.
async fn desk(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    match official(&app, &visit).await {
        Ok(session) => desk_with(&app, &visit, &headers, session, None).await,
        Err(response) => response,
    }
}

async fn desk_with(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    session: &Session,
    typed: Option<(&str, &str)>,
) -> Response {
    let found = match app.service.corrections_for(&session.roles).await {
        Ok(found) => found,
        Err(error) => return super::modules::failed(app, visit, "", &error).await,
    };
    let mut lines = Vec::with_capacity(found.len());
    for (key, one) in &found {
        let href = match address(app, one).await {
            Ok(href) => href,
            Err(error) => return super::modules::failed(app, visit, "", &error).await,
        };
        lines.push(line(app, visit, key, one, href));
    }
    let main = chrome::desk(&cabinet(app, visit, None), &lines, typed);
    let status = typed.map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    let title = Speaker::host(visit.language).say("corrections-desk-title");
    page(app, visit, headers, Content { status, ..Content::new(&title, main).private() }).await
}

/// The page of a request's case at its service, while that serves.
async fn address(app: &App, one: &Correction) -> Result<Option<String>, Error> {
    if app.service.serving(&one.module).is_err() {
        return Ok(None);
    }
    let mut unit = begin(app).await?;
    vzaemo_cabinet::address(&mut unit, &one.module, &one.case).await.map_err(Error::storage)
}

/// Answers a request.
async fn answer(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let session = match official(&app, &visit).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let field = fields(&body);
    let (key, ground, address) = (field("key"), field("ground"), field("address"));
    let granted = match field("answer").as_str() {
        "grant" => true,
        "refuse" => false,
        _ => return trouble(&app, &visit, &Problem::BadInput).await,
    };
    if ground.is_empty() || ground.chars().count() > LONGEST {
        return desk_with(&app, &visit, &headers, session, Some((&key, &ground))).await;
    }
    // Only a place of this platform: an answer leads nobody away.
    let local = match ReturnTo::parse(&address) {
        _ if address.is_empty() => None,
        Some(_) => Some(address),
        None => return trouble(&app, &visit, &Problem::BadInput).await,
    };
    let by = session.person.id;
    let answer = Answer { granted, by: by.to_string(), ground, address: local };
    let text = both(if granted { "corrections-notice-granted" } else { "corrections-notice-refused" });
    let told = Told { text, address: paths::CORRECTIONS.to_owned() };
    match app.service.answer_correction(by, &session.roles, &key, answer, &told).await {
        Ok(()) => see_other(paths::DESK_CORRECTIONS),
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}
