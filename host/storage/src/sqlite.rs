//! Everything that is particular to SQLite.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::error::DatabaseError;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Connection, Row, Sqlite, SqliteTransaction, Transaction};

use crate::plan::{Plan, encode};
use crate::prepared::CounterKey;
use crate::{Document, Rows, StorageError, StoredEntry, sql};

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// The end of the commit log and of the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub position: u64,
    pub entries: u64,
}

/// Opens the database file: the one connection that writes, and those that read.
pub(crate) async fn open(
    file: &Path,
    readers: u32,
    busy_timeout: Duration,
) -> Result<(SqliteConnection, SqlitePool), StorageError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .statement_cache_capacity(512);
    let mut writer = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(include_str!("schema.sql")).execute(&mut writer).await?;
    let pool = PoolOptions::new()
        .max_connections(readers)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok((writer, pool))
}

/// A connection inside a read transaction: one snapshot.
#[derive(Debug)]
pub(crate) struct Reader(Transaction<'static, Sqlite>);

impl Reader {
    pub(crate) async fn begin(pool: &SqlitePool) -> Result<Self, StorageError> {
        Ok(Self(pool.begin().await?))
    }

    pub(crate) async fn end(self) -> Result<(), StorageError> {
        Ok(self.0.rollback().await?)
    }

    /// The first statement of a snapshot: it fixes it.
    pub(crate) async fn head(&mut self) -> Result<Head, StorageError> {
        head(&mut self.0).await
    }

    pub(crate) async fn get(&mut self, collection: i64, key: &str) -> Result<Option<Document>, StorageError> {
        let row = query(sql::get(collection)).bind(key).fetch_optional(&mut *self.0).await?;
        row.map(|row| document(key.to_owned(), &row, 0)).transpose()
    }

    pub(crate) async fn find_unique(
        &mut self,
        collection: i64,
        fields: &[u32],
        values: &[String],
    ) -> Result<Option<Document>, StorageError> {
        let query = values.iter().fold(query(sql::find_unique(collection, fields)), Query::bind);
        let row = query.fetch_optional(&mut *self.0).await?;
        row.map(|row| document(row.try_get(0)?, &row, 1)).transpose()
    }

    /// The rows, and the place in the order of the last one if there are more.
    pub(crate) async fn select(&mut self, plan: &Plan) -> Result<(Rows, Option<Vec<String>>), StorageError> {
        let mut select = query(sql::select(plan));
        for bound in &plan.bounds {
            select = select.bind(&bound.value);
        }
        for value in plan.after.iter().flatten() {
            select = select.bind(value);
        }
        let mut found = select.bind(i64::from(plan.limit) + 1).fetch_all(&mut *self.0).await?;
        let most = usize::try_from(plan.limit).unwrap_or(usize::MAX);
        let more = found.len() > most;
        found.truncate(most);
        let mut rows = Rows { fields: plan.asked.len(), ..Rows::default() };
        for row in &found {
            rows.keys.push(row.try_get(0)?);
            for asked in 0..plan.asked.len() {
                rows.columns.push(row.try_get(1 + plan.order.len() + asked)?);
            }
        }
        let mut until = None;
        if let Some(last) = found.last().filter(|_| more) {
            let mut values: Vec<String> =
                (1..=plan.order.len()).map(|column| last.try_get(column)).collect::<Result<_, _>>()?;
            values.push(last.try_get(0)?);
            rows.next = Some(encode(&values));
            until = Some(values);
        }
        Ok((rows, until))
    }

    pub(crate) async fn count(&mut self, key: &CounterKey) -> Result<u64, StorageError> {
        let value: Option<i64> = sqlx::query_scalar(
            "SELECT value FROM counters WHERE collection = ?1 AND counter = ?2 AND key = ?3",
        )
        .bind(key.collection)
        .bind(key.counter)
        .bind(&key.key)
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(value.map_or(0, unsigned))
    }

    /// All values of a collection's counters.
    pub(crate) async fn counters(
        &mut self,
        collection: i64,
    ) -> Result<BTreeMap<CounterKey, i64>, StorageError> {
        let rows = sqlx::query("SELECT counter, key, value FROM counters WHERE collection = ?1")
            .bind(collection)
            .fetch_all(&mut *self.0)
            .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    CounterKey { collection, counter: row.try_get(0)?, key: row.try_get(1)? },
                    row.try_get(2)?,
                ))
            })
            .collect()
    }

    pub(crate) async fn scan(&mut self, collection: i64, each: impl FnMut(&str)) -> Result<(), StorageError> {
        scan(&mut self.0, collection, each).await
    }

    pub(crate) async fn entries(&mut self, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StorageError> {
        let rows = sqlx::query(
            "SELECT number, position, leaf, bytes FROM entries WHERE number >= ?1 ORDER BY number LIMIT ?2",
        )
        .bind(signed(from))
        .bind(limit)
        .fetch_all(&mut *self.0)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredEntry {
                    number: unsigned(row.try_get(0)?),
                    position: unsigned(row.try_get(1)?),
                    leaf: row.try_get::<Vec<u8>, _>(2)?,
                    bytes: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// SQLite's own check of the file; empty if it is sound.
    pub(crate) async fn integrity(&mut self) -> Result<Vec<String>, StorageError> {
        let mut found: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *self.0).await?;
        found.retain(|line| line != "ok");
        Ok(found)
    }
}

/// Calls `each` with the body of every document of a collection.
pub(crate) async fn scan(
    connection: &mut SqliteConnection,
    collection: i64,
    mut each: impl FnMut(&str),
) -> Result<(), StorageError> {
    let mut rows = query(sql::scan(collection)).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        each(row.try_get(0)?);
    }
    Ok(())
}

