//! The rules of use: read by everybody, accepted by whoever signs in.
//!
//! Who has yet to accept those in force is refused all that the policies decide about (`core.rules`), and led from the
//! host's own pages to the one on which they accept, and back. What stays open to them stands in [`is_open`].

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::sent::fields;
use super::table::Table;
use super::{App, modules, parked, statements, visit::Visit};
use crate::assets;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::rules::{self as chrome, ACCEPTED, NotTaken, Rules, Standing};
use crate::forms::Values;
use crate::texts::{Language, Speaker};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_identity::{Edition, IdentityError, Recorder, ReturnTo};
use vzaemo_service::{Error, record};

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .open(paths::RULES, get(current))
        .open(paths::RULES_VERSIONS, get(versions))
        .decided(paths::RULES_ACCEPTANCE, HostAction::Accept, get(show).post(accept))
        .open("/rules/{version}", get(version))
}

/// Where a person accepts the rules in force, and from where they come back to `to`.
pub(super) fn address(to: &str) -> String {
    paths::returning(paths::RULES_ACCEPTANCE, to)
}

/// The rules in force that the visitor has yet to accept; none for who has not signed in.
pub(super) async fn pending(app: &App, visit: &Visit) -> Result<Option<Arc<Edition>>, Error> {
    match &visit.session {
        Some(session) => app.service.rules_pending(session.person.id).await,
        None => Ok(None),
    }
}

fn text(edition: &Edition, language: Language) -> &str {
    match language {
        Language::Uk => &edition.uk,
        Language::En => &edition.en,
    }
}

fn shown<'a>(edition: &'a Edition, visit: &Visit) -> Rules<'a> {
    Rules {
        version: &edition.version,
        since: edition.since,
        text: text(edition, visit.language),
        digest: edition.digest(),
    }
}

/// Whether an edition counts today.
fn standing(app: &App, edition: &Edition) -> Standing {
    let named = app.service.snapshot();
    let named = named.rules.iter().any(|one| **one == *edition);
    let platform = app.platform();
    match app.service.rules_in_force() {
        Some(in_force) if *in_force == *edition => Standing::InForce,
        _ if named && edition.since > platform.zone.date(platform.legal.now()) => Standing::ToCome,
        _ => Standing::Past,
    }
}

/// The rules in force; where the holder has set none, what holds everywhere.
async fn current(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    match app.service.rules_in_force() {
        Some(edition) => read(&app, &visit, &headers, &edition).await,
        None => statements::rules(&app, &visit, &headers).await,
    }
}

/// One version, for ever.
async fn version(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(version): Path<String>,
) -> Response {
    let found = async {
        let mut unit = app.platform().storage.begin().await?;
        app.platform().rules.edition(&mut unit, &version).await
    };
    match found.await {
        Ok(Some(edition)) => read(&app, &visit, &headers, &edition).await,
        Ok(None) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => modules::failed(&app, &visit, "", &Error::storage(error)).await,
    }
}

