//! Sign-in by id.gov.ua, against a double that follows its protocol strictly and misbehaves on request.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use support::*;
use url::Url;
use vzaemo_clock::SignedDuration;
use vzaemo_identity::{
    Assurance, Attested, AuthType, DecryptError, Decryptor, IdGovUa, IdGovUaConfig, Method, ProvenKey,
    ReturnTo, SignIn, SignInError, Start, Started, Transport,
};
use vzaemo_test_id_gov_ua::{
    CLIENT as ID_CLIENT, Double, ErrorForm, Misbehaviour, SECRET as ID_SECRET, seal,
};

struct Stage {
    sign_in: SignIn,
    double: Double,
    browser: reqwest::Client,
    hand: Hand,
}

struct Opener(&'static str);

impl Decryptor for Opener {
    fn certificate(&self) -> &str {
        seal::CERTIFICATE
    }

    fn decrypt<'a>(&'a self, sealed: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, DecryptError>> {
        let opened = seal::open(self.0, sealed).ok_or_else(|| DecryptError("it is not for us".to_owned()));
        Box::pin(async { opened })
    }
}

fn config(double: &Double) -> IdGovUaConfig {
    IdGovUaConfig {
        id: "id-gov-ua".into(),
        address: double.address.clone(),
        client_id: ID_CLIENT.into(),
        client_secret: ID_SECRET.into(),
        redirect: CALLBACK.parse().unwrap(),
        name: ("id.gov.ua".into(), "id.gov.ua".into()),
        auth_types: AuthType::ALL.to_vec(),
        assurance: Assurance::Substantial,
        assurance_by_device: Assurance::High,
    }
}

async fn stage_with(
    patience: Duration,
    change: impl FnOnce(&mut IdGovUaConfig),
    opener: Option<Opener>,
) -> Stage {
    let double = Double::start(&[CALLBACK]).await;
    let mut config = config(&double);
    change(&mut config);
    let mut service = IdGovUa::new(config, Transport::network_within(patience).unwrap());
    if let Some(opener) = opener {
        service = service.sealed_for(Arc::new(opener));
    }
    let (clock, hand) = clock();
    Stage { sign_in: SignIn::new([service], &secret(), clock), double, browser: browser(), hand }
}

async fn stage() -> Stage {
    stage_with(Duration::from_mins(1), |_| (), None).await
}

impl Stage {
    async fn begin(&self) -> Started {
        let start = Start { return_to: ReturnTo::parse("/notes/7"), ..Start::default() };
        self.sign_in.start(start).await.unwrap()
    }

    /// Goes to the service, chooses a person there and comes back.
    async fn visit(&self, started: &Started, person: &str) -> Url {
        let page = self.browser.get(started.redirect.clone()).send().await.unwrap();
        let (status, html) = (page.status(), page.text().await.unwrap());
        assert_eq!(status, 200, "the service takes what it is asked: {html}");
        let link = format!("&person={person}");
        let link = html.split('"').find(|part| part.ends_with(&link)).unwrap();
        let link = self.double.address.join(link).unwrap();
        location(&self.browser.get(link).send().await.unwrap())
    }

    async fn sign_in(&self, person: &str) -> Result<Attested, SignInError> {
        let started = self.begin().await;
        let back = self.visit(&started, person).await;
        let completed = self.sign_in.complete("id-gov-ua", answer(&back), kept(&started)).await?;
        assert_eq!(completed.return_to.as_str(), "/notes/7");
        Ok(completed.attested)
    }

    async fn misbehaving(&self, how: Misbehaviour) -> Result<Attested, SignInError> {
        self.double.misbehave(how);
        self.sign_in("maria").await
    }
}

#[tokio::test]
async fn a_person_is_attested_with_codes_and_name() {
    let stage = stage().await;
    let maria = stage.sign_in("maria").await.unwrap();
    assert_eq!(maria.method, Method::IdGovUa { provider: "id-gov-ua".into() });
    assert_eq!((maria.issuer.as_str(), maria.subject.as_str()), (stage.double.address.as_str(), "maria"));
    assert_eq!(maria.name.in_full(), "Марія Іванівна Коваль");
    assert_eq!(maria.assurance, Assurance::Substantial);
    assert_eq!(rnokpp(&maria.key.unwrap()), "3300712340");
    assert_eq!(maria.organisation, None);
    // The access is given back, for it is needed no more.
    assert_eq!(stage.double.asked(), ["authorize", "access", "info", "leave"]);
    assert_eq!(stage.double.tokens(), 0);
}

#[tokio::test]
async fn a_qualified_device_makes_surer_and_an_organisation_is_told() {
    let taras = stage().await.sign_in("taras").await.unwrap();
    assert_eq!(taras.assurance, Assurance::High);
    let organisation = taras.organisation.unwrap();
    assert_eq!(organisation.edrpou.as_str(), "00032112");
    assert_eq!(organisation.name.as_deref(), Some("Громадська організація"));
}

#[tokio::test]
async fn a_passports_number_is_no_code_and_unzr_is_one() {
    let stage = stage().await;
    let olena = stage.sign_in("olena").await.unwrap();
    assert!(matches!(&olena.key, Some(ProvenKey::Unzr(unzr)) if unzr.reveal() == "19900101-01234"));
    assert_eq!(olena.name.patronymic, None);
    assert_eq!(stage.sign_in("yurii").await.unwrap().key, None);
}

#[tokio::test]
async fn an_identity_that_is_not_sure_proves_no_code() {
    let low = |config: &mut IdGovUaConfig| config.assurance = Assurance::Low;
    let stage = stage_with(Duration::from_mins(1), low, None).await;
    let maria = stage.sign_in("maria").await.unwrap();
    assert_eq!((maria.assurance, maria.key), (Assurance::Low, None));
}

#[tokio::test]
async fn the_service_is_asked_just_as_it_wants() {
    let stage = stage().await;
    let started = stage.begin().await;
    let names: Vec<String> = started.redirect.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["response_type", "client_id", "auth_type", "state", "redirect_uri"]);
    assert_eq!(
        parameter(&started.redirect, "auth_type").as_deref(),
        Some("dig_sign,bank_id,mobile_id,diia_id")
    );
    let state = parameter(&started.redirect, "state").unwrap();
    assert!((10..=512).contains(&state.len()), "{}", state.len());
    assert_eq!(started.redirect.path(), "/");
    let one = |config: &mut IdGovUaConfig| config.auth_types = vec![AuthType::DiiaId];
    let stage = stage_with(Duration::from_mins(1), one, None).await;
    assert_eq!(parameter(&stage.begin().await.redirect, "auth_type").as_deref(), Some("diia_id"));
}

