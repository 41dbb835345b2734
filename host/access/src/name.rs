//! Names of a module as Cedar's identifiers and texts.

/// Words that Cedar keeps for itself.
const RESERVED: [&str; 9] = ["true", "false", "if", "then", "else", "in", "is", "like", "has"];

/// The entity type of a person.
pub(crate) const PERSON: &str = "Core::Person";
/// The entity type, within a module's namespace, of a route that names no document.
pub(crate) const MODULE: &str = "Module";

/// The namespace of the platform's own pages; no module's begins with a capital letter.
pub(crate) const PLATFORM: &str = "Platform";

/// The identifier for an id or a collection: hyphens become underscores, which well-formed names do not contain, so
/// that two names never become one.
pub(crate) fn ident(name: &str) -> String {
    let mut ident = name.replace('-', "_");
    if RESERVED.contains(&ident.as_str()) {
        ident.push('_');
    }
    ident
}

/// Whether a name can become an identifier.
pub(crate) fn well_formed(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A text literal.
pub(crate) fn text(value: &str) -> String {
    format!("\"{}\"", value.escape_debug())
}
