//! The embedded identity provider of development mode.
//!
//! It speaks real OpenID Connect (discovery, keys, authorization code with PKCE, tokens, user information, end of
//! session) and lets the visitor choose who to be among invented persons. So the platform's own sign-in is the same in
//! development and in production; only the provider differs. Never mount it outside development mode.

mod authorize;
mod page;
mod person;
mod response;
mod token;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use http::{Method, Request, Response, StatusCode};
use openidconnect::core::{
    CoreClaimName, CoreClientAuthMethod, CoreEdDsaPrivateSigningKey, CoreGrantType, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, AuthenticationContextClass, EndSessionUrl, IssuerUrl, JsonWebKeyId,
    JsonWebKeySetUrl, LanguageTag, LogoutProviderMetadata, PrivateSigningKey as _, ProviderMetadata,
    ResponseTypes, Scope, TokenUrl, UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;
use vzaemo_clock::SecurityClock;

use crate::PlatformSecret;

pub use person::{Bilingual, DevPerson, DevPersons, MOST_PERSONS};
pub use vzaemo_registers::Sex;

/// Why the development provider cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// A table of this crate is broken.
    #[error("a table of test persons or texts is malformed")]
    Table(#[from] toml::de::Error),
    /// A named person of the table is impossible.
    #[error("the test person {0} is malformed")]
    Person(u32),
    /// The issuer or an address derived from it is none.
    #[error("the issuer's address is malformed")]
    Address(#[from] url::ParseError),
    /// The signing key cannot be made.
    #[error("the signing key cannot be made: {0}")]
    Key(String),
    /// A document cannot be written as JSON.
    #[error("the metadata cannot be written")]
    Json(#[from] serde_json::Error),
}

/// The one client of the development provider: this platform.
#[derive(Debug, Clone)]
pub struct DevClient {
    /// The client id.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// Where codes may be sent, compared exactly.
    pub redirects: Vec<Url>,
    /// Where visitors may be sent after signing out.
    pub after_sign_out: Vec<Url>,
    /// The platform's name, for the page.
    pub name: String,
}

/// A real OpenID Connect provider over invented persons.
pub struct DevProvider {
    issuer: Url,
    issuer_url: IssuerUrl,
    client: DevClient,
    persons: Arc<DevPersons>,
    texts: page::Texts,
    key: CoreEdDsaPrivateSigningKey,
    metadata: Bytes,
    keys: Bytes,
    codes: token::Codes,
    clock: SecurityClock,
}

/// What discovery says beyond OpenID Connect Discovery 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FurtherMetadata {
    /// RFC 8414.
    code_challenge_methods_supported: Vec<String>,
    /// RFC 9207.
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for FurtherMetadata {}

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<FurtherMetadata>,
    openidconnect::core::CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    openidconnect::core::CoreClaimType,
    CoreGrantType,
    openidconnect::core::CoreJweContentEncryptionAlgorithm,
    openidconnect::core::CoreJweKeyManagementAlgorithm,
    openidconnect::core::CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

impl DevClient {
    /// A secret for the client, the same at all nodes of a platform.
    pub fn secret_of(secret: &PlatformSecret) -> String {
        hex::encode(secret.key("development provider's client").mac("secret", &[]))
    }
}

impl DevProvider {
    /// A provider at this issuer (an address without a slash at its end, under which [`DevProvider::handle`] is
    /// mounted) over the persons of this seed. Providers of one secret are one: what one of them has issued, the others
    /// take, so that each node of a platform may have its own.
    pub fn new(
        issuer: &Url,
        seed: u64,
        client: DevClient,
        secret: &PlatformSecret,
        clock: SecurityClock,
    ) -> Result<Self, DevError> {
        Self::with_persons(issuer, Arc::new(DevPersons::new(seed)?), client, secret, clock)
    }

    /// The same over persons that exist already.
    pub fn with_persons(
        issuer: &Url,
        persons: Arc<DevPersons>,
        client: DevClient,
        secret: &PlatformSecret,
        clock: SecurityClock,
    ) -> Result<Self, DevError> {
        let issuer_url = IssuerUrl::new(issuer.as_str().trim_end_matches('/').to_owned())?;
        let key = signing_key(secret)?;
        let metadata = serde_json::to_vec(&metadata(&issuer_url)?)?;
        let keys = serde_json::to_vec(&CoreJsonWebKeySet::new(vec![key.as_verification_key()]))?;
        Ok(Self {
            issuer: issuer_url.url().clone(),
            issuer_url,
            client,
            persons,
            texts: page::Texts::load()?,
            key,
            metadata: metadata.into(),
            keys: keys.into(),
            codes: token::Codes::new(secret, clock.clone()),
            clock,
        })
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &Url {
        &self.issuer
    }

    /// Its one client, this platform.
    pub fn client(&self) -> &DevClient {
        &self.client
    }

    /// Its persons.
    pub fn persons(&self) -> &Arc<DevPersons> {
        &self.persons
    }

    /// Answers a request. The path may be whole or without the issuer's path, as a router leaves it.
    #[expect(
        clippy::unused_async,
        reason = "handlers of a web server are asynchronous; this one happens not to wait"
    )]
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let path = path.strip_prefix(self.issuer.path().trim_end_matches('/')).unwrap_or(path);
        let query = parts.uri.query().unwrap_or_default();
        match (&parts.method, path) {
            (&Method::GET, "/.well-known/openid-configuration") => {
                response::json(StatusCode::OK, self.metadata.clone())
            }
            (&Method::GET, "/keys") => response::json(StatusCode::OK, self.keys.clone()),
            (&Method::GET, "/authorize") => self.authorize(query.as_bytes(), false),
            (&Method::POST, "/authorize") => self.authorize(&body, true),
            (&Method::POST, "/token") => self.token(&parts.headers, &body),
            (&Method::GET | &Method::POST, "/userinfo") => self.user_info(&parts.headers),
            (&Method::GET, "/end-session") => self.end_session(query.as_bytes()),
            (&Method::POST, "/end-session") => self.end_session(&body),
            (&Method::GET, "/style.css") => response::style(include_str!("../../data/dev-page.css")),
            (
                _,
                "/.well-known/openid-configuration"
                | "/keys"
                | "/authorize"
                | "/token"
                | "/userinfo"
                | "/end-session"
                | "/style.css",
            ) => response::plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"),
            _ => response::plain(StatusCode::NOT_FOUND, "not found"),
        }
    }

    /// An address of this provider.
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.issuer_url.as_str())
    }
}

