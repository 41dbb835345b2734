//! One person, several references: what a module is shown of a person whose records were merged.
//!
//! A module's documents keep the reference under which they were written; nothing of them is rewritten, so what was signed,
//! hashed and recorded stays as it was. Instead the host answers as if the person had always had the reference that stays
//! ([`References`]): documents, rows and what is decided about are shown with it; whoever asks by it, in a query, by a
//! unique key or for a count, is answered for all references of the person; and a document that a module writes back keeps
//! the reference that it had. Where nobody was merged, which is nearly everywhere, this costs one look-up by key a call.

use crate::imports::CallHost;
use crate::invalidation::is_invalidated;
use crate::migration::column;
use crate::version::ModuleVersion;
use crate::{Error, migration};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use vzaemo_contract::call::{Conflict, Denied};
use vzaemo_identity::References;
use vzaemo_storage::{Condition, Document, KEY, Op, Query, Rows, StorageError, Unit};

impl CallHost {
    /// The references of the module that are another one's person's.
    pub(crate) async fn references(&mut self) -> Result<Arc<References>, Denied> {
        if let Some(references) = &self.references {
            return Ok(Arc::clone(references));
        }
        let version = Arc::clone(&self.version);
        match References::of(&mut self.unit, &version.manifest.id).await {
            Ok(references) => Ok(Arc::clone(self.references.insert(Arc::new(references)))),
            Err(error) => Err(self.fail(Error::storage(error))),
        }
    }

    /// Those that a transcript has to tell of: what was shown in place of what.
    pub(crate) fn shown_references(&self) -> BTreeMap<String, String> {
        self.references.as_ref().map(|references| references.pairs().clone()).unwrap_or_default()
    }

    /// The rows of a query by any reference of the persons whom it names.
    pub(crate) async fn rows_of_all(&mut self, query: &Query) -> Result<Rows, Denied> {
        let references = self.references().await?;
        let version = Arc::clone(&self.version);
        let rows = if references.is_empty() {
            self.unit.select(&version.manifest.id, query).await
        } else {
            self.unit.select_any(&version.manifest.id, &by_all(&references, query)).await
        };
        let mut rows = rows.map_err(|error| self.storage(error))?;
        if !references.is_empty() {
            // A key is how a document is asked for: it stays.
            let is_key: Vec<bool> = query.fields.iter().map(|field| field == KEY).collect();
            for row in rows.columns.chunks_mut(rows.fields.max(1)) {
                for (value, _) in row.iter_mut().zip(&is_key).filter(|(_, is_key)| !**is_key) {
                    if let std::borrow::Cow::Owned(shown) = references.put_in(value) {
                        *value = shown;
                    }
                }
            }
        }
        Ok(rows)
    }

    /// The document with these values of a unique key, by any reference of the persons whom they name.
    pub(crate) async fn found_by_any(
        &mut self,
        collection: &str,
        fields: &[&str],
        values: &[&str],
    ) -> Result<Option<Document>, Denied> {
        let references = self.references().await?;
        let version = Arc::clone(&self.version);
        let found = find(&mut self.unit, &version, &references, collection, fields, values).await;
        found.map_err(|error| self.storage(error))
    }

    /// What a counter says of all references of the persons whom its key names.
    pub(crate) async fn count_of_all(
        &mut self,
        collection: &str,
        counter: &str,
        key: &str,
    ) -> Result<u64, Denied> {
        let references = self.references().await?;
        let version = Arc::clone(&self.version);
        let mut sum = 0_u64;
        for key in references.variants(key) {
            let count = self.unit.count(&version.manifest.id, collection, counter, &key).await;
            sum = sum.saturating_add(count.map_err(|error| self.storage(error))?);
        }
        Ok(sum)
    }

    /// The body as it is stored: each person stands in it under the reference under which they stood there before. And
    /// nothing that may be there once for a person is there twice, under two of their references.
    pub(crate) async fn kept_references(
        &mut self,
        collection: &str,
        key: Option<&str>,
        body: &str,
    ) -> Result<String, Conflict> {
        let references = self.references().await.map_err(Conflict::Denied)?;
        // What is no JSON the storage refuses.
        let Some(mut after) = serde_json::from_str::<Value>(body).ok().filter(|_| !references.is_empty())
        else {
            return Ok(body.to_owned());
        };
        let version = Arc::clone(&self.version);
        let module = version.manifest.id.as_str();
        let mut before = Value::Null;
        if let Some(key) = key {
            let found = self.unit.get(module, collection, key).await;
            let found = found.map_err(|error| Conflict::Denied(self.storage(error)))?;
            let parsed = found.and_then(|found| serde_json::from_str(&found.body).ok());
            before = parsed.unwrap_or_default();
            restore(&references, &before, &mut after);
        }
        let declared = version.manifest.collections.get(collection);
        for unique in declared.into_iter().flat_map(|declared| &declared.unique) {
            let values = |document: &Value| -> Vec<String> {
                unique.iter().map(|field| references.put_in(&column(document, field)).into_owned()).collect()
            };
            let wanted = values(&after);
            if wanted == values(&before) || wanted.iter().all(|value| references.others(value).is_empty()) {
                continue;
            }
            let fields: Vec<&str> = unique.iter().map(String::as_str).collect();
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
            let held = find(&mut self.unit, &version, &references, collection, &fields, &wanted).await;
            let held = held.map_err(|error| Conflict::Denied(self.storage(error)))?;
            if held.is_some_and(|held| Some(held.key.as_str()) != key) {
                return Err(Conflict::Taken(unique.clone()));
            }
        }
        Ok(after.to_string())
    }
}

