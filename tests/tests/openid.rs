//! Sign-in and sign-out by OpenID Connect with certified providers: npm's `oidc-provider`, in processes of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use vzaemo_tests::{
    Language, Nodes, OpenIdProvider, Person, Platform, Settings, host_message, submission, until,
};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A platform without modules that two providers know.
async fn stage() -> (Platform, OpenIdProvider, OpenIdProvider) {
    let (certified, portal) =
        (OpenIdProvider::start("certified").await, OpenIdProvider::start("portal").await);
    let mut settings = Settings::default();
    settings.modules.clear();
    settings.more = [certified.section(), portal.section()].concat();
    let platform = Platform::start(settings).await;
    certified.serves(platform.base()).await;
    portal.serves(platform.base()).await;
    (platform, certified, portal)
}

async fn signed_in(platform: &Platform, provider: &OpenIdProvider, login: &str) -> Person {
    let person = platform.visitor();
    person.read_english().await;
    assert_eq!(provider.sign_in(&person, login, "/cabinet").await.led_to(), "/cabinet");
    person
}

async fn is_signed_in(person: &Person) -> bool {
    person.get("/cabinet").await.status == 200
}

/// A right logout token for this account, with these claims instead; `null` leaves one out.
fn logout_claims(provider: &OpenIdProvider, login: &str, otherwise: &Value) -> Value {
    let now = Timestamp::now().as_second();
    let mut claims = json!({
        "iss": provider.issuer.as_str().trim_end_matches('/'), "aud": "vzaemo", "iat": now, "exp": now + 120,
        "jti": submission(), "sub": login, "events": { EVENT: {} },
    });
    for (name, value) in otherwise.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

async fn order(platform: &Platform, provider: &str, token: &str) -> u16 {
    let path = format!("/sign-in/back-channel-logout/{provider}");
    // As a server sends it: without a browser's headers.
    platform.visitor().post_from(&path, None, &[("logout_token", token)]).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_any_of_several_providers() {
    let (platform, certified, portal) = stage().await;
    let visitor = platform.visitor();
    for (language, names) in [
        (Language::Uk, ["Служба certified", "Служба portal"]),
        (Language::En, ["Service certified", "Service portal"]),
    ] {
        visitor.read(language).await;
        let page = visitor.page("/sign-in?to=/cabinet").await.text();
        assert!(names.iter().all(|name| page.contains(name)), "{page}");
    }

    let maria = signed_in(&platform, &certified, "maria").await;
    let cabinet = maria.page("/cabinet").await.text();
    assert!(cabinet.contains("Марія Іванівна Коваль"), "{cabinet}");
    // The same proven code at another provider is the same person, so each sees both sessions.
    let elsewhere = signed_in(&platform, &portal, "maria").await;
    let sessions = elsewhere.page("/cabinet/sessions").await.text();
    assert!(sessions.contains("Service certified") && sessions.contains("Service portal"), "{sessions}");
    let taras = signed_in(&platform, &portal, "taras").await;
    let sessions = taras.page("/cabinet/sessions").await.text();
    assert!(!sessions.contains("Service certified"), "{sessions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_here_offers_to_sign_out_at_the_provider_too() {
    let (platform, certified, _portal) = stage().await;
    let person = signed_in(&platform, &certified, "maria").await;
    let after = person.post("/sign-out", &[]).await;
    assert_eq!(after.led_to(), "/signed-out?from=certified");
    assert!(!is_signed_in(&person).await);
    let page = person.page(after.led_to()).await;
    assert!(page.text().contains(&host_message(Language::En, "signed-out-title")), "{}", page.text());
    let links = page.links();
    let leave = links.iter().find(|link| link.starts_with(certified.issuer.as_str())).expect("a way out");
    assert!(!leave.contains("id_token"), "no codes of the person in an address: {leave}");
    // There the person confirms it, and comes back.
    let back = certified.visit(&person, leave, "maria").await;
    assert_eq!(back.path(), "/signed-out");
    assert!(
        person.page(back.as_str()).await.text().contains(&host_message(Language::En, "signed-out-title"))
    );
    // A sign-in asks for the login again: the session at the provider is over.
    let begun = person.get("/sign-in/begin/certified?to=/").await;
    let asked = person.get(begun.led_to()).await;
    assert!(asked.to.is_some_and(|to| to.contains("/interaction/")), "{}", asked.body);
    // An unknown name tells nothing and leads nowhere.
    let page = person.page("/signed-out?from=https://evil.example/").await;
    assert!(page.links().iter().all(|link| !link.starts_with("https://evil")), "{:?}", page.links());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_logout_ends_that_session_here_and_no_other() {
    let (platform, certified, _portal) = stage().await;
    let here = signed_in(&platform, &certified, "maria").await;
    let elsewhere = signed_in(&platform, &certified, "maria").await;
    let other = signed_in(&platform, &certified, "taras").await;
    // Signed out at the provider in one browser; the platform learns of it from the provider alone.
    certified.sign_out(&here).await;
    until("the session ends", async || (!is_signed_in(&here).await).then_some(())).await;
    assert!(is_signed_in(&elsewhere).await && is_signed_in(&other).await);
    let events = certified.events().await;
    assert!(events.iter().any(|event| event["logout"] == "followed"), "{events:?}");
    assert!(events.iter().all(|event| event["logout"] != "refused"), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_is_verified_in_full_and_followed_once() {
    let (platform, certified, portal) = stage().await;
    let person = signed_in(&platform, &certified, "maria").await;
    let now = Timestamp::now().as_second();
    let wrong_claims = [
        json!({ "iss": portal.issuer.as_str().trim_end_matches('/') }),
        json!({ "iss": null }),
        json!({ "aud": "another" }),
        json!({ "aud": ["vzaemo", "another"] }),
        json!({ "aud": null }),
        json!({ "exp": now - 61 }),
        json!({ "exp": null }),
        json!({ "iat": now + 120 }),
        json!({ "iat": now - 700 }),
        json!({ "iat": null }),
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { EVENT: true } }),
        json!({ "events": { "http://schemas.openid.net/event/other": {} } }),
        json!({ "nonce": "n" }),
        json!({ "sub": null }),
        json!({ "sub": 7 }),
    ];
    for otherwise in wrong_claims {
        let claims = logout_claims(&certified, "maria", &otherwise);
        let token = certified.sign("ES256", json!({ "typ": "logout+jwt" }), claims).await;
        assert_eq!(order(&platform, "certified", &token).await, 400, "{otherwise}");
    }
    let right = || logout_claims(&certified, "maria", &json!({}));
    for how in ["none", "public key as secret", "client secret", "stranger"] {
        let token = certified.sign(how, json!({ "typ": "logout+jwt" }), right()).await;
        assert_eq!(order(&platform, "certified", &token).await, 400, "signed by {how}");
    }
    for header in [
        json!({ "typ": "at+jwt" }),
        json!({ "typ": "logout+jwt", "kid": "unknown" }),
        json!({ "typ": "logout+jwt", "alg": "RS256" }),
    ] {
        let token = match header["alg"].as_str() {
            // Another algorithm than the key's, over a signature of the key.
            Some(_) => swap_header(&certified.sign("ES256", json!({}), right()).await, "RS256"),
            None => certified.sign("ES256", header.clone(), right()).await,
        };
        assert_eq!(order(&platform, "certified", &token).await, 400, "{header}");
    }
    let foreign = portal.sign("ES256", json!({ "typ": "logout+jwt" }), right()).await;
    assert_eq!(order(&platform, "certified", &foreign).await, 400, "another provider's key");
    for (body, why) in [("", "empty"), ("a.b.c", "no token"), ("a.b", "two parts")] {
        assert_eq!(order(&platform, "certified", body).await, 400, "{why}");
    }
    let path = "/sign-in/back-channel-logout/certified";
    assert_eq!(platform.visitor().post_from(path, None, &[]).await.status, 400);
    assert_eq!(platform.visitor().get(path).await.status, 405);
    assert_eq!(order(&platform, "nobody", "a.b.c").await, 400);
    assert!(is_signed_in(&person).await, "nothing of this has ended the session");

    // The right one ends it, once.
    let token = certified.sign("ES256", json!({ "typ": "logout+jwt" }), right()).await;
    assert_eq!(order(&platform, "certified", &token).await, 200);
    assert!(!is_signed_in(&person).await);
    let again = signed_in(&platform, &certified, "maria").await;
    assert_eq!(order(&platform, "certified", &token).await, 400, "the same order again");
    assert!(is_signed_in(&again).await, "a replayed order ends nothing");
    // Nobody signed in: the order is followed all the same.
    let token = certified.sign("ES256", json!({}), logout_claims(&certified, "olena", &json!({}))).await;
    assert_eq!(order(&platform, "certified", &token).await, 200);
}

/// The token with another algorithm in its header, its signature as it was.
fn swap_header(token: &str, algorithm: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    let header = json!({ "alg": algorithm, "kid": "ES256-1", "typ": "logout+jwt" }).to_string();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_of_a_provider_are_fetched_when_they_are_met() {
    let (platform, certified, _portal) = stage().await;
    let person = signed_in(&platform, &certified, "maria").await;
    certified.rotate_keys().await;
    // Keys are asked for anew at most every few seconds.
    let taras = until("the new key is taken", async || {
        let taras = platform.visitor();
        (certified.sign_in(&taras, "taras", "/cabinet").await.status == 303).then_some(taras)
    });
    assert!(is_signed_in(&taras.await).await);
    let token = certified.sign("ES256", json!({}), logout_claims(&certified, "maria", &json!({}))).await;
    assert_eq!(order(&platform, "certified", &token).await, 200);
    assert!(!is_signed_in(&person).await);
}

/// On several nodes of one platform, over PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_or_a_press_at_one_node_ends_sessions_at_all() {
    let certified = OpenIdProvider::start("certified").await;
    let mut settings = Settings::default();
    settings.modules.clear();
    settings.more = certified.section();
    let nodes = Nodes::start(&settings.on_postgres(), 2).await;
    certified.serves(&nodes.base()).await;
    let [first, second] = [&nodes[0], &nodes[1]];
    let person = nodes.wanderer();
    person.read_english().await;
    assert_eq!(certified.sign_in(&person, "maria", "/cabinet").await.led_to(), "/cabinet");
    for node in [first, second] {
        assert_eq!(person.at_node(node).get("/cabinet").await.status, 200, "both nodes remember it");
    }
    let token = certified.sign("ES256", json!({}), logout_claims(&certified, "maria", &json!({}))).await;
    assert_eq!(order(first, "certified", &token).await, 200);
    // The other one hears of it from the log; it refuses the same order as the first one does.
    until("the other node ends it too", async || {
        (person.at_node(second).get("/cabinet").await.status == 303).then_some(())
    })
    .await;
    assert_eq!(order(second, "certified", &token).await, 400);

    let (one, other) = (nodes.wanderer(), nodes.wanderer());
    for person in [&one, &other] {
        person.read_english().await;
        assert_eq!(certified.sign_in(person, "taras", "/cabinet").await.led_to(), "/cabinet");
        for node in [first, second] {
            assert_eq!(person.at_node(node).get("/cabinet").await.status, 200);
        }
    }
    assert_eq!(one.at_node(first).post("/cabinet/sessions/end-others", &[]).await.status, 303);
    until("the other session ends at both", async || {
        let ended = other.at_node(second).get("/cabinet").await.status == 303
            && other.at_node(first).get("/cabinet").await.status == 303;
        ended.then_some(())
    })
    .await;
    assert_eq!(one.at_node(second).get("/cabinet").await.status, 200);
}
