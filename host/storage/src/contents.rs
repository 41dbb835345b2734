//! All that a database keeps, item by item in one order whatever the engine, and the digest over it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::batch::THRESHOLD;
use crate::reader::{Head, head};
use crate::transaction::{Row, Statement, Transaction};
use crate::{StorageError, sql};

/// What a database keeps, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The end of the commit log.
    pub position: u64,
    /// Collections that were ever declared.
    pub collections: u64,
    /// Documents of all collections.
    pub documents: u64,
    /// Audit entries.
    pub entries: u64,
    /// SHA-256 over all that is kept, the same of any two databases that keep the same.
    pub digest: String,
}

/// One thing that is kept, as it stands on a line of a dump. Items come in the order of the variants, those of a
/// variant in that of their numbers and keys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(crate) enum Item<'a> {
    /// The ends of the logs.
    Head { position: u64, entries: u64 },
    /// A collection with its declaration, and the numbers given to what it declares.
    Collection {
        id: i64,
        #[serde(borrow)]
        namespace: Cow<'a, str>,
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        declaration: &'a RawValue,
        #[serde(borrow)]
        ids: &'a RawValue,
    },
    Document {
        collection: i64,
        #[serde(borrow)]
        key: Cow<'a, str>,
        revision: u64,
        version: u32,
        #[serde(borrow)]
        body: &'a RawValue,
    },
    Counter {
        collection: i64,
        counter: u32,
        #[serde(borrow)]
        key: Cow<'a, str>,
        value: i64,
    },
    Threshold {
        target: i64,
        #[serde(borrow)]
        target_key: Cow<'a, str>,
        collection: i64,
        counter: u32,
        #[serde(borrow)]
        key: Cow<'a, str>,
        value: u64,
        version: u32,
        #[serde(borrow)]
        body: &'a RawValue,
        /// The position at which it was reached.
        reached: Option<u64>,
    },
    Sequence {
        #[serde(borrow)]
        name: Cow<'a, str>,
        last: u64,
    },
    Entry {
        number: u64,
        position: u64,
        #[serde(with = "base64_text")]
        leaf: Vec<u8>,
        #[serde(with = "base64_text")]
        bytes: Vec<u8>,
    },
}

/// Bytes as text.
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(&*text).map_err(de::Error::custom)
    }
}

