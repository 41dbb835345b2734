//! Digests and signature algorithms, and that what is named in different places agrees.

use der::asn1::ObjectIdentifier;
use gost94::Digest as _;
use sha2::Digest as _;

use crate::{
    asn1::{AlgorithmIdentifier, Element, NotDer, tag},
    oid,
    refusal::Refusal,
};

/// A digest that is still safe to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
    /// GOST 34.311-95 with the national substitution boxes.
    Gost34311,
}

impl Digest {
    pub(crate) fn new(algorithm: &AlgorithmIdentifier<'_>) -> Result<Self, Refusal> {
        let digest = Self::of(algorithm.oid)?;
        without_parameters(algorithm)?;
        Ok(digest)
    }

    pub(crate) fn of(algorithm: ObjectIdentifier) -> Result<Self, Refusal> {
        match algorithm {
            oid::SHA256 => Ok(Self::Sha256),
            oid::SHA384 => Ok(Self::Sha384),
            oid::SHA512 => Ok(Self::Sha512),
            oid::GOST_34311 => Ok(Self::Gost34311),
            oid::SHA1 | oid::MD5 => Err(Refusal::WeakAlgorithm { oid: algorithm }),
            _ => Err(Refusal::UnsupportedAlgorithm { oid: algorithm }),
        }
    }

    /// The digest of the parts one after the other.
    pub(crate) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn sha<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hasher = D::new();
            for part in parts {
                hasher.update(part);
            }
            hasher.finalize().to_vec()
        }
        match self {
            Self::Sha256 => sha::<sha2::Sha256>(parts),
            Self::Sha384 => sha::<sha2::Sha384>(parts),
            Self::Sha512 => sha::<sha2::Sha512>(parts),
            Self::Gost34311 => gost_34311(parts).to_vec(),
        }
    }
}

/// GOST 34.311-95 with the national substitution boxes, of the parts one after the other.
pub(crate) fn gost_34311(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = gost94::Gost94UA::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-1, for identifying certificates where a format prescribes it; never for what is signed.
pub(crate) fn sha1(bytes: &[u8]) -> Vec<u8> {
    sha1::Sha1::digest(bytes).to_vec()
}

/// How the digest is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// ECDSA (FIPS 186-5) on P-256 or P-384.
    Ecdsa,
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1,
    /// RSASSA-PSS (RFC 8017, 8.1) with MGF1 over the same digest.
    RsaPss {
        /// Length of the salt in bytes.
        salt: usize,
    },
    /// DSTU 4145-2002 on the curve m = 257 or m = 431.
    Dstu4145,
}

/// A signature algorithm in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Algorithm {
    /// The digest that is signed.
    pub digest: Digest,
    /// How it is signed.
    pub scheme: Scheme,
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.scheme {
            Scheme::Ecdsa => "ECDSA",
            Scheme::RsaPkcs1 => "RSA",
            Scheme::RsaPss { .. } => "RSA-PSS",
            Scheme::Dstu4145 => "DSTU 4145",
        };
        let digest = match self.digest {
            Digest::Sha256 => "SHA-256",
            Digest::Sha384 => "SHA-384",
            Digest::Sha512 => "SHA-512",
            Digest::Gost34311 => "GOST 34.311",
        };
        write!(formatter, "{scheme} with {digest}")
    }
}

impl Algorithm {
    /// The algorithm of a certificate, a revocation list or an answer: one identifier says all.
    pub(crate) fn of_certificate(signature: &AlgorithmIdentifier<'_>) -> Result<Self, Refusal> {
        let (scheme, digest) = scheme(signature)?;
        let digest = digest.ok_or(Refusal::UnsupportedAlgorithm { oid: signature.oid })?;
        Ok(Self { digest, scheme })
    }

    /// The algorithm of a CMS signer, who names the digest and the signature apart: they must agree (RFC 5754, 3).
    pub(crate) fn of_signer(
        digest: &AlgorithmIdentifier<'_>,
        signature: &AlgorithmIdentifier<'_>,
    ) -> Result<Self, Refusal> {
        let named = Digest::new(digest)?;
        let (scheme, implied) = scheme(signature)?;
        match implied {
            Some(implied) if implied != named => Err(Refusal::AlgorithmMismatch),
            None if named == Digest::Gost34311 => Err(Refusal::AlgorithmMismatch),
            _ => Ok(Self { digest: named, scheme }),
        }
    }
}

