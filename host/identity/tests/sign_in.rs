//! Sign-in with the development provider over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use support::*;
use vzaemo_clock::SignedDuration;
use vzaemo_identity::dev::DevProvider;
use vzaemo_identity::{
    Assurance, IdentityError, Opening, PlatformSecret, ProvenKey, Provider, ReturnTo, SignIn, SignInError,
    Start, Started, Transport,
};

/// Goes to the provider and comes back with its answer.
async fn visit(world: &World, started: &Started) -> url::Url {
    let answer = world.browser.get(started.redirect.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    location(&answer)
}

async fn signed_in(world: &World, number: u32) -> vzaemo_identity::Completed {
    let started = world.sign_in.start(hint(number)).await.unwrap();
    let back = visit(world, &started).await;
    world.sign_in.complete("development", answer(&back), kept(&started)).await.unwrap()
}

#[tokio::test]
async fn a_visitor_chooses_a_person_on_the_page() {
    let world = world().await;
    let start =
        Start { return_to: ReturnTo::parse("/notes/7?page=2"), language: Some("uk"), ..Start::default() };
    let started = world.sign_in.start(start).await.unwrap();

    let page = world.browser.get(started.redirect.clone()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://localhost:8080;")
    );
    assert_eq!(page.headers()["cache-control"], "no-store");
    let html = page.text().await.unwrap();
    for part in ["<html lang=\"uk\">", "Режим розробки", "Марія Іванівна Коваль", "Технічний адміністратор"]
    {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("<script") && !html.contains("style="));

    let form: Vec<(String, String)> = started.redirect.query_pairs().into_owned().collect();
    let chosen = form.into_iter().chain([("person".into(), "1".into())]).collect::<Vec<_>>();
    let answered =
        world.browser.post(format!("{}/authorize", world.issuer)).form(&chosen).send().await.unwrap();
    assert_eq!(answered.status(), 303);
    let back = location(&answered);
    let completed = world.sign_in.complete("development", answer(&back), kept(&started)).await.unwrap();

    assert_eq!(completed.return_to.as_str(), "/notes/7?page=2");
    let attested = completed.attested;
    assert_eq!(attested.name.in_full(), "Марія Іванівна Коваль");
    assert_eq!(attested.assurance, Assurance::Substantial);
    assert_eq!(attested.issuer, world.issuer.as_str());
    assert_eq!(attested.subject, "person-1");
    let made = world.provider.persons().person(1).unwrap();
    assert_eq!(attested.key, Some(made.key));
    assert_eq!(attested.organisation, None);
}

#[tokio::test]
async fn a_hint_spares_the_page() {
    let world = world().await;
    let attested = signed_in(&world, 123_456).await.attested;
    let made = world.provider.persons().person(123_456).unwrap();
    assert_eq!((attested.name, attested.key), (made.name, Some(made.key)));
}

#[tokio::test]
async fn the_embedded_transport_is_the_same_flow() {
    let (clock, _) = clock();
    let issuer = "http://localhost:1/dev/id".parse().unwrap();
    let provider =
        std::sync::Arc::new(DevProvider::new(&issuer, 7, dev_client(), &secret(), clock.clone()).unwrap());
    let transport = Transport::Embedded(provider.clone());
    let sign_in =
        SignIn::new(vec![Provider::new(config(&issuer), transport, clock.clone())], &secret(), clock);
    let started = sign_in.start(hint(5)).await.unwrap();
    let request = http::Request::get(started.redirect.as_str()).body(bytes::Bytes::new()).unwrap();
    let back = provider.handle(request).await.headers()["location"].to_str().unwrap().parse().unwrap();
    let completed = sign_in.complete("development", answer(&back), kept(&started)).await.unwrap();
    assert_eq!(completed.attested.name.in_full(), "Юрій Степанович Мельник");
    assert_eq!(completed.return_to, ReturnTo::home());
}

#[tokio::test]
async fn what_persons_have_is_attested_and_nothing_else() {
    let world = world().await;
    let unzr = signed_in(&world, 6).await.attested;
    assert!(matches!(unzr.key, Some(ProvenKey::Unzr(_))));
    let low = signed_in(&world, 7).await.attested;
    assert_eq!((low.assurance, low.key), (Assurance::Low, None));
    let organisation = signed_in(&world, 13).await.attested.organisation.unwrap();
    assert!(organisation.edrpou.check_digit_holds());
    assert_eq!(organisation.name.unwrap(), "Громадська організація «Чисті береги»");
}

/// Another node of the same platform.
fn other_node(world: &World) -> SignIn {
    let provider = Provider::new(config(&world.issuer), Transport::network().unwrap(), world.clock.clone());
    SignIn::new(vec![provider], &secret(), world.clock.clone())
}

#[tokio::test]
async fn what_one_node_began_another_one_ends() {
    let world = world().await;
    let start = Start { return_to: ReturnTo::parse("/notes/7"), ..hint(1) };
    let started = world.sign_in.start(start).await.unwrap();
    let back = visit(&world, &started).await;
    let completed = other_node(&world).complete("development", answer(&back), kept(&started)).await.unwrap();
    assert_eq!((completed.attested.subject.as_str(), completed.return_to.as_str()), ("person-1", "/notes/7"));
    // A platform with another secret has begun no such sign-in.
    let provider = Provider::new(config(&world.issuer), Transport::network().unwrap(), world.clock.clone());
    let foreign = SignIn::new(vec![provider], &PlatformSecret::new([8; 32]), world.clock.clone());
    let refused = foreign.complete("development", answer(&back), kept(&started)).await;
    assert!(matches!(refused, Err(SignInError::UnknownState)), "{refused:?}");
}

#[tokio::test]
async fn a_sign_in_opens_one_session_at_all_nodes_together() {
    let (world, house) = (world().await, house().await);
    let started = world.sign_in.start(hint(1)).await.unwrap();
    let back = visit(&world, &started).await;
    let completed = world.sign_in.complete("development", answer(&back), kept(&started)).await.unwrap();
    let again = other_node(&world).complete("development", answer(&back), kept(&started)).await;
    assert!(matches!(again, Err(SignInError::Exchange(_))), "the provider takes its code once: {again:?}");

    // Though the provider took it twice, there would be one session.
    let opening = Opening { once: Some(&completed.once), ..Opening::default() };
    let elsewhere = open(&house.storage, &house.legal, &house.clock).await;
    let (one, two) = tokio::join!(
        house.identity.sessions.open(&completed.attested, opening, &|_, _| Box::pin(async { Ok(()) })),
        elsewhere.sessions.open(&completed.attested, opening, &|_, _| Box::pin(async { Ok(()) })),
    );
    let (opened, refused): (Vec<_>, Vec<_>) = [one, two].into_iter().partition(Result::is_ok);
    assert_eq!((opened.len(), refused.len()), (1, 1));
    assert!(matches!(refused[0], Err(IdentityError::SignInUsed)), "{refused:?}");
    let person = opened[0].as_ref().unwrap().1.person.id;
    assert_eq!(elsewhere.sessions.of(person).await.unwrap().len(), 1);

    // It is remembered as long as the state would be taken.
    assert_eq!(house.identity.sessions.sweep().await.unwrap(), 0);
    (house.hand)(SignedDuration::from_secs(600));
    assert_eq!(house.identity.sessions.sweep().await.unwrap(), 1);
}

#[tokio::test]
async fn attack_what_the_browser_keeps_cannot_be_changed() {
    let world = world().await;
    let started =
        world.sign_in.start(Start { return_to: ReturnTo::parse("/notes"), ..hint(1) }).await.unwrap();
    let back = visit(&world, &started).await;
    let (asked, mac) = started.binding.value.split_once('.').unwrap();
    let other = world.sign_in.start(hint(1)).await.unwrap();
    let (others, others_mac) = other.binding.value.split_once('.').unwrap();
    for changed in [
        format!("{others}.{mac}"),
        format!("{asked}.{others_mac}"),
        other.binding.value.clone(),
        asked.to_owned(),
        format!("{asked}."),
        String::new(),
    ] {
        let refused = world.sign_in.complete("development", answer(&back), |_| Some(changed.as_str())).await;
        assert!(matches!(refused, Err(SignInError::OtherBrowser)), "{changed}: {refused:?}");
    }
    // Nor does it tell what only the nodes may know, or say it to the provider.
    let verifier = parameter(&started.redirect, "code_challenge").unwrap();
    assert!(!started.binding.value.contains(&verifier) && !started.redirect.as_str().contains("notes"));
}

#[tokio::test]
async fn attack_invented_or_missing_state_is_refused() {
    let world = world().await;
    let started = world.sign_in.start(hint(1)).await.unwrap();
    let back = visit(&world, &started).await;
    let state = parameter(&back, "state").unwrap();
    let later = format!("{}{}", &state[..30], state[30..].replace(|c: char| c.is_ascii_digit(), "z"));
    for state in ["invented", "", &"A".repeat(86), &later] {
        let answer = answer(&with_parameter(&back, "state", state));
        let invented = world.sign_in.complete("development", answer, kept(&started)).await;
        assert!(matches!(invented, Err(SignInError::UnknownState)), "{invented:?}");
    }
    let mut without = answer(&back);
    without.state = None;
    assert!(matches!(
        world.sign_in.complete("development", without, kept(&started)).await,
        Err(SignInError::UnknownState)
    ));
}

#[tokio::test]
async fn attack_another_browser_cannot_end_what_this_one_began() {
    let world = world().await;
    let started = world.sign_in.start(hint(1)).await.unwrap();
    let back = visit(&world, &started).await;
    let other = world.sign_in.start(hint(2)).await.unwrap();
    for value in [None, Some(other.binding.value.as_str()), Some("nonsense")] {
        let refused = world.sign_in.complete("development", answer(&back), |_| value).await;
        assert!(matches!(refused, Err(SignInError::OtherBrowser)), "{refused:?}");
    }
    // The attempt did not use up the state of the one who began.
    assert!(world.sign_in.complete("development", answer(&back), kept(&started)).await.is_ok());
}

#[tokio::test]
async fn two_tabs_of_one_browser_sign_in_independently() {
    let world = world().await;
    let first = world.sign_in.start(hint(1)).await.unwrap();
    let second = world.sign_in.start(hint(2)).await.unwrap();
    assert_ne!(first.binding.id, second.binding.id);
    let (one, two) = (visit(&world, &first).await, visit(&world, &second).await);
    let cookies = |id: &str| {
        let both = [&first.binding, &second.binding];
        both.into_iter().find(|binding| binding.id == id).map(|binding| binding.value.as_str())
    };
    assert_eq!(
        world.sign_in.complete("development", answer(&two), cookies).await.unwrap().attested.subject,
        "person-2"
    );
    assert_eq!(
        world.sign_in.complete("development", answer(&one), cookies).await.unwrap().attested.subject,
        "person-1"
    );
}

#[tokio::test]
async fn ten_minutes_are_enough() {
    let world = world().await;
    let started = world.sign_in.start(hint(1)).await.unwrap();
    (world.hand)(SignedDuration::from_secs(599));
    let back = visit(&world, &started).await;
    assert!(world.sign_in.complete("development", answer(&back), kept(&started)).await.is_ok());

    let late = world.sign_in.start(hint(1)).await.unwrap();
    let back = visit(&world, &late).await;
    (world.hand)(SignedDuration::from_secs(600));
    let refused = world.sign_in.complete("development", answer(&back), kept(&late)).await;
    assert!(matches!(refused, Err(SignInError::UnknownState)), "{refused:?}");
}

#[tokio::test]
async fn attack_stolen_code_does_not_fit_another_sign_in() {
    let world = world().await;
    let victim = world.sign_in.start(hint(1)).await.unwrap();
    let thief = world.sign_in.start(hint(2)).await.unwrap();
    let code = parameter(&visit(&world, &victim).await, "code").unwrap();
    let injected = with_parameter(&visit(&world, &thief).await, "code", &code);
    let refused = world.sign_in.complete("development", answer(&injected), kept(&thief)).await;
    let Err(SignInError::Exchange(reason)) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("code_verifier"), "{reason}");
}

