//! Signatures of documents: what was found of them, in plain words, and the page on which a person signs one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use vzaemo_identity::{Finding, Later, NotRevoked, Signer, TimeFrom, Verdict};
use vzaemo_service::signatures::{Findings, Known};

use super::cabinet::Cabinet;
use super::document::{Crumb, headed};
use super::paths;
use super::signature_file::{SignatureField, error_summary};
use crate::texts::{Speaker, push_moment};

/// What is known of the signatures in one file, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What is known.
    pub known: Known,
    /// Where the signature is to be had, where it stands apart from the document.
    pub href: Option<String>,
}

/// How signatures are told of.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    /// In which language.
    pub say: &'a Speaker<'a>,
    /// Of which zone the times are.
    pub zone: &'a TimeZone,
    /// Whether the platform checks signatures at all.
    pub checks: bool,
}

impl Telling<'_> {
    /// A moment, never "today": what is told of is remembered.
    fn moment(&self, at: Timestamp) -> String {
        let mut words = String::new();
        push_moment(at, Timestamp::MIN, self.zone, self.say, &mut words);
        words
    }

    fn with_time(&self, key: &str, at: Timestamp) -> String {
        self.say.say_with(key, &[("time", self.moment(at).into())]).into_owned()
    }

    /// The signatures of a document, one after the other; nothing where there are none.
    pub fn all(&self, shown: &[Shown]) -> Markup {
        html! {
            @if !shown.is_empty() {
                ul.v-signatures { @for one in shown { (self.one(one)) } }
            }
        }
    }

    fn one(&self, shown: &Shown) -> Markup {
        let say = self.say;
        let download = html! {
            @if let Some(href) = &shown.href {
                p.v-small { a href=(href) download { (say.say("signed-download-signature")) } }
            }
        };
        let whole = |tag: Markup, why: std::borrow::Cow<'_, str>| {
            html! { li.v-signature { (tag) p.v-small { (why) } (download) } }
        };
        match &shown.known.findings {
            None if !self.checks => {
                whole(tag("neutral", &say.say("signed-tag-off")), say.say("signed-off-why"))
            }
            None => whole(tag("neutral", &say.say("signed-tag-unseen")), say.say("signed-unseen-why")),
            Some(Findings::NoDocument { .. }) => {
                whole(tag("bad", &say.say("signed-tag-invalid")), say.say("signed-no-document"))
            }
            Some(Findings::Unreadable { reason, .. }) => {
                whole(tag("bad", &say.say("signed-tag-invalid")), why(say, reason))
            }
            Some(Findings::Signed { digest, signatures, .. }) => html! {
                @for (at, finding) in signatures.iter().enumerate() {
                    li.v-signature {
                        (self.signature(finding, digest))
                        @if at + 1 == signatures.len() { (download) }
                    }
                }
            },
        }
    }

    fn signature(&self, finding: &Finding, digest: &str) -> Markup {
        let say = self.say;
        let seal = finding.signer.as_ref().is_some_and(|signer| signer.seal);
        let tag = match finding.verdict {
            Verdict::Valid if seal => tag("good", &say.say("signed-tag-seal")),
            Verdict::Valid => tag("good", &say.say("signed-tag-valid")),
            Verdict::Invalid => tag("bad", &say.say("signed-tag-invalid")),
            Verdict::Unknown => tag("caution", &say.say("signed-tag-unknown")),
        };
        html! {
            (tag)
            @if let Some(signer) = &finding.signer {
                p {
                    strong { (signer.name) }
                    @if let Some(organisation) = signer.organisation.as_ref().filter(|name| **name != signer.name) {
                        ", " (organisation)
                    }
                    @if let Some(code) = &signer.edrpou { " (" (code) ")" }
                }
            }
            @match finding.verdict {
                Verdict::Valid => {},
                Verdict::Unknown => p.v-small { (say.say("signed-unknown-why")) },
                Verdict::Invalid => p.v-small {
                    (why(say, finding.reason.as_deref().unwrap_or_default()))
                    @if let Some(since) = finding.since { " " (self.with_time("signed-revoked-since", since.timestamp())) }
                },
            }
            @if let Some(later) = &finding.later { p.v-small { (self.later(later, finding)) } }
            @if let Some(signer) = &finding.signer { (self.details(finding, signer, digest)) }
        }
    }

    fn later(&self, later: &Later, finding: &Finding) -> String {
        let at = later.at.timestamp();
        let words = match later.reason.as_str() {
            "signature-certificate-revoked" => self.with_time("signed-later-revoked", at),
            "signature-certificate-expired" => self.with_time("signed-later-expired", at),
            _ => return self.with_time("signed-later-silent", at),
        };
        let stamped = finding.signer.as_ref().is_some_and(|signer| signer.time_from == TimeFrom::TimeStamp);
        if stamped { words } else { format!("{words} {}", self.say.say("signed-later-unstamped")) }
    }

    fn details(&self, finding: &Finding, signer: &Signer, digest: &str) -> Markup {
        let say = self.say;
        let time = match signer.time_from {
            TimeFrom::TimeStamp => self.with_time("signed-time-stamp", signer.time.timestamp()),
            TimeFrom::Claim => self.with_time("signed-time-claim", signer.time.timestamp()),
            TimeFrom::Look => self.with_time("signed-time-look", signer.time.timestamp()),
        };
        let kind = match (signer.seal, signer.qualified) {
            (false, true) => say.say("signed-qualified-signature"),
            (false, false) => say.say("signed-advanced-signature"),
            (true, true) => say.say("signed-qualified-seal"),
            (true, false) => say.say("signed-advanced-seal"),
        };
        let sender = signer
            .sender
            .map(|same| if same { say.say("signed-sender-same") } else { say.say("signed-sender-other") });
        let revocation = match signer.not_revoked {
            Some(NotRevoked { by_responder: true, as_of }) => {
                Some(self.with_time("signed-not-revoked-answer", as_of.timestamp()))
            }
            Some(NotRevoked { by_responder: false, as_of }) => {
                Some(self.with_time("signed-not-revoked-list", as_of.timestamp()))
            }
            None if finding.verdict == Verdict::Valid => {
                Some(say.say("signed-revocation-unasked").into_owned())
            }
            None => None,
        };
        let certificate = say.say_with(
            "signed-certificate-value",
            &[
                ("serial", signer.serial.clone().into()),
                ("issuer", signer.issuer.clone().into()),
                ("until", self.moment(signer.holds_until.timestamp()).into()),
            ],
        );
        let who = if signer.seal { say.say("signed-seal") } else { say.say("signed-person") };
        let row = |name: &str, value: &str| html! { dt { (name) } dd { (value) } };
        html! {
            details.v-how {
                summary {
                    span aria-hidden="true" { (say.say("signed-details")) }
                    span.govuk-visually-hidden { (say.say_with("signed-details-of", &[("name", signer.name.clone().into())])) }
                }
                dl.v-signature__facts {
                    (row(&who, &signer.name))
                    @if let Some(organisation) = &signer.organisation { (row(&say.say("signed-organisation"), organisation)) }
                    @if let Some(code) = &signer.edrpou { (row(&say.say("signed-code"), code)) }
                    dt { (say.say("signed-kind")) }
                    dd { (kind) @if signer.device { (say.say("signed-device")) } }
                    @if let Some(sender) = sender { (row(&say.say("signed-sender"), &sender)) }
                    (row(&say.say("signed-time"), &time))
                    (row(&say.say("signed-certificate"), &certificate))
                    (row(&say.say("signed-algorithm"), &signer.algorithm))
                    @if let Some(revocation) = revocation { (row(&say.say("signed-revocation"), &revocation)) }
                    (row(&say.say("signed-checked"), &self.moment(finding.at.timestamp())))
                    dt { (say.say("signed-digest")) }
                    dd { code { (digest) } }
                }
            }
        }
    }
}

