//! In whose name the visitor acts, and the page on which they choose it.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::sent::fields;
use super::visit::cookie;
use super::{App, visit::Visit};
use crate::chrome::acting_for::{CHOICE, Capacity, MYSELF, acting_for as chooser};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::forms::ActingFor;
use crate::texts::Speaker;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{Edrpou, IdentityError, Organisation, ReturnTo, Session};
use vzaemo_service::Error;

/// An organisation's name, or its code where nobody has attested a name.
pub(super) fn name_of(organisation: &Organisation, say: &Speaker<'_>) -> String {
    let code =
        || say.say_with("acting-for-code", &[("code", organisation.edrpou.as_str().into())]).into_owned();
    organisation.name.clone().unwrap_or_else(code)
}

/// In whose name the visitor acts, for those who may choose; and where to change it and come back.
pub(super) fn of(visit: &Visit) -> Option<ActingFor> {
    let say = Speaker::host(visit.language);
    let session = visit.session.as_ref()?;
    let name = match &session.acting_for {
        Some(organisation) => name_of(organisation, &say),
        None if session.organisations().is_empty() => return None,
        None => say.say("acting-for-myself-short").into_owned(),
    };
    Some(ActingFor { name, change: paths::returning(paths::ACTING_FOR, &visit.path) })
}

/// Where to choose after signing in, for those who may choose; they go on from there.
pub(super) fn choice_before(session: &Session, to: &ReturnTo) -> Option<String> {
    (!session.organisations().is_empty()).then(|| paths::returning(paths::ACTING_FOR, to.as_str()))
}

/// Where to go on.
#[derive(Deserialize)]
pub(super) struct To {
    to: Option<String>,
}

/// The choice. Who has none goes on at once.
pub(super) async fn choose(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(to): Query<To>,
) -> Response {
    let Some(session) = &visit.session else {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    };
    let to = to.to.as_deref().and_then(ReturnTo::parse);
    let to = to.as_ref().map_or(paths::CABINET, ReturnTo::as_str);
    let organisations = session.organisations();
    if organisations.is_empty() {
        return see_other(to);
    }
    let say = Speaker::host(visit.language);
    let myself = Capacity {
        edrpou: None,
        name: visit.name().unwrap_or_default(),
        chosen: session.acting_for.is_none(),
    };
    let others = organisations.iter().map(|organisation| Capacity {
        edrpou: Some(organisation.edrpou.to_string()),
        name: name_of(organisation, &say),
        chosen: session.acting_for.as_ref().is_some_and(|present| present.edrpou == organisation.edrpou),
    });
    let capacities: Vec<Capacity> = std::iter::once(myself).chain(others).collect();
    let title = say.say("acting-for-title");
    page(&app, &visit, &headers, Content::new(&title, chooser(&say, &capacities, to)).private()).await
}

/// Takes the choice; it holds for this session until the next one.
pub(super) async fn chosen(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let field = fields(&body);
    let to = ReturnTo::parse(&field("to"));
    let to = to.as_ref().map_or(paths::CABINET, ReturnTo::as_str);
    let organisation: Option<Edrpou> = match field(CHOICE).as_str() {
        MYSELF => None,
        code => match code.parse() {
            Ok(edrpou) => Some(edrpou),
            Err(_) => return trouble(&app, &visit, &Problem::BadInput).await,
        },
    };
    let token = cookie(&headers, app.cookies.session_name()).unwrap_or_default();
    match app.sessions.act_for(token, organisation.as_ref()).await {
        Ok((token, _)) => {
            let mut response = see_other(to);
            set_cookie(&mut response, &app.cookies.session(&token));
            response
        }
        Err(IdentityError::NoSession) => {
            see_other(&paths::returning(paths::SIGN_IN, &paths::returning(paths::ACTING_FOR, to)))
        }
        Err(IdentityError::NotRepresented(_)) => {
            let why = Speaker::host(visit.language).say("acting-for-not-yours").into_owned();
            trouble(&app, &visit, &Problem::Refused { why }).await
        }
        Err(error) => super::modules::failed(&app, &visit, "", &Error::storage(error)).await,
    }
}
