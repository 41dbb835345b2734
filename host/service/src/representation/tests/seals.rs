//! Claims by an organisation's seal, on either engine.

use super::*;
use vzaemo_identity::{Challenge, Qualified, QualifiedConfig, QualifiedError};
use vzaemo_signature::Refusal;

const BODY: &str = "00032112";

fn organisation(code: &str) -> Organisation {
    Organisation { edrpou: code.parse().unwrap(), name: Some("ГО «Чисті береги»".into()) }
}

impl Place {
    /// Who takes seals, with the authority of development mode.
    fn seals(&self) -> Qualified {
        let config = QualifiedConfig { development: true, ..QualifiedConfig::default() };
        let base: url::Url = "https://vzaemo.example/".parse().unwrap();
        Qualified::new(config, base, &PlatformSecret::new([7; 32]), self.platform.security.clone()).unwrap()
    }

    /// The same persons and sessions without a register.
    fn without_register(&self) -> Representation {
        let (persons, sessions) = (&self.identity.persons, &self.identity.sessions);
        Representation::new(Arc::clone(&self.platform), Arc::clone(persons), Arc::clone(sessions), None)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_register_the_seal_alone_makes_staff_at_once() {
    for place in places(false).await {
        let (qualified, representation) = (place.seals(), place.without_register());
        let (before, session) = place.sign_in(1, None).await;
        let challenge = qualified.begin_seal(&session);
        let text = String::from_utf8(challenge.content.clone()).unwrap();
        assert!(text.contains("https://vzaemo.example/") && text.contains("діє від її імені"), "{text}");
        let seal = qualified.seal_as(&organisation(CODE), &challenge).unwrap();
        let sealed = qualified.complete_seal(&session, &challenge.code, seal).await.unwrap();
        assert_eq!(sealed.organisation, organisation(CODE));
        let (claim, token) = representation.claim_by_seal(&session, &sealed).await.unwrap();
        assert!(matches!(claim.state, ClaimState::Confirmed { head: false, .. }), "{claim:?}");
        let token = token.expect("the session goes on under another secret");
        assert!(place.live(&before).await.is_none());
        assert!(place.acts_for(&token, &code()).await);
        let again = place.sign_in(1, None).await;
        assert!(place.acts_for(&again.0, &code()).await, "after another sign-in too");
        assert!(!again.1.roles.heads(&code()), "who seals names nobody");
        assert_eq!(place.notices(session.person.id).await.len(), 1);
        // It ends as every claim does.
        place.legal.advance(SignedDuration::from_hours(366 * 24)).unwrap();
        representation.round().await.unwrap();
        assert!(!place.acts_for(&place.sign_in(1, None).await.0, &code()).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_register_the_seal_ties_and_the_register_judges() {
    for place in places(false).await {
        let qualified = place.seals();
        let claim = async |number: u32, code: &str| {
            let (_, session) = place.sign_in(number, None).await;
            let challenge = qualified.begin_seal(&session);
            let seal = qualified.seal_as(&organisation(code), &challenge).unwrap();
            let sealed = qualified.complete_seal(&session, &challenge.code, seal).await.unwrap();
            place.representation.claim_by_seal(&session, &sealed).await.unwrap().0.state
        };
        assert!(
            matches!(claim(HEAD, CODE).await, ClaimState::Confirmed { head: true, .. }),
            "named there as head"
        );
        assert!(
            matches!(claim(1, CODE).await, ClaimState::Confirmed { head: false, .. }),
            "anybody else: staff"
        );
        place.answers(Says::Knows(entity(EntityState::BeingTerminated)));
        let refused = claim(2, CODE).await;
        assert_eq!(refused, ClaimState::Refused { why: Refused::BeingTerminated });
        place.answers(Says::Nothing);
        assert_eq!(claim(3, CODE).await, ClaimState::ToVerify { tries: 1 }, "to be verified, never lost");
        place.answers(Says::Knows(entity(EntityState::Registered)));
        (place.wait)(SignedDuration::from_secs(10));
        assert_eq!(place.representation.round().await.unwrap(), 1);
        assert!(place.acts_for(&place.sign_in(3, None).await.0, &code()).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_seal_of_another_organisation_gives_no_right_to_this_one() {
    for place in places(false).await {
        let (qualified, representation) = (place.seals(), place.without_register());
        let (_, session) = place.sign_in(1, None).await;
        let challenge = qualified.begin_seal(&session);
        let seal = qualified.seal_as(&organisation(BODY), &challenge).unwrap();
        let sealed = qualified.complete_seal(&session, &challenge.code, seal).await.unwrap();
        let (claim, token) = representation.claim_by_seal(&session, &sealed).await.unwrap();
        assert_eq!(claim.edrpou.as_str(), BODY);
        let token = token.unwrap();
        assert!(!place.acts_for(&token, &code()).await);
        assert!(place.acts_for(&token, &BODY.parse().unwrap()).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_signature_of_a_person_does_not_pass_for_a_seal() {
    for place in places(false).await {
        let qualified = place.seals();
        let (_, session) = place.sign_in(HEAD, None).await;
        let challenge = qualified.begin_seal(&session);
        // Person 13 has a certificate of the organisation's staff.
        let staff = place.persons.person(HEAD).unwrap();
        let signature = qualified.sign_as(&staff, &challenge).unwrap();
        let refused = qualified.complete_seal(&session, &challenge.code, signature).await;
        assert!(matches!(refused, Err(QualifiedError::NoSeal)), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_sealed_challenge_serves_once() {
    for place in places(false).await {
        let (qualified, representation) = (place.seals(), place.without_register());
        let (_, session) = place.sign_in(1, None).await;
        let challenge = qualified.begin_seal(&session);
        let seal = qualified.seal_as(&organisation(CODE), &challenge).unwrap();
        let sealed = qualified.complete_seal(&session, &challenge.code, seal.clone()).await.unwrap();
        let (_, token) = representation.claim_by_seal(&session, &sealed).await.unwrap();
        // The right ends by itself; the session goes on, and the seal still verifies. That it has served is what counts.
        place.legal.advance(SignedDuration::from_hours(366 * 24)).unwrap();
        let token = token.unwrap();
        assert!(!place.acts_for(&token, &code()).await);
        let session = place.live(&token).await.unwrap();
        let sealed = qualified.complete_seal(&session, &challenge.code, seal).await.unwrap();
        let again = representation.claim_by_seal(&session, &sealed).await;
        assert!(matches!(again, Err(NotDone::SealUsed)), "{again:?}");
        (place.wait)(SignedDuration::from_mins(31));
        let late = qualified.seal_challenge(&challenge.code, &session);
        assert!(late.is_err(), "and its time is over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_challenge_sealed_for_another_session_proves_nothing() {
    for place in places(false).await {
        let qualified = place.seals();
        let (_, mine) = place.sign_in(1, None).await;
        let (_, others) = place.sign_in(2, None).await;
        let challenge = qualified.begin_seal(&mine);
        let seal = qualified.seal_as(&organisation(CODE), &challenge).unwrap();
        (place.wait)(SignedDuration::from_secs(1));
        let (_, later) = place.sign_in(1, None).await;
        for session in [&others, &later] {
            let refused = qualified.complete_seal(session, &challenge.code, seal.clone()).await;
            let digest = matches!(refused, Err(QualifiedError::Refused(Refusal::DigestMismatch)));
            assert!(digest, "{refused:?}");
        }
        // Nor does what was signed for a sign-in pass here, or a code that the platform never made.
        let (sign_in, _) = qualified.begin(&vzaemo_identity::ReturnTo::home());
        let seal = qualified.seal_as(&organisation(CODE), &sign_in).unwrap();
        for code in [sign_in.code.as_str(), "", "x"] {
            let refused = qualified.complete_seal(&mine, code, seal.clone()).await;
            assert!(matches!(refused, Err(QualifiedError::Challenge(_))), "{refused:?}");
        }
        let forged = Challenge { code: challenge.code.clone(), content: b"anything".to_vec() };
        let seal = qualified.seal_as(&organisation(CODE), &forged).unwrap();
        assert!(qualified.complete_seal(&mine, &challenge.code, seal).await.is_err());
    }
}
