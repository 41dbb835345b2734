//! Modules come, go and change while people use them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Language, Platform, Settings, host_message, module_message, until};

const REFUSED: &str = "the configuration was refused";

/// A platform with one published petition; with its number.
async fn with_petition(settings: Settings) -> (Platform, String) {
    let platform = Platform::start(settings).await;
    let number = petitions::send(&platform.person(1).await, "A cycle path along the river").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    (platform, number)
}

/// The cabinet's page of the petition, in both languages.
async fn case_reads(author: &vzaemo_tests::Person, number: &str) {
    for language in Language::BOTH {
        author.read(language).await;
        assert!(author.page("/cabinet").await.text().contains("A cycle path"));
        let case = author.page(&format!("/cabinet/cases/petitions/{number}")).await;
        let published = module_message("petitions", language, "event-published");
        assert!(case.text().contains(&published), "{}", case.text());
        assert_eq!(case.language(), Some(language.code()));
    }
    author.read_english().await;
}

/// Disabled, its pages say so, the cabinet reads, the other module serves; enabled, everything is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn disabling_deletes_nothing_and_breaks_nobodys_cabinet() {
    let (mut platform, number) = with_petition(Settings::default()).await;
    let page = format!("/petitions/{number}");
    let author = platform.person(1).await;
    petitions::sign(&author, &number).await;
    platform.configure(|settings| settings.module("petitions").enabled = false);
    let says = host_message(Language::En, "problem-disabled-title");
    until("the module is disabled", async || (author.get(&page).await.status == 503).then_some(())).await;
    for path in ["/petitions", "/petitions/new", "/petitions/desk", page.as_str()] {
        let answer = author.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.text().contains(&says), "{path}: {}", answer.text());
    }
    let sign = petitions::try_sign(&platform.person(2).await, &number).await.unwrap();
    assert_eq!(sign.status, 503, "{}", sign.text());
    case_reads(&author, &number).await;
    let case = author.page(&format!("/cabinet/cases/petitions/{number}")).await;
    assert!(case.text().contains(&host_message(Language::En, "case-no-page")), "{}", case.text());
    assert_eq!(author.get("/consultations").await.status, 200);
    let home = author.page("/").await;
    assert!(!home.links().contains(&"/petitions".to_owned()), "{:?}", home.links());

    platform.configure(|settings| settings.module("petitions").enabled = true);
    until("the module serves again", async || (author.get(&page).await.status == 200).then_some(())).await;
    assert!(petitions::has_signed(&author, &number).await);
    assert_eq!(petitions::count(&author, &number).await, 1);
}