fn tag(tone: &str, words: &str) -> Markup {
    html! { p.v-tags { span class={ "v-tag v-tag--" (tone) } { (words) } } }
}

/// Why a signature does not count, by the key of the reason.
pub fn why<'s>(say: &'s Speaker<'s>, reason: &str) -> std::borrow::Cow<'s, str> {
    match reason {
        "signature-too-large" => say.say("signed-why-large"),
        "signature-unreadable" => say.say("signed-why-unreadable"),
        "signature-other-content" => say.say("signed-why-other"),
        "signature-algorithm" => say.say("signed-why-algorithm"),
        "signature-untrusted" => say.say("signed-why-untrusted"),
        "signature-wrong-key" => say.say("signed-why-key"),
        "signature-certificate-expired" => say.say("signed-why-expired"),
        "signature-time" => say.say("signed-why-time"),
        "signature-certificate-revoked" => say.say("signed-why-revoked"),
        "signature-revocation-unknown" => say.say("signed-unknown-why"),
        _ => say.say("signed-why-broken"),
    }
}

/// A document of the cabinet with its signatures.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// The document's id.
    pub id: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// SHA-256 of its content, in hexadecimal digits.
    pub digest: &'a str,
    /// Where it is to be had; nothing while it is being checked, or if it is blocked.
    pub href: Option<&'a str>,
    /// What is known of its signatures.
    pub signatures: &'a [Shown],
    /// The most KiB of a signature.
    pub largest_kib: usize,
    /// Why the last signature was not attached.
    pub error: Option<&'a str>,
    /// What was done: the sentence of it.
    pub done: Option<&'a str>,
    /// Test persons by number and name who may sign here; in development mode only.
    pub test_persons: &'a [(u32, String)],
}

