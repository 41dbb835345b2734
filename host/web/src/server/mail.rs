//! Notices by e-mail: the pages of the cabinet, and those behind the links of letters.

use super::answer::{Content, page, see_other, trouble};
use super::cabinet::{begin, cabinet, said, signed_in, timestamp};
use super::sent::fields;
use super::table::Table;
use super::{App, visit::Visit};
use crate::chrome::mail as chrome;
use crate::chrome::mail::{Asked, Came, Choice, Letter, MailPage, Wrong};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::mail::{self, AddressError, Kind, Rhythm};
use vzaemo_service::Error;
use vzaemo_storage::Unit;

/// How many letters the page shows.
const LETTERS: u32 = 20;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::MAIL, HostAction::Mail, get(show))
        .decided(paths::MAIL_ADDRESS, HostAction::Mail, post(ask))
        .decided(paths::MAIL_RHYTHM, HostAction::Mail, post(choose))
        .decided(paths::MAIL_FORGET, HostAction::Mail, post(forget))
        .decided(paths::MAIL_CONFIRM, HostAction::Mail, get(confirm).post(confirmed))
        .open(paths::MAIL_STOP, get(stop).post(stopped))
}

async fn answered(app: &App, visit: &Visit, headers: &HeaderMap, main: Result<Markup, Error>) -> Response {
    match main {
        Ok(main) => {
            let title = Speaker::host(visit.language).say("mail-title");
            page(app, visit, headers, Content::new(&title, main).private()).await
        }
        Err(error) => super::modules::failed(app, visit, "", &error).await,
    }
}

async fn made(
    app: &App,
    visit: &Visit,
    person: &str,
    wrong: Option<(String, Wrong)>,
) -> Result<Markup, Error> {
    if !app.sends_mail {
        return Ok(chrome::unavailable(&cabinet(app, visit, None)));
    }
    let mut unit = begin(app).await?;
    let mailbox = mail::mailbox(&mut unit, person).await.map_err(Error::storage)?;
    let letters = mail::deliveries(&mut unit, person, LETTERS).await.map_err(Error::storage)?;
    let say = Speaker::host(visit.language);
    let letters = letters.iter().map(|letter| Letter {
        text: match &letter.text {
            Some(text) => said(text, visit.language),
            None => say.say("mail-link-letter").into_owned(),
        },
        at: timestamp(letter.done.as_deref().unwrap_or(&letter.at)),
        state: state(letter.state),
        failed: !matches!(letter.state, mail::State::Sent | mail::State::Waiting),
        status: letter.status,
    });
    let choices = |mailbox: &mail::Mailbox| {
        let label = |kind| if kind == Kind::News { "mail-kind-news" } else { "mail-kind-case" };
        Kind::CHOSEN.map(|kind| Choice {
            name: kind.name(),
            label: label(kind),
            options: Rhythm::ALL.map(|one| (one.name(), rhythm(one), one == mailbox.rhythm(kind))).to_vec(),
        })
    };
    let shown = MailPage {
        email: mailbox.as_ref().and_then(|mailbox| mailbox.email.clone()),
        pending: mailbox.as_ref().and_then(|mailbox| {
            mailbox.pending.as_ref().map(|pending| (pending.email.clone(), pending.failure.is_some()))
        }),
        failure: mailbox.as_ref().and_then(|mailbox| {
            mailbox.failure.as_ref().map(|failure| (timestamp(&failure.at), failure.status))
        }),
        choices: mailbox.iter().filter(|mailbox| mailbox.email.is_some()).flat_map(choices).collect(),
        language: mailbox
            .as_ref()
            .and_then(|mailbox| Language::from_code(&mailbox.language))
            .unwrap_or(visit.language),
        letters: letters.collect(),
        wrong,
    };
    Ok(chrome::mail(&cabinet(app, visit, None), &shown))
}

fn state(state: mail::State) -> &'static str {
    match state {
        mail::State::Waiting => "mail-waiting",
        mail::State::Sent => "mail-sent",
        mail::State::Refused => "mail-refused",
        mail::State::GivenUp => "mail-given-up",
        mail::State::Dropped => "mail-dropped",
    }
}

fn rhythm(rhythm: Rhythm) -> &'static str {
    match rhythm {
        Rhythm::AtOnce => "mail-at-once",
        Rhythm::Daily => "mail-daily",
        Rhythm::Weekly => "mail-weekly",
        Rhythm::Never => "mail-never",
    }
}

/// How I am reached by e-mail.
async fn show(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let main = made(&app, &visit, &person, None).await;
    answered(&app, &visit, &headers, main).await
}

async fn committed(unit: Unit) -> Result<(), Error> {
    unit.commit().await.map(|_| ()).map_err(Error::storage)
}