/// A new version takes over while people read and sign; not one request fails.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_is_not_noticed() {
    let (platform, number) = with_petition(Settings::default()).await;
    let page = format!("/petitions/{number}");
    let goes_on = Arc::new(AtomicBool::new(true));
    let (served, signed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut load = Vec::new();
    for number_of_reader in 0..3 {
        let (reader, page, goes_on, served) =
            (platform.visitor(), page.clone(), Arc::clone(&goes_on), Arc::clone(&served));
        load.push(tokio::spawn(async move {
            while goes_on.load(Ordering::Relaxed) {
                let path = if number_of_reader == 0 { "/petitions" } else { page.as_str() };
                reader.page(path).await;
                served.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    let signer = platform.visitor();
    let (petition, on, count) = (number.clone(), Arc::clone(&goes_on), Arc::clone(&signed));
    load.push(tokio::spawn(async move {
        let mut person = 100;
        while on.load(Ordering::Relaxed) {
            let signer = signer.another();
            signer.sign_in(person).await;
            petitions::sign(&signer, &petition).await;
            count.fetch_add(1, Ordering::Relaxed);
            person += 1;
        }
    }));
    until("somebody signs", async || (signed.load(Ordering::Relaxed) > 0).then_some(())).await;
    for _ in 0..2 {
        let version = platform.packages().upgrade("petitions");
        until("the new version serves", async || {
            platform.lock().contains(&format!("\"{version}\"")).then_some(())
        })
        .await;
        let before = signed.load(Ordering::Relaxed);
        until("people go on signing", async || (signed.load(Ordering::Relaxed) > before + 1).then_some(()))
            .await;
    }
    goes_on.store(false, Ordering::Relaxed);
    for task in load {
        task.await.expect("no request failed");
    }
    assert!(served.load(Ordering::Relaxed) > 0);
    assert_eq!(petitions::count(&platform.visitor(), &number).await, signed.load(Ordering::Relaxed));
    assert!(!platform.log().contains(REFUSED));
}

/// Whatever is wrong with the configuration, what served goes on serving, and both the log and `vzaemo check` say why.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_changes_nothing() {
    let (mut platform, number) = with_petition(Settings::default().threshold(100)).await;
    let page = format!("/petitions/{number}");
    let visitor = platform.visitor();
    let good = platform.configuration();
    let lock = platform.lock();
    let line_of = |part: &str| 1 + good.lines().position(|line| line.starts_with(part)).unwrap();
    let broken = [
        (
            "syntax",
            good.replace("[modules.petitions]", "[modules.petitions"),
            format!(":{}", line_of("[modules.petitions]")),
        ),
        ("an unknown key", good.replace("enabled = true", "enbled = true"), "enbled".to_owned()),
        (
            "an unknown module",
            format!("{good}\n[modules.nothing]\nversion = \"^1.0\"\n"),
            "nothing".to_owned(),
        ),
        ("a version that is not there", good.replace("\"^1.0\"", "\"^7.0\""), "^7.0".to_owned()),
        ("a wrong value", good.replace("threshold = 100", "threshold = \"many\""), "threshold".to_owned()),
        ("a value out of range", good.replace("threshold = 100", "threshold = 0"), "threshold".to_owned()),
        ("an unknown setting", good.replace("threshold = 100", "thresholds = 100"), "thresholds".to_owned()),
        ("an unknown grant", good.replace("\"search\"]", "\"searching\"]"), "searching".to_owned()),
        ("a grant missing", good.replace(", \"search\"]", "]"), "search".to_owned()),
        ("an empty file", String::new(), "platform".to_owned()),
    ];
    for (what, text, clue) in broken {
        assert_ne!(text, good, "{what} breaks something");
        let before = platform.log().matches(REFUSED).count();
        platform.write(&text);
        let (fine, said) = platform.check().await;
        assert!(!fine && said.contains(&clue), "`vzaemo check` with {what} tells of {clue}: {said}");
        until(&format!("{what} is refused"), async || {
            (platform.log().matches(REFUSED).count() > before).then_some(())
        })
        .await;
        assert_eq!(visitor.get(&page).await.status, 200, "{what}: the old configuration serves");
        assert_eq!(visitor.get("/consultations").await.status, 200, "{what}: the other module serves");
        assert_eq!(platform.lock(), lock, "{what}: nothing was resolved anew");
    }
    platform.configure(|settings| settings.module("petitions").config = "threshold = 77".to_owned());
    let (fine, said) = platform.check().await;
    assert!(fine, "{said}");
    until("the mended configuration serves", async || {
        visitor.page("/petitions").await.text().contains("77").then_some(())
    })
    .await;
}

/// SIGHUP takes up a change as well, where files cannot be watched; it is not lost beside the watch.
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_takes_up_a_change() {
    let mut platform = Platform::start(Settings::default()).await;
    let visitor = platform.visitor();
    platform.configure(|settings| settings.module("consultations").enabled = false);
    platform.reload().await;
    until("the signal is heard", async || (visitor.get("/consultations").await.status == 503).then_some(()))
        .await;
    assert_eq!(visitor.get("/petitions").await.status, 200);
}

/// A package that is not what its digest says never runs.
#[tokio::test(flavor = "multi_thread")]
async fn attack_tampered_package_is_refused() {
    let (platform, number) = with_petition(Settings::default()).await;
    let lock = platform.lock();
    let version = platform.packages().upgrade_tampered("petitions");
    until("the package is refused", async || platform.log().contains(REFUSED).then_some(())).await;
    let log = platform.log();
    let refusal = log.lines().find(|line| line.contains(REFUSED)).unwrap();
    assert!(refusal.contains(&version) && refusal.contains("petitions"), "{refusal}");
    assert_eq!(platform.lock(), lock);
    petitions::sign(&platform.person(2).await, &number).await;
}

/// With all packages gone from disk every case still reads, in both languages; put back, everything serves.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_package_every_case_still_reads() {
    let (mut platform, number) = with_petition(Settings::default()).await;
    let author = platform.person(1).await;
    platform.stop().await;
    let (packages, aside) =
        (platform.packages().folder().to_owned(), platform.folder().join("packages.aside"));
    std::fs::rename(&packages, &aside).unwrap();
    platform.restart().await;
    case_reads(&author, &number).await;
    assert_eq!(author.get(&format!("/petitions/{number}")).await.status, 503);
    platform.stop().await;
    std::fs::rename(&aside, &packages).unwrap();
    platform.restart().await;
    assert_eq!(author.get(&format!("/petitions/{number}")).await.status, 200);
    platform.stop().await;
    platform.audit().await;
}
