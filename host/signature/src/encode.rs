//! Writing DER: questions to responders, and what the authority of development mode makes.

use der::asn1::ObjectIdentifier;

use crate::asn1::tag;

/// An element: tag, the shortest form of the length, and the parts one after the other (X.690, 8.1 and 10.1).
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=127) => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let significant = bytes.iter().skip_while(|byte| **byte == 0);
            // A length has at most eight bytes.
            out.push(0x80 | u8::try_from(significant.clone().count()).unwrap_or(8));
            out.extend(significant);
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A sequence of these parts.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, parts)
}

/// An object identifier.
pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    element(tag::OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// An algorithm without parameters.
pub(crate) fn algorithm(algorithm: ObjectIdentifier) -> Vec<u8> {
    sequence(&[&oid(algorithm)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::Element;

    #[test]
    fn lengths_are_written_in_the_shortest_form() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let written = element(tag::OCTET_STRING, &[&content]);
            let read = Element::only_with(&written, tag::OCTET_STRING).unwrap();
            assert_eq!(read.value, content, "{length}");
        }
    }
}
