//! What the technical administrator has to know, and whom they keep out.

use super::super::answer::{Content, page, see_other, trouble};
use super::super::{App, modules};
use super::{fields, moments, offered, session};
use crate::chrome::administration::security::{self as chrome, Blocking, HOURS, Security};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::server::visit::Visit;
use crate::texts::Speaker;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_clock::SignedDuration;
use vzaemo_protection::{KeepError, Target};
use vzaemo_service::{Error, record};

/// So many lines of each table.
const LINES: u32 = 100;
/// A block of a network with fewer bits would keep out a country; of IPv4 and of IPv6.
const LEAST_BITS: (u8, u8) = (16, 32);

/// The page.
pub(super) async fn security(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    shown(&app, &visit, &headers, &Blocking::default()).await
}

async fn shown(app: &App, visit: &Visit, headers: &HeaderMap, blocking: &Blocking) -> Response {
    let all = async {
        let protection = &app.protection;
        Ok::<_, KeepError>(Security {
            alerts: protection.alerts(LINES).await?,
            blocks: protection.blocks(),
            lockouts: protection.locked_out(LINES).await?,
            events: protection.events(LINES).await?,
            may_block: visit.may(app, HostAction::Exclude),
            may_unblock: visit.may(app, HostAction::Admit),
            offered: offered(app, visit),
        })
    };
    let all = match all.await {
        Ok(all) => all,
        Err(error) => return modules::failed(app, visit, "", &Error::storage(error)).await,
    };
    let say = Speaker::host(visit.language);
    let moment = moments(app, &say, app.platform().security.now());
    let main = chrome::security(&say, &all, blocking, &moment);
    let status = (!blocking.errors.is_empty()).then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, dense: true, ..Content::new(&say.say("security-title"), main).private() };
    page(app, visit, headers, content).await
}

/// Keeps somebody out. The technical administrator cannot keep themselves out, nor half a country.
pub(super) async fn block(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let session = match session(&visit) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let by = session.person.id;
    let field = fields(&body);
    let mut blocking = Blocking {
        target: field("target"),
        reason: field("reason"),
        hours: field("hours"),
        errors: Vec::new(),
    };
    let target = blocking.target.parse::<Target>();
    match &target {
        Err(_) => blocking.errors.push(("target", "security-error-target")),
        Ok(Target::Person(person)) if *person == by.to_string() => {
            blocking.errors.push(("target", "security-error-self"));
        }
        Ok(Target::Network(network)) if network.contains(&visit.address) => {
            blocking.errors.push(("target", "security-error-self"));
        }
        Ok(Target::Network(network)) => {
            let least = if network.addr().is_ipv4() { LEAST_BITS.0 } else { LEAST_BITS.1 };
            if network.prefix_len() < least {
                blocking.errors.push(("target", "security-error-wide"));
            }
        }
        Ok(Target::Person(_)) => {}
    }
    if blocking.reason.is_empty() {
        blocking.errors.push(("reason", "security-error-reason"));
    }
    let hours = HOURS.iter().map(|(hours, _)| *hours).find(|hours| hours.to_string() == blocking.hours);
    let (Some(hours), Ok(target), []) = (hours, target, blocking.errors.as_slice()) else {
        if blocking.errors.is_empty() {
            return trouble(&app, &visit, &Problem::BadInput).await;
        }
        return shown(&app, &visit, &headers, &blocking).await;
    };
    let now = app.platform().security.now();
    let until = now.checked_add(SignedDuration::from_hours(hours.into())).unwrap_or(now);
    let done = async {
        let details = [format!("until {until}"), blocking.reason.clone()];
        record::kept_out(app.platform(), by, "block", &target.to_string(), &details).await?;
        let kept = app.protection.block(target, &blocking.reason, until, &by.to_string()).await;
        kept.map_err(Error::storage)
    };
    match done.await {
        Ok(()) => see_other(paths::ADMIN_SECURITY),
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

/// Ends a block before its time.
pub(super) async fn unblock(State(app): State<Arc<App>>, visit: Visit, body: Bytes) -> Response {
    let session = match session(&visit) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let by = session.person.id;
    let Ok(target) = fields(&body)("target").parse::<Target>() else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    let done = async {
        record::kept_out(app.platform(), by, "unblock", &target.to_string(), &[]).await?;
        app.protection.unblock(&target).await.map_err(Error::storage)
    };
    match done.await {
        Ok(_) => see_other(paths::ADMIN_SECURITY),
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}
