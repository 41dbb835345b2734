//! Addresses of the host's own pages. Routes are made of the same constants.

/// The first page.
pub const HOME: &str = "/";
/// Ways to sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Ends the session; by POST.
pub const SIGN_OUT: &str = "/sign-out";
/// The cabinet: my cases.
pub const CABINET: &str = "/cabinet";
/// Drafts kept for me.
pub const DRAFTS: &str = "/cabinet/drafts";
/// What the platform told me.
pub const NOTICES: &str = "/cabinet/notices";
/// Where I am signed in.
pub const SESSIONS: &str = "/cabinet/sessions";
/// In whose name I act; shown by GET, chosen by POST.
pub const ACTING_FOR: &str = "/cabinet/acting-for";
/// Text size, contrast, theme, spacing; shown by GET, set by POST.
pub const PREFERENCES: &str = "/preferences";
/// Changes the language: `/language/<code>?to=<path>`.
pub const LANGUAGE: &str = "/language";
/// Search over all modules, parameter `q`.
pub const SEARCH: &str = "/search";
/// Rules of use.
pub const RULES: &str = "/rules";
/// The accessibility statement.
pub const ACCESSIBILITY: &str = "/accessibility";
/// The privacy notice.
pub const PRIVACY: &str = "/privacy";
/// What the audit log holds of my acts.
pub const RECORD: &str = "/cabinet/record";
/// The audit log's public page.
pub const AUDIT: &str = "/audit";
/// The last checkpoint of the audit log.
pub const CHECKPOINT: &str = "/audit/checkpoint";
/// Moves the legal clock; by POST, in development mode only.
pub const CLOCK: &str = "/development/clock";

/// Files beside documents: `/files/<id>`.
pub const FILES: &str = "/files/";

/// The address of a file, for the person who has sent it.
pub fn file(id: &str) -> String {
    format!("{FILES}{id}")
}

/// The address of a file that a page shows: whoever may see the page may have the file.
pub fn file_at(id: &str, page: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("at", page);
    format!("{FILES}{id}?{}", query.finish())
}

/// `base?to=path`: where to return to afterwards.
pub fn returning(base: &str, to: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("to", to);
    format!("{base}?{}", query.finish())
}
