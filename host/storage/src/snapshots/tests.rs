use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{Collection, CommitError, Config, Query, Storage};

async fn open(config: impl Fn(&mut Config)) -> (Storage, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let mut wanted = Config::new(directory.path());
    config(&mut wanted);
    let storage = Storage::open(wanted).await.unwrap();
    let schema =
        json!({"type": "object", "properties": {"text": {"type": "string"}, "steps": {"type": "integer"}}});
    storage.declare("test", &[Collection::new("notes", schema).index(&["text"])]).await.unwrap();
    (storage, directory)
}

async fn insert(storage: &Storage, text: &str) {
    let mut unit = storage.begin().await.unwrap();
    unit.insert("test", "notes", None, &json!({ "text": text }).to_string()).await.unwrap();
    unit.commit().await.unwrap();
}

async fn notes(storage: &Storage) -> usize {
    let mut unit = storage.begin().await.unwrap();
    unit.select("test", &Query::of("notes").equal("text", "x")).await.unwrap().keys.len()
}

fn idle(storage: &Storage) -> usize {
    storage.shared.snapshots.idle().unwrap().readers.len()
}

#[tokio::test]
async fn a_snapshot_goes_from_unit_to_unit_until_something_is_committed() {
    let (storage, _directory) = open(|_| {}).await;
    assert_eq!(notes(&storage).await, 0);
    assert_eq!(idle(&storage), 1);
    assert_eq!(notes(&storage).await, 0);
    assert_eq!(idle(&storage), 1, "the same one again");
    let old = storage.begin().await.unwrap();
    insert(&storage, "x").await;
    assert_eq!(idle(&storage), 0, "what was idle is old");
    assert_eq!(notes(&storage).await, 1);
    drop(old);
    assert_eq!(idle(&storage), 1, "the old one does not come back");
    assert_eq!(notes(&storage).await, 1);
}

#[tokio::test]
async fn what_is_declared_is_there_for_every_unit_that_begins_later() {
    let (storage, _directory) = open(|_| {}).await;
    let before = storage.begin().await.unwrap();
    notes(&storage).await;
    assert_eq!(idle(&storage), 1);
    storage.declare("test", &[Collection::new("others", json!({}))]).await.unwrap();
    drop(before);
    assert_eq!(idle(&storage), 0, "both were begun before the table was made");
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.get("test", "others", "a").await.unwrap(), None);
}

#[tokio::test]
async fn a_snapshot_whose_question_was_broken_off_is_not_used_again() {
    let (storage, _directory) = open(|_| {}).await;
    let mut lent = storage.shared.snapshots.lend().await.unwrap();
    // As it is left when whoever waits for the answer goes away, with a request that was given up.
    drop(lent.ask().unwrap().head());
    drop(lent);
    assert_eq!(idle(&storage), 0);
    assert_eq!(notes(&storage).await, 0);
}

#[tokio::test]
async fn many_units_share_few_connections_and_none_waits_for_ever() {
    let (storage, _directory) = open(|config| config.readers = 2).await;
    let units = (0..50).map(|number| {
        let storage = storage.clone();
        async move {
            if number % 5 == 0 {
                insert(&storage, "x").await;
            } else {
                notes(&storage).await;
            }
        }
    });
    futures::future::join_all(units).await;
    assert_eq!(notes(&storage).await, 10);
    assert!(idle(&storage) <= 2);
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_steps_read_and_written_none_is_lost() {
    let (storage, _directory) = open(|_| {}).await;
    let mut unit = storage.begin().await.unwrap();
    unit.insert("test", "notes", Some("a".to_owned()), r#"{"steps":0}"#).await.unwrap();
    unit.commit().await.unwrap();
    let done = Arc::new(AtomicU64::new(0));
    let walk = || {
        let (storage, done) = (storage.clone(), done.clone());
        async move {
            while done.load(Ordering::SeqCst) < 400 {
                let mut unit = storage.begin().await.unwrap();
                let found = unit.get("test", "notes", "a").await.unwrap().unwrap();
                let value: serde_json::Value = serde_json::from_str(&found.body).unwrap();
                let body = json!({"steps": value["steps"].as_u64().unwrap() + 1}).to_string();
                unit.replace("test", "notes", "a", found.revision, &body).await.unwrap();
                match unit.commit().await {
                    Ok(_) => drop(done.fetch_add(1, Ordering::SeqCst)),
                    Err(CommitError::Conflict) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
    };
    let walkers: Vec<_> = (0..8).map(|_| tokio::spawn(walk())).collect();
    for walker in walkers {
        walker.await.unwrap();
    }
    let mut unit = storage.begin().await.unwrap();
    let found = unit.get("test", "notes", "a").await.unwrap().unwrap();
    assert_eq!(found.body, json!({"steps": done.load(Ordering::SeqCst)}).to_string());
}

/// Readers without a pause, and snapshots that wait for units, would else keep the log from ever beginning anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_write_ahead_log_stays_short_though_somebody_always_reads() {
    const MOST: u64 = 256 * 1024;
    let (storage, directory) = open(|config| config.wal_max_bytes = MOST).await;
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (storage, over) = (storage.clone(), over.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::SeqCst) {
                    notes(&storage).await;
                }
            })
        })
        .collect();
    let log = directory.path().join("vzaemo.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let text = "y".repeat(64 * 1024);
    // Some way beyond the limit, and on until it has been begun anew.
    let (mut written, mut longest) = (0_u64, 0);
    while written < 8 * MOST || length() >= longest {
        assert!(written < 2000 * MOST, "the log is never begun anew");
        insert(&storage, &text).await;
        written += text.len() as u64;
        longest = longest.max(length());
    }
    over.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}
