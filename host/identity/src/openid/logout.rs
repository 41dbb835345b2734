//! Orders of a provider to end sessions: OpenID Connect Back-Channel Logout 1.0.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::provider::Provider;
use crate::{Once, SignInError};

/// The event that makes a token a logout token (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The kind of token that it may say it is: that of the specification, or none in particular.
const KINDS: [&str; 2] = ["logout+jwt", "jwt"];

/// A verified order to end the sessions of an account, or one session of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutOrder {
    /// The issuer whose order it is.
    pub issuer: String,
    /// The account whose sessions end; all of them, unless [`Self::provider_session`] is given.
    pub subject: Option<String>,
    /// The provider's session whose sessions here end.
    pub provider_session: Option<String>,
    /// That the order is followed once.
    pub once: Once,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: Option<String>,
    sid: Option<String>,
    events: Map<String, Value>,
}

impl Provider {
    /// Verifies a logout token (section 2.6): signature, issuer, audience, times, event, no nonce, an account or a
    /// session. That it is not replayed is certified where the sessions are ended.
    pub(crate) async fn logout_order(&self, token: &str) -> Result<LogoutOrder, SignInError> {
        let signed = self.signed(token).await?;
        let wrong = |what: &str| SignInError::Token(what.to_owned());
        if signed.kind.as_deref().is_some_and(|kind| !KINDS.contains(&kind)) {
            return Err(wrong("it is another kind of token"));
        }
        let claims: Claims = signed.claims()?;
        if !claims.events.get(EVENT).is_some_and(Value::is_object) {
            return Err(wrong("it is no order to end sessions"));
        }
        let named = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (subject, provider_session) = (named(claims.sub), named(claims.sid));
        if subject.is_none() && provider_session.is_none() {
            return Err(wrong("it names neither an account nor a session"));
        }
        let once = signed.once("logout token", self.config());
        Ok(LogoutOrder { issuer: claims.iss, subject, provider_session, once })
    }
}
