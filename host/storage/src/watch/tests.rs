use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{Collection, Config, Counter, Query, Storage, Unit};

async fn open() -> (Storage, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    let text = json!({"type": "string"});
    let schema = json!({"type": "object", "properties": {"note": text, "person": text}});
    let votes = Collection::new("votes", schema)
        .index(&["note", "person"])
        .unique(&["note", "person"])
        .counter(Counter::by("votes", &["note"]));
    storage.declare("test", &[votes]).await.unwrap();
    (storage, directory)
}

async fn vote(storage: &Storage, note: &str, person: &str) {
    let mut unit = storage.begin().await.unwrap();
    let body = json!({"note": note, "person": person}).to_string();
    unit.insert("test", "votes", None, &body).await.unwrap();
    unit.commit().await.unwrap();
}

async fn read(unit: &mut Unit, note: &str) {
    unit.get("test", "votes", note).await.unwrap();
    unit.find_unique("test", "votes", &["note", "person"], &[note, "p"]).await.unwrap();
    unit.select("test", &Query::of("votes").equal("note", note)).await.unwrap();
    unit.count("test", "votes", "votes", note).await.unwrap();
}

async fn watch(storage: &Storage, note: &str) -> Option<Watch> {
    let mut unit = storage.begin().await.unwrap();
    read(&mut unit, note).await;
    storage.watch(unit.dependencies().await.unwrap())
}

fn index(storage: &Storage) -> String {
    let index = storage.shared.watches.lock();
    format!("{:?}", (&index.watched, &index.documents, &index.unique, &index.counters, &index.ranges))
}

#[tokio::test]
async fn what_is_dropped_or_touched_leaves_the_index_and_takes_no_other_along() {
    let (storage, _directory) = open().await;
    let empty = index(&storage);
    let (a, b, again) = (
        watch(&storage, "a").await.unwrap(),
        watch(&storage, "b").await.unwrap(),
        watch(&storage, "a").await,
    );
    drop(again);
    assert!(a.holds() && b.holds());
    vote(&storage, "a", "x").await;
    assert!(!a.holds() && b.holds());
    drop((a, b));
    assert_eq!(index(&storage), empty);
}

#[tokio::test]
async fn what_was_touched_meanwhile_cannot_be_watched() {
    let (storage, _directory) = open().await;
    let mut unit = storage.begin().await.unwrap();
    read(&mut unit, "a").await;
    let mut other = storage.begin().await.unwrap();
    read(&mut other, "b").await;
    vote(&storage, "a", "x").await;
    assert!(storage.watch(unit.dependencies().await.unwrap()).is_none());
    assert!(storage.watch(other.dependencies().await.unwrap()).is_some());
}

#[tokio::test]
async fn the_history_goes_with_the_snapshots_that_need_it() {
    let (storage, _directory) = open().await;
    let mut unit = storage.begin().await.unwrap();
    read(&mut unit, "b").await;
    let dependencies = unit.dependencies().await.unwrap();
    vote(&storage, "a", "x").await;
    vote(&storage, "a", "y").await;
    assert!(storage.shared.watches.lock().history.len() >= 2, "it is needed: a snapshot is older");
    assert!(storage.watch(dependencies).is_some());
    vote(&storage, "a", "z").await;
    vote(&storage, "a", "u").await;
    assert!(storage.shared.watches.lock().history.len() <= 1, "nobody needs it any more");
}

#[tokio::test]
async fn a_history_that_does_not_reach_back_is_no_proof() {
    let (storage, _directory) = open().await;
    let mut unit = storage.begin().await.unwrap();
    read(&mut unit, "b").await;
    vote(&storage, "a", "x").await;
    storage.shared.watches.trim(u64::MAX);
    assert!(storage.watch(unit.dependencies().await.unwrap()).is_none());
}

#[tokio::test]
async fn a_change_of_declarations_ends_all_watches_and_those_of_units_in_progress() {
    let (storage, _directory) = open().await;
    let held = watch(&storage, "a").await.unwrap();
    let mut unit = storage.begin().await.unwrap();
    read(&mut unit, "a").await;
    storage.declare("test", &[Collection::new("other", json!({"type": "object"}))]).await.unwrap();
    assert!(!held.holds());
    assert!(storage.watch(unit.dependencies().await.unwrap()).is_none());
    assert!(watch(&storage, "a").await.is_some());
}

#[tokio::test]
async fn a_lock_poisoned_by_a_panic_forgets_everything() {
    let (storage, _directory) = open().await;
    let held = watch(&storage, "a").await.unwrap();
    let watches = storage.shared.watches.clone();
    let panicked = std::thread::spawn(move || {
        let _index = watches.lock();
        panic!("a bug");
    });
    assert!(panicked.join().is_err());
    let again = watch(&storage, "a").await.unwrap();
    assert!(!held.holds() && again.holds());
}
