//! Files at their sandboxed address.
//!
//! A file goes to the person who has sent it, and to whoever may see a page that shows it: the address names the page,
//! and the page is asked for as if the visitor opened it. So there is one rule for a document and its files, and a file
//! is to be had exactly as long as the document shows it.

use super::App;
use super::answer::trouble;
use super::routes::Target;
use super::visit::Visit;
use crate::chrome::paths;
use crate::chrome::problem::Problem;
use crate::chrome::signatures::Telling;
use crate::render::{FileAt, FileLine};
use crate::texts::{Language, Speaker};
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;
use std::sync::Arc;
use vzaemo_contract::call::{Pair, Request as Call};
use vzaemo_service::ModuleVersion;
use vzaemo_storage::Unit;
use vzaemo_storage::files::{self, File, Kind, State as FileState};

/// What may stand unencoded in `filename*` (RFC 8187, attr-char).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Headers of every file: nothing in it runs, whatever a browser takes it for.
const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", "sandbox; default-src 'none'"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "private, no-cache"),
    ("accept-ranges", "none"),
];

/// The page on which the file stands.
#[derive(serde::Deserialize)]
pub(super) struct Shown {
    at: Option<String>,
}

/// Serves a file.
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let file = match app.platform().files.find(&id).await {
        Ok(Some(file)) => file,
        Ok(None) => return trouble(&app, &visit, &Problem::NotFound).await,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "could not find a file");
            return trouble(&app, &visit, &Problem::NotFound).await;
        }
    };
    let own = file.owner.is_some() && file.owner == visit.person() && file.state != FileState::Infected;
    let allowed = own
        || app.platform().files.is_cleared(&file)
            && match &shown.at {
                Some(at) => is_shown(&app, &visit, at, &file).await,
                None => false,
            };
    if !allowed {
        // Whether there is such a file is nobody else's affair.
        return trouble(&app, &visit, &Problem::NotFound).await;
    }
    let tag = format!("\"sha256-{}\"", file.digest);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)) {
        return with_headers(StatusCode::NOT_MODIFIED, Body::empty(), &tag, &[]);
    }
    match app.platform().files.content(&file.digest).await {
        Ok(content) => {
            let of_file = [
                (header::CONTENT_TYPE, file.media_type.clone()),
                (header::CONTENT_LENGTH, content.size.to_string()),
                (header::CONTENT_DISPOSITION, disposition(&file.name)),
            ];
            with_headers(StatusCode::OK, Body::from_stream(content.bytes), &tag, &of_file)
        }
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                file = file.id,
                "the content of a file cannot be had"
            );
            trouble(&app, &visit, &Problem::Failed { reference: file.id.chars().take(8).collect() }).await
        }
    }
}

fn with_headers(status: StatusCode, body: Body, tag: &str, more: &[(HeaderName, String)]) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let fixed = HEADERS.iter().map(|(name, value)| (HeaderName::from_static(name), (*value).to_owned()));
    let tag = [(header::ETAG, tag.to_owned())];
    for (name, value) in fixed.chain(tag).chain(more.iter().cloned()) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Always an attachment: no browser opens it beside the platform's own pages (RFC 6266).
fn disposition(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE))
}

/// Something that was made for whoever asks, as a file to keep.
pub(super) fn attachment(content: Vec<u8>, media_type: &str, name: &str) -> Response {
    let of_file =
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition(name))];
    let mut response = with_headers(StatusCode::OK, Body::from(content), "", &of_file);
    response.headers_mut().remove(header::ETAG);
    response
}

