//! The security subsystem in the real program: who is locked out, kept out, told, and what the technical administrator sees.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use vzaemo_test_smtp::{Server, Tls};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Person, Platform, Settings, host_message, until};

const PAGE: &str = "/administration/security";
const ADMINISTRATOR: u32 = 11;

fn with(protection: &str) -> Settings {
    Settings { protection: protection.to_owned(), ..Settings::default() }
}

fn says(key: &str) -> String {
    host_message(Language::En, key)
}

/// A sign-in whose state nobody has begun.
async fn forged_sign_in(visitor: &Person) -> u16 {
    visitor.get("/sign-in/return/development?code=forged&state=forged").await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_who_forges_sign_ins_is_locked_out_and_the_administrator_sees_it() {
    let platform = Platform::start(with("lockout = { failures = 3, first-seconds = 3600 }")).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    let visitor = platform.visitor();
    for _ in 0..3 {
        assert_eq!(forged_sign_in(&visitor).await, 403);
    }
    let begun = visitor.get("/sign-in/begin/development?to=%2F").await;
    assert_eq!(begun.status, 429, "no sign-in begins any more: {}", begun.text());
    let wait: u64 = begun.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3000..=3600).contains(&wait), "{wait}");
    assert_eq!(forged_sign_in(&visitor).await, 429, "nor is one taken");
    assert_eq!(visitor.get("/").await.status, 200, "reading goes on");
    assert_eq!(administrator.get("/cabinet").await.status, 200, "who has signed in stays so");

    for language in Language::BOTH {
        administrator.read(language).await;
        let page = administrator.page(PAGE).await.text();
        for key in ["security-kind-sign-in-refused", "security-kind-locked-out", "security-lockouts-caption"]
        {
            assert!(page.contains(&host_message(language, key)), "{key} in {page}");
        }
        assert!(page.contains("address:127.0.0.1"), "{page}");
    }
    for number in [1, OFFICIAL, 12] {
        let person = platform.visitor();
        assert!(person.get(PAGE).await.led_to().starts_with("/sign-in"), "person {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_kept_out_with_the_reason_and_let_in_again() {
    let platform = Platform::start(Settings::default()).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    let citizen = platform.person(4).await;
    let id = newest_person(&platform).await;
    // Nobody keeps themselves out, nor a whole country, nor anybody without a reason.
    for (target, reason, error) in [
        ("example.org", "an attack", "security-error-target"),
        ("10.0.0.0/8", "an attack", "security-error-wide"),
        ("127.0.0.1", "an attack", "security-error-self"),
        ("203.0.113.9", "", "security-error-reason"),
    ] {
        let form = administrator.form(PAGE, "/administration/security/block").await;
        let sent = administrator.submit(&form.with("target", target).with("reason", reason)).await;
        assert_eq!(sent.status, 422, "{target}");
        assert!(sent.text().contains(&says(error)), "{target}: {}", sent.text());
        assert_eq!(
            sent.html().form_to("/administration/security/block").unwrap().value("target"),
            Some(target)
        );
    }
    let form = administrator.form(PAGE, "/administration/security/block").await;
    let form = form.with("target", &format!("person:{id}")).with("reason", "a program signs in this name");
    assert_eq!(administrator.submit(&form).await.led_to(), PAGE);
    let refused = citizen.get("/cabinet").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("a program signs in this name"), "{}", refused.text());
    assert_eq!(platform.visitor().get("/").await.status, 200, "others are not");
    let page = administrator.page(PAGE).await.text();
    assert!(page.contains(&says("security-kind-blocked")) && page.contains(&id), "{page}");

    let form = administrator.form(PAGE, "/administration/security/unblock").await;
    assert_eq!(administrator.submit(&form).await.led_to(), PAGE);
    assert_eq!(citizen.get("/cabinet").await.status, 200);
    // The holder sees it and blocks nobody; nobody else does either.
    let holder = platform.person(10).await;
    assert!(holder.page(PAGE).await.form_to("/administration/security/block").is_none());
    for number in [1, OFFICIAL, 10, 12] {
        let person = platform.person(number).await;
        let sent = person
            .post(
                "/administration/security/block",
                &[("target", "203.0.113.9"), ("reason", "x"), ("hours", "24")],
            )
            .await;
        assert_eq!(sent.status, 403, "person {number}");
    }
}

