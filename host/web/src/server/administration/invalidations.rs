//! Proposing that participation does not count, counting what that would touch, and approving it as the second person.

use super::super::answer::{Content, page, see_other, trouble};
use super::super::invalidations::open_page;
use super::super::table::Table;
use super::super::{App, cabinet, modules};
use super::{fields, moments, offered, refused, session};
use crate::chrome::administration::invalidations::{self as chrome, Choice, Desk, Proposing, Shown};
use crate::chrome::invalidations::address as decision_address;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::server::visit::Visit;
use crate::texts::{Language, Speaker};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use std::net::IpAddr;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::Text;
use vzaemo_clock::Instant;
use vzaemo_identity::Session;
use vzaemo_protection::address_key;
use vzaemo_service::Error;
use vzaemo_service::invalidation::{Counted, INVALIDATE, Invalidation, Selection, Undecided, Words};
use vzaemo_service::two_person::{Proposal, Refusal, TwoPersonError};

/// So many proposals are listed.
const LINES: u32 = 20;
/// The most characters of grounds.
const GROUNDS: usize = 1000;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::ADMIN_INVALIDATIONS, HostAction::Invalidate, get(desk).post(propose))
        .decided(paths::ADMIN_INVALIDATIONS_COUNT, HostAction::Invalidate, post(count))
        .decided("/administration/invalidations/{id}", HostAction::Invalidate, get(proposal))
        .decided("/administration/invalidations/{id}/approve", HostAction::Invalidate, post(approve))
        .decided("/administration/invalidations/{id}/decline", HostAction::Invalidate, post(decline))
}

async fn desk(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    shown(&app, &visit, &headers, &Proposing::default(), None).await
}

async fn shown(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    proposing: &Proposing,
    counted: Option<&Counted>,
) -> Response {
    let proposals = match latest(app).await {
        Ok(proposals) => proposals,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let taking_part = app.service.taking_part();
    let choices: Vec<Choice> = taking_part
        .iter()
        .map(|one| {
            let service = cabinet::service_name(app, visit, &one.module);
            let alone = taking_part.iter().filter(|other| other.module == one.module).count() == 1;
            let label = if alone { service } else { format!("{service}: {}", one.collection) };
            Choice { value: format!("{}/{}", one.module, one.collection), label }
        })
        .collect();
    let now = app.platform().legal.now();
    let desk = Desk {
        choices: &choices,
        proposing,
        counted,
        proposals: &proposals,
        offered: &offered(app, visit),
        now,
    };
    let main = chrome::desk(&say, &desk, &moments(app, &say, now));
    let status = (!proposing.errors.is_empty()).then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, ..Content::new(&say.say("invalidate-title"), main).private() };
    page(app, visit, headers, content).await
}

async fn latest(app: &App) -> Result<Vec<(Proposal, String)>, Error> {
    let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
    let proposals = INVALIDATE.latest(&mut unit, LINES).await?;
    proposals
        .into_iter()
        .map(|proposal| Invalidation::read(&proposal.content).map(|wanted| (proposal, wanted.grounds)))
        .collect()
}

/// Counts what was asked for.
async fn count(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    match read(&app, &body).await {
        Ok((proposing, wanted)) => {
            let counted = match &wanted {
                Some(wanted) => app.service.dry_run(&wanted.selection).await.map(Some),
                None => Ok(None),
            };
            match counted {
                Ok(counted) => shown(&app, &visit, &headers, &proposing, counted.as_ref()).await,
                Err(Error::NotFound) => no_document(&app, &visit, &headers, proposing).await,
                Err(error) => modules::failed(&app, &visit, "", &error).await,
            }
        }
        Err(error) => modules::failed(&app, &visit, "", &error).await,
    }
}

async fn no_document(app: &App, visit: &Visit, headers: &HeaderMap, mut proposing: Proposing) -> Response {
    proposing.errors.push(("document", "invalidate-error-document"));
    shown(app, visit, headers, &proposing, None).await
}

/// Proposes it, with the count of this moment.
async fn propose(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    let (mut proposing, wanted) = match read(&app, &body).await {
        Ok(read) => read,
        Err(error) => return modules::failed(&app, &visit, "", &error).await,
    };
    let Some(wanted) = wanted else { return shown(&app, &visit, &headers, &proposing, None).await };
    match app.service.propose_invalidation(&by, wanted).await {
        Ok(id) => see_other(&format!("{}/{id}", paths::ADMIN_INVALIDATIONS)),
        Err(Undecided::Nothing) => {
            proposing.errors.push(("document", "invalidate-error-nothing"));
            shown(&app, &visit, &headers, &proposing, None).await
        }
        Err(Undecided::TwoPerson(TwoPersonError::Failed(Error::NotFound))) => {
            no_document(&app, &visit, &headers, proposing).await
        }
        Err(error) => undecided(&app, &visit, &error).await,
    }
}

