//! Addresses of the host's own pages. Routes are made of the same constants.

/// The first page.
pub const HOME: &str = "/";
/// Ways to sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Signing in by a qualified signature: shown by GET, taken by POST.
pub const SIGNATURE: &str = "/sign-in/signature";
/// The file to sign, by the code of its challenge.
pub const SIGNATURE_CODE: &str = "/sign-in/signature/code";
/// Signing as a test person, in development mode only.
pub const TEST_SIGNATURE: &str = "/development/signature";
/// Proving one's identity more surely: `/sign-in/surer?level=<level>&to=<path>`.
pub const STEP_UP: &str = "/sign-in/surer";
/// Ends the session; by POST.
pub const SIGN_OUT: &str = "/sign-out";
/// After signing out of an identity provider's session here: whether to sign out there too.
pub const SIGNED_OUT: &str = "/signed-out";
/// Where identity providers send orders to end sessions: `/sign-in/back-channel-logout/<provider>`; by POST.
pub const BACK_CHANNEL_LOGOUT: &str = "/sign-in/back-channel-logout/";
/// The cabinet: my cases.
pub const CABINET: &str = "/cabinet";
/// Drafts kept for me.
pub const DRAFTS: &str = "/cabinet/drafts";
/// What the platform told me.
pub const NOTICES: &str = "/cabinet/notices";
/// Everything about me: an archive, correction, erasure.
pub const MY_DATA: &str = "/cabinet/my-data";
/// The archive.
pub const EXPORT: &str = "/cabinet/my-data/archive";
/// What an erasure would do; done by POST.
pub const ERASURE: &str = "/cabinet/my-data/erasure";
/// Takes a request of erasure back that waits; by POST.
pub const ERASURE_WITHDRAW: &str = "/cabinet/my-data/erasure/withdraw";
/// Requests to correct data about me; made by POST.
pub const CORRECTIONS: &str = "/cabinet/my-data/corrections";
/// Requests to correct data that a body answers; answered by POST.
pub const DESK_CORRECTIONS: &str = "/desk/corrections";
/// My documents.
pub const PAPERS: &str = "/cabinet/documents";
/// Who saw my data.
pub const ACCESSES: &str = "/cabinet/accesses";
/// How I am reached by e-mail.
pub const MAIL: &str = "/cabinet/mail";
/// Sends a link to an address; by POST.
pub const MAIL_ADDRESS: &str = "/cabinet/mail/address";
/// How often I am written to; by POST.
pub const MAIL_RHYTHM: &str = "/cabinet/mail/rhythm";
/// Forgets my address; by POST.
pub const MAIL_FORGET: &str = "/cabinet/mail/forget";
/// Where the link leads by which an address is confirmed; confirmed by POST.
pub const MAIL_CONFIRM: &str = "/cabinet/mail/confirm";
/// Where the link leads that stops letters; stopped by POST, from a mail program too.
pub const MAIL_STOP: &str = "/cabinet/mail/stop";
/// Where I am signed in.
pub const SESSIONS: &str = "/cabinet/sessions";
/// Ends one of them, parameter `id`; by POST.
pub const END_SESSION: &str = "/cabinet/sessions/end";
/// Ends all of them but this one; by POST.
pub const END_OTHER_SESSIONS: &str = "/cabinet/sessions/end-others";
/// In whose name I act; shown by GET, chosen by POST.
pub const ACTING_FOR: &str = "/cabinet/acting-for";
/// Organisations that I act for, and my claims.
pub const ORGANISATIONS: &str = "/cabinet/organisations";
/// Claims to represent an organisation; by POST.
pub const ORGANISATION_CLAIM: &str = "/cabinet/organisations/claim";
/// Forgets a claim that gives no right; by POST.
pub const ORGANISATION_FORGET: &str = "/cabinet/organisations/forget";
/// Gives up a delegation of my own; by POST.
pub const ORGANISATION_LEAVE: &str = "/cabinet/organisations/leave";
/// Where the link of an invitation to act for an organisation leads; taken up by POST.
pub const INVITATION: &str = "/cabinet/invitation";
/// Text size, contrast, theme, spacing; shown by GET, set by POST.
pub const PREFERENCES: &str = "/preferences";
/// Changes the language: `/language/<code>?to=<path>`.
pub const LANGUAGE: &str = "/language";
/// Search over all modules, parameter `q`.
pub const SEARCH: &str = "/search";
/// The rules of use in force; `/rules/<version>` is one version.
pub const RULES: &str = "/rules";
/// All versions of the rules of use.
pub const RULES_VERSIONS: &str = "/rules/versions";
/// Where the rules in force are accepted; shown by GET, taken by POST.
pub const RULES_ACCEPTANCE: &str = "/rules/acceptance";
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

/// Why somebody may do something or may not: for the holder and the technical administrator.
pub const ADMIN_ACCESS: &str = "/administration/access";

/// What the technical administrator has to know, and whom they keep out.
pub const ADMIN_SECURITY: &str = "/administration/security";
/// Keeps somebody out; by POST.
pub const ADMIN_BLOCK: &str = "/administration/security/block";
/// Ends a block before its time; by POST.
pub const ADMIN_UNBLOCK: &str = "/administration/security/unblock";

/// What was erased for its time, and what comes next.
pub const ADMIN_RETENTION: &str = "/administration/retention";

/// Changes of the configuration that wait for the holders, and those that were decided.
pub const ADMIN_CHANGES: &str = "/administration/changes";

/// A person's lawful block.
pub const ADMIN_PERSONS: &str = "/administration/persons";
/// Blocks a person from acting; by POST.
pub const ADMIN_PERSONS_BLOCK: &str = "/administration/persons/block";
/// Lets a person act again; by POST.
pub const ADMIN_PERSONS_UNBLOCK: &str = "/administration/persons/unblock";

/// Who has which role.
pub const ADMIN_ROLES: &str = "/administration/roles";
/// Gives a module administrator their role, or takes it; by POST.
pub const ADMIN_ROLES_CHANGE: &str = "/administration/roles/change";
/// The page on which a role is taken from somebody.
pub const ADMIN_ROLES_REVOKE: &str = "/administration/roles/revoke";
/// Proposes a change of the roles of those who run the platform; by POST. What was proposed stands under it.
pub const ADMIN_ROLES_PROPOSALS: &str = "/administration/roles/proposals";

/// Proposing that participation does not count, and what has been proposed; proposed by POST.
pub const ADMIN_INVALIDATIONS: &str = "/administration/invalidations";
/// Counts what a proposal would touch; by POST, for what it is asked with may be long. Nothing is changed.
pub const ADMIN_INVALIDATIONS_COUNT: &str = "/administration/invalidations/count";
/// Merging records of one person: what has been proposed, and the form.
pub const ADMIN_MERGES: &str = "/administration/merges";
/// Counts what a merging would hand over.
pub const ADMIN_MERGES_COUNT: &str = "/administration/merges/count";
/// Decisions by which participation does not count.
pub const INVALIDATIONS: &str = "/invalidations";

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
