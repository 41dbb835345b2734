//! The audit log from outside: checkpoints, receipts and replays of a platform under test, and every attack on them found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::fs;
use std::path::PathBuf;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Person, Platform, Settings, backup};

/// Does to the database what nobody should.
async fn tamper(platform: &Platform, statement: &'static str) -> u64 {
    let file = platform.folder().join("data/vzaemo.db");
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap();
    let done = sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    done.rows_affected()
}

/// Puts a text into a file of the platform's folder.
fn file(platform: &Platform, name: &str, text: &str) -> PathBuf {
    let path = platform.folder().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The receipts that a person's page offers, the newest first.
async fn receipts(person: &Person) -> Vec<String> {
    let links = person.page("/cabinet/record").await.links();
    links.into_iter().filter(|link| link.ends_with(".json")).collect()
}

async fn key(platform: &Platform) -> String {
    platform.visitor().get("/audit/key").await.body.trim().to_owned()
}

async fn with_signatures() -> (Platform, String) {
    let platform = Platform::start(Settings::default()).await;
    let number = petitions::send(&platform.person(1).await, "Trees along the main street").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;
    for person in [2, 3] {
        petitions::sign(&platform.person(person).await, &number).await;
    }
    (platform, number)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_checked_without_the_platform() {
    let (mut platform, _) = with_signatures().await;
    let person = platform.person(2).await;
    let links = receipts(&person).await;
    assert_eq!(links.len(), 1, "{links:?}");
    let json = person.get(&links[0]).await;
    assert_eq!(json.status, 200, "{}", json.text());
    let text = json.body;
    let pdf = person.get(&links[0].replace(".json", ".pdf")).await;
    assert_eq!(pdf.status, 200);
    assert!(pdf.body.starts_with("%PDF-"), "a PDF");

    // Nobody else gets it: neither another person nor a visitor.
    assert_eq!(platform.person(3).await.get(&links[0]).await.status, 404);
    let turned_away = platform.visitor().get(&links[0]).await;
    assert_eq!(turned_away.status, 303, "{}", turned_away.text());

    let verifier = key(&platform).await;
    platform.kill().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let check = async |receipt: &str, verifier: &str| {
        let path = elsewhere.path().join("receipt.json");
        fs::write(&path, receipt).unwrap();
        // A configuration that is not there: nothing of the platform is at hand.
        let receipt = path.to_str().unwrap();
        backup::run_at(&["audit", "verify", "--receipt", receipt, "--key", verifier], elsewhere.path()).await
    };
    let (good, said) = check(&text, &verifier).await;
    assert!(good && said.contains("act: sign") && said.contains("petitions"), "{said}");

    let whole: Value = serde_json::from_str(&text).unwrap();
    let changed = |member: &str, value: Value| {
        let mut receipt = whole.clone();
        receipt[member] = value;
        receipt.to_string()
    };
    let entry = whole["entry"].as_str().unwrap().replace("\"sign\"", "\"withdraw\"");
    let (good, said) = check(&changed("entry", entry.into()), &verifier).await;
    assert!(!good && said.contains("the entry is not in the log"), "a changed entry: {said}");
    let number = whole["number"].as_u64().unwrap();
    let (good, said) = check(&changed("number", (number - 1).into()), &verifier).await;
    assert!(!good && said.contains("the entry is not in the log"), "another place: {said}");
    let mut opened = whole["openings"].clone();
    opened[0]["value"] = "somebody else".into();
    let (good, said) = check(&changed("openings", opened), &verifier).await;
    assert!(!good && said.contains("not what the entry was made of"), "another person: {said}");
    let note = whole["checkpoint"].as_str().unwrap().replacen("/audit\n", "/audit\n9", 1);
    let (good, said) = check(&changed("checkpoint", note.into()), &verifier).await;
    assert!(!good && said.contains("forged"), "a forged checkpoint: {said}");
    // The public key of RFC 8032 §7.1, test 1.
    let other = "127.0.0.1/audit+c3f5c179+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    let (good, said) = check(&text, other).await;
    assert!(!good && said.contains("no signature of the key"), "a wrong key: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_are_public_and_show_that_the_log_only_grows() {
    let (mut platform, number) = with_signatures().await;
    let visitor = platform.visitor();
    assert_eq!(visitor.get("/audit/checkpoint").await.status, 404, "none was made yet");
    // On demand, while the platform serves.
    let (good, first) = platform.run_audit(&["checkpoint"]).await;
    assert!(good, "{first}");
    let first = visitor.get("/audit/checkpoint").await.body;
    let page = visitor.page("/audit").await.text();
    let verifier = key(&platform).await;
    assert!(page.contains(&verifier), "{page}");
    petitions::sign(&platform.person(4).await, &number).await;
    let (good, said) = platform.run_audit(&["checkpoint"]).await;
    assert!(good, "{said}");
    let second = visitor.get("/audit/checkpoint").await.body;
    assert_ne!(first, second);

    let size: u64 = first.lines().nth(1).unwrap().parse().unwrap();
    let proof = visitor.get(&format!("/audit/consistency?from={size}")).await.body;
    let first = file(&platform, "first.checkpoint", &first);
    let proof = file(&platform, "consistency.json", &proof);
    let (first, proof) = (first.to_str().unwrap(), proof.to_str().unwrap());
    let alone = ["verify", "--from", first, "--proof", proof, "--key", &verifier];
    let (good, said) = platform.run_audit(&alone).await;
    assert!(good && said.contains("unchanged"), "{said}");

    platform.kill().await;
    let (good, said) = platform.run_audit(&["verify", "--from", first]).await;
    assert!(good && said.contains("3 checkpoints compared"), "{said}");
    assert!(said.contains(&verifier), "{said}");
    // A log that is another one, whole in itself: an entry that somebody took out, the rest renumbered.
    tamper(&platform, "DELETE FROM entries WHERE number = 2").await;
    tamper(&platform, "UPDATE entries SET number = -number WHERE number > 2").await;
    tamper(&platform, "UPDATE entries SET number = -number - 1 WHERE number < 0").await;
    tamper(&platform, "UPDATE head SET entries = entries - 1").await;
    let (good, said) = platform.run_audit(&["verify", "--from", first]).await;
    assert!(!good && said.contains(&format!("the first {size} entries are not those that gave")), "{said}");
    let (good, said) = platform.run_audit(&["checkpoint"]).await;
    assert!(!good && said.contains("make a checkpoint"), "never signed: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_replayed_and_a_changed_document_is_found() {
    let (mut platform, number) = with_signatures().await;
    platform.kill().await;
    let case = format!("petitions/{number}");
    let replay = ["replay", "--case", case.as_str()];
    let (good, said) = platform.run_audit(&replay).await;
    assert!(good && said.contains("4 acts run again, 0 do not follow"), "{said}");

    // One letter of one stored document, in whatever table it lies.
    let file = platform.folder().join("data/vzaemo.db");
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap();
    let table: i64 =
        sqlx::query_scalar("SELECT id FROM collections WHERE namespace = 'petitions' AND name = 'petitions'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    let change = format!("UPDATE documents_{table} SET body = replace(body, 'main street', 'mean street')");
    let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut connection).await.unwrap();
    assert!(changed.rows_affected() > 0);
    connection.close().await.unwrap();
    let (good, said) = platform.run_audit(&replay).await;
    assert!(!good && said.contains(&format!("petitions/{number} at revision")), "{said}");
    assert!(said.contains("has been changed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_changed_journal_is_found_by_replay() {
    let (mut platform, number) = with_signatures().await;
    platform.kill().await;
    let file = platform.folder().join("data/vzaemo.db");
    let mut connection =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap();
    let table: i64 =
        sqlx::query_scalar("SELECT id FROM collections WHERE namespace = 'audit' AND name = 'journal'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    // The salt is another one, so that the record no longer fits its entry.
    let change = format!(
        "UPDATE documents_{table} SET body = json_set(body, '$.salt', '00') WHERE json_extract(body, '$.act') = 'publish'"
    );
    let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut connection).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    connection.close().await.unwrap();
    let (good, said) = platform.run_audit(&["replay", "--case", &format!("petitions/{number}")]).await;
    assert!(!good && said.contains("not the one that the entry commits to"), "{said}");
    assert!(said.contains("1 do not follow"), "{said}");
}

/// What was erased after the backup is in it; the list takes it out again, and a replay says by which rule.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_is_erased_again_and_a_replay_says_by_which_rule() {
    let (mut platform, number) = with_signatures().await;
    let person = platform.person(2).await;
    let receipt = person.get(&receipts(&person).await[0]).await.body;
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    let entry = receipt["number"].as_u64().unwrap();
    let who = receipt["openings"][0]["value"].as_str().unwrap();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("backup");
    let (good, said) = platform.backup(&folder).await;
    assert!(good, "{said}");
    platform.kill().await;

    let list = place.path().join("erasures.jsonl");
    let erasure = serde_json::json!({
        "subject": {"person": who}, "rule": "R-12", "at": "2026-11-22T10:00:00Z", "entries": [entry]
    });
    fs::write(&list, erasure.to_string()).unwrap();
    let config = place.path().join("restored/platform.toml");
    let secret = platform.secret();
    let more = ["--secret", secret.to_str().unwrap(), "--erasures", list.to_str().unwrap()];
    let (good, said) = backup::restore(&folder, &config, &more).await;
    assert!(good && said.contains("1 erasures done again"), "{said}");

    let case = format!("petitions/{number}");
    let (good, said) = backup::audit_with(&["replay", "--case", &case], &config).await;
    assert!(good && said.contains(&format!("entry {entry}: erased by rule R-12")), "{said}");
    assert!(said.contains("3 acts run again, 0 do not follow, 1 erased by rule"), "{said}");
    let (good, said) = backup::audit(&config).await;
    assert!(good, "the log itself verifies: {said}");
    let (good, said) = backup::audit_with(&["erasures"], &config).await;
    assert!(good && said.contains("R-12"), "{said}");
    // Where nothing was erased the case is whole.
    let (good, said) = platform.run_audit(&["replay", "--case", &case]).await;
    assert!(good && said.contains("4 acts run again, 0 do not follow, 0 erased by rule"), "{said}");
}
