//! Public keys of certificates and the verification of one signature by one key.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;

use crate::{
    algorithm::{Algorithm, Digest, Scheme, gost_34311},
    asn1::{AlgorithmIdentifier, Element, NotDer, bit_string, tag},
    dstu, oid,
    refusal::{Refusal, Role},
};

/// The shortest RSA modulus that is accepted, in bits (ETSI TS 119 312: 2048 is being phased out, still in use).
const RSA_MINIMUM: usize = 2048;
/// The longest, so that nobody makes verification arbitrarily slow.
const RSA_MAXIMUM: usize = 8192;

/// A public key of a kind that this crate verifies with.
#[derive(Clone)]
pub(crate) enum PublicKey {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Rsa(Box<rsa::RsaPublicKey>),
    /// An RSA key that its certificate restricts to PSS (RFC 4055, 1.2).
    RsaPssOnly(Box<rsa::RsaPublicKey>),
    Dstu4145(dstu::PublicKey),
}

impl PublicKey {
    /// From the bytes of a `SubjectPublicKeyInfo`.
    pub(crate) fn new(info: &[u8], role: Role) -> Result<Self, Refusal> {
        let unusable = |why| Refusal::UnusableKey { role, why };
        let (algorithm, bits) = parts(info).map_err(|NotDer| unusable("it is malformed"))?;
        match algorithm.oid {
            oid::EC_PUBLIC_KEY => {
                // Only named curves: explicit parameters are how keys are forged (CVE-2020-0601).
                let curve = algorithm.parameters.filter(|curve| curve.tag == tag::OBJECT_IDENTIFIER);
                let curve = curve.ok_or(unusable("its curve is not named"))?;
                if curve.value == oid::P256.as_bytes() {
                    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bits);
                    key.map(Self::P256).map_err(|_| unusable("it is not on its curve"))
                } else if curve.value == oid::P384.as_bytes() {
                    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(bits);
                    key.map(Self::P384).map_err(|_| unusable("it is not on its curve"))
                } else {
                    Err(unusable("its curve is not supported"))
                }
            }
            oid::RSA => rsa_key(bits, role).map(Self::Rsa),
            oid::RSA_PSS if algorithm.parameters.is_none() => rsa_key(bits, role).map(Self::RsaPssOnly),
            oid::DSTU_4145 => {
                let key = dstu::PublicKey::new(algorithm.parameters, bits).map_err(|bad| match bad {
                    dstu::BadKey::Malformed => unusable("it is malformed"),
                    dstu::BadKey::Parameters => unusable("its curve or substitution boxes are not supported"),
                    dstu::BadKey::NotOnCurve => unusable("it is not on its curve"),
                })?;
                Ok(Self::Dstu4145(key))
            }
            other => Err(Refusal::UnsupportedAlgorithm { oid: other }),
        }
    }

    /// Whether `signature` is this key's over `parts`, one after the other.
    ///
    /// # Errors
    /// [`Refusal::AlgorithmMismatch`] if the algorithm is not one of this key, [`Refusal::SignatureInvalid`] if the
    /// value does not fit.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        parts: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Refusal> {
        let fits = match (self, algorithm.scheme, algorithm.digest) {
            (Self::Dstu4145(key), Scheme::Dstu4145, Digest::Gost34311) => {
                key.verify(&gost_34311(parts), signature)
            }
            (_, _, Digest::Gost34311) => return Err(Refusal::AlgorithmMismatch),
            (Self::P256(key), Scheme::Ecdsa, digest) => p256::ecdsa::Signature::from_der(signature)
                .and_then(|signature| key.verify_prehash(&digest.digest(parts), &signature))
                .is_ok(),
            (Self::P384(key), Scheme::Ecdsa, digest) => p384::ecdsa::Signature::from_der(signature)
                .and_then(|signature| key.verify_prehash(&digest.digest(parts), &signature))
                .is_ok(),
            (Self::Rsa(key), Scheme::RsaPkcs1, digest) => {
                let padding = match digest {
                    Digest::Sha256 => rsa::Pkcs1v15Sign::new::<sha2::Sha256>(),
                    Digest::Sha384 => rsa::Pkcs1v15Sign::new::<sha2::Sha384>(),
                    Digest::Sha512 => rsa::Pkcs1v15Sign::new::<sha2::Sha512>(),
                    Digest::Gost34311 => return Err(Refusal::AlgorithmMismatch),
                };
                key.verify(padding, &digest.digest(parts), signature).is_ok()
            }
            (Self::Rsa(key) | Self::RsaPssOnly(key), Scheme::RsaPss { salt }, digest) => {
                let padding = match digest {
                    Digest::Sha256 => rsa::Pss::new_with_salt::<sha2::Sha256>(salt),
                    Digest::Sha384 => rsa::Pss::new_with_salt::<sha2::Sha384>(salt),
                    Digest::Sha512 => rsa::Pss::new_with_salt::<sha2::Sha512>(salt),
                    Digest::Gost34311 => return Err(Refusal::AlgorithmMismatch),
                };
                key.verify(padding, &digest.digest(parts), signature).is_ok()
            }
            _ => return Err(Refusal::AlgorithmMismatch),
        };
        if fits { Ok(()) } else { Err(Refusal::SignatureInvalid) }
    }

    /// The key's size in bits: of the field or the modulus.
    pub(crate) fn bits(&self) -> usize {
        match self {
            Self::P256(_) => 256,
            Self::P384(_) => 384,
            Self::Rsa(key) | Self::RsaPssOnly(key) => key.n().bits(),
            Self::Dstu4145(key) => key.bits(),
        }
    }
}

/// The algorithm and the bits of a `SubjectPublicKeyInfo`.
pub(crate) fn parts(info: &[u8]) -> Result<(AlgorithmIdentifier<'_>, &[u8]), NotDer> {
    let mut contents = Element::only_with(info, tag::SEQUENCE)?.contents();
    let algorithm = contents.algorithm()?;
    let bits = bit_string(&contents.next(tag::BIT_STRING)?)?;
    contents.finish()?;
    Ok((algorithm, bits))
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017, A.1.1).
fn rsa_key(bits: &[u8], role: Role) -> Result<Box<rsa::RsaPublicKey>, Refusal> {
    let unusable = |why| Refusal::UnusableKey { role, why };
    let read = || {
        let mut contents = Element::only_with(bits, tag::SEQUENCE)?.contents();
        let modulus = contents.next(tag::INTEGER)?.value;
        let exponent = contents.next(tag::INTEGER)?.value;
        contents.finish()?;
        let positive = |number: &[u8]| number.first().is_some_and(|first| first & 0x80 == 0);
        if positive(modulus) && positive(exponent) { Ok((modulus, exponent)) } else { Err(NotDer) }
    };
    let (modulus, exponent) = read().map_err(|NotDer| unusable("it is malformed"))?;
    let modulus = rsa::BigUint::from_bytes_be(modulus);
    let exponent = rsa::BigUint::from_bytes_be(exponent);
    if modulus.bits() < RSA_MINIMUM {
        return Err(unusable("it is too short"));
    }
    rsa::RsaPublicKey::new_with_max_size(modulus, exponent, RSA_MAXIMUM)
        .map(Box::new)
        .map_err(|_| unusable("it is malformed"))
}
