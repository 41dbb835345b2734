//! A stored document.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::StorageError;

/// A document as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its key, unique within its collection.
    pub key: String,
    /// 1 when inserted, one more with each replacement.
    pub revision: u64,
    /// The collection's version under which it was written.
    pub version: u32,
    /// Canonical JSON (RFC 8785, strings in Unicode normalisation form C).
    pub body: String,
}

impl Document {
    /// The body read into a type of the caller's.
    ///
    /// # Errors
    /// [`StorageError::Body`] if the body has another shape.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, StorageError> {
        serde_json::from_str(&self.body)
            .map_err(|source| StorageError::Body { key: self.key.clone(), source: Arc::new(source) })
    }
}
