//! The binary fields of the standard's curves, and what is the same over each: points from their compressed form.

use dstu_core::hazmat::dstu4145::gf2m257::FieldElement;

/// An element of a binary field of odd degree, in the polynomial basis.
pub(super) trait Field: Copy + PartialEq {
    /// The degree of the field.
    const DEGREE: usize;
    const ZERO: Self;
    const ONE: Self;

    /// From little-endian bytes; `None` if they have more bits than the field.
    fn from_little_endian(bytes: &[u8]) -> Option<Self>;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn squared(self) -> Self;
    /// The inverse; that of zero is of no use.
    fn inverse(self) -> Self;
}

impl Field for FieldElement {
    const DEGREE: usize = 257;
    const ZERO: Self = FieldElement::ZERO;
    const ONE: Self = FieldElement::ONE;

    fn from_little_endian(bytes: &[u8]) -> Option<Self> {
        let element = Self::from_be_bytes(&big_endian::<33>(bytes)?);
        element.is_canonical().then_some(element)
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn times(self, other: Self) -> Self {
        self.multiply(other)
    }

    fn squared(self) -> Self {
        self.square()
    }

    fn inverse(self) -> Self {
        self.invert()
    }
}

/// Little-endian bytes as a big-endian number of `N` bytes; `None` if they are more.
pub(super) fn big_endian<const N: usize>(little: &[u8]) -> Option<[u8; N]> {
    if little.len() > N {
        return None;
    }
    let mut out = [0; N];
    for (to, from) in out.iter_mut().rev().zip(little) {
        *to = *from;
    }
    Some(out)
}

/// The point of y² + xy = x³ + a x² + b whose compressed little-endian form this is (DSTU 4145-2002, 6.10), if it lies
/// on the curve. That it lies in the subgroup of prime order is checked with every signature.
pub(super) fn decompress<F: Field>(little: &[u8], a: F, b: F) -> Option<(F, F)> {
    let mut bytes = little.to_vec();
    let lowest = bytes.first_mut()?;
    let trace_of_ratio = *lowest & 1 == 1;
    *lowest &= !1;
    let cleared = F::from_little_endian(&bytes)?;
    // Points of the subgroup have Tr(x) = Tr(a), which gives back the bit that compression has overwritten.
    let x = if trace(cleared) == trace(a) { cleared } else { cleared.plus(F::ONE) };
    if x == F::ZERO {
        return None;
    }
    // y = x z with z² + z = x + a + b / x²
    let right = x.plus(a).plus(b.times(x.inverse().squared()));
    let mut z = half_trace(right);
    if z.squared().plus(z) != right {
        return None;
    }
    if (trace(z) == F::ONE) != trace_of_ratio {
        z = z.plus(F::ONE);
    }
    Some((x, x.times(z)))
}

/// The sum of all conjugates: zero or one.
fn trace<F: Field>(element: F) -> F {
    let mut sum = element;
    let mut power = element;
    for _ in 1..F::DEGREE {
        power = power.squared();
        sum = sum.plus(power);
    }
    sum
}

/// A solution z of z² + z = c if there is one, the field's degree being odd.
fn half_trace<F: Field>(c: F) -> F {
    let mut sum = c;
    let mut power = c;
    for _ in 0..F::DEGREE / 2 {
        power = power.squared().squared();
        sum = sum.plus(power);
    }
    sum
}
