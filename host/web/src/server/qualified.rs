//! Signing in by a qualified signature: the challenge, and the signature that comes back.

use super::answer::{Content, page, see_other, set_cookie, trouble};
use super::sent::boundary;
use super::visit::cookie;
use super::{App, kept_out, opening, sign_in, visit::Visit};
use crate::chrome::problem::Problem;
use crate::chrome::qualified::{CODE, Signing, signing};
use crate::chrome::signature_file::SIGNATURE_FILE;
use crate::texts::Speaker;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde::Deserialize;
use std::sync::Arc;
use vzaemo_identity::{Challenge, Qualified, QualifiedError, ReturnTo};
use vzaemo_protection::Attempt;

/// How much more than a signature may have is read on and thrown away: a browser that is cut off while it sends shows
/// an error of its own instead of the answer.
const MOST_WASTE: u64 = 64 << 20;
/// The most parts of the form; it has three.
const MOST_PARTS: usize = 8;
/// The most bytes of a field that is no file.
const LONGEST_FIELD: usize = 4096;
/// The name of the file to sign.
const CHALLENGE_NAME: &str = "vzaemo-sign-in.txt";

/// Where to go on after signing in.
#[derive(Deserialize)]
pub(super) struct To {
    to: Option<String>,
}

/// Shows a new challenge.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Query(to): Query<To>,
) -> Response {
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    let to = to.to.as_deref().and_then(ReturnTo::parse).unwrap_or_else(ReturnTo::home);
    if visit.session.as_ref().is_some_and(|session| session.assurance >= qualified.assurance()) {
        return see_other(to.as_str());
    }
    begun(&app, qualified, &visit, &headers, &to, None).await
}

/// The page with a new challenge, and why the one before came to nothing.
async fn begun(
    app: &App,
    qualified: &Qualified,
    visit: &Visit,
    headers: &HeaderMap,
    to: &ReturnTo,
    error: Option<&str>,
) -> Response {
    let (challenge, binding) = qualified.begin(to);
    let mut response = challenged(app, qualified, visit, headers, &challenge, to, error).await;
    sign_in::forget_begun(app, headers, &mut response);
    set_cookie(&mut response, &app.cookies.challenge(&binding));
    response
}

/// The page with this challenge.
async fn challenged(
    app: &App,
    qualified: &Qualified,
    visit: &Visit,
    headers: &HeaderMap,
    challenge: &Challenge,
    to: &ReturnTo,
    error: Option<&str>,
) -> Response {
    let say = Speaker::host(visit.language);
    let test_persons: Vec<(u32, String)> = match &app.development {
        Some(provider) if qualified.is_development() => {
            let named = provider.persons().named().iter();
            named.map(|person| (person.number, person.name.in_full())).collect()
        }
        _ => Vec::new(),
    };
    let with = Signing {
        code: &challenge.code,
        content: &String::from_utf8_lossy(&challenge.content),
        to: to.as_str(),
        largest_kib: qualified.largest() >> 10,
        error,
        test_persons: &test_persons,
    };
    let mut content = Content::new(&say.say("signature-title"), signing(&say, &with)).private();
    content.status = error.map(|_| StatusCode::UNPROCESSABLE_ENTITY);
    // The challenge belongs to this address, also when it was the form that was sent.
    page(
        app,
        &visit.at(crate::chrome::paths::returning(crate::chrome::paths::SIGNATURE, to.as_str())),
        headers,
        content,
    )
    .await
}

/// Which challenge, and as whom a test person signs it.
#[derive(Deserialize)]
pub(super) struct Which {
    code: String,
    person: Option<u32>,
}

/// The file to sign.
pub(super) async fn code(State(app): State<Arc<App>>, visit: Visit, Query(which): Query<Which>) -> Response {
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    match qualified.challenge(&which.code) {
        Ok(challenge) => file(challenge.content, "text/plain; charset=utf-8", CHALLENGE_NAME),
        Err(error) => sign_in::refused(&app, &visit, &error).await,
    }
}

/// The signature of a test person, in development mode only.
pub(super) async fn test_signature(
    State(app): State<Arc<App>>,
    visit: Visit,
    Query(which): Query<Which>,
) -> Response {
    let (Some(qualified), Some(provider)) = (&app.qualified, &app.development) else {
        return trouble(&app, &visit, &Problem::NotFound).await;
    };
    let challenge = match qualified.challenge(&which.code) {
        Ok(challenge) => challenge,
        Err(error) => return sign_in::refused(&app, &visit, &error).await,
    };
    let person = which.person.and_then(|number| provider.persons().person(number));
    match person.and_then(|person| qualified.sign_as(&person, &challenge)) {
        Some(signature) => file(signature, "application/pkcs7-signature", &format!("{CHALLENGE_NAME}.p7s")),
        None => trouble(&app, &visit, &Problem::NotFound).await,
    }
}

