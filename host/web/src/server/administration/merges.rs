//! Proposing that two records are one person's, counting what that would do, and approving it as the second person.
//!
//! Whoever decides is shown numbers of records and counts, no names: who the person is stands in the document that they name.

use super::super::answer::{Content, page, see_other, trouble};
use super::super::table::Table;
use super::super::{App, cabinet, modules};
use super::{fields, moments, offered, refused, session};
use crate::chrome::administration::merges::{self as chrome, Desk, Proposing, Shown};
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
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_cabinet::Text;
use vzaemo_identity::{PersonId, Principal, Session};
use vzaemo_service::Error;
use vzaemo_service::merging::{Counted, MERGE, Merging, Undecided, Unmergeable, Words};
use vzaemo_service::two_person::{Proposal, Refusal, TwoPersonError};

/// So many proposals are listed.
const LINES: u32 = 20;
/// The most characters of grounds.
const GROUNDS: usize = 1000;
/// The most characters of the number of a document.
const DOCUMENT: usize = 200;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided(paths::ADMIN_MERGES, HostAction::Merge, get(desk).post(propose))
        .decided(paths::ADMIN_MERGES_COUNT, HostAction::Merge, post(count))
        .decided("/administration/merges/{id}", HostAction::Merge, get(proposal))
        .decided("/administration/merges/{id}/approve", HostAction::Merge, post(approve))
        .decided("/administration/merges/{id}/decline", HostAction::Merge, post(decline))
}

async fn desk(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Response {
    shown(&app, &visit, &headers, &Proposing::default(), None).await
}

/// The names of the services in a count, in its order.
fn services(app: &App, visit: &Visit, counted: &Counted) -> Vec<String> {
    counted.modules.iter().map(|one| cabinet::service_name(app, visit, &one.module)).collect()
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
    let now = app.platform().legal.now();
    let names = counted.map(|counted| services(app, visit, counted)).unwrap_or_default();
    let desk = Desk {
        proposing,
        counted: counted.map(|counted| (counted, names.as_slice())),
        proposals: &proposals,
        offered: &offered(app, visit),
        now,
    };
    let main = chrome::desk(&say, &desk, &moments(app, &say, now));
    let status = (!proposing.errors.is_empty()).then_some(StatusCode::UNPROCESSABLE_ENTITY);
    let content = Content { status, ..Content::new(&say.say("merge-title"), main).private() };
    page(app, visit, headers, content).await
}

async fn latest(app: &App) -> Result<Vec<(Proposal, Merging)>, Error> {
    let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
    let proposals = MERGE.latest(&mut unit, LINES).await?;
    let with = |proposal: Proposal| Merging::read(&proposal.content).map(|wanted| (proposal, wanted));
    proposals.into_iter().map(with).collect()
}

/// What the form asks for; nothing if something is wrong with it, which stands in the form then.
fn read(body: &[u8]) -> (Proposing, Option<Merging>) {
    let field = fields(body);
    let mut proposing = Proposing {
        staying: field("staying"),
        merged: field("merged"),
        grounds: field("grounds"),
        document: field("document"),
        ..Proposing::default()
    };
    let (staying, merged) = (PersonId::parse(&proposing.staying), PersonId::parse(&proposing.merged));
    let is_good = |text: &str, most: usize| !text.is_empty() && text.chars().count() <= most;
    let checks = [
        (staying.is_some(), "staying", "merge-error-unknown"),
        (merged.is_some(), "merged", "merge-error-unknown"),
        (is_good(&proposing.grounds, GROUNDS), "grounds", "merge-error-grounds"),
        (is_good(&proposing.document, DOCUMENT), "document", "merge-error-document"),
    ];
    let wrong = checks.into_iter().filter(|(good, ..)| !good).map(|(_, field, key)| (field, key));
    proposing.errors.extend(wrong);
    let (Some(staying), Some(merged), true) = (staying, merged, proposing.errors.is_empty()) else {
        return (proposing, None);
    };
    let (grounds, document) = (proposing.grounds.clone(), proposing.document.clone());
    (proposing, Some(Merging { staying, merged, grounds, document, counted: Counted::default() }))
}

/// Counts what was asked for.
async fn count(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let by = match principal(&visit) {
        Ok(by) => by,
        Err(response) => return response,
    };
    let (proposing, wanted) = read(&body);
    let Some(wanted) = wanted else { return shown(&app, &visit, &headers, &proposing, None).await };
    match app.service.count_merging(&by, wanted.staying, wanted.merged).await {
        Ok(counted) => shown(&app, &visit, &headers, &proposing, Some(&counted)).await,
        Err(error) => not_merged(&app, &visit, &headers, proposing, &error).await,
    }
}

/// Proposes it, with the count of this moment.
async fn propose(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap, body: Bytes) -> Response {
    let by = match principal(&visit) {
        Ok(by) => by,
        Err(response) => return response,
    };
    let (proposing, wanted) = read(&body);
    let Some(wanted) = wanted else { return shown(&app, &visit, &headers, &proposing, None).await };
    match app.service.propose_merging(&by, wanted).await {
        Ok(id) => see_other(&format!("{}/{id}", paths::ADMIN_MERGES)),
        Err(error) => not_merged(&app, &visit, &headers, proposing, &error).await,
    }
}

fn principal(visit: &Visit) -> Result<Principal, Response> {
    session(visit).map(Session::principal)
}

/// The form with what is wrong about the records; the page of the step otherwise.
async fn not_merged(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    mut proposing: Proposing,
    error: &Undecided,
) -> Response {
    let Undecided::Unmergeable(why) = error else { return undecided(app, visit, error).await };
    proposing.errors.push(("staying", message(why)));
    proposing.service = about(app, visit, why);
    shown(app, visit, headers, &proposing, None).await
}

fn message(why: &Unmergeable) -> &'static str {
    match why {
        Unmergeable::Unknown => "merge-error-unknown",
        Unmergeable::Same => "merge-error-same",
        Unmergeable::Before => "merge-error-before",
        Unmergeable::Own => "merge-error-own",
        Unmergeable::TwoPersons => "merge-error-two-persons",
        Unmergeable::UnknownKey => "merge-error-unknown-key",
        Unmergeable::ProvenStays => "merge-error-proven-stays",
        Unmergeable::Role => "merge-error-role",
        Unmergeable::KeptOut => "merge-error-kept-out",
        Unmergeable::Erasure => "merge-error-erasure",
        Unmergeable::UnderWay => "merge-error-under-way",
        Unmergeable::NotServing(_) => "merge-error-not-serving",
    }
}

