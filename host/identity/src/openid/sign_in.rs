//! The two halves of a sign-in.

use std::sync::Arc;

use openidconnect::core::CoreResponseType;
use openidconnect::{
    AuthenticationFlow, CsrfToken, LanguageTag, LoginHint, LogoutRequest, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, Scope,
};
use serde::Deserialize;
use url::Url;
use vzaemo_clock::SecurityClock;

use super::error::SignInError;
use super::pending::{Pending, PendingSignIns};
use super::provider::Provider;
use crate::{Attested, ReturnTo, Token};

/// Sign-in with the configured providers.
pub struct SignIn {
    providers: Vec<Arc<Provider>>,
    pending: PendingSignIns,
    clock: SecurityClock,
}

/// What the visitor asked for.
#[derive(Debug, Default)]
pub struct Start<'a> {
    /// The id of the provider; the first configured one otherwise.
    pub provider: Option<&'a str>,
    /// Where to come back to; the home page otherwise.
    pub return_to: Option<ReturnTo>,
    /// The value of the pre-session cookie, if the browser sent one: another tab may be signing in too.
    pub browser: Option<&'a str>,
    /// The language of the visitor, `uk` or `en`, for the provider's pages.
    pub language: Option<&'a str>,
    /// Who the provider should expect (`login_hint`).
    pub login_hint: Option<&'a str>,
}

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Started {
    /// Where to send the browser.
    pub redirect: Url,
    /// The value of the pre-session cookie to set with that answer, see [`crate::Cookies::pre_session`].
    pub browser: Token,
}

/// The provider's answer: the query of the redirection address. A repeated parameter must be refused while parsing,
/// which `serde`'s derived reader does.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    /// What [`SignIn::start`] sent along.
    pub state: Option<String>,
    /// The authorization code.
    pub code: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
    /// The same in words, for developers.
    pub error_description: Option<String>,
    /// The issuer (RFC 9207).
    pub iss: Option<String>,
}

/// A person has proven who they are.
#[derive(Debug)]
pub struct Completed {
    /// What was attested.
    pub attested: Attested,
    /// Where to send the browser.
    pub return_to: ReturnTo,
}

/// Texts of a provider that are written to the log are cut to this many characters.
const LONGEST_FOREIGN_TEXT: usize = 300;

impl SignIn {
    /// With these providers, of which the first is the usual one.
    pub fn new(providers: Vec<Provider>, clock: SecurityClock) -> Self {
        Self {
            providers: providers.into_iter().map(Arc::new).collect(),
            pending: PendingSignIns::new(clock.clone()),
            clock,
        }
    }

    /// The providers, in the configured order.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter().map(Arc::as_ref)
    }

    /// Begins: gives the address at the provider, and remembers state, nonce, PKCE verifier and the way back.
    pub async fn start(&self, start: Start<'_>) -> Result<Started, SignInError> {
        let provider = self.provider(start.provider)?;
        let discovered = provider.discovered().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = discovered
            .client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(Token::random().secret().to_owned()),
                || Nonce::new(Token::random().secret().to_owned()),
            )
            .add_scopes(provider.config().scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        if let Some(language) = start.language {
            request = request.add_ui_locale(LanguageTag::new(language.to_owned()));
        }
        if let Some(hint) = start.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        let (redirect, state, nonce) = request.url();

        let browser = start.browser.and_then(Token::parse).unwrap_or_else(Token::random);
        let return_to = start.return_to.unwrap_or_else(ReturnTo::home);
        let pending =
            Pending::new(&provider.config().id, nonce, verifier, return_to, &browser, self.clock.now());
        self.pending.put(state.secret(), pending);
        Ok(Started { redirect, browser })
    }

    /// Ends: checks the answer against what was asked, exchanges the code and verifies the tokens.
    ///
    /// `browser` is the value of the pre-session cookie. The caller then opens a session. It may leave that cookie: it
    /// grants nothing, and another tab may still be signing in.
    pub async fn complete(&self, answer: Answer, browser: Option<&str>) -> Result<Completed, SignInError> {
        let state = answer.state.ok_or(SignInError::UnknownState)?;
        let browser = browser.and_then(Token::parse);
        let pending = self.pending.take(&state, browser.as_ref())?;
        let provider = self.provider(Some(&pending.provider))?;

        if let Some(issuer) = answer.iss
            && issuer.trim_end_matches('/') != provider.config().issuer.as_str().trim_end_matches('/')
        {
            return Err(SignInError::OtherIssuer(issuer.chars().take(LONGEST_FOREIGN_TEXT).collect()));
        }
        if let Some(code) = answer.error {
            if code == "access_denied" {
                return Err(SignInError::Declined);
            }
            let description = answer.error_description.unwrap_or_default();
            let cut = |text: String| text.chars().take(LONGEST_FOREIGN_TEXT).collect();
            return Err(SignInError::Refused { code: cut(code), description: cut(description) });
        }
        let code = answer.code.ok_or(SignInError::NoCode)?;
        let verifier = PkceCodeVerifier::new(pending.verifier.secret().clone());
        let attested = provider.exchange(code, verifier, &pending.nonce).await?;
        Ok(Completed { attested, return_to: pending.return_to.clone() })
    }

    /// Where to send the browser to sign out at the provider too; `None` if the provider offers no such thing.
    pub async fn end_session(&self, provider: &str, come_back_to: &Url) -> Result<Option<Url>, SignInError> {
        let provider = self.provider(Some(provider))?;
        let discovered = provider.discovered().await?;
        let Some(endpoint) = &discovered.end_session else { return Ok(None) };
        let wrong = |error: url::ParseError| SignInError::Configuration(error.to_string());
        let endpoint = openidconnect::EndSessionUrl::new(endpoint.to_string()).map_err(wrong)?;
        let back = PostLogoutRedirectUrl::new(come_back_to.to_string()).map_err(wrong)?;
        let request = LogoutRequest::from(endpoint)
            .set_client_id(openidconnect::ClientId::new(provider.config().client_id.clone()))
            .set_post_logout_redirect_uri(back);
        Ok(Some(request.http_get_url()))
    }

    fn provider(&self, id: Option<&str>) -> Result<&Arc<Provider>, SignInError> {
        match id {
            None => self.providers.first(),
            Some(id) => self.providers.iter().find(|provider| provider.config().id == id),
        }
        .ok_or_else(|| SignInError::UnknownProvider(id.unwrap_or_default().to_owned()))
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("providers", &self.providers).finish_non_exhaustive()
    }
}
