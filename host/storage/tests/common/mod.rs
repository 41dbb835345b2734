//! A storage of its own on either engine, with neutral collections.
#![allow(dead_code, unused_macros, unused_imports)]

use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use vzaemo_storage::{Collection, Config, Counter, Insert, Postgres, Storage, Unit};

/// What a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes tests of functions that take an [`Engine`]: one in `sqlite`, one in `postgres`. Those after `threads:` run on
/// several threads.
macro_rules! on_both_engines {
    ($($name:ident)* $(; threads: $($threaded:ident)*)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(super::common::Engine::Sqlite).await; })*
            $($(#[tokio::test(flavor = "multi_thread")]
                async fn $threaded() { super::$threaded(super::common::Engine::Sqlite).await; })*)?
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(super::common::Engine::Postgres).await; })*
            $($(#[tokio::test(flavor = "multi_thread")]
                async fn $threaded() { super::$threaded(super::common::Engine::Postgres).await; })*)?
        }
    };
}
pub(crate) use on_both_engines;

/// The directory goes when this is dropped.
pub struct Place {
    pub storage: Storage,
    pub config: Config,
    pub directory: TempDir,
}

impl Engine {
    /// An empty place: a directory, and on PostgreSQL a schema besides.
    pub fn place(self) -> (Config, TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::new(directory.path());
        if self == Self::Postgres {
            config.postgres = Some(Postgres::at(vzaemo_test_postgres::shared().schema()));
        }
        (config, directory)
    }
}

/// A stranger's transaction that keeps everybody from writing until it is released.
pub enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    pub async fn writes(config: &Config) -> Self {
        if let Some(postgres) = &config.postgres {
            let mut connection = PgConnection::connect(&postgres.url).await.unwrap();
            connection.execute("BEGIN; SELECT position FROM head FOR UPDATE").await.unwrap();
            return Self::Postgres(connection);
        }
        let file = SqliteConnectOptions::new().filename(config.directory.join("vzaemo.db"));
        let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
        connection.execute("BEGIN IMMEDIATE").await.unwrap();
        Self::Sqlite(connection)
    }

    pub async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => drop(connection.execute("ROLLBACK").await.unwrap()),
            Self::Postgres(mut connection) => drop(connection.execute("ROLLBACK").await.unwrap()),
        }
    }
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

pub async fn open(engine: Engine) -> Place {
    let (config, directory) = engine.place();
    let storage = open_as(config.clone()).await;
    Place { storage, config, directory }
}

/// A storage with the collections.
pub async fn open_as(config: Config) -> Storage {
    let storage = Storage::open(config).await.unwrap();
    storage.declare("test", &all()).await.unwrap();
    storage
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

/// Something of everything that is kept.
pub async fn fill(storage: &Storage) {
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

/// What [`fill`] has made is there, and goes on where it was.
pub async fn goes_on(config: &Config) {
    let storage = open_as(config.clone()).await;
    assert_eq!(storage.verify().await.unwrap(), []);
    let mut unit = storage.begin().await.unwrap();
    let note = unit.get("test", "notes", "ї").await.unwrap().unwrap();
    assert_eq!(note.body, "{\"state\":\"open\",\"title\":\"їжак \u{1f994} \\\"й\\\"\",\"weight\":-5}");
    assert!(unit.find_unique("test", "votes", &["note", "person"], &["n", "3-7"]).await.unwrap().is_some());
    let number = unit.number("notes/2026");
    insert(&mut unit, "votes", &number, vote("n", "new")).await;
    let done = unit.commit().await.unwrap();
    assert_eq!((done.position, done.numbers[0].value), (7, 5));
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 1200);
    assert!(unit.get("test", "due", "reached").await.unwrap().is_none());
    drop(unit);
    storage.close().await;
}
