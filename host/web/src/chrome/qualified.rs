//! Signing in by a qualified signature, and proving one's identity more surely on the way to something.

use maud::{Markup, html};

use super::document::headed;
use super::paths;
use super::sign_in::{Means, means_cards};
use super::signature_file::{SignatureField, error_summary};
use crate::texts::Speaker;

/// The page on which a challenge is given and its signature is taken.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// The challenge's code.
    pub code: &'a str,
    /// What is signed, as text.
    pub content: &'a str,
    /// Where to go on afterwards.
    pub to: &'a str,
    /// The most KiB of a signature.
    pub largest_kib: usize,
    /// Why the last attempt came to nothing.
    pub error: Option<&'a str>,
    /// Test persons by number and name who may sign here; in development mode only.
    pub test_persons: &'a [(u32, String)],
}

/// The name of the field with the challenge's code.
pub const CODE: &str = "code";

/// The page.
pub fn signing(say: &Speaker<'_>, with: &Signing<'_>) -> Markup {
    let of_code = |base: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair(CODE, with.code);
        format!("{base}?{}", query.finish())
    };
    let file = SignatureField {
        label: "signature-file",
        hint: "signature-file-hint",
        accept: ".p7s,.p7m,.p7,.cms,.sig,.pem,.txt",
        largest_kib: with.largest_kib,
        error: with.error,
    };
    html! {
        @if let Some(error) = with.error { (error_summary(say, "signature-error-title", error)) }
        (headed(say, &[], &say.say("signature-title"), Some(&say.say("signature-lead"))))
        div.v-signing {
            section.v-card {
                h2 { (say.say("signature-download-title")) }
                p { (say.say("signature-download")) }
                div.v-actions {
                    a.v-button.v-button--quiet href=(of_code(paths::SIGNATURE_CODE)) download { (say.say("signature-download-button")) }
                }
                details.v-details {
                    summary { (say.say("signature-content")) }
                    div.v-details__body { pre.v-signed-text tabindex="0" role="region" aria-label=(say.say("signature-content")) { (with.content) } }
                }
            }
            section.v-card {
                h2 { (say.say("signature-sign-title")) }
                p { (say.say("signature-sign")) }
                p.v-small.v-muted { (say.say("signature-sign-how")) }
            }
            @if !with.test_persons.is_empty() { (test_signing(say, with)) }
            section.v-card {
                h2 { (say.say("signature-send-title")) }
                form.v-form method="post" action=(paths::SIGNATURE) enctype="multipart/form-data" {
                    input type="hidden" name=(CODE) value=(with.code);
                    input type="hidden" name="to" value=(with.to);
                    (file.draw(say))
                    div.v-actions { button.v-button { (say.say("signature-send")) } }
                }
            }
        }
    }
}

/// In development mode a test person signs with a key of the platform's own authority, which nobody else trusts.
fn test_signing(say: &Speaker<'_>, with: &Signing<'_>) -> Markup {
    html! {
        section.v-card {
            p.v-tags { span.v-tag.v-tag--caution { (say.say("development-only")) } }
            h2 { (say.say("signature-test-title")) }
            p { (say.say("signature-test")) }
            form.v-form method="get" action=(paths::TEST_SIGNATURE) {
                input type="hidden" name=(CODE) value=(with.code);
                div.govuk-form-group {
                    label.govuk-label for="test_person" { (say.say("signature-test-person")) }
                    select.govuk-select #test_person name="person" {
                        @for (number, name) in with.test_persons { option value=(number) { (name) } }
                    }
                }
                div.v-actions { button.v-button.v-button--quiet { (say.say("signature-test-button")) } }
            }
        }
    }
}

/// What leads a person whose sign-in is not sure enough to a surer one.
#[derive(Debug, Clone)]
pub struct StepUp<'a> {
    /// Who is signed in.
    pub name: &'a str,
    /// Why more is needed, in words.
    pub why: &'a str,
    /// The ways that are sure enough.
    pub means: &'a [Means],
}

/// The page of a surer sign-in.
pub fn step_up(say: &Speaker<'_>, with: &StepUp<'_>) -> Markup {
    html! {
        (headed(say, &[], &say.say("step-up-title"), Some(with.why)))
        p { (say.say_with("step-up-who", &[("name", with.name.into())])) }
        @if with.means.is_empty() {
            div.v-empty { p.v-empty__title { (say.say("step-up-none")) } p { (say.say("step-up-none-next")) } }
        }
        (means_cards(say, with.means))
        p.v-muted { (say.say("step-up-kept")) }
    }
}
