//! Proving by an organisation's seal, made by OpenSSL, that one represents it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use vzaemo_tests::{Answer, Authority, Form, Language, Person, Platform, Profile, Settings, host_message};

const PAGE: &str = "/cabinet/organisations";
const SEAL: &str = "/cabinet/organisations/by-seal";
const ORGANISATION: &str = "00032112";

fn said(key: &str) -> String {
    host_message(Language::En, key)
}

async fn trusting(authority: &Authority, settings: Settings) -> Platform {
    let trust = authority.certificate().display().to_string();
    let unasked = "revocation = { fetch-lists = false, ocsp = false, when-unknown = \"accept\" }";
    let more = format!("\n[identity.qualified-signature]\ntrust = [{trust:?}]\n{unasked}\n");
    Platform::start(Settings { modules: BTreeMap::new(), more, ..settings }).await
}

/// The form that takes the seal, and what is to be sealed.
async fn challenge(person: &Person) -> (Form, Vec<u8>) {
    let page = person.page(SEAL).await;
    let form =
        page.forms().into_iter().find(|form| form.action.starts_with(SEAL) && form.action.contains("code="));
    let form = form.expect("a form that takes the seal");
    let code = form.action.split_once('?').unwrap().1;
    let content = person.download(&format!("{SEAL}/code?{code}")).await;
    (form, content)
}

async fn send(person: &Person, form: &Form, seal: &[u8]) -> Answer {
    person.submit_files(form, &[("signature", "code.p7s", seal)]).await
}

async fn seals_are_taken(settings: Settings) {
    let authority = Authority::new("Provider");
    let platform = trusting(&authority, settings).await;
    let person = platform.person(1).await;
    person.read_english().await;
    assert!(person.page(PAGE).await.links().contains(&SEAL.to_owned()));
    let seal = authority.certify(&Profile::seal("Приклад і партнери", ORGANISATION));
    let (form, content) = challenge(&person).await;
    let sealed = seal.sign(&content, false);
    assert_eq!(send(&person, &form, &sealed).await.led_to(), PAGE);
    let page = person.page(PAGE).await.text();
    assert!(page.contains("Приклад і партнери") && page.contains(&said("organisation-confirmed")), "{page}");
    person.act_for(ORGANISATION).await;
    assert!(person.page("/").await.text().contains("Приклад і партнери"), "it stands in the header");
    // The same once more: it has served.
    let again = send(&person, &form, &sealed).await;
    assert_eq!(again.status, 403, "{}", again.text());
    assert!(again.text().contains(&said("seal-used")), "{}", again.text());
    let (verified, told) = platform.verify().await;
    assert!(verified, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_of_an_organisation_lets_a_person_act_for_it() {
    seals_are_taken(Settings::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_of_an_organisation_lets_a_person_act_for_it_on_postgresql() {
    seals_are_taken(Settings::default().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_seals_of_others_and_signatures_of_persons_confirm_nothing() {
    let (authority, unknown) = (Authority::new("Provider"), Authority::new("Somebody"));
    let platform = trusting(&authority, Settings::default()).await;
    let (person, other) = (platform.person(1).await, platform.person(2).await);
    person.read_english().await;
    other.read_english().await;
    let seal = Profile::seal("Приклад і партнери", ORGANISATION);
    let without_code =
        Profile { subject: "/C=UA/CN=Приклад/O=Приклад".to_owned(), ..seal.clone() };
    // A certificate of a person that says it is a seal's.
    let disguised = Profile {
        seal: true,
        ..Profile::person("Приклад", "Олена", "3300712340")
            .of_organisation("Приклад і партнери", ORGANISATION)
    };
    let staff = Profile { seal: false, ..disguised.clone() };
    let (form, content) = challenge(&person).await;
    let (_, others) = challenge(&other).await;
    for (what, signer, content, key) in [
        ("a person's signature", authority.certify(&staff), &content, "seal-of-person"),
        ("a person's, called a seal", authority.certify(&disguised), &content, "seal-of-person"),
        ("a seal without a code", authority.certify(&without_code), &content, "seal-no-organisation"),
        ("an unknown authority", unknown.certify(&seal), &content, "signature-untrusted"),
        ("the challenge of another session", authority.certify(&seal), &others, "signature-other-content"),
    ] {
        let refused = send(&person, &form, &signer.sign(content, false)).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text());
        assert!(refused.text().contains(&said(key)), "{what}: {}", refused.text());
        let acts = person.post("/cabinet/acting-for", &[("acting_for", ORGANISATION), ("to", "/")]).await;
        assert_eq!(acts.status, 403, "{what}");
    }
    // A seal signs in nobody, as before.
    let visitor = platform.visitor();
    visitor.read_english().await;
    let sign_in = "/sign-in/signature";
    let begun = visitor.form(&format!("{sign_in}?to=/cabinet"), sign_in).await;
    let code = begun.value("code").unwrap();
    let content = visitor.download(&format!("{sign_in}/code?code={code}")).await;
    let sealed = authority.certify(&seal).sign(&content, false);
    let refused = visitor.submit_files(&begun, &[("signature", "code.p7s", &sealed)]).await;
    assert!(refused.status == 422 && refused.text().contains(&said("signature-seal")), "{}", refused.text());
}
