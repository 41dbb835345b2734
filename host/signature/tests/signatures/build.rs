//! Signatures put together by hand, to be wrong in one place and right everywhere else: what no signing tool would make.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::{
    ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner as _},
    pkcs8::DecodePrivateKey as _,
};
use sha2::{Digest as _, Sha256};

use crate::fixtures::{content, file};

pub const SIGNED_DATA: &str = "2a864886f70d010702";
pub const DATA: &str = "2a864886f70d010701";
pub const TST_INFO: &str = "2a864886f70d0109100104";
pub const CONTENT_TYPE: &str = "2a864886f70d010903";
pub const MESSAGE_DIGEST: &str = "2a864886f70d010904";
pub const SIGNING_TIME: &str = "2a864886f70d010905";
pub const ALGORITHM_PROTECTION: &str = "2a864886f70d010934";
pub const SIGNING_CERTIFICATE_V2: &str = "2a864886f70d010910022f";
pub const SIGNATURE_TIME_STAMP: &str = "2a864886f70d010910020e";
pub const SHA1: &str = "2b0e03021a";
pub const MD5: &str = "2a864886f70d0205";
pub const SHA256: &str = "608648016503040201";
pub const SHA512: &str = "608648016503040203";
pub const ECDSA_WITH_SHA256: &str = "2a8648ce3d040302";
pub const SHA256_WITH_RSA: &str = "2a864886f70d01010b";
pub const DSTU_4145: &str = "2a86240201010101030101";

/// An element.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![tag];
    match body.len() {
        length @ 0..=127 => out.push(u8::try_from(length).unwrap()),
        length => {
            let bytes = length.to_be_bytes();
            let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(significant.len()).unwrap());
            out.extend(significant);
        }
    }
    out.extend(body);
    out
}

/// An object identifier from the hexadecimal of its content.
pub fn oid(hexadecimal: &str) -> Vec<u8> {
    element(0x06, &[&hex::decode(hexadecimal).unwrap()])
}

/// An attribute with these values.
pub fn attribute(of: &str, values: &[Vec<u8>]) -> Vec<u8> {
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    element(0x30, &[&oid(of), &element(0x31, &values)])
}

/// A certificate of the OpenSSL fixtures in DER.
pub fn certificate(name: &str) -> Vec<u8> {
    let text = String::from_utf8(file(&format!("openssl/{name}.pem"))).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).unwrap()
}