#[tokio::test]
async fn attack_wrong_or_missing_state_is_refused_before_anything_is_asked() {
    let stage = stage().await;
    for how in [Misbehaviour::OtherState, Misbehaviour::NoState] {
        let refused = stage.misbehaving(how).await;
        assert!(matches!(refused, Err(SignInError::UnknownState)), "{how:?}: {refused:?}");
    }
    assert!(!stage.double.asked().contains(&"access"));
    // Nor does another browser's answer serve, nor one that comes too late.
    stage.double.misbehave(Misbehaviour::None);
    let started = stage.begin().await;
    let back = stage.visit(&started, "maria").await;
    let refused = stage.sign_in.complete("id-gov-ua", answer(&back), |_| None).await;
    assert!(matches!(refused, Err(SignInError::OtherBrowser)), "{refused:?}");
    (stage.hand)(SignedDuration::from_mins(10));
    let refused = stage.sign_in.complete("id-gov-ua", answer(&back), kept(&started)).await;
    assert!(matches!(refused, Err(SignInError::UnknownState)), "{refused:?}");
}

#[tokio::test]
async fn attack_code_serves_once_even_if_the_service_forgets() {
    let stage = stage().await;
    let started = stage.begin().await;
    let back = stage.visit(&started, "maria").await;
    stage.sign_in.complete("id-gov-ua", answer(&back), kept(&started)).await.unwrap();
    let again = stage.sign_in.complete("id-gov-ua", answer(&back), kept(&started)).await;
    assert!(matches!(again, Err(SignInError::Refused { .. })), "the service takes its code once: {again:?}");

    stage.double.misbehave(Misbehaviour::ReusesCodes);
    let started = stage.begin().await;
    let back = stage.visit(&started, "maria").await;
    let first = stage.sign_in.complete("id-gov-ua", answer(&back), kept(&started)).await.unwrap();
    let second = stage.sign_in.complete("id-gov-ua", answer(&back), kept(&started)).await.unwrap();
    // Both name the same sign-in, of which the sessions open one.
    assert_eq!(first.once, second.once);
}

