//! Signatures of documents: what is known of them on pages and in the cabinet, and signing a document of one's own.

use super::answer::{Content, page, see_other, trouble};
use super::cabinet::{begin, cabinet, signed_in};
use super::papers::got;
use super::qualified::begin_of;
use super::sent::boundary;
use super::table::Table;
use super::{App, files as served, visit::Visit};
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::signature_file::SIGNATURE_FILE;
use crate::chrome::signatures as chrome;
use crate::chrome::signatures::{Shown, Telling};
use crate::texts::Speaker;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use multer::{Constraints, Multipart, SizeLimit};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_access::HostAction;
use vzaemo_identity::Challenge;
use vzaemo_service::Error;
use vzaemo_service::signatures::{self, Known, NotAttached};
use vzaemo_storage::Unit;
use vzaemo_storage::files::{self, File, Place, State as FileState};

/// How much more than a signature may have is read on and thrown away.
const MOST_WASTE: u64 = 64 << 20;
/// The most parts of the form; it has one.
const MOST_PARTS: usize = 8;

/// The addresses of this file.
pub(super) fn routes() -> Table {
    Table::new()
        .decided("/cabinet/documents/{id}", HostAction::Documents, get(show))
        .decided("/cabinet/documents/{id}/check", HostAction::Documents, post(check))
        .decided("/cabinet/documents/{id}/signature", HostAction::Documents, post(attach))
}

/// Those of development mode.
pub(super) fn for_development() -> Table {
    Table::new().decided("/cabinet/documents/{id}/test-signature", HostAction::Documents, get(test_signature))
}

/// What is known of the signatures of a file that a page shows, for whoever may see the page: those that came in it or
/// with it, and those that the one who sent it has attached. What others attached to a file that they got is theirs.
pub(super) async fn of_page_file(
    unit: &mut Unit,
    file: &File,
    module: &str,
    at: impl Fn(&str) -> String,
) -> Result<Vec<Shown>, vzaemo_storage::StorageError> {
    let mut shown = Vec::new();
    for known in signatures::of(unit, &file.id).await? {
        if known.file == file.id {
            // What it signs shows it; by itself it says that only where there is nothing that it signs.
            let elsewhere = known.signs.is_some();
            shown.extend((!elsewhere).then_some(Shown { known, href: None }));
            continue;
        }
        let Some(signature) = files::get(unit, &known.file).await? else { continue };
        if goes_with(&signature, file, module) {
            shown.push(Shown { href: Some(at(&signature.id)), known });
        }
    }
    Ok(shown)
}

/// Whether whoever may see a document of a module may see this signature of it.
fn goes_with(signature: &File, document: &File, module: &str) -> bool {
    signature.is_named_in(module) || signature.owner.is_some() && signature.owner == document.owner
}

/// The document that a page of this module may show and with which this signature goes.
pub(super) async fn document_signed_by(unit: &mut Unit, signature: &File, module: &str) -> Option<File> {
    if signature.media_type != signatures::MEDIA_TYPE {
        return None;
    }
    let known = files::signatures(unit, &signature.id).await.ok()??.0;
    let document = files::get(unit, &known.signs?).await.ok()??;
    (document.is_named_in(module) && goes_with(signature, &document, module)).then_some(document)
}

/// A document of the visitor's cabinet: one that they sent, or got in a case; with the address at which they get it.
async fn mine(app: &App, unit: &mut Unit, person: &str, id: &str) -> Result<Option<(File, String)>, Error> {
    let Some(file) = files::get(unit, id).await.map_err(Error::storage)? else { return Ok(None) };
    if file.owner.as_deref() == Some(person) {
        let href = paths::file(&file.id);
        return Ok(Some((file, href)).filter(|(file, _)| file.state != FileState::Infected));
    }
    let papers = got(app, unit, person).await?;
    let found = papers.into_iter().find(|paper| paper.file.id == id);
    let cleared = found.filter(|paper| app.platform().files.is_cleared(&paper.file));
    Ok(cleared.map(|paper| {
        let href = paths::file_at(&paper.file.id, &paper.page);
        (paper.file, href)
    }))
}

/// What is known of the signatures of a document of the person's cabinet: all that are theirs to see.
pub(super) async fn of_paper(unit: &mut Unit, file: &File, person: &str) -> Result<Vec<Shown>, Error> {
    let mut shown = Vec::new();
    for known in signatures::of(unit, &file.id).await.map_err(Error::storage)? {
        if known.file == file.id {
            shown.push(Shown { known, href: None });
            continue;
        }
        let Some(signature) = files::get(unit, &known.file).await.map_err(Error::storage)? else { continue };
        let own = signature.owner.as_deref() == Some(person);
        let beside = signature.named.iter().any(|place: &Place| file.named.contains(place));
        if own || beside || signature.owner.is_some() && signature.owner == file.owner {
            shown.push(Shown { href: own.then(|| paths::file(&signature.id)), known });
        }
    }
    Ok(shown)
}

/// What was done, as the page says it once.
#[derive(Deserialize)]
struct After {
    done: Option<String>,
}

async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Response {
    let say = Speaker::host(visit.language);
    let done = match after.done.as_deref() {
        Some("attached") => Some(say.say("signed-attached")),
        Some("checked") => Some(say.say("signed-looked")),
        _ => None,
    };
    answered(&app, &visit, &headers, &id, None, done.as_deref()).await
}

