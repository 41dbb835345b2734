//! Signing in and out.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::visit::{cookie, cookie_names};
use super::{App, kept_out, opening, visit::Visit};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::sign_in::{Means, sign_in as chooser};
use crate::texts::{Language, Speaker};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{Answer, Assurance, IdentityProvider, Method, Recorder, ReturnTo, SignInError, Start};
use vzaemo_protection::Attempt;
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
    let means = means(&app, &say, to.as_str(), Assurance::Low);
    page(&app, &visit, &headers, Content::new(&say.say("sign-in-title"), chooser(&say, &means)).private())
        .await
}

/// The ways to sign in by which a person may become as sure as needed; from each they come back to `to`.
pub(super) fn means(app: &App, say: &Speaker<'_>, to: &str, needed: Assurance) -> Vec<Means> {
    let providers = app.sign_in.providers().filter(|provider| provider.surest() >= needed).map(|provider| {
        let development = app.development.is_some() && provider.id() == DEVELOPMENT;
        let description = match provider {
            _ if development => "sign-in-development",
            IdentityProvider::OpenIdConnect(_) => "sign-in-provider",
            IdentityProvider::IdGovUa(_) => "sign-in-id-gov-ua",
        };
        Means {
            title: provider_name(app, provider.id(), say),
            description: say.say(description).into_owned(),
            icon: "person".to_owned(),
            href: paths::returning(&format!("/sign-in/begin/{}", provider.id()), to),
            development,
        }
    });
    let qualified = app.qualified.as_ref().filter(|qualified| qualified.assurance() >= needed);
    let qualified = qualified.map(|_| Means {
        title: say.say("signature-means-title").into_owned(),
        description: say.say("signature-means").into_owned(),
        icon: "document".to_owned(),
        href: paths::returning(paths::SIGNATURE, to),
        development: false,
    });
    providers.chain(qualified).collect()
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
        Method::QualifiedSignature => say.say("signature-means-title").into_owned(),
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
    if let Some(response) = kept_out::locked_out(&app, &visit, Attempt::SignIn).await {
        return response;
    }
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
            forget_begun(app, headers, &mut response);
            set_cookie(&mut response, &app.cookies.binding(&started.binding));
            response
        }
        Err(error) => refused(app, visit, &error).await,
    }
}

/// So many sign-ins a browser may have begun and not ended; then the earlier ones are forgotten. Each is a cookie, and
/// what lies between browser and platform takes only so much of a header.
const MOST_BEGUN: usize = 3;

/// Forgets the sign-ins that this browser has begun before, once they are too many.
pub(super) fn forget_begun(app: &App, headers: &HeaderMap, response: &mut Response) {
    let begun = bindings(app, headers);
    if begun.len() >= MOST_BEGUN {
        for name in &begun {
            set_cookie(response, &app.cookies.no_binding(name));
        }
    }
}

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
    if let Some(response) = kept_out::locked_out(&app, &visit, Attempt::SignIn).await {
        return response;
    }
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
    opening::open(&app, &visit, &headers, &completed).await
}

pub(super) async fn refused(app: &App, visit: &Visit, error: &SignInError) -> Response {
    kept_out::sign_in_failed(app, visit.comes_from(), error).await;
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
    let next = match &visit.session {
        Some(session) => super::provider_logout::after_sign_out(&app, session),
        None => paths::HOME.to_owned(),
    };
    let mut response = see_other(&next);
    set_cookie(&mut response, &app.cookies.no_session());
    response
}
