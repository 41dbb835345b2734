//! An opened database of either kind.

use std::sync::Arc;

use crate::pool::Pool;
use crate::postgres::Server;
use crate::wal::Wal;
use crate::writer::Writer;
use crate::{Config, StorageError, postgres, sqlite};

/// The database file.
const FILE: &str = "vzaemo.db";

/// A database that is there, to read from only: nothing is made, nothing is changed, nobody waits.
pub(crate) async fn open_to_read(config: &Config) -> Result<Option<Pool>, StorageError> {
    match &config.postgres {
        None => Ok(sqlite::open_to_read(&config.directory.join(FILE), config.busy_timeout)
            .await?
            .map(Pool::Sqlite)),
        Some(wanted) => Ok(postgres::open_to_read(wanted).await?.map(Pool::Postgres)),
    }
}

/// Connections to the tables, which are there.
#[derive(Debug)]
pub(crate) struct Engine {
    pub pool: Pool,
    pub writer: Writer,
    /// None where nobody else commits.
    pub server: Option<Server>,
}

impl Engine {
    pub(crate) async fn open(config: &Config) -> Result<Self, StorageError> {
        let made = tokio::fs::create_dir_all(&config.directory).await;
        made.map_err(|error| StorageError::Database(Arc::new(sqlx::Error::Io(error))))?;
        let readers = config.readers.max(1);
        Ok(match &config.postgres {
            None => {
                let file = config.directory.join(FILE);
                let (writer, pool) = sqlite::open(&file, readers, config).await?;
                let wal = Wal::of(&file, config.wal_max_bytes);
                Self { pool: Pool::Sqlite(pool), writer: Writer::Sqlite(writer, wal), server: None }
            }
            Some(wanted) => {
                let (server, pool, writer) = postgres::open(wanted, readers).await?;
                Self {
                    pool: Pool::Postgres(pool),
                    writer: Writer::Postgres(Box::new(writer)),
                    server: Some(server),
                }
            }
        })
    }
}
