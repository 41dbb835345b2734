//! Sign-in with the configured identity providers, whatever they speak.
//!
//! [`SignIn::start`] gives the address at the provider and what the browser keeps of the sign-in; [`SignIn::complete`]
//! takes the provider's answer and gives what was attested. Between the two the server keeps nothing, so any node can
//! end what another one began. It serves once, expires after ten minutes of the security clock, and is bound to a
//! cookie of the browser that began (against login CSRF).

use std::sync::Arc;

use serde::Deserialize;
use url::Url;
use vzaemo_clock::SecurityClock;

use crate::error::cut;
use crate::pending::{Binding, Kept, Once, Seals};
use crate::{Attested, HandOver, IdentityProvider, LogoutOrder, PlatformSecret, ReturnTo, SignInError};

/// Sign-in with the configured providers.
pub struct SignIn {
    providers: Vec<Arc<IdentityProvider>>,
    seals: Seals,
    clock: SecurityClock,
}

/// What the visitor asked for.
#[derive(Debug, Default)]
pub struct Start<'a> {
    /// The id of the provider; the first configured one otherwise.
    pub provider: Option<&'a str>,
    /// Where to come back to; the home page otherwise.
    pub return_to: Option<ReturnTo>,
    /// The language of the visitor, `uk` or `en`, for the provider's pages.
    pub language: Option<&'a str>,
    /// Who the provider should expect (`login_hint`).
    pub login_hint: Option<&'a str>,
    /// Without a page of the provider's: whoever is not signed in there comes back as they are.
    pub silent: bool,
    /// The only account that may come back; any otherwise.
    pub account: Option<&'a str>,
}

impl<'a> Start<'a> {
    /// With this provider, in this language.
    pub fn of(provider: &'a str, language: &'a str) -> Self {
        Self { provider: Some(provider), language: Some(language), ..Self::default() }
    }
}

/// A sign-in that has begun.
#[derive(Debug)]
pub struct Started {
    /// Where to send the browser.
    pub redirect: Url,
    /// What the browser keeps until it comes back, to be set as a cookie with that answer.
    pub binding: Binding,
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
    /// The same, as id.gov.ua may call it.
    pub message: Option<String>,
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
    /// The provider's own name of its session, by which it may end ours.
    pub provider_session: Option<String>,
    /// The id of the [`Binding`], which is needed no more.
    pub binding: String,
    /// That this sign-in opens one session at most: to be given to [`crate::Sessions::open`].
    pub once: Once,
}

/// What a provider answers that would have to show a page (OpenID Connect Core, section 3.1.2.6).
const NOT_SILENTLY: [&str; 4] =
    ["login_required", "interaction_required", "consent_required", "account_selection_required"];

impl SignIn {
    /// With these providers, of which the first is the usual one. A sign-in may end at any node that has the same
    /// secret.
    pub fn new(
        providers: impl IntoIterator<Item = impl Into<IdentityProvider>>,
        secret: &PlatformSecret,
        clock: SecurityClock,
    ) -> Self {
        let providers = providers.into_iter().map(|provider| Arc::new(provider.into())).collect();
        Self { providers, seals: Seals::new(secret), clock }
    }

    /// The providers, in the configured order.
    pub fn providers(&self) -> impl Iterator<Item = &IdentityProvider> {
        self.providers.iter().map(Arc::as_ref)
    }

