//! What a form of the host's own sent.

/// Its fields by name, without white space around them; empty for one that is not there.
pub(super) fn fields(body: &[u8]) -> impl Fn(&str) -> String {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    move |wanted| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }
}
