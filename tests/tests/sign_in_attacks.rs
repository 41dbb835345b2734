//! Attacks on sign-in, sessions and sign-out, tried on the real program with certified providers. Each test bears the name of
//! its attack; those on tokens that no honest provider makes are in `host/identity/tests/forged_tokens.rs`, those on logout
//! tokens in `openid.rs`, those on id.gov.ua in `host/identity/tests/id_gov_ua.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;
use vzaemo_tests::{Answer, OpenIdProvider, Person, Platform, Settings, encoded, submission};

struct Stage {
    platform: Platform,
    certified: OpenIdProvider,
    /// It may hand people over.
    portal: OpenIdProvider,
}

async fn stage() -> Stage {
    let (certified, portal) =
        (OpenIdProvider::start("certified").await, OpenIdProvider::start("portal").await);
    let mut settings = Settings::default();
    settings.modules.clear();
    settings.more = [certified.section(), portal.section_with("single-sign-on = true")].concat();
    let platform = Platform::start(settings).await;
    certified.serves(platform.base()).await;
    portal.serves(platform.base()).await;
    Stage { platform, certified, portal }
}

impl Stage {
    async fn visitor(&self) -> Person {
        let visitor = self.platform.visitor();
        visitor.read_english().await;
        visitor
    }

    async fn signed_in(&self, provider: &OpenIdProvider, login: &str) -> Person {
        let person = self.visitor().await;
        assert_eq!(provider.sign_in(&person, login, "/cabinet").await.led_to(), "/cabinet");
        person
    }

    /// The address to which a provider sends this browser back; it has not been there yet.
    async fn answer(&self, person: &Person, provider: &OpenIdProvider, login: &str) -> Url {
        let begun = person.get(&format!("/sign-in/begin/{}?to=/cabinet", provider.id)).await;
        provider.visit(person, begun.led_to(), login).await
    }

    async fn hand_over(&self, how: &str, otherwise: &Value) -> String {
        let now = Timestamp::now().as_second();
        let mut claims = json!({
            "iss": self.portal.issuer.as_str().trim_end_matches('/'), "aud": "vzaemo", "sub": "maria", "iat": now,
            "exp": now + 60, "jti": submission(), "target": "/cabinet/drafts",
        });
        for (name, value) in otherwise.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let token = self.portal.sign(how, json!({ "typ": "hand-over+jwt" }), claims).await;
        format!("/sign-in/hand-over/portal?{}", encoded(&[("token", &token)]))
    }

    /// Follows a link of the portal to its end.
    async fn follow(&self, person: &Person, link: &str) -> Answer {
        let begun = person.get(link).await;
        match begun.to.clone() {
            Some(to) if to.starts_with(self.portal.issuer.as_str()) => {
                let back = self.portal.visit(person, &to, "nobody is asked").await;
                person.get(back.as_str()).await
            }
            _ => begun,
        }
    }
}

async fn is_signed_in(person: &Person) -> bool {
    person.get("/cabinet").await.status == 200
}