impl std::fmt::Debug for DevProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevProvider").field("issuer", &self.issuer_url.as_str()).finish_non_exhaustive()
    }
}

fn signing_key(secret: &PlatformSecret) -> Result<CoreEdDsaPrivateSigningKey, DevError> {
    let seed = secret.key("development provider's signing key").mac("ed25519", &[]);
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    // The key's id changes with the key, so that a client which remembers old keys notices.
    let id = URL_SAFE_NO_PAD.encode(Sha256::digest(key.verifying_key().as_bytes()));
    let pem = key.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF);
    let pem = pem.map_err(|error| DevError::Key(error.to_string()))?;
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id))).map_err(DevError::Key)
}

fn metadata(issuer: &IssuerUrl) -> Result<Metadata, DevError> {
    let address = |path: &str| format!("{}{path}", issuer.as_str());
    let claims = [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "gender",
        "birthdate",
        "rnokpp",
        "unzr",
        "edrpou",
        "organisation_name",
    ];
    Ok(Metadata::new(
        issuer.clone(),
        AuthUrl::new(address("/authorize"))?,
        JsonWebKeySetUrl::new(address("/keys"))?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public],
        vec![CoreJwsSigningAlgorithm::EdDsa],
        LogoutProviderMetadata {
            end_session_endpoint: Some(EndSessionUrl::new(address("/end-session"))?),
            additional_metadata: FurtherMetadata {
                code_challenge_methods_supported: vec!["S256".to_owned()],
                authorization_response_iss_parameter_supported: true,
            },
        },
    )
    .set_token_endpoint(Some(TokenUrl::new(address("/token"))?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(address("/userinfo"))?))
    .set_scopes_supported(Some(vec![Scope::new("openid".to_owned()), Scope::new("profile".to_owned())]))
    .set_response_modes_supported(Some(vec![CoreResponseMode::Query]))
    .set_grant_types_supported(Some(vec![CoreGrantType::AuthorizationCode]))
    .set_acr_values_supported(Some(
        crate::openid::LEVELS
            .iter()
            .map(|(acr, _)| AuthenticationContextClass::new((*acr).to_owned()))
            .collect(),
    ))
    .set_token_endpoint_auth_methods_supported(Some(vec![
        CoreClientAuthMethod::ClientSecretBasic,
        CoreClientAuthMethod::ClientSecretPost,
    ]))
    .set_claims_supported(Some(claims.iter().map(|name| CoreClaimName::new((*name).to_owned())).collect()))
    .set_ui_locales_supported(Some(vec![
        LanguageTag::new("uk".to_owned()),
        LanguageTag::new("en".to_owned()),
    ]))
    .set_request_parameter_supported(Some(false))
    .set_request_uri_parameter_supported(Some(false))
    .set_claims_parameter_supported(Some(false)))
}
