//! What a provider publishes of itself: addresses, algorithms, keys.
//!
//! Sources: OpenID Connect Discovery 1.0, RFC 8414, RFC 9207 (the issuer in the answer), OpenID Connect RP-Initiated
//! Logout 1.0.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, Client, ClientId, ClientSecret, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, ProviderMetadata, RedirectUrl,
    StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use url::Url;
use vzaemo_clock::Instant;

use super::claims::ExtraClaims;
use super::config::ProviderConfig;
use crate::Transport;
use crate::error::chain;

/// What is read of the metadata beyond OpenID Connect Discovery 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MoreMetadata {
    #[serde(default)]
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

pub(super) type TokenAnswer = StandardTokenResponse<
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

/// A provider's metadata and keys.
pub(super) struct Discovered {
    pub(super) client: OidcClient,
    /// The issuer as the provider writes it in its tokens.
    pub(super) issuer: String,
    /// What it signs with, as far as nobody else could: never by a secret that two know.
    pub(super) algorithms: Vec<CoreJwsSigningAlgorithm>,
    pub(super) keys: CoreJsonWebKeySet,
    pub(super) has_user_info: bool,
    pub(super) end_session: Option<Url>,
    /// Whether each answer of its authorization endpoint names the issuer; one without is not its answer then.
    pub(super) answers_with_issuer: bool,
    pub(super) at: Instant,
}

/// Why metadata cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum DiscoveryError {
    /// The configuration of this platform is wrong.
    #[error("{0}")]
    Configuration(String),
    /// The provider does not answer, or not with what it should.
    #[error("{0}")]
    Provider(String),
}

impl Discovered {
    /// Fetches the metadata and then the keys.
    pub(super) async fn fetch(
        config: &ProviderConfig,
        transport: &Transport,
        now: Instant,
    ) -> Result<Self, DiscoveryError> {
        let configuration = |error: url::ParseError| DiscoveryError::Configuration(error.to_string());
        let redirect = RedirectUrl::new(config.redirect.to_string()).map_err(configuration)?;
        // An issuer is compared as text, and that of a bare host is written with a slash by some and without by others,
        // which no `Url` tells.
        let written = config.issuer.as_str();
        let bare = (config.issuer.path() == "/").then(|| written.trim_end_matches('/'));
        let mut found = None;
        for issuer in bare.into_iter().chain([written]) {
            let named = IssuerUrl::new(issuer.to_owned()).map_err(configuration)?;
            match Metadata::discover_async(named, transport).await {
                Ok(metadata) => {
                    found = Some(Ok((metadata, issuer.to_owned())));
                    break;
                }
                Err(error) => {
                    let otherwise = matches!(error, openidconnect::DiscoveryError::Validation(_));
                    found = Some(Err(DiscoveryError::Provider(chain(&error))));
                    if !otherwise {
                        break;
                    }
                }
            }
        }
        let none = || Err(DiscoveryError::Provider("it has no issuer".to_owned()));
        let (metadata, issuer) = found.unwrap_or_else(none)?;
        if let Some(open) = in_the_open(config, &metadata) {
            return Err(DiscoveryError::Provider(format!("{open} is no https address")));
        }

        let algorithms = metadata
            .id_token_signing_alg_values_supported()
            .iter()
            .filter(|algorithm| is_asymmetric(algorithm))
            .cloned()
            .collect();
        let more = metadata.additional_metadata().clone();
        let only_in_body = metadata
            .token_endpoint_auth_methods_supported()
            .is_some_and(|methods| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let (keys, has_user_info) = (metadata.jwks().clone(), metadata.userinfo_endpoint().is_some());
        let client = OidcClient::from_provider_metadata(
            metadata,
            ClientId::new(config.client_id.clone()),
            Some(ClientSecret::new(config.client_secret.clone())),
        )
        .set_redirect_uri(redirect)
        .set_auth_type(if only_in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        Ok(Discovered {
            client,
            issuer,
            algorithms,
            keys,
            has_user_info,
            end_session: more.end_session_endpoint,
            answers_with_issuer: more.authorization_response_iss_parameter_supported,
            at: now,
        })
    }
}

/// An address of a provider with TLS at which secrets would cross the network without it.
fn in_the_open(config: &ProviderConfig, metadata: &Metadata) -> Option<String> {
    let addresses = [
        Some(metadata.authorization_endpoint().url()),
        metadata.token_endpoint().map(openidconnect::TokenUrl::url),
        metadata.userinfo_endpoint().map(openidconnect::UserInfoUrl::url),
        metadata.additional_metadata().end_session_endpoint.as_ref(),
    ];
    let with_tls = config.issuer.scheme() == "https";
    let mut open = addresses.into_iter().flatten().filter(|url| with_tls && url.scheme() != "https");
    open.next().map(ToString::to_string)
}

/// Only signatures that the provider alone can make; with HMAC anyone who has the client secret could.
fn is_asymmetric(algorithm: &CoreJwsSigningAlgorithm) -> bool {
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
