//! From an uploaded file or a pasted text to DER.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    asn1::{self, Shape, tag},
    refusal::Refusal,
};

/// How large and how complex an input may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The input in bytes, content included.
    pub bytes: usize,
    /// Elements inside each other.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
    /// Certificates that come along.
    pub certificates: usize,
    /// Signers.
    pub signers: usize,
    /// Certificates from the signer to the anchor, both included.
    pub path: usize,
    /// Signatures of certificates tried while a path is looked for.
    pub checks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            depth: 32,
            // Signatures for the long term carry revocation lists with them.
            elements: 500_000,
            certificates: 32,
            signers: 16,
            path: 6,
            checks: 32,
        }
    }
}

/// DER from DER, PEM or bare base64, well-formed and within the limits.
pub(crate) fn der(input: &[u8], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    // Base64 is a third longer than what it stands for, and has line ends.
    if input.len() > limits.bytes.saturating_mul(3) / 2 {
        return Err(Refusal::TooLarge { limit: limits.bytes });
    }
    let bytes = if input.first() == Some(&tag::SEQUENCE) { input.to_vec() } else { text(input)? };
    if bytes.len() > limits.bytes {
        return Err(Refusal::TooLarge { limit: limits.bytes });
    }
    asn1::well_formed(&bytes, limits.depth, limits.elements).map_err(|shape| match shape {
        Shape::Broken => Refusal::Malformed { what: "the signature" },
        Shape::Trailing => Refusal::TrailingBytes,
        Shape::TooDeep => Refusal::TooComplex { what: "nested elements" },
        Shape::TooMany => Refusal::TooComplex { what: "elements" },
    })?;
    Ok(bytes)
}

/// Every PEM block with this label, or `None` if the input is no PEM.
pub(crate) fn pem_blocks(input: &[u8], label: &str) -> Option<Result<Vec<Vec<u8>>, Refusal>> {
    let text = std::str::from_utf8(input).ok()?;
    if !text.contains("-----BEGIN ") {
        return None;
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(&begin) {
        let Some((body, after)) = after.split_once(&end) else {
            return Some(Err(Refusal::Malformed { what: "the PEM block" }));
        };
        match base64(body) {
            Ok(bytes) => blocks.push(bytes),
            Err(refusal) => return Some(Err(refusal)),
        }
        rest = after;
    }
    Some(Ok(blocks))
}

fn text(input: &[u8]) -> Result<Vec<u8>, Refusal> {
    let malformed = Refusal::Malformed { what: "the signature" };
    let text = std::str::from_utf8(input).map_err(|_| malformed.clone())?;
    // RFC 7468, 8 and 9: CMS, and PKCS7 as OpenSSL calls it.
    for label in ["CMS", "PKCS7"] {
        if let Some(blocks) = pem_blocks(input, label) {
            let mut blocks = blocks?;
            match (blocks.pop(), blocks.is_empty()) {
                (None, _) => {}
                (Some(block), true) => return Ok(block),
                (Some(_), false) => return Err(Refusal::TrailingBytes),
            }
        }
    }
    base64(text)
}

fn base64(text: &str) -> Result<Vec<u8>, Refusal> {
    let compact: String =
        text.trim_start_matches('\u{feff}').chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).map_err(|_| Refusal::Malformed { what: "the base64 text" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_pem_and_base64_give_the_same_bytes() {
        let bytes = [0x30, 0x03, 0x02, 0x01, 0x05];
        let base64 = STANDARD.encode(bytes);
        let limits = Limits::default();
        for input in [
            bytes.to_vec(),
            base64.clone().into_bytes(),
            format!("  {}\r\n{}\n", &base64[..4], &base64[4..]).into_bytes(),
            format!("-----BEGIN CMS-----\n{base64}\n-----END CMS-----\n").into_bytes(),
            format!("-----BEGIN PKCS7-----\n{base64}\n-----END PKCS7-----\n").into_bytes(),
        ] {
            assert_eq!(der(&input, &limits).unwrap(), bytes);
        }
        for input in [
            &b""[..],
            b"-----BEGIN CMS-----\nMAMCAQU=",
            b"-----BEGIN KEY-----\nMAMCAQU=\n-----END KEY-----\n",
            b"MAMCAQU",
            b"\xff\xfe",
        ] {
            assert!(der(input, &limits).is_err());
        }
    }

    #[test]
    fn size_is_limited_before_anything_is_decoded() {
        let limits = Limits { bytes: 100, ..Limits::default() };
        assert_eq!(der(&[b'A'; 151], &limits), Err(Refusal::TooLarge { limit: 100 }));
        assert_eq!(der(&[0x30; 101], &limits), Err(Refusal::TooLarge { limit: 100 }));
    }
}
