//! X.509 certificates (RFC 5280), read once and kept with the bytes that were signed.

use std::sync::OnceLock;

use der::{Decode, asn1::ObjectIdentifier};
use jiff::Timestamp;
use sha2::Digest as _;
use x509_cert::{
    ext::pkix::{
        AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage,
        name::{DistributionPointName, GeneralName},
    },
    time::Time,
};

use crate::{
    algorithm::Algorithm,
    asn1::{AlgorithmIdentifier, Element, NotDer, bit_string, tag},
    key::PublicKey,
    name::Name,
    oid,
    qualified::Qualification,
    refusal::{Refusal, Role},
};

/// A certificate.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    serial: Vec<u8>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    key_info: Vec<u8>,
    key: OnceLock<PublicKey>,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
    pub(crate) extensions: Extensions,
}

/// What a certificate's extensions say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extensions {
    pub subject_key: Option<Vec<u8>>,
    pub authority_key: Option<Vec<u8>>,
    /// Whether a certification authority, and how many authorities may stand below it.
    pub authority: Option<(bool, Option<u8>)>,
    pub key_usage: Option<KeyUsage>,
    pub extended_key_usage: Option<Vec<ObjectIdentifier>>,
    pub extended_key_usage_critical: bool,
    pub qualification: Qualification,
    /// Where the certificate says its revocation lists are, undecoded.
    pub distribution_points: Option<Vec<u8>>,
    /// Where services of the issuer are, undecoded.
    pub information_access: Option<Vec<u8>>,
    /// The subject directory attributes, undecoded.
    pub directory_attributes: Option<Vec<u8>>,
    /// The first critical extension that is not processed.
    pub unknown_critical: Option<ObjectIdentifier>,
}

