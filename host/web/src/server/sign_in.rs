//! Signing in and out.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::visit::{cookie, cookie_names};
use super::{App, kept_out, kept_out::ComesFrom, visit::Visit};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::sign_in::{Means, sign_in as chooser};
use crate::texts::{Language, Speaker};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{
    Answer, IdentityError, Opening, Recorder, ReturnTo, SignInError, SignInRecorder, Start, Token,
};
use vzaemo_service::record;

/// Where to go on after signing in.
#[derive(Deserialize)]
pub(super) struct To {
    to: Option<String>,
    login_hint: Option<String>,
}

/// The ways to sign in.
pub(super) async fn choose(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(to): Query<To>,
) -> Response {
    let to = to.to.as_deref().and_then(ReturnTo::parse).unwrap_or_else(ReturnTo::home);
    if visit.session.is_some() {
        return see_other(to.as_str());
    }
    let say = Speaker::host(visit.language);
    let means: Vec<Means> = app
        .sign_in
        .providers()
        .map(|provider| {
            let config = provider.config();
            let development = app.development.is_some() && config.id == DEVELOPMENT;
            let description = if development { "sign-in-development" } else { "sign-in-provider" };
            Means {
                title: provider_name(&app, &config.id, &say),
                description: say.say(description).into_owned(),
                icon: "person".to_owned(),
                href: paths::returning(&format!("/sign-in/begin/{}", config.id), to.as_str()),
                development,
            }
        })
        .collect();
    page(&app, &visit, &headers, Content::new(&say.say("sign-in-title"), chooser(&say, &means)).private())
        .await
}

/// What a provider is called; its id for one that is no longer configured.
pub(super) fn provider_name(app: &App, id: &str, say: &Speaker<'_>) -> String {
    if app.development.is_some() && id == DEVELOPMENT {
        return say.say("sign-in-development-title").into_owned();
    }
    let Some(provider) = app.sign_in.providers().find(|provider| provider.config().id == id) else {
        return id.to_owned();
    };
    let (uk, en) = &provider.config().name;
    match say.language() {
        Language::Uk => uk.clone(),
        Language::En => en.clone(),
    }
}

/// The id of the embedded identity provider.
pub const DEVELOPMENT: &str = "development";

/// Sends the visitor to an identity provider.
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(to): Query<To>,
    Extension(from): Extension<ComesFrom>,
) -> Response {
    if let Some(response) = kept_out::locked_out(&app, &visit, from).await {
        return response;
    }
    let start = Start {
        provider: Some(&provider),
        return_to: to.to.as_deref().and_then(ReturnTo::parse),
        language: Some(visit.language.code()),
        // Who to expect may be said in development only: it is how tests become many persons.
        login_hint: to.login_hint.as_deref().filter(|_| app.development.is_some()),
    };
    match app.sign_in.start(start).await {
        Ok(started) => {
            let mut response = see_other(started.redirect.as_str());
            let begun = bindings(&app, &headers);
            if begun.len() >= MOST_BEGUN {
                for name in &begun {
                    set_cookie(&mut response, &app.cookies.no_binding(name));
                }
            }
            set_cookie(&mut response, &app.cookies.binding(&started.binding));
            response
        }
        Err(error) => refused(&app, &visit, from, &error).await,
    }
}

/// So many sign-ins a browser may have begun and not ended; then the earlier ones are forgotten. Each is a cookie, and
/// what lies between browser and platform takes only so much of a header.
const MOST_BEGUN: usize = 3;

/// The cookies of the sign-ins that this browser has begun.
fn bindings(app: &App, headers: &HeaderMap) -> Vec<String> {
    let begin = app.cookies.bindings();
    cookie_names(headers).filter(|name| name.starts_with(begin)).map(str::to_owned).collect()
}

/// Takes the provider's answer and opens a session.
pub(super) async fn complete(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Extension(from): Extension<ComesFrom>,
    answer: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
) -> Response {
    if let Some(response) = kept_out::locked_out(&app, &visit, from).await {
        return response;
    }
    let Ok(Query(answer)) = answer else { return trouble(&app, &visit, &Problem::BadInput).await };
    let bound = |id: &str| cookie(&headers, &app.cookies.binding_name(id));
    let completed = match app.sign_in.complete(answer, bound).await {
        Ok(completed) => completed,
        Err(error) => return refused(&app, &visit, from, &error).await,
    };
    let opening = Opening {
        previous: cookie(&headers, app.cookies.session_name()),
        language: Some(visit.language.code()),
        once: Some(&completed.once),
    };
    let platform = Arc::clone(app.service.platform());
    let record: SignInRecorder<'_> = &|unit, signed_in| {
        let platform = Arc::clone(&platform);
        Box::pin(async move { Ok(record::sign_in(unit, &platform, signed_in).await?) })
    };
    match app.sessions.open(&completed.attested, opening, record).await {
        Ok((token, session)) => {
            // Who may act for an organisation says in whose name before they go on.
            let choice = super::acting_for::choice_before(&session, &completed.return_to);
            let mut response = see_other(choice.as_deref().unwrap_or(completed.return_to.as_str()));
            set_cookie(&mut response, &app.cookies.session(&token));
            let (device, known) = device(&headers);
            app.protection.signed_in(
                &session.person.id.to_string(),
                &from.key(),
                &device.hash().as_str().chars().take(16).collect::<String>(),
            );
            if !known {
                set_cookie(
                    &mut response,
                    &super::visit::kept_cookie(&app, DEVICE, device.secret().to_owned()),
                );
            }
            let binding = app.cookies.binding_name(&completed.binding);
            set_cookie(&mut response, &app.cookies.no_binding(&binding));
            super::position::tell(&app, &mut response);
            response
        }
        Err(IdentityError::SignInUsed) => refused(&app, &visit, from, &SignInError::UnknownState).await,
        Err(error) => {
            let error = vzaemo_service::Error::storage(error);
            super::modules::failed(&app, &visit, "", &error).await
        }
    }
}

/// The cookie by which sign-ins of several persons with one browser are seen; it says nothing else.
const DEVICE: &str = "device";

/// What stands for the browser, and whether it had that before.
fn device(headers: &HeaderMap) -> (Token, bool) {
    let known = cookie(headers, DEVICE).and_then(Token::parse);
    known.map_or_else(|| (Token::random(), false), |token| (token, true))
}

async fn refused(app: &App, visit: &Visit, from: ComesFrom, error: &SignInError) -> Response {
    kept_out::sign_in_failed(app, from, error).await;
    if error.is_suspicious() {
        tracing::warn!(error = error as &dyn std::error::Error, "a sign-in was refused");
    } else {
        tracing::info!(error = error as &dyn std::error::Error, "a sign-in did not succeed");
    }
    let why = Speaker::host(visit.language).say(error.public_message()).into_owned();
    trouble(app, visit, &Problem::Refused { why }).await
}

/// Ends the session.
pub(super) async fn sign_out(State(app): State<Arc<App>>, visit: Visit) -> Response {
    if let Some(session) = &visit.session {
        let platform = Arc::clone(app.service.platform());
        let person = session.person.id;
        let recorder: Recorder<'_> = &|unit| {
            let platform = Arc::clone(&platform);
            Box::pin(async move { Ok(record::sign_out(unit, &platform, person).await?) })
        };
        if let Err(error) = app.sessions.end(&session.id, recorder).await {
            return super::modules::failed(&app, &visit, "", &vzaemo_service::Error::storage(error)).await;
        }
    }
    let mut response = see_other(paths::HOME);
    set_cookie(&mut response, &app.cookies.no_session());
    response
}
