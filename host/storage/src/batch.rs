//! What the committer asks of the tables, and writes into them, within one transaction.

use std::collections::BTreeMap;

use crate::prepared::CounterKey;
use crate::reader::Head;
use crate::sql::{self, Dialect};
use crate::transaction::{Row, Set, Statement, Transaction, signed, unsigned};
use crate::{StorageError, StoredEntry};

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

/// A document to write.
#[derive(Debug, Clone)]
pub(crate) struct DocumentRow {
    pub key: String,
    pub revision: u64,
    pub version: u32,
    pub body: String,
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

/// The last numbers of these sequences.
pub(crate) async fn sequences<'a>(
    transaction: &mut Transaction<'_>,
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, u64>, StorageError> {
    let names = Set::default().texts("name", names);
    let asked = sql::source(transaction.dialect(), &names, 1);
    let text = format!("SELECT name, last FROM sequences WHERE name IN (SELECT name FROM {asked})");
    let rows = transaction.rows(Statement::new(text).bind(names)).await?;
    rows.iter().map(|row| Ok((row.string(0)?, row.unsigned(1)?))).collect()
}

/// The values of these counters; those never counted are missing.
pub(crate) async fn counters<'a>(
    transaction: &mut Transaction<'_>,
    keys: impl Iterator<Item = &'a CounterKey> + Clone,
) -> Result<BTreeMap<CounterKey, i64>, StorageError> {
    let keys = counter_set(keys);
    let dialect = transaction.dialect();
    let text = format!(
        "SELECT c.collection, c.counter, c.key, c.value FROM {} {} counters AS c \
         ON c.collection = asked.collection AND c.counter = asked.counter AND c.key = asked.key",
        sql::source(dialect, &keys, 1),
        sql::join(dialect)
    );
    let rows = transaction.rows(Statement::new(text).bind(keys)).await?;
    rows.iter().map(|row| Ok((counter_key(row, 0)?, row.integer(3)?))).collect()
}

/// The thresholds not yet reached of these counters, and those, reached or not, with these targets.
pub(crate) async fn thresholds<'a>(
    transaction: &mut Transaction<'_>,
    keys: impl Iterator<Item = &'a CounterKey> + Clone,
    targets: &[(i64, &str)],
) -> Result<Vec<ThresholdRow>, StorageError> {
    let keys = counter_set(keys);
    let targets = Set::default()
        .integers("target", targets.iter().map(|(target, _)| *target))
        .texts("target_key", targets.iter().map(|(_, key)| *key));
    let dialect = transaction.dialect();
    let second = if dialect == Dialect::Sqlite { 2 } else { 4 };
    let columns = THRESHOLD;
    let text = format!(
        "SELECT {columns} FROM {} {join} thresholds AS t ON t.collection = asked.collection \
         AND t.counter = asked.counter AND t.key = asked.key WHERE t.reached IS NULL \
         UNION SELECT {columns} FROM {} {join} thresholds AS t ON t.target = asked.target \
         AND t.target_key = asked.target_key",
        sql::source(dialect, &keys, 1),
        sql::source(dialect, &targets, second),
        join = sql::join(dialect)
    );
    let rows = transaction.rows(Statement::new(text).bind(keys).bind(targets)).await?;
    rows.iter().map(threshold).collect()
}

/// The columns that [`threshold`] reads.
pub(crate) const THRESHOLD: &str =
    "t.target, t.target_key, t.collection, t.counter, t.key, t.value, t.version, t.body, t.reached";

pub(crate) fn threshold(row: &Row) -> Result<ThresholdRow, StorageError> {
    Ok(ThresholdRow {
        target: row.integer(0)?,
        target_key: row.string(1)?,
        counter: counter_key(row, 2)?,
        value: row.unsigned(5)?,
        version: row.small(6)?,
        body: row.string(7)?,
        reached: row.maybe(8)?.map(unsigned),
    })
}

/// Writes a batch. Documents that change are deleted and inserted again, so that unique keys may pass from one to
/// another within a unit.
pub(crate) async fn write(
    transaction: &mut Transaction<'_>,
    batch: &Batch,
    head: Head,
) -> Result<(), StorageError> {
    for (collection, keys) in &batch.deletes {
        let keys = Set::default().texts("key", keys.iter().map(String::as_str));
        let text = sql::delete(transaction.dialect(), *collection, &keys);
        transaction.run(Statement::new(text).bind(keys)).await?;
    }
    for (collection, rows) in &batch.inserts {
        insert_documents(transaction, *collection, rows).await?;
    }
    for threshold in &batch.thresholds {
        write_threshold(transaction, threshold).await?;
    }
    if !batch.counters.is_empty() {
        add_to_counters(transaction, &batch.counters).await?;
    }
    if !batch.sequences.is_empty() {
        put_sequences(transaction, &batch.sequences).await?;
    }
    insert_entries(transaction, &batch.entries).await?;
    put_head(transaction, head).await
}

/// Moves the ends of the logs.
pub(crate) async fn put_head(transaction: &mut Transaction<'_>, head: Head) -> Result<(), StorageError> {
    let moved = Statement::new("UPDATE head SET position = $1, entries = $2");
    transaction.run(moved.bind(head.position).bind(head.entries)).await?;
    Ok(())
}

/// Writes the last numbers of sequences.
pub(crate) async fn put_sequences(
    transaction: &mut Transaction<'_>,
    sequences: &BTreeMap<String, u64>,
) -> Result<(), StorageError> {
    let numbers = Set::default()
        .texts("name", sequences.keys().map(String::as_str))
        .integers("last", sequences.values().map(|last| signed(*last)));
    let text = format!(
        "INSERT INTO sequences (name, last) SELECT name, last FROM {} WHERE true \
         ON CONFLICT (name) DO UPDATE SET last = excluded.last",
        sql::source(transaction.dialect(), &numbers, 1)
    );
    transaction.run(Statement::new(text).bind(numbers)).await?;
    Ok(())
}

