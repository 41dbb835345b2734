//! Sign-in by qualified signature: whose it is, what becomes of a challenge, and damage to a signature.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use support::*;
use url::Url;
use vzaemo_clock::{SecurityClock, SignedDuration};
use vzaemo_identity::dev::{DevPerson, DevPersons};
use vzaemo_identity::{
    Assurance, Challenge, Completed, Edrpou, IdentityError, Method, Opening, PlatformSecret, Qualified,
    QualifiedConfig, QualifiedError, ReturnTo, RevocationConfig, Role, SignInError,
};
use vzaemo_identity::{Binding, unrecorded};
use vzaemo_signature::Refusal;

fn platform_at(base: &str, secret: &PlatformSecret, clock: &SecurityClock) -> Qualified {
    let config = QualifiedConfig { development: true, ..QualifiedConfig::default() };
    Qualified::new(config, base.parse().unwrap(), secret, clock.clone()).unwrap()
}

fn platform(clock: &SecurityClock) -> Qualified {
    platform_at("https://vzaemo.example/", &secret(), clock)
}

fn person(number: u32) -> DevPerson {
    DevPersons::new(7).unwrap().person(number).unwrap()
}

fn begin(platform: &Qualified) -> (Challenge, Binding) {
    platform.begin(&ReturnTo::parse("/items/7").unwrap())
}

async fn complete(
    platform: &Qualified,
    challenge: &Challenge,
    binding: &Binding,
    signature: &[u8],
) -> Result<Completed, QualifiedError> {
    let bound = |id: &str| (id == binding.id).then_some(binding.value.as_str());
    platform.complete(&challenge.code, bound, signature.to_vec()).await
}

#[tokio::test]
async fn a_signature_attests_its_person_at_any_node() {
    let (clock, _) = clock();
    let (one, other) = (platform(&clock), platform(&clock));
    // With РНОКПП, with УНЗР, and as staff of an organisation.
    for number in [1, 6, 13, 1000] {
        let person = person(number);
        let (challenge, binding) = begin(&one);
        let signature = other.sign_as(&person, &other.challenge(&challenge.code).unwrap()).unwrap();
        let completed = complete(&other, &challenge, &binding, &signature).await.unwrap();
        assert_eq!(completed.return_to.as_str(), "/items/7");
        assert_eq!(completed.binding, binding.id);
        let attested = completed.attested;
        assert_eq!(attested.key.as_ref(), Some(&person.key), "{number}");
        assert_eq!(attested.name, person.name, "signing in by another way is no change of name");
        assert_eq!(attested.organisation, person.organisation);
        assert_eq!((attested.method, attested.assurance), (Method::QualifiedSignature, Assurance::High));
    }
}

#[tokio::test]
async fn a_challenge_runs_out_and_is_one_of_this_platform_and_browser() {
    let (clock, hand) = clock();
    let platform = platform(&clock);
    let (challenge, binding) = begin(&platform);
    let signature = platform.sign_as(&person(1), &challenge).unwrap();
    hand(SignedDuration::from_mins(29));
    assert!(complete(&platform, &challenge, &binding, &signature).await.is_ok());
    hand(SignedDuration::from_mins(1));
    let late = complete(&platform, &challenge, &binding, &signature).await;
    assert!(matches!(late, Err(QualifiedError::Challenge(SignInError::UnknownState))), "{late:?}");
    assert!(platform.challenge(&challenge.code).is_err(), "nor can it be downloaded any more");

    let (challenge, binding) = begin(&platform);
    let signature = platform.sign_as(&person(1), &challenge).unwrap();
    let (_, foreign) = begin(&platform);
    for value in [None, Some(foreign.value.as_str()), Some(""), Some("a.b")] {
        let refused = platform.complete(&challenge.code, |_| value, signature.clone()).await;
        assert!(matches!(refused, Err(QualifiedError::Challenge(SignInError::OtherBrowser))), "{refused:?}");
    }

    // What an identity provider was sent is no challenge, though all nodes can read both.
    let world = world().await;
    let started = world.sign_in.start(hint(1)).await.unwrap();
    let state = parameter(&started.redirect, "state").unwrap();
    let kept = kept(&started);
    let crossed = platform_at("https://vzaemo.example/", &secret(), &world.clock)
        .complete(&state, kept, signature.clone())
        .await;
    assert!(matches!(crossed, Err(QualifiedError::Challenge(SignInError::UnknownState))), "{crossed:?}");

    // Another platform trusts neither the challenge nor, with the same secret, its own address in it.
    let stranger = platform_at("https://vzaemo.example/", &PlatformSecret::new([8; 32]), &clock);
    let refused = complete(&stranger, &challenge, &binding, &signature).await;
    assert!(matches!(refused, Err(QualifiedError::Challenge(SignInError::UnknownState))), "{refused:?}");
    let elsewhere = platform_at("https://other.example/", &secret(), &clock);
    let refused = complete(&elsewhere, &challenge, &binding, &signature).await;
    assert!(matches!(refused, Err(QualifiedError::Refused(Refusal::DigestMismatch))), "{refused:?}");
}

