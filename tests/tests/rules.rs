//! The rules of use in the real program: read by everybody, accepted before anybody takes part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use tempfile::TempDir;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Answer, Language, Person, Platform, Settings, encoded, host_message, until};

const ACCEPTANCE: &str = "/rules/acceptance";
const TECHNICAL: u32 = 11;

/// Texts of versions in a folder of the test's own.
struct Rules {
    folder: TempDir,
}

impl Rules {
    fn new() -> Self {
        let rules = Rules { folder: tempfile::tempdir().unwrap() };
        rules.write("1.0", "Перші правила.\n\nПишіть <b>чемно</b>.", "The first rules.\n\nBe <b>civil</b>.");
        rules.write("2.0", "Другі правила.", "The second rules.");
        rules
    }

    fn write(&self, version: &str, uk: &str, en: &str) {
        let folder = self.folder.path().join(version);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("uk.txt"), uk).unwrap();
        fs::write(folder.join("en.txt"), en).unwrap();
    }

    /// The section of `platform.toml` with these versions and days.
    fn section(&self, versions: &[(&str, &str)]) -> String {
        let versions: Vec<_> = versions
            .iter()
            .map(|(version, since)| format!("{{ version = \"{version}\", since = \"{since}\" }}"))
            .collect();
        format!("\n[rules]\nfolder = {:?}\nversions = [{}]\n", self.folder.path(), versions.join(", "))
    }
}

fn with(more: String) -> Settings {
    Settings { more, ..Settings::default() }
}

fn says(key: &str) -> String {
    host_message(Language::En, key)
}

fn acceptance(to: &str) -> String {
    format!("{ACCEPTANCE}?{}", encoded(&[("to", to)]))
}

/// Signs in, and is led to the rules; reads English.
async fn arrive(platform: &Platform, number: u32, to: &str) -> Person {
    let person = platform.visitor();
    person.read_english().await;
    let arrived = person.try_sign_in(number, to).await.unwrap();
    assert_eq!(arrived.led_to(), acceptance(to), "person {number} is led to the rules first");
    person
}

