//! Documents that are signed: who signed what and when, and whether that counts.
//!
//! A signed document is judged by the same authorities as a sign-in, and by the instant at which the platform gets it,
//! unless a trusted time-stamp proves an earlier one. That its certificate is not a qualified one is said of a signature
//! and does not make it invalid (Law 2155-VIII, article 18, lets advanced signatures count too). A signature of which
//! nobody can tell whether its certificate was revoked is neither valid nor invalid: it is to be looked at again.
//!
//! The number of a signer in the taxpayers' register serves to tell whether it is the person who sent the document;
//! it is in nothing that is kept ([`Finding`]).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vzaemo_clock::Instant;
use vzaemo_signature::{
    Kind, Limits, Policy, Refusal, Revocation, Signature, Source, TimeSource, TrustList, UnknownRevocation,
    Verifier, carried_content,
};

use super::revocation::Wanted;
use super::{Qualified, QualifiedError, attest};
use crate::attested::ProvenKey;

/// How large and complex a signed document may be; the platform's limit of files comes before that of bytes.
const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    depth: 32,
    elements: 500_000,
    certificates: 32,
    signers: 16,
    path: 6,
    checks: 32,
};

/// What was found of one signature. It names its signer as the certificate does, without any number of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whether it counts.
    pub verdict: Verdict,
    /// When that was found, by the security clock.
    pub at: Instant,
    /// Why it does not count, or cannot be told: the key of a sentence, as of [`Refusal::public_code`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when its certificate was revoked, where that is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// Who signed; nobody where it is not proven whose key that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What a later look has found that takes nothing from what was found before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
}

/// Whether a signature counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It does.
    Valid,
    /// It does not.
    Invalid,
    /// It cannot be told at present.
    Unknown,
}

/// What a later look has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// When.
    pub at: Instant,
    /// What, as [`Finding::reason`].
    pub reason: String,
}

/// Who signed, with what, and when.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The name; of a seal the organisation's.
    pub name: String,
    /// The organisation for which the person signs, or that seals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Its code, ЄДРПОУ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edrpou: Option<String>,
    /// Whether it is the seal of an organisation rather than the signature of a person.
    pub seal: bool,
    /// Whether the certificate says that it is qualified.
    pub qualified: bool,
    /// Whether the key lies in a qualified device.
    pub device: bool,
    /// Whether this is the person who sent the document; unknown where nobody is known to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<bool>,
    /// The algorithms, in words.
    pub algorithm: String,
    /// When it was signed.
    pub time: Instant,
    /// From what that is known.
    pub time_from: TimeFrom,
    /// The certificate's serial number in hexadecimal digits.
    pub serial: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// Until when the certificate holds.
    pub holds_until: Instant,
    /// Up to when it is known that the certificate was not revoked; unknown where the holder lets signatures count all
    /// the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_revoked: Option<NotRevoked>,
}

impl std::fmt::Debug for Signer {
    /// Without what is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("seal", &self.seal)
            .field("qualified", &self.qualified)
            .finish_non_exhaustive()
    }
}

/// From what the time of a signature is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFrom {
    /// A trusted authority stamped it.
    TimeStamp,
    /// The signer says so.
    Claim,
    /// Nobody says anything: it is when it was looked at.
    Look,
}

/// From what it is known that a certificate was not revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRevoked {
    /// Whether its issuer's responder said so, rather than a list.
    pub by_responder: bool,
    /// Up to when that looked.
    pub as_of: Instant,
}

/// A signed document, examined.
#[derive(Debug)]
pub struct Examined {
    /// SHA-256 over what was signed, in hexadecimal digits.
    pub digest: String,
    /// The signatures in the order of the file, each with the key of the person who made it; nobody's for a seal, or
    /// where it is not known who.
    pub signatures: Vec<(Finding, Option<ProvenKey>)>,
}

impl Examined {
    /// Whether none of the signatures is over this content.
    pub fn is_of_other_content(&self) -> bool {
        self.signatures.iter().all(|(finding, _)| finding.is_of_other_content())
    }
}

/// The reason of a signature over other bytes.
const OTHER_CONTENT: &str = "signature-other-content";
/// The reason of a certificate whose time is over.
const EXPIRED: &str = "signature-certificate-expired";

