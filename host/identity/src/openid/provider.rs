//! One OpenID Connect provider: its configuration, its discovered metadata, its tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use tokio::sync::RwLock;
use url::Url;
use vzaemo_clock::{Instant, SecurityClock, SignedDuration};

use super::claims::{self, ExtraClaims, IdClaims, UserClaims};
use super::error::{SignInError, chain};
use super::transport::Transport;
use crate::{Assurance, Attested};

/// What the host knows of a provider beforehand.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Its id in the configuration: small letters, digits and hyphens.
    pub id: String,
    /// Its issuer identifier, under which the discovery document stands.
    pub issuer: Url,
    /// The client id that the provider gave this platform.
    pub client_id: String,
    /// The client secret that goes with it.
    pub client_secret: String,
    /// The address of this platform to which the provider sends people back.
    pub redirect: Url,
    /// Scopes to ask for besides `openid`.
    pub scopes: Vec<String>,
    /// What its button says, in Ukrainian and English.
    pub name: (String, String),
    /// What the provider's `acr` values mean.
    pub assurance: BTreeMap<String, Assurance>,
    /// What a missing or unknown `acr` means.
    pub assurance_otherwise: Assurance,
    /// How the provider names what is beyond OpenID Connect's standard claims.
    pub claims: ClaimNames,
}

/// Names of claims that OpenID Connect does not define.
#[derive(Debug, Clone)]
pub struct ClaimNames {
    /// The person's РНОКПП.
    pub rnokpp: String,
    /// The person's УНЗР.
    pub unzr: String,
    /// The ЄДРПОУ of the organisation in whose name the person signs in.
    pub edrpou: String,
    /// That organisation's name.
    pub organisation_name: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            rnokpp: "rnokpp".to_owned(),
            unzr: "unzr".to_owned(),
            edrpou: "edrpou".to_owned(),
            organisation_name: "organisation_name".to_owned(),
        }
    }
}

/// The levels of assurance by the identifiers of Implementing Regulation (EU) 2015/1502.
pub(crate) const LEVELS: [(&str, Assurance); 3] = [
    ("http://eidas.europa.eu/LoA/low", Assurance::Low),
    ("http://eidas.europa.eu/LoA/substantial", Assurance::Substantial),
    ("http://eidas.europa.eu/LoA/high", Assurance::High),
];

impl ProviderConfig {
    /// With the usual names of claims, the European identifiers of assurance, and low assurance otherwise.
    pub fn new(id: &str, issuer: Url, client_id: &str, client_secret: &str, redirect: Url) -> Self {
        Self {
            id: id.to_owned(),
            issuer,
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect,
            scopes: vec!["profile".to_owned()],
            name: (id.to_owned(), id.to_owned()),
            assurance: LEVELS.iter().map(|&(acr, level)| (acr.to_owned(), level)).collect(),
            assurance_otherwise: Assurance::Low,
            claims: ClaimNames::default(),
        }
    }

    /// The surest that the provider ever attests.
    pub fn surest(&self) -> Assurance {
        self.assurance.values().copied().max().unwrap_or(Assurance::Low).max(self.assurance_otherwise)
    }
}

type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        ExtraClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

pub(super) type OidcClient = Client<
    ExtraClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider's discovered metadata and keys.
pub(super) struct Discovered {
    pub(super) client: OidcClient,
    algorithms: Vec<CoreJwsSigningAlgorithm>,
    has_user_info: bool,
    pub(super) end_session: Option<Url>,
    at: Instant,
}

/// The outcome of the latest attempt at discovery.
enum State {
    NotAsked,
    Known(Arc<Discovered>),
    Failed { at: Instant, reason: String },
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
/// How far a token's time of issue may differ from now: a little ahead for clocks that disagree, and as far back as
/// a code may have been under way.
const ISSUED_AHEAD: SignedDuration = SignedDuration::from_mins(2);
const ISSUED_BEFORE: SignedDuration = SignedDuration::from_mins(10);

impl Provider {
    /// A provider that is not asked for anything yet.
    pub fn new(config: ProviderConfig, transport: Transport, clock: SecurityClock) -> Self {
        Self { config, transport, clock, state: RwLock::new(State::NotAsked) }
    }

