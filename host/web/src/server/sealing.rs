//! The cabinet: proving by an organisation's seal that one represents it.

use super::answer::{Content, page, trouble};
use super::organisations::{gone_on, not_done, session};
use super::qualified::{count, file};
use super::sent::boundary;
use super::signatures::read;
use super::table::Table;
use super::{App, kept_out, visit::Visit};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::sealing::{Sealing, sealing};
use crate::chrome::signature_file::SIGNATURE_FILE;
use crate::texts::Speaker;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_identity::{Challenge, Organisation, Qualified};
use vzaemo_protection::Attempt;

/// The name of the file to seal.
const CHALLENGE_NAME: &str = "vzaemo-representation.txt";

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new().decided(paths::SEAL, HostAction::Represent, get(show).post(complete)).decided(
        paths::SEAL_CODE,
        HostAction::Represent,
        get(code),
    )
}

/// Those of development mode.
pub(super) fn for_development() -> Table {
    Table::new().decided(paths::TEST_SEAL, HostAction::Represent, get(test_seal))
}

/// Which challenge, and in development mode the code of the organisation that seals it.
#[derive(Deserialize)]
struct Which {
    code: Option<String>,
    organisation: Option<String>,
}

/// The organisations of the test persons.
fn test_organisations(app: &App, qualified: &Qualified) -> Vec<Organisation> {
    let provider = app.development.as_ref().filter(|_| qualified.is_development());
    let mut found: Vec<Organisation> = Vec::new();
    for organisation in
        provider.iter().flat_map(|it| it.persons().named()).filter_map(|person| person.organisation.clone())
    {
        if !found.iter().any(|known| known.edrpou == organisation.edrpou) {
            found.push(organisation);
        }
    }
    found
}

async fn challenged(
    app: &App,
    qualified: &Qualified,
    visit: &Visit,
    headers: &HeaderMap,
    challenge: &Challenge,
    error: Option<&str>,
) -> Response {
    let say = Speaker::host(visit.language);
    let named = |it: Organisation| (it.edrpou.to_string(), super::acting_for::name_of(&it, &say));
    let organisations: Vec<(String, String)> =
        test_organisations(app, qualified).into_iter().map(named).collect();
    let with = Sealing {
        test_organisations: &organisations,
        code: &challenge.code,
        content: &String::from_utf8_lossy(&challenge.content),
        largest_kib: qualified.largest() >> 10,
        error,
    };
    let mut content = Content::new(&say.say("seal-title"), sealing(&say, &with)).private();
    content.status = error.map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    page(app, &visit.at(paths::SEAL.to_owned()), headers, content).await
}

/// Shows a new challenge.
async fn show(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    match session(&visit, paths::SEAL) {
        Ok(session) => {
            let challenge = qualified.begin_seal(&session);
            challenged(&app, qualified, &visit, &headers, &challenge, None).await
        }
        Err(response) => response,
    }
}

/// The file to seal.
async fn code(State(app): State<Arc<App>>, visit: Visit, Query(which): Query<Which>) -> Response {
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    let session = match session(&visit, paths::SEAL) {
        Ok(session) => session,
        Err(response) => return response,
    };
    match qualified.seal_challenge(&which.code.unwrap_or_default(), &session) {
        Ok(challenge) => file(challenge.content, "text/plain; charset=utf-8", CHALLENGE_NAME),
        Err(_) => trouble(&app, &visit, &Problem::NotFound).await,
    }
}

/// The seal of a test organisation, in development mode only.
async fn test_seal(State(app): State<Arc<App>>, visit: Visit, Query(which): Query<Which>) -> Response {
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    let session = match session(&visit, paths::SEAL) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let chosen = test_organisations(&app, qualified)
        .into_iter()
        .find(|known| which.organisation.as_deref() == Some(known.edrpou.as_str()));
    let challenge = qualified.seal_challenge(&which.code.unwrap_or_default(), &session);
    match challenge.ok().zip(chosen).and_then(|(challenge, chosen)| qualified.seal_as(&chosen, &challenge)) {
        Some(seal) => file(seal, "application/pkcs7-signature", &format!("{CHALLENGE_NAME}.p7s")),
        None => trouble(&app, &visit, &Problem::NotFound).await,
    }
}

/// Takes a seal.
async fn complete(
    State(app): State<Arc<App>>,
    visit: Visit,
    Query(which): Query<Which>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    let session = match session(&visit, paths::SEAL) {
        Ok(session) => session,
        Err(response) => return response,
    };
    if let Some(response) = kept_out::locked_out(&app, &visit, Attempt::Signature).await {
        return response;
    }
    let headers = &parts.headers;
    let Some(boundary) = boundary(headers) else { return trouble(&app, &visit, &Problem::BadInput).await };
    let Ok(seal) = read(body, boundary, SIGNATURE_FILE, qualified.largest()).await else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    let code = which.code.unwrap_or_default();
    let say = Speaker::host(visit.language);
    let why = match seal {
        None => say.say("signature-choose"),
        Some(seal) => match qualified.complete_seal(&session, &code, seal).await {
            Ok(sealed) => {
                return match app.representation.claim_by_seal(&session, &sealed).await {
                    Ok((_, token)) => gone_on(&app, paths::ORGANISATIONS, token.as_ref()),
                    Err(error) => not_done(&app, &visit, error, paths::ORGANISATIONS).await,
                };
            }
            Err(error) => {
                count(&app, &visit, &error).await;
                say.say(error.public_message())
            }
        },
    };
    let challenge =
        qualified.seal_challenge(&code, &session).unwrap_or_else(|_| qualified.begin_seal(&session));
    challenged(&app, qualified, &visit, headers, &challenge, Some(&why)).await
}
