//! A platform moves from one engine to the other, and back.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, insert, open, open_as, vote};
use serde_json::json;
use vzaemo_storage::{CopyError, Insert, Storage, copy};

/// Something of everything that is kept.
async fn fill(storage: &Storage) {
    let due = |key: &str| Insert {
        namespace: "test".into(),
        collection: "due".into(),
        key: key.into(),
        body: r#"{"at":1}"#.into(),
    };
    let mut unit = storage.begin().await.unwrap();
    unit.when_count_reaches("test", "votes", "votes", "n", 700, &due("reached")).unwrap();
    unit.when_count_reaches("test", "votes", "votes", "n", 7000, &due("far off")).unwrap();
    insert(&mut unit, "notes", "ї", json!({"title": "їжак \u{1f994} \"й\"", "weight": -5, "state": "open"}))
        .await;
    insert(&mut unit, "notes", "a", json!({"title": "a", "author": {"person": "p"}})).await;
    unit.commit().await.unwrap();
    for part in 0..4 {
        let mut unit = storage.begin().await.unwrap();
        let number = unit.number("notes/2026");
        unit.entry(format!("entry {number}").into_bytes());
        for one in 0..300 {
            let key = format!("{part}-{one}");
            insert(&mut unit, "votes", &key, vote("n", &key)).await;
        }
        unit.commit().await.unwrap();
    }
    // Reached, done and gone: it must not come again.
    let mut unit = storage.begin().await.unwrap();
    unit.remove("test", "due", "reached", 1).await.unwrap();
    unit.remove("test", "votes", "0-0", 1).await.unwrap();
    unit.commit().await.unwrap();
}

#[tokio::test]
async fn a_copy_is_the_same_and_goes_on_where_the_original_was() {
    let original = open(Engine::Sqlite).await;
    fill(&original.storage).await;
    original.storage.clone().close().await;
    let ((postgres, _first), (sqlite, _second)) = (Engine::Postgres.place(), Engine::Sqlite.place());

    let there = copy(&original.config, &postgres).await.unwrap();
    assert_eq!((there.position, there.documents, there.entries), (6, 1201, 4));
    let back = copy(&postgres, &sqlite).await.unwrap();
    assert_eq!(there, back);
    assert!(matches!(copy(&sqlite, &postgres).await, Err(CopyError::NotEmpty)));

    for config in [postgres, sqlite] {
        let storage = open_as(config).await;
        assert_eq!(storage.verify().await.unwrap(), []);
        let mut unit = storage.begin().await.unwrap();
        let note = unit.get("test", "notes", "ї").await.unwrap().unwrap();
        assert_eq!(note.body, "{\"state\":\"open\",\"title\":\"їжак \u{1f994} \\\"й\\\"\",\"weight\":-5}");
        assert!(
            unit.find_unique("test", "votes", &["note", "person"], &["n", "3-7"]).await.unwrap().is_some()
        );
        let number = unit.number("notes/2026");
        insert(&mut unit, "votes", &number, vote("n", "new")).await;
        let done = unit.commit().await.unwrap();
        assert_eq!((done.position, done.numbers[0].value), (7, 5));
        let mut unit = storage.begin().await.unwrap();
        assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 1200);
        assert!(unit.get("test", "due", "reached").await.unwrap().is_none());
    }
}
