//! An opened database of either kind.

use std::sync::Arc;

use crate::pool::Pool;
use crate::postgres::Server;
use crate::writer::Writer;
use crate::{Config, StorageError, postgres, sqlite};

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
                let file = config.directory.join("vzaemo.db");
                let (writer, pool) = sqlite::open(&file, readers, config.busy_timeout).await?;
                Self { pool: Pool::Sqlite(pool), writer: Writer::Sqlite(writer), server: None }
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
