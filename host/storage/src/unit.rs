//! The unit of work.

use std::sync::Arc;

use crate::canonical::{self, violation};
use crate::catalog::{Catalog, Compiled, Index, Projection};
use crate::key::KeyMaker;
use crate::live::LiveGuard;
use crate::memory::{Known, Memory};
use crate::own::Own;
use crate::plan::{Plan, encode};
use crate::prepared::{After, CounterKey, Prepared, Reads, Threshold, UniqueKey};
use crate::queue::Queue;
use crate::snapshots::Lent;
use crate::{CommitError, Committed, Dependencies, Document, Query, Rows, StorageError, WriteError};

/// A document to be inserted later, by the storage itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// The namespace.
    pub namespace: String,
    /// The collection; one without counters.
    pub collection: String,
    /// The document's key.
    pub key: String,
    /// The document.
    pub body: String,
}

/// A snapshot at one position of the commit log, with the changes that shall follow from it.
///
/// Reads see the snapshot and, where said so, the unit's own writes. Everything read is remembered; if any of it has
/// changed by the time of [`commit`](Self::commit), nothing is written and the answer is [`CommitError::Conflict`].
/// Dropped without a commit, a unit leaves nothing behind.
#[derive(Debug)]
pub struct Unit {
    snapshot: Lent,
    memory: Arc<Memory>,
    catalog: Arc<Catalog>,
    queue: Queue,
    position: u64,
    live: LiveGuard,
    /// Of the watches, when the unit began.
    era: u64,
    keys: KeyMaker,
    reads: Reads,
    own: Own,
    thresholds: Vec<Threshold>,
    entries: Vec<Vec<u8>>,
    numbers: Vec<(String, String)>,
    entry_numbers: Vec<(String, usize)>,
    /// How many bytes of writes are still allowed.
    room: usize,
}

impl Unit {
    #[allow(clippy::too_many_arguments)] // all of which are the storage's
    pub(crate) fn new(
        snapshot: Lent,
        memory: Arc<Memory>,
        catalog: Arc<Catalog>,
        queue: Queue,
        live: LiveGuard,
        era: u64,
        keys: KeyMaker,
        room: usize,
    ) -> Self {
        Self {
            position: snapshot.head().position,
            snapshot,
            memory,
            catalog,
            queue,
            live,
            era,
            keys,
            reads: Reads::default(),
            own: Own::default(),
            thresholds: Vec::new(),
            entries: Vec::new(),
            numbers: Vec::new(),
            entry_numbers: Vec::new(),
            room,
        }
    }

    /// The position of the commit log that the unit sees: the number of units committed before it.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The document with this key. Sees own writes.
    pub async fn get(
        &mut self,
        namespace: &str,
        collection: &str,
        key: &str,
    ) -> Result<Option<Document>, StorageError> {
        let collection = self.catalog.get(namespace, collection)?.clone();
        self.current(&collection, key).await
    }

    /// The document with these values in the fields of a declared unique key, given in the order of its declaration
    /// and as plain text. Sees own writes. An empty value finds nothing.
    pub async fn find_unique(
        &mut self,
        namespace: &str,
        collection: &str,
        fields: &[&str],
        values: &[&str],
    ) -> Result<Option<Document>, StorageError> {
        let collection = self.catalog.get(namespace, collection)?.clone();
        let index = collection
            .unique
            .iter()
            .find(|index| collection.paths(index).iter().map(String::as_str).eq(fields.iter().copied()))
            .filter(|_| fields.len() == values.len())
            .ok_or_else(|| StorageError::UnknownUnique {
                collection: collection.name.to_string(),
                fields: fields.iter().map(ToString::to_string).collect(),
            })?;
        let values: Option<Box<[String]>> = index
            .fields
            .iter()
            .zip(values)
            .map(|(place, value)| collection.fields.get(*place)?.kind.parse_plain(value))
            .collect();
        let Some(values) = values.filter(|values| values.iter().all(|value| !value.is_empty())) else {
            return Ok(None);
        };
        self.holder(&collection, index, values).await
    }

