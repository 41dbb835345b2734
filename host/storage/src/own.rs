//! What a unit of work has written so far.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Document;
use crate::catalog::{Compiled, Projection};
use crate::prepared::{After, UniqueKey, Write};

/// The writes of a unit, found by key and by the values of unique keys.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// By collection and key.
    documents: HashMap<i64, HashMap<String, Write>>,
    /// The keys of the documents that have these values as the unit leaves them.
    unique: HashMap<UniqueKey, String>,
}

impl Own {
    /// The change of a document, if it has been changed.
    pub(crate) fn get(&self, collection: i64, key: &str) -> Option<&Write> {
        self.documents.get(&collection)?.get(key)
    }

    /// The change of the document that has these values now.
    pub(crate) fn holder(&self, values: &UniqueKey) -> Option<&Write> {
        self.get(values.collection, self.unique.get(values)?)
    }

    /// Remembers a change; `before` counts only if the document has not been changed before.
    pub(crate) fn write(
        &mut self,
        collection: &Arc<Compiled>,
        key: &str,
        before: Option<Projection>,
        after: Option<After>,
    ) {
        let writes = self.documents.entry(collection.id).or_default();
        let left = writes.get_mut(key).and_then(|write| write.after.take());
        for index in &collection.unique {
            if let Some(values) =
                left.as_ref().and_then(|left| UniqueKey::of(collection, index, &left.fields))
            {
                self.unique.remove(&values);
            }
            if let Some(values) =
                after.as_ref().and_then(|after| UniqueKey::of(collection, index, &after.fields))
            {
                self.unique.insert(values, key.to_owned());
            }
        }
        match writes.get_mut(key) {
            Some(write) if write.before.is_none() && after.is_none() => {
                writes.remove(key);
            }
            Some(write) => write.after = after,
            None => {
                let write = Write { collection: collection.clone(), key: key.to_owned(), before, after };
                writes.insert(key.to_owned(), write);
            }
        }
    }

    /// All changes, in no order.
    pub(crate) fn into_writes(self) -> Vec<Write> {
        self.documents.into_values().flat_map(HashMap::into_values).collect()
    }
}

impl Write {
    /// The document as the write leaves it.
    pub(crate) fn document(&self) -> Option<Document> {
        let after = self.after.as_ref()?;
        Some(Document {
            key: self.key.clone(),
            revision: after.revision,
            version: self.collection.declared.version,
            body: after.body.clone(),
        })
    }
}
