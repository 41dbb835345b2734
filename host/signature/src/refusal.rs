//! Why a signature was refused: one reason, with a stable code, a sentence for the person and one for the operator.

use der::asn1::ObjectIdentifier;
use jiff::Timestamp;

/// Whose certificate a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The person or organisation that signed.
    Signer,
    /// A certification authority above the signer.
    Authority,
    /// The authority that stamped the time.
    TimeStamper,
    /// The service that answered whether a certificate is revoked.
    Responder,
}

impl std::fmt::Display for Role {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Signer => "signer",
            Self::Authority => "authority",
            Self::TimeStamper => "time-stamper",
            Self::Responder => "responder",
        })
    }
}

/// Why it is not known whether a certificate is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationGap {
    /// Nobody gave a list or an answer about this certificate.
    NoInformation,
    /// What was given had run out at the time in question, or is from the future.
    OutOfDate,
    /// What was given is not signed by who may say so, or cannot be read.
    NotVerifiable,
    /// The responder does not know the certificate.
    Undecided,
}

impl std::fmt::Display for RevocationGap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::NoInformation => "no list or answer was given",
            Self::OutOfDate => "the list or answer is out of date",
            Self::NotVerifiable => "the list or answer is not signed by who may give it",
            Self::Undecided => "the responder does not know the certificate",
        })
    }
}

