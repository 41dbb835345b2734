//! DSTU 4145-2002 in a polynomial basis, with GOST 34.311-95: the curve m = 257 of nearly all keys, and m = 431 of the
//! central authority's.
//!
//! The arithmetic of m = 257 is `dstu-core`'s, the digest is `gost94`'s. Here stands what lies between them and a
//! certificate: the curve must be the standard's own and the substitution boxes the national ones; points come
//! compressed (DSTU 4145-2002, 6.9 and 6.10); and everything is little-endian: points, the two halves of a signature, and
//! the digest read as a field element.

mod field;
mod m257;
mod m431;

use crate::{
    asn1::{Element, NotDer, tag},
    oid,
};

/// The national substitution boxes (DKE No. 1 of the instruction to GOST 28147), packed as certificates carry them.
const NATIONAL_BOXES: [u8; 64] = [
    0xa9, 0xd6, 0xeb, 0x45, 0xf1, 0x3c, 0x70, 0x82, 0x80, 0xc4, 0x96, 0x7b, 0x23, 0x1f, 0x5e, 0xad, 0xf6,
    0x58, 0xeb, 0xa4, 0xc0, 0x37, 0x29, 0x1d, 0x38, 0xd9, 0x6b, 0xf0, 0x25, 0xca, 0x4e, 0x17, 0xf8, 0xe9,
    0x72, 0x0d, 0xc6, 0x15, 0xb4, 0x3a, 0x28, 0x97, 0x5f, 0x0b, 0xc1, 0xde, 0xa3, 0x64, 0x38, 0xb5, 0x64,
    0xea, 0x2c, 0x17, 0x9f, 0xd0, 0x12, 0x3e, 0x6d, 0xb8, 0xfa, 0xc5, 0x79, 0x04,
];

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadKey {
    /// The parameters or the point cannot be read.
    Malformed,
    /// Another curve or other substitution boxes than the ones supported.
    Parameters,
    /// The compressed value is no point of the curve's main subgroup.
    NotOnCurve,
}

impl From<NotDer> for BadKey {
    fn from(_: NotDer) -> Self {
        Self::Malformed
    }
}

/// A curve of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Curve {
    M257,
    M431,
}

/// A public key.
#[derive(Clone, Copy)]
pub(crate) enum PublicKey {
    M257(m257::Key),
    M431(m431::Key),
}

impl PublicKey {
    /// From the parameters and the bits of a certificate's `SubjectPublicKeyInfo`.
    pub(crate) fn new(parameters: Option<Element<'_>>, bits: &[u8]) -> Result<Self, BadKey> {
        let curve = curve(parameters.ok_or(BadKey::Malformed)?)?;
        let compressed = Element::only_with(bits, tag::OCTET_STRING)?.value;
        let key = match curve {
            Curve::M257 => m257::Key::decompress(compressed).map(Self::M257),
            Curve::M431 => m431::Key::decompress(compressed).map(Self::M431),
        };
        key.ok_or(BadKey::NotOnCurve)
    }

    /// Whether `signature` is this key's over the digest. The signature is r and s one after the other, each
    /// little-endian, bare or once more in an OCTET STRING: certificates do it so, CMS producers do both. Bare ones may
    /// look like wrapped ones by chance, so both are tried.
    pub(crate) fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        let wrapped = match signature {
            [tag::OCTET_STRING, length, halves @ ..] if usize::from(*length) == halves.len() => Some(halves),
            _ => None,
        };
        let mut halves = wrapped.into_iter().chain([signature]);
        halves.any(|halves| {
            let half = halves.len() / 2;
            let Some((r, s)) = halves.split_at_checked(half) else { return false };
            r.len() == s.len()
                && match self {
                    Self::M257(key) => key.verify(digest, r, s),
                    Self::M431(key) => key.verify(digest, r, s),
                }
        })
    }

    /// The degree of the curve's field.
    pub(crate) fn bits(&self) -> usize {
        match self {
            Self::M257(_) => 257,
            Self::M431(_) => 431,
        }
    }
}

