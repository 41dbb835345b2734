//! Sign-in by id.gov.ua with the real program, against the double of the service.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use vzaemo_test_id_gov_ua::{CLIENT, Double, Misbehaviour, SECRET};
use vzaemo_tests::{Answer, Language, Person, Platform, Settings, host_message};

async fn stage() -> (Platform, Double, tempfile::TempDir) {
    let (double, folder) = (Double::start(&[]).await, tempfile::tempdir().unwrap());
    let secret = folder.path().join("client.secret");
    std::fs::write(&secret, SECRET).unwrap();
    let mut settings = Settings::default();
    settings.modules.clear();
    write!(
        settings.more,
        "[identity.id-gov-ua]\nname = {{ uk = \"id.gov.ua\", en = \"id.gov.ua\" }}\naddress = \"{}\"\nclient-id = \"{CLIENT}\"\nclient-secret-file = {:?}\n",
        double.address,
        secret.display().to_string(),
    )
    .unwrap();
    let platform = Platform::start(settings).await;
    double.may_return_to(platform.base().join("/sign-in/return/id-gov-ua").unwrap().as_str());
    (platform, double, folder)
}

/// Goes to the service, chooses a person there and comes back.
async fn sign_in(platform: &Platform, double: &Double, who: &str) -> (Person, Answer) {
    let person = platform.visitor();
    person.read_english().await;
    let begun = person.get("/sign-in/begin/id-gov-ua?to=/cabinet").await;
    let page = person.get(begun.led_to()).await;
    let link = page.html().links().into_iter().find(|link| link.ends_with(&format!("person={who}")));
    let link = double.address.join(&link.unwrap_or_else(|| panic!("{}", page.body))).unwrap();
    let back = person.get(link.as_str()).await;
    assert_eq!(back.status, 303, "{}", back.text());
    let answer = person.get(back.to.as_deref().unwrap()).await;
    (person, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_by_id_gov_ua() {
    let (platform, double, _folder) = stage().await;
    let visitor = platform.visitor();
    for language in Language::BOTH {
        visitor.read(language).await;
        let page = visitor.page("/sign-in").await.text();
        assert!(
            page.contains("id.gov.ua") && page.contains(&host_message(language, "sign-in-id-gov-ua")),
            "{page}"
        );
    }
    let (maria, answer) = sign_in(&platform, &double, "maria").await;
    assert_eq!(answer.led_to(), "/cabinet");
    assert!(maria.page("/cabinet").await.text().contains("Марія Іванівна Коваль"));
    assert!(maria.page("/cabinet/sessions").await.text().contains("id.gov.ua"));
    // Who signs for an organisation says in whose name they act.
    let (_, answer) = sign_in(&platform, &double, "taras").await;
    assert_eq!(answer.led_to(), "/cabinet/acting-for?to=%2Fcabinet");
    assert_eq!(double.tokens(), 0, "each access was given back");
    assert!(!platform.log().contains(SECRET) && !platform.log().contains("3300712340"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_fails_signs_nobody_in() {
    let (platform, double, _folder) = stage().await;
    for how in [
        Misbehaviour::OtherState,
        Misbehaviour::RefusesCode(vzaemo_test_id_gov_ua::ErrorForm::Message),
        Misbehaviour::WrongToken,
        Misbehaviour::HugeAnswer,
        Misbehaviour::NoJson,
        Misbehaviour::OtherPerson,
        Misbehaviour::Without("lastname"),
    ] {
        double.misbehave(how);
        let (person, answer) = sign_in(&platform, &double, "maria").await;
        assert_eq!(answer.status, 403, "{how:?}: {}", answer.text());
        assert_eq!(person.get("/cabinet").await.status, 303, "{how:?}");
    }
    // A code that the service takes twice opens one session all the same.
    double.misbehave(Misbehaviour::ReusesCodes);
    let (person, answer) = sign_in(&platform, &double, "maria").await;
    assert_eq!(answer.led_to(), "/cabinet");
    assert_eq!(person.page("/cabinet/sessions").await.text().matches("id.gov.ua").count(), 1);
    assert!(!platform.log().contains("client_secret"), "no secret in the log");
}
