use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{Collection, Config, Storage};

async fn open() -> (Storage, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    let schema = json!({"type": "object", "properties": {"title": {"type": "string"}}});
    storage.declare("test", &[Collection::new("notes", schema)]).await.unwrap();
    (storage, directory)
}

async fn title(storage: &Storage) -> Option<String> {
    let mut unit = storage.begin().await.unwrap();
    unit.get("test", "notes", "a").await.unwrap().map(|document| document.body)
}

async fn put(storage: &Storage, title: &str) {
    let mut unit = storage.begin().await.unwrap();
    let body = json!({ "title": title }).to_string();
    match unit.get("test", "notes", "a").await.unwrap() {
        Some(found) => unit.replace("test", "notes", "a", found.revision, &body).await.unwrap(),
        None => drop(unit.insert("test", "notes", Some("a".to_owned()), &body).await.unwrap()),
    }
    unit.commit().await.unwrap();
}

#[tokio::test]
async fn what_was_read_once_is_answered_from_memory_until_a_commit_touches_it() {
    let (storage, _directory) = open().await;
    let known = |position| {
        let memory = &storage.shared.memory;
        let id = storage.shared.catalog().get("test", "notes").unwrap().id;
        memory.get(id, "a", position).map(|found| found.0.map(|document| document.body))
    };
    assert_eq!(known(storage.position()), None);
    assert_eq!(title(&storage).await, None);
    assert_eq!(known(storage.position()), Some(None), "that there is none is known, too");
    put(&storage, "one").await;
    assert_eq!(known(storage.position()), None);
    let one = title(&storage).await;
    assert_eq!(one.as_deref(), Some(r#"{"title":"one"}"#));
    let position = storage.position();
    assert_eq!(known(position), Some(one.clone()));
    assert_eq!(known(position - 1), None, "it was not read for older snapshots");
    assert_eq!(known(position + 1), None, "of a commit that is not known yet it may be what it changes");
    put(&storage, "two").await;
    assert_eq!(known(storage.position()), None);
    assert_eq!(title(&storage).await.as_deref(), Some(r#"{"title":"two"}"#));
}

#[tokio::test]
async fn an_older_snapshot_neither_sees_what_is_newer_nor_leaves_what_is_older() {
    let (storage, _directory) = open().await;
    put(&storage, "one").await;
    let mut old = storage.begin().await.unwrap();
    put(&storage, "two").await;
    assert_eq!(title(&storage).await.as_deref(), Some(r#"{"title":"two"}"#));
    let seen = old.get("test", "notes", "a").await.unwrap().unwrap();
    assert_eq!(seen.body, r#"{"title":"one"}"#);
    drop(old);
    assert_eq!(title(&storage).await.as_deref(), Some(r#"{"title":"two"}"#));
}

#[test]
fn between_announcing_and_settling_nothing_is_remembered_and_nothing_answered_for_the_new_position() {
    let memory = Memory::at(7);
    let document = Document { key: "a".to_owned(), revision: 1, version: 1, body: "{}".to_owned() };
    memory.put(1, "a", 7, Some(&document));
    memory.announce(8);
    memory.put(1, "b", 7, Some(&document));
    memory.put(1, "c", 8, Some(&document));
    assert_eq!(memory.get(1, "a", 7), Some(Known(Some(document.clone()))), "units of the old position go on");
    assert_eq!(memory.get(1, "a", 8), None);
    assert_eq!(memory.get(1, "b", 7), None);
    memory.settle(8);
    assert_eq!(memory.get(1, "a", 8), Some(Known(Some(document.clone()))), "nothing has touched it");
    assert_eq!(memory.get(1, "c", 8), Some(Known(Some(document))));
    memory.forget_all();
    assert_eq!(memory.get(1, "a", 8), None);
}
