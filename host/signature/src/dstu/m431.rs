//! The curve m = 431: that of the central authority's own key, for which no published crate has arithmetic.
//!
//! Only verification, on public values only, so nothing here hides its running time. The field is GF(2^431) modulo
//! t^431 + t^5 + t^3 + t + 1, the curve y² + xy = x³ + x² + b (DSTU 4145-2002, table Г.1); points are multiplied by the
//! ladder of López and Dahab ("Fast multiplication on elliptic curves over GF(2^m) without precomputation", 1999).

use super::field::{Field, big_endian, decompress};

/// Bytes of a field element.
const BYTES: usize = 54;
/// Bits of the highest limb that belong to a field element.
const HIGHEST: u32 = 47;

/// The coefficient b, little-endian.
pub(super) const B: [u8; BYTES] = [
    0xf3, 0xca, 0x40, 0xc6, 0x69, 0xa4, 0xda, 0x17, 0x31, 0x49, 0xca, 0x12, 0xc3, 0x2d, 0xae, 0x18, 0x6b,
    0x53, 0xac, 0x6b, 0xc6, 0x36, 0x59, 0x97, 0xde, 0xae, 0xae, 0x8a, 0xd2, 0xd8, 0x88, 0xf9, 0xbf, 0xd5,
    0x34, 0x01, 0x69, 0x4e, 0xf9, 0xc4, 0x27, 0x3d, 0x8c, 0xfe, 0x6d, 0xc2, 0x8f, 0x70, 0x6a, 0x0f, 0x49,
    0x10, 0xce, 0x03,
];

/// The base point, compressed and little-endian.
pub(super) const BASE: [u8; BYTES] = [
    0x7c, 0x85, 0x7c, 0x94, 0xc5, 0x43, 0x3b, 0xfd, 0x99, 0x1e, 0x17, 0xc2, 0x26, 0x84, 0x06, 0x58, 0x50,
    0xa9, 0xa2, 0x49, 0xed, 0x7b, 0xc2, 0x49, 0xae, 0x5a, 0x4e, 0x87, 0x86, 0x89, 0xf8, 0x72, 0xef, 0x7a,
    0xd5, 0x24, 0x08, 0x2e, 0xc3, 0x03, 0x8e, 0x9a, 0xed, 0xe7, 0xba, 0x6b, 0xa1, 0x33, 0x81, 0xd9, 0x79,
    0xba, 0x62, 0x1a,
];

/// The order of the base point, big-endian: 430 bits.
pub(super) const ORDER: [u8; BYTES] = [
    0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xba, 0x31, 0x75, 0x45, 0x80, 0x09, 0xa8,
    0xc0, 0xa7, 0x24, 0xf0, 0x2f, 0x81, 0xaa, 0x8a, 0x1f, 0xcb, 0xaf, 0x80, 0xd9, 0x0c, 0x7a, 0x95, 0x11,
    0x05, 0x04, 0xcf,
];

/// An element of GF(2^431), lowest limb first; the bits above the field's are zero.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Element([u64; 7]);

impl Element {
    /// The element without its bits from the order's highest on: what a signature's first half can be.
    fn truncated(self) -> Self {
        let mut limbs = self.0;
        limbs[6] &= (1 << (HIGHEST - 2)) - 1;
        Self(limbs)
    }
}

impl Field for Element {
    const DEGREE: usize = 431;
    const ZERO: Self = Self([0; 7]);
    const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0]);

    fn from_little_endian(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > BYTES {
            return None;
        }
        let mut limbs = [0_u64; 7];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks(8)) {
            *limb = chunk.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
        }
        (limbs[6] >> HIGHEST == 0).then_some(Self(limbs))
    }

    fn plus(self, other: Self) -> Self {
        let mut limbs = self.0;
        for (limb, other) in limbs.iter_mut().zip(other.0) {
            *limb ^= other;
        }
        Self(limbs)
    }

    /// By windows of four bits from the highest down ("Guide to Elliptic Curve Cryptography", algorithm 2.36).
    fn times(self, other: Self) -> Self {
        let mut wide = [0_u64; 8];
        for (limb, from) in wide.iter_mut().zip(other.0) {
            *limb = from;
        }
        let shifted = [wide, shift_left(wide, 1), shift_left(wide, 2), shift_left(wide, 3)];
        let mut multiples = [[0_u64; 8]; 16];
        for (window, multiple) in multiples.iter_mut().enumerate() {
            for (bit, shifted) in shifted.iter().enumerate() {
                if window >> bit & 1 == 1 {
                    add(multiple, shifted);
                }
            }
        }
        let mut product = [0_u64; 15];
        for window in (0..16).rev() {
            product = shift_left(product, 4);
            for (at, limb) in self.0.iter().enumerate() {
                let multiple =
                    usize::try_from(limb >> (4 * window) & 0xf).ok().and_then(|value| multiples.get(value));
                if let (Some(part), Some(multiple)) = (product.get_mut(at..), multiple) {
                    add(part, multiple);
                }
            }
        }
        reduce(product)
    }

    fn squared(self) -> Self {
        let mut product = [0_u64; 15];
        let spread = self.0.iter().flat_map(|limb| [spread(limb & 0xffff_ffff), spread(limb >> 32)]);
        for (to, from) in product.iter_mut().zip(spread) {
            *to = from;
        }
        reduce(product)
    }

    /// x^(2^431 - 2), which is the product of x^(2^i) for i from 1 to 430.
    fn inverse(self) -> Self {
        let mut power = self;
        let mut product = Self::ONE;
        for _ in 1..Self::DEGREE {
            power = power.squared();
            product = product.times(power);
        }
        product
    }
}