    /// The rows that answer a query, **from the snapshot only**: the unit's own writes are not among them.
    ///
    /// # Errors
    /// [`StorageError::Query`] if no declared index serves the query.
    pub async fn select(&mut self, namespace: &str, query: &Query) -> Result<Rows, StorageError> {
        let collection = self.catalog.get(namespace, &query.collection)?;
        let plan = Plan::new(collection, query)?;
        let (rows, cut) = self.snapshot.select(collection, &plan).await?;
        self.reads.ranges.push(plan.range(cut));
        Ok(rows)
    }

    /// The rows that answer any of several queries which differ in the values of their equality conditions only, in the
    /// common order, as one answer: its cursor leads on in each of them. No queries have no rows.
    ///
    /// # Errors
    /// Those of [`select`](Self::select).
    pub async fn select_any(&mut self, namespace: &str, queries: &[Query]) -> Result<Rows, StorageError> {
        let (mut found, mut more, mut limit, mut descending) = (Vec::new(), false, usize::MAX, false);
        let mut rows = Rows::default();
        for query in queries {
            let collection = self.catalog.get(namespace, &query.collection)?;
            let plan = Plan::new(collection, query)?;
            rows.fields = plan.asked.len();
            limit = limit.min(usize::try_from(plan.limit).unwrap_or(usize::MAX));
            descending = plan.descending;
            let (placed, cut) = self.snapshot.select_placed(collection, &plan).await?;
            more |= cut.is_some();
            found.extend(placed);
            self.reads.ranges.push(plan.range(cut));
        }
        found.sort_by(|one, other| one.place.cmp(&other.place));
        if descending {
            found.reverse();
        }
        more |= found.len() > limit;
        found.truncate(limit);
        rows.next = found.last().filter(|_| more).map(|last| encode(&last.place));
        for row in found {
            rows.keys.extend(row.place.last().cloned());
            rows.columns.extend(row.columns);
        }
        Ok(rows)
    }

    /// The value of a counter at the snapshot; `key` as made by [`counter_key`](crate::counter_key).
    ///
    /// It is not part of what is certified at commit, so that counting never makes units conflict. An act must therefore
    /// not decide by it: callers offer it to views and jobs only. It is part of [`dependencies`](Self::dependencies).
    pub async fn count(
        &mut self,
        namespace: &str,
        collection: &str,
        counter: &str,
        key: &str,
    ) -> Result<u64, StorageError> {
        let collection = self.catalog.get(namespace, collection)?;
        let counter = collection.counter(counter)?.id;
        let key = CounterKey { collection: collection.id, counter, key: key.to_owned() };
        let value = self.snapshot.count(&key).await?;
        self.reads.counters.insert(key);
        Ok(value)
    }

    /// Ends the unit without a commit and gives everything that it has read of its snapshot, for
    /// [`Storage::watch`](crate::Storage::watch). What it wrote is gone.
    pub async fn dependencies(self) -> Result<Dependencies, StorageError> {
        self.snapshot.end().await?;
        Ok(Dependencies::new(self.position, self.era, self.reads, self.live))
    }

    /// Inserts a document and returns its key: the given one, or one made of the unit's time and seed.
    pub async fn insert(
        &mut self,
        namespace: &str,
        collection: &str,
        key: Option<String>,
        body: &str,
    ) -> Result<String, WriteError> {
        let collection = self.catalog.get(namespace, collection)?.clone();
        let (body, fields) = accept(&collection, body)?;
        self.check_room(body.len())?;
        let key = match key {
            None => self.keys.make(),
            Some(key) if canonical::is_key(&key) => {
                if self.current(&collection, &key).await?.is_some() {
                    return Err(WriteError::Exists);
                }
                key
            }
            Some(key) => {
                let rule = "a key is up to 256 bytes of composed text without control characters";
                return Err(WriteError::Schema(vec![violation("", "key", format!("{key:?}: {rule}"))]));
            }
        };
        self.check_unique(&collection, &key, None, &fields).await?;
        self.write(&collection, &key, None, Some(After { revision: 1, body, fields }));
        Ok(key)
    }

