//! Answers of the online certificate status protocol (RFC 6960).

use jiff::{SignedDuration, Timestamp};

use crate::{
    algorithm::{Algorithm, Digest, sha1},
    asn1::{AlgorithmIdentifier, Element, NotDer, bit_string, tag},
    certificate::{Certificate, extension, timestamp},
    encode, key, oid,
    path::check_use,
    refusal::{Refusal, RevocationGap, Role},
    revocation::{Question, Source, Status, is_fresh},
};

/// How long an answer counts that does not say when the next one comes.
const WITHOUT_NEXT_UPDATE: SignedDuration = SignedDuration::from_hours(24);
/// Certificates of responders in one answer at most.
const RESPONDERS: usize = 4;

/// The question to a responder whether a certificate was revoked (RFC 6960, 4.1.1), without a nonce: what is answered
/// holds as long as it says, and may come from a cache.
///
/// # Errors
/// [`Refusal::CertificateMalformed`] if the issuer's key cannot be read.
pub fn status_request(certificate: &Certificate, issuer: &Certificate) -> Result<Vec<u8>, Refusal> {
    let what = "its key is not well-formed";
    let (_, key) = key::parts(issuer.key_info())
        .map_err(|NotDer| Refusal::CertificateMalformed { role: Role::Authority, what })?;
    // CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }. SHA-1 only says here which
    // certificate is meant, and all responders know it (RFC 5019, 2.1.1).
    let identifier = encode::sequence(&[
        &encode::sequence(&[&encode::oid(oid::SHA1), &[0x05, 0x00]]),
        &encode::element(tag::OCTET_STRING, &[&sha1(certificate.issuer.raw())]),
        &encode::element(tag::OCTET_STRING, &[&sha1(key)]),
        &encode::element(tag::INTEGER, &[certificate.serial()]),
    ]);
    // OCSPRequest, its TBSRequest, the list, one Request of it.
    Ok((0..4).fold(identifier, |inner, _| encode::sequence(&[&inner])))
}

/// What the answer says about the certificate in question.
pub(crate) fn status(answer: &[u8], question: &Question<'_>) -> Status {
    match read(answer, question) {
        Ok(status) => status,
        Err(NotDer) => Status::Unknown(RevocationGap::NotVerifiable),
    }
}

/// `OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] SEQUENCE { responseType, response } }`.
fn read(answer: &[u8], question: &Question<'_>) -> Result<Status, NotDer> {
    let mut response = Element::only_with(answer, tag::SEQUENCE)?.contents();
    let outcome = response.next(tag::ENUMERATED)?;
    // 0 is success; everything else carries no answer.
    if outcome.value != [0] {
        return Ok(Status::Unknown(RevocationGap::Undecided));
    }
    let bytes = Element::only_with(response.next(tag::CONTEXT_0)?.value, tag::SEQUENCE)?;
    response.finish()?;
    let mut bytes = bytes.contents();
    if bytes.oid()? != oid::OCSP_BASIC {
        return Err(NotDer);
    }
    let basic = bytes.next(tag::OCTET_STRING)?;
    bytes.finish()?;

    // BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, certs [0] OPTIONAL }
    let mut basic = Element::only_with(basic.value, tag::SEQUENCE)?.contents();
    let data = basic.next(tag::SEQUENCE)?;
    let algorithm = basic.algorithm()?;
    let signature = basic.next(tag::BIT_STRING)?;
    let certificates = basic.optional(tag::CONTEXT_0)?;
    basic.finish()?;
    let signature = bit_string(&signature)?;

    // ResponseData ::= SEQUENCE { version [0] DEFAULT v1, responderID, producedAt, responses, extensions [1] }
    let mut fields = data.contents();
    if fields.optional(tag::CONTEXT_0)?.is_some_and(|version| version.value != [tag::INTEGER, 1, 0]) {
        return Err(NotDer);
    }
    fields.any()?;
    let produced = timestamp(&fields.next(tag::GENERALIZED_TIME)?)?;
    let mut responses = fields.next(tag::SEQUENCE)?.contents();
    if let Some(extensions) = fields.optional(tag::CONTEXT_1)? {
        refuse_critical(&extensions)?;
    }
    fields.finish()?;

    if !is_signed(&algorithm, data.whole, signature, certificates, produced, question)? {
        return Ok(Status::Unknown(RevocationGap::NotVerifiable));
    }
    while !responses.is_empty() {
        if let Some(status) = single(&responses.next(tag::SEQUENCE)?, question)? {
            return Ok(status);
        }
    }
    Ok(Status::Unknown(RevocationGap::NoInformation))
}

