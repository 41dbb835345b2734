//! Object identifiers by name, each with where it is defined.

use der::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($value);)*
    };
}

oids! {
    // RFC 5652: content types and attributes
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// RFC 6211: the algorithms, signed.
    ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
    /// RFC 2634: the signer's certificate by SHA-1.
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    /// RFC 5035: the signer's certificate by a digest of choice.
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    /// RFC 5126, 6.1.1: a time-stamp over the signature's value.
    SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14";
    /// RFC 3161: what a time-stamp token contains.
    TST_INFO = "1.2.840.113549.1.9.16.1.4";

    // digests
    MD5 = "1.2.840.113549.2.5";
    SHA1 = "1.3.14.3.2.26";
    SHA256 = "2.16.840.1.101.3.4.2.1";
    SHA384 = "2.16.840.1.101.3.4.2.2";
    SHA512 = "2.16.840.1.101.3.4.2.3";
    GOST_34311 = "1.2.804.2.1.1.1.1.2.1";

    // signatures and keys
    RSA = "1.2.840.113549.1.1.1";
    MD5_WITH_RSA = "1.2.840.113549.1.1.4";
    SHA1_WITH_RSA = "1.2.840.113549.1.1.5";
    MGF1 = "1.2.840.113549.1.1.8";
    RSA_PSS = "1.2.840.113549.1.1.10";
    SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
    SHA384_WITH_RSA = "1.2.840.113549.1.1.12";
    SHA512_WITH_RSA = "1.2.840.113549.1.1.13";
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    P256 = "1.2.840.10045.3.1.7";
    P384 = "1.3.132.0.34";
    ECDSA_WITH_SHA1 = "1.2.840.10045.4.1";
    ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
    ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4";
    /// DSTU 4145-2002 in a polynomial basis with GOST 34.311, little-endian.
    DSTU_4145 = "1.2.804.2.1.1.1.1.3.1.1";
    /// The standard's curve over GF(2^257).
    DSTU_4145_M257 = "1.2.804.2.1.1.1.1.3.1.1.2.6";
    /// The standard's curve over GF(2^431).
    DSTU_4145_M431 = "1.2.804.2.1.1.1.1.3.1.1.2.9";

    // certificate extensions (RFC 5280)
    SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9";
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    KEY_USAGE = "2.5.29.15";
    SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    BASIC_CONSTRAINTS = "2.5.29.19";
    CRL_NUMBER = "2.5.29.20";
    CRL_REASON = "2.5.29.21";
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    CERTIFICATE_POLICIES = "2.5.29.32";
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// Where services of the issuer are, its responder among them (RFC 5280, 4.2.2.1).
    AUTHORITY_INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";
    OCSP_ACCESS = "1.3.6.1.5.5.7.48.1";
    EXTENDED_KEY_USAGE = "2.5.29.37";
    QC_STATEMENTS = "1.3.6.1.5.5.7.1.3";
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";

    // qualified certificates (ETSI EN 319 412-5)
    QC_COMPLIANCE = "0.4.0.1862.1.1";
    QC_DEVICE = "0.4.0.1862.1.4";
    QC_TYPE = "0.4.0.1862.1.6";
    QC_TYPE_SIGNATURE = "0.4.0.1862.1.6.1";
    QC_TYPE_SEAL = "0.4.0.1862.1.6.2";
    /// The statement that a Ukrainian certificate is qualified (before Law 2155-VIII: reinforced).
    QC_UKRAINE = "1.2.804.2.1.1.1.2.1";
    /// The extended key usage of an electronic seal in Ukrainian certificates.
    UKRAINE_SEAL = "1.2.804.2.1.1.1.3.9";

    // the subject's codes in Ukrainian certificates, among the subject directory attributes
    UKRAINE_TAX_NUMBER = "1.2.804.2.1.1.1.11.1.4.1.1";
    UKRAINE_ORGANISATION_CODE = "1.2.804.2.1.1.1.11.1.4.2.1";
    UKRAINE_TAX_NUMBER_OF_SIGNER = "1.2.804.2.1.1.1.11.1.4.7.1";
    UKRAINE_UNZR = "1.2.804.2.1.1.1.11.1.4.11.1";

    // attributes of names (X.520)
    COMMON_NAME = "2.5.4.3";
    SURNAME = "2.5.4.4";
    SERIAL_NUMBER = "2.5.4.5";
    COUNTRY = "2.5.4.6";
    LOCALITY = "2.5.4.7";
    ORGANISATION = "2.5.4.10";
    ORGANISATIONAL_UNIT = "2.5.4.11";
    TITLE = "2.5.4.12";
    GIVEN_NAME = "2.5.4.42";
    ORGANISATION_IDENTIFIER = "2.5.4.97";
}
