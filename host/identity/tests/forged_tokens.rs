//! A provider that answers whatever the test wants: tokens that must be refused, claims of all kinds, new keys.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Form, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use support::*;
use url::Url;
use vzaemo_clock::{SecurityClock, SignedDuration};
use vzaemo_identity::{Assurance, Attested, Provider, SignIn, SignInError, Start, Transport};

struct Forge {
    issuer: Url,
    /// Signs the tokens.
    key: SigningKey,
    /// Stands in the published set.
    published: SigningKey,
    header: Value,
    /// Takes the place of the signature: a code by HMAC-SHA-256 with this secret, or nothing with an empty one.
    secret: Option<Vec<u8>>,
    /// Written over the right claims; `null` removes one.
    claims: Value,
    user_info: Value,
    clock: SecurityClock,
    nonce: String,
    /// How often the set was asked for.
    keys_fetched: usize,
}

type Shared = Arc<Mutex<Forge>>;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Forge {
    fn token(&self) -> String {
        let now = self.clock.now().as_seconds();
        let mut claims = json!({
            "iss": self.issuer.as_str().trim_end_matches('/'), "aud": [CLIENT], "sub": "someone", "iat": now, "exp": now + 300,
            "nonce": self.nonce, "acr": "http://eidas.europa.eu/LoA/high",
            "family_name": "Коваль", "given_name": "Марія", "middle_name": "Іванівна", "rnokpp": "3300712340",
        });
        for (name, value) in self.claims.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        let text = format!("{}.{}", encode(self.header.to_string()), encode(claims.to_string()));
        match &self.secret {
            None => format!("{text}.{}", encode(self.key.sign(text.as_bytes()).to_bytes())),
            Some(secret) if secret.is_empty() => format!("{text}."),
            Some(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
                mac.update(text.as_bytes());
                format!("{text}.{}", encode(mac.finalize().into_bytes()))
            }
        }
    }
}

fn as_json(value: &Value) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, "application/json")], value.to_string())
}

async fn discovery(State(forge): State<Shared>) -> impl IntoResponse {
    let issuer = forge.lock().unwrap().issuer.as_str().trim_end_matches('/').to_owned();
    as_json(&json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/userinfo"), "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    }))
}

async fn keys(State(forge): State<Shared>) -> impl IntoResponse {
    forge.lock().unwrap().keys_fetched += 1;
    let x = encode(forge.lock().unwrap().published.verifying_key().as_bytes());
    as_json(&json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "x": x }] }))
}