/// Counts items and adds them to a digest, in which each value stands with its kind and its length, so that no two
/// lists of items give the same.
#[derive(Debug)]
pub(crate) struct Tally {
    sum: Sha256,
    position: u64,
    collections: u64,
    documents: u64,
    entries: u64,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { sum: Sha256::new(), position: 0, collections: 0, documents: 0, entries: 0 }
    }

    pub(crate) fn add(&mut self, item: &Item<'_>) {
        match item {
            Item::Head { position, entries } => {
                self.position = *position;
                self.kind(0).unsigned(*position).unsigned(*entries);
            }
            Item::Collection { id, namespace, name, declaration, ids } => {
                self.collections += 1;
                self.kind(1).integer(*id).text(namespace).text(name).text(declaration.get()).text(ids.get());
            }
            Item::Document { collection, key, revision, version, body } => {
                self.documents += 1;
                self.kind(2).integer(*collection).text(key).unsigned(*revision).unsigned((*version).into());
                self.text(body.get());
            }
            Item::Counter { collection, counter, key, value } => {
                self.kind(3).integer(*collection).unsigned((*counter).into()).text(key).integer(*value);
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
            } => {
                self.kind(4).integer(*target).text(target_key).integer(*collection);
                self.unsigned((*counter).into()).text(key).unsigned(*value).unsigned((*version).into());
                self.text(body.get()).unsigned(reached.unwrap_or(u64::MAX));
            }
            Item::Sequence { name, last } => {
                self.kind(5).text(name).unsigned(*last);
            }
            Item::Entry { number, position, leaf, bytes } => {
                self.entries += 1;
                self.kind(6).unsigned(*number).unsigned(*position).bytes(leaf).bytes(bytes);
            }
        }
    }

    pub(crate) fn end(self) -> Inventory {
        Inventory {
            position: self.position,
            collections: self.collections,
            documents: self.documents,
            entries: self.entries,
            digest: hex::encode(self.sum.finalize()),
        }
    }

    fn kind(&mut self, kind: u8) -> &mut Self {
        self.sum.update([kind]);
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.sum.update((bytes.len() as u64).to_be_bytes());
        self.sum.update(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn integer(&mut self, number: i64) -> &mut Self {
        self.sum.update(number.to_be_bytes());
        self
    }

    fn unsigned(&mut self, number: u64) -> &mut Self {
        self.sum.update(number.to_be_bytes());
        self
    }
}

/// The digest and the counts of all that is kept.
pub(crate) async fn inventory(transaction: &mut Transaction<'_>) -> Result<Inventory, StorageError> {
    let mut tally = Tally::new();
    each(transaction, |item| {
        tally.add(item);
        Ok::<_, StorageError>(())
    })
    .await?;
    Ok(tally.end())
}

/// Calls `visit` with all that is kept, as it comes, however much there is.
pub(crate) async fn each<E: From<StorageError>>(
    transaction: &mut Transaction<'_>,
    mut visit: impl FnMut(&Item<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // The first statement: it fixes the snapshot.
    let Head { position, entries, .. } = head(transaction, false).await?;
    visit(&Item::Head { position, entries })?;
    let mut collections = Vec::new();
    let statement =
        Statement::new("SELECT id, namespace, name, declaration, ids FROM collections ORDER BY id");
    transaction
        .each(statement, |row| {
            collections.push(row.integer(0)?);
            visit(&collection(row)?)
        })
        .await?;
    for id in collections {
        transaction.each(Statement::new(sql::scan(id)), |row| visit(&document(id, row)?)).await?;
    }
    let statement = Statement::new(
        "SELECT collection, counter, key, value FROM counters ORDER BY collection, counter, key",
    );
    transaction.each(statement, |row| visit(&counter(row)?)).await?;
    let statement = format!("SELECT {THRESHOLD} FROM thresholds AS t ORDER BY t.target, t.target_key");
    transaction.each(Statement::new(statement), |row| visit(&threshold(row)?)).await?;
    let statement = Statement::new("SELECT name, last FROM sequences ORDER BY name");
    transaction.each(statement, |row| visit(&sequence(row)?)).await?;
    let statement = Statement::new("SELECT number, position, leaf, bytes FROM entries ORDER BY number");
    transaction.each(statement, |row| visit(&entry(row)?)).await
}

fn collection(row: &Row) -> Result<Item<'_>, StorageError> {
    Ok(Item::Collection {
        id: row.integer(0)?,
        namespace: row.text(1)?.into(),
        name: row.text(2)?.into(),
        declaration: json(row, 3, 2)?,
        ids: json(row, 4, 2)?,
    })
}

fn document(collection: i64, row: &Row) -> Result<Item<'_>, StorageError> {
    Ok(Item::Document {
        collection,
        key: row.text(0)?.into(),
        revision: row.unsigned(1)?,
        version: row.small(2)?,
        body: json(row, 3, 0)?,
    })
}

fn counter(row: &Row) -> Result<Item<'_>, StorageError> {
    Ok(Item::Counter {
        collection: row.integer(0)?,
        counter: row.small(1)?,
        key: row.text(2)?.into(),
        value: row.integer(3)?,
    })
}

fn threshold(row: &Row) -> Result<Item<'_>, StorageError> {
    Ok(Item::Threshold {
        target: row.integer(0)?,
        target_key: row.text(1)?.into(),
        collection: row.integer(2)?,
        counter: row.small(3)?,
        key: row.text(4)?.into(),
        value: row.unsigned(5)?,
        version: row.small(6)?,
        body: json(row, 7, 1)?,
        reached: row.maybe(8)?.and_then(|position| u64::try_from(position).ok()),
    })
}

fn sequence(row: &Row) -> Result<Item<'_>, StorageError> {
    Ok(Item::Sequence { name: row.text(0)?.into(), last: row.unsigned(1)? })
}

fn entry(row: &Row) -> Result<Item<'_>, StorageError> {
    Ok(Item::Entry {
        number: row.unsigned(0)?,
        position: row.unsigned(1)?,
        leaf: row.bytes(2)?,
        bytes: row.bytes(3)?,
    })
}

/// The JSON text in a column, of what the text in another column names.
fn json(row: &Row, column: usize, named: usize) -> Result<&RawValue, StorageError> {
    serde_json::from_str(row.text(column)?).map_err(|source| StorageError::Body {
        key: row.string(named).unwrap_or_default(),
        source: std::sync::Arc::new(source),
    })
}
