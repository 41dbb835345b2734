//! Selects, by the platform's rules: a declared index must serve them, and the rows are those of the snapshot that are
//! within reach of whoever is called for.

use crate::world::{World, text_of};
use serde_json::Value;
use vzaemo_contract::call::{Comparison, Denied, Query, Rows};
use vzaemo_contract::reach::Reach;

/// The pseudo-field for a document's key.
const KEY: &str = "$key";
/// The most rows of one answer.
const MOST: u32 = 1000;

impl World {
    pub(crate) fn select(&self, query: &Query, reach: Option<&Reach>) -> Result<Rows, Denied> {
        let misuse = |why: String| Denied::Misuse(format!("select from {}: {why}", query.collection));
        let Some(declared) = self.project.collection(&query.collection) else {
            return Err(misuse("no such collection is declared".to_owned()));
        };
        if query.limit == 0 || query.limit > MOST {
            return Err(misuse(format!("the limit must lie between 1 and {MOST}")));
        }
        let order = serving_index(&declared.index, query).map_err(misuse)?;
        let schema = self.project.schema(&declared.schema);
        let descending = query.order.first().is_some_and(|order| order.descending);
        let field_of = |key: &str, body: &Value, field: &str| {
            if field == KEY { key.to_owned() } else { comparable(schema, field, &text_of(body, field)) }
        };
        let mut found: Vec<(Vec<String>, &str, &Value)> = Vec::new();
        for (key, kept) in self.documents.get(&query.collection).into_iter().flatten() {
            let holds = query.conditions.iter().all(|condition| {
                let (left, right) = (
                    field_of(key, &kept.body, &condition.field),
                    comparable(schema, &condition.field, &condition.value),
                );
                match condition.comparison {
                    Comparison::Equal => left == right,
                    Comparison::Less => left < right,
                    Comparison::AtMost => left <= right,
                    Comparison::Greater => left > right,
                    Comparison::AtLeast => left >= right,
                    Comparison::BeginsWith => left.starts_with(&right),
                }
            });
            if holds && self.reaches(reach, &query.collection, key, &kept.body) {
                let mut place: Vec<String> =
                    order.iter().map(|field| field_of(key, &kept.body, field)).collect();
                place.push(key.clone());
                found.push((place, key, &kept.body));
            }
        }
        found.sort_by(|(a, ..), (b, ..)| if descending { b.cmp(a) } else { a.cmp(b) });
        if let Some(after) = &query.after {
            let after: Vec<String> = serde_json::from_str(after)
                .ok()
                .filter(|after: &Vec<String>| after.len() == order.len() + 1)
                .ok_or_else(|| misuse("the cursor does not belong to this query".to_owned()))?;
            found.retain(|(place, ..)| if descending { *place < after } else { *place > after });
        }
        let limit = query.limit as usize;
        let next = (found.len() > limit)
            .then(|| found.get(limit - 1).map(|(place, ..)| Value::from(place.clone()).to_string()))
            .flatten();
        found.truncate(limit);
        let mut rows = Rows { next, ..Rows::default() };
        for (_, key, body) in found {
            rows.keys.push(key.to_owned());
            let value = |field: &String| if field == KEY { key.to_owned() } else { text_of(body, field) };
            rows.values.extend(query.fields.iter().map(value));
        }
        Ok(rows)
    }
}

/// Numbers compare as numbers: as texts of one length.
fn comparable(schema: Option<&Value>, field: &str, text: &str) -> String {
    let integer =
        schema.and_then(|schema| schema.get("properties")?.get(field)?.get("type")).is_some_and(|kind| {
            kind == "integer" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == "integer"))
        });
    match text.parse::<i64>() {
        Ok(number) if integer => format!("{:020}", i128::from(number) - i128::from(i64::MIN)),
        _ => text.to_owned(),
    }
}

/// The fields by which the rows are ordered, if an index serves the query: its first fields are those compared for
/// equality, then come the field of a range and the fields of the order.
fn serving_index(indexes: &[Vec<String>], query: &Query) -> Result<Vec<String>, String> {
    let mut equal: Vec<&str> = Vec::new();
    let mut ranged: Vec<&str> = Vec::new();
    for condition in &query.conditions {
        let list = if condition.comparison == Comparison::Equal { &mut equal } else { &mut ranged };
        if !list.contains(&condition.field.as_str()) {
            list.push(&condition.field);
        }
    }
    let descending = query.order.first().is_some_and(|order| order.descending);
    if query.order.iter().any(|order| order.descending != descending) {
        return Err("all fields must be ordered in one direction".to_owned());
    }
    let mut tail: Vec<&str> = query.order.iter().map(|order| order.field.as_str()).collect();
    tail.retain(|field| !equal.contains(field));
    match ranged.as_slice() {
        [] => {}
        [field] if tail.is_empty() => tail.push(field),
        [field] if tail.first() == Some(field) => {}
        [_] => return Err("the order must begin with the field of the range".to_owned()),
        _ => return Err("only one field may have a range".to_owned()),
    }
    let by_key = tail.last() == Some(&KEY);
    if by_key {
        tail.pop();
    }
    if equal.is_empty() && tail.is_empty() {
        return Ok(Vec::new());
    }
    let serves = |index: &&Vec<String>| {
        let head = index
            .get(..equal.len())
            .is_some_and(|head| head.iter().all(|field| equal.contains(&field.as_str())));
        let rest = index.get(equal.len()..).unwrap_or_default();
        head && (if by_key { rest.len() == tail.len() } else { rest.len() >= tail.len() })
            && rest.iter().zip(&tail).all(|(field, wanted)| field == wanted)
    };
    let index = indexes.iter().filter(serves).min_by_key(|index| index.len()).ok_or_else(|| {
        let wanted: Vec<&str> = equal.iter().chain(&tail).copied().collect();
        format!("no declared index begins with {wanted:?}; add it to `index` in module.toml")
    })?;
    Ok(index.get(equal.len()..).unwrap_or_default().to_vec())
}
