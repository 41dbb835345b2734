//! Links by which a provider's own pages hand a person over who is signed in there.
//!
//! The portal makes a link to `/sign-in/hand-over/<provider>?token=…`. Its token is a JSON Web Token that the provider has
//! signed, of the type `hand-over+jwt`, with `iss`, `aud` (the client id alone), `sub` (whom), `iat`, `exp` (two minutes
//! later at most), `jti` (it serves once) and `target` (a path of this platform). It opens no session by itself: whoever
//! finds a link would be somebody else. It begins a sign-in without a page of its own (`prompt=none`), which has to end
//! with this very account.

use serde::Deserialize;

use super::provider::Provider;
use crate::{Once, ReturnTo, SignInError};

/// The type of such a token.
const KIND: &str = "hand-over+jwt";
/// The longest time for which one may be made, in seconds.
const LONGEST: i64 = 120;

/// A verified link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The issuer whose account it is.
    pub issuer: String,
    /// The account that is handed over.
    pub subject: String,
    /// Where the person goes.
    pub target: ReturnTo,
    /// That the link serves once.
    pub once: Once,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    target: String,
}

impl Provider {
    /// Verifies the token of a link. That it is not used again is certified where it is used.
    pub(crate) async fn hand_over(&self, token: &str) -> Result<HandOver, SignInError> {
        if !self.config().single_sign_on {
            return Err(SignInError::UnknownProvider(self.config().id.clone()));
        }
        let signed = self.signed(token).await?;
        let wrong = |what: &str| SignInError::Token(what.to_owned());
        if signed.kind.as_deref() != Some(KIND) {
            return Err(wrong("it is another kind of token"));
        }
        let claims: Claims = signed.claims()?;
        if claims.exp.saturating_sub(claims.iat) > LONGEST {
            return Err(wrong("it is made for too long"));
        }
        if claims.sub.is_empty() {
            return Err(wrong("it names no account"));
        }
        let target =
            ReturnTo::parse(&claims.target).ok_or_else(|| wrong("its target is none of this platform"))?;
        let once = signed.once("hand-over", self.config());
        Ok(HandOver { issuer: claims.iss, subject: claims.sub, target, once })
    }
}