/// The elements one after the other: tag and content.
pub fn children(mut input: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let [tag, length, ..] = input {
        let (start, length) = match usize::from(*length) {
            short @ 0..=127 => (2, short),
            long => {
                let count = long - 128;
                (2 + count, input[2..2 + count].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
            }
        };
        found.push((*tag, input[start..start + length].to_vec()));
        input = &input[start + length..];
    }
    found
}

fn join(children: &[(u8, Vec<u8>)]) -> Vec<u8> {
    children.iter().flat_map(|(tag, value)| element(*tag, &[value])).collect()
}

/// Adds an unsigned attribute to the last signer of a finished signature.
pub fn with_unsigned(signature: &[u8], attribute: &[u8]) -> Vec<u8> {
    // ContentInfo, [0], SignedData, SET, SignerInfo: each time the last.
    fn descend(value: &[u8], depth: usize, attribute: &[u8]) -> Vec<u8> {
        let mut inner = children(value);
        if depth == 0 {
            inner.push((0xa1, attribute.to_vec()));
        } else {
            let last = inner.last_mut().unwrap();
            last.1 = descend(&last.1, depth - 1, attribute);
        }
        join(&inner)
    }
    descend(signature, 5, attribute)
}

/// The value of a finished signature without unsigned attributes: what stands last in it.
pub fn signature_value(signature: &[u8]) -> Vec<u8> {
    let last = |value: Vec<u8>| children(&value).pop().unwrap().1;
    (0..6).fold(signature.to_vec(), |value, _| last(value))
}

/// Issuer and serial number of a certificate.
pub fn issuer_and_serial(certificate: &[u8]) -> Vec<u8> {
    let outer = children(&children(certificate)[0].1);
    let fields = children(&outer[0].1);
    let (serial, issuer) = (&fields[1], &fields[3]);
    element(0x30, &[&element(issuer.0, &[&issuer.1]), &element(serial.0, &[&serial.1])])
}

/// A signature by the person of the fixture `p256`, right until a test changes it.
pub struct Build {
    pub version: u8,
    pub content_type: &'static str,
    pub content: Option<Vec<u8>>,
    pub certificates: Vec<Vec<u8>>,
    pub signer: Vec<u8>,
    pub digest: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    /// `None` for a signature over the content alone.
    pub attributes: Option<Vec<Vec<u8>>>,
    pub signers: usize,
}

/// An algorithm without parameters.
pub fn algorithm(of: &str) -> Vec<u8> {
    element(0x30, &[&oid(of)])
}

pub fn content_type_attribute() -> Vec<u8> {
    attribute(CONTENT_TYPE, &[oid(DATA)])
}

pub fn digest_attribute() -> Vec<u8> {
    attribute(MESSAGE_DIGEST, &[element(0x04, &[&Sha256::digest(content())])])
}

pub fn certificate_attribute(certificate: &[u8]) -> Vec<u8> {
    let reference = element(0x30, &[&element(0x04, &[&Sha256::digest(certificate)])]);
    attribute(SIGNING_CERTIFICATE_V2, &[element(0x30, &[&element(0x30, &[&reference])])])
}

impl Build {
    pub fn new() -> Self {
        let own = certificate("p256");
        Self {
            version: 1,
            content_type: DATA,
            content: Some(content()),
            signer: issuer_and_serial(&own),
            digest: algorithm(SHA256),
            signature_algorithm: algorithm(ECDSA_WITH_SHA256),
            attributes: Some(vec![content_type_attribute(), digest_attribute(), certificate_attribute(&own)]),
            certificates: vec![own],
            signers: 1,
        }
    }

    /// Without one of the three attributes, counted from nought.
    pub fn without_attribute(mut self, index: usize) -> Self {
        self.attributes.as_mut().unwrap().remove(index);
        self
    }

    pub fn with_attribute(mut self, attribute: Vec<u8>) -> Self {
        self.attributes.as_mut().unwrap().push(attribute);
        self
    }

    /// The finished signature, signed over whatever the attributes are now.
    pub fn sign(&self) -> Vec<u8> {
        let key = SigningKey::from_pkcs8_der(&file("openssl/p256.pkcs8")).unwrap();
        let covered = match &self.attributes {
            Some(attributes) => element(0x31, &[&attributes.concat()]),
            None => content(),
        };
        let signature: Signature = key.sign_prehash(&Sha256::digest(covered)).unwrap();
        let attributes =
            self.attributes.as_ref().map_or(Vec::new(), |attributes| element(0xa0, &[&attributes.concat()]));
        let signer = element(
            0x30,
            &[
                &element(0x02, &[&[self.version]]),
                &self.signer,
                &self.digest,
                &attributes,
                &self.signature_algorithm,
                &element(0x04, &[signature.to_der().as_bytes()]),
            ],
        );
        let content =
            self.content.as_ref().map_or(Vec::new(), |content| element(0xa0, &[&element(0x04, &[content])]));
        let data = element(
            0x30,
            &[
                &element(0x02, &[&[1]]),
                &element(0x31, &[&self.digest]),
                &element(0x30, &[&oid(self.content_type), &content]),
                &element(0xa0, &[&self.certificates.concat()]),
                &element(0x31, &[&signer.repeat(self.signers)]),
            ],
        );
        element(0x30, &[&oid(SIGNED_DATA), &element(0xa0, &[&data])])
    }
}
