//! Reading DER without losing its bytes.
//!
//! A signature covers bytes, so what is verified must be the bytes that came, never an encoding made anew from parsed
//! values: sets out of order or an omitted default would come out differently. Hence the outer structures are read
//! as slices of the input; only leaves are handed to typed decoders. Lengths must be definite and minimal, and
//! nothing may stand behind the last element (ITU-T X.690, 10.1).

use der::{Decode, Header, Reader as _, SliceReader, asn1::ObjectIdentifier};

/// Universal and context-specific tags that the formats of this crate use, as they stand in the first byte.
pub(crate) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0a;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;
    pub const UTF8_STRING: u8 = 0x0c;
    /// `[0]` with an implicit primitive value.
    pub const CONTEXT_0_PRIMITIVE: u8 = 0x80;
    /// `[0]`, constructed.
    pub const CONTEXT_0: u8 = 0xa0;
    /// `[1]`, constructed.
    pub const CONTEXT_1: u8 = 0xa1;
    /// `[6]`, primitive: an address among general names.
    pub const CONTEXT_6_PRIMITIVE: u8 = 0x86;
    /// `[4]`, constructed: a directory name among general names.
    pub const CONTEXT_4: u8 = 0xa4;
}

/// The bytes are not what the format asks for. Where, is said by whoever reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotDer;

impl From<der::Error> for NotDer {
    fn from(_: der::Error) -> Self {
        Self
    }
}

/// One element as it stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The tag's byte.
    pub tag: u8,
    /// The content without tag and length.
    pub value: &'a [u8],
    /// Tag, length and content.
    pub whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The element that fills `input` to its last byte.
    pub(crate) fn only(input: &'a [u8]) -> Result<Self, NotDer> {
        let mut reader = Reader::new(input);
        let element = reader.any()?;
        reader.finish()?;
        Ok(element)
    }

    /// The element that fills `input`, which must carry this tag.
    pub(crate) fn only_with(input: &'a [u8], tag: u8) -> Result<Self, NotDer> {
        let element = Self::only(input)?;
        if element.tag == tag { Ok(element) } else { Err(NotDer) }
    }

    /// A reader over what the element contains.
    pub(crate) fn contents(&self) -> Reader<'a> {
        Reader::new(self.value)
    }

    fn constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }
}

/// Reads one element after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, NotDer> {
        let tag = *self.rest.first().ok_or(NotDer)?;
        let mut reader = SliceReader::new(self.rest)?;
        let header = Header::decode(&mut reader)?;
        let start = usize::try_from(reader.position())?;
        let length = usize::try_from(header.length)?;
        let end = start.checked_add(length).ok_or(NotDer)?;
        let value = self.rest.get(start..end).ok_or(NotDer)?;
        let (whole, rest) = self.rest.split_at_checked(end).ok_or(NotDer)?;
        self.rest = rest;
        Ok(Element { tag, value, whole })
    }

    /// The next element, which must carry this tag.
    pub(crate) fn next(&mut self, tag: u8) -> Result<Element<'a>, NotDer> {
        let element = self.any()?;
        if element.tag == tag { Ok(element) } else { Err(NotDer) }
    }

    /// The next element if it carries this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, NotDer> {
        if self.rest.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// An object identifier.
    pub(crate) fn oid(&mut self) -> Result<ObjectIdentifier, NotDer> {
        let element = self.next(tag::OBJECT_IDENTIFIER)?;
        ObjectIdentifier::from_bytes(element.value).map_err(|_| NotDer)
    }

    /// An algorithm identifier.
    pub(crate) fn algorithm(&mut self) -> Result<AlgorithmIdentifier<'a>, NotDer> {
        AlgorithmIdentifier::new(self.next(tag::SEQUENCE)?)
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), NotDer> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotDer) }
    }
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }` (RFC 5280, 4.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AlgorithmIdentifier<'a> {
    pub oid: ObjectIdentifier,
    /// The parameters; `None` where they are left out or NULL, which implementations use alike.
    pub parameters: Option<Element<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    pub(crate) fn new(sequence: Element<'a>) -> Result<Self, NotDer> {
        if sequence.tag == tag::SEQUENCE { Self::implicit(sequence) } else { Err(NotDer) }
    }

    /// The same where an implicit tag stands in place of that of a SEQUENCE; whoever calls has checked it.
    pub(crate) fn implicit(sequence: Element<'a>) -> Result<Self, NotDer> {
        let mut contents = sequence.contents();
        let oid = contents.oid()?;
        let parameters = if contents.is_empty() { None } else { Some(contents.any()?) };
        contents.finish()?;
        Ok(Self { oid, parameters: parameters.filter(|parameters| parameters.whole != [0x05, 0x00]) })
    }
}

/// The bits of a BIT STRING of whole bytes.
pub(crate) fn bit_string<'a>(element: &Element<'a>) -> Result<&'a [u8], NotDer> {
    match element.value.split_first() {
        Some((0, bytes)) if element.tag == tag::BIT_STRING => Ok(bytes),
        _ => Err(NotDer),
    }
}

/// Whether the whole input is one well-formed element, nested no deeper than `depth`, with at most `elements`
/// elements in all. Run first, so that everything after it works on input of bounded shape.
pub(crate) fn well_formed(input: &[u8], depth: usize, elements: usize) -> Result<(), Shape> {
    let mut stack = vec![Reader::new(input)];
    let mut seen = 0_usize;
    while let Some(reader) = stack.last_mut() {
        if reader.is_empty() {
            stack.pop();
            continue;
        }
        let element = reader.any().map_err(|NotDer| Shape::Broken)?;
        seen += 1;
        if seen > elements {
            return Err(Shape::TooMany);
        }
        if stack.len() == 1 && stack.first().is_some_and(|outer| !outer.is_empty()) {
            return Err(Shape::Trailing);
        }
        if element.constructed() {
            if stack.len() > depth {
                return Err(Shape::TooDeep);
            }
            stack.push(element.contents());
        }
    }
    if seen == 0 { Err(Shape::Broken) } else { Ok(()) }
}

/// Why [`well_formed`] said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Broken,
    Trailing,
    TooDeep,
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_must_be_definite_minimal_and_within_the_input() {
        for bytes in [
            &[0x30, 0x80, 0x00, 0x00][..],
            &[0x04, 0x81, 0x01, 0xff],
            &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x04, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x04, 0x02, 0x00],
            &[0x04],
            &[],
        ] {
            assert_eq!(Element::only(bytes), Err(NotDer), "{bytes:02x?}");
        }
        assert_eq!(Element::only(&[0x04, 0x01, 0xff]).unwrap().value, [0xff]);
        assert_eq!(Element::only(&[0x04, 0x01, 0xff, 0x00]), Err(NotDer));
    }

    #[test]
    fn the_shape_is_bounded() {
        let mut nested = vec![0x04, 0x00];
        for _ in 0..20 {
            let mut outer = vec![0x30, u8::try_from(nested.len()).unwrap()];
            outer.append(&mut nested);
            nested = outer;
        }
        assert_eq!(well_formed(&nested, 20, 100), Ok(()));
        assert_eq!(well_formed(&nested, 19, 100), Err(Shape::TooDeep));
        assert_eq!(well_formed(&nested, 20, 20), Err(Shape::TooMany));
        nested.push(0x00);
        assert_eq!(well_formed(&nested, 20, 100), Err(Shape::Trailing));
        assert_eq!(well_formed(&[], 20, 100), Err(Shape::Broken));
    }
}
