//! The signed attributes of a CMS signer (RFC 5652, 11; RFC 5035; ETSI EN 319 122-1, 5).

use der::asn1::ObjectIdentifier;
use jiff::Timestamp;

use crate::{
    algorithm::{Digest, sha1},
    asn1::{AlgorithmIdentifier, Element, NotDer, tag},
    certificate::{Certificate, timestamp},
    cms::{Attribute, SignerInfo, attributes},
    name::{Name, directory_name},
    oid,
    refusal::Refusal,
};

const SHAPE: Refusal = Refusal::Malformed { what: "the signed attributes" };

/// What the signer has signed beside the content.
#[derive(Debug)]
pub(crate) struct SignedAttributes<'a> {
    pub content_type: ObjectIdentifier,
    pub message_digest: &'a [u8],
    pub signing_time: Option<Timestamp>,
    pub certificates: Vec<CertificateReference<'a>>,
}

/// The signer's certificate as a signed attribute names it.
#[derive(Debug)]
pub(crate) struct CertificateReference<'a> {
    /// `None` for SHA-1, which the first version of the attribute prescribes.
    digest: Option<Digest>,
    value: &'a [u8],
    issuer: Option<(Option<Name>, &'a [u8])>,
}

impl<'a> SignedAttributes<'a> {
    /// Reads the attributes of a signer. None may occur twice or have two values, not even one that is not used here.
    pub(crate) fn read(signer: &SignerInfo<'a>) -> Result<Self, Refusal> {
        let set = signer.signed_attributes.ok_or(Refusal::NoSignedAttributes)?;
        let list = attributes(&set).map_err(|NotDer| SHAPE)?;
        for (index, attribute) in list.iter().enumerate() {
            let repeated = list.iter().skip(index + 1).any(|other| other.oid == attribute.oid);
            let single = matches!(
                attribute.oid,
                oid::CONTENT_TYPE
                    | oid::MESSAGE_DIGEST
                    | oid::SIGNING_TIME
                    | oid::SIGNING_CERTIFICATE
                    | oid::SIGNING_CERTIFICATE_V2
                    | oid::ALGORITHM_PROTECTION
            );
            if repeated || (single && attribute.values.len() > 1) {
                return Err(Refusal::AttributeRepeated { oid: attribute.oid });
            }
        }
        let find = |oid| value(&list, oid);
        let content_type =
            find(oid::CONTENT_TYPE).ok_or(Refusal::AttributeMissing { attribute: "content-type" })?;
        let digest =
            find(oid::MESSAGE_DIGEST).ok_or(Refusal::AttributeMissing { attribute: "message-digest" })?;
        if content_type.tag != tag::OBJECT_IDENTIFIER || digest.tag != tag::OCTET_STRING {
            return Err(SHAPE);
        }
        let mut certificates = Vec::new();
        if let Some(attribute) = find(oid::SIGNING_CERTIFICATE_V2) {
            certificates.push(CertificateReference::read(&attribute, true)?);
        }
        if let Some(attribute) = find(oid::SIGNING_CERTIFICATE) {
            certificates.push(CertificateReference::read(&attribute, false)?);
        }
        if let Some(protection) = find(oid::ALGORITHM_PROTECTION) {
            check_protection(&protection, signer)?;
        }
        Ok(Self {
            content_type: ObjectIdentifier::from_bytes(content_type.value).map_err(|_| SHAPE)?,
            message_digest: digest.value,
            signing_time: match find(oid::SIGNING_TIME) {
                Some(time) => Some(timestamp(&time).map_err(|NotDer| SHAPE)?),
                None => None,
            },
            certificates,
        })
    }
}

fn value<'a>(list: &[Attribute<'a>], oid: ObjectIdentifier) -> Option<Element<'a>> {
    list.iter().find(|attribute| attribute.oid == oid).and_then(|attribute| attribute.values.first().copied())
}

/// `CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1], … }` (RFC 6211, 2): where it is
/// given it must name the same algorithms as the signer does outside of what is signed.
fn check_protection(protection: &Element<'_>, signer: &SignerInfo<'_>) -> Result<(), Refusal> {
    let mut contents = protection.contents();
    let digest = contents.algorithm().map_err(|NotDer| SHAPE)?;
    let signature =
        contents.next(tag::CONTEXT_1).and_then(AlgorithmIdentifier::implicit).map_err(|NotDer| SHAPE)?;
    if digest == signer.digest && signature == signer.signature_algorithm {
        Ok(())
    } else {
        Err(Refusal::AlgorithmMismatch)
    }
}

impl<'a> CertificateReference<'a> {
    /// `SigningCertificate(V2) ::= SEQUENCE { certs SEQUENCE OF ESSCertID(v2), policies … OPTIONAL }`; the first
    /// reference is the signer's.
    fn read(attribute: &Element<'a>, second_version: bool) -> Result<Self, Refusal> {
        let mut contents = attribute.contents();
        let first = || -> Result<_, NotDer> {
            let mut list = contents.next(tag::SEQUENCE)?.contents();
            let mut reference = list.next(tag::SEQUENCE)?.contents();
            let algorithm = match reference.optional(tag::SEQUENCE)? {
                Some(algorithm) if second_version => Some(AlgorithmIdentifier::new(algorithm)?.oid),
                Some(_) => return Err(NotDer),
                // RFC 5035, 4: SHA-256 is the default of the second version.
                None if second_version => Some(oid::SHA256),
                None => None,
            };
            let value = reference.next(tag::OCTET_STRING)?.value;
            let issuer = match reference.optional(tag::SEQUENCE)? {
                Some(issuer_serial) => {
                    let mut contents = issuer_serial.contents();
                    let names = contents.next(tag::SEQUENCE)?;
                    let serial = contents.next(tag::INTEGER)?;
                    contents.finish()?;
                    Some((directory_name(&names)?, serial.value))
                }
                None => None,
            };
            reference.finish()?;
            Ok((algorithm, value, issuer))
        };
        let mut first = first;
        let (algorithm, value, issuer) = first().map_err(|NotDer| SHAPE)?;
        Ok(Self { digest: algorithm.map(Digest::of).transpose()?, value, issuer })
    }

    /// Whether the reference means this certificate.
    pub(crate) fn matches(&self, certificate: &Certificate) -> bool {
        let digest = match self.digest {
            Some(digest) => digest.digest(&[certificate.der()]),
            None => sha1(certificate.der()),
        };
        digest == self.value
            && self.issuer.as_ref().is_none_or(|(name, serial)| {
                *serial == certificate.serial()
                    && name.as_ref().is_none_or(|name| name.same(&certificate.issuer))
            })
    }
}
