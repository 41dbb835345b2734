//! The field of a file with a signature or a seal, as every page that takes one has it.

use maud::{Markup, html};

use crate::texts::Speaker;

/// The name of the field with the file.
pub const SIGNATURE_FILE: &str = "signature";

/// The field: messages of its label and hint, the kinds of files, the most KiB, and why the last one was not taken.
pub(super) struct SignatureField<'a> {
    pub label: &'a str,
    pub hint: &'a str,
    pub accept: &'a str,
    pub largest_kib: usize,
    pub error: Option<&'a str>,
}

impl SignatureField<'_> {
    pub(super) fn draw(&self, say: &Speaker<'_>) -> Markup {
        let kib = u32::try_from(self.largest_kib).unwrap_or(u32::MAX);
        html! {
            div.govuk-form-group.govuk-form-group--error[self.error.is_some()] {
                label.govuk-label for="signature" { (say.say(self.label)) }
                div #signature_hint .govuk-hint { (say.say_with(self.hint, &[("kib", kib.into())])) }
                @if let Some(error) = self.error {
                    p #signature_error .govuk-error-message {
                        span.govuk-visually-hidden { (say.say("signature-error")) ": " } (error)
                    }
                }
                input.govuk-file-upload.govuk-file-upload--error[self.error.is_some()] #signature
                    name=(SIGNATURE_FILE) type="file" accept=(self.accept)
                    aria-describedby={ "signature_hint" @if self.error.is_some() { " signature_error" } }
                    aria-invalid=[self.error.map(|_| "true")];
            }
        }
    }
}

/// Why the last file was not taken, above everything else; `title` is the message of what was not done.
pub(super) fn error_summary(say: &Speaker<'_>, title: &str, error: &str) -> Markup {
    html! {
        div.govuk-error-summary data-module="govuk-error-summary" {
            div role="alert" {
                h2.govuk-error-summary__title { (say.say(title)) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list { li { a href="#signature" { (error) } } }
                }
            }
        }
    }
}
