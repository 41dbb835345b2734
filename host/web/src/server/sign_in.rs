//! Signing in and out.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::visit::{cookie, cookie_names};
use super::{App, visit::Visit};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::sign_in::{Means, sign_in as chooser};
use crate::texts::{Language, Speaker};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{
    Answer, Device, IdentityError, IdentityProvider, Method, Opening, Recorder, ReturnTo, SignInError,
    SignInRecorder, Start, network,
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
            let development = app.development.is_some() && provider.id() == DEVELOPMENT;
            let description = match provider {
                _ if development => "sign-in-development",
                IdentityProvider::OpenIdConnect(_) => "sign-in-provider",
                IdentityProvider::IdGovUa(_) => "sign-in-id-gov-ua",
            };
            Means {
                title: provider_name(&app, provider.id(), &say),
                description: say.say(description).into_owned(),
                icon: "person".to_owned(),
                href: paths::returning(&format!("/sign-in/begin/{}", provider.id()), to.as_str()),
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
    let Some(provider) = app.sign_in.providers().find(|provider| provider.id() == id) else {
        return id.to_owned();
    };
    let (uk, en) = provider.name();
    match say.language() {
        Language::Uk => uk.to_owned(),
        Language::En => en.to_owned(),
    }
}

/// What a way to sign in is called.
pub(super) fn method_name(app: &App, method: &Method, say: &Speaker<'_>) -> String {
    match method {
        Method::OpenIdConnect { provider } | Method::IdGovUa { provider } => {
            provider_name(app, provider, say)
        }
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
) -> Response {
    let start = Start {
        return_to: to.to.as_deref().and_then(ReturnTo::parse),
        // Who to expect may be said in development only: it is how tests become many persons.
        login_hint: to.login_hint.as_deref().filter(|_| app.development.is_some()),
        ..Start::of(&provider, visit.language.code())
    };
    begin_with(&app, &visit, &headers, start).await
}

/// Begins a sign-in: sends the visitor away with the cookie that binds it to their browser.
pub(super) async fn begin_with(app: &App, visit: &Visit, headers: &HeaderMap, start: Start<'_>) -> Response {
    match app.sign_in.start(start).await {
        Ok(started) => {
            let mut response = see_other(started.redirect.as_str());
            let begun = bindings(app, headers);
            if begun.len() >= MOST_BEGUN {
                for name in &begun {
                    set_cookie(&mut response, &app.cookies.no_binding(name));
                }
            }
            set_cookie(&mut response, &app.cookies.binding(&started.binding));
            response
        }
        Err(error) => refused(app, visit, &error).await,
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
    Path(provider): Path<String>,
    answer: Result<Query<Answer>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(answer)) = answer else { return trouble(&app, &visit, &Problem::BadInput).await };
    let bound = |id: &str| cookie(&headers, &app.cookies.binding_name(id));
    let completed = match app.sign_in.complete(&provider, answer, bound).await {
        Ok(completed) => completed,
        Err(SignInError::NotSilently { return_to, binding }) => {
            let mut response = see_other(return_to.as_str());
            set_cookie(&mut response, &app.cookies.no_binding(&app.cookies.binding_name(&binding)));
            return response;
        }
        Err(error) => return refused(&app, &visit, &error).await,
    };
    let opening = Opening {
        previous: cookie(&headers, app.cookies.session_name()),
        language: Some(visit.language.code()),
        once: Some(&completed.once),
        provider_session: completed.provider_session.as_deref(),
        device: Device::of(&text(&headers, &http::header::USER_AGENT)),
        network: Some(&network(visit.address)),
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
            let binding = app.cookies.binding_name(&completed.binding);
            set_cookie(&mut response, &app.cookies.no_binding(&binding));
            super::position::tell(&app, &mut response);
            response
        }
        Err(IdentityError::SignInUsed) => refused(&app, &visit, &SignInError::UnknownState).await,
        Err(error) => {
            let error = vzaemo_service::Error::storage(error);
            super::modules::failed(&app, &visit, "", &error).await
        }
    }
}

/// A header as far as it is text.
fn text(headers: &HeaderMap, name: &http::HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

pub(super) async fn refused(app: &App, visit: &Visit, error: &SignInError) -> Response {
    if error.is_suspicious() {
        tracing::warn!(error = error as &dyn std::error::Error, "a sign-in was refused");
        app.refusals.count(vzaemo_protection::Kind::SignIn, app.platform().security.now());
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
    let next = match &visit.session {
        Some(session) => super::provider_logout::after_sign_out(&app, session),
        None => paths::HOME.to_owned(),
    };
    let mut response = see_other(&next);
    set_cookie(&mut response, &app.cookies.no_session());
    response
}