    /// Replaces a document that has the expected revision.
    pub async fn replace(
        &mut self,
        namespace: &str,
        collection: &str,
        key: &str,
        expected_revision: u64,
        body: &str,
    ) -> Result<(), WriteError> {
        let collection = self.catalog.get(namespace, collection)?.clone();
        let (body, fields) = accept(&collection, body)?;
        self.check_room(body.len())?;
        let current = self.expect(&collection, key, expected_revision).await?;
        let before = collection.project_stored(&current.body);
        self.check_unique(&collection, key, Some(&before), &fields).await?;
        let after = After { revision: current.revision + 1, body, fields };
        self.write(&collection, key, Some(before), Some(after));
        Ok(())
    }

    /// Removes a document that has the expected revision.
    pub async fn remove(
        &mut self,
        namespace: &str,
        collection: &str,
        key: &str,
        expected_revision: u64,
    ) -> Result<(), WriteError> {
        let collection = self.catalog.get(namespace, collection)?.clone();
        let current = self.expect(&collection, key, expected_revision).await?;
        self.check_room(0)?;
        let before = collection.project_stored(&current.body);
        self.write(&collection, key, Some(before), None);
        Ok(())
    }

    /// A placeholder for the next number of a sequence, assigned at commit without gaps, from 1. Wherever the text
    /// stands in keys, documents, thresholds and entries of this unit it becomes the number in decimal digits;
    /// [`Committed`] tells which, for outcomes that hold it too. It is 39 digits long: a schema that limits the
    /// field's length must leave room for it, for documents are checked before the number is known.
    pub fn number(&mut self, sequence: &str) -> String {
        let placeholder = self.keys.placeholder();
        self.numbers.push((placeholder.clone(), sequence.to_owned()));
        placeholder
    }

    /// A placeholder for the number that the next audit entry of this unit gets at commit, to stand in documents beside
    /// it; as [`number`](Self::number) otherwise.
    pub fn entry_number(&mut self) -> String {
        let placeholder = self.keys.placeholder();
        self.entry_numbers.push((placeholder.clone(), self.entries.len()));
        placeholder
    }

    /// Has `insert` done in the very commit in which the counter first has at least this value, which may be the
    /// commit of this unit. Known by the key of the document to insert: set again, a threshold moves; once reached,
    /// it is never reached again, whether the counter falls and returns or the threshold is set anew. If a document
    /// with the key is already there, it stays as it is.
    pub fn when_count_reaches(
        &mut self,
        namespace: &str,
        collection: &str,
        counter: &str,
        key: &str,
        value: u64,
        insert: &Insert,
    ) -> Result<(), WriteError> {
        let counted = self.catalog.get(namespace, collection)?.clone();
        let counter = counted.counter(counter)?.id;
        let target = self.catalog.get(&insert.namespace, &insert.collection)?.clone();
        if !target.counters.is_empty() || !canonical::is_key(&insert.key) {
            let message = "a threshold inserts under a well-formed key into a collection without counters";
            return Err(WriteError::Schema(vec![violation("", "key", message)]));
        }
        let (body, fields) = accept(&target, &insert.body)?;
        self.check_room(body.len())?;
        self.thresholds.push(Threshold {
            counter: CounterKey { collection: counted.id, counter, key: key.to_owned() },
            counted,
            value,
            target,
            key: insert.key.clone(),
            body,
            fields,
        });
        Ok(())
    }

    /// Adds an entry to the audit log. Its number and leaf hash are assigned at commit, in commit order.
    pub fn entry(&mut self, bytes: Vec<u8>) {
        self.room = self.room.saturating_sub(bytes.len());
        self.entries.push(bytes);
    }

