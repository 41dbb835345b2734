//! Opening SQLite.

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqliteSynchronous,
};

use crate::migrate::{is_readable, migrate_file};
use crate::transaction::Transaction;
use crate::{Config, StorageError};

/// When SQLite waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// At every commit: nothing acknowledged is lost.
    Full,
    /// When the write-ahead log is written back: a power cut takes away what was acknowledged since. The platform never
    /// uses it; a test shows with it that it would notice.
    Normal,
}

/// Opens a database file that is there, while another process may be writing to it.
pub(crate) async fn open_to_read(
    file: &Path,
    busy_timeout: Duration,
) -> Result<Option<SqlitePool>, StorageError> {
    if !file.is_file() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(busy_timeout);
    let pool = PoolOptions::new().max_connections(1).connect_with(options.pragma("query_only", "ON")).await?;
    let mut transaction = Transaction::Sqlite(pool.begin().await?);
    let readable = is_readable(&mut transaction).await?;
    transaction.rollback().await?;
    Ok(readable.then_some(pool))
}

/// Connections beside those of units: for what reads by itself, so that it waits for no unit.
const BESIDE: u32 = 4;

/// Opens the database file: the one connection that writes, and those that read.
pub(crate) async fn open(
    file: &Path,
    readers: u32,
    config: &Config,
) -> Result<(SqliteConnection, SqlitePool), StorageError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match config.synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
        .foreign_keys(true)
        .busy_timeout(config.busy_timeout)
        .statement_cache_capacity(512);
    let mut writer = SqliteConnection::connect_with(&options).await?;
    migrate_file(&mut writer).await?;
    let pool = PoolOptions::new()
        .max_connections(readers.saturating_add(BESIDE))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok((writer, pool))
}
