//! All documents of a collection, however many there are.

use std::collections::VecDeque;

use crate::reader::Reader;
use crate::{Document, Storage, StorageError};

/// How many documents are in memory at once.
const PORTION: u32 = 500;

/// A collection as it is at one snapshot, document by document in the order of keys. It takes the memory of one portion,
/// and a connection for as long as it is there.
///
/// On PostgreSQL a snapshot that nothing is asked of for a minute is ended by the server; whoever hands the documents on
/// to somebody slow must be ready to break off.
#[derive(Debug)]
pub struct Export {
    reader: Reader,
    position: u64,
    collection: i64,
    portion: VecDeque<Document>,
    after: String,
    over: bool,
}

impl Storage {
    /// Begins an export of a collection.
    pub async fn export(&self, namespace: &str, collection: &str) -> Result<Export, StorageError> {
        // In this order: the snapshot must not be older than the declaration.
        let collection = self.shared.catalog().get(namespace, collection)?.id;
        let (reader, head) = self.read().await?;
        Ok(Export {
            reader,
            position: head.position,
            collection,
            portion: VecDeque::new(),
            after: String::new(),
            over: false,
        })
    }
}

impl Export {
    /// The position in the commit log at which the collection is exported.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next document; nothing after the last one.
    pub async fn next(&mut self) -> Result<Option<Document>, StorageError> {
        if self.portion.is_empty() && !self.over {
            self.portion = self.reader.portion(self.collection, &self.after, PORTION).await?.into();
            match self.portion.back() {
                Some(last) => self.after.clone_from(&last.key),
                None => self.over = true,
            }
        }
        Ok(self.portion.pop_front())
    }

    /// Ends the export, finished or not, and gives its connection back at once.
    pub async fn end(self) -> Result<(), StorageError> {
        self.reader.end().await
    }
}