/// Names and numbers of a person stand in a certificate, so only its fingerprint is shown.
impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Certificate({})", hex::encode(self.fingerprint()))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// Reads one certificate in DER.
    ///
    /// # Errors
    /// [`Refusal::CertificateMalformed`] if it is not well-formed or contradicts itself.
    pub fn from_der(bytes: &[u8], role: Role) -> Result<Self, Refusal> {
        Self::read(bytes).map_err(|what| Refusal::CertificateMalformed { role, what })
    }

    fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        const SHAPE: &str = "it is not well-formed";
        let whole = Element::only_with(bytes, tag::SEQUENCE).map_err(|_| SHAPE)?;
        let mut outer = whole.contents();
        let tbs = outer.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        let algorithm = outer.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        let signature = outer.next(tag::BIT_STRING).map_err(|_| SHAPE)?;
        outer.finish().map_err(|_| SHAPE)?;

        let mut fields = tbs.contents();
        let version = fields.optional(tag::CONTEXT_0).map_err(|_| SHAPE)?;
        if version.is_none_or(|version| version.value != [tag::INTEGER, 1, 2]) {
            return Err("it is not of version 3");
        }
        let serial = fields.next(tag::INTEGER).map_err(|_| SHAPE)?;
        if serial.value.is_empty() || serial.value.len() > 21 {
            return Err("its serial number is not allowed");
        }
        let inner_algorithm = fields.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        // RFC 5280, 4.1.1.2: both must be the same.
        if inner_algorithm.whole != algorithm.whole {
            return Err("it names two signature algorithms");
        }
        let issuer = fields.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        let validity = fields.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        let subject = fields.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        let key_info = fields.next(tag::SEQUENCE).map_err(|_| SHAPE)?;
        for unique_identifier in [0x81, 0x82] {
            fields.optional(unique_identifier).map_err(|_| SHAPE)?;
        }
        let extensions = fields.optional(0xa3).map_err(|_| SHAPE)?;
        fields.finish().map_err(|_| SHAPE)?;

        let mut times = validity.contents();
        let not_before =
            times.any().and_then(|time| timestamp(&time)).map_err(|_| "its validity is no time")?;
        let not_after =
            times.any().and_then(|time| timestamp(&time)).map_err(|_| "its validity is no time")?;
        times.finish().map_err(|_| SHAPE)?;

        Ok(Self {
            der: bytes.to_vec(),
            tbs: tbs.whole.to_vec(),
            serial: serial.value.to_vec(),
            issuer: Name::new(&issuer).map_err(|_| SHAPE)?,
            subject: Name::new(&subject).map_err(|_| SHAPE)?,
            not_before,
            not_after,
            key_info: key_info.whole.to_vec(),
            key: OnceLock::new(),
            signature_algorithm: algorithm.whole.to_vec(),
            signature: bit_string(&signature).map_err(|_| SHAPE)?.to_vec(),
            extensions: match extensions {
                Some(extensions) => Extensions::read(&extensions)?,
                None => Extensions::default(),
            },
        })
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 over the certificate: what it is called by in logs.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha2::Sha256::digest(&self.der).into()
    }

    /// The serial number in hexadecimal, without a leading zero byte.
    pub fn serial_number(&self) -> String {
        hex::encode(self.serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(&self.serial))
    }

    /// Valid from this instant on.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Valid up to and with this instant.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The issuer's common name or organisation.
    pub fn issuer_name(&self) -> Option<String> {
        self.issuer.text(oid::COMMON_NAME).or_else(|| self.issuer.text(oid::ORGANISATION))
    }

    /// Where the certificate says that its issuer's revocation lists are (RFC 5280, 4.2.1.13). Only a path to the trust
    /// list makes these addresses more than what anybody may have written.
    pub fn list_addresses(&self) -> Vec<String> {
        let points = self.extensions.distribution_points.as_deref();
        let Some(points) = points.and_then(|points| CrlDistributionPoints::from_der(points).ok()) else {
            return Vec::new();
        };
        let names = points.0.into_iter().filter_map(|point| match point.distribution_point {
            Some(DistributionPointName::FullName(names)) => Some(names),
            _ => None,
        });
        names
            .flatten()
            .filter_map(|name| match name {
                GeneralName::UniformResourceIdentifier(address) => Some(address.as_str().to_owned()),
                _ => None,
            })
            .collect()
    }

    /// Where the certificate says that the responder is which answers whether it was revoked (RFC 5280, 4.2.2.1); with
    /// the same reservation.
    pub fn responder_addresses(&self) -> Vec<String> {
        let read = || {
            let access = self.extensions.information_access.as_deref().ok_or(NotDer)?;
            let mut descriptions = Element::only_with(access, tag::SEQUENCE)?.contents();
            let mut addresses = Vec::new();
            while !descriptions.is_empty() {
                let mut description = descriptions.next(tag::SEQUENCE)?.contents();
                let (method, location) = (description.oid()?, description.any()?);
                if method == oid::OCSP_ACCESS && location.tag == tag::CONTEXT_6_PRIMITIVE {
                    addresses.push(String::from_utf8(location.value.to_vec()).map_err(|_| NotDer)?);
                }
            }
            Ok(addresses)
        };
        read().unwrap_or_else(|NotDer| Vec::new())
    }

    /// The content of the serial number, as the encoded INTEGER has it.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The `SubjectPublicKeyInfo`.
    pub(crate) fn key_info(&self) -> &[u8] {
        &self.key_info
    }

    /// The public key, decoded at the first use.
    pub(crate) fn key(&self, role: Role) -> Result<&PublicKey, Refusal> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = PublicKey::new(&self.key_info, role)?;
        Ok(self.key.get_or_init(|| key))
    }

    /// Whether the certificate names itself as its issuer (RFC 5280, 3.2: self-issued).
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject.same(&self.issuer)
    }

    /// Whether `issuer` bears the issuer's name and, where both name one, its key identifier.
    pub(crate) fn may_be_issued_by(&self, issuer: &Self) -> bool {
        let keys = (&self.extensions.authority_key, &issuer.extensions.subject_key);
        self.issuer.same(&issuer.subject) && !matches!(keys, (Some(asked), Some(has)) if asked != has)
    }

    /// Whether the issuer's key has signed this certificate.
    pub(crate) fn verify_signature(&self, issuer: &Self, role: Role) -> Result<(), Refusal> {
        let algorithm = Algorithm::of_certificate(&self.algorithm()?)?;
        issuer.key(Role::Authority)?.verify(algorithm, &[&self.tbs], &self.signature).map_err(|refusal| {
            if refusal == Refusal::SignatureInvalid { Refusal::CertificateForged { role } } else { refusal }
        })
    }

    fn algorithm(&self) -> Result<AlgorithmIdentifier<'_>, Refusal> {
        Element::only(&self.signature_algorithm)
            .and_then(AlgorithmIdentifier::new)
            .map_err(|NotDer| Refusal::Malformed { what: "the certificate's signature algorithm" })
    }

    /// Whether the certificate is valid at that instant.
    pub(crate) fn check_validity(&self, at: Timestamp, role: Role) -> Result<(), Refusal> {
        if at < self.not_before {
            Err(Refusal::NotYetValid { role, at })
        } else if at > self.not_after {
            Err(Refusal::Expired { role, at })
        } else {
            Ok(())
        }
    }
}

