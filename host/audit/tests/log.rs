//! What the log holds, and what its verification finds.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use vzaemo_audit::{
    Actor, Commitment, Decision, Entry, Finding, Kind, Module, Report, Subject, TreeHead, commitment, erase,
    read, record, tree_hash, tree_head, verify,
};
use vzaemo_clock::Instant;
use vzaemo_storage::{Config, Storage};

async fn open() -> (Storage, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    vzaemo_audit::declare(&storage).await.unwrap();
    (storage, directory)
}

fn at(millis: i64) -> Instant {
    Instant::from_millis(millis).unwrap()
}

fn act(person: &str, number: i64) -> Entry {
    Entry {
        actor: Actor::Person(person.to_owned()),
        module: Some(Module { id: "notes".into(), version: "1.0.0".into(), digest: "sha256:00".into() }),
        act: Some("write".into()),
        resource: Some(format!("notes/{number}")),
        decision: Some(Decision::Allow),
        input: Some(format!(r#"{{"text":"secret of {person}"}}"#).into_bytes()),
        ..Entry::new(Kind::Act, at(1_000_000 + number), at(2_000_000 + number))
    }
}

async fn write(storage: &Storage, entry: Entry) {
    let mut unit = storage.begin().await.unwrap();
    record(&mut unit, entry).await.unwrap();
    unit.commit().await.unwrap();
}

async fn filled(entries: i64) -> (Storage, TempDir, TreeHead) {
    let (storage, directory) = open().await;
    for number in 0..entries {
        write(&storage, act(["olena", "taras"][usize::from(number % 2 == 0)], number)).await;
    }
    let head = tree_head(&storage).await.unwrap();
    (storage, directory, head)
}

async fn tamper(directory: &TempDir, statement: &'static str) {
    let file = directory.path().join("vzaemo.db");
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn an_entry_says_all_but_who() {
    let (storage, _directory) = open().await;
    write(&storage, act("olena", 1)).await;
    let seen = Entry { about: Some("olena".into()), ..Entry::new(Kind::Access, at(3), at(4)) };
    write(&storage, Entry { actor: Actor::Person("taras".into()), ..seen }).await;
    write(&storage, Entry { actor: Actor::Module("notes".into()), ..Entry::new(Kind::Job, at(5), at(6)) })
        .await;

    let entries = read(&storage, 0..10).await.unwrap();
    let record = |number: usize| entries[number].record.clone().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [0, 1, 2]);
    for entry in &entries {
        let text = String::from_utf8(entry.bytes.clone()).unwrap();
        assert!(!text.contains("olena") && !text.contains("taras") && !text.contains("secret"), "{text}");
    }
    assert_eq!(
        (record(0).kind, record(0).actor.as_str(), record(0).resource.as_deref()),
        (Kind::Act, "person", Some("notes/1"))
    );
    assert_eq!((record(0).legal, record(0).security), (at(1_000_001), at(2_000_001)));
    assert_eq!(record(1).about, record(0).person, "what concerns a person is found beside what they did");
    assert_ne!(record(1).person, record(0).person);
    assert_eq!((record(2).actor.as_str(), record(2).person), ("module:notes", None));
    let canonical = serde_json_canonicalizer::to_vec(&record(0)).unwrap();
    assert_eq!(canonical, entries[0].bytes);
}

#[tokio::test]
async fn a_commitment_can_be_checked_until_its_salt_is_erased() {
    let (storage, _directory) = open().await;
    write(&storage, act("olena", 1)).await;
    let entry = read(&storage, 0..1).await.unwrap().remove(0).record.unwrap();
    let check = async |what: &'static str, value: &'static str| -> Option<Commitment> {
        let mut unit = storage.begin().await.unwrap();
        commitment(&mut unit, "person:olena", what, value.as_bytes()).await.unwrap()
    };
    assert_eq!(check("actor", "olena").await, entry.person);
    assert_eq!(check("input", r#"{"text":"secret of olena"}"#).await, entry.input);
    assert_ne!(check("actor", "taras").await, entry.person);

    let olena = Subject::Person("olena".into());
    assert_eq!(erase(&storage, &olena, "R", at(5), at(6)).await.unwrap(), 0, "no record of the journal");
    assert_eq!(check("actor", "olena").await, None);
    assert_eq!(verify(&storage, &[]).await.unwrap().findings, [], "the log itself is untouched");
}

#[tokio::test]
async fn an_entry_is_lost_with_its_unit() {
    let (storage, _directory) = open().await;
    let mut unit = storage.begin().await.unwrap();
    record(&mut unit, act("olena", 1)).await.unwrap();
    drop(unit);
    assert_eq!(storage.entry_count().await.unwrap(), 0);
    assert_eq!(read(&storage, 0..5).await.unwrap(), []);
}

#[tokio::test]
async fn an_untouched_log_verifies_against_every_earlier_head() {
    let (storage, _directory, head) = filled(9).await;
    let mut heads = vec![head];
    for size in 0..9 {
        heads.push(TreeHead { size, root: tree_hash(&storage, 0..size).await.unwrap() });
    }
    assert_eq!(verify(&storage, &heads).await.unwrap(), Report { head, findings: vec![] });
    assert!(tree_hash(&storage, 3..10).await.is_err());
    assert_ne!(tree_hash(&storage, 0..4).await.unwrap(), tree_hash(&storage, 4..8).await.unwrap());
}

#[tokio::test]
async fn attack_changed_entry_is_found() {
    let (storage, directory, _) = filled(6).await;
    tamper(&directory, "UPDATE entries SET bytes = replace(bytes, 'allow', 'deny!') WHERE number = 4").await;
    assert_eq!(verify(&storage, &[]).await.unwrap().findings, [Finding::Changed(4)]);
}

#[tokio::test]
async fn a_missing_entry_is_found_also_at_the_end() {
    let (storage, directory, head) = filled(6).await;
    tamper(&directory, "DELETE FROM entries WHERE number IN (2, 5)").await;
    let findings = verify(&storage, &[head]).await.unwrap().findings;
    assert_eq!(findings, [Finding::Missing(2), Finding::Missing(5), Finding::Rewritten(head)]);
    assert!(tree_hash(&storage, 0..6).await.is_err());
}

#[tokio::test]
async fn swapped_entries_are_found_by_order_or_by_a_known_head() {
    let (storage, directory, head) = filled(6).await;
    tamper(
        &directory,
        "UPDATE entries SET number = 100 WHERE number = 1; UPDATE entries SET number = 1 WHERE number = 3; \
         UPDATE entries SET number = 3 WHERE number = 100;",
    )
    .await;
    let findings = verify(&storage, &[head]).await.unwrap().findings;
    assert_eq!(findings, [Finding::Displaced(2), Finding::Displaced(3), Finding::Rewritten(head)]);
    tamper(&directory, "UPDATE entries SET position = number + 1").await;
    assert_eq!(verify(&storage, &[]).await.unwrap().findings, [], "consistent in itself");
    assert_eq!(verify(&storage, &[head]).await.unwrap().findings, [Finding::Rewritten(head)]);
}

#[tokio::test]
async fn a_shortened_or_lengthened_log_is_found() {
    let (storage, directory, head) = filled(4).await;
    tamper(&directory, "DELETE FROM entries WHERE number = 3; UPDATE head SET entries = 3").await;
    assert_eq!(verify(&storage, &[head]).await.unwrap().findings, [Finding::Rewritten(head)]);
    tamper(&directory, "INSERT INTO entries VALUES (3, 4, x'00', x'00')").await;
    assert_eq!(verify(&storage, &[]).await.unwrap().findings, [Finding::Surplus(3)]);
}