fn add(to: &mut [u64], from: &[u64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to ^= from;
    }
}

/// Shifted left by fewer than 64 and more than no bits.
fn shift_left<const N: usize>(mut limbs: [u64; N], bits: u32) -> [u64; N] {
    let mut carry = 0;
    for limb in &mut limbs {
        let over = *limb >> (64 - bits);
        *limb = *limb << bits | carry;
        carry = over;
    }
    limbs
}

/// A zero between each two of the 32 lowest bits: the square of the polynomial that they are.
fn spread(half: u64) -> u64 {
    [(16, 0x0000_ffff_0000_ffff), (8, 0x00ff_00ff_00ff_00ff), (4, 0x0f0f_0f0f_0f0f_0f0f)]
        .into_iter()
        .chain([(2, 0x3333_3333_3333_3333), (1, 0x5555_5555_5555_5555)])
        .fold(half, |bits, (shift, mask)| (bits | bits << shift) & mask)
}

/// The product modulo t^431 + t^5 + t^3 + t + 1.
fn reduce(product: [u64; 15]) -> Element {
    let mut low = [0_u64; 8];
    let mut high = [0_u64; 8];
    for (to, from) in low.iter_mut().zip(product.iter().take(7)) {
        *to = *from;
    }
    low[6] &= (1 << HIGHEST) - 1;
    let pairs = product.iter().skip(6).zip(product.iter().skip(7).chain(&[0]));
    for (to, (here, next)) in high.iter_mut().zip(pairs) {
        *to = here >> HIGHEST | next << (64 - HIGHEST);
    }
    // t^431 = t^5 + t^3 + t + 1
    add(&mut low, &high);
    for bits in [1, 3, 5] {
        add(&mut low, &shift_left(high, bits));
    }
    // Fewer than six bits are over once more.
    let over = low[6] >> HIGHEST | low[7] << (64 - HIGHEST);
    low[6] &= (1 << HIGHEST) - 1;
    low[0] ^= over ^ over << 1 ^ over << 3 ^ over << 5;
    Element([low[0], low[1], low[2], low[3], low[4], low[5], low[6]])
}

/// A point other than the one at infinity.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Point {
    x: Element,
    y: Element,
}

impl Point {
    /// From the compressed little-endian form.
    fn decompress(little: &[u8; BYTES]) -> Option<Self> {
        let (x, y) = decompress(little, Element::ONE, Element::from_little_endian(&B)?)?;
        Some(Self { x, y })
    }

    /// This point as many times as the number says; `None` is the point at infinity.
    fn times(self, number: &[u8; BYTES]) -> Option<Self> {
        let b = Element::from_little_endian(&B)?;
        let x = self.x;
        // (x1 : z1) is a multiple of the point, (x2 : z2) the next one.
        let (mut x1, mut z1, mut x2, mut z2) = (Element::ONE, Element::ZERO, x, Element::ONE);
        for bit in number.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)) {
            if bit == 0 {
                (x1, z1, x2, z2) = (x2, z2, x1, z1);
            }
            let (one, two) = (x1.times(z2), x2.times(z1));
            z1 = one.plus(two).squared();
            x1 = x.times(z1).plus(one.times(two));
            let (square, other) = (x2.squared(), z2.squared());
            x2 = square.squared().plus(b.times(other.squared()));
            z2 = square.times(other);
            if bit == 0 {
                (x1, z1, x2, z2) = (x2, z2, x1, z1);
            }
        }
        if z1 == Element::ZERO {
            return None;
        }
        if z2 == Element::ZERO {
            return Some(Self { x, y: x.plus(self.y) });
        }
        let (result, next) = (x1.times(z1.inverse()), x2.times(z2.inverse()));
        let inner = result.plus(x).times(next.plus(x)).plus(x.squared()).plus(self.y);
        let y = x.inverse().times(result.plus(x)).times(inner).plus(self.y);
        Some(Self { x: result, y })
    }

    /// The first coordinate of the sum; `None` if it is the point at infinity.
    fn first_of_sum(self, other: Self) -> Option<Element> {
        let slope = if self == other && self.x != Element::ZERO {
            self.x.plus(self.y.times(self.x.inverse()))
        } else if self.x == other.x {
            return None;
        } else {
            self.y.plus(other.y).times(self.x.plus(other.x).inverse())
        };
        Some(slope.squared().plus(slope).plus(self.x).plus(other.x).plus(Element::ONE))
    }
}

