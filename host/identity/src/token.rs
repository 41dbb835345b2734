//! Random values that only their bearer may know.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// 256 random bits as 43 characters of base64url. Only its SHA-256 is ever stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// SHA-256 of a token's text, in hexadecimal. Equality of hashes tells nothing about the token through time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl Token {
    /// A fresh one from the operating system's entropy.
    pub fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads what a cookie carried; `None` if it cannot be a token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The secret text, for the cookie.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What may be stored.
    pub fn hash(&self) -> TokenHash {
        Self::hash_of(&self.0)
    }

    /// The same for another secret text.
    pub(crate) fn hash_of(text: &str) -> TokenHash {
        TokenHash(hex::encode(Sha256::digest(text.as_bytes())))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TokenHash {
    /// The key of a session's document.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_and_hides_in_debug() {
        let token = Token::random();
        assert_eq!(Token::parse(token.secret()).unwrap(), token);
        assert_eq!(token.secret().len(), 43);
        assert_ne!(token, Token::random());
        assert!(!format!("{token:?}").contains(token.secret()));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "abc", &"A".repeat(42), &"A".repeat(44), &"!".repeat(43)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