/// Inserts documents with statements of many rows each.
pub(crate) async fn insert_documents(
    transaction: &mut Transaction<'_>,
    collection: i64,
    rows: &[DocumentRow],
) -> Result<(), StorageError> {
    match transaction.dialect() {
        Dialect::Sqlite => {
            for rows in chunks(rows) {
                let insert = Statement::new(sql::insert(collection, rows.len()));
                transaction.run(rows.iter().fold(insert, bind_document)).await?;
            }
        }
        Dialect::Postgres => {
            let rows = Set::default()
                .texts("key", rows.iter().map(|row| row.key.as_str()))
                .integers("revision", rows.iter().map(|row| signed(row.revision)))
                .integers("version", rows.iter().map(|row| row.version.into()))
                .texts("body", rows.iter().map(|row| row.body.as_str()));
            transaction.run(Statement::new(sql::insert_set(collection, &rows)).bind(rows)).await?;
        }
    }
    Ok(())
}

/// Inserts audit entries with statements of many rows each.
pub(crate) async fn insert_entries(
    transaction: &mut Transaction<'_>,
    entries: &[StoredEntry],
) -> Result<(), StorageError> {
    match transaction.dialect() {
        _ if entries.is_empty() => {}
        Dialect::Sqlite => {
            for entries in chunks(entries) {
                let insert = Statement::new(sql::insert_entries(entries.len()));
                let insert = entries.iter().fold(insert, |insert, entry| {
                    let insert = insert.bind(entry.number).bind(entry.position);
                    insert.bind(entry.leaf.as_slice()).bind(entry.bytes.as_slice())
                });
                transaction.run(insert).await?;
            }
        }
        Dialect::Postgres => {
            let rows = Set::default()
                .integers("number", entries.iter().map(|entry| signed(entry.number)))
                .integers("position", entries.iter().map(|entry| signed(entry.position)))
                .blobs("leaf", entries.iter().map(|entry| entry.leaf.as_slice()))
                .blobs("bytes", entries.iter().map(|entry| entry.bytes.as_slice()));
            let text = format!(
                "INSERT INTO entries (number, position, leaf, bytes) SELECT number, position, leaf, bytes FROM {}",
                sql::source(Dialect::Postgres, &rows, 1)
            );
            transaction.run(Statement::new(text).bind(rows)).await?;
        }
    }
    Ok(())
}

/// Adds to counters, each in one step however many units of the batch have counted on it.
pub(crate) async fn add_to_counters(
    transaction: &mut Transaction<'_>,
    deltas: &BTreeMap<CounterKey, i64>,
) -> Result<(), StorageError> {
    let rows = counter_set(deltas.keys()).integers("value", deltas.values().copied());
    let text = format!(
        "INSERT INTO counters (collection, counter, key, value) SELECT collection, counter, key, value FROM {} \
         WHERE true ON CONFLICT (collection, counter, key) DO UPDATE SET value = counters.value + excluded.value",
        sql::source(transaction.dialect(), &rows, 1)
    );
    transaction.run(Statement::new(text).bind(rows)).await?;
    Ok(())
}

/// Writes a threshold, and the document that it inserts if it is reached.
async fn write_threshold(
    transaction: &mut Transaction<'_>,
    threshold: &ThresholdRow,
) -> Result<(), StorageError> {
    put_threshold(transaction, threshold).await?;
    if threshold.reached.is_some() {
        let insert = Statement::new(sql::insert_if_absent(transaction.dialect(), threshold.target))
            .bind(&threshold.target_key)
            .bind(1_i64)
            .bind(threshold.version)
            .bind(&threshold.body);
        transaction.run(insert).await?;
    }
    Ok(())
}

/// Writes a threshold itself.
pub(crate) async fn put_threshold(
    transaction: &mut Transaction<'_>,
    threshold: &ThresholdRow,
) -> Result<(), StorageError> {
    let statement = Statement::new(
        "INSERT INTO thresholds (target, target_key, collection, counter, key, value, version, body, reached) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (target, target_key) DO UPDATE \
         SET collection = excluded.collection, counter = excluded.counter, key = excluded.key, \
         value = excluded.value, version = excluded.version, body = excluded.body, reached = excluded.reached \
         WHERE thresholds.reached IS NULL",
    )
    .bind(threshold.target)
    .bind(&threshold.target_key)
    .bind(threshold.counter.collection)
    .bind(threshold.counter.counter)
    .bind(&threshold.counter.key)
    .bind(threshold.value)
    .bind(threshold.version)
    .bind(&threshold.body)
    .bind(threshold.reached);
    transaction.run(statement).await?;
    Ok(())
}

fn bind_document<'v>(statement: Statement<'v>, row: &'v DocumentRow) -> Statement<'v> {
    statement.bind(&row.key).bind(row.revision).bind(row.version).bind(&row.body)
}

fn counter_set<'a>(keys: impl Iterator<Item = &'a CounterKey> + Clone) -> Set<'a> {
    Set::default()
        .integers("collection", keys.clone().map(|key| key.collection))
        .integers("counter", keys.clone().map(|key| key.counter.into()))
        .texts("key", keys.map(|key| key.key.as_str()))
}

fn counter_key(row: &Row, first: usize) -> Result<CounterKey, StorageError> {
    Ok(CounterKey {
        collection: row.integer(first)?,
        counter: row.small(first + 1)?,
        key: row.string(first + 2)?,
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