impl Finding {
    /// What a look after this one says together with it: once valid, a signature does not become invalid because its
    /// certificate runs out or is revoked afterwards, or because nobody answers now. What was wrong before already, or
    /// with the signature itself, counts.
    #[must_use]
    pub fn and_then(&self, fresh: Finding) -> Finding {
        if self.verdict != Verdict::Valid || fresh.verdict == Verdict::Valid {
            return fresh;
        }
        // Valid then, it had not expired then; but a list may say only now that it had been revoked by then.
        let expired = fresh.reason.as_deref() == Some(EXPIRED);
        let revoked_since = fresh.since.is_some_and(|since| since > self.at);
        if !(expired || revoked_since || fresh.verdict == Verdict::Unknown) {
            return fresh;
        }
        let later = Later { at: fresh.at, reason: fresh.reason.unwrap_or_default() };
        Finding { later: Some(later), ..self.clone() }
    }

    /// Whether it is a signature of something else.
    pub fn is_of_other_content(&self) -> bool {
        self.reason.as_deref() == Some(OTHER_CONTENT)
    }

    fn refused(refusal: &Refusal, at: Instant, signer: Option<Signer>) -> Self {
        let verdict = match refusal {
            Refusal::RevocationUnknown { .. } => Verdict::Unknown,
            Refusal::TimeStampInvalid(inner) if matches!(**inner, Refusal::RevocationUnknown { .. }) => {
                Verdict::Unknown
            }
            _ => Verdict::Invalid,
        };
        let since = match refusal {
            Refusal::Revoked { since, .. } => Some(*since),
            _ => None,
        };
        Finding {
            verdict,
            at,
            reason: Some(refusal.public_code().to_owned()),
            since: since.and_then(|since| Instant::try_from(since).ok()),
            signer,
            later: None,
        }
    }
}

/// The verifiers of documents.
pub(super) struct Verifiers {
    /// Judges all but revocation.
    without_revocation: Arc<Verifier>,
    verifier: Arc<Verifier>,
    /// One at a time, whatever its size: sign-ins go on beside it.
    running: tokio::sync::Semaphore,
}

impl Verifiers {
    pub(super) fn new(trust: &TrustList, unknown: UnknownRevocation) -> Self {
        let of = |unknown_revocation| {
            let policy =
                Policy { limits: LIMITS, require_qualified: false, unknown_revocation, ..Policy::default() };
            Arc::new(Verifier::new(trust.clone(), policy))
        };
        Self {
            without_revocation: of(UnknownRevocation::Accept),
            verifier: of(unknown),
            running: tokio::sync::Semaphore::new(1),
        }
    }
}

/// Whether a signature carries what it signs.
///
/// # Errors
/// [`Refusal`] if it cannot be read.
pub fn is_attached(signature: &[u8]) -> Result<bool, Refusal> {
    carried_content(signature, &LIMITS).map(|content| content.is_some())
}

/// What one pass gives: the digest of what was signed, and each signature or why it does not count.
type Pass = (String, Vec<Result<Signature, Refusal>>);

impl Qualified {
    /// Examines a signed document: a signature that carries its content, or one apart from it with that content.
    ///
    /// # Errors
    /// [`QualifiedError::Refused`] if there is no signature to judge.
    pub async fn examine(
        &self,
        signature: &Arc<[u8]>,
        content: Option<&Arc<[u8]>>,
    ) -> Result<Examined, QualifiedError> {
        let verifiers = &self.documents;
        let _turn = verifiers.running.acquire().await.map_err(|_| QualifiedError::Busy)?;
        let now = self.clock.now();
        let verifier = &verifiers.without_revocation;
        let ((digest, first), wanted) = self.pass(verifier, signature, content, Wanted::default()).await?;
        // Nobody is asked about a signature that does not count anyway.
        let second = if first.iter().any(Result::is_ok) {
            let mut evidence = self.sources.about(&wanted.into_inner()).await;
            evidence.extend(self.own_list());
            self.pass(&verifiers.verifier, signature, content, evidence).await?.0.1
        } else {
            first.clone()
        };
        let signatures =
            first.into_iter().zip(second).map(|(first, second)| finding(first.as_ref().ok(), second, now));
        Ok(Examined { digest, signatures: signatures.collect() })
    }

    async fn pass<R: Revocation + Send + 'static>(
        &self,
        verifier: &Arc<Verifier>,
        signature: &Arc<[u8]>,
        content: Option<&Arc<[u8]>>,
        revocation: R,
    ) -> Result<(Pass, R), QualifiedError> {
        let (verifier, signature, content) = (Arc::clone(verifier), Arc::clone(signature), content.cloned());
        let now = self.clock.now().timestamp();
        let verified = tokio::task::spawn_blocking(move || {
            let request = vzaemo_signature::Request {
                signature: &signature,
                content: content.as_deref(),
                now,
                revocation: &revocation,
            };
            let (content, signatures) = verifier.verify_each(&request)?;
            Ok::<_, Refusal>(((hex::encode(Sha256::digest(&content)), signatures), revocation))
        });
        Ok(verified.await??)
    }
}

