//! Sample content of a package, brought in once, in development mode.

use crate::Problem;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use vzaemo_search::{Scope, SearchFields};
use vzaemo_storage::{Unit, WriteError};

/// A document of the sample content.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    collection: String,
    key: String,
    document: Value,
}

/// All samples of a package, from `content/*.json`: lists of `{ collection, key, document }`.
pub(crate) fn read(name: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Sample>, Vec<Problem>> {
    let mut samples = Vec::new();
    let mut problems = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| {
        path.starts_with("content/") && Path::new(path).extension().is_some_and(|ending| ending == "json")
    }) {
        match serde_json::from_slice::<Vec<Sample>>(bytes) {
            Ok(found) => samples.extend(found),
            Err(error) => problems.push(
                Problem::new(format!("{name} {path}"), error.to_string())
                    .line(Some(error.line()))
                    .mend("write a list of { \"collection\", \"key\", \"document\" }"),
            ),
        }
    }
    if problems.is_empty() { Ok(samples) } else { Err(problems) }
}

/// Writes the samples into a unit of work, with their index terms. The storage checks each against its schema; one
/// whose key is taken is left out.
pub(crate) async fn put(
    unit: &mut Unit,
    module: &str,
    search: &HashMap<String, SearchFields>,
    samples: &[Sample],
) -> Result<(), Problem> {
    for sample in samples {
        let here = |what: String| {
            Problem::new(format!("{module} content"), what)
                .at(format!("{} {}", sample.collection, sample.key))
        };
        let body = sample.document.to_string();
        match unit.insert(module, &sample.collection, Some(sample.key.clone()), &body).await {
            Ok(_) => {}
            Err(WriteError::Exists) => continue,
            Err(WriteError::Schema(violations)) => {
                let said: Vec<_> =
                    violations.iter().map(|v| format!("{}: {}", v.pointer, v.message)).collect();
                return Err(here(said.join(", ")));
            }
            Err(error) => return Err(here(crate::problem::chain(&error))),
        }
        let Some(fields) = search.get(&sample.collection) else { continue };
        let texts = fields.texts(&sample.document);
        let scope = Scope { namespace: module, collection: &sample.collection };
        vzaemo_search::put(unit, scope, &sample.key, &texts)
            .await
            .map_err(|error| here(crate::problem::chain(&error)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_lists_of_documents() {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
        let good = BTreeMap::from([
            file("content/a.json", r#"[{"collection":"notes","key":"1","document":{"title":"x"}}]"#),
            file("content/picture.svg", "<svg/>"),
            file("schemas/note.json", "{}"),
        ]);
        assert_eq!(read("notes 1.0.0", &good).unwrap().len(), 1);
        let bad = BTreeMap::from([file("content/a.json", "[\n{\"collection\":\"notes\"}]")]);
        let said = read("notes 1.0.0", &bad).unwrap_err();
        assert!(
            said[0].to_string().starts_with("notes 1.0.0 content/a.json:2: missing field"),
            "{}",
            said[0]
        );
    }
}
