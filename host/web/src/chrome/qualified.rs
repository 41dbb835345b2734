//! Signing in by a qualified signature, and proving one's identity more surely on the way to something.

use maud::{Markup, html};

use super::document::headed;
use super::paths;
use super::sign_in::{Means, means_cards};
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
/// The name of the field with the file.
pub const SIGNATURE_FILE: &str = "signature";

/// The page.
pub fn signing(say: &Speaker<'_>, with: &Signing<'_>) -> Markup {
    let of_code = |base: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair(CODE, with.code);
        format!("{base}?{}", query.finish())
    };
    html! {
        @if let Some(error) = with.error { (error_summary(say, error)) }
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
                    div.govuk-form-group.govuk-form-group--error[with.error.is_some()] {
                        label.govuk-label for="signature" { (say.say("signature-file")) }
                        div #signature_hint .govuk-hint {
                            (say.say_with("signature-file-hint", &[("kib", u32::try_from(with.largest_kib).unwrap_or(u32::MAX).into())]))
                        }
                        @if let Some(error) = with.error {
                            p #signature_error .govuk-error-message {
                                span.govuk-visually-hidden { (say.say("signature-error")) ": " } (error)
                            }
                        }
                        input.govuk-file-upload.govuk-file-upload--error[with.error.is_some()] #signature
                            name=(SIGNATURE_FILE) type="file" accept=".p7s,.p7m,.p7,.cms,.sig,.pem,.txt"
                            aria-describedby={ "signature_hint" @if with.error.is_some() { " signature_error" } }
                            aria-invalid=[with.error.map(|_| "true")];
                    }
                    div.v-actions { button.v-button { (say.say("signature-send")) } }
                }
            }
        }
    }
}

fn error_summary(say: &Speaker<'_>, error: &str) -> Markup {
    html! {
        div.govuk-error-summary data-module="govuk-error-summary" {
            div role="alert" {
                h2.govuk-error-summary__title { (say.say("signature-error-title")) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list { li { a href="#signature" { (error) } } }
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
