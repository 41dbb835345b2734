//! Durable commits in process: the queue against one transaction each, written by hand.

use crate::Scale;
use crate::report::{Goal, Row};
use anyhow::{Result, ensure};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use vzaemo_storage::{Collection, Config, Counter, Storage};

/// Units of work that are under way at the same time.
const AT_ONCE: usize = 256;

/// The row.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let units = scale.pick(40_000, 5_000);
    let rows = std::thread::spawn(move || -> Result<Vec<Row>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(rows(units))
    });
    tokio::task::spawn_blocking(move || rows.join()).await?.expect("the measuring thread does not panic")
}

async fn rows(units: usize) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let storage = Storage::open(Config::new(folder.path())).await?;
    let schema = json!({
        "type": "object",
        "properties": {"note": {"type": "string"}, "person": {"type": "string"}, "at": {"type": "string"}},
        "required": ["note", "person", "at"]
    });
    let votes = Collection::new("votes", schema)
        .index(&["note", "at"])
        .unique(&["note", "person"])
        .counter(Counter::by("votes", &["note"]));
    storage.declare("bench", &[votes]).await?;
    let of_queue = storage.clone();
    let queued = rate(units, move |number| {
        let storage = of_queue.clone();
        async move {
            let mut unit = storage.begin().await?;
            unit.insert("bench", "votes", None, &body(number)).await?;
            unit.entry(format!("vote {number}").into_bytes());
            unit.commit().await?;
            Ok(())
        }
    })
    .await?;
    let counted = storage.begin().await?.count("bench", "votes", "votes", "n").await?;
    ensure!(usize::try_from(counted)? == units, "commit all units: {counted} of {units} are there");

    let pool = one_each(&folder.path().join("one-each.db")).await?;
    let alone = rate(units / 10, move |number| {
        let pool = pool.clone();
        async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query("INSERT INTO votes (key, body) VALUES (?1, ?2)")
                .bind(format!("{number:032}"))
                .bind(body(number))
                .execute(&mut *transaction)
                .await?;
            sqlx::query("INSERT INTO entries (bytes) VALUES (?1)")
                .bind(format!("vote {number}").into_bytes())
                .execute(&mut *transaction)
                .await?;
            sqlx::query("UPDATE counter SET value = value + 1").execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(())
        }
    })
    .await?;
    Ok(vec![
        Row::new("durable commits in process, against one transaction each", queued, "/s")
            .against(alone)
            .goal(Goal::Times(3.0)),
    ])
}

/// The baseline: the same rows, indexes and counter, written by hand.
async fn one_each(file: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_mins(1));
    let pool = sqlx::pool::PoolOptions::new().max_connections(1).acquire_timeout(Duration::from_mins(10));
    let pool = pool.connect_with(options).await?;
    sqlx::raw_sql(
        "CREATE TABLE votes (key TEXT PRIMARY KEY, body TEXT, \
         note TEXT AS (body ->> '$.note'), person TEXT AS (body ->> '$.person'), at TEXT AS (body ->> '$.at')); \
         CREATE INDEX by_note ON votes (note, at, key); CREATE UNIQUE INDEX one_each ON votes (note, person); \
         CREATE TABLE counter (value INTEGER); INSERT INTO counter VALUES (0); \
         CREATE TABLE entries (number INTEGER PRIMARY KEY, bytes BLOB)",
    )
    .execute(&pool)
    .await?;
    Ok(pool)
}

fn body(number: usize) -> String {
    json!({"note": "n", "person": format!("person-{number}"), "at": format!("{number:012}")}).to_string()
}

/// Pieces of work per second, many of them under way at the same time.
async fn rate<F>(units: usize, work: impl Fn(usize) -> F + Send + Sync + 'static) -> Result<f64>
where
    F: Future<Output = Result<()>> + Send,
{
    let begun = Instant::now();
    let work = Arc::new(work);
    let mut lanes = JoinSet::new();
    for lane in 0..AT_ONCE {
        let work = Arc::clone(&work);
        lanes.spawn(async move {
            for number in (lane..units).step_by(AT_ONCE) {
                work(number).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    #[allow(clippy::cast_precision_loss)] // thousands
    Ok(units as f64 / begun.elapsed().as_secs_f64())
}
