//! One OpenID Connect provider: its tokens, verified with its keys.

use std::sync::Arc;

use openidconnect::core::{CoreAuthPrompt, CoreResponseType};
use openidconnect::{
    AccessTokenHash, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken,
    EndSessionUrl, LanguageTag, LoginHint, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, Scope, TokenResponse as _,
};
use tokio::sync::RwLock;
use url::Url;
use vzaemo_clock::{SecurityClock, SignedDuration};

use super::claims::{self, IdClaims, UserClaims};
use super::config::ProviderConfig;
use super::discovery::{Discovered, DiscoveryError, TokenAnswer};
use super::signed::{Signed, SignedError};
use crate::error::chain;
use crate::pending::{Seals, State as SignInState};
use crate::{Attested, SignInError, Start, Transport};

/// The outcome of the latest attempt at discovery.
enum State {
    NotAsked,
    Known(Arc<Discovered>),
    Failed { at: vzaemo_clock::Instant, reason: String },
}

/// One OpenID Connect provider. Asked for its metadata when first needed.
pub struct Provider {
    config: ProviderConfig,
    transport: Transport,
    clock: SecurityClock,
    state: RwLock<State>,
}

/// Metadata older than this is fetched again.
const FRESH: SignedDuration = SignedDuration::from_hours(12);
/// After a failure, and after a token with an unknown key, the provider is left alone for so long.
const RESPITE: SignedDuration = SignedDuration::from_secs(5);
/// How long ago a token may have been issued: as long as a code may have been under way.
pub(super) const ISSUED_BEFORE: SignedDuration = SignedDuration::from_mins(10);

impl Provider {
    /// A provider that is not asked for anything yet.
    pub fn new(config: ProviderConfig, transport: Transport, clock: SecurityClock) -> Self {
        Self { config, transport, clock, state: RwLock::new(State::NotAsked) }
    }

    /// Its configuration.
    pub fn config(&self) -> &ProviderConfig {
        &self.config
    }