async fn read(app: &App, visit: &Visit, headers: &HeaderMap, edition: &Edition) -> Response {
    let pending = match pending(app, visit).await {
        Ok(pending) => pending,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let pending = pending.filter(|pending| **pending == *edition).map(|_| address(paths::CABINET));
    let say = Speaker::host(visit.language);
    let main = chrome::rules(&say, &shown(edition, visit), standing(app, edition), pending.as_deref());
    page(app, visit, headers, Content::new(&say.say("rules-title"), main)).await
}

/// All versions that were ever applied.
async fn versions(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    let editions = match app.platform().rules.editions().await {
        Ok(editions) => editions,
        Err(error) => return modules::failed(&app, &visit, "", &Error::storage(error)).await,
    };
    let all: Vec<_> =
        editions.iter().map(|one| (one.version.clone(), one.since, standing(&app, one))).collect();
    let say = Speaker::host(visit.language);
    let content = Content::new(&say.say("rules-versions"), chrome::versions(&say, &all));
    page(&app, &visit, &headers, content).await
}

/// Where to go on.
#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

/// Within the platform, or to the cabinet.
fn back(to: Option<&str>) -> ReturnTo {
    to.and_then(ReturnTo::parse).or_else(|| ReturnTo::parse(paths::CABINET)).unwrap_or_else(ReturnTo::home)
}

/// The page of acceptance; who has nothing to accept goes on.
async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(to): Query<To>,
) -> Response {
    if visit.session.is_none() {
        return see_other(&paths::returning(paths::SIGN_IN, &visit.path));
    }
    let to = back(to.to.as_deref());
    match pending(&app, &visit).await {
        Ok(Some(edition)) => asked(&app, &visit, &headers, &edition, &to, None).await,
        Ok(None) => see_other(to.as_str()),
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

async fn asked(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    edition: &Edition,
    to: &ReturnTo,
    not_taken: Option<NotTaken>,
) -> Response {
    let Some(session) = &visit.session else { return see_other(paths::SIGN_IN) };
    let accepted = match app.platform().rules.accepted(session.person.id).await {
        Ok(accepted) => accepted,
        Err(error) => return modules::failed(app, visit, "", &Error::storage(error)).await,
    };
    let say = Speaker::host(visit.language);
    let with = chrome::Acceptance {
        rules: &shown(edition, visit),
        before: accepted.last().map(|one| one.version.as_str()),
        to: to.as_str(),
        not_taken,
    };
    let mut content = Content::new(&say.say("rules-accept-title"), chrome::acceptance(&say, &with)).private();
    content.status = not_taken.map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    // The language is changed at the page's own address, also when the form was sent.
    page(app, &visit.at(address(to.as_str())), headers, content).await
}

/// Takes an acceptance: of the version that was shown, if it is still the one in force, and only with the tick.
async fn accept(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let field = fields(&body);
    let to = back(Some(&field("to")));
    let Some(session) = &visit.session else {
        return see_other(&paths::returning(paths::SIGN_IN, &address(to.as_str())));
    };
    let edition = match pending(&app, &visit).await {
        Ok(Some(edition)) => edition,
        Ok(None) => return see_other(to.as_str()),
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    if field("version") != edition.version {
        return asked(&app, &visit, &headers, &edition, &to, Some(NotTaken::Changed)).await;
    }
    if field(ACCEPTED) != "yes" {
        return asked(&app, &visit, &headers, &edition, &to, Some(NotTaken::Unticked)).await;
    }
    let (platform, person) = (Arc::clone(app.service.platform()), session.person.id);
    let recorder: Recorder<'_> = &|unit| {
        let (platform, edition) = (Arc::clone(&platform), Arc::clone(&edition));
        Box::pin(async move { Ok(record::rules_accepted(unit, &platform, person, &edition).await?) })
    };
    match platform.rules.accept(person, &edition, recorder).await {
        Ok(_) => see_other(to.as_str()),
        Err(IdentityError::NoPerson(_)) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => modules::failed(&app, &visit, "", &Error::storage(error)).await,
    }
}

/// What was typed waits while the person reads the rules, and is in the form when they come back.
pub(super) async fn parked(app: &App, path: &str, values: &Values, back: &str) -> Response {
    let cookie = parked::park(app, path, values).await;
    let mut response = see_other(&address(back));
    if let Some(cookie) = cookie {
        set_cookie(&mut response, &cookie);
    }
    response
}

/// The host's own pages that stand open to who has yet to accept the rules: public ones, signing in and out, how pages
/// look, and what is theirs by law whether they accept or not: their data, its archive and erasure, an end to letters.
fn is_open(path: &str) -> bool {
    const WHOLE: [&str; 14] = [
        paths::HOME,
        paths::SEARCH,
        paths::SIGN_OUT,
        paths::SIGNED_OUT,
        paths::PREFERENCES,
        paths::ACCESSIBILITY,
        paths::PRIVACY,
        paths::MY_DATA,
        paths::EXPORT,
        paths::ERASURE,
        paths::MAIL_STOP,
        paths::CLOCK,
        paths::TEST_SIGNATURE,
        "/robots.txt",
    ];
    const BENEATH: [&str; 8] = [
        paths::SIGN_IN,
        paths::RULES,
        paths::AUDIT,
        paths::LANGUAGE,
        paths::FILES,
        assets::BASE,
        "/health",
        "/dev/id",
    ];
    let beneath = |base: &str| {
        path.strip_prefix(base.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    WHOLE.contains(&path) || BENEATH.into_iter().any(beneath)
}

/// Leads from the host's own pages to the rules in force whoever has yet to accept them. Pages of modules are decided
/// about by their policies.
pub(super) async fn gate(State(app): State<Arc<App>>, request: Request<Body>, next: Next) -> Response {
    if app.service.rules_in_force().is_none() || is_open(request.uri().path()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(visit) = Visit::from_request_parts(&mut parts, &app).await;
    match pending(&app, &visit).await {
        Ok(None) => next.run(Request::from_parts(parts, body)).await,
        Ok(Some(_)) if parts.method.is_safe() => see_other(&address(&visit.path)),
        // A change is not made; back to the page that it was sent from.
        Ok(Some(_)) => {
            let from = super::step_up::came_from(&app, &parts.headers);
            see_other(&address(from.as_ref().map_or(paths::CABINET, ReturnTo::as_str)))
        }
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_closed() {
        for path in [
            "/",
            "/rules",
            "/rules/1.0",
            "/sign-in/begin/development",
            "/cabinet/my-data/archive",
            "/files/x",
        ] {
            assert!(is_open(path), "{path}");
        }
        for path in [
            "/cabinet",
            "/cabinet/",
            "/cabinet/mail",
            "/rulesome",
            "/administration/persons",
            "/desk",
            "//",
            "",
        ] {
            assert!(!is_open(path), "{path}");
        }
    }

    #[test]
    fn attack_the_way_back_stays_within_the_platform() {
        for to in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
            assert_eq!(back(Some(to)).as_str(), paths::CABINET, "{to}");
        }
        assert_eq!(back(None).as_str(), paths::CABINET);
        assert_eq!(back(Some("/items/7?step=2")).as_str(), "/items/7?step=2");
    }
}
