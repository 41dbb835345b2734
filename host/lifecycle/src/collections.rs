//! A manifest's collections in the storage's words.

use crate::Problem;
use vzaemo_contract::manifest::Manifest;
use vzaemo_service::PersonalFields;
use vzaemo_storage::{Collection, Counter};

/// The declared indexes, and one by the person whom a document is about: by it the host finds what it keeps about them.
fn indexes(declared: &vzaemo_contract::manifest::Collection, schema: &serde_json::Value) -> Vec<Vec<String>> {
    let mut indexes = declared.index.clone();
    if let Some(subject) = PersonalFields::of(schema).subject()
        && !indexes.iter().any(|fields| fields.first().is_some_and(|first| first == subject))
    {
        indexes.push(vec![subject.to_owned()]);
    }
    indexes
}

pub(crate) fn of_manifest(
    name: &str,
    manifest: &Manifest,
    files: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Collection>, Vec<Problem>> {
    let mut collections = Vec::new();
    let mut problems = Vec::new();
    for (id, declared) in &manifest.collections {
        let file = format!("{name} {}", declared.schema);
        let text = files(&declared.schema).unwrap_or_default();
        let schema = match serde_json::from_str(&text) {
            Ok(schema) => schema,
            Err(error) => {
                problems.push(Problem::new(file, error.to_string()).line(Some(error.line())));
                continue;
            }
        };
        if let Err(error) = jsonschema::validator_for(&schema) {
            problems.push(Problem::new(file, format!("it is no JSON Schema: {error}")));
            continue;
        }
        collections.push(Collection {
            name: id.clone(),
            version: declared.version,
            indexes: indexes(declared, &schema),
            schema,
            unique: declared.unique.clone(),
            counters: declared
                .count
                .iter()
                .map(|counter| Counter {
                    name: counter.name.clone(),
                    by: counter.by.clone(),
                    unless: counter.unless.clone(),
                    bound: counter.bound,
                })
                .collect(),
        });
    }
    if problems.is_empty() { Ok(collections) } else { Err(problems) }
}
