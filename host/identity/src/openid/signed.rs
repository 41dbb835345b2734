//! Tokens that a provider has signed besides its ID tokens: JSON Web Tokens in the compact form.
//!
//! Sources: RFC 7515 (JWS), RFC 7519 (JWT), RFC 8725 (best current practice: the algorithm is what the verifier allows,
//! the kind of a token is told by its `typ`, issuer and audience are checked).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey as _;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use vzaemo_clock::{Instant, SignedDuration};

use super::config::ProviderConfig;
use super::provider::ISSUED_BEFORE;
use crate::{Once, SignInError, Token};

/// The longest token that is read, in bytes.
const LONGEST: usize = 16 * 1024;
/// The longest identifier of a token, in bytes.
const LONGEST_ID: usize = 256;

/// A token whose signature is the provider's.
#[derive(Debug)]
pub(super) struct Signed {
    /// What kind of token it says it is, in small letters and without `application/`.
    pub(super) kind: Option<String>,
    payload: Vec<u8>,
    id: String,
    issued: Instant,
}

/// Why a token is not a provider's.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignedError {
    /// It is none in the compact form, or a part of it cannot be read.
    #[error("it is malformed")]
    Malformed,
    /// It wants something understood that is not.
    #[error("its header has critical parameters")]
    Critical,
    /// Not one of those by which the provider alone can sign.
    #[error("it is signed by an algorithm that is not allowed")]
    Algorithm,
    /// None of the provider's keys is meant.
    #[error("it names no key of the provider")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("its signature is wrong")]
    Signature,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<serde_json::Value>,
}

/// What each token tells about itself.
#[derive(Deserialize)]
struct About {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    jti: String,
    nonce: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether it is this client and nobody else.
    fn is(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Many(many) => matches!(many.as_slice(), [one] if one == client),
        }
    }
}

impl Signed {
    /// Verifies the signature of a token with the key that it names, by one of these algorithms.
    pub(super) fn read(
        token: &str,
        keys: &CoreJsonWebKeySet,
        algorithms: &[CoreJwsSigningAlgorithm],
    ) -> Result<Self, SignedError> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else { return Err(SignedError::Malformed) };
        if token.len() > LONGEST {
            return Err(SignedError::Malformed);
        }
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| SignedError::Malformed);
        let head: Header = parsed(&decoded(header)?)?;
        if head.crit.is_some() {
            return Err(SignedError::Critical);
        }
        if !algorithms.contains(&head.alg) {
            return Err(SignedError::Algorithm);
        }
        let key = named(keys, head.kid.as_deref()).ok_or(SignedError::UnknownKey)?;
        let message = format!("{header}.{payload}");
        let verified = key.verify_signature(&head.alg, message.as_bytes(), &decoded(signature)?);
        verified.map_err(|_| SignedError::Signature)?;

        let payload = decoded(payload)?;
        let about: About = parsed(&payload)?;
        let kind = head.typ.map(|kind| kind.to_ascii_lowercase());
        let kind = kind.map(|kind| kind.strip_prefix("application/").map_or(kind.clone(), str::to_owned));
        let issued =
            Instant::from_millis(about.iat.saturating_mul(1000)).map_err(|_| SignedError::Malformed)?;
        Ok(Self { kind, payload, id: about.jti, issued })
    }

    /// Whether the token is the provider's, meant for this platform alone, of now, and no ID token.
    pub(super) fn is_for(
        &self,
        config: &ProviderConfig,
        issuer: &str,
        now: Instant,
    ) -> Result<(), SignInError> {
        let about: About = self.claims()?;
        let (now, skew) = (now.as_seconds(), config.clock_skew.as_secs());
        let wrong = if about.iss != issuer {
            "it is of another issuer"
        } else if !about.aud.is(&config.client_id) {
            "it is meant for another audience"
        } else if about.exp.saturating_add(skew) <= now {
            "it has expired"
        } else if about.iat.saturating_sub(skew) > now {
            "it is issued in the future"
        } else if now.saturating_sub(about.iat) > ISSUED_BEFORE.as_secs() {
            "it was issued long ago"
        } else if about.jti.is_empty() || about.jti.len() > LONGEST_ID {
            "its identifier is malformed"
        } else if about.nonce.is_some() {
            "it has a nonce, as ID tokens have"
        } else {
            return Ok(());
        };
        Err(SignInError::Token(wrong.to_owned()))
    }

    /// The claims of this kind of token.
    pub(super) fn claims<T: DeserializeOwned>(&self) -> Result<T, SignInError> {
        parsed(&self.payload).map_err(|error| SignInError::Token(error.to_string()))
    }

    /// That the token serves once, for as long as it would be taken.
    pub(super) fn once(&self, what: &str, config: &ProviderConfig) -> Once {
        let kept =
            ISSUED_BEFORE.saturating_add(config.clock_skew).saturating_add(SignedDuration::from_secs(1));
        Once {
            key: Token::hash_of(&format!("{what}\n{}\n{}", config.issuer, self.id)),
            until: self.issued.checked_add(kept).unwrap_or(self.issued),
        }
    }
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SignedError> {
    serde_json::from_slice(bytes).map_err(|_| SignedError::Malformed)
}

/// The key with this id; without an id the only one there is.
fn named<'a>(keys: &'a CoreJsonWebKeySet, id: Option<&str>) -> Option<&'a CoreJsonWebKey> {
    match id {
        Some(id) => keys.keys().iter().find(|key| key.key_id().is_some_and(|known| known.as_str() == id)),
        None => match keys.keys().as_slice() {
            [only] => Some(only),
            _ => None,
        },
    }
}
