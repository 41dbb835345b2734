//! The secret from which keyed hashes are made.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::Attested;

/// The platform's secret. It stands apart from the database: who has only the latter cannot find out whose record is
/// whose by trying all ten-digit codes. Lost, nobody finds their record again.
#[derive(Clone)]
pub struct PlatformSecret([u8; 64]);

impl PlatformSecret {
    /// From 256 random bits.
    pub fn new(bytes: [u8; 32]) -> Self {
        // HMAC fills a short key up with zeros to the hash's block (RFC 2104); done here, it cannot fail later.
        let mut block = [0; 64];
        for (slot, byte) in block.iter_mut().zip(bytes) {
            *slot = byte;
        }
        Self(block)
    }

    /// The keyed hash of a person's proven key; of their account at the provider if they have none. And whether it is
    /// the former.
    pub(super) fn person_key(&self, attested: &Attested) -> (String, bool) {
        match &attested.key {
            Some(key) => (self.hash(&key.canonical()), true),
            None => (self.hash(&format!("account:{}\n{}", attested.issuer, attested.subject)), false),
        }
    }

    pub(super) fn hash(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new((&self.0).into());
        // The purpose goes in first, so that other uses of the secret never give the same.
        mac.update(b"vzaemo person key v1\n");
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for PlatformSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlatformSecret(…)")
    }
}