/// Why a signature does not count.
///
/// `Display` is for the operator and holds no personal data: names and codes of signers never occur in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The input is larger than the configured limit.
    #[error("read the signature: it is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Deeper nested or of more elements, certificates, signers or checks than the limits allow.
    #[error("read the signature: more {what} than allowed")]
    TooComplex {
        /// What there is too much of.
        what: &'static str,
    },
    /// Neither DER nor PEM nor base64 of a CMS structure.
    #[error("read {what}: not well-formed DER")]
    Malformed {
        /// The structure that could not be read.
        what: &'static str,
    },
    /// Bytes stand behind the end of the structure.
    #[error("read the signature: bytes follow its end")]
    TrailingBytes,
    /// A CMS structure, but not signed data.
    #[error("read the signature: the content is not signed data")]
    NotSignedData,
    /// Signed data without a signer.
    #[error("find a signer: nobody has signed")]
    NoSigner,
    /// More signers than one where one is asked for.
    #[error("find the signer: there is more than one")]
    SeveralSigners,
    /// The signature is detached and the content was not given.
    #[error("find the content: the signature is detached and no content was given")]
    ContentMissing,
    /// The signature carries content that differs from what should have been signed.
    #[error("compare the content: the signature carries another one")]
    ContentDiffers,
    /// The signature covers the content only, without signed attributes; CAdES demands them (ETSI EN 319 122-1, 5.1).
    #[error("read the signed attributes: there are none")]
    NoSignedAttributes,
    /// A required attribute is missing.
    #[error("read the signed attributes: {attribute} is missing")]
    AttributeMissing {
        /// The attribute's name.
        attribute: &'static str,
    },
    /// An attribute occurs twice or with several values (RFC 5652, 5.3 and 11).
    #[error("read the signed attributes: {oid} occurs more than once")]
    AttributeRepeated {
        /// The attribute.
        oid: ObjectIdentifier,
    },
    /// The signed content type is not that of the content.
    #[error("compare the content type: the signed attribute names another one")]
    ContentTypeMismatch,
    /// The content is not what was signed.
    #[error("compare the message digest: the content was changed")]
    DigestMismatch,
    /// The signed attribute names another certificate than the one found.
    #[error("compare the signing certificate: the signed attribute names another one")]
    SigningCertificateMismatch,
    /// A digest or signature algorithm that is no longer safe.
    #[error("verify the signature: algorithm {oid} is no longer safe")]
    WeakAlgorithm {
        /// The algorithm.
        oid: ObjectIdentifier,
    },
    /// An algorithm, curve or parameter that this verifier does not know.
    #[error("verify the signature: algorithm {oid} is not supported")]
    UnsupportedAlgorithm {
        /// The algorithm.
        oid: ObjectIdentifier,
    },
    /// The algorithms named in different places contradict each other, or do not fit the key.
    #[error("verify the signature: the named algorithms contradict each other or the key")]
    AlgorithmMismatch,
    /// The public key is malformed, not on its curve, or too short.
    #[error("read the {role}'s public key: {why}")]
    UnusableKey {
        /// Whose key.
        role: Role,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The signature's value does not fit the signed bytes and the key.
    #[error("verify the signature: its value does not fit")]
    SignatureInvalid,
    /// The signer's certificate is neither in the signature nor known.
    #[error("find the {role}'s certificate: it was not given")]
    CertificateMissing {
        /// Whose certificate.
        role: Role,
    },
    /// A certificate cannot be read or contradicts itself.
    #[error("read the {role}'s certificate: {what}")]
    CertificateMalformed {
        /// Whose certificate.
        role: Role,
        /// What is wrong with it.
        what: &'static str,
    },
    /// No path leads to an authority on the trust list.
    #[error("build the {role}'s path: no authority on the trust list has issued it")]
    UntrustedIssuer {
        /// Whose certificate has no trusted issuer.
        role: Role,
    },
    /// Bears the name of a trusted issuer, but not its signature.
    #[error("verify the {role}'s certificate: its issuer has not signed it")]
    CertificateForged {
        /// Whose certificate.
        role: Role,
    },
    /// Used before it was valid.
    #[error("verify the {role}'s certificate: not yet valid at {at}")]
    NotYetValid {
        /// Whose certificate.
        role: Role,
        /// The time in question.
        at: Timestamp,
    },
    /// Used after it was valid.
    #[error("verify the {role}'s certificate: expired at {at}")]
    Expired {
        /// Whose certificate.
        role: Role,
        /// The time in question.
        at: Timestamp,
    },
    /// Issued by somebody who is no certification authority.
    #[error("build the {role}'s path: the issuer is no certification authority")]
    NotAnAuthority {
        /// Whose certificate was issued so.
        role: Role,
    },
    /// The path is longer than an authority or the limits allow.
    #[error("build the {role}'s path: it is longer than allowed")]
    PathTooLong {
        /// Whose path.
        role: Role,
    },
    /// The certificate is not meant for this use.
    #[error("verify the {role}'s certificate: its key is not meant for this use")]
    WrongKeyUsage {
        /// Whose certificate.
        role: Role,
    },
    /// A critical extension that this verifier does not process (RFC 5280, 4.2).
    #[error("verify the {role}'s certificate: critical extension {oid} is not known")]
    UnknownCriticalExtension {
        /// Whose certificate.
        role: Role,
        /// The extension.
        oid: ObjectIdentifier,
    },
    /// Two places of the certificate give different codes for one subject.
    #[error("read the signer: the certificate gives contradicting codes")]
    ContradictingCodes,
    /// The claimed signing time lies in the future or further back than allowed.
    #[error("verify the signing time: {claimed} is not within the allowed span")]
    SigningTimeOutOfRange {
        /// The time that the signer claims.
        claimed: Timestamp,
    },
    /// The time-stamp does not hold.
    #[error("verify the time-stamp: {0}")]
    TimeStampInvalid(Box<Refusal>),
    /// The time-stamp is for another signature.
    #[error("compare what was stamped: other bytes than the signature")]
    TimeStampForOtherBytes,
    /// The certificate was revoked.
    #[error("verify the {role}'s certificate: revoked since {since}")]
    Revoked {
        /// Whose certificate.
        role: Role,
        /// Since when.
        since: Timestamp,
    },
    /// It is not known whether the certificate is revoked, and the policy wants to know.
    #[error("verify the {role}'s certificate: whether it is revoked is not known: {gap}")]
    RevocationUnknown {
        /// Whose certificate.
        role: Role,
        /// Why it is not known.
        gap: RevocationGap,
    },
    /// A valid signature, but not by a qualified certificate, which the policy demands.
    #[error("verify the signer's certificate: it is not qualified")]
    NotQualified,
}

