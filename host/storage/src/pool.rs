//! The connections that read.

use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;

use crate::StorageError;
use crate::postgres::SNAPSHOT;
use crate::reader::{Head, Reader};
use crate::transaction::Transaction;

#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// A snapshot, and the ends of the logs that it sees.
    pub(crate) async fn begin(&self) -> Result<(Reader, Head), StorageError> {
        match self {
            Self::Sqlite(pool) => with_head(Transaction::Sqlite(pool.begin().await?)).await,
            Self::Postgres(pool) => {
                let mut stale = pool.options().get_max_connections();
                loop {
                    let begun = match pool.begin_with(SNAPSHOT).await {
                        Ok(transaction) => with_head(Transaction::Postgres(transaction)).await,
                        Err(error @ sqlx::Error::PoolTimedOut) => return Err(error.into()),
                        Err(error) => Err(error.into()),
                    };
                    match begun {
                        // One that has waited in the pool while the server was started again.
                        Err(StorageError::Unavailable(_)) if stale > 0 => stale -= 1,
                        begun => return begun,
                    }
                }
            }
        }
    }

    /// How long it is waited for a connection.
    pub(crate) fn patience(&self) -> Duration {
        match self {
            Self::Sqlite(pool) => pool.options().get_acquire_timeout(),
            Self::Postgres(pool) => pool.options().get_acquire_timeout(),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

async fn with_head(transaction: Transaction<'static>) -> Result<(Reader, Head), StorageError> {
    let mut reader = Reader(transaction);
    let head = reader.head().await?;
    Ok((reader, head))
}
