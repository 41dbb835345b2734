//! What is kept of retentions themselves: how many documents, by which rule, when, and what comes next. Counts only.

use super::Pass;
use super::going::Going;
use super::keeping::Rule;
use crate::work::NAMESPACE;
use crate::{Error, Service, migration};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Collection, Query, Unit};

/// What was erased, by day and rule.
const RETAINED: &str = "retained";
/// How far each collection has come.
const OUTLOOK: &str = "retention";

/// What was erased by a rule on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The local day, by the legal clock.
    pub day: String,
    /// The module.
    pub module: String,
    /// The collection.
    pub collection: String,
    /// The class of data.
    pub class: String,
    /// For how long it was kept, as an ISO 8601 duration.
    pub keep: String,
    /// The act of law.
    pub law: String,
    /// Whether the documents went, rather than the data in them.
    pub removed: bool,
    /// Out of how many documents.
    pub documents: u64,
}

/// What comes next in a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// The module.
    pub module: String,
    /// The collection.
    pub collection: String,
    /// When it was gone through, by the legal clock.
    pub looked: String,
    /// When it will be again.
    pub again: String,
    /// When the next document has had its time, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many have then.
    pub first: u64,
    /// Documents whose time runs.
    pub running: u64,
    /// Documents whose matter has not ended.
    pub open: u64,
    /// Documents that could not be changed; the log of the host has the reason.
    pub failed: u64,
}

/// The collections of these records, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    vec![
        Collection::new(
            RETAINED,
            json!({"type": "object", "additionalProperties": false,
                "required": ["day", "module", "collection", "class", "keep", "law", "removed", "documents"],
                "properties": {"day": text, "module": text, "collection": text, "class": text, "keep": text,
                    "law": text, "removed": {"type": "boolean"}, "documents": number}}),
        )
        .index(&["day"]),
        Collection::new(
            OUTLOOK,
            json!({"type": "object", "additionalProperties": false,
                "required": ["module", "collection", "looked", "again", "first", "running", "open", "failed"],
                "properties": {"module": text, "collection": text, "looked": text, "again": text, "next": text,
                    "first": number, "running": number, "open": number, "failed": number}}),
        ),
    ]
}

/// Counts what was done, in the unit that does it.
pub(super) async fn done(
    unit: &mut Unit,
    going: &Going<'_>,
    rule: &Rule,
    documents: u64,
) -> Result<(), Error> {
    let day = going.platform.zone.date(going.now).to_string();
    let key = format!("{day}/{}/{}/{}/{}", going.module(), going.collection, rule.class, rule.term.keep);
    let found = unit.get(NAMESPACE, RETAINED, &key).await.map_err(Error::storage)?;
    let before = match &found {
        Some(found) => found.parse::<Done>().map_err(Error::storage)?.documents,
        None => 0,
    };
    let record = Done {
        day,
        module: going.module().to_owned(),
        collection: going.collection.to_owned(),
        class: rule.class.clone(),
        keep: rule.term.keep.clone(),
        law: rule.term.law.clone(),
        removed: rule.removes,
        documents: before + documents,
    };
    migration::put(unit, RETAINED, &key, &record, found.map(|found| found.revision)).await
}

/// A collection was gone through.
pub(super) async fn looked(
    unit: &mut Unit,
    going: &Going<'_>,
    pass: &Pass,
    again: Instant,
) -> Result<(), Error> {
    let key = format!("{}/{}", going.module(), going.collection);
    let found = unit.get(NAMESPACE, OUTLOOK, &key).await.map_err(Error::storage)?;
    let record = Outlook {
        module: going.module().to_owned(),
        collection: going.collection.to_owned(),
        looked: going.now.to_string(),
        again: again.to_string(),
        next: pass.next.clone(),
        first: pass.first,
        running: pass.running,
        open: pass.open,
        failed: pass.failed,
    };
    migration::put(unit, OUTLOOK, &key, &record, found.map(|found| found.revision)).await
}

impl Service {
    /// What was erased for its time, the latest first and at most so many lines, and what comes next.
    ///
    /// # Errors
    /// The storage's.
    pub async fn retentions(&self, most: u32) -> Result<(Vec<Done>, Vec<Outlook>), Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let query = Query::of(RETAINED).descending("day").fields(&[BODY]).limit(most.clamp(1, Query::MOST));
        let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
        let done = rows.columns.iter().map(|body| serde_json::from_str(body));
        let done = done.collect::<Result<Vec<Done>, _>>().map_err(Error::storage)?;
        let query = Query::of(OUTLOOK).fields(&[BODY]).limit(Query::MOST);
        let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
        let next = rows.columns.iter().map(|body| serde_json::from_str(body));
        Ok((done, next.collect::<Result<Vec<Outlook>, _>>().map_err(Error::storage)?))
    }
}
