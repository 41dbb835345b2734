//! `vzaemo backup` and `vzaemo restore`: made while the platform serves, restored on either engine, refused when
//! anything is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use jiff::ToSpan as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Person, Platform, Settings, backup, until};

/// The test official of a ministry.
const OFFICIAL_OF_MINISTRY: u32 = 9;
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Lang (uk) /Kept (in a backup) >>\nendobj\n%%EOF\n";
/// Sign before the backup, and while it is being made.
const BEFORE: u32 = 8;
const MEANWHILE: u32 = 120;

/// A page of a consultation with a file on it.
async fn with_file(platform: &Platform) -> String {
    let official = platform.person(OFFICIAL_OF_MINISTRY).await;
    let closes = Platform::today().checked_add(20.days()).unwrap();
    let form = official.form("/consultations/new", "/consultations/new").await;
    let form = form
        .with("title", "Draft resolution on councils of young people")
        .with("summary", "Each ministry gets a council of young people; there are none at present.")
        .with("affected", "People from 14 to 35")
        .with("consequences", "They are heard before decisions.")
        .with("contact", "Bohdan Levchenko, 044 000 00 00")
        .with("submitting", "On this page or by post.")
        .with("draft", "1. A council is formed at each ministry.\n2. It meets once a quarter.")
        .with("closes.day", &closes.day().to_string())
        .with("closes.month", &closes.month().to_string())
        .with("closes.year", &closes.year().to_string())
        .with("_no-restricted-information", "true")
        .press("submit");
    let created = official.submit_files(&form, &[("draft-file", "draft.pdf", PDF)]).await;
    let page = created.led_to().strip_suffix("/preview").unwrap().to_owned();
    let publish = official.form(&format!("{page}/preview"), &format!("{page}/publish")).await;
    official.submit(&publish).await.led_to();
    page
}

async fn file_on(person: &Person, page: &str) -> String {
    let links = person.page(page).await.links();
    let link = links.iter().find(|link| link.starts_with("/files/")).expect("the page shows its file");
    person.get(link).await.body
}

/// A petition that is signed by test persons with these numbers.
async fn signed(platform: &Platform, persons: impl Iterator<Item = u32>) -> String {
    let number = petitions::send(&platform.person(1).await, "Trees along the main street").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    for person in persons {
        petitions::sign(&platform.person(person).await, &number).await;
    }
    number
}

