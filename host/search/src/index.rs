//! Writing the index.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vzaemo_storage::{Collection, Counter, Unit};

use crate::weigh::weigh;
use crate::{Scope, SearchError, SearchText};

/// The namespace of the index's collections.
pub const NAMESPACE: &str = "search";

pub(crate) const POSTINGS: &str = "postings";
pub(crate) const DOCUMENTS: &str = "documents";
/// The counter of indexed documents by scope.
pub(crate) const SIZE: &str = "size";

/// That a term occurs in a document. Never changed, only removed and written anew.
#[derive(Debug, Serialize)]
struct Posting<'a> {
    scope: &'a str,
    term: &'a str,
    document: &'a str,
    /// In millionths.
    weight: u32,
}

/// What is indexed of a document.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    scope: String,
    document: String,
    postings: BTreeMap<String, Indexed>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Indexed {
    weight: u32,
    /// The posting's key.
    posting: String,
}

/// The collections of the index, to be declared when the host starts.
pub fn collections() -> Vec<Collection> {
    let text = || json!({"type": "string"});
    let postings = json!({
        "type": "object",
        "required": ["scope", "term", "document", "weight"],
        "properties": {"scope": text(), "term": text(), "document": text(), "weight": {"type": "integer"}},
    });
    let documents = json!({
        "type": "object",
        "required": ["scope", "document", "postings"],
        "properties": {"scope": text(), "document": text(), "postings": {"type": "object"}},
    });
    vec![
        Collection::new(POSTINGS, postings).index(&["scope", "term", "weight"]),
        Collection::new(DOCUMENTS, documents)
            .unique(&["scope", "document"])
            .counter(Counter::by(SIZE, &["scope"])),
    ]
}

/// Brings the index up to date with the texts of a document that this unit inserts or replaces. Only what
/// has changed is written; a document without any term is taken out.
pub async fn put(
    unit: &mut Unit,
    scope: Scope<'_>,
    document: &str,
    texts: &[SearchText<'_>],
) -> Result<(), SearchError> {
    let weights = weigh(texts);
    let scope = scope.to_string();
    let old = find_record(unit, &scope, document).await?;
    let unchanged = |indexed: &BTreeMap<String, Indexed>| {
        indexed.len() == weights.len()
            && indexed
                .iter()
                .zip(&weights)
                .all(|((a, indexed), (b, weight))| a == b && indexed.weight == *weight)
    };
    if old.as_ref().map_or(weights.is_empty(), |old| unchanged(&old.record.postings)) {
        return Ok(());
    }
    let mut before = old.as_ref().map(|old| old.record.postings.clone()).unwrap_or_default();
    let mut postings = BTreeMap::new();
    for (term, weight) in weights {
        let indexed = match before.remove(&term) {
            Some(indexed) if indexed.weight == weight => indexed,
            changed => {
                remove_postings(unit, changed.iter()).await?;
                let posting = Posting { scope: &scope, term: &term, document, weight };
                let body = to_json(&posting, document)?;
                Indexed { weight, posting: unit.insert(NAMESPACE, POSTINGS, None, &body).await? }
            }
        };
        postings.insert(term, indexed);
    }
    remove_postings(unit, before.values()).await?;
    match old {
        Some(old) if postings.is_empty() => {
            unit.remove(NAMESPACE, DOCUMENTS, &old.key, old.revision).await?;
        }
        Some(old) => {
            let body = to_json(&Record { postings, ..old.record }, document)?;
            unit.replace(NAMESPACE, DOCUMENTS, &old.key, old.revision, &body).await?;
        }
        None => {
            let body = to_json(&Record { scope, document: document.to_owned(), postings }, document)?;
            unit.insert(NAMESPACE, DOCUMENTS, None, &body).await?;
        }
    }
    Ok(())
}

/// Takes a document that this unit removes out of the index. If it is not in it, nothing happens.
pub async fn remove(unit: &mut Unit, scope: Scope<'_>, document: &str) -> Result<(), SearchError> {
    put(unit, scope, document, &[]).await
}

/// A record as it is stored.
struct Stored {
    key: String,
    revision: u64,
    record: Record,
}

async fn find_record(unit: &mut Unit, scope: &str, document: &str) -> Result<Option<Stored>, SearchError> {
    let found = unit.find_unique(NAMESPACE, DOCUMENTS, &["scope", "document"], &[scope, document]).await?;
    found
        .map(|found| {
            let record = serde_json::from_str(&found.body)
                .map_err(|source| SearchError::Record { document: document.to_owned(), source })?;
            Ok(Stored { key: found.key, revision: found.revision, record })
        })
        .transpose()
}

/// Postings are never replaced, so their revision is the first.
async fn remove_postings(
    unit: &mut Unit,
    postings: impl Iterator<Item = &Indexed>,
) -> Result<(), SearchError> {
    for indexed in postings {
        unit.remove(NAMESPACE, POSTINGS, &indexed.posting, 1).await?;
    }
    Ok(())
}

fn to_json(value: &impl Serialize, document: &str) -> Result<String, SearchError> {
    serde_json::to_string(value)
        .map_err(|source| SearchError::Record { document: document.to_owned(), source })
}
