//! A log of its own on either engine.
#![allow(dead_code, unused_macros, unused_imports)]

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::sync::Arc;
use tempfile::TempDir;
use vzaemo_audit::CheckpointKey;
use vzaemo_clock::Instant;
use vzaemo_storage::{Config, Postgres, Storage};

/// What a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes tests of functions that take an [`Engine`]: one in `sqlite`, one in `postgres`.
macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(super::common::Engine::Sqlite).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(super::common::Engine::Postgres).await; })*
        }
    };
}
pub(crate) use on_both_engines;

/// Of the test key.
pub const SEED: [u8; 32] = [5; 32];

pub fn key() -> CheckpointKey {
    CheckpointKey::new("example.org/audit", SEED).unwrap()
}

pub fn at(millis: i64) -> Instant {
    Instant::from_millis(millis).unwrap()
}

/// The entry with this number.
pub fn bytes(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

/// A log with entries; its directory goes when this is dropped.
pub struct Log {
    pub storage: Storage,
    pub config: Config,
    directory: Arc<TempDir>,
}

pub async fn log(engine: Engine, entries: u64) -> Log {
    let directory = Arc::new(tempfile::tempdir().unwrap());
    let mut config = Config::new(directory.path());
    if engine == Engine::Postgres {
        config.postgres = Some(Postgres::at(vzaemo_test_postgres::shared().schema()));
    }
    let storage = Storage::open(config.clone()).await.unwrap();
    vzaemo_audit::declare(&storage).await.unwrap();
    let log = Log { storage, config, directory };
    log.add(entries).await;
    log
}

impl Log {
    /// Adds entries, some to a unit of work.
    pub async fn add(&self, entries: u64) {
        let first = self.storage.entry_count().await.unwrap();
        let numbers: Vec<_> = (first..first + entries).collect();
        for some in numbers.chunks(100) {
            let mut unit = self.storage.begin().await.unwrap();
            for number in some {
                unit.entry(bytes(*number));
            }
            unit.commit().await.unwrap();
        }
    }

    /// The same once more, as another node has it.
    pub async fn reopen(&self) -> Log {
        let storage = Storage::open(self.config.clone()).await.unwrap();
        vzaemo_audit::declare(&storage).await.unwrap();
        Log { storage, config: self.config.clone(), directory: Arc::clone(&self.directory) }
    }
}

/// Does to the database what nobody should.
pub async fn tamper(log: &Log, statement: &'static str) {
    match &log.config.postgres {
        Some(postgres) => {
            let mut connection = PgConnection::connect(&postgres.url).await.unwrap();
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        }
        None => {
            let file = log.config.directory.join("vzaemo.db");
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        }
    }
}