#[tokio::test]
async fn attack_token_with_another_nonce_is_refused() {
    let world = world().await;
    let started = world.sign_in.start(hint(1)).await.unwrap();
    let changed = with_parameter(&started.redirect, "nonce", "another");
    let back = location(&world.browser.get(changed).send().await.unwrap());
    let refused = world.sign_in.complete("development", answer(&back), kept(&started)).await;
    let Err(error @ SignInError::Token(_)) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("nonce") && error.is_suspicious(), "{error}");
}

#[tokio::test]
async fn a_used_code_is_refused() {
    let world = world().await;
    let first = world.sign_in.start(hint(1)).await.unwrap();
    let back = visit(&world, &first).await;
    let code = parameter(&back, "code").unwrap();
    world.sign_in.complete("development", answer(&back), kept(&first)).await.unwrap();

    let second = world.sign_in.start(hint(1)).await.unwrap();
    let replayed = with_parameter(&visit(&world, &second).await, "code", &code);
    let refused = world.sign_in.complete("development", answer(&replayed), kept(&second)).await;
    let Err(SignInError::Exchange(reason)) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("invalid_grant"), "{reason}");
}

#[tokio::test]
async fn attack_answer_of_another_issuer_is_refused() {
    let world = world().await;
    let started = world.sign_in.start(hint(1)).await.unwrap();
    let mixed_up = with_parameter(&visit(&world, &started).await, "iss", "https://evil.example");
    let refused = world.sign_in.complete("development", answer(&mixed_up), kept(&started)).await;
    assert!(matches!(refused, Err(SignInError::OtherIssuer(_))), "{refused:?}");
}

