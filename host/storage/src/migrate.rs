//! The versions of the storage's own schema, and the way from each to the next.
//!
//! A database bears the version of its schema, and the oldest version of the program's schema that may still work on it.
//! Version 1, which bears none, is `schema.sql` and `postgres.sql`; they are never edited. A change is a step added
//! to [`STEPS`], in two parts that are released apart, so that two versions of the program can work side by side:
//! one that *expands* (what the older program knows stays as it was), and later, when no older one runs any more, one that
//! *contracts* (what nobody needs goes), after which older programs refuse the database.

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use crate::StorageError;
use crate::sql::Dialect;
use crate::transaction::{Statement, Transaction};

/// A change of the schema.
struct Step {
    /// The version that it leads to.
    version: u32,
    /// Whether older programs cannot work on the schema from then on.
    contracts: bool,
    sqlite: &'static str,
    postgres: &'static str,
}

/// All steps, each one version further than the last. Released ones are never edited.
const STEPS: [Step; 1] = [Step {
    version: 2,
    contracts: false,
    sqlite: "CREATE TABLE schema_version (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version INTEGER NOT NULL,
    -- The oldest version of the program's schema that may work on it.
    oldest INTEGER NOT NULL
)",
    postgres: "CREATE TABLE schema_version (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version BIGINT NOT NULL,
    oldest BIGINT NOT NULL
)",
}];

/// The version that bears no stamp.
const FIRST: u32 = 1;

/// What a database bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    version: u32,
    oldest: u32,
}

/// The version that this program works on.
fn newest() -> u32 {
    STEPS.last().map_or(FIRST, |step| step.version)
}

/// Makes the tables of an empty database, or brings those that are there to the present version, in the caller's
/// transaction. A database of a later version is left as it is, and refused if this program cannot work on it.
pub(crate) async fn migrate(transaction: &mut Transaction<'_>) -> Result<(), StorageError> {
    let dialect = transaction.dialect();
    let mut stamp = match read(transaction).await? {
        Some(stamp) => stamp,
        None => {
            transaction.script(base(dialect)).await?;
            Stamp { version: FIRST, oldest: FIRST }
        }
    };
    check(stamp)?;
    if stamp.version >= newest() {
        return Ok(());
    }
    let from = stamp.version;
    for step in STEPS.iter().filter(|step| step.version > from) {
        transaction.script(if dialect == Dialect::Sqlite { step.sqlite } else { step.postgres }).await?;
        stamp.version = step.version;
        if step.contracts {
            stamp.oldest = step.version;
        }
    }
    let statement = Statement::new(
        "INSERT INTO schema_version (only_row, version, oldest) VALUES (1, $1, $2) \
         ON CONFLICT (only_row) DO UPDATE SET version = excluded.version, oldest = excluded.oldest",
    );
    transaction.run(statement.bind(stamp.version).bind(stamp.oldest)).await?;
    tracing::info!(version = stamp.version, "the schema of the storage is made, or brought to this version");
    Ok(())
}

/// The same for the one connection that writes to a file. One that is of the present version already is not locked.
pub(crate) async fn migrate_file(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    let mut transaction = Transaction::Sqlite(connection.begin().await?);
    let found = read(&mut transaction).await?;
    transaction.rollback().await?;
    if found.is_some_and(|stamp| stamp.version == newest()) {
        return Ok(());
    }
    let mut transaction = Transaction::Sqlite(connection.begin_with("BEGIN IMMEDIATE").await?);
    migrate(&mut transaction).await?;
    transaction.commit().await
}

/// Whether the tables are there; an error if this program cannot read them. Nothing is changed.
pub(crate) async fn is_readable(transaction: &mut Transaction<'_>) -> Result<bool, StorageError> {
    let Some(stamp) = read(transaction).await? else { return Ok(false) };
    check(stamp)?;
    if stamp.version < newest() {
        return Err(unsuited(format!(
            "its schema has the version {} and is brought to {} when the platform starts; until then the program that \
             served it last reads it",
            stamp.version,
            newest()
        )));
    }
    Ok(true)
}

fn check(stamp: Stamp) -> Result<(), StorageError> {
    if stamp.oldest > newest() {
        return Err(unsuited(format!(
            "a newer version of the program has brought its schema to version {}, this one works on {}",
            stamp.version,
            newest()
        )));
    }
    Ok(())
}

fn unsuited(reason: String) -> StorageError {
    sqlx::Error::Configuration(reason.into()).into()
}

fn base(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => include_str!("schema.sql"),
        Dialect::Postgres => include_str!("postgres.sql"),
    }
}

/// What the database bears; nothing if it is empty.
async fn read(transaction: &mut Transaction<'_>) -> Result<Option<Stamp>, StorageError> {
    if !has_table(transaction, "head").await? {
        return Ok(None);
    }
    if !has_table(transaction, "schema_version").await? {
        return Ok(Some(Stamp { version: FIRST, oldest: FIRST }));
    }
    let row = transaction.one(Statement::new("SELECT version, oldest FROM schema_version")).await?;
    Ok(Some(Stamp { version: row.small(0)?, oldest: row.small(1)? }))
}

async fn has_table(transaction: &mut Transaction<'_>, name: &str) -> Result<bool, StorageError> {
    let text = match transaction.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
        Dialect::Postgres => {
            "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1"
        }
    };
    Ok(transaction.one(Statement::new(text).bind(name)).await?.integer(0)? > 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_one_version_further() {
        for (step, version) in STEPS.iter().zip(FIRST + 1..) {
            assert_eq!(step.version, version);
            assert!(!step.sqlite.is_empty() && !step.postgres.is_empty());
        }
    }
}