/// Begins the transaction of a batch; it holds the write lock from here on.
pub(crate) async fn begin(writer: &mut SqliteConnection) -> Result<SqliteTransaction<'_>, StorageError> {
    Ok(writer.begin_with("BEGIN IMMEDIATE").await?)
}

pub(crate) async fn head(connection: &mut SqliteConnection) -> Result<Head, StorageError> {
    let row = sqlx::query("SELECT position, entries FROM head").fetch_one(connection).await?;
    Ok(Head { position: unsigned(row.try_get(0)?), entries: unsigned(row.try_get(1)?) })
}

/// The last numbers of these sequences.
pub(crate) async fn sequences<'a>(
    connection: &mut SqliteConnection,
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, u64>, StorageError> {
    let rows =
        sqlx::query("SELECT name, last FROM sequences WHERE name IN (SELECT value FROM json_each(?1))")
            .bind(json(&names.collect::<Vec<_>>()))
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, unsigned(row.try_get(1)?)))).collect()
}

/// The values of these counters; those never counted are missing.
pub(crate) async fn counters<'a>(
    connection: &mut SqliteConnection,
    keys: impl Iterator<Item = &'a CounterKey>,
) -> Result<BTreeMap<CounterKey, i64>, StorageError> {
    let rows = sqlx::query(
        "SELECT c.collection, c.counter, c.key, c.value FROM json_each(?1) AS asked CROSS JOIN counters AS c \
         ON c.collection = asked.value ->> 0 AND c.counter = asked.value ->> 1 AND c.key = asked.value ->> 2",
    )
    .bind(json(&keys.map(counter_row).collect::<Vec<_>>()))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let key =
                CounterKey { collection: row.try_get(0)?, counter: row.try_get(1)?, key: row.try_get(2)? };
            Ok((key, row.try_get(3)?))
        })
        .collect()
}

/// A threshold as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ThresholdRow {
    pub target: i64,
    pub target_key: String,
    pub counter: CounterKey,
    pub value: u64,
    pub version: u32,
    pub body: String,
    pub reached: Option<u64>,
}

