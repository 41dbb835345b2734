//! Sealed answers: a cipher of the tests' own stands for `EnvelopedData` by the national algorithms, which take a
//! certificate and a device. It is one all the same: nobody reads or changes what is sealed without the key.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// The certificate that answers are sealed for; in this cipher its holder's key is made from it.
pub const CERTIFICATE: &str = "Y2VydGlmaWNhdGUgb2YgdGVzdHM=";
const TAG: usize = 32;

fn mac(certificate: &str, what: &str, bytes: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(certificate.as_bytes()).expect("any length will do");
    mac.update(what.as_bytes());
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

fn stream(certificate: &str, bytes: &[u8]) -> Vec<u8> {
    let blocks = bytes.chunks(32).enumerate().map(|(number, block)| {
        let pad = mac(certificate, "stream", &number.to_be_bytes());
        block.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect::<Vec<u8>>()
    });
    blocks.flatten().collect()
}

/// Seals a content.
pub fn seal(certificate: &str, content: &[u8]) -> Vec<u8> {
    let sealed = stream(certificate, content);
    [mac(certificate, "tag", &sealed).as_slice(), &sealed].concat()
}

/// Opens it; `None` if it is sealed for another certificate, or was changed.
pub fn open(certificate: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (tag, sealed) = sealed.split_at_checked(TAG)?;
    (mac(certificate, "tag", sealed) == tag).then(|| stream(certificate, sealed))
}
