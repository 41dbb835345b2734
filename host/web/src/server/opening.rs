//! From a proof of who somebody is to their session.

use super::answer::{see_other, set_cookie, trouble};
use super::visit::{cookie, kept_cookie};
use super::{App, sign_in, visit::Visit};
use crate::chrome::problem::Problem;
use crate::texts::Speaker;
use axum::response::Response;
use http::HeaderMap;
use std::sync::Arc;
use vzaemo_identity::{
    Completed, Device, IdentityError, Opening, SignInError, SignInRecorder, Token, network,
};
use vzaemo_service::record;

/// Opens the session and goes on where the person came from. Where somebody is signed in already, the proof makes surer
/// who they are; nobody takes their place. Only of a person whose identity nothing has proven yet it cannot be said
/// whether they are the same: the one who is proven now goes on in their place.
pub(super) async fn open(app: &App, visit: &Visit, headers: &HeaderMap, completed: &Completed) -> Response {
    let session = visit.session.as_ref().filter(|session| session.person.proven);
    let signed_in = session.map(|session| session.person.id);
    let opening = Opening {
        previous: cookie(headers, app.cookies.session_name()),
        language: Some(visit.language.code()),
        once: Some(&completed.once),
        provider_session: completed.provider_session.as_deref(),
        device: Device::of(&text(headers, &http::header::USER_AGENT)),
        network: Some(&network(visit.address)),
        signed_in,
    };
    let platform = Arc::clone(app.service.platform());
    let record: SignInRecorder<'_> = &|unit, signed_in| {
        let platform = Arc::clone(&platform);
        Box::pin(async move { Ok(record::sign_in(unit, &platform, signed_in).await?) })
    };
    match app.sessions.open(&completed.attested, opening, record).await {
        Ok((token, session)) => {
            // Who may act for an organisation says in whose name before they go on; a surer sign-in changes nothing
            // about that.
            let choice = match signed_in {
                None => super::acting_for::choice_before(&session, &completed.return_to),
                Some(_) => None,
            };
            let next = choice.as_deref().unwrap_or(completed.return_to.as_str());
            // Where that cannot be found out now, the next page finds it out.
            let pending = app.service.rules_pending(session.person.id).await;
            let mut response = match pending {
                Ok(Some(_)) => see_other(&super::rules::address(next)),
                Ok(None) | Err(_) => see_other(next),
            };
            set_cookie(&mut response, &app.cookies.session(&token));
            let binding = app.cookies.binding_name(&completed.binding);
            set_cookie(&mut response, &app.cookies.no_binding(&binding));
            let (device, known) = device(headers);
            let person = session.person.id.to_string();
            app.protection.signed_in(&person, &visit.comes_from().key(), &short(&device));
            if !known {
                set_cookie(&mut response, &kept_cookie(app, DEVICE, device.secret().to_owned()));
            }
            super::position::tell(app, &mut response);
            response
        }
        Err(IdentityError::SignInUsed) => sign_in::refused(app, visit, &SignInError::UnknownState).await,
        Err(IdentityError::OtherPerson) => {
            let why = Speaker::host(visit.language).say("step-up-other-person").into_owned();
            trouble(app, visit, &Problem::Refused { why }).await
        }
        Err(error) => {
            let error = vzaemo_service::Error::storage(error);
            super::modules::failed(app, visit, "", &error).await
        }
    }
}

/// A header as far as it is text.
fn text(headers: &HeaderMap, name: &http::HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// The cookie by which sign-ins of several persons with one browser are seen; it says nothing else.
const DEVICE: &str = "device";

/// What stands for the browser, and whether it had that before.
fn device(headers: &HeaderMap) -> (Token, bool) {
    let known = cookie(headers, DEVICE).and_then(Token::parse);
    known.map_or_else(|| (Token::random(), false), |token| (token, true))
}

/// As events and alerts name a browser.
fn short(device: &Token) -> String {
    device.hash().as_str().chars().take(16).collect()
}

/// What events name the browser of a request by, if somebody has signed in with it before.
pub(super) fn device_of(headers: &HeaderMap) -> Option<String> {
    cookie(headers, DEVICE).and_then(Token::parse).map(|token| short(&token))
}