/// The page of a document's signatures.
pub fn signing(cabinet: &Cabinet<'_>, telling: &Telling<'_>, with: &Signing<'_>) -> Markup {
    let say = &cabinet.say;
    let (home, papers) = (say.say("cabinet-title"), say.say("cabinet-papers"));
    let crumbs =
        [Crumb { label: &home, href: paths::CABINET }, Crumb { label: &papers, href: paths::PAPERS }];
    let of = format!("{}/{}", paths::PAPERS, with.id);
    html! {
        @if let Some(error) = with.error { (error_summary(say, "signed-error-title", error)) }
        @if let Some(done) = with.done {
            div.govuk-notification-banner.govuk-notification-banner--success role="status" {
                div.govuk-notification-banner__content { p.govuk-notification-banner__heading { (done) } }
            }
        }
        (headed(say, &crumbs, with.name, Some(&say.say("signed-lead"))))
        div.v-signing {
            section.v-card {
                h2 { (say.say("signed-list")) }
                @if with.signatures.is_empty() { p { (say.say("signed-none")) } }
                (telling.all(with.signatures))
                @if !with.signatures.is_empty() && telling.checks {
                    form.v-form method="post" action={ (of) "/check" } {
                        div.v-actions { button.v-button.v-button--quiet aria-describedby="again_hint" { (say.say("signed-again")) } }
                        p #again_hint .v-small.v-muted { (say.say("signed-again-hint")) }
                    }
                }
            }
            @if !with.test_persons.is_empty() && telling.checks { (test_signing(say, with, &of)) }
            section.v-card {
                h2 { (say.say("signed-attach-title")) }
                p { (say.say("signed-attach-lead")) " " (say.say("signed-attach-who")) }
                ol.v-list {
                    li { (say.say("signed-attach-download")) }
                    li { (say.say("signed-attach-sign")) }
                    li { (say.say("signed-attach-upload")) }
                }
                @if let Some(href) = with.href {
                    div.v-actions { a.v-button.v-button--quiet href=(href) download { (say.say("signed-download")) } }
                }
                p.v-small.v-muted { (say.say("paper-digest")) ": " code.v-digest { (with.digest) } }
                @if telling.checks { (upload(say, with, &of)) } @else { p { (say.say("signed-error-off")) } }
            }
        }
    }
}

fn upload(say: &Speaker<'_>, with: &Signing<'_>, of: &str) -> Markup {
    let file = SignatureField {
        label: "signed-attach-file",
        hint: "signed-attach-hint",
        accept: ".p7s,.p7m,.p7,.cms,.sig,.pem",
        largest_kib: with.largest_kib,
        error: with.error,
    };
    html! {
        form.v-form method="post" action={ (of) "/signature" } enctype="multipart/form-data" {
            (file.draw(say))
            div.v-actions { button.v-button { (say.say("signed-attach-send")) } }
        }
    }
}