/// A public key: a point of the curve.
#[derive(Clone, Copy)]
pub(crate) struct Key(Point);

impl Key {
    /// From the compressed little-endian form.
    pub(super) fn decompress(little: &[u8]) -> Option<Self> {
        Point::decompress(little.try_into().ok()?).map(Self)
    }

    /// Whether r and s, both little-endian, are this key's signature over the digest (DSTU 4145-2002, 13).
    pub(super) fn verify(&self, digest: &[u8; 32], r: &[u8], s: &[u8]) -> bool {
        fits(self.0, digest, r, s) == Some(true)
    }
}

fn fits(key: Point, digest: &[u8; 32], r: &[u8], s: &[u8]) -> Option<bool> {
    let (first, second) = (big_endian::<BYTES>(r)?, big_endian::<BYTES>(s)?);
    let in_range = |number: &[u8; BYTES]| number != &[0; BYTES] && number < &ORDER;
    // In the subgroup of prime order: the order times the key is the point at infinity.
    if !in_range(&first) || !in_range(&second) || key.times(&ORDER).is_some() {
        return None;
    }
    let hash = Element::from_little_endian(digest)?;
    let hash = if hash == Element::ZERO { Element::ONE } else { hash };
    let x = match (Point::decompress(&BASE)?.times(&second), key.times(&first)) {
        (Some(base), Some(key)) => base.first_of_sum(key)?,
        (Some(point), None) | (None, Some(point)) => point.x,
        (None, None) => return None,
    };
    Some(hash.times(x).truncated() == Element::from_little_endian(r)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(seed: u64) -> Element {
        let mut state = seed;
        let mut limbs = [0_u64; 7];
        for limb in &mut limbs {
            // SplitMix64
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *limb = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        }
        limbs[6] &= (1 << HIGHEST) - 1;
        Element(limbs)
    }

    #[test]
    fn the_field_is_a_field() {
        for seed in 0..20 {
            let (a, b, c) = (element(seed), element(seed + 100), element(seed + 200));
            assert!(a.times(b) == b.times(a));
            assert!(a.times(b).times(c) == a.times(b.times(c)));
            assert!(a.times(b.plus(c)) == a.times(b).plus(a.times(c)));
            assert!(a.squared() == a.times(a));
            assert!(a.times(a.inverse()) == Element::ONE);
            assert!(a.times(Element::ONE) == a);
        }
        // t^430 · t = t^431 = t^5 + t^3 + t + 1
        let mut highest = Element::ZERO;
        highest.0[6] = 1 << (HIGHEST - 1);
        assert!(highest.times(Element([2, 0, 0, 0, 0, 0, 0])) == Element([0b10_1011, 0, 0, 0, 0, 0, 0]));
    }

    #[test]
    fn the_base_point_lies_on_the_curve_and_has_the_order() {
        let base = Point::decompress(&BASE).unwrap();
        let (x, y) = (base.x, base.y);
        let left = y.squared().plus(x.times(y));
        let right = x.squared().times(x).plus(x.squared()).plus(Element::from_little_endian(&B).unwrap());
        assert!(left == right);
        assert!(base.times(&ORDER).is_none());
        let mut less = ORDER;
        less[BYTES - 1] -= 1;
        assert!(base.times(&less) == Some(Point { x, y: x.plus(y) }), "one less is the opposite point");
        let mut number = [0; BYTES];
        number[BYTES - 1] = 1;
        assert!(base.times(&number) == Some(base));
        number[BYTES - 1] = 2;
        let double = base.times(&number).unwrap();
        assert!(base.first_of_sum(base) == Some(double.x));
        number[BYTES - 1] = 3;
        assert!(base.first_of_sum(double) == Some(base.times(&number).unwrap().x));
    }
}
