//! Sample content of a package, brought in once, in development mode.

use crate::Problem;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use vzaemo_search::{Scope, SearchFields};
use vzaemo_service::FileFields;
use vzaemo_storage::files::{self, About, Files, Place, label};
use vzaemo_storage::{Unit, WriteError};

/// A document of the sample content.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    collection: String,
    key: String,
    document: Value,
}

/// The sample content of a package.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Samples {
    documents: Vec<Sample>,
    /// Files that the documents name, by their path in the package.
    files: BTreeMap<String, Vec<u8>>,
}

/// All samples of a package, from `content/*.json`: lists of `{ collection, key, document }`. A field that holds a file
/// has its path in the package, such as `content/draft.pdf`.
pub(crate) fn read(name: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Samples, Vec<Problem>> {
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
    if !problems.is_empty() {
        return Err(problems);
    }
    let beside = |path: &str| path.starts_with("content/") && !path.ends_with(".json");
    let files = files.iter().filter(|(path, _)| beside(path));
    Ok(Samples {
        documents: samples,
        files: files.map(|(path, bytes)| (path.clone(), bytes.clone())).collect(),
    })
}

/// Where samples are written to.
pub(crate) struct Into<'a> {
    pub(crate) module: &'a str,
    pub(crate) search: &'a HashMap<String, SearchFields>,
    pub(crate) file_fields: &'a HashMap<String, FileFields>,
    /// Ids of the files that were brought in, by their path in the package.
    pub(crate) files: &'a BTreeMap<String, String>,
    /// Real time, in milliseconds since 1970.
    pub(crate) now_ms: i64,
}

/// Takes the files that samples name into keeping, in commits of their own: to be done before the unit of work of the
/// documents begins. Files that no document names after all are swept.
pub(crate) async fn bring(
    files: &Files,
    now_ms: i64,
    module: &str,
    file_fields: &HashMap<String, FileFields>,
    samples: &Samples,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut brought = BTreeMap::new();
    for sample in &samples.documents {
        let Some(fields) = file_fields.get(&sample.collection) else { continue };
        for path in fields.ids(&sample.document) {
            if brought.contains_key(&path) {
                continue;
            }
            let id = keep(files, now_ms, samples, &path).await.map_err(|what| {
                Problem::new(format!("{module} content"), what)
                    .at(format!("{} {}", sample.collection, sample.key))
            })?;
            brought.insert(path, id);
        }
    }
    Ok(brought)
}

/// Writes the samples into a unit of work, with their index terms and files. The storage checks each against its schema;
/// one whose key is taken is left out.
pub(crate) async fn put(unit: &mut Unit, into: &Into<'_>, samples: &Samples) -> Result<(), Problem> {
    let module = into.module;
    for sample in &samples.documents {
        let here = |what: String| {
            Problem::new(format!("{module} content"), what)
                .at(format!("{} {}", sample.collection, sample.key))
        };
        let taken = unit.get(module, &sample.collection, &sample.key).await;
        if taken.map_err(|error| here(crate::problem::chain(&error)))?.is_some() {
            continue;
        }
        let mut document = sample.document.clone();
        let mut ids = Vec::new();
        if let Some(fields) = into.file_fields.get(&sample.collection) {
            for path in fields.ids(&document) {
                let Some(id) = into.files.get(&path) else {
                    return Err(here(format!("there is no file {path} in the package")));
                };
                replace(&mut document, &path, id);
                ids.push(id.clone());
            }
        }
        match unit.insert(module, &sample.collection, Some(sample.key.clone()), &document.to_string()).await {
            Ok(_) => {}
            Err(WriteError::Schema(violations)) => {
                let said: Vec<_> =
                    violations.iter().map(|v| format!("{}: {}", v.pointer, v.message)).collect();
                return Err(here(said.join(", ")));
            }
            Err(error) => return Err(here(crate::problem::chain(&error))),
        }
        if !ids.is_empty() {
            let place = Place::new(module, &sample.collection, &sample.key);
            let named = files::name(unit, &place, &ids, into.now_ms).await;
            named.map_err(|error| here(crate::problem::chain(&error)))?;
        }
        let Some(fields) = into.search.get(&sample.collection) else { continue };
        let texts = fields.texts(&document);
        let scope = Scope { namespace: module, collection: &sample.collection };
        vzaemo_search::put(unit, scope, &sample.key, &texts)
            .await
            .map_err(|error| here(crate::problem::chain(&error)))?;
    }
    Ok(())
}

/// Takes a file of the package into keeping, as if somebody had sent it.
async fn keep(files: &Files, now_ms: i64, samples: &Samples, path: &str) -> Result<String, String> {
    let say = |error: &(dyn std::error::Error + 'static)| crate::problem::chain(error);
    let bytes = samples.files.get(path).ok_or_else(|| format!("there is no file {path} in the package"))?;
    let mut upload = files.upload(u64::MAX).await.map_err(|error| say(&error))?;
    upload.write(bytes).await.map_err(|error| say(&error))?;
    let spooled = upload.finish().await.map_err(|error| say(&error))?;
    let kind = spooled.recognise().await.map_err(|error| say(&error))?;
    let kind = kind.ok_or_else(|| format!("{path} is no file of a kind that the platform takes"))?;
    let (name, kind) = label(path, kind).map_err(|error| say(&error))?;
    let about = About { name, kind, owner: None, declared: true };
    let kept = files.keep(spooled, &about, now_ms).await;
    kept.map(|file| file.id).map_err(|error| say(&error))
}

/// Puts a text in the place of another wherever it stands in a document.
fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, from, to)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, from, to)),
        _ => {}
    }
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
        let found = read("notes 1.0.0", &good).unwrap();
        assert_eq!((found.documents.len(), found.files.len()), (1, 1));
        let bad = BTreeMap::from([file("content/a.json", "[\n{\"collection\":\"notes\"}]")]);
        let said = read("notes 1.0.0", &bad).unwrap_err();
        assert!(
            said[0].to_string().starts_with("notes 1.0.0 content/a.json:2: missing field"),
            "{}",
            said[0]
        );
    }
}