/// Sends a link to the address that I give.
async fn ask(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(person) = signed_in(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::MAIL));
    };
    let email = fields(&body)("email");
    let asked = async {
        let platform = app.platform();
        let mut unit = begin(&app).await.map_err(|error| (error, None))?;
        let (legal, real) = (platform.legal.now(), platform.security.now());
        let asked = mail::ask(&mut unit, &person, &email, visit.language.code(), legal, real).await;
        asked.map_err(|error| match error {
            AddressError::Malformed => (Error::NotFound, Some(Wrong::Malformed)),
            AddressError::TooMany => (Error::NotFound, Some(Wrong::TooMany)),
            AddressError::Cabinet(error) => (Error::storage(error), None),
        })?;
        committed(unit).await.map_err(|error| (error, None))
    };
    if !app.sends_mail {
        return see_other(paths::MAIL);
    }
    match asked.await {
        Ok(()) => see_other(paths::MAIL),
        Err((_, Some(wrong))) => {
            let main = made(&app, &visit, &person, Some((email, wrong))).await;
            let mut response = answered(&app, &visit.at(paths::MAIL.to_owned()), &headers, main).await;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            response
        }
        Err((error, None)) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// How often I am written to, and in which language.
async fn choose(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let Ok(person) = signed_in(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::MAIL));
    };
    let field = fields(&body);
    let chosen = async {
        let mut unit = begin(&app).await?;
        for kind in Kind::CHOSEN {
            if let Some(rhythm) = Rhythm::from_name(&field(kind.name())) {
                mail::set_rhythm(&mut unit, &person, kind, rhythm).await.map_err(Error::storage)?;
            }
        }
        if let Some(language) = Language::from_code(&field("language")) {
            mail::set_language(&mut unit, &person, language.code()).await.map_err(Error::storage)?;
        }
        committed(unit).await
    };
    match chosen.await {
        Ok(()) => see_other(paths::MAIL),
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// Forgets my address.
async fn forget(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let Ok(person) = signed_in(&visit) else {
        return see_other(&paths::returning(paths::SIGN_IN, paths::MAIL));
    };
    let forgotten = async {
        let mut unit = begin(&app).await?;
        mail::forget(&mut unit, &person).await.map_err(Error::storage)?;
        committed(unit).await
    };
    match forgotten.await {
        Ok(()) => see_other(paths::MAIL),
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// What stands in the link by which an address is confirmed.
#[derive(Deserialize)]
struct Code {
    #[serde(default)]
    code: String,
}

/// Where the link of confirmation leads: whoever has got it signs in and presses a button.
async fn confirm(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Code>,
) -> Response {
    if let Err(response) = signed_in(&visit) {
        return response;
    }
    let action = with(paths::MAIL_CONFIRM, "code", &link.code);
    let main = chrome::asked(&cabinet(&app, &visit, None), Asked::Confirm, &action);
    answered(&app, &visit, &headers, Ok(main)).await
}

fn with(path: &str, name: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    format!("{path}?{query}")
}

/// Confirms.
async fn confirmed(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Code>,
) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let confirmed = async {
        let mut unit = begin(&app).await?;
        let real = app.platform().security.now();
        let confirmed = mail::confirm(&mut unit, &person, &link.code, real).await.map_err(Error::storage)?;
        if confirmed {
            committed(unit).await?;
        }
        Ok(confirmed)
    };
    match confirmed.await {
        Ok(true) => see_other(paths::MAIL),
        Ok(false) => {
            let main = chrome::came(&cabinet(&app, &visit, None), Came::NotConfirmed);
            let mut response = answered(&app, &visit, &headers, Ok(main)).await;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            response
        }
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// What stands in the link that stops letters.
#[derive(Deserialize)]
struct Stop {
    #[serde(default)]
    by: String,
}

/// Where the link that stops letters leads: a button, for whoever opens it, signed in or not.
async fn stop(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Stop>,
) -> Response {
    let action = with(paths::MAIL_STOP, "by", &link.by);
    let main = chrome::asked(&cabinet(&app, &visit, None), Asked::Stop, &action);
    answered(&app, &visit, &headers, Ok(main)).await
}

/// Stops letters: by the button, or by the reader's mail program (RFC 8058), which comes from nowhere and has no session.
async fn stopped(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(link): Query<Stop>,
) -> Response {
    let stopped = async {
        let mut unit = begin(&app).await?;
        let known = mail::stop_all_by(&mut unit, &link.by).await.map_err(Error::storage)?;
        committed(unit).await?;
        Ok(known)
    };
    match stopped.await {
        Ok(true) => {
            let main = chrome::came(&cabinet(&app, &visit, None), Came::Stopped);
            answered(&app, &visit, &headers, Ok(main)).await
        }
        Ok(false) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}
