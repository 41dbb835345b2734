//! A page as visitors without a session get it, ready as bytes.

use super::fresh::Fresh;
use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::sync::{Arc, OnceLock, Weak};
use vzaemo_clock::Instant;
use vzaemo_service::Snapshot;

/// Browsers may keep the page, and ask each time whether it is still the same. What lies in between may not.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("private, no-cache");
/// What the answer to one address depends on.
const VARY: HeaderValue = HeaderValue::from_static("cookie, accept-encoding");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// A whole page for visitors without a session.
pub(in crate::server) struct Sheet {
    plain: Variant,
    /// Made when it is first asked for.
    gzip: OnceLock<Variant>,
    /// The configuration whose services stand in its frame.
    snapshot: Weak<Snapshot>,
    /// None if it must not be remembered.
    pub fresh: Option<Fresh>,
}

/// The page in one encoding.
struct Variant {
    bytes: Bytes,
    /// A strong validator (RFC 9110 §8.8.3): each encoding has its own.
    tag: HeaderValue,
}

impl Variant {
    fn new(bytes: Bytes) -> Self {
        let digest = Sha256::digest(&bytes);
        let (half, _) = digest.split_at(16);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(half));
        let tag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Variant { bytes, tag }
    }
}

impl Sheet {
    /// A page made under a configuration.
    pub fn new(html: String, snapshot: &Arc<Snapshot>, fresh: Option<Fresh>) -> Self {
        Sheet {
            plain: Variant::new(html.into()),
            gzip: OnceLock::new(),
            snapshot: Arc::downgrade(snapshot),
            fresh,
        }
    }

    /// Whether it is what would be made now, under this configuration.
    pub fn is_current(&self, snapshot: &Arc<Snapshot>, now: Instant) -> bool {
        std::ptr::eq(self.snapshot.as_ptr(), Arc::as_ptr(snapshot))
            && self.fresh.as_ref().is_some_and(|fresh| fresh.holds(now))
    }

    /// The page as text.
    pub fn html(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.plain.bytes)
    }

    /// About how many bytes it takes, its compressed form included.
    pub fn bytes(&self) -> usize {
        self.plain.bytes.len() / 2 * 3 + self.fresh.as_ref().map_or(0, Fresh::bytes) + 512
    }

    /// The page, compressed if the visitor can read that; without its body if they have it already.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        let zipped = accepts_gzip(asked);
        let variant = if zipped { self.gzip.get_or_init(|| self.zip()) } else { &self.plain };
        let mut response;
        if has_already(asked, &variant.tag) {
            response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            response = Response::new(Body::from(variant.bytes.clone()));
            response.headers_mut().insert(header::CONTENT_TYPE, HTML);
            if zipped {
                response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
            }
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, variant.tag.clone());
        headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
        headers.insert(header::VARY, VARY);
        response
    }

    fn zip(&self) -> Variant {
        let mut encoder =
            GzEncoder::new(Vec::with_capacity(self.plain.bytes.len() / 3), Compression::default());
        // Writing to memory does not fail; if it did, an empty member would be better than no answer.
        let zipped = encoder.write_all(&self.plain.bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        Variant::new(zipped.into())
    }
}

/// The values of a list header, over all its lines.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

/// Whether gzip is accepted (RFC 9110 §12.5.3): named, or by `*`, with a weight above zero.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut by_star = false;
    for coding in listed(headers, &header::ACCEPT_ENCODING) {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        let accepted = weight.is_ok_and(|weight| weight > 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
                return accepted;
            }
            "*" => by_star = accepted,
            _ => {}
        }
    }
    by_star
}

/// Whether the visitor has the page with this tag (RFC 9110 §13.1.2), by the weak comparison.
fn has_already(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    listed(headers, &header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    fn asked(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    fn sheet(html: &str) -> (Sheet, Arc<Snapshot>) {
        let snapshot = Arc::new(Snapshot::default());
        (Sheet::new(html.to_owned(), &snapshot, Some(Fresh::since(Instant::EPOCH))), snapshot)
    }

    async fn body(response: Response) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    #[test]
    fn gzip_is_accepted_as_the_rules_of_http_say() {
        for (value, accepted) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5, br", true),
            ("GZIP", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("br, *", true),
            ("*;q=0", false),
            ("*, gzip;q=0", false),
            ("identity", false),
            ("", false),
            ("gzip;q=x", false),
        ] {
            assert_eq!(accepts_gzip(&asked(&[(header::ACCEPT_ENCODING, value)])), accepted, "{value:?}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn the_same_page_compressed_and_not() {
        let html = "<p>Привіт</p>".repeat(500);
        let (sheet, _) = sheet(&html);
        let plain = sheet.answer(&HeaderMap::new());
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        assert_eq!(plain.headers()[header::VARY], "cookie, accept-encoding");
        let gzip = sheet.answer(&asked(&[(header::ACCEPT_ENCODING, "gzip")]));
        assert_eq!(gzip.headers()[header::CONTENT_ENCODING], "gzip");
        assert_ne!(plain.headers()[header::ETAG], gzip.headers()[header::ETAG], "each encoding has its own");
        assert_eq!(body(plain).await, html.as_bytes());
        let zipped = body(gzip).await;
        assert!(zipped.len() < html.len() / 5);
        let mut unzipped = String::new();
        GzDecoder::new(zipped.as_slice()).read_to_string(&mut unzipped).unwrap();
        assert_eq!(unzipped, html);
    }

    #[tokio::test]
    async fn who_has_the_page_gets_no_body() {
        let (sheet, _) = sheet("<p>a</p>");
        let tag = sheet.answer(&HeaderMap::new()).headers()[header::ETAG].to_str().unwrap().to_owned();
        for (known, status) in [
            (tag.clone(), 304),
            (format!("W/{tag}"), 304),
            (format!("\"other\", {tag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
            (tag.trim_matches('"').to_owned(), 200),
        ] {
            let answer = sheet.answer(&asked(&[(header::IF_NONE_MATCH, &known)]));
            assert_eq!(answer.status(), status, "{known}");
            assert_eq!(answer.headers()[header::ETAG], tag.as_str());
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "private, no-cache");
            assert_eq!(body(answer).await.is_empty(), status == 304);
        }
        let zipped = asked(&[(header::IF_NONE_MATCH, &tag), (header::ACCEPT_ENCODING, "gzip")]);
        assert_eq!(sheet.answer(&zipped).status(), 200, "the tag is that of another encoding");
    }

    #[test]
    fn another_configuration_or_nothing_to_hold_on_to_is_not_current() {
        let (sheet, snapshot) = sheet("a");
        assert!(sheet.is_current(&snapshot, Instant::EPOCH));
        assert!(!sheet.is_current(&Arc::new(Snapshot::default()), Instant::EPOCH));
        let uncertain = Sheet::new("a".to_owned(), &snapshot, None);
        assert!(!uncertain.is_current(&snapshot, Instant::EPOCH));
    }
}
