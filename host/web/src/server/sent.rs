//! What a form sent.

use crate::forms::clean;
use http::{HeaderMap, header};

/// Its fields by name, each as [`clean`] leaves it; empty for one that is not there.
pub(super) fn fields(body: &[u8]) -> impl Fn(&str) -> String {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    move |wanted| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| clean(value)).unwrap_or_default()
    }
}

/// Whether a body is said to come in parts, and how they are told apart.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_hold_what_was_typed_and_nothing_unseen() {
        let field = fields("a=+x%00%07y%0D%0Az+&b=%E2%80%AEtxt&a=second".as_bytes());
        assert_eq!((field("a").as_str(), field("b").as_str(), field("c").as_str()), ("xy\nz", "txt", ""));
    }
}
