//! The connection that writes.

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use crate::StorageError;
use crate::postgres;
use crate::snapshots::Snapshots;
use crate::transaction::Transaction;
use crate::wal::Wal;

#[derive(Debug)]
pub(crate) enum Writer {
    Sqlite(SqliteConnection, Wal),
    Postgres(Box<postgres::Writer>),
}

impl Writer {
    /// Begins the transaction of a batch. On SQLite it holds the write lock from here on, on PostgreSQL from when it
    /// locks the head.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_>, StorageError> {
        Ok(match self {
            Self::Sqlite(connection, _) => {
                Transaction::Sqlite(connection.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(writer) => Transaction::Postgres(writer.connection().await?.begin().await?),
        })
    }

    /// Begins a transaction that only reads, at one snapshot.
    pub(crate) async fn read(&mut self) -> Result<Transaction<'_>, StorageError> {
        Ok(match self {
            Self::Sqlite(connection, _) => Transaction::Sqlite(connection.begin().await?),
            Self::Postgres(writer) => {
                let connection = writer.connection().await?;
                Transaction::Postgres(connection.begin_with(postgres::SNAPSHOT).await?)
            }
        })
    }

    /// Gives up a connection that has failed; the next transaction makes a new one. SQLite's is its file and stays.
    pub(crate) fn lose(&mut self) {
        if let Self::Postgres(writer) = self {
            writer.lose();
        }
    }

    /// To be called between two transactions.
    pub(crate) async fn tidy(&mut self, snapshots: &Snapshots) {
        if let Self::Sqlite(connection, wal) = self {
            wal.shorten(connection, snapshots).await;
        }
    }

    pub(crate) async fn close(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(connection, _) => Ok(connection.close().await?),
            Self::Postgres(writer) => writer.close().await,
        }
    }
}