/// The scheme and, where the identifier names it too, the digest.
fn scheme(signature: &AlgorithmIdentifier<'_>) -> Result<(Scheme, Option<Digest>), Refusal> {
    let found = match signature.oid {
        oid::ECDSA_WITH_SHA256 => (Scheme::Ecdsa, Some(Digest::Sha256)),
        oid::ECDSA_WITH_SHA384 => (Scheme::Ecdsa, Some(Digest::Sha384)),
        oid::ECDSA_WITH_SHA512 => (Scheme::Ecdsa, Some(Digest::Sha512)),
        // RFC 3370, 3.2: rsaEncryption with the digest named apart.
        oid::RSA => (Scheme::RsaPkcs1, None),
        oid::SHA256_WITH_RSA => (Scheme::RsaPkcs1, Some(Digest::Sha256)),
        oid::SHA384_WITH_RSA => (Scheme::RsaPkcs1, Some(Digest::Sha384)),
        oid::SHA512_WITH_RSA => (Scheme::RsaPkcs1, Some(Digest::Sha512)),
        oid::DSTU_4145 => (Scheme::Dstu4145, Some(Digest::Gost34311)),
        oid::RSA_PSS => return pss(signature),
        oid::MD5_WITH_RSA | oid::SHA1_WITH_RSA | oid::ECDSA_WITH_SHA1 => {
            return Err(Refusal::WeakAlgorithm { oid: signature.oid });
        }
        other => return Err(Refusal::UnsupportedAlgorithm { oid: other }),
    };
    without_parameters(signature)?;
    Ok(found)
}

/// Only RSASSA-PSS has parameters; what stood there otherwise would be neither understood nor covered by the signature.
fn without_parameters(algorithm: &AlgorithmIdentifier<'_>) -> Result<(), Refusal> {
    match algorithm.parameters {
        None => Ok(()),
        Some(_) => Err(Refusal::Malformed { what: "the parameters of an algorithm that has none" }),
    }
}

/// `RSASSA-PSS-params` (RFC 4055, 3.1). The defaults are SHA-1 and therefore refused.
fn pss(signature: &AlgorithmIdentifier<'_>) -> Result<(Scheme, Option<Digest>), Refusal> {
    let malformed = || Refusal::Malformed { what: "the parameters of RSASSA-PSS" };
    let weak = Refusal::WeakAlgorithm { oid: oid::SHA1 };
    let parameters = signature.parameters.ok_or(weak.clone())?;
    let read = || {
        let mut contents = parameters.contents();
        let hash = contents.optional(tag::CONTEXT_0)?;
        let mask = contents.optional(tag::CONTEXT_1)?;
        let salt = contents.optional(0xa2)?;
        let trailer = contents.optional(0xa3)?;
        contents.finish()?;
        let hash = hash.map(explicit).transpose()?;
        let mask = mask.map(explicit).transpose()?;
        let salt = match salt {
            None => 20,
            Some(salt) => match salt.value {
                [tag::INTEGER, 1, length @ 0..=127] => usize::from(*length),
                _ => return Err(NotDer),
            },
        };
        if trailer.is_some_and(|trailer| trailer.value != [tag::INTEGER, 1, 1]) {
            return Err(NotDer);
        }
        Ok((hash, mask, salt))
    };
    let (hash, mask, salt) = read().map_err(|NotDer| malformed())?;
    let (Some(hash), Some(mask)) = (hash, mask) else { return Err(weak) };
    let digest = Digest::new(&hash)?;
    if mask.oid != oid::MGF1 || digest == Digest::Gost34311 {
        return Err(Refusal::UnsupportedAlgorithm { oid: mask.oid });
    }
    let inner = mask.parameters.ok_or_else(malformed)?;
    let mask_hash = AlgorithmIdentifier::new(inner).map_err(|_| malformed())?;
    if Digest::new(&mask_hash)? != digest {
        return Err(Refusal::AlgorithmMismatch);
    }
    Ok((Scheme::RsaPss { salt }, Some(digest)))
}

/// The algorithm inside an explicit tag.
fn explicit(element: Element<'_>) -> Result<AlgorithmIdentifier<'_>, NotDer> {
    Element::only(element.value).and_then(AlgorithmIdentifier::new)
}
