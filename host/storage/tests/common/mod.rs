//! A storage in a directory of its own, with neutral collections.
#![allow(dead_code)]

use serde_json::json;
use tempfile::TempDir;
use vzaemo_storage::{Collection, Config, Counter, Storage, Unit};

/// The directory goes when this is dropped.
pub struct Place {
    pub storage: Storage,
    pub directory: TempDir,
}

pub fn notes() -> Collection {
    let schema = json!({
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 1},
            "state": {"type": "string"},
            "number": {"type": "string", "pattern": "^[0-9]+$"},
            "weight": {"type": "integer"},
            "author": {"type": "object", "properties": {"person": {"type": "string"}}}
        },
        "required": ["title"],
        "additionalProperties": false
    });
    Collection::new("notes", schema)
        .index(&["state", "weight"])
        .index(&["author.person"])
        .index(&["title"])
        .unique(&["number"])
}

pub fn votes() -> Collection {
    let schema = json!({
        "type": "object",
        "properties": {
            "note": {"type": "string"},
            "person": {"type": "string"},
            "withdrawn": {"type": "boolean"}
        },
        "required": ["note", "person"]
    });
    Collection::new("votes", schema)
        .index(&["note"])
        .unique(&["note", "person"])
        .counter(Counter::by("votes", &["note"]).unless("withdrawn"))
        .counter(Counter::by("pairs", &["note", "person"]))
        .counter(Counter::by("total", &[]))
}

pub fn seats() -> Collection {
    let schema = json!({"type": "object", "properties": {"hall": {"type": "string"}}});
    Collection::new("seats", schema).counter(Counter::by("taken", &["hall"]).bound(3))
}

pub fn due() -> Collection {
    Collection::new("due", json!({"type": "object", "properties": {"at": {"type": "integer"}}}))
        .index(&["at"])
}

pub fn all() -> Vec<Collection> {
    vec![notes(), votes(), seats(), due()]
}

pub async fn open() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(directory.path())).await.unwrap();
    storage.declare("test", &all()).await.unwrap();
    Place { storage, directory }
}

pub async fn insert(unit: &mut Unit, collection: &str, key: &str, body: serde_json::Value) {
    unit.insert("test", collection, Some(key.to_owned()), &body.to_string()).await.unwrap();
}

/// Inserts one document in a unit of its own.
pub async fn put(storage: &Storage, collection: &str, key: &str, body: serde_json::Value) {
    let mut unit = storage.begin().await.unwrap();
    insert(&mut unit, collection, key, body).await;
    unit.commit().await.unwrap();
}

pub fn vote(note: &str, person: &str) -> serde_json::Value {
    json!({"note": note, "person": person})
}
