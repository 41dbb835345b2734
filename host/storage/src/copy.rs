//! Copying everything from one database into another one, whichever engines they are, and proving that it is the same.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::batch::{
    DocumentRow, THRESHOLD, add_to_counters, insert_documents, insert_entries, put_head, put_sequences,
    put_threshold, threshold,
};
use crate::catalog::{Compiled, Ids};
use crate::contents::inventory;
use crate::declare::{create_indexes, create_table, create_unique, stored_catalog};
use crate::dump::is_empty;
use crate::engine::Engine;
use crate::prepared::CounterKey;
use crate::reader::{Head, Reader, head};
use crate::transaction::{Row, Statement, Transaction};
use crate::{Config, DeclareError, Document, Inventory, StorageError};

/// How many rows are in memory at once.
const PORTION: u32 = 500;

const COLLECTIONS: &str = "SELECT id, namespace, name, declaration, ids FROM collections ORDER BY id";
const COUNTERS: &str =
    "SELECT collection, counter, key, value FROM counters ORDER BY collection, counter, key";
const SEQUENCES: &str = "SELECT name, last FROM sequences ORDER BY name";

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
pub async fn copy(from: &Config, to: &Config) -> Result<Inventory, CopyError> {
    let source = Engine::open(from).await?;
    let mut target = Engine::open(to).await?;
    let (mut reader, end) = source.pool.begin().await?;
    // First of all, so that neither transaction waits long for the other one: a server ends those that do.
    let original = inventory(&mut reader.0).await?;
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
    original: Inventory,
    target: &mut Transaction<'_>,
) -> Result<Inventory, CopyError> {
    // Whoever else would write there waits from here on.
    head(target, true).await?;
    if !is_empty(target).await? {
        return Err(CopyError::NotEmpty);
    }
    let catalog = stored_catalog(&mut reader.0).await?;
    copy_collections(&mut reader, target).await?;
    for collection in catalog.all() {
        create_table(target, collection, &Ids::new()).await?;
        copy_documents(&mut reader, collection, target).await?;
    }
    copy_sums(&mut reader, target).await?;
    copy_entries(&mut reader, target).await?;
    reader.end().await?;
    put_head(target, end).await?;
    for collection in catalog.all() {
        create_indexes(target, collection).await?;
        create_unique(target, collection).await?;
    }
    let copy = inventory(target).await?;
    if original != copy {
        return Err(CopyError::Differs { original: original.digest, copy: copy.digest });
    }
    Ok(copy)
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
) -> Result<(), StorageError> {
    let mut after = String::new();
    loop {
        let documents = reader.portion(collection.id, &after, PORTION).await?;
        let rows: Vec<_> = documents.into_iter().map(row).collect();
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.key);
        insert_documents(target, collection.id, &rows).await?;
    }
}

fn row(document: Document) -> DocumentRow {
    let Document { key, revision, version, body } = document;
    DocumentRow { key, revision, version, body }
}

/// Counters, thresholds and sequences.
async fn copy_sums(reader: &mut Reader, target: &mut Transaction<'_>) -> Result<(), StorageError> {
    let (mut counters, mut sequences) = (BTreeMap::new(), BTreeMap::new());
    let take = |row: &Row| {
        let key = CounterKey { collection: row.integer(0)?, counter: row.small(1)?, key: row.string(2)? };
        counters.insert(key, row.integer(3)?);
        Ok::<_, StorageError>(())
    };
    reader.0.each(Statement::new(COUNTERS), take).await?;
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
