//! What the development provider refuses, and its pages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use serde_json::Value;
use support::*;
use url::Url;
use vzaemo_clock::SignedDuration;
use vzaemo_identity::Start;

/// A PKCE verifier and its challenge (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn authorize(issuer: &Url) -> Url {
    let mut url: Url = format!("{issuer}/authorize").parse().unwrap();
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile"),
        ("state", "xyz"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    url
}

async fn code(world: &World) -> String {
    let hinted = with_parameter(&authorize(&world.issuer), "login_hint", "person:1");
    parameter(&location(&world.browser.get(hinted).send().await.unwrap()), "code").unwrap()
}

fn exchange(code: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "authorization_code".into()),
        ("code", code.into()),
        ("redirect_uri", CALLBACK.into()),
        ("code_verifier", VERIFIER.into()),
        ("client_id", CLIENT.into()),
        ("client_secret", SECRET.into()),
    ]
}

async fn token(world: &World, form: &[(&'static str, String)]) -> (u16, Value) {
    let answer = world.browser.post(format!("{}/token", world.issuer)).form(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn user_info(world: &World, access: &str) -> reqwest::Response {
    world.browser.get(format!("{}/userinfo", world.issuer)).bearer_auth(access).send().await.unwrap()
}

#[tokio::test]
async fn discovery_says_what_there_is() {
    let world = world().await;
    let url = format!("{}/.well-known/openid-configuration", world.issuer);
    let metadata: Value = world.browser.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(metadata["issuer"], world.issuer.as_str());
    assert_eq!(metadata["id_token_signing_alg_values_supported"], serde_json::json!(["EdDSA"]));
    assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    for endpoint in
        ["jwks_uri", "userinfo_endpoint", "end_session_endpoint", "token_endpoint", "authorization_endpoint"]
    {
        assert!(metadata[endpoint].as_str().unwrap().starts_with(world.issuer.as_str()), "{endpoint}");
    }
    let keys: Value =
        world.browser.get(metadata["jwks_uri"].as_str().unwrap()).send().await.unwrap().json().await.unwrap();
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    assert!(keys["keys"][0].get("d").is_none());
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_registered() {
    let world = world().await;
    for (name, value) in [("redirect_uri", "https://evil.example/"), ("client_id", "another")] {
        let url =
            with_parameter(&with_parameter(&authorize(&world.issuer), "login_hint", "person:1"), name, value);
        let answer = world.browser.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert!(answer.headers().get("location").is_none());
        assert!(answer.text().await.unwrap().contains(name));
    }
}

#[tokio::test]
async fn a_wrong_request_is_told_to_the_client() {
    let world = world().await;
    for (name, value, code) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("login_hint", "person:0", "invalid_request"),
        ("prompt", "none", "login_required"),
    ] {
        let url = with_parameter(&authorize(&world.issuer), name, value);
        let to = location(&world.browser.get(url).send().await.unwrap());
        assert_eq!(parameter(&to, "error").as_deref(), Some(code), "{name}");
        assert_eq!(parameter(&to, "state").as_deref(), Some("xyz"));
        assert!(parameter(&to, "code").is_none());
    }
}

#[tokio::test]
async fn attack_code_is_exchanged_once_and_its_second_use_voids_the_tokens() {
    let world = world().await;
    let code = code(&world).await;
    let (status, answer) = token(&world, &exchange(&code)).await;
    assert_eq!((status, &answer["token_type"]), (200, &Value::from("bearer")));
    let access = answer["access_token"].as_str().unwrap().to_owned();
    let claims: Value = user_info(&world, &access).await.json().await.unwrap();
    assert_eq!((&claims["sub"], &claims["family_name"]), (&"person-1".into(), &"Коваль".into()));

    let (status, answer) = token(&world, &exchange(&code)).await;
    assert_eq!((status, &answer["error"]), (400, &Value::from("invalid_grant")));
    let refused = user_info(&world, &access).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
}

#[tokio::test]
async fn an_exchange_has_to_be_right_in_every_part() {
    let world = world().await;
    for (name, value, status, error) in [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_id", "another", 401, "invalid_client"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("code", "invented", 400, "invalid_grant"),
        ("redirect_uri", "http://localhost:8080/", 400, "invalid_grant"),
        ("code_verifier", "too short", 400, "invalid_grant"),
        ("code_verifier", "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 400, "invalid_grant"),
    ] {
        let mut form = exchange(&code(&world).await);
        for (known, old) in &mut form {
            if *known == name {
                value.clone_into(old);
            }
        }
        let (found, answer) = token(&world, &form).await;
        assert_eq!((found, answer["error"].as_str().unwrap()), (status, error), "{name}={value}");
    }
}

#[tokio::test]
async fn codes_and_tokens_expire() {
    let world = world().await;
    let late = code(&world).await;
    (world.hand)(SignedDuration::from_secs(60));
    assert_eq!(token(&world, &exchange(&late)).await.0, 400);

    let (_, answer) = token(&world, &exchange(&code(&world).await)).await;
    let access = answer["access_token"].as_str().unwrap();
    (world.hand)(SignedDuration::from_mins(5));
    assert_eq!(user_info(&world, access).await.status(), 401);
}

#[tokio::test]
async fn the_page_speaks_both_languages() {
    let world = world().await;
    let start = Start { language: Some("en"), ..Start::default() };
    let english = world.sign_in.start(start).await.unwrap().redirect;
    let html = world.browser.get(english).send().await.unwrap().text().await.unwrap();
    for part in ["<html lang=\"en\">", "Development mode", "Person number", "low assurance", "ui_locales=uk"]
    {
        assert!(html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_person_is_found_by_number_and_a_wrong_one_is_explained() {
    let world = world().await;
    let mut form: Vec<(String, String)> = authorize(&world.issuer).query_pairs().into_owned().collect();
    form.push(("person".into(), " 4321 ".into()));
    let send = |form: Vec<(String, String)>| {
        let request = world.browser.post(format!("{}/authorize", world.issuer)).form(&form);
        async move { request.send().await.unwrap() }
    };
    assert!(parameter(&location(&send(form.clone()).await), "code").is_some());

    for wrong in ["0", "", "сорок", "-1", "99999999999", "\"><script>alert(1)</script>"] {
        if let Some(last) = form.last_mut() {
            last.1 = wrong.into();
        }
        let answer = send(form.clone()).await;
        assert_eq!(answer.status(), 422, "{wrong}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("role=\"alert\"") && html.contains("aria-invalid=\"true\""), "{wrong}");
        assert!(!html.contains("<script"), "{wrong}");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_refused() {
    let world = world().await;
    let get = |path: &str| world.browser.get(format!("{}{path}", world.issuer)).send();
    assert_eq!(get("/nowhere").await.unwrap().status(), 404);
    assert_eq!(get("/token").await.unwrap().status(), 405);
    let style = get("/style.css").await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}