impl Refusal {
    /// A stable code: key of texts, of statistics and of security events.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::TooComplex { .. } => "too-complex",
            Self::Malformed { .. } => "malformed",
            Self::TrailingBytes => "trailing-bytes",
            Self::NotSignedData => "not-signed-data",
            Self::NoSigner => "no-signer",
            Self::SeveralSigners => "several-signers",
            Self::ContentMissing => "content-missing",
            Self::ContentDiffers => "content-differs",
            Self::NoSignedAttributes => "no-signed-attributes",
            Self::AttributeMissing { .. } => "attribute-missing",
            Self::AttributeRepeated { .. } => "attribute-repeated",
            Self::ContentTypeMismatch => "content-type-mismatch",
            Self::DigestMismatch => "digest-mismatch",
            Self::SigningCertificateMismatch => "signing-certificate-mismatch",
            Self::WeakAlgorithm { .. } => "weak-algorithm",
            Self::UnsupportedAlgorithm { .. } => "unsupported-algorithm",
            Self::AlgorithmMismatch => "algorithm-mismatch",
            Self::UnusableKey { .. } => "unusable-key",
            Self::SignatureInvalid => "signature-invalid",
            Self::CertificateMissing { .. } => "certificate-missing",
            Self::CertificateMalformed { .. } => "certificate-malformed",
            Self::UntrustedIssuer { .. } => "untrusted-issuer",
            Self::CertificateForged { .. } => "certificate-forged",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::Expired { .. } => "expired",
            Self::NotAnAuthority { .. } => "not-an-authority",
            Self::PathTooLong { .. } => "path-too-long",
            Self::WrongKeyUsage { .. } => "wrong-key-usage",
            Self::UnknownCriticalExtension { .. } => "unknown-critical-extension",
            Self::ContradictingCodes => "contradicting-codes",
            Self::SigningTimeOutOfRange { .. } => "signing-time-out-of-range",
            Self::TimeStampInvalid(_) => "time-stamp-invalid",
            Self::TimeStampForOtherBytes => "time-stamp-for-other-bytes",
            Self::Revoked { .. } => "revoked",
            Self::RevocationUnknown { .. } => "revocation-unknown",
            Self::NotQualified => "not-qualified",
        }
    }

    /// The key of the sentence that the person reads, in the texts of whoever shows it. Several codes share one
    /// sentence: what a person can do about them is the same, and an attacker learns no more than needed.
    pub fn public_code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::TooComplex { .. } => "signature-too-large",
            Self::Malformed { .. } | Self::TrailingBytes | Self::NotSignedData | Self::NoSigner => {
                "signature-unreadable"
            }
            Self::SeveralSigners => "signature-several-signers",
            Self::ContentMissing | Self::ContentDiffers | Self::DigestMismatch => "signature-other-content",
            Self::NoSignedAttributes
            | Self::AttributeMissing { .. }
            | Self::AttributeRepeated { .. }
            | Self::ContentTypeMismatch
            | Self::SigningCertificateMismatch
            | Self::AlgorithmMismatch
            | Self::UnusableKey { .. }
            | Self::SignatureInvalid
            | Self::CertificateForged { .. }
            | Self::CertificateMalformed { .. }
            | Self::ContradictingCodes
            | Self::TimeStampInvalid(_)
            | Self::TimeStampForOtherBytes => "signature-invalid",
            Self::WeakAlgorithm { .. } | Self::UnsupportedAlgorithm { .. } => "signature-algorithm",
            Self::CertificateMissing { .. }
            | Self::UntrustedIssuer { .. }
            | Self::NotAnAuthority { .. }
            | Self::PathTooLong { .. }
            | Self::UnknownCriticalExtension { .. } => "signature-untrusted",
            Self::WrongKeyUsage { .. } => "signature-wrong-key",
            Self::NotYetValid { .. } | Self::Expired { .. } => "signature-certificate-expired",
            Self::SigningTimeOutOfRange { .. } => "signature-time",
            Self::Revoked { .. } => "signature-certificate-revoked",
            Self::RevocationUnknown { .. } => "signature-revocation-unknown",
            Self::NotQualified => "signature-not-qualified",
        }
    }
}