/// Whether a page that this visitor may see shows the file.
async fn is_shown(app: &App, visit: &Visit, at: &str, file: &File) -> bool {
    let (path, query) = at.split_once('?').unwrap_or((at, ""));
    let presentation = app.presentation();
    let Some((Target::View { module, view }, params)) = presentation.routes.find(path) else { return false };
    // A module cannot show what belongs to another one, whatever id it writes. A signature that stands apart goes with what
    // it signs.
    let document = match app.platform().storage.begin().await {
        Ok(mut unit) => super::signatures::document_signed_by(&mut unit, file, module).await,
        Err(_) => None,
    };
    if !file.is_named_in(module) && document.is_none() {
        return false;
    }
    let Some(version) = presentation.snapshot.module(module).and_then(|state| state.serving()) else {
        return false;
    };
    let query = super::modules::declared_query(version, view, Some(query));
    let call = Call { params, query, input: "{}".to_owned() };
    match app.service.view(&visit.caller, module, view, &call).await {
        Ok(viewed) => {
            let shown = crate::render::files(&viewed.page);
            file.is_named_in(module) && shown.contains(&file.id.as_str())
                || document.is_some_and(|document| shown.contains(&document.id.as_str()))
        }
        Err(_) => false,
    }
}

/// A file as a page shows it.
pub(super) struct PageFile {
    name: String,
    kind: String,
    size: u64,
    place: Option<String>,
    blocked: bool,
    /// What is known of its signatures, written out.
    signatures: String,
}

impl PageFile {
    pub(super) fn line(&self) -> FileLine<'_> {
        let at = match &self.place {
            Some(address) => FileAt::Address(address),
            None if self.blocked => FileAt::Blocked,
            None => FileAt::Checked,
        };
        let signatures = &self.signatures;
        FileLine { name: &self.name, kind: &self.kind, size: self.size, at, signatures }
    }
}

/// The files of a page that stands at `at`, read in the unit of work of the page, so that they are part of what it was
/// made from; the second is false if they could not all be fetched.
pub(super) async fn of_page(
    app: &App,
    unit: &mut Unit,
    module: &str,
    page: &vzaemo_marks::Page,
    at: &str,
    language: Language,
) -> (HashMap<String, PageFile>, bool) {
    let mut found = HashMap::new();
    let say = Speaker::host(language);
    let zone = app.platform().zone.time_zone();
    let telling = Telling { say: &say, zone, checks: app.signatures.checks() };
    for id in crate::render::files(page) {
        let file = match files::get(unit, id).await {
            Ok(Some(file)) if file.is_named_in(module) => file,
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "could not fetch a file of a page");
                return (found, false);
            }
        };
        let address = |id: &str| paths::file_at(id, at);
        let signatures = match super::signatures::of_page_file(unit, &file, module, address).await {
            Ok(shown) => telling.all(&shown).0,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "could not fetch what is known of signatures");
                return (found, false);
            }
        };
        let kind = Kind::of_media_type(&file.media_type).and_then(|kind| kind.endings.first());
        let cleared = app.platform().files.is_cleared(&file);
        let page_file = PageFile {
            name: file.name,
            kind: kind.map(|ending| ending.to_uppercase()).unwrap_or_default(),
            size: file.size,
            place: cleared.then(|| paths::file_at(id, at)),
            blocked: matches!(file.state, FileState::Infected | FileState::Failed),
            signatures,
        };
        found.insert(id.to_owned(), page_file);
    }
    (found, true)
}

/// The same for a page that is not remembered.
pub(super) async fn of_page_alone(
    app: &App,
    visit: &Visit,
    version: &ModuleVersion,
    page: &vzaemo_marks::Page,
    query: &[Pair],
) -> HashMap<String, PageFile> {
    if crate::render::files(page).is_empty() {
        return HashMap::new();
    }
    let Ok(mut unit) = app.platform().storage.begin().await else { return HashMap::new() };
    let mut at = visit.path.split('?').next().unwrap_or_default().to_owned();
    if !query.is_empty() {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        at = format!("{at}?{query}");
    }
    of_page(app, &mut unit, &version.manifest.id, page, &at, visit.language).await.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_name_cannot_break_out_of_its_header() {
        assert_eq!(disposition("a.pdf"), "attachment; filename*=UTF-8''a.pdf");
        assert_eq!(
            disposition("Наказ.pdf"),
            "attachment; filename*=UTF-8''%D0%9D%D0%B0%D0%BA%D0%B0%D0%B7.pdf"
        );
        assert_eq!(
            disposition("a\"; x='b'\r\n.pdf"),
            "attachment; filename*=UTF-8''a%22%3B%20x%3D%27b%27%0D%0A.pdf"
        );
    }
}
