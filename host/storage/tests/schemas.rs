//! Databases as released versions of the program left them: brought to the present schema, all that they keep is there
//! and goes on. A change of the schema adds a fixture to `schemas/`, never edits one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use common::{Engine, insert, on_both_engines, open, open_as, vote};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use vzaemo_storage::{Config, Storage, dump};

on_both_engines! {
    a_database_of_every_version_is_brought_to_the_present_one
    what_a_newer_program_has_expanded_is_used_and_what_it_has_contracted_is_refused
}

/// The versions of which there are fixtures, with the text for either engine.
const FIXTURES: [(u32, &str, &str); 1] =
    [(1, include_str!("schemas/1.sqlite.sql"), include_str!("schemas/1.postgres.sql"))];

/// Runs statements on the database as somebody else.
async fn run(config: &Config, statements: &'static str) {
    if let Some(postgres) = &config.postgres {
        let mut connection = PgConnection::connect(&postgres.url).await.unwrap();
        connection.execute(sqlx::raw_sql(statements)).await.unwrap();
        return connection.close().await.unwrap();
    }
    let file = SqliteConnectOptions::new().filename(config.directory.join("vzaemo.db"));
    let mut connection =
        SqliteConnection::connect_with(&file.create_if_missing(true).foreign_keys(false)).await.unwrap();
    connection.execute(sqlx::raw_sql(statements)).await.unwrap();
    connection.close().await.unwrap();
}

/// The tables with their columns, and the indexes, as text.
async fn structure(config: &Config) -> Vec<String> {
    if let Some(postgres) = &config.postgres {
        let mut connection = PgConnection::connect(&postgres.url).await.unwrap();
        let text = "SELECT concat_ws(' ', table_name, column_name, data_type, collation_name, is_nullable, \
                    column_default) FROM information_schema.columns WHERE table_schema = current_schema() \
                    UNION ALL SELECT replace(indexdef, current_schema() || '.', '') FROM pg_indexes \
                    WHERE schemaname = current_schema() ORDER BY 1";
        return sqlx::query_scalar(text).fetch_all(&mut connection).await.unwrap();
    }
    let file = SqliteConnectOptions::new().filename(config.directory.join("vzaemo.db"));
    let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
    let text = "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1";
    sqlx::query_scalar(text).fetch_all(&mut connection).await.unwrap()
}

async fn a_database_of_every_version_is_brought_to_the_present_one(engine: Engine) {
    let fresh = open(engine).await;
    for (version, sqlite, postgres) in FIXTURES {
        let (config, _folder): (Config, TempDir) = engine.place();
        run(&config, if engine == Engine::Sqlite { sqlite } else { postgres }).await;
        let storage = open_as(config.clone()).await;
        assert_eq!(structure(&config).await, structure(&fresh.config).await, "from version {version}");
        assert_eq!(storage.verify().await.unwrap(), []);
        assert_eq!((storage.position(), storage.entry_count().await.unwrap()), (5, 5));

        let mut unit = storage.begin().await.unwrap();
        let note = unit.get("test", "notes", "ї").await.unwrap().unwrap();
        assert!(note.body.contains("їжак \u{1f994} \\\"й\\\""), "{}", note.body);
        let found = unit.find_unique("test", "notes", &["number"], &["7"]).await.unwrap();
        assert_eq!(found.unwrap().key, "ї");
        assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 4);
        assert!(unit.get("test", "due", "reached").await.unwrap().is_some());
        assert!(unit.get("test", "due", "far off").await.unwrap().is_none());
        let number = unit.number("notes/2026");
        insert(&mut unit, "votes", &number, vote("n", "new")).await;
        unit.entry(b"one more".to_vec());
        let done = unit.commit().await.unwrap();
        assert_eq!((done.position, done.numbers[0].value, done.first_entry), (6, 5, Some(5)));
        let mut unit = storage.begin().await.unwrap();
        assert!(unit.get("test", "due", "far off").await.unwrap().is_some(), "the fifth vote reaches it");
        drop(unit);
        let dumped = dump(&config, Vec::new()).await.unwrap();
        assert_eq!((dumped.position, dumped.entries), (6, 6));
        storage.close().await;
        // And again, as at every start.
        open_as(config).await.close().await;
    }
}

async fn what_a_newer_program_has_expanded_is_used_and_what_it_has_contracted_is_refused(engine: Engine) {
    let place = open(engine).await;
    place.storage.close().await;
    run(&place.config, "UPDATE schema_version SET version = 99").await;
    open_as(place.config.clone()).await.close().await;
    dump(&place.config, Vec::new()).await.unwrap();
    run(&place.config, "UPDATE schema_version SET oldest = 99 WHERE version = 99").await;
    let chain = |error: &dyn std::error::Error| {
        std::iter::successors(error.source(), |error| error.source())
            .fold(error.to_string(), |text, error| format!("{text}: {error}"))
    };
    let opened = Storage::open(place.config.clone()).await.unwrap_err();
    let dumped = dump(&place.config, Vec::new()).await.unwrap_err();
    for refused in [chain(&opened), chain(&dumped)] {
        assert!(refused.contains("has brought its schema to version 99, this one works on 2"), "{refused}");
    }
}
