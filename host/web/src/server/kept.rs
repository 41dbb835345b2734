//! What was typed, when it could not be taken: it goes back to the visitor, to be sent again by one press.

use super::App;
use super::body;
use crate::chrome::problem::{Kept, KeptFile};
use axum::body::Body;
use http::request::Parts;
use http::{Method, header};
use multer::{Constraints, Multipart, SizeLimit};

/// How many bytes of files are read, to get at the answers that come after them.
const MOST_FILES: u64 = 64 << 20;
/// The most parts of a request; a form has some dozens.
const MOST_PARTS: usize = 500;

/// The form that a request brought; nothing if it brought none, or too much.
pub(super) async fn kept(app: &App, parts: &Parts, body: Body) -> Option<Kept> {
    if parts.method != Method::POST {
        return None;
    }
    let kind = parts.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let action = parts.uri.path_and_query()?.to_string();
    if let Ok(boundary) = multer::parse_boundary(kind) {
        return in_parts(action, boundary, body, app.largest_body).await;
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let body = body::whole(body, app.largest_body).await?;
    let fields = url::form_urlencoded::parse(&body).into_owned().collect();
    Some(Kept { action, fields, in_parts: false, files: Vec::new() })
}

/// A form that may hold files. Only the browser has these still, so they have to be chosen once more.
async fn in_parts(action: String, boundary: String, body: Body, most: usize) -> Option<Kept> {
    let limit = SizeLimit::new().whole_stream(MOST_FILES + most as u64);
    let constraints = Constraints::new().size_limit(limit);
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let mut kept = Kept { action, fields: Vec::new(), in_parts: true, files: Vec::new() };
    let mut room = most;
    for _ in 0..MOST_PARTS {
        let Some(mut part) = parts.next_field().await.ok()? else { return Some(kept) };
        let field = part.name()?.to_owned();
        if let Some(name) = part.file_name() {
            // Without a name nothing was chosen.
            if !name.is_empty() {
                kept.files.push(KeptFile { field, name: name.to_owned() });
            }
            continue;
        }
        let mut text = Vec::new();
        while let Some(chunk) = part.chunk().await.ok()? {
            room = room.checked_sub(chunk.len())?;
            text.extend_from_slice(&chunk);
        }
        kept.fields.push((field, String::from_utf8(text).ok()?));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn sent(parts: &[(&str, Option<&str>, &str)]) -> Body {
        let mut body = String::new();
        for (name, file, text) in parts {
            let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
            let _infallible = write!(
                body,
                "--x\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n"
            );
        }
        Body::from(body + "--x--\r\n")
    }

    #[tokio::test]
    async fn answers_are_kept_and_files_are_named() {
        let all = sent(&[
            ("title", None, "Мости"),
            ("plan", Some("plan.pdf"), &"x".repeat(5000)),
            ("photo", Some(""), ""),
            ("_submission", None, "7"),
        ]);
        let kept = in_parts("/items".into(), "x".into(), all, 100).await.unwrap();
        let fields = [("title", "Мости"), ("_submission", "7")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(kept.fields, fields, "how large a file is does not matter");
        assert_eq!(kept.files, [KeptFile { field: "plan".into(), name: "plan.pdf".into() }]);
        assert!(kept.in_parts);
    }

    #[tokio::test]
    async fn what_is_too_much_or_broken_off_is_not_kept() {
        let long = sent(&[("title", None, &"x".repeat(60)), ("text", None, &"x".repeat(60))]);
        assert_eq!(in_parts("/items".into(), "x".into(), long, 100).await, None);
        let broken = Body::from("--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nhalf");
        assert_eq!(in_parts("/items".into(), "x".into(), broken, 100).await, None);
    }
}