/// The document as the person's module is shown it.
pub(crate) fn shown(references: &References, mut document: Document) -> Document {
    if let std::borrow::Cow::Owned(body) = references.put_in(&document.body) {
        document.body = body;
    }
    document
}

/// The document with these values of a unique key, by any reference of the persons whom they name. Where there are several,
/// the one that counts: of participations the person's other ones do not any more.
pub(crate) async fn find(
    unit: &mut Unit,
    version: &ModuleVersion,
    references: &References,
    collection: &str,
    fields: &[&str],
    values: &[&str],
) -> Result<Option<Document>, StorageError> {
    let module = version.manifest.id.as_str();
    if references.is_empty() {
        return unit.find_unique(module, collection, fields, values).await;
    }
    let declared = version.manifest.collections.get(collection);
    let participation = declared.and_then(|declared| declared.participation.as_ref());
    let mut first = None;
    for values in combinations(values.iter().map(|value| references.variants(value)).collect()) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let Some(found) = unit.find_unique(module, collection, fields, &values).await? else { continue };
        let is_void = participation.is_some_and(|participation| {
            serde_json::from_str(&found.body).is_ok_and(|body| is_invalidated(participation, &body))
        });
        if !is_void {
            return Ok(Some(found));
        }
        first.get_or_insert(found);
    }
    Ok(first)
}

/// A document that the host itself decides about, as the version that serves knows it and its persons.
pub(crate) async fn present(
    unit: &mut Unit,
    version: &ModuleVersion,
    collection: &str,
    document: Document,
) -> Result<Document, Error> {
    let document = migration::present(version, collection, document).await?;
    let references = References::of(unit, &version.manifest.id).await.map_err(Error::storage)?;
    Ok(shown(&references, document))
}

/// The queries that ask the same by every reference of the persons whom this one names.
fn by_all(references: &References, query: &Query) -> Vec<Query> {
    let asked = |condition: &Condition| match condition.op {
        Op::Eq => references.variants(&condition.value),
        _ => vec![condition.value.clone()],
    };
    let values = combinations(query.conditions.iter().map(asked).collect());
    let with = |values: Vec<String>| {
        let mut query = query.clone();
        for (condition, value) in query.conditions.iter_mut().zip(values) {
            condition.value = value;
        }
        query
    };
    values.into_iter().map(with).collect()
}

/// Every way to take one of each.
fn combinations(choices: Vec<Vec<String>>) -> Vec<Vec<String>> {
    choices.into_iter().fold(vec![Vec::new()], |all, choice| {
        let longer = |one: &Vec<String>| {
            let one = one.clone();
            choice
                .iter()
                .map(move |value| [one.as_slice(), std::slice::from_ref(value)].concat())
                .collect::<Vec<_>>()
        };
        all.iter().flat_map(longer).collect()
    })
}

/// Puts back into a changed document the references that stood in the same places before, where the module has written what
/// it was shown for them.
fn restore(references: &References, before: &Value, after: &mut Value) {
    match (before, after) {
        (Value::String(before), Value::String(after))
            if before != after && references.put_in(before) == after.as_str() =>
        {
            after.clone_from(before);
        }
        (Value::Array(before), Value::Array(after)) => {
            before.iter().zip(after).for_each(|(before, after)| restore(references, before, after));
        }
        (Value::Object(before), Value::Object(after)) => {
            for (name, after) in after.iter_mut() {
                if let Some(before) = before.get(name) {
                    restore(references, before, after);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const B: &str = "bbbbbbbb-0000-4000-8000-000000000002";

    fn references() -> References {
        References::new([(B.to_owned(), A.to_owned())].into())
    }

    #[test]
    fn a_document_that_is_written_back_keeps_its_references() {
        let before = json!({"owner": B, "votes": [{"by": B}, {"by": A}], "title": "Old", "count": 1});
        let mut after =
            json!({"owner": A, "votes": [{"by": A}, {"by": A}, {"by": A}], "title": "New", "count": 2});
        restore(&references(), &before, &mut after);
        let expected =
            json!({"owner": B, "votes": [{"by": B}, {"by": A}, {"by": A}], "title": "New", "count": 2});
        assert_eq!(after, expected);
        let mut other = json!({"owner": "somebody-else"});
        restore(&references(), &before, &mut other);
        assert_eq!(other, json!({"owner": "somebody-else"}));
    }

    #[test]
    fn a_query_asks_by_every_reference() {
        let query = Query::of("votes").equal("note", "1").equal("person", A).when("at", Op::Ge, A);
        let all = by_all(&references(), &query);
        let asked: Vec<Vec<&str>> =
            all.iter().map(|query| query.conditions.iter().map(|one| one.value.as_str()).collect()).collect();
        assert_eq!(asked, [vec!["1", A, A], vec!["1", B, A]]);
        assert_eq!(by_all(&References::default(), &query), [query]);
    }
}
