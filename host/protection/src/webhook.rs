//! Alerts by HTTP, to an address of the holder's.
//!
//! A POST of a JSON object with `id`, `kind`, `subject`, `detail` and `at`. The headers carry what proves where it comes
//! from: `x-vzaemo-timestamp`, seconds since 1970, and `x-vzaemo-signature`, `v1=` and in hexadecimal the HMAC-SHA256
//! (RFC 2104) under the shared secret of the timestamp, a full stop and the body. Whoever receives it compares both,
//! refuses a timestamp that is minutes old, and knows by `id` what it has had already.

use crate::alert::{Alert, Delivery, DeliveryError};
use async_trait::async_trait;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write as _;
use std::time::Duration;
use vzaemo_clock::SecurityClock;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A webhook.
pub struct Webhook {
    url: url::Url,
    secret: Vec<u8>,
    client: reqwest::Client,
    clock: SecurityClock,
}

/// A webhook that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// A secret that anybody could guess.
    #[error("use the secret of the webhook: it needs at least 16 bytes")]
    ShortSecret,
    /// No connection can be set up.
    #[error("set up the connection of the webhook")]
    Client(#[from] reqwest::Error),
}

impl Webhook {
    /// A webhook at an address, with the secret shared with whoever listens there.
    pub fn new(url: url::Url, secret: &[u8], clock: SecurityClock) -> Result<Self, WebhookError> {
        if secret.len() < 16 {
            return Err(WebhookError::ShortSecret);
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Webhook { url, secret: secret.to_owned(), client, clock })
    }
}

/// The value of `x-vzaemo-signature`.
pub(crate) fn signature(secret: &[u8], timestamp: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let mut text = "v1=".to_owned();
    for byte in mac.finalize().into_bytes() {
        let _infallible = write!(text, "{byte:02x}");
    }
    Some(text)
}

#[async_trait]
impl Delivery for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    async fn deliver(&self, alert: &Alert) -> Result<(), DeliveryError> {
        let body = serde_json::json!({
            "id": alert.id,
            "kind": alert.kind.name(),
            "subject": alert.subject,
            "detail": alert.detail,
            "at": alert.at.to_string(),
        })
        .to_string();
        let timestamp = self.clock.now().as_seconds();
        let signature = signature(&self.secret, timestamp, &body)
            .ok_or_else(|| DeliveryError("the secret makes no key".to_owned()))?;
        let sent = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("x-vzaemo-timestamp", timestamp)
            .header("x-vzaemo-signature", signature)
            .body(body)
            .send()
            .await;
        // The address may hold a token: it stands in no message.
        let answer = sent.map_err(|error| DeliveryError(error.without_url().to_string()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(DeliveryError(format!("the other side answered {status}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_hmac_of_timestamp_and_body() {
        // Computed by `openssl dgst -sha256 -hmac`, over `1700000000.{"a":1}`.
        let known = signature(b"0123456789abcdef", 1_700_000_000, r#"{"a":1}"#).unwrap();
        assert_eq!(known, EXPECTED);
        assert_ne!(signature(b"0123456789abcdeg", 1_700_000_000, r#"{"a":1}"#).unwrap(), known);
        assert_ne!(signature(b"0123456789abcdef", 1_700_000_001, r#"{"a":1}"#).unwrap(), known);
    }

    const EXPECTED: &str = "v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23";
}
