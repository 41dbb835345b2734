//! Codes, tokens and user information.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap};
use http::{Response, StatusCode};
use moka::sync::Cache;
use openidconnect::core::{
    CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreTokenType,
};
use openidconnect::{
    AccessToken, Audience, AuthenticationContextClass, EmptyExtraTokenFields, EndUserBirthday,
    EndUserFamilyName, EndUserGivenName, EndUserMiddleName, EndUserName, IdToken, IdTokenClaims,
    IdTokenFields, Nonce, StandardClaims, StandardTokenResponse, SubjectIdentifier,
};
use rand::RngCore as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;
use vzaemo_clock::{Instant, SecurityClock, SignedDuration};
use vzaemo_registers::Sex;

use super::response::{json, oauth_error};
use super::{DevPerson, DevProvider};
use crate::openid::{ExtraClaims, LEVELS};
use crate::store::Key;
use crate::token::TokenHash;
use crate::{PlatformSecret, ProvenKey, Token};

/// A code waits so long for its exchange.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
/// ID tokens and access tokens are good for so long.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// So many codes and tokens are remembered; beyond that the oldest are forgotten.
const MOST: u64 = 200_000;

/// What a code stands for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) person: u32,
    pub(super) redirect: Url,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) at: Instant,
}

/// What an access token stands for.
#[derive(Serialize, Deserialize)]
struct Access {
    person: u32,
    at: Instant,
    /// The code that it was given for.
    code: TokenHash,
}

/// Codes and access tokens. They carry what they stand for, sealed, so that each node takes what another one has issued.
///
/// That a code serves once holds at each node; what the platform makes of it, a session, it makes once on all of them.
pub(super) struct Codes {
    key: Key,
    /// Codes that were exchanged here, until they are too old anyway; and whether they came once more.
    used: Cache<TokenHash, Arc<AtomicBool>>,
    clock: SecurityClock,
}

impl Codes {
    pub(super) fn new(secret: &PlatformSecret, clock: SecurityClock) -> Self {
        // The lifetime only frees memory; what decides is the security clock.
        let lifetime = std::time::Duration::from_mins(10);
        let used = Cache::builder().max_capacity(MOST).time_to_live(lifetime).build();
        Self { key: secret.key("development provider's codes"), used, clock }
    }

    pub(super) fn issue(&self, grant: &Grant) -> Option<String> {
        self.seal("code", grant)
    }

    /// Takes a code, which serves once. Whoever comes second makes the tokens of the first void (RFC 6749 section
    /// 4.1.2): one of the two is a thief.
    fn redeem(&self, code: &str) -> Option<(TokenHash, Grant)> {
        let grant: Grant = self.open("code", code)?;
        let hash = Token::hash_of(code);
        let entry = self.used.entry(hash.clone()).or_default();
        if !entry.is_fresh() {
            entry.value().store(true, Ordering::Relaxed);
            return None;
        }
        (self.clock.now().since(grant.at) < CODE_LIFETIME).then_some((hash, grant))
    }

    fn access(&self, code: TokenHash, person: u32) -> Option<String> {
        self.seal("access", &Access { person, at: self.clock.now(), code })
    }

    fn holder(&self, access: &str) -> Option<u32> {
        let Access { person, at, code } = self.open("access", access)?;
        let void = self.used.get(&code).is_some_and(|again| again.load(Ordering::Relaxed));
        (!void && self.clock.now().since(at) < TOKEN_LIFETIME).then_some(person)
    }

    fn seal(&self, what: &str, content: &impl Serialize) -> Option<String> {
        let mut random = [0_u8; 16];
        rand::rng().fill_bytes(&mut random);
        let content = serde_json::to_vec(&(random, content)).ok()?;
        let mac = self.key.mac(what, &[&content]);
        Some(format!("{}.{}", URL_SAFE_NO_PAD.encode(content), URL_SAFE_NO_PAD.encode(mac)))
    }

    fn open<T: DeserializeOwned>(&self, what: &str, sealed: &str) -> Option<T> {
        let (content, mac) = sealed.split_once('.')?;
        let (content, mac) = (URL_SAFE_NO_PAD.decode(content).ok()?, URL_SAFE_NO_PAD.decode(mac).ok()?);
        if !self.key.is_mac(what, &[&content], &mac) {
            return None;
        }
        serde_json::from_slice::<([u8; 16], T)>(&content).ok().map(|(_, content)| content)
    }
}

type DevIdToken =
    IdToken<ExtraClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type DevTokenAnswer = StandardTokenResponse<
    IdTokenFields<
        ExtraClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