/// What the form asks for; nothing if something is wrong with it, which stands in the form then.
async fn read(app: &App, body: &[u8]) -> Result<(Proposing, Option<Invalidation>), Error> {
    let field = fields(body);
    let mut proposing = Proposing {
        what: field("what"),
        document: field("document"),
        address: field("address"),
        device: field("device"),
        from: field("from"),
        to: field("to"),
        persons: field("persons"),
        grounds: field("grounds"),
        errors: Vec::new(),
    };
    let mut selection = Selection { document: proposing.document.clone(), ..Selection::default() };
    let taking_part = app.service.taking_part();
    match taking_part.iter().find(|one| format!("{}/{}", one.module, one.collection) == proposing.what) {
        Some(one) => {
            selection.module.clone_from(&one.module);
            selection.collection.clone_from(&one.collection);
        }
        None => proposing.errors.push(("what", "invalidate-error-what")),
    }
    if proposing.document.is_empty() {
        proposing.errors.push(("document", "invalidate-error-document"));
    }
    let (address, device) = (address(&proposing.address), device(&proposing.device));
    if address.is_none() {
        proposing.errors.push(("address", "invalidate-error-address"));
    }
    if device.is_none() {
        proposing.errors.push(("device", "invalidate-error-device"));
    }
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (address, device) = (said(address), said(device));
    selection.origin = app.protection.origin(address.as_deref(), device.as_deref());
    for (name, text, moment) in
        [("from", &proposing.from, &mut selection.from), ("to", &proposing.to, &mut selection.to)]
    {
        if !text.is_empty() {
            *moment = local(app, text);
            if moment.is_none() {
                proposing.errors.push((name, "invalidate-error-time"));
            }
        }
    }
    match persons(app, &selection.module, &proposing.persons).await? {
        Some(persons) => selection.persons = persons,
        None => proposing.errors.push(("persons", "invalidate-error-persons")),
    }
    if proposing.grounds.is_empty() || proposing.grounds.chars().count() > GROUNDS {
        proposing.errors.push(("grounds", "invalidate-error-grounds"));
    }
    if proposing.errors.is_empty() && selection.is_open() {
        proposing.errors.push(("address", "invalidate-error-open"));
    }
    if !proposing.errors.is_empty() {
        return Ok((proposing, None));
    }
    let wanted = Invalidation {
        selection,
        address: address.unwrap_or_default(),
        device: device.unwrap_or_default(),
        grounds: proposing.grounds.clone(),
        counted: 0,
    };
    Ok((proposing, Some(wanted)))
}

/// The key of an address as it is written here or in an event; empty for none, nothing if it is no address.
fn address(text: &str) -> Option<String> {
    let text = text.strip_prefix("address:").unwrap_or(text);
    if text.is_empty() {
        return Some(String::new());
    }
    // An IPv6 visitor is counted by their network, and named so.
    text.strip_suffix("/64").unwrap_or(text).parse::<IpAddr>().ok().map(address_key)
}

/// A browser as it is named in an event; empty for none, nothing if it is no such name.
fn device(text: &str) -> Option<String> {
    let text = text.strip_prefix("device:").unwrap_or(text);
    let good = text.is_empty() || text.len() == 16 && text.chars().all(|c| c.is_ascii_hexdigit());
    good.then(|| text.to_owned())
}

/// The instant of a local date and time as browsers send it.
fn local(app: &App, text: &str) -> Option<Instant> {
    app.platform().zone.instant(text.parse().ok()?).ok()
}

/// The module's references of persons who are named by them or by the platform's ids; nothing if one is unknown.
async fn persons(app: &App, module: &str, text: &str) -> Result<Option<Vec<String>>, Error> {
    let mut found = Vec::new();
    let named = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    for name in named.filter(|name| !name.is_empty()) {
        let name = name.strip_prefix("person:").unwrap_or(name);
        let person = vzaemo_service::person_meant(app.platform(), module, Some(name)).await?;
        let Some(person) = person else { return Ok(None) };
        let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
        let aliases =
            app.platform().aliases.all_in(&mut unit, person, module).await.map_err(Error::storage)?;
        // Whom the module has never met has taken part in nothing there.
        if aliases.is_empty() {
            return Ok(None);
        }
        found.extend(aliases.iter().map(|alias| alias.as_str().to_owned()));
    }
    Ok(Some(found))
}

async fn proposal(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    match session(&visit) {
        Ok(session) => proposed(&app, &visit, &headers, session, &id, false).await,
        Err(response) => response,
    }
}

