//! The limit of what a call may read ([`vzaemo_access::Reach`]), kept at every way by which a module comes to a document:
//! by key, by a unique key, by an index, by a search, and by a count.
//!
//! What is out of reach is as if it were not there. Open views are made in nobody's name and are not limited; only their
//! pages are remembered, so what was made under a limit is never shown to somebody else.

use crate::imports::CallHost;
use vzaemo_access::{Marks, Reach};
use vzaemo_contract::call::{Conflict, Denied, Document, Hit};
use vzaemo_storage::Query;

#[cfg(test)]
mod tests;

/// So often an index is asked for more rows when those of a page are out of reach; then the page is shorter.
const ROUNDS: u32 = 20;

impl CallHost {
    /// What limits this call; none if nothing does.
    fn reach(&self) -> Option<&Reach> {
        self.acting.as_ref()?.reach.as_ref()
    }

    /// The fields of a collection that limit what this call may read of it; none if nothing does.
    pub(crate) fn marks(&self, collection: &str) -> Option<Marks<'_>> {
        self.version.policies.marks(self.reach()?, collection)
    }

    /// The document, if it is within reach; then it is seen.
    pub(crate) fn within_reach(
        &mut self,
        collection: &str,
        found: Option<Document>,
    ) -> Result<Option<Document>, Denied> {
        let Some(found) = found else { return Ok(None) };
        match self.reaches(collection, &found.key, &found.body) {
            Ok(true) => {
                self.saw(collection, &found.key, &found.body);
                Ok(Some(found))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(self.fail(crate::Error::storage(error))),
        }
    }

    /// Whether a document with this body is within reach.
    pub(crate) fn reaches(&self, collection: &str, key: &str, body: &str) -> Result<bool, serde_json::Error> {
        let Some(marks) = self.marks(collection) else { return Ok(true) };
        let document: serde_json::Value = serde_json::from_str(body)?;
        Ok(self
            .holds(&marks, collection, key, |field| document.get(field).and_then(serde_json::Value::as_str)))
    }

    fn holds<'v>(
        &self,
        marks: &Marks<'_>,
        collection: &str,
        key: &str,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> bool {
        self.reach().is_none_or(|reach| reach.holds(marks, collection, key, value))
    }

    /// Rows of an index that are within reach, as many as were asked for unless many are not.
    pub(crate) async fn rows_within_reach(
        &mut self,
        asked: &vzaemo_contract::call::Query,
        mut query: Query,
    ) -> Result<vzaemo_contract::call::Rows, Denied> {
        let Some(marks) = self.marks(&asked.collection) else { return self.rows(asked, query).await };
        let fields: Vec<String> = marks.fields().map(str::to_owned).collect();
        // The fields that tell are asked for behind those of the module.
        let mut wider = asked.clone();
        wider.fields.extend(fields.iter().cloned());
        query.fields.extend(fields.iter().cloned());
        let (own, all) = (asked.fields.len(), wider.fields.len());
        let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let mut kept = vzaemo_contract::call::Rows { keys: Vec::new(), values: Vec::new(), next: None };
        for _ in 0..ROUNDS {
            let found = self.rows(&wider, query.clone()).await?;
            let Some(marks) = self.marks(&asked.collection) else { return Ok(kept) };
            for (key, values) in found.keys.iter().zip(found.values.chunks(all)) {
                let telling = values.get(own..).unwrap_or_default();
                let value = |field: &str| {
                    fields
                        .iter()
                        .zip(telling)
                        .find(|(name, _)| *name == field)
                        .map(|(_, value)| value.as_str())
                };
                if self.holds(&marks, &asked.collection, key, value) {
                    kept.keys.push(key.clone());
                    kept.values.extend_from_slice(values.get(..own).unwrap_or_default());
                }
            }
            kept.next = found.next;
            let missing = wanted.saturating_sub(kept.keys.len());
            let Some(cursor) = kept.next.clone().filter(|_| missing > 0) else { break };
            query.after = Some(vzaemo_storage::Cursor(cursor));
            query.limit = u32::try_from(missing).unwrap_or(u32::MAX);
        }
        Ok(kept)
    }

    /// Hits of a search that are within reach.
    pub(crate) async fn hits_within_reach(
        &mut self,
        collection: &str,
        hits: Vec<Hit>,
    ) -> Result<Vec<Hit>, Denied> {
        if self.marks(collection).is_none() {
            return Ok(hits);
        }
        let mut kept = Vec::with_capacity(hits.len());
        for hit in hits {
            let module = self.version.manifest.id.clone();
            let found = self.unit.get(&module, collection, &hit.key).await;
            let found = found.map_err(|error| self.storage(error))?;
            // Whoever finds a document has not read it yet.
            let Some(found) = self.presented(collection, found).await? else { continue };
            match self.reaches(collection, &found.key, &found.body) {
                Ok(true) => kept.push(hit),
                Ok(false) => {}
                Err(error) => return Err(self.fail(crate::Error::storage(error))),
            }
        }
        Ok(kept)
    }

    /// A document out of reach is not written either: it is as if it were gone.
    pub(crate) async fn may_write(&mut self, collection: &str, key: &str) -> Result<(), Conflict> {
        if self.marks(collection).is_none() {
            return Ok(());
        }
        let module = self.version.manifest.id.clone();
        let found = self.unit.get(&module, collection, key).await;
        let found = found.map_err(|error| Conflict::Denied(self.storage(error)))?;
        let found = self.presented(collection, found).await.map_err(Conflict::Denied)?;
        let within = self.within_reach(collection, found).map_err(Conflict::Denied)?;
        within.map(|_| ()).ok_or(Conflict::Changed)
    }

    /// Refuses a count that would tell of documents out of reach: one that is not by the fields that limit the call, or
    /// is by other values of them.
    pub(crate) fn count_within_reach(
        &self,
        collection: &str,
        counter: &str,
        key: &str,
    ) -> Result<(), Denied> {
        let (Some(reach), Some(marks)) = (self.reach(), self.marks(collection)) else { return Ok(()) };
        let declared = self.version.manifest.collections.get(collection);
        let counter = declared.and_then(|declared| declared.count.iter().find(|known| known.name == counter));
        let by = counter.map(|counter| counter.by.as_slice()).unwrap_or_default();
        reach.counts(&marks, collection, by, key)
    }
}