/// The thresholds not yet reached of these counters, and those, reached or not, with these targets.
pub(crate) async fn thresholds<'a>(
    connection: &mut SqliteConnection,
    keys: impl Iterator<Item = &'a CounterKey>,
    targets: &[(i64, &str)],
) -> Result<Vec<ThresholdRow>, StorageError> {
    let rows = sqlx::query(
        "SELECT t.target, t.target_key, t.collection, t.counter, t.key, t.value, t.version, t.body, t.reached \
         FROM json_each(?1) AS asked CROSS JOIN thresholds AS t \
         ON t.collection = asked.value ->> 0 AND t.counter = asked.value ->> 1 AND t.key = asked.value ->> 2 \
         WHERE t.reached IS NULL \
         UNION \
         SELECT t.target, t.target_key, t.collection, t.counter, t.key, t.value, t.version, t.body, t.reached \
         FROM json_each(?2) AS asked CROSS JOIN thresholds AS t \
         ON t.target = asked.value ->> 0 AND t.target_key = asked.value ->> 1",
    )
    .bind(json(&keys.map(counter_row).collect::<Vec<_>>()))
    .bind(json(targets))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ThresholdRow {
                target: row.try_get(0)?,
                target_key: row.try_get(1)?,
                counter: CounterKey {
                    collection: row.try_get(2)?,
                    counter: row.try_get(3)?,
                    key: row.try_get(4)?,
                },
                value: unsigned(row.try_get(5)?),
                version: row.try_get(6)?,
                body: row.try_get(7)?,
                reached: row.try_get::<Option<i64>, _>(8)?.map(unsigned),
            })
        })
        .collect()
}

/// A document to write.
#[derive(Debug, Clone)]
pub(crate) struct DocumentRow {
    pub key: String,
    pub revision: u64,
    pub version: u32,
    pub body: String,
}

/// All that one durable transaction writes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Keys of documents that go, or that come again in `inserts`, by collection.
    pub deletes: BTreeMap<i64, Vec<String>>,
    pub inserts: BTreeMap<i64, Vec<DocumentRow>>,
    pub thresholds: Vec<ThresholdRow>,
    pub counters: BTreeMap<CounterKey, i64>,
    pub sequences: BTreeMap<String, u64>,
    pub entries: Vec<StoredEntry>,
}

