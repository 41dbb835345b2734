//! The curve m = 257, with the arithmetic of `dstu-core`.

use dstu_core::hazmat::dstu4145::{
    curve257::{self, Point},
    gf2m257::FieldElement,
    signature257,
};

use super::field::{Field as _, big_endian, decompress};

/// Bytes of a field element.
const BYTES: usize = 33;

/// The coefficient b, little-endian.
pub(super) const B: [u8; BYTES] = [
    0x10, 0xbe, 0xe3, 0xdb, 0x6a, 0xea, 0x9e, 0x1f, 0x86, 0x57, 0x8c, 0x45, 0xc1, 0x25, 0x94, 0xff, 0x94,
    0x23, 0x94, 0xa7, 0xd7, 0x38, 0xf9, 0x18, 0x7e, 0x65, 0x15, 0x01, 0x72, 0x94, 0xf4, 0xce, 0x01,
];

/// The base point, compressed and little-endian.
pub(super) const BASE: [u8; BYTES] = [
    0xb6, 0x0f, 0xd2, 0xd8, 0xdc, 0xe8, 0xa9, 0x34, 0x23, 0xc6, 0x10, 0x1b, 0xca, 0x91, 0xc4, 0x7a, 0x00,
    0x7e, 0x6c, 0x30, 0x0b, 0x26, 0xcd, 0x55, 0x6c, 0x9b, 0x0e, 0x7d, 0x20, 0xef, 0x29, 0x2a, 0x00,
];

/// The order of the base point as the content of an INTEGER, with the zero byte that makes it positive.
pub(super) fn order() -> [u8; BYTES] {
    curve257::order()
}

/// A public key: a point of the curve.
#[derive(Clone, Copy)]
pub(crate) struct Key(Point);

impl Key {
    /// From the compressed little-endian form.
    pub(super) fn decompress(little: &[u8]) -> Option<Self> {
        let little: [u8; BYTES] = little.try_into().ok()?;
        let (x, y) = decompress(&little, FieldElement::ZERO, FieldElement::from_little_endian(&B)?)?;
        let point = Point::Affine(x, y);
        point.is_on_curve().then_some(Self(point))
    }

    /// Whether r and s, both little-endian, are this key's signature over the digest. `signature257::verify` also
    /// checks that the key lies in the subgroup of prime order.
    pub(super) fn verify(&self, digest: &[u8; 32], r: &[u8], s: &[u8]) -> bool {
        let (Some(r), Some(s)) = (big_endian(r), big_endian(s)) else { return false };
        let mut hash = *digest;
        hash.reverse();
        signature257::verify(&hash, &r, &s, self.0, Point::generator())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(little: [u8; BYTES]) -> Option<Point> {
        Key::decompress(&little).map(|key| key.0)
    }

    #[test]
    fn the_compressed_base_point_is_the_generator() {
        assert!(point(BASE) == Some(Point::generator()));
    }

    #[test]
    fn both_values_of_the_bit_give_opposite_points() {
        let mut other = BASE;
        other[0] ^= 1;
        assert!(point(other) == Some(Point::generator().negate()));
    }

    #[test]
    fn what_is_no_point_is_refused() {
        assert!(point([0; BYTES]).is_none(), "the point of order two");
        assert!(point([0xff; BYTES]).is_none(), "more bits than the field has");
        assert!(Key::decompress(&BASE[1..]).is_none());
        let on_curve = (2..=41_u8)
            .filter(|low| {
                let mut bytes = [0; BYTES];
                bytes[0] = low << 1;
                point(bytes).is_some()
            })
            .count();
        assert!((5..36).contains(&on_curve), "about half of all values are points, not {on_curve} of 40");
    }
}