    /// Whether it is the development provider of this very process.
    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self.transport, Transport::Embedded(_))
    }

    /// What an answer of the authorization endpoint names as its issuer, if that is not this provider (RFC 9207). Whose
    /// metadata promise a name must give it.
    pub(crate) async fn misnamed(&self, issuer: Option<&str>) -> Result<Option<String>, SignInError> {
        let discovered = self.discovered().await?;
        Ok(match issuer {
            Some(issuer) if issuer != discovered.issuer => Some(issuer.to_owned()),
            None if discovered.answers_with_issuer => Some(String::new()),
            _ => None,
        })
    }

    /// The metadata: remembered, or fetched now. Simultaneous callers wait for one fetch.
    pub(super) async fn discovered(&self) -> Result<Arc<Discovered>, SignInError> {
        let now = self.clock.now();
        if let State::Known(known) = &*self.state.read().await
            && now.since(known.at) < FRESH
        {
            return Ok(Arc::clone(known));
        }
        self.refresh(FRESH).await
    }

    /// Fetches the metadata unless somebody else did within `young`; keeps the old if the provider is silent.
    async fn refresh(&self, young: SignedDuration) -> Result<Arc<Discovered>, SignInError> {
        let mut state = self.state.write().await;
        let now = self.clock.now();
        match &*state {
            State::Known(known) if now.since(known.at) < young => return Ok(Arc::clone(known)),
            State::Failed { at, reason } if now.since(*at) < RESPITE => {
                return Err(self.unavailable(reason.clone()));
            }
            _ => {}
        }
        match Discovered::fetch(&self.config, &self.transport, now).await {
            Ok(discovered) => {
                let discovered = Arc::new(discovered);
                *state = State::Known(Arc::clone(&discovered));
                Ok(discovered)
            }
            Err(DiscoveryError::Provider(reason)) => {
                if let State::Known(known) = &*state {
                    tracing::warn!(provider = self.config.id, reason, "identity provider not refreshed");
                    return Ok(Arc::clone(known));
                }
                *state = State::Failed { at: now, reason: reason.clone() };
                Err(self.unavailable(reason))
            }
            Err(DiscoveryError::Configuration(what)) => Err(SignInError::Configuration(what)),
        }
    }

    /// A token that is no ID token, once the provider's signature is verified. A key that is not known is asked for,
    /// as seldom as after any other failure.
    pub(super) async fn signed(&self, token: &str) -> Result<Signed, SignInError> {
        let discovered = self.discovered().await?;
        let signed = match Signed::read(token, &discovered.keys, &discovered.algorithms) {
            Err(SignedError::UnknownKey) => {
                let discovered = self.refresh(RESPITE).await?;
                Signed::read(token, &discovered.keys, &discovered.algorithms)
            }
            other => other,
        };
        let signed = signed.map_err(|error| SignInError::Token(error.to_string()))?;
        signed.is_for(&self.config, &discovered.issuer, self.clock.now())?;
        Ok(signed)
    }

    /// Where to send the browser for a sign-in with this state.
    pub(crate) async fn authorize(
        &self,
        state: &SignInState,
        seals: &Seals,
        start: &Start<'_>,
    ) -> Result<Url, SignInError> {
        let discovered = self.discovered().await?;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&seals.verifier(state));
        let (token, nonce) = (CsrfToken::new(state.text().to_owned()), seals.nonce(state));
        let mut request = discovered
            .client
            .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, || token, || nonce)
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        if let Some(language) = start.language {
            request = request.add_ui_locale(LanguageTag::new(language.to_owned()));
        }
        if let Some(hint) = start.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        if start.silent {
            request = request.add_prompt(CoreAuthPrompt::None);
        }
        let (url, _, _) = request.url();
        Ok(url)
    }

    /// Where to send the browser to sign out there too (OpenID Connect RP-Initiated Logout 1.0); `None` if the provider
    /// offers no such thing. It knows the platform by its client id: an ID token as a hint would carry the person's
    /// codes through addresses.
    pub(crate) async fn end_session(
        &self,
        come_back_to: &Url,
        language: Option<&str>,
    ) -> Result<Option<Url>, SignInError> {
        let discovered = self.discovered().await?;
        let Some(endpoint) = &discovered.end_session else { return Ok(None) };
        let wrong = |error: url::ParseError| SignInError::Configuration(error.to_string());
        let endpoint = EndSessionUrl::new(endpoint.to_string()).map_err(wrong)?;
        let back = PostLogoutRedirectUrl::new(come_back_to.to_string()).map_err(wrong)?;
        let mut request = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(self.config.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        if let Some(language) = language {
            request = request.add_ui_locale(LanguageTag::new(language.to_owned()));
        }
        Ok(Some(request.http_get_url()))
    }

    /// Exchanges a code and gives what the verified tokens attest, and the provider's own name of its session.
    pub(crate) async fn exchange(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
        nonce: &Nonce,
    ) -> Result<(Attested, Option<String>), SignInError> {
        let mut discovered = self.discovered().await?;
        let answer = discovered
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| SignInError::Configuration(error.to_string()))?
            .set_pkce_verifier(verifier)
            .request_async(&self.transport)
            .await
            .map_err(|error| SignInError::Exchange(chain(&error)))?;

        let claims = match self.verified(&discovered, &answer, nonce) {
            Err(ClaimsVerificationError::SignatureVerification(error)) => {
                tracing::info!(provider = self.config.id, %error, "keys of the identity provider are fetched again");
                discovered = self.refresh(RESPITE).await?;
                self.verified(&discovered, &answer, nonce)
            }
            other => other,
        };
        let claims = claims.map_err(|error| SignInError::Token(chain(&error)))?;

        let user = if discovered.has_user_info && !claims::has_name(&claims) {
            Some(self.user_info(&discovered, &answer, &claims).await?)
        } else {
            None
        };
        let session = claims::provider_session(&claims);
        Ok((claims::attested(&self.config, &claims, user.as_ref())?, session))
    }

    /// The claims of the ID token after every check of OpenID Connect Core, section 3.1.3.7.
    fn verified(
        &self,
        discovered: &Discovered,
        answer: &TokenAnswer,
        nonce: &Nonce,
    ) -> Result<IdClaims, ClaimsVerificationError> {
        let other = |text: &str| ClaimsVerificationError::Other(text.to_owned());
        let token = answer.id_token().ok_or_else(|| other("the answer has no ID token"))?;
        let (seconds, skew) = (self.clock.now().as_seconds(), self.config.clock_skew);
        let verifier = discovered
            .client
            .id_token_verifier()
            .set_allowed_algs(discovered.algorithms.iter().cloned())
            .set_time_fn(move || {
                // Of the token's times this is compared to its end only.
                chrono::DateTime::from_timestamp(seconds.saturating_sub(skew.as_secs()), 0)
                    .unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
            })
            .set_issue_time_verifier_fn(move |issued| {
                let age = SignedDuration::from_secs(seconds.saturating_sub(issued.timestamp()));
                if age > ISSUED_BEFORE || age < -skew {
                    return Err(format!("issued at {issued}"));
                }
                Ok(())
            });
        let claims = token.claims(&verifier, nonce)?;

        if claims.authorized_party().is_some_and(|party| party.as_str() != self.config.client_id) {
            return Err(other("the token was issued to another client"));
        }
        if let Some(expected) = claims.access_token_hash() {
            let signing = |error| ClaimsVerificationError::Other(format!("{error}"));
            let algorithm = token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?;
            let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
            let actual =
                AccessTokenHash::from_token(answer.access_token(), algorithm, key).map_err(signing)?;
            if actual != *expected {
                return Err(other("the access token is not the one that was issued"));
            }
        }
        Ok(claims.clone())
    }

    async fn user_info(
        &self,
        discovered: &Discovered,
        answer: &TokenAnswer,
        claims: &IdClaims,
    ) -> Result<UserClaims, SignInError> {
        discovered
            .client
            .user_info(answer.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|error| SignInError::Configuration(error.to_string()))?
            .request_async(&self.transport)
            .await
            .map_err(|error| SignInError::UserInfo(chain(&error)))
    }

    fn unavailable(&self, reason: String) -> SignInError {
        SignInError::Unavailable { provider: self.config.id.clone(), reason }
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("id", &self.config.id).finish_non_exhaustive()
    }
}
