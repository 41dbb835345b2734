//! Durable inserts per second through the commit queue, against one transaction each through the same database.
//!
//! `cargo run --release -p vzaemo-storage --example throughput [UNITS] [TASKS]`

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use vzaemo_storage::{Collection, Config, Counter, Storage};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let units = arguments.next().transpose()?.unwrap_or(40_000);
    let tasks = arguments.next().transpose()?.unwrap_or(256);

    let directory = tempfile::tempdir()?;
    let storage = Storage::open(Config::new(directory.path())).await?;
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

    let queue = spread(units, tasks, async |number| {
        let mut unit = storage.begin().await?;
        unit.insert("bench", "votes", None, &body(number)).await?;
        unit.entry(format!("vote {number}").into_bytes());
        unit.commit().await?;
        Ok(())
    });
    let queue = queue.await?;
    assert_eq!(storage.begin().await?.count("bench", "votes", "votes", "n").await?, units as u64);
    assert!(storage.verify().await?.is_empty());

    let pool = one_each(&directory.path().join("one-each.db")).await?;
    let alone = (units / 10).max(1);
    let one_each = spread(alone, tasks, async |number| {
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
    });
    let one_each = one_each.await?;

    report("commit queue", units, queue);
    report("one transaction each", alone, one_each);
    Ok(())
}

/// The baseline: the same rows, indexes and counter, written by hand.
async fn one_each(file: &std::path::Path) -> Outcome<SqlitePool> {
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

/// Runs `units` pieces of work on `tasks` concurrent tasks and takes the time.
async fn spread(units: usize, tasks: usize, work: impl AsyncFn(usize) -> Outcome<()>) -> Outcome<Duration> {
    let started = Instant::now();
    let work = &work;
    let lanes = (0..tasks).map(|lane| async move {
        for number in (lane..units).step_by(tasks) {
            work(number).await?;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    });
    futures::future::try_join_all(lanes).await?;
    Ok(started.elapsed())
}

fn report(what: &str, units: usize, took: Duration) {
    #[allow(clippy::cast_precision_loss)]
    let per_second = units as f64 / took.as_secs_f64();
    println!("{what}: {units} durable inserts in {took:.2?}, {per_second:.0}/s");
}