    /// Begins: gives the address at the provider, and what the browser keeps for the way back.
    pub async fn start(&self, start: Start<'_>) -> Result<Started, SignInError> {
        let provider = self.provider(start.provider)?;
        let state = self.seals.begin(self.clock.now());
        let redirect = match provider.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => {
                provider.authorize(&state, &self.seals, &start).await?
            }
            IdentityProvider::IdGovUa(provider) => provider.authorize(state.text()),
        };
        let return_to = start.return_to.unwrap_or_else(ReturnTo::home);
        let (silent, account) = (start.silent, start.account);
        let kept = Kept { provider: provider.id(), return_to: &return_to, silent, account };
        let binding = self.seals.bind(&state, &kept);
        Ok(Started { redirect, binding })
    }

    /// Ends: checks the answer against what was asked, exchanges the code and verifies the tokens.
    ///
    /// `at` is the provider at whose own address of return the answer arrived: each has one, so what one answers cannot
    /// pass for the answer of another (mix-up attack, RFC 9700, section 4.4). `bound` gives the value of the [`Binding`]
    /// with this id, if the browser sent it. The caller then opens a session, which makes sure that the sign-in serves
    /// once.
    pub async fn complete<'a>(
        &self,
        at: &str,
        answer: Answer,
        bound: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Result<Completed, SignInError> {
        let state = self.seals.read(&answer.state.unwrap_or_default(), self.clock.now())?;
        let pending = self.seals.pending(&state, bound(state.id()))?;
        if pending.provider != at {
            return Err(SignInError::OtherProvider { asked: pending.provider, answered: cut(at) });
        }
        let provider = self.provider(Some(&pending.provider))?;
        if let IdentityProvider::OpenIdConnect(provider) = provider.as_ref()
            && let Some(misnamed) = provider.misnamed(answer.iss.as_deref()).await?
        {
            return Err(SignInError::OtherIssuer(cut(&misnamed)));
        }
        if let Some(code) = answer.error {
            if pending.silent && NOT_SILENTLY.contains(&code.as_str()) {
                return Err(SignInError::NotSilently {
                    return_to: pending.return_to,
                    binding: state.id().to_owned(),
                });
            }
            if code == "access_denied" {
                return Err(SignInError::Declined);
            }
            let description = answer.error_description.or(answer.message).unwrap_or_default();
            return Err(SignInError::Refused { code: cut(&code), description: cut(&description) });
        }
        let code = answer.code.ok_or(SignInError::NoCode)?;
        let (attested, provider_session) = match provider.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => {
                provider.exchange(code, pending.verifier(), &pending.nonce).await?
            }
            IdentityProvider::IdGovUa(provider) => (provider.exchange(&code).await?, None),
        };
        if !pending.may_be(&attested.subject) {
            return Err(SignInError::OtherAccount);
        }
        let binding = state.id().to_owned();
        Ok(Completed {
            attested,
            return_to: pending.return_to,
            provider_session,
            binding,
            once: pending.once,
        })
    }

    /// The order to end sessions that a provider gives by a logout token.
    pub async fn logout_order(&self, provider: &str, token: &str) -> Result<LogoutOrder, SignInError> {
        match self.provider(Some(provider))?.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => provider.logout_order(token).await,
            IdentityProvider::IdGovUa(_) => Err(SignInError::UnknownProvider(provider.to_owned())),
        }
    }

    /// The account that a provider hands over by a link.
    pub async fn hand_over(&self, provider: &str, token: &str) -> Result<HandOver, SignInError> {
        match self.provider(Some(provider))?.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => provider.hand_over(token).await,
            IdentityProvider::IdGovUa(_) => Err(SignInError::UnknownProvider(provider.to_owned())),
        }
    }

    /// Whether people may come already signed in from the provider's own pages.
    pub fn is_single_sign_on(&self, provider: &str) -> bool {
        self.provider(Some(provider)).is_ok_and(|provider| match provider.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => provider.config().single_sign_on,
            IdentityProvider::IdGovUa(_) => false,
        })
    }

    /// Whether a visitor may still be signed in at the provider after signing out here.
    pub fn keeps_sessions(&self, provider: &str) -> bool {
        self.provider(Some(provider)).is_ok_and(|provider| match provider.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => !provider.is_embedded(),
            IdentityProvider::IdGovUa(_) => false,
        })
    }

    /// Where to send the browser to sign out at the provider too; `None` if the provider offers no such thing.
    pub async fn end_session(
        &self,
        provider: &str,
        come_back_to: &Url,
        language: Option<&str>,
    ) -> Result<Option<Url>, SignInError> {
        match self.provider(Some(provider))?.as_ref() {
            IdentityProvider::OpenIdConnect(provider) => provider.end_session(come_back_to, language).await,
            IdentityProvider::IdGovUa(_) => Ok(None),
        }
    }

    fn provider(&self, id: Option<&str>) -> Result<&Arc<IdentityProvider>, SignInError> {
        match id {
            None => self.providers.first(),
            Some(id) => self.providers.iter().find(|provider| provider.id() == id),
        }
        .ok_or_else(|| SignInError::UnknownProvider(id.unwrap_or_default().to_owned()))
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("providers", &self.providers).finish_non_exhaustive()
    }
}
