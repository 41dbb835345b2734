//! The index of texts, kept in the unit of work that writes the document, and asked by modules.

use crate::Error;
use crate::imports::CallHost;
use std::sync::Arc;
use vzaemo_contract::call::{Denied, Hit};
use vzaemo_search::{MOST_HITS, Scope, SearchError};

impl CallHost {
    /// Brings the index up to date with a document that has been written, or removed.
    pub(crate) async fn index(
        &mut self,
        collection: &str,
        key: &str,
        body: Option<&str>,
    ) -> Result<(), Denied> {
        let version = Arc::clone(&self.version);
        let Some(fields) = version.search.get(collection).filter(|fields| !fields.is_empty()) else {
            return Ok(());
        };
        let scope = Scope { namespace: &version.manifest.id, collection };
        let indexed = match body {
            None => vzaemo_search::remove(&mut self.unit, scope, key).await,
            Some(body) => {
                let document: serde_json::Value =
                    serde_json::from_str(body).map_err(|error| Denied::Misuse(error.to_string()))?;
                vzaemo_search::put(&mut self.unit, scope, key, &fields.texts(&document)).await
            }
        };
        indexed.map_err(|error| self.searching(error))
    }

    /// What is found in a collection: documents alike, or those that hold the words.
    pub(crate) async fn hits(
        &mut self,
        collection: &str,
        text: &str,
        limit: u32,
        alike: bool,
    ) -> Result<Vec<Hit>, Denied> {
        let version = Arc::clone(&self.version);
        if version.search.get(collection).is_none_or(vzaemo_search::SearchFields::is_empty) {
            return Err(Denied::Misuse(format!("no field of `{collection}` is marked x-search")));
        }
        let scope = Scope { namespace: &version.manifest.id, collection };
        let limit = usize::try_from(limit).unwrap_or(MOST_HITS).min(MOST_HITS);
        let found = if alike {
            vzaemo_search::similar(&mut self.unit, scope, text, limit).await
        } else {
            vzaemo_search::find(&mut self.unit, scope, text, limit).await
        };
        match found {
            Ok(hits) => {
                let hits = hits.into_iter().map(|hit| Hit { key: hit.key, score: hit.score }).collect();
                self.hits_within_reach(collection, hits).await
            }
            Err(error) => Err(self.searching(error)),
        }
    }

    fn searching(&mut self, error: SearchError) -> Denied {
        self.fail(Error::storage(error))
    }
}