impl DevProvider {
    pub(super) fn token(&self, headers: &HeaderMap, body: &[u8]) -> Response<Bytes> {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let value =
            |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let bad = |code, what| oauth_error(StatusCode::BAD_REQUEST, code, what);

        let client = basic(headers)
            .or_else(|| Some((value("client_id")?.to_owned(), value("client_secret")?.to_owned())));
        if !client.is_some_and(|(id, secret)| self.is_client(&id, &secret)) {
            return oauth_error(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the client is not authenticated",
            );
        }
        if value("grant_type") != Some("authorization_code") {
            return bad("unsupported_grant_type", "grant_type must be authorization_code");
        }
        let Some((code, grant)) = value("code").and_then(|code| self.codes.redeem(code)) else {
            return bad("invalid_grant", "the code is unknown, used or expired");
        };
        if value("redirect_uri") != Some(grant.redirect.as_str()) {
            return bad("invalid_grant", "redirect_uri is not the one the code was issued for");
        }
        if !value("code_verifier").is_some_and(|verifier| proves(verifier, &grant.challenge)) {
            return bad("invalid_grant", "code_verifier does not prove the code_challenge");
        }
        let Some(person) = self.persons.person(grant.person) else {
            return bad("invalid_grant", "there is no such person");
        };
        self.tokens(code, &grant, &person).unwrap_or_else(|| {
            oauth_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "no token could be made")
        })
    }

    fn tokens(&self, code: TokenHash, grant: &Grant, person: &DevPerson) -> Option<Response<Bytes>> {
        let access = AccessToken::new(self.codes.access(code, person.number)?);
        let now = chrono::DateTime::from_timestamp(self.clock.now().as_seconds(), 0)?;
        let lifetime = chrono::Duration::seconds(TOKEN_LIFETIME.as_secs());
        let claims = IdTokenClaims::new(
            self.issuer_url.clone(),
            vec![Audience::new(self.client.id.clone())],
            now + lifetime,
            now,
            standard_claims(person),
            extra_claims(person),
        )
        .set_auth_time(Some(now))
        .set_nonce(grant.nonce.clone().map(Nonce::new))
        .set_auth_context_ref(acr(person));
        let token =
            DevIdToken::new(claims, &self.key, CoreJwsSigningAlgorithm::EdDsa, Some(&access), None).ok()?;
        let mut answer = DevTokenAnswer::new(
            access,
            CoreTokenType::Bearer,
            IdTokenFields::new(Some(token), EmptyExtraTokenFields {}),
        );
        answer.set_expires_in(Some(&std::time::Duration::from_secs(TOKEN_LIFETIME.as_secs().unsigned_abs())));
        Some(json(StatusCode::OK, serde_json::to_vec(&answer).ok()?))
    }

    pub(super) fn user_info(&self, headers: &HeaderMap) -> Response<Bytes> {
        let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let person =
            token.and_then(|token| self.codes.holder(token)).and_then(|number| self.persons.person(number));
        let Some(person) = person else {
            return oauth_error(
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "the access token is unknown or expired",
            );
        };
        let claims = openidconnect::UserInfoClaims::new(standard_claims(&person), extra_claims(&person));
        match serde_json::to_vec(&claims) {
            Ok(body) => json(StatusCode::OK, body),
            Err(_) => {
                oauth_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "the claims cannot be written")
            }
        }
    }

    fn is_client(&self, id: &str, secret: &str) -> bool {
        let same = |a: &str, b: &str| Sha256::digest(a).ct_eq(&Sha256::digest(b));
        bool::from(same(id, &self.client.id) & same(secret, &self.client.secret))
    }
}

/// Whether a verifier proves an S256 challenge (RFC 7636 section 4.6).
fn proves(verifier: &str, challenge: &str) -> bool {
    let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    (43..=128).contains(&verifier.len()) && bool::from(made.as_bytes().ct_eq(challenge.as_bytes()))
}

/// Client id and secret from HTTP Basic, each form-encoded (RFC 6749 section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded =
        |text: &str| url::form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned());
    Some((decoded(id)?, decoded(secret)?))
}

fn acr(person: &DevPerson) -> Option<AuthenticationContextClass> {
    let (acr, _) = LEVELS.iter().find(|(_, level)| *level == person.assurance)?;
    Some(AuthenticationContextClass::new((*acr).to_owned()))
}

fn standard_claims(person: &DevPerson) -> StandardClaims<CoreGenderClaim> {
    let name = &person.name;
    StandardClaims::new(SubjectIdentifier::new(person.subject()))
        .set_name(Some(EndUserName::new(name.in_full()).into()))
        .set_family_name(Some(EndUserFamilyName::new(name.family.clone()).into()))
        .set_given_name(Some(EndUserGivenName::new(name.given.clone()).into()))
        .set_middle_name(name.patronymic.clone().map(|part| EndUserMiddleName::new(part).into()))
        .set_gender(Some(CoreGenderClaim::new(
            match person.sex {
                Sex::Male => "male",
                Sex::Female => "female",
            }
            .to_owned(),
        )))
        .set_birthdate(Some(EndUserBirthday::new(person.born.to_string())))
}

fn extra_claims(person: &DevPerson) -> ExtraClaims {
    let organisation = person.organisation.as_ref();
    let (key, value) = match &person.key {
        ProvenKey::Rnokpp(code) => ("rnokpp", code.reveal().to_owned()),
        ProvenKey::Unzr(code) => ("unzr", code.reveal().to_owned()),
    };
    let claims = [
        (key, Some(value)),
        ("edrpou", organisation.map(|organisation| organisation.edrpou.to_string())),
        ("organisation_name", organisation.and_then(|organisation| organisation.name.clone())),
    ];
    let claims: Map<String, Value> = claims
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))))
        .collect();
    ExtraClaims { claims }
}