/// A file to keep.
pub(super) fn file(content: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// What the form sent.
#[derive(Debug, Default)]
struct Sent {
    code: String,
    to: Option<ReturnTo>,
    /// `None` if no file was chosen.
    signature: Option<Vec<u8>>,
}

/// Takes a signature and opens a session.
pub(super) async fn complete(State(app): State<Arc<App>>, visit: Visit, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Some(qualified) = &app.qualified else { return trouble(&app, &visit, &Problem::NotFound).await };
    if visit.unknown {
        return super::guard::turned_away(&app, &visit, &parts, body).await;
    }
    if let Some(response) = kept_out::locked_out(&app, &visit, Attempt::Signature).await {
        return response;
    }
    let headers = &parts.headers;
    let Some(boundary) = boundary(headers) else { return trouble(&app, &visit, &Problem::BadInput).await };
    let sent = match read(body, boundary, qualified.largest()).await {
        Ok(sent) => sent,
        Err(error) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "a signature could not be read");
            return trouble(&app, &visit, &Problem::BadInput).await;
        }
    };
    let to = sent.to.unwrap_or_else(ReturnTo::home);
    let say = Speaker::host(visit.language);
    let Some(signature) = sent.signature else {
        let error = say.say("signature-choose");
        return match qualified.challenge(&sent.code) {
            Ok(challenge) => {
                challenged(&app, qualified, &visit, headers, &challenge, &to, Some(&error)).await
            }
            Err(_) => begun(&app, qualified, &visit, headers, &to, Some(&error)).await,
        };
    };
    let bound = |id: &str| cookie(headers, &app.cookies.binding_name(id));
    let error = match qualified.complete(&sent.code, bound, signature).await {
        Ok(completed) => return opening::open(&app, &visit, headers, &completed).await,
        Err(error) => error,
    };
    count(&app, &visit, &error).await;
    let why = say.say(error.public_message());
    match qualified.challenge(&sent.code) {
        Ok(challenge) if error.keeps_challenge() => {
            challenged(&app, qualified, &visit, headers, &challenge, &to, Some(&why)).await
        }
        _ => begun(&app, qualified, &visit, headers, &to, Some(&why)).await,
    }
}

/// Tells the operator, and whoever watches for attacks.
pub(super) async fn count(app: &App, visit: &Visit, error: &QualifiedError) {
    kept_out::signature_refused(app, visit.comes_from(), error).await;
    if error.is_suspicious() {
        tracing::warn!(error = error as &dyn std::error::Error, "a sign-in by signature was refused");
    } else {
        tracing::info!(error = error as &dyn std::error::Error, "a sign-in by signature did not succeed");
    }
}

/// Reads the form. Of a file that is too large as much is kept as shows that.
async fn read(body: Body, boundary: String, largest: usize) -> Result<Sent, multer::Error> {
    // Base64 is a third longer than what it stands for, and has line ends; the verifier measures what it stands for.
    let most = largest.saturating_mul(3) / 2 + 1;
    let limit =
        SizeLimit::new().whole_stream(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(MOST_WASTE));
    let mut parts =
        Multipart::with_constraints(body.into_data_stream(), boundary, Constraints::new().size_limit(limit));
    let mut sent = Sent::default();
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.next_field().await? else { break };
        match part.name() {
            Some(CODE) => sent.code = text(part).await?,
            Some("to") => sent.to = ReturnTo::parse(&text(part).await?),
            Some(SIGNATURE_FILE) => {
                let bytes = begin_of(part, most).await?;
                sent.signature = Some(bytes).filter(|bytes| !bytes.is_empty());
            }
            _ => {}
        }
    }
    Ok(sent)
}

async fn text(part: Field<'_>) -> Result<String, multer::Error> {
    Ok(String::from_utf8(begin_of(part, LONGEST_FIELD).await?).unwrap_or_default())
}

/// So many bytes of a part; the rest is read and thrown away.
pub(super) async fn begin_of(mut part: Field<'_>, most: usize) -> Result<Vec<u8>, multer::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        let room = most.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(room));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(signature: &str) -> Body {
        let part = |name: &str, value: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = "--x\r\ncontent-disposition: form-data; name=\"signature\"; filename=\"a.p7s\"\r\n\r\n";
        Body::from(format!(
            "{}{}{file}{signature}\r\n--x--\r\n",
            part("code", "c0de"),
            part("to", "/items/7")
        ))
    }

    #[tokio::test]
    async fn the_form_is_read_and_a_file_is_kept_up_to_the_limit() {
        let sent = read(form("0123456789"), "x".into(), 100).await.unwrap();
        assert_eq!((sent.code.as_str(), sent.to), ("c0de", ReturnTo::parse("/items/7")));
        assert_eq!(sent.signature.as_deref(), Some(b"0123456789".as_slice()));
        let sent = read(form(&"x".repeat(5000)), "x".into(), 100).await.unwrap();
        assert_eq!(sent.signature.map(|bytes| bytes.len()), Some(151), "enough to see that it is too large");
        let sent = read(form(""), "x".into(), 100).await.unwrap();
        assert_eq!(sent.signature, None, "nothing was chosen");
        assert!(read(Body::from("--x\r\nbroken"), "x".into(), 100).await.is_err());
    }
}