/// The page of a proposal. `recounted`: the visitor has decided on another number than there is now.
async fn proposed(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    session: &Session,
    id: &str,
    recounted: bool,
) -> Response {
    let now = app.platform().legal.now();
    let found = async {
        let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
        let proposal = INVALIDATE.get(&mut unit, id).await?.ok_or(Error::NotFound)?;
        // One unit at a time: each holds a connection.
        drop(unit);
        let wanted = Invalidation::read(&proposal.content)?;
        let open = proposal.is_open(now);
        let counted = if open { Some(app.service.dry_run(&wanted.selection).await?) } else { None };
        Ok::<_, Error>((proposal, wanted, open, counted))
    };
    let (proposal, wanted, open, counted) = match found.await {
        Ok(found) => found,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let moment = moments(app, &say, now);
    let Selection { module, collection, document, .. } = &wanted.selection;
    let shown = Shown {
        proposal: &proposal,
        service: cabinet::service_name(app, visit, module),
        document: (document.clone(), open_page(app, module, collection, document)),
        by: chosen_by(&wanted, &moment),
        grounds: &wanted.grounds,
        counted: wanted.counted,
        now: counted.as_ref(),
        own: proposal.by == session.person.id,
        recounted,
        open,
        offered: &offered(app, visit),
    };
    let main = chrome::proposal(&say, &shown, &moment);
    let status = recounted.then_some(StatusCode::CONFLICT);
    let content = Content { status, ..Content::new(&say.say("invalidate-proposal"), main).private() };
    page(app, visit, headers, content).await
}

fn chosen_by(wanted: &Invalidation, moment: &dyn Fn(Instant) -> Markup) -> Vec<(&'static str, Markup)> {
    let mut by = Vec::new();
    if !wanted.address.is_empty() {
        by.push(("invalidate-address", html! { code { (wanted.address) } }));
    }
    if !wanted.device.is_empty() {
        by.push(("invalidate-device", html! { code { (wanted.device) } }));
    }
    if let Some(from) = wanted.selection.from {
        by.push(("invalidate-from", moment(from)));
    }
    if let Some(to) = wanted.selection.to {
        by.push(("invalidate-to", moment(to)));
    }
    if !wanted.selection.persons.is_empty() {
        by.push((
            "invalidate-persons",
            html! { @for person in &wanted.selection.persons { code { (person) } " " } },
        ));
    }
    by
}

async fn approve(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let session = match session(&visit) {
        Ok(session) => session,
        Err(response) => return response,
    };
    let by = session.principal();
    let field = fields(&body);
    let Ok(count) = field("count").parse::<u64>() else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    match app.service.approve_invalidation(&by, &id, &field("digest"), count, &words).await {
        Ok(number) => {
            app.wake_jobs.notify_one();
            see_other(&decision_address(&number))
        }
        Err(Undecided::Recounted { .. }) => proposed(&app, &visit, &headers, session, &id, true).await,
        Err(error) => undecided(&app, &visit, &error).await,
    }
}

/// What those are told whose participation does not count any more.
fn words(number: &str, wanted: &Invalidation) -> Words {
    let both = |say: &dyn Fn(Language) -> String| Text { uk: say(Language::Uk), en: say(Language::En) };
    let args = [("number", number.into()), ("grounds", wanted.grounds.as_str().into())];
    Words {
        notice: both(&|language| {
            Speaker::host(language).say_with("invalidations-notice", &args).into_owned()
        }),
        event: both(&|language| Speaker::host(language).say_with("invalidations-event", &args).into_owned()),
        address: decision_address(number),
        stays: false,
    }
}

async fn decline(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Response {
    let by = match session(&visit) {
        Ok(session) => session.principal(),
        Err(response) => return response,
    };
    match app.service.decline_invalidation(&by, &id).await {
        Ok(()) => see_other(&format!("{}/{id}", paths::ADMIN_INVALIDATIONS)),
        Err(error) => undecided(&app, &visit, &error.into()).await,
    }
}

/// The page of a step that was not taken.
async fn undecided(app: &App, visit: &Visit, error: &Undecided) -> Response {
    let key = match error {
        Undecided::TwoPerson(TwoPersonError::Failed(error)) => {
            return modules::failed(app, visit, "", error).await;
        }
        Undecided::TwoPerson(TwoPersonError::Refused(refusal)) => match refusal {
            Refusal::Unknown => return trouble(app, visit, &Problem::NotFound).await,
            refusal => refused(*refusal),
        },
        Undecided::Nothing | Undecided::Recounted { .. } => "invalidate-error-nothing",
    };
    let why = Speaker::host(visit.language).say(key).into_owned();
    trouble(app, visit, &Problem::Refused { why }).await
}
