//! Keeping SQLite's write-ahead log short.
//!
//! SQLite copies the log into the database file by itself, but begins the log anew only at a moment when nobody reads
//! from it. On a busy platform, and with snapshots that wait for their next unit, there is no such moment; the log
//! would grow for ever. So when it has grown too long, the committer makes one: it has what is copied copied, lends no
//! snapshot twice meanwhile, and waits for the readers of older ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::time::Instant;

use crate::StorageError;
use crate::snapshots::Snapshots;

/// How often the length is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long to leave it when readers did not go in time.
const REST: Duration = Duration::from_secs(10);

/// The write-ahead log of a database file.
#[derive(Debug)]
pub(crate) struct Wal {
    file: PathBuf,
    max_bytes: u64,
    next: Instant,
}

impl Wal {
    pub(crate) fn of(database: &Path, max_bytes: u64) -> Self {
        let mut file = database.as_os_str().to_owned();
        file.push("-wal");
        Self { file: file.into(), max_bytes, next: Instant::now() }
    }

    /// Begins the log anew if it has grown too long. A failure is told to the operator, and tried again later.
    pub(crate) async fn shorten(&mut self, connection: &mut SqliteConnection, snapshots: &Snapshots) {
        if Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + LOOK;
        let length = tokio::fs::metadata(&self.file).await.map_or(0, |data| data.len());
        if length <= self.max_bytes {
            return;
        }
        snapshots.keep(false);
        let begun = Instant::now();
        match restart(connection).await {
            Ok(true) => tracing::debug!(length, took = ?begun.elapsed(), "began the write-ahead log anew"),
            Ok(false) => {
                self.next = Instant::now() + REST;
                tracing::warn!(
                    length,
                    "the write-ahead log is long, and readers kept it from beginning anew"
                );
            }
            Err(error) => {
                self.next = Instant::now() + REST;
                tracing::warn!(%error, length, "failed to begin the write-ahead log anew");
            }
        }
        snapshots.keep(true);
    }
}

/// Whether it could be done.
async fn restart(connection: &mut SqliteConnection) -> Result<bool, StorageError> {
    let row = sqlx::query(AssertSqlSafe("PRAGMA wal_checkpoint(TRUNCATE)")).fetch_one(connection).await?;
    Ok(row.try_get::<i64, _>(0)? == 0)
}