async fn token(State(forge): State<Shared>, Form(_): Form<Vec<(String, String)>>) -> impl IntoResponse {
    let token = forge.lock().unwrap().token();
    as_json(&json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": token }))
}

async fn user_info(State(forge): State<Shared>) -> impl IntoResponse {
    as_json(&forge.lock().unwrap().user_info)
}

struct Stage {
    sign_in: SignIn,
    forge: Shared,
    hand: Hand,
}

async fn stage() -> Stage {
    let (clock, hand) = clock();
    let key = SigningKey::from_bytes(&[1; 32]);
    let mut made = None;
    let issuer = serve(|address| {
        let forge = Arc::new(Mutex::new(Forge {
            issuer: address.clone(),
            key: key.clone(),
            published: key.clone(),
            header: json!({ "alg": "EdDSA" }),
            secret: None,
            claims: json!({}),
            user_info: json!({}),
            clock: clock.clone(),
            nonce: String::new(),
            keys_fetched: 0,
        }));
        made = Some(forge.clone());
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(forge)
    })
    .await;
    let provider = Provider::new(config(&issuer), Transport::network().unwrap(), clock.clone());
    Stage { sign_in: SignIn::new(vec![provider], &secret(), clock), forge: made.unwrap(), hand }
}

impl Stage {
    async fn sign_in(&self) -> Result<Attested, SignInError> {
        let started = self.sign_in.start(Start::default()).await?;
        self.forge.lock().unwrap().nonce = parameter(&started.redirect, "nonce").unwrap();
        let mut back: Url = CALLBACK.parse().unwrap();
        back.query_pairs_mut()
            .append_pair("code", "any")
            .append_pair("state", &parameter(&started.redirect, "state").unwrap());
        let completed = self.sign_in.complete("development", answer(&back), kept(&started)).await?;
        Ok(completed.attested)
    }

    async fn with(&self, claims: Value) -> Result<Attested, SignInError> {
        self.forge.lock().unwrap().claims = claims;
        self.sign_in().await
    }

    fn now(&self) -> i64 {
        self.forge.lock().unwrap().clock.now().as_seconds()
    }
}

#[tokio::test]
async fn a_right_token_is_accepted() {
    let attested = stage().await.sign_in().await.unwrap();
    assert_eq!(attested.name.in_full(), "Марія Іванівна Коваль");
    assert_eq!(attested.assurance, Assurance::High);
    assert_eq!(rnokpp(&attested.key.unwrap()), "3300712340");
}

#[tokio::test]
async fn wrong_tokens_are_refused() {
    let stage = stage().await;
    let now = stage.now();
    for claims in [
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": null }),
        json!({ "aud": ["another"] }),
        json!({ "aud": [CLIENT, "another"] }),
        json!({ "aud": null }),
        json!({ "azp": "another" }),
        json!({ "exp": now - 60 }),
        json!({ "exp": now - 3600 }),
        json!({ "iat": now - 601 }),
        json!({ "iat": now + 61 }),
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ] {
        let refused = stage.with(claims.clone()).await;
        assert!(
            matches!(refused, Err(SignInError::Token(_) | SignInError::Exchange(_))),
            "{claims}: {refused:?}"
        );
    }
    assert!(stage.with(json!({})).await.is_ok());
}

#[tokio::test]
async fn attack_wrong_signatures_are_refused() {
    let stage = stage().await;
    stage.sign_in().await.unwrap();
    for alg in ["none", "HS256", "RS256"] {
        stage.forge.lock().unwrap().header = json!({ "alg": alg });
        let refused = stage.sign_in().await;
        assert!(
            matches!(refused, Err(SignInError::Token(_) | SignInError::Exchange(_))),
            "{alg}: {refused:?}"
        );
    }
    stage.forge.lock().unwrap().header = json!({ "alg": "EdDSA" });
    stage.forge.lock().unwrap().key = SigningKey::from_bytes(&[2; 32]);
    for _ in 0..2 {
        (stage.hand)(SignedDuration::from_secs(10));
        let refused = stage.sign_in().await;
        assert!(matches!(refused, Err(SignInError::Token(_))), "{refused:?}");
    }
}

impl Stage {
    /// Signs in with these claims over the right ones, which must be refused; and then with the right ones.
    async fn refuses(&self, claims: Value) {
        let refused = self.with(claims.clone()).await;
        assert!(
            matches!(refused, Err(SignInError::Token(_) | SignInError::Exchange(_))),
            "{claims}: {refused:?}"
        );
        assert!(self.with(json!({})).await.is_ok(), "the right token is taken");
    }

    /// The same with this header and secret in place of a signature.
    async fn refuses_signed(&self, header: Value, secret: Vec<u8>) {
        {
            let mut forge = self.forge.lock().unwrap();
            (forge.header, forge.secret) = (header.clone(), Some(secret));
        }
        let refused = self.sign_in().await;
        assert!(
            matches!(refused, Err(SignInError::Token(_) | SignInError::Exchange(_))),
            "{header}: {refused:?}"
        );
        {
            let mut forge = self.forge.lock().unwrap();
            (forge.header, forge.secret) = (json!({ "alg": "EdDSA" }), None);
        }
        assert!(self.sign_in().await.is_ok(), "the right token is taken");
    }
}

#[tokio::test]
async fn attack_id_token_without_signature() {
    let stage = stage().await;
    for alg in ["none", "None", "NONE"] {
        stage.refuses_signed(json!({ "alg": alg }), Vec::new()).await;
    }
    // A right algorithm and no signature.
    stage.refuses_signed(json!({ "alg": "EdDSA" }), Vec::new()).await;
}

#[tokio::test]
async fn attack_id_token_hs256_with_the_public_key() {
    let stage = stage().await;
    let key = stage.forge.lock().unwrap().published.verifying_key();
    let jwk =
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "x": encode(key.as_bytes()) }).to_string();
    for secret in [key.as_bytes().to_vec(), encode(key.as_bytes()).into_bytes(), jwk.into_bytes()] {
        stage.refuses_signed(json!({ "alg": "HS256" }), secret).await;
    }
}

#[tokio::test]
async fn attack_id_token_hs256_with_the_client_secret() {
    // The provider says that it signs so (see `discovery`), and the secret is the right one: but two know it.
    stage().await.refuses_signed(json!({ "alg": "HS256" }), SECRET.as_bytes().to_vec()).await;
}

#[tokio::test]
async fn attack_id_token_by_another_key() {
    let stage = stage().await;
    stage.forge.lock().unwrap().key = SigningKey::from_bytes(&[9; 32]);
    let refused = stage.sign_in().await;
    assert!(matches!(refused, Err(SignInError::Token(_))), "{refused:?}");
}

#[tokio::test]
async fn attack_id_token_for_another_audience() {
    let stage = stage().await;
    for claims in [
        json!({ "aud": ["another"] }),
        json!({ "aud": [CLIENT, "another"] }),
        json!({ "aud": [CLIENT, "another"], "azp": "another" }),
        json!({ "azp": "another" }),
    ] {
        stage.refuses(claims).await;
    }
}

#[tokio::test]
async fn attack_id_token_of_another_issuer() {
    let stage = stage().await;
    for claims in [json!({ "iss": "https://evil.example" }), json!({ "iss": null }), json!({ "iss": "" })] {
        stage.refuses(claims).await;
    }
}

