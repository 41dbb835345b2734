//! The adapter to the ЄДР against a double that follows the documented protocol and misbehaves on request.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;
use url::Url;
use vzaemo_registers::{Edr, EdrConfig, EdrError, Edrpou, LegalEntities as _, LegalEntity, State};
use vzaemo_test_edr::{Double, Misbehaviour, Subject, TOKEN};

const NAME: &str = "ГРОМАДСЬКА ОРГАНІЗАЦІЯ «ЧИСТІ БЕРЕГИ»";
const CODE: &str = "44900179";

async fn double() -> Double {
    Double::start(vec![
        Subject::registered("00032112", "ДЕРЖАВНЕ ПІДПРИЄМСТВО", &[]).in_state(2),
        Subject::registered(CODE, NAME, &[("ШЕВЧУК", "ГАННА МИКОЛАЇВНА"), ("", "")]),
        Subject::registered("43220150", "МІНІСТЕРСТВО", &[]).in_state(3),
    ])
    .await
}

fn edr(url: &Url, token: &str) -> Edr {
    Edr::new(&EdrConfig { patience: Duration::from_mins(1), ..EdrConfig::new(url.clone(), token) }).unwrap()
}

async fn find(double: &Double, code: &str) -> Result<Option<LegalEntity>, EdrError> {
    edr(&double.address, TOKEN).find(&code.parse::<Edrpou>().unwrap()).await
}

#[tokio::test]
async fn a_registered_entity_comes_with_its_heads() {
    let double = double().await;
    let found = find(&double, CODE).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.state, found.code.as_str()), (NAME, State::Registered, CODE));
    assert_eq!(found.heads.len(), 1, "a head without a name is none");
    assert!(found.heads.first().unwrap().is_named("Шевчук", "Ганна", Some("Миколаївна")));
    assert_eq!(double.asked(), ["/1.0/subjects?code=44900179", "/1.0/subjects/2"]);
}

#[tokio::test]
async fn an_entity_that_ends_or_has_ended_is_told_with_its_state_and_without_heads() {
    let double = double().await;
    let ending = find(&double, "00032112").await.unwrap().unwrap();
    assert_eq!((ending.state, ending.state_text.as_str()), (State::BeingTerminated, "в стані припинення"));
    assert_eq!(find(&double, "43220150").await.unwrap().unwrap().state, State::Ended);
    assert_eq!(double.asked().len(), 2, "no record is asked for");
}

#[tokio::test]
async fn an_unknown_code_is_none_and_no_failure() {
    assert_eq!(find(&double().await, "14360570").await.unwrap(), None);
}

#[tokio::test]
async fn the_path_of_the_address_stays_before_that_of_the_api() {
    let double = double().await;
    let behind = edr(&double.address.join("gate/edr").unwrap(), TOKEN);
    let error = behind.find(&CODE.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, EdrError::Trouble(404)), "{error:?}");
    assert!(format!("{behind:?}").contains("/gate/edr/1.0/subjects"), "{behind:?}");
}

#[tokio::test]
async fn a_wrong_token_is_the_holders_to_mend_and_stands_in_no_message() {
    let double = double().await;
    let config = EdrConfig::new(double.address.clone(), "a-wrong-token");
    assert!(!format!("{config:?} {:?}", Edr::new(&config).unwrap()).contains("a-wrong-token"));
    let error = Edr::new(&config).unwrap().find(&CODE.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, EdrError::Refused(401)) && error.is_the_holders(), "{error:?}");
    assert!(Edr::new(&EdrConfig::new(double.address, "two\nlines")).is_err());
}

#[tokio::test]
async fn a_register_that_does_not_answer_in_time_or_is_not_there_says_nothing_about_the_entity() {
    let double = double().await;
    double.misbehave(Misbehaviour::NoAnswer);
    let config =
        EdrConfig { patience: Duration::from_millis(200), ..EdrConfig::new(double.address.clone(), TOKEN) };
    let error = Edr::new(&config).unwrap().find(&CODE.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, EdrError::Unreachable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains(CODE), "the code stands in no message: {error:?}");

    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Url::parse(&format!("http://{}/", gone.local_addr().unwrap())).unwrap();
    drop(gone);
    let error = edr(&address, TOKEN).find(&CODE.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, EdrError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn attack_every_answer_that_is_not_the_protocols_is_refused() {
    let double = double().await;
    for misbehaviour in [
        Misbehaviour::BrokenJson,
        Misbehaviour::Html,
        Misbehaviour::StateAsText,
        Misbehaviour::ObjectForList,
        Misbehaviour::OtherCode,
        Misbehaviour::OtherRecord,
        Misbehaviour::TwoRegistered,
        Misbehaviour::ControlCharacters,
        Misbehaviour::NoName,
    ] {
        double.misbehave(misbehaviour);
        let error = find(&double, CODE).await.unwrap_err();
        assert!(
            matches!(error, EdrError::Malformed(_)) && !error.is_the_holders(),
            "{misbehaviour:?}: {error:?}"
        );
    }
    for status in [404, 406, 429, 500, 502, 503] {
        double.misbehave(Misbehaviour::Status(status));
        let error = find(&double, CODE).await.unwrap_err();
        assert!(matches!(error, EdrError::Trouble(known) if known == status), "{status}: {error:?}");
    }
    for status in [402, 403] {
        double.misbehave(Misbehaviour::Status(status));
        let error = find(&double, CODE).await.unwrap_err();
        assert!(matches!(error, EdrError::Refused(known) if known == status), "{status}: {error:?}");
    }
    double.misbehave(Misbehaviour::Huge);
    assert!(matches!(find(&double, CODE).await.unwrap_err(), EdrError::TooLarge(_)));
    double.misbehave(Misbehaviour::Redirects);
    assert!(matches!(find(&double, CODE).await.unwrap_err(), EdrError::Trouble(307)));
    assert!(!double.asked().iter().any(|asked| asked.contains("elsewhere")), "no redirect is followed");
    double.misbehave(Misbehaviour::None);
    assert!(find(&double, CODE).await.unwrap().is_some(), "and nothing of it stays");
}

#[tokio::test]
async fn of_two_records_of_a_code_the_registered_one_counts() {
    let double = double().await;
    double.misbehave(Misbehaviour::TerminatedBefore);
    let found = find(&double, CODE).await.unwrap().unwrap();
    assert_eq!((found.state, found.heads.len()), (State::Registered, 1));
}

#[tokio::test]
async fn an_entity_without_heads_has_none() {
    let double = double().await;
    double.misbehave(Misbehaviour::NullHeads);
    assert!(find(&double, CODE).await.unwrap().unwrap().heads.is_empty());
}
