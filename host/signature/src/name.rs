//! Distinguished names: read for display, compared for chaining.

use der::asn1::ObjectIdentifier;

use crate::asn1::{Element, NotDer, Reader, tag};

/// A distinguished name (X.501).
#[derive(Debug, Clone)]
pub(crate) struct Name {
    raw: Vec<u8>,
    /// One inner list per relative distinguished name.
    parts: Vec<Vec<Attribute>>,
}

#[derive(Debug, Clone)]
struct Attribute {
    oid: ObjectIdentifier,
    text: Option<String>,
    raw: Vec<u8>,
}

impl Name {
    pub(crate) fn new(sequence: &Element<'_>) -> Result<Self, NotDer> {
        if sequence.tag != tag::SEQUENCE {
            return Err(NotDer);
        }
        let mut parts = Vec::new();
        let mut names = sequence.contents();
        while !names.is_empty() {
            let mut set = names.next(tag::SET)?.contents();
            let mut attributes = Vec::new();
            while !set.is_empty() {
                let mut attribute = set.next(tag::SEQUENCE)?.contents();
                let oid = attribute.oid()?;
                let value = attribute.any()?;
                attribute.finish()?;
                attributes.push(Attribute { oid, text: text(&value), raw: value.whole.to_vec() });
            }
            if attributes.is_empty() {
                return Err(NotDer);
            }
            parts.push(attributes);
        }
        Ok(Self { raw: sequence.whole.to_vec(), parts })
    }

    /// The name as it stands in the certificate.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The texts of all attributes of this type, in order.
    pub(crate) fn texts(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &str> {
        let attributes = self.parts.iter().flatten().filter(move |attribute| attribute.oid == oid);
        attributes.filter_map(|attribute| attribute.text.as_deref()).filter(|text| !text.trim().is_empty())
    }

    /// The first text of this type.
    pub(crate) fn text(&self, oid: ObjectIdentifier) -> Option<String> {
        self.texts(oid).next().map(|text| text.trim().to_owned())
    }

    /// Whether two names are the same for chaining (RFC 5280, 7.1): the string types may differ, case and repeated
    /// spaces do not count.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.raw == other.raw || self.comparable() == other.comparable()
    }

    fn comparable(&self) -> Vec<Vec<(ObjectIdentifier, Result<String, &[u8]>)>> {
        let compare = |attribute: &'_ Attribute| match &attribute.text {
            Some(text) => Ok(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()),
            None => Err(()),
        };
        let mut names = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut attributes: Vec<_> = part
                .iter()
                .map(|attribute| (attribute.oid, compare(attribute).map_err(|()| attribute.raw.as_slice())))
                .collect();
            attributes.sort();
            names.push(attributes);
        }
        names
    }
}

/// The text of a directory string or one of its relatives, if it is one.
pub(crate) fn text(element: &Element<'_>) -> Option<String> {
    match element.tag {
        // UTF8String, PrintableString, IA5String, NumericString, VisibleString
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => String::from_utf8(element.value.to_vec()).ok(),
        // TeletexString, in practice Latin-1
        0x14 => Some(element.value.iter().copied().map(char::from).collect()),
        // BMPString
        0x1e => {
            let units = element.value.chunks_exact(2);
            if !units.remainder().is_empty() {
                return None;
            }
            let units =
                units.map(|unit| unit.iter().fold(0_u16, |number, byte| number << 8 | u16::from(*byte)));
            char::decode_utf16(units).collect::<Result<String, _>>().ok()
        }
        _ => None,
    }
}

/// The value of a directory name inside general names, where it is the only one.
pub(crate) fn directory_name(general_names: &Element<'_>) -> Result<Option<Name>, NotDer> {
    let mut names: Reader<'_> = general_names.contents();
    while !names.is_empty() {
        let name = names.any()?;
        if name.tag == tag::CONTEXT_4 {
            return Name::new(&Element::only(name.value)?).map(Some);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(string: u8, value: &str) -> Name {
        let mut attribute = vec![0x06, 0x03, 0x55, 0x04, 0x03, string, u8::try_from(value.len()).unwrap()];
        attribute.extend(value.as_bytes());
        let mut bytes = attribute;
        for tag in [0x30, 0x31, 0x30] {
            let mut outer = vec![tag, u8::try_from(bytes.len()).unwrap()];
            outer.append(&mut bytes);
            bytes = outer;
        }
        Name::new(&Element::only(&bytes).unwrap()).unwrap()
    }

    #[test]
    fn names_chain_over_string_types_case_and_spaces_and_nothing_else() {
        assert!(name(0x0c, "Test CA").same(&name(0x13, "test  ca ")));
        assert!(name(0x0c, "Тест").same(&name(0x0c, "ТЕСТ")));
        assert!(!name(0x0c, "Test CA").same(&name(0x0c, "Test CB")));
        assert!(!name(0x0c, "Test CA").same(&name(0x0c, "TestCA")));
    }

    #[test]
    fn texts_of_every_string_type_are_read() {
        assert_eq!(text(&Element { tag: 0x1e, value: &[0x04, 0x06, 0x00, 0x41], whole: &[] }).unwrap(), "ІA");
        assert_eq!(text(&Element { tag: 0x1e, value: &[0x04], whole: &[] }), None);
        assert_eq!(text(&Element { tag: 0x0c, value: &[0xff], whole: &[] }), None);
        assert_eq!(text(&Element { tag: 0x02, value: &[0x41], whole: &[] }), None);
    }
}