/// `DSTU4145Params ::= SEQUENCE { CHOICE { ecbinary SEQUENCE, namedCurve OBJECT IDENTIFIER }, dke OCTET STRING
/// OPTIONAL }` (order of the Ministry of Justice No. 1236/5/453 of 20.08.2012).
fn curve(parameters: Element<'_>) -> Result<Curve, BadKey> {
    if parameters.tag != tag::SEQUENCE {
        return Err(BadKey::Malformed);
    }
    let mut contents = parameters.contents();
    let named = contents.any()?;
    let curve = match named.tag {
        tag::OBJECT_IDENTIFIER if named.value == oid::DSTU_4145_M257.as_bytes() => Curve::M257,
        tag::OBJECT_IDENTIFIER if named.value == oid::DSTU_4145_M431.as_bytes() => Curve::M431,
        tag::OBJECT_IDENTIFIER => return Err(BadKey::Parameters),
        tag::SEQUENCE => explicit(&named)?,
        _ => return Err(BadKey::Malformed),
    };
    if contents.optional(tag::OCTET_STRING)?.is_some_and(|boxes| boxes.value != NATIONAL_BOXES) {
        return Err(BadKey::Parameters);
    }
    contents.finish()?;
    Ok(curve)
}

/// The named curve that explicit parameters describe: `ECBinary ::= SEQUENCE { version [0] INTEGER DEFAULT 0,
/// f SEQUENCE { m INTEGER, CHOICE { k INTEGER, SEQUENCE } }, a INTEGER, b OCTET STRING, n INTEGER, bp OCTET STRING }`.
///
/// Nothing but a named curve is accepted: with a base point of their choice anybody can make a key that "signed" a given
/// signature.
fn explicit(curve: &Element<'_>) -> Result<Curve, BadKey> {
    let mut contents = curve.contents();
    if contents.optional(tag::CONTEXT_0)?.is_some_and(|version| version.value != [tag::INTEGER, 1, 0]) {
        return Err(BadKey::Parameters);
    }
    let field = contents.next(tag::SEQUENCE)?;
    let a = contents.next(tag::INTEGER)?;
    let b = contents.next(tag::OCTET_STRING)?;
    let order = contents.next(tag::INTEGER)?;
    let base = contents.next(tag::OCTET_STRING)?;
    contents.finish()?;
    let is = |known: [&[u8]; 5]| known == [field.value, a.value, b.value, order.value, base.value];
    // The degree, then the middle exponents of the field's polynomial: one or three.
    let m257: &[u8] = &[tag::INTEGER, 2, 0x01, 0x01, tag::INTEGER, 1, 12];
    let exponents = [tag::INTEGER, 1, 1, tag::INTEGER, 1, 3, tag::INTEGER, 1, 5];
    let m431 = [&[tag::INTEGER, 2, 0x01, 0xaf, tag::SEQUENCE, 9][..], &exponents].concat();
    if is([m257, &[0], &m257::B, &m257::order(), &m257::BASE]) {
        Ok(Curve::M257)
    } else if is([&m431, &[1], &m431::B, &m431::ORDER, &m431::BASE]) {
        Ok(Curve::M431)
    } else {
        Err(BadKey::Parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn another_curve_base_point_or_boxes_are_refused() {
        let octets =
            |value: &[u8]| [&[tag::OCTET_STRING, u8::try_from(value.len()).unwrap()], value].concat();
        let sequence = |value: Vec<u8>| {
            let mut out = vec![tag::SEQUENCE];
            match u8::try_from(value.len()).unwrap() {
                short @ 0..=127 => out.push(short),
                long => out.extend([0x81, long]),
            }
            out.extend(value);
            out
        };
        let explicit = |b: &[u8], order: &[u8], base: &[u8]| {
            let mut body = sequence(vec![2, 2, 1, 1, 2, 1, 12]);
            body.extend([2, 1, 0]);
            body.extend(octets(b));
            body.extend([&[2, u8::try_from(order.len()).unwrap()], order].concat());
            body.extend(octets(base));
            sequence(body)
        };
        let check = |of: Vec<u8>, boxes: &[u8]| {
            let whole = sequence([of, octets(boxes)].concat());
            curve(Element::only(&whole).unwrap())
        };
        let order = m257::order();
        assert_eq!(check(explicit(&m257::B, &order, &m257::BASE), &NATIONAL_BOXES), Ok(Curve::M257));
        let mut base = m257::BASE;
        base[3] ^= 1;
        assert_eq!(check(explicit(&m257::B, &order, &base), &NATIONAL_BOXES), Err(BadKey::Parameters));
        let mut b = m257::B;
        b[3] ^= 1;
        assert_eq!(check(explicit(&b, &order, &m257::BASE), &NATIONAL_BOXES), Err(BadKey::Parameters));
        assert_eq!(
            check(explicit(&m257::B, &order[1..], &m257::BASE), &NATIONAL_BOXES),
            Err(BadKey::Parameters)
        );
        let mut boxes = NATIONAL_BOXES;
        boxes[0] ^= 1;
        assert_eq!(check(explicit(&m257::B, &order, &m257::BASE), &boxes), Err(BadKey::Parameters));
    }
}
