//! The public entry of a decision: what was decided on what grounds, by whom as far as that is everybody's affair, and how
//! far it has been carried out. Nothing of those concerned but their number.

use super::Invalidation;
use crate::work::NAMESPACE;
use crate::{Error, Service};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_clock::Instant;
use vzaemo_identity::Role;
use vzaemo_storage::{BODY, Collection, Cursor, Query, Unit};

/// The collection of entries.
const DECISIONS: &str = "decisions";

/// A decision that participation does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionEntry {
    /// Its number, counted from 1 without gaps.
    pub number: String,
    /// The module.
    pub module: String,
    /// The collection of participations.
    pub collection: String,
    /// The key of the document that they were in.
    pub document: String,
    /// Why.
    pub grounds: String,
    /// When it was decided, by the legal clock.
    pub at: Instant,
    /// In which roles the two persons decided: whoever proposed, whoever approved.
    pub roles: [Role; 2],
    /// How many participations the two were shown.
    pub counted: u64,
    /// How many do not count any more by this decision.
    pub done: u64,
    /// When it had been carried out, by the legal clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Instant>,
}

/// The collection of this file, to be declared when the host starts.
pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 0});
    Collection::new(
        DECISIONS,
        json!({"type": "object", "additionalProperties": false,
            "required": ["number", "module", "collection", "document", "grounds", "at", "roles", "counted", "done"],
            "properties": {"number": text(), "module": text(), "collection": text(), "document": text(),
                "grounds": text(), "at": text(), "roles": {"type": "array"}, "counted": number(),
                "done": number(), "finished": text()}}),
    )
    .index(&["at"])
}

impl DecisionEntry {
    pub(crate) fn new(
        number: &str,
        wanted: &Invalidation,
        roles: [Role; 2],
        counted: u64,
        at: Instant,
    ) -> Self {
        let selection = &wanted.selection;
        DecisionEntry {
            number: number.to_owned(),
            module: selection.module.clone(),
            collection: selection.collection.clone(),
            document: selection.document.clone(),
            grounds: wanted.grounds.clone(),
            at,
            roles,
            counted,
            done: 0,
            finished: None,
        }
    }

    pub(crate) async fn insert(&self, unit: &mut Unit) -> Result<(), Error> {
        let body = serde_json::to_string(self).map_err(Error::storage)?;
        let inserted = unit.insert(NAMESPACE, DECISIONS, Some(self.number.clone()), &body).await;
        inserted.map(|_| ()).map_err(Error::storage)
    }

    /// Notes that so many more do not count; `finished` if those were the last. Gives how many there are now.
    pub(super) async fn advance(
        unit: &mut Unit,
        number: &str,
        more: u64,
        finished: Option<Instant>,
    ) -> Result<u64, Error> {
        let found = unit.get(NAMESPACE, DECISIONS, number).await.map_err(Error::storage)?;
        let found = found.ok_or(Error::NotFound)?;
        let mut entry: DecisionEntry = found.parse().map_err(Error::storage)?;
        entry.done += more;
        entry.finished = finished;
        let body = serde_json::to_string(&entry).map_err(Error::storage)?;
        let replaced = unit.replace(NAMESPACE, DECISIONS, number, found.revision, &body).await;
        replaced.map_err(Error::storage)?;
        Ok(entry.done)
    }
}

impl Service {
    /// The public entry of a decision.
    ///
    /// # Errors
    /// The storage's.
    pub async fn invalidation(&self, number: &str) -> Result<Option<DecisionEntry>, Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let found = unit.get(NAMESPACE, DECISIONS, number).await.map_err(Error::storage)?;
        found.map(|document| document.parse()).transpose().map_err(Error::storage)
    }

    /// The public entries, the newest first, so many a page; with where the next page starts.
    ///
    /// # Errors
    /// The storage's.
    pub async fn invalidations(
        &self,
        limit: u32,
        after: Option<Cursor>,
    ) -> Result<(Vec<DecisionEntry>, Option<Cursor>), Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let query = Query::of(DECISIONS).descending("at").fields(&[BODY]).limit(limit).after(after);
        let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
        let read = |body: &String| serde_json::from_str(body).map_err(Error::storage);
        let entries: Result<Vec<_>, Error> = rows.columns.iter().map(read).collect();
        Ok((entries?, rows.next))
    }
}
