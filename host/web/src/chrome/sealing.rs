//! The page on which a person proves by an organisation's seal that they represent it.

use maud::{Markup, html};

use super::document::{Crumb, headed};
use super::paths;
use super::signature_file::{SignatureField, error_summary};
use crate::texts::Speaker;

/// A challenge, and what became of the last answer.
#[derive(Debug, Clone)]
pub struct Sealing<'a> {
    /// The challenge's code.
    pub code: &'a str,
    /// What is sealed, as text.
    pub content: &'a str,
    /// The most KiB of a seal.
    pub largest_kib: usize,
    /// Why the last attempt came to nothing.
    pub error: Option<&'a str>,
    /// Test organisations by code and name whose seal is at hand; in development mode only.
    pub test_organisations: &'a [(String, String)],
}

/// The page.
pub fn sealing(say: &Speaker<'_>, with: &Sealing<'_>) -> Markup {
    let of_code = |base: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("code", with.code);
        format!("{base}?{}", query.finish())
    };
    let file = SignatureField {
        label: "seal-file",
        hint: "signature-file-hint",
        accept: ".p7s,.p7m,.p7,.cms,.sig,.pem,.txt",
        largest_kib: with.largest_kib,
        error: with.error,
    };
    let (home, organisations) = (say.say("cabinet-title"), say.say("organisations-title"));
    let crumbs = [
        Crumb { label: &home, href: paths::CABINET },
        Crumb { label: &organisations, href: paths::ORGANISATIONS },
    ];
    html! {
        @if let Some(error) = with.error { (error_summary(say, "seal-error-title", error)) }
        (headed(say, &crumbs, &say.say("seal-title"), Some(&say.say("seal-lead"))))
        div.v-signing {
            section.v-card {
                h2 { (say.say("seal-download-title")) }
                p { (say.say("seal-download")) }
                div.v-actions {
                    a.v-button.v-button--quiet href=(of_code(paths::SEAL_CODE)) download { (say.say("signature-download-button")) }
                }
                details.v-details {
                    summary { (say.say("seal-content")) }
                    div.v-details__body { pre.v-signed-text tabindex="0" role="region" aria-label=(say.say("seal-content")) { (with.content) } }
                }
            }
            section.v-card {
                h2 { (say.say("seal-seal-title")) }
                p { (say.say("seal-seal")) }
                p.v-small.v-muted { (say.say("signature-sign-how")) }
            }
            @if !with.test_organisations.is_empty() { (test_sealing(say, with)) }
            section.v-card {
                h2 { (say.say("seal-send-title")) }
                form.v-form method="post" action=(of_code(paths::SEAL)) enctype="multipart/form-data" {
                    (file.draw(say))
                    div.v-actions { button.v-button { (say.say("seal-send")) } }
                }
            }
        }
    }
}

/// In development mode test organisations seal with keys of the platform's own authority, which nobody else trusts.
fn test_sealing(say: &Speaker<'_>, with: &Sealing<'_>) -> Markup {
    html! {
        section.v-card {
            p.v-tags { span.v-tag.v-tag--caution { (say.say("development-only")) } }
            h2 { (say.say("seal-test-title")) }
            p { (say.say("seal-test")) }
            form.v-form method="get" action=(paths::TEST_SEAL) {
                input type="hidden" name="code" value=(with.code);
                div.govuk-form-group {
                    label.govuk-label for="test_organisation" { (say.say("seal-test-organisation")) }
                    select.govuk-select #test_organisation name="organisation" {
                        @for (code, name) in with.test_organisations { option value=(code) { (name) } }
                    }
                }
                div.v-actions { button.v-button.v-button--quiet { (say.say("seal-test-button")) } }
            }
        }
    }
}