    /// Its configuration.
    pub fn config(&self) -> &ProviderConfig {
        &self.config
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
        match self.discover(now).await {
            Ok(discovered) => {
                let discovered = Arc::new(discovered);
                *state = State::Known(Arc::clone(&discovered));
                Ok(discovered)
            }
            Err(SignInError::Unavailable { reason, .. }) => {
                if let State::Known(known) = &*state {
                    tracing::warn!(provider = self.config.id, reason, "identity provider not refreshed");
                    return Ok(Arc::clone(known));
                }
                *state = State::Failed { at: now, reason: reason.clone() };
                Err(self.unavailable(reason))
            }
            Err(error) => Err(error),
        }
    }

    async fn discover(&self, now: Instant) -> Result<Discovered, SignInError> {
        let configuration = |error: url::ParseError| SignInError::Configuration(error.to_string());
        // An issuer is compared as text, so the slash that `Url` adds to a bare host must not be there.
        let issuer = match self.config.issuer.as_str() {
            text if self.config.issuer.path() == "/" => text.trim_end_matches('/').to_owned(),
            text => text.to_owned(),
        };
        let issuer = IssuerUrl::new(issuer).map_err(configuration)?;
        let redirect = RedirectUrl::new(self.config.redirect.to_string()).map_err(configuration)?;
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &self.transport)
            .await
            .map_err(|error| self.unavailable(chain(&error)))?;

        let algorithms = metadata
            .id_token_signing_alg_values_supported()
            .iter()
            .filter(|alg| asymmetric(alg))
            .cloned()
            .collect();
        let has_user_info = metadata.userinfo_endpoint().is_some();
        let end_session = metadata
            .additional_metadata()
            .end_session_endpoint
            .as_ref()
            .map(|endpoint| endpoint.url().clone());
        let only_in_body = metadata
            .token_endpoint_auth_methods_supported()
            .is_some_and(|methods| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = OidcClient::from_provider_metadata(
            metadata,
            ClientId::new(self.config.client_id.clone()),
            Some(ClientSecret::new(self.config.client_secret.clone())),
        )
        .set_redirect_uri(redirect)
        .set_auth_type(if only_in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        Ok(Discovered { client, algorithms, has_user_info, end_session, at: now })
    }

    /// Exchanges a code and gives what the verified tokens attest.
    pub(super) async fn exchange(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
        nonce: &Nonce,
    ) -> Result<Attested, SignInError> {
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
        claims::attested(&self.config, &claims, user.as_ref())
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
        let now = self.clock.now();
        let seconds = now.as_seconds();
        let verifier = discovered
            .client
            .id_token_verifier()
            .set_allowed_algs(discovered.algorithms.iter().cloned())
            .set_time_fn(move || {
                chrono::DateTime::from_timestamp(seconds, 0)
                    .unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
            })
            .set_issue_time_verifier_fn(move |issued| {
                let age = SignedDuration::from_secs(seconds.saturating_sub(issued.timestamp()));
                if age > ISSUED_BEFORE || age < -ISSUED_AHEAD {
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

/// Only signatures that the provider alone can make; with HMAC anyone who has the client secret could.
fn asymmetric(algorithm: &CoreJwsSigningAlgorithm) -> bool {
    use CoreJwsSigningAlgorithm as Alg;
    matches!(
        algorithm,
        Alg::EdDsa
            | Alg::EcdsaP256Sha256
            | Alg::EcdsaP384Sha384
            | Alg::RsaSsaPkcs1V15Sha256
            | Alg::RsaSsaPkcs1V15Sha384
            | Alg::RsaSsaPkcs1V15Sha512
            | Alg::RsaSsaPssSha256
            | Alg::RsaSsaPssSha384
            | Alg::RsaSsaPssSha512
    )
}
