//! The journal beside the log, receipts, and erasure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, at, key, log, on_both_engines};
use vzaemo_audit::{
    Actor, Beside, CheckError, Checkpoints, Entry, Journalled, Kind, Module, Subject, erase, erasures,
    journal, journalled, keep_revision, newest, read, record, revision, verify,
};
use vzaemo_storage::{Collection, Storage};

on_both_engines!(
    a_record_proves_its_entry_until_it_is_erased
    receipts_of_old_and_new_entries_hold
    an_erasure_goes_on_where_it_broke_off_and_takes_no_others
    revisions_are_kept_until_they_are_erased
);

fn act(person: &str, case: &str, number: &str) -> Entry {
    Entry {
        actor: Actor::Person(person.to_owned()),
        module: Some(Module { id: "notes".into(), version: "1.0.0".into(), digest: "sha256:00".into() }),
        act: Some("write".into()),
        policies: vec!["notes.write".into()],
        generation: Some(3),
        numbers: vec![number.to_owned()],
        input: Some(format!(r#"{{"text":"secret of {person}"}}"#).into_bytes()),
        journal: Some(Beside {
            case: Some(case.to_owned()),
            wrote: vec![format!("notes/{number}")],
            transcript: format!("{person} drew {number}").into_bytes(),
        }),
        ..Entry::new(Kind::Act, at(1_000_000), at(2_000_000))
    }
}

/// One act with a number of a sequence, which stands in the entry and as its placeholder in the transcript.
async fn write(storage: &Storage, person: &str, case: &str) -> u64 {
    let mut unit = storage.begin().await.unwrap();
    let number = unit.number("notes/numbers");
    record(&mut unit, act(person, case, &number)).await.unwrap();
    unit.commit().await.unwrap().first_entry.unwrap()
}

async fn records(storage: &Storage, subject: &Subject) -> Vec<Journalled> {
    let mut unit = storage.begin().await.unwrap();
    journal(&mut unit, subject, 1000, None).await.unwrap().0
}

fn olena() -> Subject {
    Subject::Person("olena".into())
}

async fn a_record_proves_its_entry_until_it_is_erased(engine: Engine) {
    let log = log(engine, 3).await;
    let entry = write(&log.storage, "olena", "notes/a").await;
    write(&log.storage, "taras", "notes/a").await;
    let found = records(&log.storage, &olena()).await;
    assert_eq!(found.len(), 1);
    let found = &found[0];
    assert_eq!(
        (found.entry, found.case.as_deref(), found.module.as_str()),
        (entry, Some("notes/a"), "notes")
    );
    assert_eq!(found.wrote, ["notes/1"], "numbers stand in what is listed");
    let transcript = String::from_utf8(found.transcript.clone()).unwrap();
    let (_, placeholder) = transcript.split_once("drew ").unwrap();
    assert_eq!(
        placeholder.len(),
        39,
        "and not in the transcript, whose bytes are committed to: {transcript}"
    );

    let said = read(&log.storage, entry..entry + 1).await.unwrap().remove(0);
    let text = String::from_utf8(said.bytes.clone()).unwrap();
    assert!(!text.contains("olena") && !text.contains("secret") && !text.contains(&found.salt), "{text}");
    let said = said.record.unwrap();
    assert_eq!((said.numbers.as_slice(), said.generation), (&["1".to_owned()][..], Some(3)));
    assert_eq!(said.policies, ["notes.write"]);
    assert!(found.is_committed_to(said.journal.as_ref().unwrap()));
    let changed = Journalled { transcript: b"something else".to_vec(), ..found.clone() };
    assert!(!changed.is_committed_to(said.journal.as_ref().unwrap()));

    assert_eq!(erase(&log.storage, &olena(), "R-5", at(5), at(6)).await.unwrap(), 1);
    assert_eq!(records(&log.storage, &olena()).await, []);
    assert_eq!(records(&log.storage, &Subject::Case("notes/a".into())).await.len(), 1, "the others' stay");
    let done = erasures(&log.storage).await.unwrap();
    assert_eq!((done[0].rule.as_str(), done[0].entries.as_slice()), ("R-5", &[entry][..]));
    assert_eq!(verify(&log.storage, &[]).await.unwrap().findings, [], "the log itself is untouched");
    let told = read(&log.storage, 0..100).await.unwrap().pop().unwrap();
    let text = String::from_utf8(told.bytes).unwrap();
    assert!(text.contains("R-5") && !text.contains("olena"), "{text}");
}

async fn receipts_of_old_and_new_entries_hold(engine: Engine) {
    let log = log(engine, 3).await;
    write(&log.storage, "olena", "notes/a").await;
    let checkpoints = Checkpoints::new(log.storage.clone(), key());
    let found = records(&log.storage, &olena()).await.remove(0);
    let (receipt, made) = checkpoints.receipt(&found, at(7)).await.unwrap();
    assert_eq!(made.head.size, 4, "a checkpoint is made that holds the entry");
    let json = serde_json::to_string(&receipt).unwrap();
    let receipt: vzaemo_audit::Receipt = serde_json::from_str(&json).unwrap();
    let checked = receipt.check(key().verifier_key()).unwrap();
    assert_eq!(checked.record.act.as_deref(), Some("write"));
    assert_eq!(receipt.openings.len(), 2);

    let mut changed = receipt.clone();
    changed.openings[1].value = r#"{"text":"another secret"}"#.into();
    assert_eq!(changed.check(key().verifier_key()), Err(CheckError::NotCommitted("input".into())));
    let mut changed = receipt.clone();
    changed.entry = changed.entry.replace("write", "erase");
    assert_eq!(changed.check(key().verifier_key()), Err(CheckError::NotIncluded));
    let mut changed = receipt.clone();
    changed.receipt = 2;
    assert!(matches!(changed.check(key().verifier_key()), Err(CheckError::Receipt(_))));

    // An entry as earlier versions wrote it, whose input is committed to by the person's salt, is still read.
    let old = br#"{"actor":"person","decision":"allow","input":"00","kind":"act","legal":"2026-09-03T10:00:00Z","result":"done","security":"2026-09-03T10:00:00Z"}"#;
    let mut unit = log.storage.begin().await.unwrap();
    unit.entry(old.to_vec());
    let number = unit.commit().await.unwrap().first_entry.unwrap();
    let old = read(&log.storage, number..number + 1).await.unwrap().remove(0).record.unwrap();
    assert_eq!((old.journal, old.generation), (None, None));
    assert!(old.input.is_some());
}

async fn an_erasure_goes_on_where_it_broke_off_and_takes_no_others(engine: Engine) {
    let log = log(engine, 0).await;
    for _ in 0..130 {
        let mut unit = log.storage.begin().await.unwrap();
        record(&mut unit, act("olena", "notes/a", "1")).await.unwrap();
        record(&mut unit, act("taras", "notes/b", "2")).await.unwrap();
        unit.commit().await.unwrap();
    }
    assert_eq!(erase(&log.storage, &olena(), "R-1", at(5), at(6)).await.unwrap(), 130, "in portions");
    assert_eq!(erase(&log.storage, &olena(), "R-1", at(5), at(6)).await.unwrap(), 0, "asked for again");
    let b = Subject::Case("notes/b".into());
    assert_eq!(records(&log.storage, &b).await.len(), 130);
    let entries: usize = erasures(&log.storage).await.unwrap().iter().map(|done| done.entries.len()).sum();
    assert_eq!(entries, 130);
    let mut unit = log.storage.begin().await.unwrap();
    let (some, next) = newest(&mut unit, &["taras"], 20, None).await.unwrap();
    assert_eq!((some.len(), some[0].entry), (20, 259), "the newest first");
    let (more, _) = newest(&mut unit, &["taras"], 20, next).await.unwrap();
    assert!(more[0].entry < some[19].entry);
    assert!(journalled(&mut unit, &some[0].key).await.unwrap().is_some());
    assert!(journalled(&mut unit, "none").await.unwrap().is_none());
}

async fn revisions_are_kept_until_they_are_erased(engine: Engine) {
    let log = log(engine, 0).await;
    let notes = Collection::new("notes", serde_json::json!({"type": "object"}));
    log.storage.declare("notes", &[notes]).await.unwrap();
    let mut unit = log.storage.begin().await.unwrap();
    unit.insert("notes", "notes", Some("1".into()), r#"{"text":"one"}"#).await.unwrap();
    unit.commit().await.unwrap();
    for (revision, text) in [(1, "two"), (2, "three")] {
        let mut unit = log.storage.begin().await.unwrap();
        let document = unit.get("notes", "notes", "1").await.unwrap().unwrap();
        keep_revision(&mut unit, "notes", "notes", &document).await.unwrap();
        let body = format!(r#"{{"text":"{text}"}}"#);
        unit.replace("notes", "notes", "1", revision, &body).await.unwrap();
        record(&mut unit, act("olena", "notes/1", "1")).await.unwrap();
        unit.commit().await.unwrap();
    }
    let at_revision = async |number: u64| {
        let mut unit = log.storage.begin().await.unwrap();
        let found = revision(&mut unit, "notes", "notes", "1", number).await.unwrap();
        found.map(|document| document.body)
    };
    for (number, text) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(at_revision(number).await, Some(format!(r#"{{"text":"{text}"}}"#)));
    }
    assert_eq!(at_revision(4).await, None);
    erase(&log.storage, &Subject::Case("notes/1".into()), "R-2", at(5), at(6)).await.unwrap();
    assert_eq!(at_revision(1).await, None, "earlier revisions go with the record");
    assert_eq!(at_revision(3).await, Some(r#"{"text":"three"}"#.into()), "the document itself stays");
}

/// Not a test of what is right, but of what it costs: `--ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; takes half a minute"]
async fn cost_of_the_journal_for_each_commit() {
    for with in [false, true, false, true] {
        let log = log(Engine::Sqlite, 0).await;
        let began = std::time::Instant::now();
        let mut waiting = Vec::new();
        for _ in 0..20 {
            waiting.clear();
            for person in 0..250 {
                let mut unit = log.storage.begin().await.unwrap();
                let mut entry = act(&format!("p{person}"), "notes/a", "1");
                let transcript = vec![b'x'; 1500];
                entry.journal = with.then(|| Beside { transcript, ..entry.journal.unwrap_or_default() });
                record(&mut unit, entry).await.unwrap();
                // At once: until it is committed a unit holds a connection.
                waiting.push(tokio::spawn(unit.commit()));
            }
            for done in futures::future::join_all(waiting.drain(..)).await {
                done.unwrap().unwrap();
            }
        }
        println!("5000 acts, journal {with}: {:?} each", began.elapsed() / 5000);
    }
}