#[tokio::test]
async fn declining_is_no_fault() {
    let world = world().await;
    let started = world.sign_in.start(Start::default()).await.unwrap();
    let mut form: Vec<(String, String)> = started.redirect.query_pairs().into_owned().collect();
    form.push(("cancel".into(), "1".into()));
    let answered =
        world.browser.post(format!("{}/authorize", world.issuer)).form(&form).send().await.unwrap();
    let refused = world.sign_in.complete("development", answer(&location(&answered)), kept(&started)).await;
    let Err(error @ SignInError::Declined) = refused else { panic!("{refused:?}") };
    assert_eq!(error.public_message(), "sign-in-declined");
    assert!(!error.is_suspicious());
}

#[tokio::test]
async fn other_errors_of_the_provider_are_told_apart() {
    let world = world().await;
    let started = world.sign_in.start(Start::default()).await.unwrap();
    let silent = with_parameter(&started.redirect, "prompt", "none");
    let back = location(&world.browser.get(silent).send().await.unwrap());
    let refused = world.sign_in.complete("development", answer(&back), kept(&started)).await;
    let Err(SignInError::Refused { code, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(code, "login_required");
}

#[tokio::test]
async fn a_silent_provider_is_unavailable_and_not_asked_again_at_once() {
    let (clock, hand) = clock();
    let issuer = "http://127.0.0.1:1/".parse().unwrap();
    let provider = Provider::new(config(&issuer), Transport::network().unwrap(), clock.clone());
    let sign_in = SignIn::new(vec![provider], &secret(), clock);
    for _ in 0..2 {
        let refused = sign_in.start(Start::default()).await;
        let Err(error @ SignInError::Unavailable { .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(error.public_message(), "sign-in-unavailable");
        hand(SignedDuration::from_secs(1));
    }
    let unknown = sign_in.start(Start { provider: Some("nowhere"), ..Start::default() }).await;
    assert!(matches!(unknown, Err(SignInError::UnknownProvider(_))));
}

#[tokio::test]
async fn signing_out_at_the_provider_comes_back() {
    let world = world().await;
    let end = world.sign_in.end_session("development", &AFTER.parse().unwrap(), None).await.unwrap().unwrap();
    let answered = world.browser.get(end).send().await.unwrap();
    assert_eq!(location(&answered).as_str(), AFTER);
    let end = world
        .sign_in
        .end_session("development", &"https://evil.example/".parse().unwrap(), Some("uk"))
        .await
        .unwrap()
        .unwrap();
    let answered = world.browser.get(end).send().await.unwrap();
    assert_eq!(answered.status(), 200);
    assert!(answered.text().await.unwrap().contains("Ви вийшли"));
}

#[test]
fn every_public_message_is_written_in_both_languages() {
    let errors = [
        SignInError::UnknownProvider(String::new()),
        SignInError::Configuration(String::new()),
        SignInError::Unavailable { provider: String::new(), reason: String::new() },
        SignInError::UnknownState,
        SignInError::OtherBrowser,
        SignInError::OtherIssuer(String::new()),
        SignInError::Declined,
        SignInError::OtherAccount,
        SignInError::OtherProvider { asked: String::new(), answered: String::new() },
        SignInError::NotSilently { return_to: ReturnTo::home(), binding: String::new() },
        SignInError::Refused { code: String::new(), description: String::new() },
        SignInError::NoCode,
        SignInError::Exchange(String::new()),
        SignInError::Token(String::new()),
        SignInError::Claims(""),
        SignInError::UserInfo(String::new()),
    ];
    for text in [include_str!("../locales/uk/identity.ftl"), include_str!("../locales/en/identity.ftl")] {
        for error in &errors {
            let key = format!("\n{} = ", error.public_message());
            assert!(text.contains(&key), "{key}");
        }
    }
}