/// What was found: `known` is the signature as it is when nobody asks about revocation.
fn finding(
    known: Option<&Signature>,
    judged: Result<Signature, Refusal>,
    at: Instant,
) -> (Finding, Option<ProvenKey>) {
    let described = judged.as_ref().ok().or(known);
    let signer = described.map(signer);
    let key = described
        .filter(|signature| signature.qualification.kind != Kind::Seal)
        .and_then(|signature| attest::proven_key(&signature.signer).ok());
    let finding = match judged {
        Ok(_) => Finding { verdict: Verdict::Valid, at, reason: None, since: None, signer, later: None },
        Err(refusal) => Finding::refused(&refusal, at, signer),
    };
    (finding, key)
}

/// The longest text of a certificate that is kept, in characters.
const LONGEST: usize = 200;

fn signer(signature: &Signature) -> Signer {
    let signer = &signature.signer;
    let shown = |text: &str| {
        let mut text: String = text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
        // Some authorities write a number of the person into their name.
        for number in [&signer.tax_number, &signer.unzr, &signer.passport].into_iter().flatten() {
            text = text.replace(number.as_str(), "…");
        }
        text.trim().to_owned()
    };
    let parts = match (&signer.given_name, &signer.surname) {
        (Some(given), Some(family)) => Some(format!("{family} {given}")),
        _ => None,
    };
    let seal = signature.qualification.kind == Kind::Seal;
    let of_person = parts.filter(|_| !seal).or_else(|| signer.common_name.clone());
    let name = of_person.or_else(|| signer.organisation.clone()).unwrap_or_default();
    let instant = |at| Instant::try_from(at).unwrap_or(Instant::EPOCH);
    Signer {
        name: shown(&name),
        organisation: signer.organisation.as_deref().map(shown).filter(|text| !text.is_empty()),
        edrpou: signer.organisation_code.clone(),
        seal,
        qualified: signature.qualification.qualified,
        device: signature.qualification.device,
        sender: None,
        algorithm: signature.algorithm.to_string(),
        time: instant(signature.time),
        time_from: match signature.time_source {
            TimeSource::TimeStamp => TimeFrom::TimeStamp,
            TimeSource::Claimed => TimeFrom::Claim,
            TimeSource::Verification => TimeFrom::Look,
        },
        serial: signature.certificate.serial_number(),
        issuer: shown(&signature.certificate.issuer_name().unwrap_or_default()),
        holds_until: instant(signature.certificate.not_after()),
        not_revoked: signature.revocation.map(|(source, as_of)| NotRevoked {
            by_responder: source == Source::Answer,
            as_of: instant(as_of),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1000).unwrap()
    }

    fn found(verdict: Verdict, when: i64, reason: Option<&str>, since: Option<i64>) -> Finding {
        Finding {
            verdict,
            at: at(when),
            reason: reason.map(str::to_owned),
            since: since.map(at),
            signer: None,
            later: None,
        }
    }

    #[test]
    fn what_ends_after_a_valid_check_takes_nothing_from_it_and_is_said() {
        let valid = found(Verdict::Valid, 100, None, None);
        for (reason, since) in [("signature-certificate-revoked", Some(150)), (EXPIRED, None)] {
            let merged = valid.and_then(found(Verdict::Invalid, 200, Some(reason), since));
            assert_eq!((merged.verdict, merged.at), (Verdict::Valid, at(100)));
            assert_eq!(merged.later, Some(Later { at: at(200), reason: reason.to_owned() }));
        }
        let silent = valid.and_then(found(Verdict::Unknown, 200, Some("signature-revocation-unknown"), None));
        assert_eq!(silent.verdict, Verdict::Valid);
        let well = silent.and_then(found(Verdict::Valid, 300, None, None));
        assert_eq!((well.verdict, well.at, well.later), (Verdict::Valid, at(300), None));
    }

    #[test]
    fn attack_what_was_revoked_before_it_came_is_not_valid_however_it_was_judged_then() {
        let valid = found(Verdict::Valid, 100, None, None);
        let revoked = found(Verdict::Invalid, 200, Some("signature-certificate-revoked"), Some(90));
        assert_eq!(valid.and_then(revoked.clone()), revoked, "a list that came late");
        let untrusted = found(Verdict::Invalid, 200, Some("signature-untrusted"), None);
        assert_eq!(valid.and_then(untrusted.clone()), untrusted, "an authority that is trusted no more");
        let unknown = found(Verdict::Unknown, 100, Some("signature-revocation-unknown"), None);
        assert_eq!(unknown.and_then(revoked.clone()), revoked);
    }
}