    /// Puts all writes into one durable commit, or none of them. Returns once they are durable.
    ///
    /// A unit without writes and entries is not queued; its position is that of its snapshot.
    pub async fn commit(self) -> Result<Committed, CommitError> {
        // The connection goes back before the wait, so that waiting units do not keep others from reading.
        self.snapshot.end().await?;
        let writes = self.own.into_writes();
        if writes.is_empty()
            && self.thresholds.is_empty()
            && self.entries.is_empty()
            && self.numbers.is_empty()
        {
            return Ok(Committed { position: self.position, numbers: Vec::new(), first_entry: None });
        }
        let prepared = Prepared {
            snapshot: self.position,
            catalog: self.catalog,
            reads: self.reads,
            writes,
            thresholds: self.thresholds,
            entries: self.entries,
            numbers: self.numbers,
            entry_numbers: self.entry_numbers,
            _live: self.live,
        };
        self.queue.commit(prepared).await
    }

    async fn expect(
        &mut self,
        collection: &Arc<Compiled>,
        key: &str,
        revision: u64,
    ) -> Result<Document, WriteError> {
        match self.current(collection, key).await? {
            None => Err(WriteError::Missing),
            Some(document) if document.revision != revision => {
                Err(WriteError::Stale { found: document.revision })
            }
            Some(document) => Ok(document),
        }
    }

    /// The document as this unit sees it now.
    async fn current(&mut self, collection: &Compiled, key: &str) -> Result<Option<Document>, StorageError> {
        if let Some(write) = self.own.get(collection.id, key) {
            return Ok(write.document());
        }
        if let Some(read) = self.reads.documents.get(&collection.id).and_then(|keys| keys.get(key)) {
            return Ok(read.clone());
        }
        let remembered = self.memory.get(collection.id, key, self.position);
        let document = match remembered {
            Some(Known(document)) => document,
            None => {
                let document = self.snapshot.get(collection.id, key).await?;
                self.memory.put(collection.id, key, self.position, document.as_ref());
                document
            }
        };
        self.reads.documents.entry(collection.id).or_default().insert(key.to_owned(), document.clone());
        Ok(document)
    }

    /// The document that has these values of a unique key, as this unit sees it now.
    async fn holder(
        &mut self,
        collection: &Compiled,
        index: &Index,
        values: Box<[String]>,
    ) -> Result<Option<Document>, StorageError> {
        let asked = UniqueKey { collection: collection.id, id: index.id, values };
        if let Some(write) = self.own.holder(&asked) {
            return Ok(write.document());
        }
        let found = match self.reads.unique.get(&asked) {
            Some(found) => found.clone(),
            None => {
                let found = self.snapshot.find_unique(collection, index, &asked.values).await?;
                self.reads.unique.insert(asked, found.clone());
                found
            }
        };
        // One that this unit has changed no longer has the values, or it would have been found above.
        Ok(found.filter(|document| self.own.get(collection.id, &document.key).is_none()))
    }

    async fn check_unique(
        &mut self,
        collection: &Arc<Compiled>,
        key: &str,
        before: Option<&Projection>,
        after: &Projection,
    ) -> Result<(), WriteError> {
        for index in &collection.unique {
            let Some(values) = Compiled::unique_values(index, after) else { continue };
            let unchanged =
                before.and_then(|before| Compiled::unique_values(index, before)).as_ref() == Some(&values);
            if !unchanged
                && self.holder(collection, index, values).await?.is_some_and(|document| document.key != key)
            {
                return Err(WriteError::Unique { fields: collection.paths(index) });
            }
        }
        Ok(())
    }

    /// Remembers a change; `before` counts only if this unit has not changed the document before.
    fn write(
        &mut self,
        collection: &Arc<Compiled>,
        key: &str,
        before: Option<Projection>,
        after: Option<After>,
    ) {
        let bytes = after.as_ref().map_or(0, |after| after.body.len()) + key.len();
        self.room = self.room.saturating_sub(bytes + OVERHEAD);
        self.own.write(collection, key, before, after);
    }

    fn check_room(&self, bytes: usize) -> Result<(), WriteError> {
        if bytes + OVERHEAD > self.room { Err(WriteError::TooLarge) } else { Ok(()) }
    }
}

/// What a write counts in the unit's size beside its body: so that many small ones are limited too.
const OVERHEAD: usize = 256;

fn accept(collection: &Compiled, body: &str) -> Result<(String, Projection), WriteError> {
    collection.accept(body).map_err(WriteError::Schema)
}