async fn accept(person: &Person, to: &str) -> Answer {
    let form = person.form(&acceptance(to), ACCEPTANCE).await;
    person.submit(&form.with("accepted", "yes")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_accepts_the_rules_first_and_comes_back() {
    let rules = Rules::new();
    let platform = Platform::start(with(rules.section(&[("1.0", "2026-01-01")]))).await;
    let person = arrive(&platform, 1, "/petitions/new").await;
    let page = person.page(&acceptance("/petitions/new")).await;
    assert!(page.text().contains("Be <b>civil</b>."), "the text is text: {}", page.text());

    // Without the tick nothing is accepted.
    let form = person.form(&acceptance("/petitions/new"), ACCEPTANCE).await;
    let unticked = person.submit(&form).await;
    assert_eq!(unticked.status, 422);
    assert!(unticked.text().contains(&says("rules-unticked")), "{}", unticked.text());
    for path in ["/cabinet", "/cabinet/mail", "/cabinet/sessions", "/desk", "/cabinet/acting-for"] {
        assert_eq!(person.get(path).await.led_to(), acceptance(path), "{path}");
    }
    // What stays open until then.
    for path in ["/", "/petitions", "/rules", "/rules/1.0", "/rules/versions", "/privacy", "/cabinet/my-data"]
    {
        person.page(path).await;
    }
    assert!(person.download("/cabinet/my-data/archive").await.starts_with(b"PK"));

    assert_eq!(accept(&person, "/petitions/new").await.led_to(), "/petitions/new");
    person.page("/petitions/new").await;
    let my_data = person.page("/cabinet/my-data").await.text();
    assert!(my_data.contains("Version 1.0"), "{my_data}");
    assert_eq!(person.get(&acceptance("/cabinet")).await.led_to(), "/cabinet", "nothing is asked twice");
    // The next sign-in asks for nothing.
    person.post("/sign-out", &[]).await;
    person.sign_in(1).await;
    petitions::send(&person, "Ramps at post offices").await;

    // Officials and administrators accept them alike, also before they choose in whose name they act.
    for (number, page) in [(OFFICIAL, "/desk"), (TECHNICAL, "/administration/security")] {
        let official = arrive(&platform, number, page).await;
        assert_eq!(official.get(page).await.led_to(), acceptance(page));
        assert_eq!(accept(&official, page).await.led_to(), page);
        official.page(page).await;
    }
    let representative = platform.visitor();
    let arrived = representative.try_sign_in(13, "/cabinet").await.unwrap();
    let choice = "/cabinet/acting-for?to=%2Fcabinet";
    assert_eq!(arrived.led_to(), acceptance(choice));
    assert_eq!(accept(&representative, choice).await.led_to(), choice);
    let mut platform = platform;
    platform.stop().await;
    platform.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_acts_without_acceptance_are_refused_however_they_are_sent() {
    let rules = Rules::new();
    let mut platform = Platform::start(Settings::default()).await;
    let author = platform.person(1).await;
    let official = platform.person(OFFICIAL).await;
    let number = petitions::send(&author, "Ramps at post offices").await;
    petitions::publish(&official, &number).await;
    let signer = platform.person(2).await;
    let page = format!("/petitions/{number}");
    assert!(
        signer.page(&page).await.form_to(&format!("{page}/sign")).is_some(),
        "and the answer is remembered"
    );

    let planned = platform.folder().join("planned.toml");
    let section = rules.section(&[("1.0", "2026-01-01")]);
    fs::write(&planned, platform.configuration_with(|settings| settings.more.clone_from(&section))).unwrap();
    let (fine, plan) = platform.plan_file(&planned).await;
    assert!(fine, "{plan}");
    let (first, _) = plan.split_once('\n').unwrap();
    assert_eq!(
        first, "version 1.0 of the rules of use is in force from 2026-01-01",
        "and of no module: {plan}"
    );
    fs::write(
        &planned,
        platform.configuration_with(|settings| settings.more = section.replace("1.0", "9.0")),
    )
    .unwrap();
    let (fine, said) = platform.plan_file(&planned).await;
    assert!(!fine && said.contains("rules.versions") && said.contains("cannot be read"), "{said}");
    assert!(signer.page(&page).await.form_to(&format!("{page}/sign")).is_some(), "a plan changes nothing");

    platform.configure(|settings| settings.more = rules.section(&[("1.0", "2026-01-01")]));
    until("the rules are in force", async || {
        platform.log().contains("version 1.0 of the rules of use").then_some(())
    })
    .await;
    // The page stays open; in place of the button stands the way to the rules.
    let shown = signer.page(&page).await;
    assert!(shown.form_to(&format!("{page}/sign")).is_none(), "{}", shown.text());
    assert!(shown.text().contains(&says("why-rules")), "{}", shown.text());
    let refused = petitions::try_sign(&signer, &number).await.unwrap();
    assert!(refused.led_to().starts_with(ACCEPTANCE), "{:?}", refused.to);
    assert_eq!(petitions::count(&platform.visitor(), &number).await, 0, "nobody has signed");
    // The host's own changes neither: of a citizen, an official, an administrator.
    let administrator = platform.visitor();
    administrator.read_english().await;
    administrator.try_sign_in(TECHNICAL, "/").await.unwrap();
    for (person, path, fields) in [
        (&signer, "/cabinet/mail/address", vec![("email", "taras@example.org")]),
        (&signer, "/cabinet/sessions/end-others", vec![]),
        (&official, "/cabinet/acting-for", vec![("acting_for", "myself")]),
        (
            &administrator,
            "/administration/security/block",
            vec![("target", "203.0.113.9"), ("reason", "x"), ("hours", "24")],
        ),
    ] {
        let sent = person.post(path, &fields).await;
        assert!(sent.led_to().starts_with(ACCEPTANCE), "{path}: {:?}", sent.to);
    }
    assert_eq!(accept(&administrator, "/administration/security").await.led_to(), "/administration/security");
    assert!(!administrator.page("/administration/security").await.text().contains("203.0.113.9"));

    // Accepted, the button is there at once, and works.
    assert_eq!(accept(&signer, &page).await.led_to(), page);
    petitions::sign(&signer, &number).await;
    assert_eq!(petitions::count(&platform.visitor(), &number).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_waits_while_the_new_version_is_read() {
    let rules = Rules::new();
    let tomorrow = Platform::today().tomorrow().unwrap();
    let section = rules.section(&[("1.0", "2026-01-01"), ("2.0", &tomorrow.to_string())]);
    let platform = Platform::start(with(section)).await;
    let person = arrive(&platform, 1, "/cabinet").await;
    assert_eq!(accept(&person, "/cabinet").await.led_to(), "/cabinet");
    let versions = platform.visitor();
    versions.read_english().await;
    let listed = versions.page("/rules/versions").await.text();
    assert!(listed.contains(&says("rules-to-come-tag")) && listed.contains("Version 2.0"), "{listed}");
    let form = person.form("/petitions/new", "/petitions/new").await;

    platform.move_clock("1d").await;
    let sent = person.submit(&form.with("title", "Ramps at post offices").press("next")).await;
    let way = sent.led_to().to_owned();
    assert!(way.starts_with(ACCEPTANCE), "{way}");
    let page = person.page(&way).await.text();
    assert!(page.contains("The second rules.") && page.contains(&says("rules-accept-again")), "{page}");
    let back = person.submit(&person.form(&way, ACCEPTANCE).await.with("accepted", "yes")).await;
    let form = person.form(back.led_to(), "/petitions/new").await;
    assert_eq!(form.value("title"), Some("Ramps at post offices"), "nothing that was typed is lost");
    assert_eq!(person.submit(&form.press("next")).await.status, 303);
    let my_data = person.page("/cabinet/my-data").await.text();
    assert!(my_data.contains("Version 1.0") && my_data.contains("Version 2.0"), "{my_data}");
    let visitor = platform.visitor();
    visitor.read_english().await;
    assert!(visitor.page("/rules").await.text().contains("The second rules."));
    let past = visitor.page("/rules/1.0").await.text();
    assert!(past.contains("The first rules.") && past.contains(&says("rules-past")), "{past}");
    assert_eq!(visitor.get("/rules/3.0").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_an_old_version_is_not_accepted_in_place_of_the_one_in_force() {
    let rules = Rules::new();
    let section = rules.section(&[("1.0", "2026-01-01"), ("2.0", "2026-01-02")]);
    let platform = Platform::start(with(section)).await;
    let person = arrive(&platform, 1, "/cabinet").await;
    for version in ["1.0", "3.0", ""] {
        let sent =
            person.post(ACCEPTANCE, &[("version", version), ("accepted", "yes"), ("to", "/cabinet")]).await;
        assert_eq!(sent.status, 422, "{version}");
        assert!(sent.text().contains(&says("rules-changed")), "{}", sent.text());
    }
    let foreign = [("version", "2.0"), ("accepted", "yes"), ("to", "/cabinet")];
    assert_eq!(person.post_from(ACCEPTANCE, Some("https://evil.example"), &foreign).await.status, 403);
    assert_eq!(person.post_from(ACCEPTANCE, None, &foreign).await.status, 403);
    assert_eq!(
        person.get(&format!("{ACCEPTANCE}?{}", encoded(&foreign))).await.status,
        200,
        "no GET accepts"
    );
    assert_eq!(person.get("/cabinet").await.led_to(), acceptance("/cabinet"), "nothing was accepted");
    let visitor = platform.visitor();
    assert!(visitor.post(ACCEPTANCE, &foreign).await.led_to().starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_the_way_back_from_the_rules_leads_nowhere_else() {
    let rules = Rules::new();
    let platform = Platform::start(with(rules.section(&[("1.0", "2026-01-01")]))).await;
    let person = arrive(&platform, 1, "/").await;
    for to in ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"] {
        let form = person.form(&acceptance(to), ACCEPTANCE).await;
        assert_eq!(form.value("to"), Some("/cabinet"), "{to}");
    }
    let sent =
        person.post(ACCEPTANCE, &[("version", "1.0"), ("accepted", "yes"), ("to", "//evil.example/")]).await;
    assert_eq!(sent.led_to(), "/cabinet");
    assert_eq!(
        person.get(&acceptance("//evil.example/")).await.led_to(),
        "/cabinet",
        "nor once they are accepted"
    );
}
