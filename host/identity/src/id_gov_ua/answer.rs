//! The service's answers, taken apart with suspicion.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Decryptor;
use crate::SignInError;
use crate::error::cut;

/// The longest accepted access token, user id or refresh token, in bytes.
const LONGEST: usize = 4096;

/// An error in the place of an answer. Its words are called one way or the other.
#[derive(Deserialize)]
struct Wrong {
    error: Value,
    error_description: Option<String>,
    message: Option<String>,
}

/// Reads an answer, or the error that stands in its place.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SignInError> {
    if let Ok(Wrong { error, error_description, message }) = serde_json::from_slice(body) {
        let code = match error {
            Value::String(code) => code,
            other => other.to_string(),
        };
        let description = error_description.or(message).unwrap_or_default();
        return Err(SignInError::Refused { code: cut(&code), description: cut(&description) });
    }
    serde_json::from_slice(body).map_err(|error| {
        // Not serde's words: they may repeat what the answer holds.
        SignInError::UserInfo(format!("an answer cannot be read ({:?})", error.classify()))
    })
}

/// Leave to ask about one person.
#[derive(Deserialize)]
#[allow(clippy::struct_field_names)] // as the service names them
pub(super) struct Access {
    pub(super) access_token: String,
    token_type: String,
    expires_in: Seconds,
    pub(super) user_id: String,
}

/// A number of seconds, which the service may write as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Access {
    /// Whether it can be used.
    pub(super) fn check(&self) -> Result<(), SignInError> {
        let seconds = match &self.expires_in {
            Seconds::Number(seconds) => Some(*seconds),
            Seconds::Text(text) => text.trim().parse().ok(),
        };
        let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST;
        let wrong = if !self.token_type.eq_ignore_ascii_case("bearer") {
            "the access token is of an unknown type"
        } else if seconds.is_none_or(|seconds| seconds == 0) {
            "the access token has expired"
        } else if !fits(&self.access_token) || !fits(&self.user_id) {
            "the access token is malformed"
        } else {
            return Ok(());
        };
        Err(SignInError::Exchange(wrong.to_owned()))
    }
}

/// What is told about a person, sealed.
#[derive(Deserialize)]
pub(super) struct Sealed {
    #[serde(rename = "encryptedUserInfo")]
    sealed: String,
}

impl Sealed {
    pub(super) async fn open(&self, decryptor: &dyn Decryptor) -> Result<Vec<u8>, SignInError> {
        let sealed = STANDARD
            .decode(self.sealed.trim())
            .map_err(|_| SignInError::UserInfo("the sealed answer is no base64".to_owned()))?;
        decryptor.decrypt(&sealed).await.map_err(|error| SignInError::UserInfo(error.to_string()))
    }
}
