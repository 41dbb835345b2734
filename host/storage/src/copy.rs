//! Copying everything from one database into another one, whichever engines they are, and proving that it is the same.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::batch::{
    DocumentRow, THRESHOLD, add_to_counters, insert_documents, insert_entries, put_head, put_sequences,
    put_threshold, threshold,
};
use crate::catalog::{Compiled, Ids};
use crate::declare::{create_indexes, create_table, create_unique, stored_catalog};
use crate::engine::Engine;
use crate::prepared::CounterKey;
use crate::reader::{Head, Reader, head};
use crate::transaction::{Row, Statement, Transaction};
use crate::{Config, DeclareError, StorageError, sql};

/// How many rows are in memory at once.
const PORTION: u32 = 500;

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The end of the commit log.
    pub position: u64,
    /// Documents of all collections.
    pub documents: u64,
    /// Audit entries.
    pub entries: u64,
    /// SHA-256 over all that is kept, the same of both databases.
    pub digest: String,
}

/// Why nothing was copied. The target is as it was.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The target holds something already.
    #[error("copy into a database that is not empty")]
    NotEmpty,
    /// What was read back differs from what was written.
    #[error("copy: the copy has the digest {copy}, the original {original}")]
    Differs {
        /// Of the source.
        original: String,
        /// Of the target.
        copy: String,
    },
    /// A collection cannot be made in the target.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// One of the databases failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Copies all documents, counters, thresholds, sequences and audit entries with the declarations of their collections,
/// in one transaction each. The target must be empty, and nobody should write to the source meanwhile: what is
/// committed after the copy has begun is not in it.
pub async fn copy(from: &Config, to: &Config) -> Result<Copied, CopyError> {
    let source = Engine::open(from).await?;
    let mut target = Engine::open(to).await?;
    let (mut reader, end) = source.pool.begin().await?;
    // First of all, so that neither transaction waits long for the other one: a server ends those that do.
    let original = digest(&mut reader.0).await?;
    let mut transaction = target.writer.begin().await?;
    let copied = copy_all(reader, end, original, &mut transaction).await?;
    transaction.commit().await?;
    source.writer.close().await?;
    source.pool.close().await;
    target.writer.close().await?;
    target.pool.close().await;
    Ok(copied)
}

async fn copy_all(
    mut reader: Reader,
    end: Head,
    original: String,
    target: &mut Transaction<'_>,
) -> Result<Copied, CopyError> {
    let found = head(target, true).await?;
    let collections = target.one(Statement::new("SELECT count(*) FROM collections")).await?;
    if found.position != 0 || collections.integer(0)? != 0 {
        return Err(CopyError::NotEmpty);
    }
    let catalog = stored_catalog(&mut reader.0).await?;
    copy_collections(&mut reader, target).await?;
    let mut documents = 0;
    for collection in catalog.all() {
        create_table(target, collection, &Ids::new()).await?;
        documents += copy_documents(&mut reader, collection, target).await?;
    }
    copy_sums(&mut reader, target).await?;
    copy_entries(&mut reader, target).await?;
    reader.end().await?;
    put_head(target, end).await?;
    for collection in catalog.all() {
        create_indexes(target, collection).await?;
        create_unique(target, collection).await?;
    }
    let copy = digest(target).await?;
    if original != copy {
        return Err(CopyError::Differs { original, copy });
    }
    Ok(Copied { position: end.position, documents, entries: end.entries, digest: copy })
}

async fn copy_collections(reader: &mut Reader, target: &mut Transaction<'_>) -> Result<(), StorageError> {
    for row in reader.0.rows(Statement::new(COLLECTIONS)).await? {
        let statement = Statement::new(
            "INSERT INTO collections (id, namespace, name, declaration, ids) VALUES ($1, $2, $3, $4, $5)",
        );
        let statement = statement.bind(row.integer(0)?).bind(row.text(1)?).bind(row.text(2)?);
        target.run(statement.bind(row.text(3)?).bind(row.text(4)?)).await?;
    }
    Ok(())
}

async fn copy_documents(
    reader: &mut Reader,
    collection: &Compiled,
    target: &mut Transaction<'_>,
) -> Result<u64, StorageError> {
    let (mut count, mut after) = (0, String::new());
    loop {
        let portion = Statement::new(sql::portion(collection.id)).bind(&after).bind(PORTION);
        let rows = reader.0.rows(portion).await?;
        let rows = rows.iter().map(document).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = rows.last() else { return Ok(count) };
        after.clone_from(&last.key);
        count += rows.len() as u64;
        insert_documents(target, collection.id, &rows).await?;
    }
}