fn about(app: &App, visit: &Visit, why: &Unmergeable) -> Option<String> {
    match why {
        Unmergeable::NotServing(module) => Some(cabinet::service_name(app, visit, module)),
        _ => None,
    }
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

/// The page of a proposal. `recounted`: the visitor has decided on something else than there is now.
async fn proposed(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    session: &Session,
    id: &str,
    recounted: bool,
) -> Response {
    let legal = app.platform().legal.now();
    let found = async {
        let mut unit = app.platform().storage.begin().await.map_err(Error::storage)?;
        let proposal = MERGE.get(&mut unit, id).await?.ok_or(Error::NotFound)?;
        // One unit at a time: each holds a connection.
        drop(unit);
        let wanted = Merging::read(&proposal.content)?;
        let under_way = app.service.is_handing_over(wanted.merged).await?;
        Ok::<_, Error>((proposal, wanted, under_way))
    };
    let (proposal, wanted, under_way) = match found.await {
        Ok(found) => found,
        Err(error) => return modules::failed(app, visit, "", &error).await,
    };
    let open = proposal.is_open(legal);
    let (mut counted, mut refused) = (None, None);
    if open {
        match app.service.count_merging(&session.principal(), wanted.staying, wanted.merged).await {
            Ok(now) => counted = Some(now),
            Err(Undecided::Unmergeable(why)) => refused = Some((message(&why), about(app, visit, &why))),
            Err(error) => return undecided(app, visit, &error).await,
        }
    }
    let say = Speaker::host(visit.language);
    let names = counted.as_ref().map(|counted| services(app, visit, counted)).unwrap_or_default();
    let shown = Shown {
        proposal: &proposal,
        wanted: &wanted,
        now: counted.as_ref().map(|counted| (counted, names.as_slice())),
        refused,
        own: proposal.by == session.person.id,
        recounted,
        open,
        under_way,
        offered: &offered(app, visit),
    };
    let main = chrome::proposal(&say, &shown, &moments(app, &say, legal));
    let status = recounted.then_some(StatusCode::CONFLICT);
    let content = Content { status, ..Content::new(&say.say("merge-proposal"), main).private() };
    page(app, visit, headers, content).await
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
    let field = fields(&body);
    let (digest, mark) = (field("digest"), field("mark"));
    match app.service.approve_merging(&session.principal(), &id, &digest, &mark, &words()).await {
        Ok(()) => {
            app.wake_jobs.notify_one();
            see_other(&format!("{}/{id}", paths::ADMIN_MERGES))
        }
        Err(Undecided::Recounted) => proposed(&app, &visit, &headers, session, &id, true).await,
        Err(error) => undecided(&app, &visit, &error).await,
    }
}

/// What is told of a merging.
fn words() -> Words {
    let number = [("number", Words::NUMBER.into())];
    let both = |key: &str| Text {
        uk: Speaker::host(Language::Uk).say_with(key, &number).into_owned(),
        en: Speaker::host(Language::En).say_with(key, &number).into_owned(),
    };
    let grounds = both("merge-void-grounds");
    Words {
        notice: both("merge-notice"),
        address: paths::MY_DATA.to_owned(),
        grounds: format!("{} / {}", grounds.uk, grounds.en),
        void: both("merge-void"),
        void_address: decision_address(Words::NUMBER),
    }
}

async fn decline(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Response {
    let by = match principal(&visit) {
        Ok(by) => by,
        Err(response) => return response,
    };
    match app.service.decline_merging(&by, &id).await {
        Ok(()) => see_other(&format!("{}/{id}", paths::ADMIN_MERGES)),
        Err(error) => undecided(&app, &visit, &error.into()).await,
    }
}

/// The page of a step that was not taken.
async fn undecided(app: &App, visit: &Visit, error: &Undecided) -> Response {
    let say = Speaker::host(visit.language);
    let why = match error {
        Undecided::TwoPerson(TwoPersonError::Failed(error)) => {
            return modules::failed(app, visit, "", error).await;
        }
        Undecided::TwoPerson(TwoPersonError::Refused(Refusal::Unknown)) => {
            return trouble(app, visit, &Problem::NotFound).await;
        }
        Undecided::TwoPerson(TwoPersonError::Refused(refusal)) => say.say(refused(*refusal)),
        Undecided::Unmergeable(why) => match about(app, visit, why) {
            Some(service) => say.say_with(message(why), &[("service", service.as_str().into())]),
            None => say.say(message(why)),
        },
        Undecided::Recounted => say.say("merge-recounted"),
    };
    trouble(app, visit, &Problem::Refused { why: why.into_owned() }).await
}