#[tokio::test]
async fn outside_development_its_authority_is_not_there() {
    let (clock, _) = clock();
    let base: Url = "https://vzaemo.example/".parse().unwrap();
    let real = Qualified::new(QualifiedConfig::default(), base, &secret(), clock.clone()).unwrap();
    let (challenge, binding) = begin(&real);
    assert!(real.sign_as(&person(1), &challenge).is_none() && !real.is_development());
    let signature = platform(&clock).sign_as(&person(1), &challenge).unwrap();
    let refused = complete(&real, &challenge, &binding, &signature).await;
    assert!(matches!(refused, Err(QualifiedError::Refused(Refusal::UntrustedIssuer { .. }))), "{refused:?}");
}

#[tokio::test]
async fn one_signature_opens_one_session() {
    let house = house().await;
    let platform = platform(&house.clock);
    let (challenge, binding) = begin(&platform);
    let signature = platform.sign_as(&person(1), &challenge).unwrap();
    let (one, two) = tokio::join!(
        complete(&platform, &challenge, &binding, &signature),
        complete(&platform, &challenge, &binding, &signature)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let sessions = &house.identity.sessions;
    let opening = |completed| {
        let once: &'static Completed = Box::leak(Box::new(completed));
        sessions.open(&once.attested, Opening { once: Some(&once.once), ..Opening::default() }, &|_, _| {
            Box::pin(async { Ok(()) })
        })
    };
    let (one, two) = tokio::join!(opening(one), opening(two));
    let outcomes = [one.is_ok(), two.is_ok()];
    assert!(outcomes == [true, false] || outcomes == [false, true], "{outcomes:?}");
    let refused = one.err().or(two.err()).unwrap();
    assert!(matches!(refused, IdentityError::SignInUsed), "{refused}");
}

#[tokio::test]
async fn a_surer_sign_in_is_the_same_persons_and_goes_on_where_they_were() {
    let house = house().await;
    let sessions = &house.identity.sessions;
    let record: vzaemo_identity::SignInRecorder<'_> = &|_, _| Box::pin(async { Ok(()) });
    // Person 13 was attested with an organisation, and represents another one by a role.
    let (token, before) = sessions.open(&attested(13), Opening::default(), record).await.unwrap();
    let edrpou = before.organisation.clone().unwrap().edrpou;
    let (token, _) = sessions.act_for(token.secret(), Some(&edrpou)).await.unwrap();
    (house.hand)(SignedDuration::from_mins(50));
    assert!(sessions.lookup(token.secret()).await.unwrap().is_some());

    let opening =
        Opening { previous: Some(token.secret()), signed_in: Some(before.person.id), ..Opening::default() };
    let refused = sessions.open(&attested(1), opening, record).await;
    assert!(matches!(refused, Err(IdentityError::OtherPerson)), "{refused:?}");
    let kept = sessions.lookup(token.secret()).await.unwrap().expect("the session goes on");
    assert_eq!(kept.acting_for.map(|it| it.edrpou), Some(edrpou.clone()));
    let none = house.identity.sessions.of(before.person.id).await.unwrap();
    assert_eq!(none.len(), 1, "nobody else was signed in");

    let surer =
        vzaemo_identity::Attested { method: Method::QualifiedSignature, organisation: None, ..attested(13) };
    let (next, after) = sessions.open(&surer, opening, record).await.unwrap();
    assert_eq!(after.person.id, before.person.id);
    assert_eq!(after.acting_for.map(|it| it.edrpou), Some(edrpou.clone()), "in whose name they act stays");
    assert!(sessions.lookup(token.secret()).await.unwrap().is_none(), "the token is a new one");
    // What was attested at the first sign-in holds no longer than that sign-in would have.
    for _ in 0..12 {
        (house.hand)(SignedDuration::from_mins(55));
        sessions.lookup(next.secret()).await.unwrap();
    }
    (house.hand)(SignedDuration::from_mins(15));
    assert!(sessions.lookup(next.secret()).await.unwrap().is_none(), "twelve hours after the first sign-in");

    // Somebody who no longer may act for the organisation does not go on doing so.
    let role = Role::OrganisationRepresentative { edrpou: "00032112".parse::<Edrpou>().unwrap() };
    let id = house.identity.persons.ensure(&attested(2)).await.unwrap().id;
    house.identity.grants.grant(id, &role, None, &unrecorded).await.unwrap();
    let (token, session) = sessions.open(&attested(2), Opening::default(), record).await.unwrap();
    sessions.act_for(token.secret(), Some(&"00032112".parse().unwrap())).await.unwrap();
    house.identity.grants.revoke(id, &role, &unrecorded).await.unwrap();
    let opening =
        Opening { previous: Some(token.secret()), signed_in: Some(session.person.id), ..Opening::default() };
    let (_, after) = sessions.open(&attested(2), opening, record).await.unwrap();
    assert_eq!(after.acting_for, None);
}

#[tokio::test]
async fn more_than_may_wait_are_told_so() {
    let (clock, _) = clock();
    // Takes connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/list", listener.local_addr().unwrap());
    let revocation = RevocationConfig {
        addresses: vec![address.parse().unwrap()],
        timeout: Duration::from_mins(10),
        ..RevocationConfig::default()
    };
    let config = QualifiedConfig { development: true, revocation, ..QualifiedConfig::default() };
    let base = "https://vzaemo.example/".parse().unwrap();
    let platform = Arc::new(Qualified::new(config, base, &secret(), clock).unwrap());
    let (challenge, binding) = begin(&platform);
    let signature = platform.sign_as(&person(1), &challenge).unwrap();
    let mut under_way = Vec::new();
    for _ in 0..65 {
        let (platform, challenge, binding, signature) =
            (Arc::clone(&platform), challenge.clone(), binding.clone(), signature.clone());
        under_way
            .push(tokio::spawn(async move { complete(&platform, &challenge, &binding, &signature).await }));
    }
    // All but one wait for the list; that one is told at once.
    let (first, _, rest) = futures::future::select_all(under_way).await;
    assert!(matches!(first.unwrap(), Err(QualifiedError::Busy)));
    for waiting in rest {
        waiting.abort();
    }
}

#[test]
fn every_refusal_is_written_in_both_languages() {
    // The codes as the verifier has them in its source: what is added there is missed here.
    let source = include_str!("../../signature/src/refusal.rs");
    let codes: Vec<&str> = source
        .split('"')
        .filter(|text| text.starts_with("signature-") && !text.contains(' '))
        .chain([
            "signature-no-person",
            "signature-seal",
            "signature-busy",
            "seal-of-person",
            "seal-no-organisation",
        ])
        .collect();
    assert!(codes.len() > 14, "{codes:?}");
    for text in [include_str!("../locales/uk/qualified.ftl"), include_str!("../locales/en/qualified.ftl")] {
        for code in &codes {
            assert!(text.contains(&format!("\n{code} = ")), "{code}");
        }
    }
}

/// Damage to a file, at places given by their share of its length.
#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (at(), at()).prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(mut file: Vec<u8>, by: &[Damage]) -> Vec<u8> {
    for one in by {
        if file.is_empty() {
            return file;
        }
        match one {
            Damage::Flip(at, bit) => {
                let at = at.index(file.len());
                file[at] ^= 1 << bit;
            }
            Damage::Set(at, byte) => {
                let at = at.index(file.len());
                file[at] = *byte;
            }
            Damage::Cut(at) => file.truncate(at.index(file.len())),
            Damage::Insert(at, bytes) => {
                let at = at.index(file.len());
                file.splice(at..at, bytes.iter().copied());
            }
            Damage::Repeat(from, to) => {
                let (from, to) = (from.index(file.len()), to.index(file.len()));
                let part = file[from.min(to)..from.max(to)].to_vec();
                file.extend(part);
            }
        }
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// A damaged file panics nowhere and signs in nobody, unless only bytes were changed that say nothing: then the
    /// very same person.
    #[test]
    fn attack_damage_signs_in_nobody_else(damages in prop::collection::vec(damage(), 1..4), as_text in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (clock, _) = clock();
        let platform = platform(&clock);
        let (challenge, binding) = begin(&platform);
        let person = person(1);
        let good = platform.sign_as(&person, &challenge).unwrap();
        let text = |bytes: &[u8]| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes()
        };
        let file = damaged(if as_text { text(&good) } else { good }, &damages);
        if let Ok(completed) = runtime.block_on(complete(&platform, &challenge, &binding, &file)) {
            prop_assert_eq!(completed.attested.key, Some(person.key));
            prop_assert_eq!(completed.attested.name, person.name);
        }
    }

    /// The last part of a signature is its value and what it covers: whatever changes there, nobody is signed in.
    #[test]
    fn attack_changed_bit_in_what_is_signed_signs_in_nobody(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (clock, _) = clock();
        let platform = platform(&clock);
        let (challenge, binding) = begin(&platform);
        let mut file = platform.sign_as(&person(1), &challenge).unwrap();
        // Signed attributes, algorithm and value take more than this.
        let covered = file.len() - 150..file.len();
        file[covered.start + at.index(covered.len())] ^= 1 << bit;
        let outcome = runtime.block_on(complete(&platform, &challenge, &binding, &file));
        prop_assert!(outcome.is_err());
    }
}
