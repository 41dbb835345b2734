//! The secret from which keyed hashes are made.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::Attested;

/// The platform's secret. It stands apart from the database: who has only the latter cannot find out whose record is
/// whose by trying all ten-digit codes. Lost, nobody finds their record again. All nodes of a platform have the same.
#[derive(Clone)]
pub struct PlatformSecret(Key);

/// A key of HMAC-SHA-256 for one purpose, made from the platform's secret, so that all nodes have the same.
#[derive(Clone)]
pub(crate) struct Key([u8; 64]);

impl PlatformSecret {
    /// From 256 random bits.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Key::new(bytes))
    }

    /// The key for a purpose. It tells nothing of the secret or of the keys for other purposes.
    pub(crate) fn key(&self, purpose: &str) -> Key {
        Key::new(self.0.mac("vzaemo derived key v1", &[purpose.as_bytes()]))
    }

    /// The seed of a signing key for a purpose outside this room. It tells nothing of the secret, of other seeds, or of
    /// the keys for other purposes.
    pub fn signing_seed(&self, purpose: &str) -> [u8; 32] {
        self.0.mac("vzaemo signing seed v1", &[purpose.as_bytes()])
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
        let mut mac = self.0.start();
        // The purpose goes in first, so that other uses of the secret never give the same.
        mac.update(b"vzaemo person key v1\n");
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

/// How accounts and sessions of providers are found again: by keyed hashes, so that the database alone does not tell
/// who has which account where.
#[derive(Debug, Clone)]
pub(crate) struct Accounts(Key);

impl Accounts {
    pub(crate) fn new(secret: &PlatformSecret) -> Self {
        Self(secret.key("accounts at providers"))
    }

    /// An account of an issuer.
    pub(super) fn account(&self, issuer: &str, subject: &str) -> String {
        hex::encode(self.0.mac("account", &[issuer.as_bytes(), subject.as_bytes()]))
    }

    /// A session of an issuer (`sid`).
    pub(super) fn session(&self, issuer: &str, id: &str) -> String {
        hex::encode(self.0.mac("session", &[issuer.as_bytes(), id.as_bytes()]))
    }
}

impl Key {
    fn new(bytes: [u8; 32]) -> Self {
        // HMAC fills a short key up with zeros to the hash's block (RFC 2104); done here, it cannot fail later.
        let mut block = [0; 64];
        for (slot, byte) in block.iter_mut().zip(bytes) {
            *slot = byte;
        }
        Self(block)
    }

    fn start(&self) -> Hmac<Sha256> {
        Hmac::<Sha256>::new((&self.0).into())
    }

    fn over(&self, what: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.start();
        // Each part with its length before it, so that no two lists of parts read the same.
        for part in [what.as_bytes()].iter().chain(parts) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    /// The code of these parts, where `what` says what they are.
    pub(crate) fn mac(&self, what: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.over(what, parts).finalize().into_bytes().into()
    }

    /// Whether this is the code of these parts; takes the same time wherever it differs.
    pub(crate) fn is_mac(&self, what: &str, parts: &[&[u8]], mac: &[u8]) -> bool {
        self.over(what, parts).verify_slice(mac).is_ok()
    }
}

impl std::fmt::Debug for PlatformSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlatformSecret(…)")
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_its_key_and_each_list_of_parts_its_code() {
        let secret = PlatformSecret::new([7; 32]);
        let (one, other) = (secret.key("one"), secret.key("other"));
        let mac = one.mac("a", &[b"b", b"c"]);
        assert!(secret.key("one").is_mac("a", &[b"b", b"c"], &mac), "another node has the same key");
        assert!(!other.is_mac("a", &[b"b", b"c"], &mac));
        assert!(!PlatformSecret::new([8; 32]).key("one").is_mac("a", &[b"b", b"c"], &mac));
        for parts in [vec![b"bc".as_slice()], vec![b"b", b"c", b""], vec![b"c", b"b"], vec![b"b"]] {
            assert!(!one.is_mac("a", &parts, &mac), "{parts:?}");
        }
        assert!(!one.is_mac("ab", &[b"", b"c"], &mac) && !one.is_mac("a", &[b"b", b"c"], mac.split_at(31).0));
    }
}