/// The page of a document, with what went wrong or was done.
async fn answered(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    id: &str,
    error: Option<&str>,
    done: Option<&str>,
) -> Response {
    let person = match signed_in(visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let found = async {
        let mut unit = begin(app).await?;
        let Some((file, href)) = mine(app, &mut unit, &person, id).await? else { return Ok(None) };
        let shown = of_paper(&mut unit, &file, &person).await?;
        Ok::<_, Error>(Some((file, href, shown)))
    };
    let (file, href, shown) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return trouble(app, visit, &Problem::NotFound).await,
        Err(error) => return super::modules::failed(app, visit, "", &error).await,
    };
    let say = Speaker::host(visit.language);
    let test_persons: Vec<(u32, String)> = match (&app.development, &app.qualified) {
        (Some(provider), Some(qualified)) if qualified.is_development() => {
            let named = provider.persons().named().iter();
            named.map(|person| (person.number, person.name.in_full())).collect()
        }
        _ => Vec::new(),
    };
    let zone = app.platform().zone.time_zone();
    let telling = Telling { say: &say, zone, checks: app.signatures.checks() };
    let with = chrome::Signing {
        id: &file.id,
        name: &file.name,
        digest: &file.digest,
        href: Some(&href),
        signatures: &shown,
        largest_kib: app.signatures.largest() >> 10,
        error,
        done,
        test_persons: &test_persons,
    };
    let main = chrome::signing(&cabinet(app, visit, None), &telling, &with);
    let mut content = Content::new(&say.say("signed-title"), main).private();
    content.status = error.map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    let at = format!("{}/{}", paths::PAPERS, file.id);
    page(app, &visit.at(at), headers, content).await
}

/// Looks at the signatures of a document once more.
async fn check(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let looked = async {
        let mut unit = begin(&app).await?;
        let Some((file, _)) = mine(&app, &mut unit, &person, &id).await? else { return Ok(false) };
        let shown = of_paper(&mut unit, &file, &person).await?;
        drop(unit);
        for Shown { known: Known { file, .. }, .. } in shown {
            app.signatures.look(&file).await?;
        }
        Ok::<_, Error>(true)
    };
    match looked.await {
        Ok(true) => see_other(&format!("{}/{id}?done=checked", paths::PAPERS)),
        Ok(false) => trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => super::modules::failed(&app, &visit, "", &error).await,
    }
}

/// Takes a signature of a document.
async fn attach(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    request: Request<Body>,
) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let Some(session) = &visit.session else { return see_other(paths::SIGN_IN) };
    let (parts, body) = request.into_parts();
    let Some(boundary) = boundary(&parts.headers) else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    let Ok(signature) = read(body, boundary, SIGNATURE_FILE, app.signatures.largest()).await else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    let say = Speaker::host(visit.language);
    let Some(signature) = signature else {
        let error = say.say("signed-error-choose");
        return answered(&app, &visit, &parts.headers, &id, Some(&error), None).await;
    };
    let document = async {
        let mut unit = begin(&app).await?;
        mine(&app, &mut unit, &person, &id).await
    };
    let document = match document.await {
        Ok(Some((document, _))) => document,
        Ok(None) => return trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => return super::modules::failed(&app, &visit, "", &error).await,
    };
    let error = match app.signatures.attach(session, &document, signature).await {
        Ok(_) => return see_other(&format!("{}/{id}?done=attached", paths::PAPERS)),
        Err(NotAttached::Service(error)) => return super::modules::failed(&app, &visit, "", &error).await,
        Err(error) => error,
    };
    tracing::info!(error = &error as &dyn std::error::Error, "a signature was not attached to a document");
    let why = match &error {
        NotAttached::Off => say.say("signed-error-off"),
        NotAttached::OtherDocument => say.say("signed-error-other-document"),
        NotAttached::OtherPerson => say.say("signed-error-other-person"),
        NotAttached::OtherOrganisation => say.say("signed-error-other-organisation"),
        NotAttached::TooMany => say.say("signed-error-many"),
        NotAttached::Refused(reason) => chrome::why(&say, reason),
        NotAttached::Busy | NotAttached::Service(_) => say.say("signed-error-busy"),
    };
    answered(&app, &visit, &parts.headers, &id, Some(&why), None).await
}

/// The file that was sent in a field; of one that is too large as much as shows that.
pub(super) async fn read(
    body: Body,
    boundary: String,
    field: &str,
    largest: usize,
) -> Result<Option<Vec<u8>>, multer::Error> {
    let most = largest.saturating_mul(3) / 2 + 1;
    let whole = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(MOST_WASTE);
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let mut signature = None;
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.next_field().await? else { break };
        if part.name() == Some(field) {
            signature = Some(begin_of(part, most).await?).filter(|bytes| !bytes.is_empty());
        }
    }
    Ok(signature)
}

/// As whom a test person signs.
#[derive(Deserialize)]
struct As {
    person: Option<u32>,
}

/// The signature of a test person over a document, in development mode only.
async fn test_signature(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    Query(who): Query<As>,
) -> Response {
    let person = match signed_in(&visit) {
        Ok(person) => person,
        Err(response) => return response,
    };
    let made = async {
        let mut unit = begin(&app).await.ok()?;
        let (file, _) = mine(&app, &mut unit, &person, &id).await.ok()??;
        drop(unit);
        let content = app.platform().files.whole(&file.digest, 64 << 20).await.ok()??;
        let signer = app.development.as_ref()?.persons().person(who.person?)?;
        let challenge = Challenge { code: String::new(), content };
        let signature = app.qualified.as_ref()?.sign_as(&signer, &challenge)?;
        Some((signature, format!("{}.p7s", file.name)))
    };
    match made.await {
        Some((signature, name)) => served::attachment(signature, signatures::MEDIA_TYPE, &name),
        None => trouble(&app, &visit, &Problem::NotFound).await,
    }
}
