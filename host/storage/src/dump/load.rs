//! Loading a dump into an empty database.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::{DumpError, Lines};
use crate::batch::{
    DocumentRow, ThresholdRow, add_to_counters, insert_documents, insert_entries, put_head, put_sequences,
    put_threshold,
};
use crate::catalog::{Catalog, Ids};
use crate::contents::{Item, inventory};
use crate::declare::{create_indexes, create_table, create_unique, stored_catalog};
use crate::engine::Engine;
use crate::prepared::CounterKey;
use crate::reader::{Head, head};
use crate::transaction::{Statement, Transaction};
use crate::{Config, Inventory, StorageError, StoredEntry};

/// How many rows one statement writes, and how many bytes of documents are in memory at once.
const PORTION: usize = 500;
const PORTION_BYTES: usize = 8 << 20;

/// Loads a dump into an empty database, all or nothing, and proves by the digest of what is then read back that the
/// database keeps what the dump holds. Documents come first into their tables, indexes are made of all of them at once.
pub async fn load(config: &Config, dump: impl BufRead) -> Result<Inventory, DumpError> {
    let mut engine = Engine::open(config).await?;
    let mut transaction = engine.writer.begin().await?;
    let loaded = load_all(&mut transaction, dump).await?;
    transaction.commit().await?;
    engine.writer.close().await?;
    engine.pool.close().await;
    Ok(loaded)
}

/// Whether a database keeps nothing yet.
pub(crate) async fn is_empty(transaction: &mut Transaction<'_>) -> Result<bool, StorageError> {
    let found = head(transaction, false).await?;
    let collections = transaction.one(Statement::new("SELECT count(*) FROM collections")).await?;
    Ok(found.position == 0 && collections.integer(0)? == 0)
}

async fn load_all(transaction: &mut Transaction<'_>, dump: impl BufRead) -> Result<Inventory, DumpError> {
    // Whoever else would write waits from here on.
    head(transaction, true).await?;
    if !is_empty(transaction).await? {
        return Err(DumpError::NotEmpty);
    }
    let mut lines = Lines::new(dump)?;
    let mut rows = Rows::default();
    let mut catalog = None;
    while let Some((_, item)) = lines.next()? {
        match item {
            Item::Head { position, entries } => rows.head = Some((position, entries)),
            Item::Collection { id, namespace, name, declaration, ids } => {
                let statement = Statement::new(
                    "INSERT INTO collections (id, namespace, name, declaration, ids) VALUES ($1, $2, $3, $4, $5)",
                );
                let statement = statement.bind(id).bind(&*namespace).bind(&*name);
                transaction.run(statement.bind(declaration.get()).bind(ids.get())).await?;
            }
            other => {
                if catalog.is_none() {
                    catalog = Some(create_tables(transaction).await?);
                }
                rows.take(other);
                rows.write(transaction, PORTION).await?;
            }
        }
    }
    let expected = lines.end()?;
    let catalog = match catalog {
        Some(catalog) => catalog,
        None => create_tables(transaction).await?,
    };
    rows.write(transaction, 1).await?;
    if let Some((position, entries)) = rows.head {
        put_head(transaction, Head { position, entries, declarations: 0 }).await?;
    }
    for collection in catalog.all() {
        create_indexes(transaction, collection).await?;
        create_unique(transaction, collection).await?;
    }
    let found = inventory(transaction).await?;
    if found != expected {
        return Err(DumpError::Loaded { expected: expected.digest, found: found.digest });
    }
    Ok(found)
}

async fn create_tables(transaction: &mut Transaction<'_>) -> Result<Catalog, StorageError> {
    let catalog = stored_catalog(transaction).await?;
    for collection in catalog.all() {
        create_table(transaction, collection, &Ids::new()).await?;
    }
    Ok(catalog)
}

/// Rows on their way into the tables.
#[derive(Default)]
struct Rows {
    head: Option<(u64, u64)>,
    collection: i64,
    documents: Vec<DocumentRow>,
    /// Of the documents in memory.
    bytes: usize,
    /// Documents of the collection before, which the next ones must not be mixed with.
    before: Option<(i64, Vec<DocumentRow>)>,
    counters: BTreeMap<CounterKey, i64>,
    thresholds: Vec<ThresholdRow>,
    sequences: BTreeMap<String, u64>,
    entries: Vec<StoredEntry>,
}

impl Rows {
    fn take(&mut self, item: Item<'_>) {
        match item {
            Item::Head { .. } | Item::Collection { .. } => {}
            Item::Document { collection, key, revision, version, body } => {
                if collection != self.collection && !self.documents.is_empty() {
                    self.before = Some((self.collection, std::mem::take(&mut self.documents)));
                    self.bytes = 0;
                }
                self.collection = collection;
                let body = body.get().to_owned();
                self.bytes += body.len();
                self.documents.push(DocumentRow { key: key.into_owned(), revision, version, body });
            }
            Item::Counter { collection, counter, key, value } => {
                self.counters.insert(CounterKey { collection, counter, key: key.into_owned() }, value);
            }
            Item::Threshold {
                target,
                target_key,
                collection,
                counter,
                key,
                value,
                version,
                body,
                reached,
            } => self.thresholds.push(ThresholdRow {
                target,
                target_key: target_key.into_owned(),
                counter: CounterKey { collection, counter, key: key.into_owned() },
                value,
                version,
                body: body.get().to_owned(),
                reached,
            }),
            Item::Sequence { name, last } => {
                self.sequences.insert(name.into_owned(), last);
            }
            Item::Entry { number, position, leaf, bytes } => {
                self.entries.push(StoredEntry { number, position, leaf, bytes });
            }
        }
    }

    /// Writes what has come to so many rows.
    async fn write(&mut self, transaction: &mut Transaction<'_>, least: usize) -> Result<(), StorageError> {
        if let Some((collection, documents)) = self.before.take() {
            insert_documents(transaction, collection, &documents).await?;
        }
        if self.documents.len() >= least || self.bytes > PORTION_BYTES {
            insert_documents(transaction, self.collection, &self.documents).await?;
            self.documents.clear();
            self.bytes = 0;
        }
        if self.counters.len() >= least {
            add_to_counters(transaction, &self.counters).await?;
            self.counters.clear();
        }
        for threshold in self.thresholds.drain(..) {
            put_threshold(transaction, &threshold).await?;
        }
        if self.sequences.len() >= least {
            put_sequences(transaction, &self.sequences).await?;
            self.sequences.clear();
        }
        if self.entries.len() >= least {
            insert_entries(transaction, &self.entries).await?;
            self.entries.clear();
        }
        Ok(())
    }
}
