//! Certificate revocation lists (RFC 5280, 5), read entry by entry without building them up in memory.

use der::Decode;
use jiff::Timestamp;
use x509_cert::ext::pkix::{
    CrlDistributionPoints, crl::dp::IssuingDistributionPoint, name::DistributionPointName,
};

use crate::{
    algorithm::Algorithm,
    asn1::{AlgorithmIdentifier, Element, NotDer, Reader, bit_string, tag},
    certificate::{extension, timestamp},
    name::Name,
    oid,
    refusal::{RevocationGap, Role},
    revocation::{Question, Source, Status, is_fresh},
};

/// What the list says about the certificate in question.
pub(crate) fn status(list: &[u8], question: &Question<'_>) -> Status {
    match read(list, question) {
        Ok(status) => status,
        Err(NotDer) => Status::Unknown(RevocationGap::NotVerifiable),
    }
}

/// `CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signature }`.
fn read(list: &[u8], question: &Question<'_>) -> Result<Status, NotDer> {
    let mut outer = Element::only_with(list, tag::SEQUENCE)?.contents();
    let tbs = outer.next(tag::SEQUENCE)?;
    let algorithm = outer.next(tag::SEQUENCE)?;
    let signature = outer.next(tag::BIT_STRING)?;
    outer.finish()?;

    let mut fields = tbs.contents();
    let version = fields.optional(tag::INTEGER)?;
    let inner_algorithm = fields.next(tag::SEQUENCE)?;
    let issuer = Name::new(&fields.next(tag::SEQUENCE)?)?;
    let this_update = timestamp(&fields.any()?)?;
    let next_update = match (fields.optional(tag::UTC_TIME)?, fields.clone().optional(tag::GENERALIZED_TIME)?)
    {
        (Some(time), _) => Some(timestamp(&time)?),
        (None, Some(_)) => Some(timestamp(&fields.next(tag::GENERALIZED_TIME)?)?),
        (None, None) => None,
    };
    let entries = fields.optional(tag::SEQUENCE)?;
    let extensions = fields.optional(tag::CONTEXT_0)?;
    fields.finish()?;
    if version.is_some_and(|version| version.value != [1]) || inner_algorithm.whole != algorithm.whole {
        return Err(NotDer);
    }

    // Lists of other issuers say nothing about this certificate.
    if !issuer.same(&question.certificate.issuer) {
        return Ok(Status::Unknown(RevocationGap::NoInformation));
    }
    let not_verifiable = Status::Unknown(RevocationGap::NotVerifiable);
    if question.issuer.extensions.key_usage.is_some_and(|usage| !usage.crl_sign()) {
        return Ok(not_verifiable);
    }
    let signed =
        AlgorithmIdentifier::new(algorithm).map(|algorithm| Algorithm::of_certificate(&algorithm))?;
    let key = question.issuer.key(Role::Authority);
    let (Ok(algorithm), Ok(key)) = (signed, key) else { return Ok(not_verifiable) };
    if key.verify(algorithm, &[tbs.whole], bit_string(&signature)?).is_err() {
        return Ok(not_verifiable);
    }
    if let Some(gap) = scope(extensions, question)? {
        return Ok(Status::Unknown(gap));
    }
    let revoked = match entries {
        Some(entries) => find(entries.contents(), question.certificate.serial())?,
        None => None,
    };
    // Once revoked stays revoked, so this much even an old list can say.
    if let Some(since) = revoked {
        return Ok(Status::Revoked { source: Source::List, since });
    }
    // RFC 5280, 5.1.2.5: every list must say when the next one comes.
    let fresh = next_update.is_some_and(|next| is_fresh(this_update, next, question));
    // A certificate may leave the list once it has expired.
    if !fresh || question.certificate.not_after() < this_update {
        return Ok(Status::Unknown(RevocationGap::OutOfDate));
    }
    Ok(Status::Good { source: Source::List, as_of: this_update })
}

/// Since when the serial number is on the list. An entry with a critical extension that is not known, such as that of
/// an indirect list, makes the list unusable (RFC 5280, 5.3).
fn find(mut entries: Reader<'_>, serial: &[u8]) -> Result<Option<Timestamp>, NotDer> {
    let mut found = None;
    while !entries.is_empty() {
        let mut entry = entries.next(tag::SEQUENCE)?.contents();
        let number = entry.next(tag::INTEGER)?;
        let since = entry.any()?;
        if let Some(extensions) = entry.optional(tag::SEQUENCE)? {
            let mut extensions = extensions.contents();
            while !extensions.is_empty() {
                let (oid, critical, _) = extension(&extensions.next(tag::SEQUENCE)?)?;
                if critical && oid != oid::CRL_REASON {
                    return Err(NotDer);
                }
            }
        }
        entry.finish()?;
        if number.value == serial && found.is_none() {
            found = Some(timestamp(&since)?);
        }
    }
    Ok(found)
}

/// Why the list does not cover the certificate, if it does not: a list for other kinds of certificates, for some
/// reasons only, for another distribution point, an indirect one or a delta.
fn scope(explicit: Option<Element<'_>>, question: &Question<'_>) -> Result<Option<RevocationGap>, NotDer> {
    let Some(explicit) = explicit else { return Ok(None) };
    let mut extensions = Element::only_with(explicit.value, tag::SEQUENCE)?.contents();
    while !extensions.is_empty() {
        let (oid, critical, value) = extension(&extensions.next(tag::SEQUENCE)?)?;
        if oid == oid::ISSUING_DISTRIBUTION_POINT {
            let point = IssuingDistributionPoint::from_der(value)?;
            let authority = question.certificate.extensions.authority.is_some_and(|(authority, _)| authority);
            if point.indirect_crl || point.only_some_reasons.is_some() {
                return Ok(Some(RevocationGap::NotVerifiable));
            }
            if point.only_contains_attribute_certs
                || (point.only_contains_user_certs && authority)
                || (point.only_contains_ca_certs && !authority)
            {
                return Ok(Some(RevocationGap::NoInformation));
            }
            if point.distribution_point.is_some_and(|name| !names_point(question, &name)) {
                return Ok(Some(RevocationGap::NoInformation));
            }
        } else if critical && oid != oid::AUTHORITY_KEY_IDENTIFIER && oid != oid::CRL_NUMBER {
            return Ok(Some(RevocationGap::NotVerifiable));
        }
    }
    Ok(None)
}

/// Whether the certificate names this distribution point (RFC 5280, 6.3.3 (b)(2)(i)).
fn names_point(question: &Question<'_>, name: &DistributionPointName) -> bool {
    let DistributionPointName::FullName(wanted) = name else { return false };
    let Some(points) = &question.certificate.extensions.distribution_points else { return false };
    let Ok(points) = CrlDistributionPoints::from_der(points) else { return false };
    points.0.iter().any(|point| match &point.distribution_point {
        Some(DistributionPointName::FullName(names)) => names.iter().any(|name| wanted.contains(name)),
        _ => false,
    })
}