impl Extensions {
    fn read(explicit: &Element<'_>) -> Result<Self, &'static str> {
        const SHAPE: &str = "its extensions are not well-formed";
        let sequence = Element::only_with(explicit.value, tag::SEQUENCE).map_err(|_| SHAPE)?;
        let mut list = sequence.contents();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        let mut found = Self::default();
        while !list.is_empty() {
            let (oid, critical, value) =
                extension(&list.next(tag::SEQUENCE).map_err(|_| SHAPE)?).map_err(|_| SHAPE)?;
            if seen.contains(&oid) {
                return Err("it has an extension twice");
            }
            seen.push(oid);
            found.take(oid, critical, value).map_err(|NotDer| SHAPE)?;
        }
        Ok(found)
    }

    fn take(&mut self, oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Result<(), NotDer> {
        match oid {
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key = Some(Element::only_with(value, tag::OCTET_STRING)?.value.to_vec());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                // Only a hint for finding the issuer; some authorities encode it oddly.
                let identifier = AuthorityKeyIdentifier::from_der(value).ok();
                let key = identifier.and_then(|identifier| identifier.key_identifier);
                self.authority_key = key.map(|key| key.as_bytes().to_vec());
            }
            oid::BASIC_CONSTRAINTS => {
                let constraints = BasicConstraints::from_der(value)?;
                self.authority = Some((constraints.ca, constraints.path_len_constraint));
            }
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::from_der(value)?),
            oid::EXTENDED_KEY_USAGE => {
                self.extended_key_usage = Some(ExtendedKeyUsage::from_der(value)?.0);
                self.extended_key_usage_critical = critical;
            }
            oid::QC_STATEMENTS => self.qualification = Qualification::read(value)?,
            oid::SUBJECT_DIRECTORY_ATTRIBUTES => self.directory_attributes = Some(value.to_vec()),
            oid::CRL_DISTRIBUTION_POINTS => self.distribution_points = Some(value.to_vec()),
            oid::AUTHORITY_INFORMATION_ACCESS => self.information_access = Some(value.to_vec()),
            // Read by nobody here, and harmless when critical: any policy is accepted, and other names of the
            // subject are not used.
            oid::CERTIFICATE_POLICIES | oid::SUBJECT_ALTERNATIVE_NAME => {}
            other if critical => {
                self.unknown_critical.get_or_insert(other);
            }
            _ => {}
        }
        Ok(())
    }
}

/// `Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`.
pub(crate) fn extension<'a>(sequence: &Element<'a>) -> Result<(ObjectIdentifier, bool, &'a [u8]), NotDer> {
    let mut contents = sequence.contents();
    let oid = contents.oid()?;
    let critical = match contents.optional(tag::BOOLEAN)? {
        None => false,
        Some(flag) => match flag.value {
            [0] => false,
            [0xff] => true,
            _ => return Err(NotDer),
        },
    };
    let value = contents.next(tag::OCTET_STRING)?.value;
    contents.finish()?;
    Ok((oid, critical, value))
}

/// A `Time` of X.509: UTCTime or GeneralizedTime, in UTC and with seconds.
pub(crate) fn timestamp(element: &Element<'_>) -> Result<Timestamp, NotDer> {
    let seconds = Time::from_der(element.whole)?.to_unix_duration().as_secs();
    Timestamp::from_second(i64::try_from(seconds).map_err(|_| NotDer)?).map_err(|_| NotDer)
}