/// Writes a batch. Documents that change are deleted and inserted again, so that unique keys may pass from one to
/// another within a unit.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    batch: &Batch,
    head: Head,
) -> Result<(), StorageError> {
    for (collection, keys) in &batch.deletes {
        query(sql::delete(*collection)).bind(json(keys)).execute(&mut *connection).await?;
    }
    for (collection, rows) in &batch.inserts {
        for rows in chunks(rows) {
            let insert = rows.iter().fold(query(sql::insert(*collection, rows.len())), bind_document);
            insert.execute(&mut *connection).await?;
        }
    }
    for threshold in &batch.thresholds {
        write_threshold(connection, threshold).await?;
    }
    if !batch.counters.is_empty() {
        add_to_counters(connection, &batch.counters).await?;
    }
    if !batch.sequences.is_empty() {
        sqlx::query(
            "INSERT INTO sequences (name, last) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true \
             ON CONFLICT DO UPDATE SET last = excluded.last",
        )
        .bind(json(&batch.sequences.iter().collect::<Vec<_>>()))
        .execute(&mut *connection)
        .await?;
    }
    for entries in chunks(&batch.entries) {
        let insert = entries.iter().fold(query(sql::insert_entries(entries.len())), |query, entry| {
            query.bind(signed(entry.number)).bind(signed(entry.position)).bind(&entry.leaf).bind(&entry.bytes)
        });
        insert.execute(&mut *connection).await?;
    }
    sqlx::query("UPDATE head SET position = ?1, entries = ?2")
        .bind(signed(head.position))
        .bind(signed(head.entries))
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds to counters, each in one step however many units of the batch have counted on it.
pub(crate) async fn add_to_counters(
    connection: &mut SqliteConnection,
    deltas: &BTreeMap<CounterKey, i64>,
) -> Result<(), StorageError> {
    let rows: Vec<_> =
        deltas.iter().map(|(key, delta)| (key.collection, key.counter, &key.key, *delta)).collect();
    sqlx::query(
        "INSERT INTO counters (collection, counter, key, value) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) WHERE true \
         ON CONFLICT DO UPDATE SET value = value + excluded.value",
    )
    .bind(json(&rows))
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_threshold(
    connection: &mut SqliteConnection,
    threshold: &ThresholdRow,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO thresholds (target, target_key, collection, counter, key, value, version, body, reached) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET collection = excluded.collection, \
         counter = excluded.counter, key = excluded.key, value = excluded.value, version = excluded.version, \
         body = excluded.body, reached = excluded.reached WHERE thresholds.reached IS NULL",
    )
    .bind(threshold.target)
    .bind(&threshold.target_key)
    .bind(threshold.counter.collection)
    .bind(threshold.counter.counter)
    .bind(&threshold.counter.key)
    .bind(signed(threshold.value))
    .bind(threshold.version)
    .bind(&threshold.body)
    .bind(threshold.reached.map(signed))
    .execute(&mut *connection)
    .await?;
    if threshold.reached.is_some() {
        let row = DocumentRow {
            key: threshold.target_key.clone(),
            revision: 1,
            version: threshold.version,
            body: threshold.body.clone(),
        };
        bind_document(query(sql::insert_if_absent(threshold.target)), &row).execute(connection).await?;
    }
    Ok(())
}

/// What a failed batch says about its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A unique key is taken: one unit is at fault, and on a fresh snapshot it will see it.
    Unique,
    /// A made key exists or something else in the statements themselves: one unit is at fault and stays so.
    Statement,
    /// The disk, the file or the connection: no unit is at fault.
    Database,
}

pub(crate) fn fault(error: &StorageError) -> Fault {
    let StorageError::Database(error) = error else { return Fault::Database };
    let Some(error) = error.as_database_error() else { return Fault::Database };
    // SQLITE_CONSTRAINT_UNIQUE; a primary key that exists is another code.
    if error.code().as_deref() == Some("2067") {
        return Fault::Unique;
    }
    // Primary result codes: ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE.
    match primary_code(error) {
        Some(1 | 18 | 19 | 20 | 25) => Fault::Statement,
        _ => Fault::Database,
    }
}

fn primary_code(error: &dyn DatabaseError) -> Option<u32> {
    Some(error.code()?.parse::<u32>().ok()? & 0xff)
}

/// A query whose text comes from `sql`, the one place that builds any.
pub(crate) fn query<'q>(sql: String) -> Query<'q> {
    sqlx::query(AssertSqlSafe(sql))
}

fn bind_document<'q>(query: Query<'q>, row: &DocumentRow) -> Query<'q> {
    query.bind(row.key.clone()).bind(signed(row.revision)).bind(row.version).bind(row.body.clone())
}

fn document(key: String, row: &SqliteRow, first: usize) -> Result<Document, StorageError> {
    Ok(Document {
        key,
        revision: unsigned(row.try_get(first)?),
        version: row.try_get(first + 1)?,
        body: row.try_get(first + 2)?,
    })
}

/// Splits rows into groups of 256, 128, … 1, so that few different statements are prepared and all are used again.
fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut size = 256;
    std::iter::from_fn(move || {
        while size > rows.len() && size > 1 {
            size /= 2;
        }
        let (chunk, rest) = rows.split_at_checked(size)?;
        rows = rest;
        Some(chunk)
    })
}

fn counter_row(key: &CounterKey) -> (i64, u32, &str) {
    (key.collection, key.counter, &key.key)
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// SQLite's integers are signed; positions and counts stay far below the difference.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