#[tokio::test]
async fn attack_id_token_expired_or_of_another_time() {
    let stage = stage().await;
    let now = stage.now();
    for claims in [json!({ "exp": now - 60 }), json!({ "iat": now + 61 }), json!({ "iat": now - 601 })] {
        stage.refuses(claims).await;
    }
    // Clocks may disagree by a minute.
    for claims in [json!({ "exp": now - 59 }), json!({ "iat": now + 60 })] {
        assert!(stage.with(claims.clone()).await.is_ok(), "{claims}");
    }
}

#[tokio::test]
async fn attack_id_token_of_another_sign_in() {
    let stage = stage().await;
    for claims in [json!({ "nonce": "another" }), json!({ "nonce": null }), json!({ "nonce": "" })] {
        stage.refuses(claims).await;
    }
}

#[tokio::test]
async fn attack_access_token_exchanged() {
    stage().await.refuses(json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" })).await;
}

#[tokio::test]
async fn attack_keys_asked_for_without_end() {
    let stage = stage().await;
    stage.sign_in().await.unwrap();
    let fetched = || stage.forge.lock().unwrap().keys_fetched;
    let before = fetched();
    stage.forge.lock().unwrap().header = json!({ "alg": "EdDSA", "kid": "unknown" });
    for _ in 0..20 {
        assert!(stage.sign_in().await.is_err());
    }
    assert_eq!(fetched(), before, "not within five seconds of the last time");
    (stage.hand)(SignedDuration::from_secs(5));
    for _ in 0..20 {
        assert!(stage.sign_in().await.is_err());
    }
    assert_eq!(fetched(), before + 1);
}

#[tokio::test]
async fn new_keys_are_fetched_when_the_old_do_not_fit() {
    let stage = stage().await;
    stage.sign_in().await.unwrap();
    (stage.hand)(SignedDuration::from_secs(10));
    let new = SigningKey::from_bytes(&[3; 32]);
    {
        let mut forge = stage.forge.lock().unwrap();
        forge.key = new.clone();
        forge.published = new;
    }
    assert!(stage.sign_in().await.is_ok());
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_is_unavailable() {
    let stage = stage().await;
    stage.forge.lock().unwrap().issuer = "https://evil.example/".parse().unwrap();
    let refused = stage.sign_in().await;
    assert!(matches!(refused, Err(SignInError::Unavailable { .. })), "{refused:?}");
}

#[tokio::test]
async fn codes_count_from_substantial_assurance_on() {
    let stage = stage().await;
    for (acr, assurance, proven) in [
        (json!("http://eidas.europa.eu/LoA/high"), Assurance::High, true),
        (json!("http://eidas.europa.eu/LoA/substantial"), Assurance::Substantial, true),
        (json!("http://eidas.europa.eu/LoA/low"), Assurance::Low, false),
        (json!("something else"), Assurance::Low, false),
        (json!(null), Assurance::Low, false),
    ] {
        let attested = stage.with(json!({ "acr": acr })).await.unwrap();
        assert_eq!((attested.assurance, attested.key.is_some()), (assurance, proven), "{acr}");
    }
}

#[tokio::test]
async fn impossible_claims_are_refused() {
    let stage = stage().await;
    for claims in [
        json!({ "rnokpp": "3300712341" }),
        json!({ "rnokpp": null, "unzr": "1990" }),
        json!({ "edrpou": "123" }),
        json!({ "family_name": "a\u{0}b" }),
        json!({ "given_name": "я".repeat(201) }),
    ] {
        let refused = stage.with(claims.clone()).await;
        assert!(matches!(refused, Err(SignInError::Claims(_))), "{claims}: {refused:?}");
    }
}

#[tokio::test]
async fn roles_are_not_taken_from_claims() {
    let stage = stage().await;
    let plain = stage.with(json!({})).await.unwrap();
    let grand = stage
        .with(json!({ "roles": ["holder"], "role": "technical-administrator", "groups": ["auditor"] }))
        .await;
    assert_eq!(grand.unwrap(), plain);
}

#[tokio::test]
async fn a_name_that_the_token_lacks_is_asked_for() {
    let stage = stage().await;
    let nameless = json!({ "family_name": null, "given_name": null, "middle_name": null });
    stage.forge.lock().unwrap().user_info = json!({ "sub": "someone", "family_name": "Гнатюк", "given_name#en": "Taras", "given_name#uk": "Тарас" });
    assert_eq!(stage.with(nameless.clone()).await.unwrap().name, name("Гнатюк", "Тарас"));

    stage.forge.lock().unwrap().user_info =
        json!({ "sub": "another", "family_name": "Гнатюк", "given_name": "Тарас" });
    let refused = stage.with(nameless.clone()).await;
    assert!(matches!(refused, Err(SignInError::UserInfo(_))), "{refused:?}");

    stage.forge.lock().unwrap().user_info = json!({ "sub": "someone" });
    let refused = stage.with(nameless).await;
    assert!(matches!(refused, Err(SignInError::Claims(_))), "{refused:?}");
}
