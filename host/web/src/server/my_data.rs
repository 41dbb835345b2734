//! Everything about me: the way to the archive, how to correct, and erasure in two steps.

use super::answer::{Content, page, see_other, set_cookie};
use super::cabinet::{acting_for, cabinet, collection_name, said, service_name};
use super::sent::fields;
use super::table::Table;
use super::{App, visit::Visit};
use crate::chrome::my_data as chrome;
use crate::chrome::my_data::{Erasure, Kept, SURE};
use crate::chrome::paths;
use crate::texts::{Language, Speaker, Value};
use async_trait::async_trait;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_clock::{Date, Instant, SignedDuration};
use vzaemo_identity::{FullName, PersonId, Persons, Recorder, Sessions};
use vzaemo_service::{Error, Forgets, Plan, Platform, record};

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::MY_DATA, HostAction::Data, get(show))
        .decided(paths::ERASURE, HostAction::Erase, get(plan).post(erase))
        .decided(paths::ERASURE_WITHDRAW, HostAction::Erase, post(withdraw))
}

pub(super) async fn answered(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    main: Result<Markup, Error>,
) -> Response {
    match main {
        Ok(main) => {
            let title = Speaker::host(visit.language).say("cabinet-my-data");
            page(app, visit, headers, Content::new(&title, main).private()).await
        }
        Err(error) => super::modules::failed(app, visit, "", &error).await,
    }
}

async fn show(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let Some(person) = person(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    };
    let name = acting_for(&visit);
    let accepted = app.platform().rules.accepted(person).await.map_err(Error::storage);
    let main = accepted.map(|accepted| {
        let accepted: Vec<_> = accepted.iter().map(|one| (one.version.clone(), one.at.timestamp())).collect();
        chrome::my_data(&cabinet(&app, &visit, name.as_deref()), &person.to_string(), &accepted)
    });
    answered(&app, &visit, &headers, main).await
}

/// A length of time in words: years, months and days of an ISO 8601 duration.
pub(super) fn term(keep: &str, say: &Speaker<'_>) -> String {
    let Ok(span) = keep.parse::<jiff::Span>() else { return keep.to_owned() };
    let parts = [
        ("term-years", i64::from(span.get_years())),
        ("term-months", i64::from(span.get_months())),
        ("term-calendar-days", i64::from(span.get_weeks()) * 7 + i64::from(span.get_days())),
    ];
    let words = parts.iter().filter(|(_, count)| *count != 0);
    let words: Vec<String> =
        words.map(|(key, count)| say.say_with(key, &[("count", (*count).into())]).into_owned()).collect();
    if words.is_empty() { keep.to_owned() } else { words.join(" ") }
}

fn kept(app: &App, visit: &Visit, say: &Speaker<'_>, kept: &vzaemo_service::Kept) -> Kept {
    Kept {
        service: service_name(app, visit, &kept.module),
        collection: collection_name(app, visit, &kept.module, &kept.collection),
        documents: kept.documents,
        terms: kept.retention.iter().map(|one| (term(&one.keep, say), one.law.clone())).collect(),
        until: kept.until.map(|until| last_day(app, until)),
        open: kept.open,
        purposes: kept.purposes.iter().map(|one| said(&one.why, visit.language)).collect(),
    }
}

/// The last day before a moment that is the end of one.
fn last_day(app: &App, end: Instant) -> Date {
    let zone = &app.platform().zone;
    zone.date(end.checked_add(SignedDuration::from_millis(-1)).unwrap_or(end))
}

/// When a request that waits was made, and when it is looked at again.
type Waits = Option<(Option<Date>, Option<Date>)>;

/// The request that waits, as its page shows it.
async fn waits(app: &App, person: PersonId) -> Result<Waits, Error> {
    let waiting = app.service.waiting_erasure(person).await?;
    let zone = &app.platform().zone;
    let day = |at: Option<Instant>| at.map(|at| zone.date(at));
    Ok(waiting.map(|waiting| (day(waiting.asked), day(waiting.again))))
}