#[tokio::test]
async fn every_form_of_error_is_told_apart_from_an_answer() {
    let stage = stage().await;
    for form in [ErrorForm::Description, ErrorForm::Message, ErrorForm::Number] {
        for how in [
            Misbehaviour::RefusesPerson(form),
            Misbehaviour::RefusesCode(form),
            Misbehaviour::RefusesToken(form),
        ] {
            let refused = stage.misbehaving(how).await;
            let Err(SignInError::Refused { code, description }) = refused else {
                panic!("{how:?}: {refused:?}")
            };
            let expected = match form {
                ErrorForm::Number => ("2", ""),
                _ => ("invalid_request", "опис помилки"),
            };
            assert_eq!((code.as_str(), description.as_str()), expected, "{how:?}");
        }
    }
}

#[tokio::test]
async fn access_must_be_usable() {
    let stage = stage().await;
    for how in [
        Misbehaviour::OtherTokenType,
        Misbehaviour::NoExpiry,
        Misbehaviour::ExpiryAsWords,
        Misbehaviour::NoUser,
    ] {
        let refused = stage.misbehaving(how).await;
        assert!(
            matches!(refused, Err(SignInError::Exchange(_) | SignInError::UserInfo(_))),
            "{how:?}: {refused:?}"
        );
    }
    assert!(!stage.double.asked().contains(&"info"), "nobody is asked about without access");
    assert!(stage.misbehaving(Misbehaviour::ExpiryAsNumber).await.is_ok(), "a number is as good as a text");
    let refused = stage.misbehaving(Misbehaviour::WrongToken).await;
    assert!(matches!(refused, Err(SignInError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn who_the_person_is_must_be_told_and_of_the_right_one() {
    let stage = stage().await;
    for field in ["lastname", "givenname"] {
        let refused = stage.misbehaving(Misbehaviour::Without(field)).await;
        assert!(matches!(refused, Err(SignInError::Claims(_))), "{field}: {refused:?}");
    }
    for field in ["middlename", "edrpoucode", "isqscd", "o", "unzr"] {
        assert!(stage.misbehaving(Misbehaviour::Without(field)).await.is_ok(), "{field} may be missing");
    }
    assert_eq!(stage.misbehaving(Misbehaviour::Without("drfocode")).await.unwrap().key, None);
    let refused = stage.misbehaving(Misbehaviour::OtherPerson).await;
    assert!(matches!(refused, Err(SignInError::UserInfo(_))), "{refused:?}");
}

#[tokio::test]
async fn answers_that_are_huge_late_or_no_answers_are_given_up() {
    let stage = stage_with(Duration::from_millis(500), |_| (), None).await;
    for how in
        [Misbehaviour::HugeAnswer, Misbehaviour::NoAnswer, Misbehaviour::NoJson, Misbehaviour::Redirects]
    {
        let refused = stage.misbehaving(how).await;
        let Err(error @ (SignInError::Exchange(_) | SignInError::UserInfo(_))) = refused else {
            panic!("{how:?}: {refused:?}");
        };
        let said = format!("{error} {error:?}");
        assert!(!said.contains("secret") && !said.contains("client_id"), "no secret in a message: {said}");
    }
}

#[tokio::test]
async fn a_sealed_answer_is_opened_and_an_open_one_refused() {
    let patience = Duration::from_mins(1);
    let stage = stage_with(patience, |_| (), Some(Opener(seal::CERTIFICATE))).await;
    let maria = stage.sign_in("maria").await.unwrap();
    assert_eq!(rnokpp(&maria.key.unwrap()), "3300712340");
    for how in [Misbehaviour::NotSealed, Misbehaviour::SealedAndChanged] {
        let refused = stage.misbehaving(how).await;
        assert!(matches!(refused, Err(SignInError::UserInfo(_))), "{how:?}: {refused:?}");
    }
    let other = stage_with(patience, |_| (), Some(Opener("another certificate"))).await;
    let refused = other.sign_in("maria").await;
    assert!(matches!(refused, Err(SignInError::UserInfo(_))), "{refused:?}");
}