/// In development mode a test person signs with a key of the platform's own authority, which nobody else trusts.
fn test_signing(say: &Speaker<'_>, with: &Signing<'_>, of: &str) -> Markup {
    html! {
        section.v-card {
            p.v-tags { span.v-tag.v-tag--caution { (say.say("development-only")) } }
            h2 { (say.say("signed-test-title")) }
            p { (say.say("signed-test")) }
            form.v-form method="get" action={ (of) "/test-signature" } {
                div.govuk-form-group {
                    label.govuk-label for="test_person" { (say.say("signature-test-person")) }
                    select.govuk-select #test_person name="person" {
                        @for (number, name) in with.test_persons { option value=(number) { (name) } }
                    }
                }
                div.v-actions { button.v-button.v-button--quiet { (say.say("signed-test-button")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;
    use vzaemo_clock::Instant;

    const EVIL: &str = "\"><script>alert(1)</script>";

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn signer(seal: bool, time_from: TimeFrom) -> Signer {
        Signer {
            name: EVIL.into(),
            organisation: Some(EVIL.to_lowercase()),
            edrpou: Some("00032112".into()),
            seal,
            qualified: true,
            device: true,
            sender: Some(false),
            algorithm: EVIL.into(),
            time: at("2026-11-20T10:00:00Z"),
            time_from,
            serial: EVIL.into(),
            issuer: EVIL.into(),
            holds_until: at("2028-11-20T10:00:00Z"),
            not_revoked: Some(NotRevoked { by_responder: false, as_of: at("2026-11-21T10:00:00Z") }),
        }
    }

    fn told(finding: Option<Finding>, checks: bool, language: Language) -> String {
        let say = Speaker::host(language);
        let telling = Telling { say: &say, zone: &TimeZone::UTC, checks };
        let findings = finding.map(|finding| Findings::Signed {
            at: at("2026-11-22T10:00:00Z"),
            digest: "00".into(),
            signatures: vec![finding],
        });
        let known = Known { file: "f".into(), signs: None, findings };
        telling.all(&[Shown { known, href: Some(EVIL.into()) }]).0
    }

    #[test]
    fn attack_names_in_certificates_are_text_in_every_verdict_and_language() {
        for language in Language::ALL {
            for verdict in [Verdict::Valid, Verdict::Invalid, Verdict::Unknown] {
                for (seal, time_from) in
                    [(true, TimeFrom::TimeStamp), (false, TimeFrom::Claim), (false, TimeFrom::Look)]
                {
                    let finding = Finding {
                        verdict,
                        at: at("2026-11-21T10:00:00Z"),
                        reason: Some(EVIL.into()),
                        since: Some(at("2026-11-21T09:00:00Z")),
                        signer: Some(signer(seal, time_from)),
                        later: Some(Later { at: at("2026-11-22T10:00:00Z"), reason: EVIL.into() }),
                    };
                    let html = told(Some(finding), true, language);
                    assert!(html.contains("&lt;script") && !html.contains("<script"), "{html}");
                }
            }
        }
    }

    #[test]
    fn without_a_trust_list_and_before_a_look_it_says_so() {
        let english = |key: &str| Speaker::host(Language::En).say(key).into_owned();
        let (off, unseen) = (told(None, false, Language::En), told(None, true, Language::En));
        assert!(off.contains(&english("signed-tag-off")) && off.contains("has not set which authorities"));
        assert!(unseen.contains(&english("signed-tag-unseen")), "{unseen}");
    }

    #[test]
    fn what_ended_later_is_said_and_how_sure_the_time_is() {
        let finding = |time_from| Finding {
            verdict: Verdict::Valid,
            at: at("2026-11-21T10:00:00Z"),
            reason: None,
            since: None,
            signer: Some(signer(false, time_from)),
            later: Some(Later {
                at: at("2027-01-05T10:00:00Z"),
                reason: "signature-certificate-revoked".into(),
            }),
        };
        let unstamped = Speaker::host(Language::En).say("signed-later-unstamped").into_owned();
        let claimed = told(Some(finding(TimeFrom::Claim)), true, Language::En);
        let stamped = told(Some(finding(TimeFrom::TimeStamp)), true, Language::En);
        for html in [&claimed, &stamped] {
            assert!(html.contains("Signature valid") && html.contains("has been revoked since"), "{html}");
        }
        assert!(claimed.contains(&unstamped) && !stamped.contains(&unstamped));
    }
}