fn shown(app: &App, visit: &Visit, plan: &Plan, waits: Waits, unticked: bool) -> Erasure {
    let say = Speaker::host(visit.language);
    let mut own = Vec::new();
    let files = u64::try_from(plan.files).unwrap_or(u64::MAX);
    for (key, count) in [
        ("erasure-drafts", plan.own.drafts),
        ("erasure-notices", plan.own.notices),
        ("erasure-letters", plan.own.letters),
        ("erasure-accesses", plan.own.accesses),
        ("erasure-corrections", plan.own.corrections),
        ("erasure-files", files),
    ] {
        if count > 0 {
            let count: Value<'_> = i64::try_from(count).unwrap_or(i64::MAX).into();
            own.push(say.say_with(key, &[("count", count)]).into_owned());
        }
    }
    if plan.own.address {
        own.push(say.say("erasure-address").into_owned());
    }
    Erasure {
        own,
        goes: plan.goes.iter().map(|one| kept(app, visit, &say, one)).collect(),
        stays: plan.stays.iter().map(|one| kept(app, visit, &say, one)).collect(),
        unknown: plan.unknown.iter().map(|module| service_name(app, visit, module)).collect(),
        roles: plan.roles,
        whole: plan.is_whole(),
        unticked,
        waits,
    }
}

fn person(visit: &Visit) -> Option<PersonId> {
    visit.session.as_ref().map(|session| session.person.id)
}

/// The first step: what would go and what would stay.
async fn plan(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let Some(person) = person(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    };
    let main = async {
        let plan = app.service.erasure_plan(person).await?;
        let waits = waits(&app, person).await?;
        Ok(chrome::erasure(&cabinet(&app, &visit, None), &shown(&app, &visit, &plan, waits, false)))
    };
    answered(&app, &visit, &headers, main.await).await
}

/// Takes a request back that waits.
async fn withdraw(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let Some(person) = person(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::ERASURE));
    };
    match app.service.withdraw_erasure(person).await {
        Ok(()) => see_other(paths::ERASURE),
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// The second step: it is done, if the person has ticked that they are sure.
async fn erase(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let Some(person) = person(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::MY_DATA));
    };
    let plan = match app.service.erasure_plan(person).await {
        Ok(plan) => plan,
        Err(error) => return super::modules::failed(&app, &visit, "", &error).await,
    };
    if fields(&body)(SURE) != "yes" {
        let main = chrome::erasure(&cabinet(&app, &visit, None), &shown(&app, &visit, &plan, None, true));
        let mut response = answered(&app, &visit, &headers, Ok(main)).await;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return response;
    }
    if let Err(error) = app.service.request_erasure(person).await {
        return super::modules::failed(&app, &visit, "", &error).await;
    }
    app.wake_jobs.notify_one();
    if !plan.is_whole() {
        let main = chrome::begun(&cabinet(&app, &visit, None));
        return answered(&app, &visit, &headers, Ok(main)).await;
    }
    let forgetful = Forgetful::of(&app);
    match forgetful.forget(person).await {
        Ok(()) => {
            let mut response = see_other(paths::HOME);
            set_cookie(&mut response, &app.cookies.no_session());
            response
        }
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// Erases who a person is and ends their sessions.
pub(super) struct Forgetful {
    platform: Arc<Platform>,
    persons: Arc<Persons>,
    sessions: Arc<Sessions>,
}

impl Forgetful {
    pub fn new(platform: &Arc<Platform>, persons: &Arc<Persons>, sessions: &Arc<Sessions>) -> Self {
        Self { platform: Arc::clone(platform), persons: Arc::clone(persons), sessions: Arc::clone(sessions) }
    }

    fn of(app: &App) -> Self {
        Self::new(app.service.platform(), &app.persons, &app.sessions)
    }

    /// What stands in place of a name, in both languages, wherever a name was shown.
    fn name() -> FullName {
        let in_place = |language| Speaker::host(language).say("erased-name").into_owned();
        FullName {
            family: in_place(Language::En),
            given: format!("{} /", in_place(Language::Uk)),
            patronymic: None,
        }
    }
}

#[async_trait]
impl Forgets for Forgetful {
    async fn forget(&self, person: PersonId) -> Result<(), Error> {
        let (platform, name) = (&self.platform, Self::name());
        let known = self.persons.get(person).await.map_err(Error::storage)?;
        if known.is_none_or(|known| known.name() == Some(&name)) {
            return Ok(());
        }
        let erased: Recorder<'_> = &|unit| {
            let platform = Arc::clone(platform);
            Box::pin(async move { Ok(record::erased(unit, &platform, person).await?) })
        };
        self.persons.erase(person, &name, erased).await.map_err(Error::storage)?;
        let ended: Recorder<'_> = &|unit| {
            let platform = Arc::clone(platform);
            Box::pin(async move { Ok(record::sign_out(unit, &platform, person).await?) })
        };
        self.sessions.end_all(person, ended).await.map(|_| ()).map_err(Error::storage)
    }
}