/// Goes from one engine to another through a backup that is made while persons sign.
async fn moves(from: Settings, to: Settings) {
    let place = tempfile::tempdir().unwrap();
    let (folder, secret) = (place.path().join("backup"), place.path().join("secret"));
    let mut platform = Platform::start(from).await;
    let number = signed(&platform, 100..100 + BEFORE).await;
    let page = with_file(&platform).await;
    let mut later = Vec::new();
    for person in 0..MEANWHILE {
        later.push(platform.person(1000 + person).await);
    }

    let acknowledged = Arc::new(AtomicUsize::new(BEFORE as usize));
    let mut tasks = JoinSet::new();
    for persons in later.chunks(MEANWHILE as usize / 4) {
        let (persons, number, acknowledged) = (persons.to_vec(), number.clone(), acknowledged.clone());
        tasks.spawn(async move {
            for person in persons {
                assert_eq!(petitions::try_sign(&person, &number).await.unwrap().status, 303);
                acknowledged.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    until("some have signed", async || {
        (acknowledged.load(Ordering::SeqCst) > BEFORE as usize + 4).then_some(())
    })
    .await;
    let least = acknowledged.load(Ordering::SeqCst);
    let (good, said) = platform.backup(&folder).await;
    assert!(good && said.contains("a whole backup, 0 findings"), "{said}");
    tasks.join_all().await;
    fs::copy(platform.secret(), &secret).unwrap();
    platform.stop().await;
    let most = (BEFORE + MEANWHILE) as usize;
    let lock = platform.lock();
    drop(platform);

    let mut restored = Platform::restored(to, &folder, &secret).await;
    let visitor = restored.visitor();
    let counted = petitions::count(&visitor, &number).await;
    assert!((least..=most).contains(&counted), "{counted} of {least} to {most}");
    assert_eq!(petitions::listed(&visitor, &number).await, counted);
    assert_eq!(file_on(&visitor, &page).await.as_bytes(), PDF);
    assert_eq!(restored.lock(), lock, "the same packages serve");
    // With the secret everybody finds their record again; and it goes on.
    assert!(petitions::has_signed(&restored.person(100).await, &number).await);
    petitions::sign(&restored.person(5000).await, &number).await;
    assert_eq!(petitions::count(&visitor, &number).await, counted + 1);
    restored.stop().await;
    restored.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_file_database_goes_on_in_postgresql() {
    moves(Settings::default(), Settings::default().on_postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_postgresql_goes_on_in_a_file_database() {
    moves(Settings::default().on_postgres(), Settings::default()).await;
}

/// A copy of a backup, to be spoiled.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_or_not_empty_is_refused_and_nothing_is_changed() {
    let place = tempfile::tempdir().unwrap();
    let (folder, secret) = (place.path().join("backup"), place.path().join("secret"));
    let mut platform = Platform::start(Settings::default()).await;
    let number = signed(&platform, 2..4).await;
    with_file(&platform).await;
    let (good, said) = platform.backup(&folder).await;
    assert!(good, "{said}");
    fs::copy(platform.secret(), &secret).unwrap();
    // A second one is not written over the first.
    let (good, said) = platform.backup(&folder).await;
    assert!(!good && said.contains("there is something already"), "{said}");

    // No secret is in it.
    let bytes = fs::read(&secret).unwrap();
    for file in files(&folder) {
        let content = fs::read(&file).unwrap();
        assert!(!content.windows(bytes.len()).any(|window| window == bytes), "{}", file.display());
    }

    let spoiled = place.path().join("spoiled");
    let empty = place.path().join("empty");
    let config = empty.join("platform.toml");
    let secret_option = ["--secret", secret.to_str().unwrap()];
    let refuse = async |expected: &str, spoil: &dyn Fn(&Path), more: &[&str]| {
        copy(&folder, &spoiled);
        spoil(&spoiled);
        let (good, said) = backup::restore(&spoiled, &config, more).await;
        assert!(!good && said.contains(expected), "{expected:?} in {said}");
        assert_eq!(files(&empty), Vec::<PathBuf>::new(), "{expected}: nothing is left behind");
        fs::remove_dir_all(&spoiled).unwrap();
    };
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let replace = |path: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    let content = |backup: &Path| files(&backup.join("files")).into_iter().next().unwrap();
    refuse("trust files/sha256/", &|backup| flip(&content(backup)), &secret_option).await;
    refuse(
        "trust database.jsonl: it was changed",
        &|backup| flip(&backup.join("database.jsonl")),
        &secret_option,
    )
    .await;
    refuse("the backup has lost it", &|backup| fs::remove_file(content(backup)).unwrap(), &secret_option)
        .await;
    refuse(
        "trust SHA256SUMS",
        &|backup| {
            // Somebody has changed a file and its digest in the list with it.
            let toml = backup.join("configuration/platform.toml");
            let before = hex_digest(&toml);
            replace(&toml, "development", "production");
            replace(&backup.join("SHA256SUMS"), &before, &hex_digest(&toml));
        },
        &secret_option,
    )
    .await;
    let position = |backup: &Path| replace(&backup.join("backup.json"), "\"position\": ", "\"position\": 1");
    refuse("its seal is not by this secret", &position, &secret_option).await;
    refuse(
        "a newer one",
        &|backup| replace(&backup.join("backup.json"), "\"format\": 1", "\"format\": 2"),
        &secret_option,
    )
    .await;
    refuse("is no backup", &|backup| fs::remove_file(backup.join("backup.json")).unwrap(), &secret_option)
        .await;
    refuse("name it with --secret", &|_| (), &[]).await;
    let other = place.path().join("other");
    fs::write(&other, [7; 32]).unwrap();
    refuse("its seal is not by this secret", &|_| (), &["--secret", other.to_str().unwrap()]).await;

    // Not over a platform that is there: it goes on as it was.
    platform.stop().await;
    let (good, said) = backup::restore(&folder, &platform.folder().join("platform.toml"), &[]).await;
    assert!(!good && said.contains("a database that is not empty"), "{said}");
    platform.restart().await;
    assert_eq!(petitions::count(&platform.visitor(), &number).await, 2);
    platform.stop().await;

    // And with nothing spoiled, where nothing is, all of it comes: the configuration too.
    let (good, said) = backup::restore(&folder, &config, &secret_option).await;
    assert!(good && said.contains(", 0 findings") || said.contains("; 0 findings"), "{said}");
    assert_eq!(fs::read_to_string(&config).unwrap(), platform.configuration());
    assert_eq!(fs::read_to_string(empty.join("platform.lock")).unwrap(), platform.lock());
    assert_eq!(fs::read(empty.join("data/platform.secret")).unwrap(), bytes);
    let (good, said) = backup::audit(&config).await;
    assert!(good, "{said}");
    let (good, said) = backup::restore(&folder, &config, &[]).await;
    assert!(!good && said.contains("a database that is not empty"), "{said}");

    // With the secret lost the rest comes back, if that is what is wanted.
    let without = place.path().join("without/platform.toml");
    let (good, said) = backup::restore(&folder, &without, &["--without-secret"]).await;
    assert!(good && said.contains("will make a new secret"), "{said}");
    assert!(!place.path().join("without/data/platform.secret").exists());
}

/// By the program of the system, so that the list is seen to be one that it reads.
fn hex_digest(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}