fn with(url: &Url, name: &str, value: Option<&str>) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed.to_string()
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_state_invented_or_left_out() {
    let stage = stage().await;
    let person = stage.visitor().await;
    let back = stage.answer(&person, &stage.certified, "maria").await;
    for state in [None, Some("invented"), Some("")] {
        assert_eq!(person.get(&with(&back, "state", state)).await.status, 403, "{state:?}");
    }
    assert!(!is_signed_in(&person).await);
    assert_eq!(person.get(back.as_str()).await.led_to(), "/cabinet");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_answer_pushed_into_another_browser() {
    let stage = stage().await;
    let (attacker, victim) = (stage.visitor().await, stage.visitor().await);
    let back = stage.answer(&attacker, &stage.certified, "taras").await;
    assert_eq!(victim.get(back.as_str()).await.status, 403);
    // Nor has a sign-in that the victim has begun themselves anything to do with it.
    stage.answer(&victim, &stage.certified, "maria").await;
    assert_eq!(victim.get(back.as_str()).await.status, 403);
    assert!(!is_signed_in(&victim).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_code_injected_into_another_sign_in() {
    let stage = stage().await;
    let (victim, thief) = (stage.visitor().await, stage.visitor().await);
    let stolen = parameter(&stage.answer(&victim, &stage.certified, "maria").await, "code");
    let own = stage.answer(&thief, &stage.certified, "taras").await;
    // PKCE: the code was asked for with another challenge, so the provider does not take it.
    assert_eq!(thief.get(&with(&own, "code", Some(&stolen))).await.status, 403);
    assert!(!is_signed_in(&thief).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_code_replayed() {
    let stage = stage().await;
    let person = stage.visitor().await;
    let back = stage.answer(&person, &stage.certified, "maria").await;
    let cookies = person.cookies();
    assert_eq!(person.get(back.as_str()).await.led_to(), "/cabinet");
    // With all that the browser had, too.
    for thief in [person.another(), person.another()] {
        assert_eq!(thief.get_with(back.as_str(), &[("cookie", &cookies)]).await.status, 403);
        assert!(!is_signed_in(&thief).await);
    }
    assert_eq!(person.get(back.as_str()).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_mix_up_of_two_providers() {
    let stage = stage().await;
    let person = stage.visitor().await;
    // The person chose the portal; what arrives is the answer of the other one, in whose name the portal would take the
    // code: at the address of return of either, with or without the issuer's name.
    let asked = stage.answer(&person, &stage.portal, "maria").await;
    let state = parameter(&asked, "state");
    let other = stage.answer(&person, &stage.certified, "maria").await;
    let crossed = with(&other, "state", Some(&state));
    let crossed = Url::parse(&crossed).unwrap();
    let at_the_portals = crossed.as_str().replace("/return/certified", "/return/portal");
    for address in [
        crossed.to_string(),
        with(&crossed, "iss", None),
        at_the_portals.clone(),
        with(&Url::parse(&at_the_portals).unwrap(), "iss", None),
    ] {
        let answer = person.get(&address).await;
        assert_eq!(answer.status, 403, "{address}: {:?}", answer.to);
    }
    assert!(!is_signed_in(&person).await);
    let log = stage.platform.log();
    assert!(log.contains("came by way of") && log.contains("which was not asked"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_issuer_left_out_of_an_answer() {
    let stage = stage().await;
    let person = stage.visitor().await;
    let back = stage.answer(&person, &stage.certified, "maria").await;
    // The provider promises to name itself in each answer (RFC 9207).
    assert_eq!(person.get(&with(&back, "iss", None)).await.status, 403);
    assert_eq!(person.get(&with(&back, "iss", Some("https://evil.example"))).await.status, 403);
    assert!(!is_signed_in(&person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_session_fixed_before_the_sign_in() {
    let stage = stage().await;
    let attacker = stage.signed_in(&stage.certified, "taras").await;
    let planted =
        attacker.cookies().split("; ").find(|cookie| cookie.starts_with("session=")).unwrap().to_owned();
    let invented = format!("session={}", "A".repeat(43));
    let session_of = |answer: &vzaemo_tests::Answer| -> Option<String> {
        let set = answer.headers.get_all("set-cookie").iter();
        set.filter_map(|set| set.to_str().ok()).find(|set| set.starts_with("session=")).map(str::to_owned)
    };
    for (cookie, known) in [(&planted, true), (&invented, false)] {
        let victim = stage.visitor().await;
        let back = stage.answer(&victim, &stage.certified, "maria").await;
        let cookies = format!("{}; {cookie}", victim.cookies());
        let answer = victim.another().get_with(back.as_str(), &[("cookie", &cookies)]).await;
        let fixed = stage.platform.visitor().get_with("/cabinet", &[("cookie", cookie)]).await;
        if known {
            // The victim is told that somebody else is signed in; nothing of theirs gets into that session.
            assert_eq!((answer.status, session_of(&answer)), (403, None));
            let page = fixed.text();
            assert!(
                page.contains("Гнатюк") && !page.contains("Марія"),
                "the attacker's session stays theirs: {page}"
            );
        } else {
            assert_eq!(answer.led_to(), "/cabinet");
            let fresh = session_of(&answer).expect("a session of its own");
            assert!(!fresh.starts_with(cookie.as_str()), "{fresh}");
            assert_eq!(fixed.status, 303, "what the attacker knows is no session");
        }
    }
}

/// Addresses that some browser takes for another site.
const ELSEWHERE: [&str; 16] = [
    "https://evil.example/",
    "http:evil.example",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/%2e%2e//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/a\r\nLocation: https://evil.example/",
];

#[tokio::test(flavor = "multi_thread")]
async fn attack_open_redirect_by_every_form_of_address() {
    let stage = stage().await;
    let person = stage.signed_in(&stage.portal, "maria").await;
    let visitor = stage.visitor().await;
    for address in ELSEWHERE {
        let query = encoded(&[("to", address)]);
        // Signed in already, by the language, by a silent sign-in.
        for path in ["/sign-in", "/language/en", "/sign-in/silently/portal", "/cabinet/acting-for"] {
            let answer = person.get(&format!("{path}?{query}")).await;
            let to = answer.to.unwrap_or_default();
            assert!(
                !to.contains("evil") && to.starts_with('/') && !to.starts_with("//"),
                "{path} {address:?}: {to:?}"
            );
        }
        // What the page of the ways to sign in leads to.
        let page = visitor.page(&format!("/sign-in?{query}")).await;
        let ways = page.links().into_iter().filter(|link| link.starts_with("/sign-in/begin/"));
        assert!(ways.into_iter().all(|link| link.ends_with("?to=%2F")), "{address:?}");
        // A form that goes on somewhere.
        let chosen = person.post("/preferences", &[("to", address)]).await;
        assert!(!chosen.to.unwrap_or_default().contains("evil"), "{address:?}");
        // A link of the portal whose target is elsewhere.
        let link = stage.hand_over("ES256", &json!({ "target": address })).await;
        assert_eq!(person.get(&link).await.status, 403, "{address:?}");
    }
    // Through a whole sign-in.
    for address in ELSEWHERE.iter().take(3) {
        let fresh = stage.visitor().await;
        let answer = stage.certified.sign_in(&fresh, "olena", address).await;
        assert_eq!(answer.led_to(), "/", "{address:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_sign_out_by_another_site() {
    let stage = stage().await;
    let person = stage.signed_in(&stage.certified, "maria").await;
    for origin in [Some("https://evil.example"), Some("null"), None] {
        for path in ["/sign-out", "/cabinet/sessions/end-others"] {
            assert_eq!(person.post_from(path, origin, &[]).await.status, 403, "{path} from {origin:?}");
        }
    }
    assert!(matches!(person.get("/sign-out").await.status, 404 | 405));
    person.get("/signed-out?from=certified").await;
    // An order to end sessions that nobody has signed.
    let path = "/sign-in/back-channel-logout/certified";
    assert_eq!(
        person.post_from(path, Some("https://evil.example"), &[("logout_token", "a.b.c")]).await.status,
        400
    );
    assert!(is_signed_in(&person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_stolen_cookie_after_signing_out() {
    let stage = stage().await;
    let person = stage.signed_in(&stage.certified, "maria").await;
    let stolen = person.cookies();
    let thief = person.another();
    assert_eq!(thief.get_with("/cabinet", &[("cookie", &stolen)]).await.status, 200, "it is worth something");
    person.post("/sign-out", &[]).await;
    assert_eq!(thief.get_with("/cabinet", &[("cookie", &stolen)]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_stolen_cookie_after_all_other_sessions_were_ended() {
    let stage = stage().await;
    let (lost, kept) =
        (stage.signed_in(&stage.certified, "maria").await, stage.signed_in(&stage.portal, "maria").await);
    let other = stage.signed_in(&stage.certified, "taras").await;
    let stolen = lost.cookies();
    let page = kept.page("/cabinet/sessions").await;
    let form = page.form_to("/cabinet/sessions/end-others").expect("a button to end all others");
    assert_eq!(kept.submit(&form).await.led_to(), "/cabinet/sessions");
    assert_eq!(kept.another().get_with("/cabinet", &[("cookie", &stolen)]).await.status, 303);
    assert!(is_signed_in(&kept).await && is_signed_in(&other).await);
    assert!(kept.page("/cabinet/sessions").await.form_to("/cabinet/sessions/end-others").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_stolen_cookie_after_the_name_to_act_in_was_chosen() {
    let stage = stage().await;
    let person = stage.visitor().await;
    person.sign_in_for(13, "myself").await;
    let stolen = person.cookies();
    let code = {
        let form = person.form("/cabinet/acting-for", "/cabinet/acting-for").await;
        assert!(form.controls.contains(&"acting_for".to_owned()));
        "44900179"
    };
    person.act_for(code).await;
    assert!(is_signed_in(&person).await);
    let thief = person.another();
    assert_eq!(
        thief.get_with("/cabinet", &[("cookie", &stolen)]).await.status,
        303,
        "the secret is another one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_session_of_somebody_else_ended_by_its_name() {
    let stage = stage().await;
    let (maria, taras) =
        (stage.signed_in(&stage.certified, "maria").await, stage.signed_in(&stage.certified, "taras").await);
    let again = stage.signed_in(&stage.portal, "maria").await;
    let page = maria.page("/cabinet/sessions").await;
    let ends: Vec<String> = page.forms().into_iter().map(|form| form.action).collect();
    let end = ends.iter().find(|action| action.contains("/end?id=")).expect("a button to end the other one");
    assert_eq!(taras.post(end, &[]).await.status, 404);
    assert_eq!(
        stage.platform.visitor().post(end, &[]).await.status,
        303,
        "who is nobody is asked to sign in"
    );
    assert!(is_signed_in(&again).await);
    assert_eq!(maria.post(end, &[]).await.led_to(), "/cabinet/sessions");
    assert!(!is_signed_in(&again).await && is_signed_in(&maria).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_hand_over_link_used_again() {
    let stage = stage().await;
    let person = stage.signed_in(&stage.portal, "maria").await;
    person.lose_cookie("session");
    let link = stage.hand_over("ES256", &json!({})).await;
    assert_eq!(stage.follow(&person, &link).await.led_to(), "/cabinet/drafts");
    assert!(is_signed_in(&person).await);
    assert_eq!(person.get(&link).await.status, 403);
    // Signed in already, a fresh one leads on at once.
    let link = stage.hand_over("ES256", &json!({ "target": "/cabinet/notices" })).await;
    assert_eq!(person.get(&link).await.led_to(), "/cabinet/notices");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_hand_over_link_found_by_somebody_else() {
    let stage = stage().await;
    // Nobody is signed in at the portal with this browser: the finder sees what anybody sees.
    let finder = stage.visitor().await;
    let link = stage.hand_over("ES256", &json!({})).await;
    assert_eq!(stage.follow(&finder, &link).await.led_to(), "/cabinet/drafts");
    assert!(!is_signed_in(&finder).await);
    // Somebody else is: they are not signed in as the one whose link it is, nor unawares as themselves.
    let other = stage.signed_in(&stage.portal, "taras").await;
    other.lose_cookie("session");
    let link = stage.hand_over("ES256", &json!({})).await;
    assert_eq!(stage.follow(&other, &link).await.status, 403);
    assert!(!is_signed_in(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_hand_over_link_forged() {
    let stage = stage().await;
    let person = stage.visitor().await;
    let now = Timestamp::now().as_second();
    for otherwise in [
        json!({ "iss": stage.certified.issuer.as_str().trim_end_matches('/') }),
        json!({ "aud": "another" }),
        json!({ "exp": now - 61, "iat": now - 100 }),
        json!({ "exp": now + 3600 }),
        json!({ "jti": "" }),
        json!({ "sub": "" }),
        json!({ "target": null }),
    ] {
        let link = stage.hand_over("ES256", &otherwise).await;
        assert_eq!(person.get(&link).await.status, 403, "{otherwise}");
    }
    for how in ["none", "public key as secret", "client secret", "stranger"] {
        let link = stage.hand_over(how, &json!({})).await;
        assert_eq!(person.get(&link).await.status, 403, "signed by {how}");
    }
    // A provider that may hand nobody over, and one that does not exist.
    let link = stage.hand_over("ES256", &json!({})).await;
    for provider in ["certified", "nobody", "development"] {
        let elsewhere = link.replace("/portal?", &format!("/{provider}?"));
        assert_eq!(person.get(&elsewhere).await.status, 403, "{provider}");
    }
    assert!(!is_signed_in(&person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_silent_sign_in_where_it_is_not_allowed() {
    let stage = stage().await;
    // Who is signed in at the portal is signed in here without a page of its own; who is not goes on as they are.
    let person = stage.signed_in(&stage.portal, "maria").await;
    person.lose_cookie("session");
    let silently = "/sign-in/silently/portal?to=/cabinet/notices";
    assert_eq!(stage.follow(&person, silently).await.led_to(), "/cabinet/notices");
    assert!(is_signed_in(&person).await);
    let nobody = stage.visitor().await;
    assert_eq!(stage.follow(&nobody, silently).await.led_to(), "/cabinet/notices");
    assert!(!is_signed_in(&nobody).await);
    for provider in ["certified", "development", "nobody"] {
        assert_eq!(nobody.get(&format!("/sign-in/silently/{provider}?to=/")).await.status, 403, "{provider}");
    }
}
