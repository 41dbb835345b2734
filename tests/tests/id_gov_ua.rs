//! Sign-in by id.gov.ua with the real program, against the double of the service.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use vzaemo_test_id_gov_ua::{CLIENT, Double, Misbehaviour, SECRET};
use vzaemo_tests::{Answer, Language, Person, Platform, Settings, host_message};

async fn stage() -> (Platform, Double, tempfile::TempDir) {
    stage_with(|_| String::new()).await
}

/// `more` is what stands in the section of the service besides; it is told the folder of the secret.
async fn stage_with(more: impl FnOnce(&Path) -> String) -> (Platform, Double, tempfile::TempDir) {
    let (double, folder) = (Double::start(&[]).await, tempfile::tempdir().unwrap());
    let secret = folder.path().join("client.secret");
    std::fs::write(&secret, SECRET).unwrap();
    let mut settings = Settings::default();
    settings.modules.clear();
    write!(
        settings.more,
        "[identity.id-gov-ua]\nname = {{ uk = \"id.gov.ua\", en = \"id.gov.ua\" }}\naddress = \"{}\"\nclient-id = \"{CLIENT}\"\nclient-secret-file = {:?}\n{}\n",
        double.address,
        secret.display().to_string(),
        more(folder.path()),
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

/// Runs OpenSSL in a folder and gives what it says.
fn openssl(folder: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().expect("run openssl, which this test needs");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

/// A key and a certificate of it, in PEM and DER.
fn make_key(folder: &Path, name: &str) {
    let (key, pem, der) = (format!("{name}.key"), format!("{name}.pem"), format!("{name}.cer"));
    let subject = format!("/CN={name}");
    let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", &subject, "-days", "2"];
    openssl(folder, &[&request[..], &["-keyout", &key, "-out", &pem]].concat(), b"");
    openssl(folder, &["x509", "-in", &pem, "-outform", "DER", "-out", &der], b"");
}

/// Real `EnvelopedData`, opened by a program of the holder's: OpenSSL, with a key that the service does not have.
#[tokio::test(flavor = "multi_thread")]
async fn attack_sealed_answer_is_opened_by_the_holders_program_and_by_its_key_only() {
    let (platform, double, folder) = stage_with(|folder| {
        make_key(folder, "platform");
        make_key(folder, "another");
        let file = |name: &str| folder.join(name).display().to_string();
        format!(
            "decryptor = {{ certificate-file = {:?}, command = [\"openssl\", \"cms\", \"-decrypt\", \"-inform\", \"DER\", \"-recip\", {:?}, \"-inkey\", {:?}] }}",
            file("platform.cer"),
            file("platform.pem"),
            file("platform.key"),
        )
    })
    .await;
    let place = folder.path().to_path_buf();
    let seal_for = |name: &'static str| {
        let place = place.clone();
        move |asked: &str, content: &[u8]| {
            let certificate = STANDARD.decode(asked).unwrap();
            assert_eq!(
                certificate,
                std::fs::read(place.join("platform.cer")).unwrap(),
                "what it shall seal for"
            );
            let pem = format!("{name}.pem");
            openssl(&place, &["cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", &pem], content)
        }
    };
    double.seal_by(seal_for("platform"));
    let (maria, answer) = sign_in(&platform, &double, "maria").await;
    assert_eq!(answer.led_to(), "/cabinet", "{}", platform.log());
    assert!(maria.page("/cabinet").await.text().contains("Марія Іванівна Коваль"));
    for how in [Misbehaviour::NotSealed, Misbehaviour::SealedAndChanged] {
        double.misbehave(how);
        let (_, answer) = sign_in(&platform, &double, "maria").await;
        assert_eq!(answer.status, 403, "{how:?}: {}", answer.text());
    }
    double.misbehave(Misbehaviour::default());
    double.seal_by(seal_for("another"));
    let (_, answer) = sign_in(&platform, &double, "maria").await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(platform.log().contains("the program ended with exit status"), "{}", platform.log());
    assert!(!platform.log().contains("3300712340"));
}