fn document(row: &Row) -> Result<DocumentRow, StorageError> {
    Ok(DocumentRow {
        key: row.string(0)?,
        revision: row.unsigned(1)?,
        version: row.small(2)?,
        body: row.string(3)?,
    })
}

/// Counters, thresholds and sequences.
async fn copy_sums(reader: &mut Reader, target: &mut Transaction<'_>) -> Result<(), StorageError> {
    let (mut counters, mut sequences) = (BTreeMap::new(), BTreeMap::new());
    reader
        .0
        .each(Statement::new(COUNTERS), |row| {
            let key = CounterKey { collection: row.integer(0)?, counter: row.small(1)?, key: row.string(2)? };
            counters.insert(key, row.integer(3)?);
            Ok(())
        })
        .await?;
    if !counters.is_empty() {
        add_to_counters(target, &counters).await?;
    }
    let thresholds = format!("SELECT {THRESHOLD} FROM thresholds AS t");
    for row in reader.0.rows(Statement::new(thresholds)).await? {
        put_threshold(target, &threshold(&row)?).await?;
    }
    for row in reader.0.rows(Statement::new(SEQUENCES)).await? {
        sequences.insert(row.string(0)?, row.unsigned(1)?);
    }
    if !sequences.is_empty() {
        put_sequences(target, &sequences).await?;
    }
    Ok(())
}

async fn copy_entries(reader: &mut Reader, target: &mut Transaction<'_>) -> Result<(), StorageError> {
    let mut next = 0;
    loop {
        let entries = reader.entries(next, PORTION).await?;
        let Some(last) = entries.last() else { return Ok(()) };
        next = last.number + 1;
        insert_entries(target, &entries).await?;
    }
}

const COLLECTIONS: &str = "SELECT id, namespace, name, declaration, ids FROM collections ORDER BY id";
const COUNTERS: &str =
    "SELECT collection, counter, key, value FROM counters ORDER BY collection, counter, key";
const SEQUENCES: &str = "SELECT name, last FROM sequences ORDER BY name";

/// A digest over everything that is kept, whatever the engine.
async fn digest(transaction: &mut Transaction<'_>) -> Result<String, StorageError> {
    let mut sum = Sum(Sha256::new());
    let mut collections = Vec::new();
    for row in transaction.rows(Statement::new(COLLECTIONS)).await? {
        collections.push(row.integer(0)?);
        sum.integers(&row, &[0])?;
        sum.texts(&row, &[1, 2, 3, 4])?;
    }
    for collection in collections {
        sum.number(collection);
        let scan = Statement::new(sql::scan(collection));
        transaction
            .each(scan, |row| sum.texts(row, &[0, 3]).and_then(|()| sum.integers(row, &[1, 2])))
            .await?;
    }
    let counters = Statement::new(COUNTERS);
    transaction
        .each(counters, |row| sum.integers(row, &[0, 1, 3]).and_then(|()| sum.texts(row, &[2])))
        .await?;
    let thresholds = format!("SELECT {THRESHOLD} FROM thresholds AS t ORDER BY t.target, t.target_key");
    for row in transaction.rows(Statement::new(thresholds)).await? {
        sum.integers(&row, &[0, 2, 3, 5, 6])?;
        sum.texts(&row, &[1, 4, 7])?;
        sum.number(row.maybe(8)?.unwrap_or(-1));
    }
    let sequences = Statement::new(SEQUENCES);
    transaction.each(sequences, |row| sum.texts(row, &[0]).and_then(|()| sum.integers(row, &[1]))).await?;
    let entries = Statement::new("SELECT number, position, leaf, bytes FROM entries ORDER BY number");
    transaction
        .each(entries, |row| {
            sum.integers(row, &[0, 1])?;
            sum.bytes(&row.bytes(2)?);
            sum.bytes(&row.bytes(3)?);
            Ok(())
        })
        .await?;
    let end = head(transaction, false).await?;
    sum.0.update(end.position.to_be_bytes());
    sum.0.update(end.entries.to_be_bytes());
    Ok(hex::encode(sum.0.finalize()))
}

/// A digest to which each value adds its length too, so that no two lists of values give the same.
struct Sum(Sha256);

impl Sum {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    fn texts(&mut self, row: &Row, columns: &[usize]) -> Result<(), StorageError> {
        for column in columns {
            self.bytes(row.text(*column)?.as_bytes());
        }
        Ok(())
    }

    fn integers(&mut self, row: &Row, columns: &[usize]) -> Result<(), StorageError> {
        for column in columns {
            self.number(row.integer(*column)?);
        }
        Ok(())
    }
}