/// `SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, nextUpdate [0] OPTIONAL, extensions [1] OPTIONAL }`;
/// `None` if it is about another certificate.
fn single(response: &Element<'_>, question: &Question<'_>) -> Result<Option<Status>, NotDer> {
    let mut fields = response.contents();
    let identifier = fields.next(tag::SEQUENCE)?;
    let status = fields.any()?;
    let this_update = timestamp(&fields.next(tag::GENERALIZED_TIME)?)?;
    let next_update = match fields.optional(tag::CONTEXT_0)? {
        Some(time) => timestamp(&Element::only_with(time.value, tag::GENERALIZED_TIME)?)?,
        None => this_update.saturating_add(WITHOUT_NEXT_UPDATE).map_err(|_| NotDer)?,
    };
    if let Some(extensions) = fields.optional(tag::CONTEXT_1)? {
        refuse_critical(&extensions)?;
    }
    fields.finish()?;
    if !means(&identifier, question)? {
        return Ok(None);
    }
    Ok(Some(match status.tag {
        // revoked [1] SEQUENCE { revocationTime, … }
        tag::CONTEXT_1 => {
            let mut revoked = status.contents();
            Status::Revoked {
                source: Source::Answer,
                since: timestamp(&revoked.next(tag::GENERALIZED_TIME)?)?,
            }
        }
        _ if !is_fresh(this_update, next_update, question) => Status::Unknown(RevocationGap::OutOfDate),
        tag::CONTEXT_0_PRIMITIVE if status.value.is_empty() => {
            Status::Good { source: Source::Answer, as_of: this_update }
        }
        0x82 => Status::Unknown(RevocationGap::Undecided),
        _ => return Err(NotDer),
    }))
}

/// Whether a `CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }` means the
/// certificate in question.
fn means(identifier: &Element<'_>, question: &Question<'_>) -> Result<bool, NotDer> {
    let mut fields = identifier.contents();
    let algorithm = fields.algorithm()?;
    let name_hash = fields.next(tag::OCTET_STRING)?.value;
    let key_hash = fields.next(tag::OCTET_STRING)?.value;
    let serial = fields.next(tag::INTEGER)?.value;
    fields.finish()?;
    if serial != question.certificate.serial() {
        return Ok(false);
    }
    let (_, key) = key::parts(question.issuer.key_info())?;
    let name = question.certificate.issuer.raw();
    // SHA-1 only says here which certificate is meant; nearly all responders use it so.
    let (name, key) = match Digest::of(algorithm.oid) {
        Ok(digest) => (digest.digest(&[name]), digest.digest(&[key])),
        Err(_) if algorithm.oid == oid::SHA1 => (sha1(name), sha1(key)),
        Err(_) => return Ok(false),
    };
    Ok(name_hash == name && key_hash == key)
}

/// Whether the answer is signed by the certificate's issuer, or by a responder whom this very issuer has appointed
/// (RFC 6960, 4.2.2.2).
fn is_signed(
    algorithm: &AlgorithmIdentifier<'_>,
    data: &[u8],
    signature: &[u8],
    certificates: Option<Element<'_>>,
    produced: Timestamp,
    question: &Question<'_>,
) -> Result<bool, NotDer> {
    let Ok(algorithm) = Algorithm::of_certificate(algorithm) else { return Ok(false) };
    let verifies = |certificate: &Certificate| {
        certificate.key(Role::Responder).and_then(|key| key.verify(algorithm, &[data], signature)).is_ok()
    };
    if verifies(question.issuer) {
        return Ok(true);
    }
    let Some(explicit) = certificates else { return Ok(false) };
    let mut list = Element::only_with(explicit.value, tag::SEQUENCE)?.contents();
    for _ in 0..RESPONDERS {
        if list.is_empty() {
            break;
        }
        let Ok(responder) = Certificate::from_der(list.next(tag::SEQUENCE)?.whole, Role::Responder) else {
            continue;
        };
        let appointed = responder.extensions.unknown_critical.is_none()
            && check_use(&responder, Role::Responder).is_ok()
            && responder.check_validity(produced, Role::Responder).is_ok()
            && responder.may_be_issued_by(question.issuer)
            && verifies(&responder)
            && responder.verify_signature(question.issuer, Role::Responder).is_ok();
        if appointed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// No critical extension of an answer is known here.
fn refuse_critical(explicit: &Element<'_>) -> Result<(), NotDer> {
    let mut extensions = Element::only_with(explicit.value, tag::SEQUENCE)?.contents();
    while !extensions.is_empty() {
        let (_, critical, _) = extension(&extensions.next(tag::SEQUENCE)?)?;
        if critical {
            return Err(NotDer);
        }
    }
    Ok(())
}