/// The platform's id of the person who signed in for the first time last.
async fn newest_person(platform: &Platform) -> String {
    use sqlx::Connection as _;
    let file = platform.folder().join("data/vzaemo.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut database = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let id: i64 =
        sqlx::query_scalar("SELECT id FROM collections WHERE namespace = 'identity' AND name = 'persons'")
            .fetch_one(&mut database)
            .await
            .unwrap();
    let statement = format!("SELECT max(key) FROM documents_{id}");
    let key = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&mut database).await.unwrap();
    database.close().await.unwrap();
    key
}

/// An HTTP server that takes everything; gives what it was sent.
async fn hook() -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", server.local_addr().unwrap());
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = server.accept().await.unwrap();
            let mut request = String::new();
            let mut buffer = [0; 4096];
            while !request.trim_end().ends_with('}') {
                let read = stream.read(&mut buffer).await.unwrap();
                if read == 0 {
                    break;
                }
                request.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
            let _ended = tell.send(request);
        }
    });
    (url, told)
}

/// One browser, one person after the other.
async fn three_with_one_browser(platform: &Platform) {
    let browser = platform.visitor();
    for number in 2..5 {
        browser.sign_in(number).await;
        browser.post("/sign-out", &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_policy_and_many_persons_from_one_device_are_told_at_once_by_the_webhook() {
    let (url, mut told) = hook().await;
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "a secret of the two sides\n").unwrap();
    let webhook = format!(
        "anomalies = {{ persons-per-device = 3 }}\nwebhook = {{ url = \"{url}\", secret-file = \"{}\" }}",
        secret.path().display()
    );
    let platform = Platform::start(with(&webhook)).await;
    let number = petitions::send(&platform.person(1).await, "A clock at the station").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    let folder = platform.folder().join("policies");
    fs::create_dir_all(&folder).unwrap();
    let broken = "forbid(principal, action == petitions::Action::\"sign\", resource)\n\
                  when { principal.assurance * 9223372036854775807 > 9 };";
    fs::write(folder.join("broken.cedar"), broken).unwrap();
    platform.reload().await;
    let mut signer = 100;
    until("the policy errs", async || {
        signer += 1;
        let signed = petitions::try_sign(&platform.person(signer).await, &number).await.unwrap();
        (signed.status == 403).then_some(())
    })
    .await;
    let alert = heard(&mut told, "policy-failed").await;
    assert!(alert.contains("module:petitions") && alert.contains("overflow"), "{alert}");
    assert!(alert.to_lowercase().contains("x-vzaemo-signature: v1="), "{alert}");

    three_with_one_browser(&platform).await;
    let alert = heard(&mut told, "many-from-device").await;
    assert!(alert.contains("3 persons") && alert.contains("device:"), "{alert}");

    let page = platform.person(ADMINISTRATOR).await.page(PAGE).await.text();
    for key in ["security-kind-policy-failed", "security-kind-many-from-device", "security-told"] {
        assert!(page.contains(&says(key)), "{key} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_written_to_the_technical_administrator_even_if_the_server_was_away() {
    let mut server = Server::start(Tls::None);
    let protection =
        "anomalies = { persons-per-device = 3 }\nmail = [\"one@example.org\", \"two@example.org\"]";
    let platform = Platform::start(Settings { more: server.section(), ..with(protection) }).await;
    server.stop();
    three_with_one_browser(&platform).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    until("the alert waits", async || {
        administrator.page(PAGE).await.text().contains(&says("security-told-waiting")).then_some(())
    })
    .await;
    server.start_again();
    let letters = until("both have a letter", async || {
        let taken = server.taken();
        (taken.len() >= 2).then_some(taken)
    })
    .await;
    let (mut to, mut ids) = (Vec::new(), Vec::new());
    for letter in &letters {
        let plain = letter.plain.as_deref().unwrap();
        assert!(
            plain.contains(&host_message(Language::Uk, "security-kind-many-from-device"))
                && plain.contains("device:"),
            "{plain}"
        );
        assert!(plain.contains(PAGE), "{plain}");
        to.extend(letter.to.clone());
        ids.push(letter.headers["message-id"].clone());
    }
    to.sort();
    assert_eq!(to, ["one@example.org", "two@example.org"]);
    assert_ne!(ids[0], ids[1]);
    until("the page says that it was told", async || {
        let page = administrator.page(PAGE).await.text();
        (!page.contains(&says("security-told-waiting"))).then_some(())
    })
    .await;
}

/// The next alert of a kind.
async fn heard(told: &mut tokio::sync::mpsc::UnboundedReceiver<String>, kind: &str) -> String {
    let next = async {
        loop {
            let alert = told.recv().await.expect("the hook listens");
            if alert.contains(&format!("\"{kind}\"")) {
                return alert;
            }
        }
    };
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, next).await.unwrap_or_else(|_| panic!("no alert {kind}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_has_a_limit_of_its_own_and_what_it_turned_away_is_counted() {
    let acts = "\n[requests.act-rates]\n\"petitions/sign\" = { per-minute = 1, burst = 1 }\n";
    let platform = Platform::start(Settings { more: acts.to_owned(), ..Settings::default() }).await;
    let official = platform.person(OFFICIAL).await;
    let mut numbers = Vec::new();
    for (author, title) in [(1, "Lamps in the park"), (2, "Benches in the park")] {
        let number = petitions::send(&platform.person(author).await, title).await;
        petitions::publish(&official, &number).await;
        numbers.push(number);
    }
    let person = platform.person(3).await;
    assert_eq!(petitions::try_sign(&person, &numbers[0]).await.unwrap().status, 303);
    let second = petitions::try_sign(&person, &numbers[1]).await.unwrap();
    assert_eq!(second.status, 429, "{}", second.text());
    let another = platform.person(4).await;
    assert_eq!(
        petitions::try_sign(&another, &numbers[1]).await.unwrap().status,
        303,
        "another person's limit"
    );
    let page = platform.person(ADMINISTRATOR).await.page(PAGE).await.text();
    assert!(page.contains(&says("security-kind-limit-hit")) && page.contains("act petitions/sign"), "{page}");
}

/// A lawful block: the person reads but does not act, is told the grounds and what to do, and acts again when it is lifted.
#[tokio::test(flavor = "multi_thread")]
async fn a_lawful_block_is_told_with_its_grounds_and_lifted() {
    const PERSONS: &str = "/administration/persons";
    let platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "A fence around the pond").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    let administrator = platform.person(ADMINISTRATOR).await;
    drop(platform.person(4).await);
    let id = newest_person(&platform).await;
    let page = format!("{PERSONS}?person={id}");
    let block = "/administration/persons/block";

    let form = administrator.form(&page, block).await;
    let without = administrator.submit(&form).await;
    assert_eq!(without.status, 422);
    assert!(without.text().contains(&says("lawful-basis-missing")), "{}", without.text());
    let form = form.with("basis", "Rules of use, item 5; decision № 12");
    assert_eq!(administrator.submit(&form).await.led_to(), page);
    assert!(administrator.page(&page).await.text().contains(&says("lawful-blocked")));

    let citizen = platform.person(4).await;
    assert_eq!(citizen.get(&format!("/petitions/{number}")).await.status, 200, "reading goes on");
    let denied = petitions::try_sign(&citizen, &number).await.unwrap();
    assert_eq!(denied.status, 403);
    for part in ["Rules of use, item 5; decision № 12", "you can contest this"] {
        assert!(denied.text().contains(part), "{part} in {}", denied.text());
    }
    let told = citizen.page("/cabinet/notices").await.text();
    assert!(told.contains("decision № 12") && told.contains("you can contest this"), "{told}");

    let form = administrator.form(&page, "/administration/persons/unblock").await;
    assert_eq!(administrator.submit(&form).await.led_to(), page);
    let citizen = platform.person(4).await;
    assert_eq!(petitions::try_sign(&citizen, &number).await.unwrap().status, 303);
    assert!(citizen.page("/cabinet/notices").await.text().contains(&says("lawful-notice-over")));

    // Nobody else blocks, not even the holder; and the administrator not themselves.
    for person in [1, OFFICIAL, 10, 12] {
        let person = platform.person(person).await;
        assert_eq!(person.get(PERSONS).await.status, 403);
        assert_eq!(person.post(block, &[("person", &id), ("basis", "x")]).await.status, 403);
    }
}
