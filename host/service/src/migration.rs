//! Documents of an older version of their collection.
//!
//! Each document remembers the version under which it was written. Whoever reads an older one gets it as the module's
//! `migrate` makes it, and an act that writes it stores it so ([`present`]); that needs no wait and no stop. After the
//! swap the host walks through the collection in portions and stores what nobody has written, and brings the search
//! index up to date if other fields are marked ([`Portion`]). Until then an index, unique key or counter over a field
//! that the migration changes finds an old document under its old value; answers hold migrated values in any case.

use crate::imports::CallHost;
use crate::version::ModuleVersion;
use crate::work::{MIGRATIONS, NAMESPACE, Task, WORK, Work};
use crate::{Error, Platform, record};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use vzaemo_audit::AuditError;
use vzaemo_clock::Instant;
use vzaemo_contract::call::{Denied, Failure, Query as Asked, Rows};
use vzaemo_contract::manifest::Manifest;
use vzaemo_runtime::CallError;
use vzaemo_search::Scope;
use vzaemo_storage::{BODY, Document, KEY, Op, Query, REVISION, StorageError, Unit, VERSION, WriteError};

mod alone;

/// So many documents are looked at in one unit of work.
const PORTION: u32 = 200;

/// How far the documents of a collection have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// The version that they are brought to.
    version: u32,
    /// The fields that are searched, as [`vzaemo_search::SearchFields::describe`] says it.
    search: String,
    /// Whether all of them are there.
    done: bool,
    /// How many have been looked at.
    documents: u64,
    /// How many of them could not be migrated: they stay as they were.
    failed: u64,
}

fn key(module: &str, collection: &str) -> String {
    format!("{module}/{collection}")
}

async fn progress(
    unit: &mut Unit,
    module: &str,
    collection: &str,
) -> Result<Option<(Progress, u64)>, StorageError> {
    match unit.get(NAMESPACE, MIGRATIONS, &key(module, collection)).await {
        Ok(Some(document)) => Ok(Some((document.parse()?, document.revision))),
        // Without the records of this room nothing is migrated in the background.
        Ok(None) | Err(StorageError::UnknownCollection { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a record of this room over the revision that was read.
pub(crate) async fn put<T: Serialize>(
    unit: &mut Unit,
    collection: &str,
    key: &str,
    record: &T,
    revision: Option<u64>,
) -> Result<(), Error> {
    let body = serde_json::to_string(record).map_err(Error::storage)?;
    let written = match revision {
        Some(revision) => unit.replace(NAMESPACE, collection, key, revision, &body).await,
        None => unit.insert(NAMESPACE, collection, Some(key.to_owned()), &body).await.map(|_| ()),
    };
    written.map_err(Error::storage)
}

/// A collection whose documents are newer than a version of its module knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerDocuments {
    /// The collection.
    pub collection: String,
    /// The version that its documents have, or may have.
    pub stored: u32,
    /// The version that the module knows.
    pub known: u32,
}

/// The collections with which a version of a module cannot serve, since its documents have been brought further already:
/// a migration leads forward only. Empty ones stand in nobody's way.
pub async fn newer_documents(unit: &mut Unit, manifest: &Manifest) -> Result<Vec<NewerDocuments>, Error> {
    let mut newer = Vec::new();
    for (collection, declared) in &manifest.collections {
        let Some((progress, _)) = progress(unit, &manifest.id, collection).await.map_err(Error::storage)?
        else {
            continue;
        };
        if progress.version > declared.version && !is_empty(unit, &manifest.id, collection).await? {
            newer.push(NewerDocuments {
                collection: collection.clone(),
                stored: progress.version,
                known: declared.version,
            });
        }
    }
    Ok(newer)
}

/// Whether a collection is known to hold nothing.
async fn is_empty(unit: &mut Unit, module: &str, collection: &str) -> Result<bool, Error> {
    match unit.select(module, &Query::of(collection).limit(1)).await {
        Ok(rows) => Ok(rows.keys.is_empty()),
        // Not declared since the start: what it holds cannot be seen.
        Err(StorageError::UnknownCollection { .. }) => Ok(false),
        Err(error) => Err(Error::storage(error)),
    }
}

/// Has the documents of a version that comes into service brought up to date in the background: to be called in the unit
/// of work that keeps the new configuration. Its collections must have been declared. Nothing is done for collections
/// that are up to date or empty.
pub async fn prepare_migrations(unit: &mut Unit, version: &ModuleVersion, now: Instant) -> Result<(), Error> {
    let module = version.manifest.id.as_str();
    for (collection, declared) in &version.manifest.collections {
        let search = version.search.get(collection).map(vzaemo_search::SearchFields::describe);
        let search = search.unwrap_or_default();
        let known = progress(unit, module, collection).await.map_err(Error::storage)?;
        let revision = known.as_ref().map(|(_, revision)| *revision);
        // What an earlier package could not migrate, this one may.
        let same = |(known, _): &(Progress, u64)| {
            known.version == declared.version && known.search == search && known.failed == 0
        };
        if known.as_ref().is_some_and(same) {
            continue;
        }
        let done = is_empty(unit, module, collection).await?;
        let fresh = Progress { version: declared.version, search, done, documents: 0, failed: 0 };
        put(unit, MIGRATIONS, &key(module, collection), &fresh, revision).await?;
        if done {
            continue;
        }
        let work = Work {
            module: module.to_owned(),
            task: Task::Migrate { collection: collection.clone(), after: None },
            due: now.to_string(),
            at_once: true,
            failures: 0,
            not_before: String::new(),
        };
        let work_key = format!("migrate/{}", key(module, collection));
        let waiting = unit.get(NAMESPACE, WORK, &work_key).await.map_err(Error::storage)?;
        put(unit, WORK, &work_key, &work, waiting.map(|document| document.revision)).await?;
    }
    Ok(())
}

/// The document as the version that serves knows it.
pub(crate) async fn present(
    version: &ModuleVersion,
    collection: &str,
    mut document: Document,
) -> Result<Document, Error> {
    let body = present_body(version, collection, document.version, &document.body).await?;
    if let Some(body) = body {
        document.body = body;
    }
    Ok(document)
}

/// The body as the version that serves knows it; `None` if it is that already.
async fn present_body(
    version: &ModuleVersion,
    collection: &str,
    written: u32,
    body: &str,
) -> Result<Option<String>, Error> {
    let Some(declared) = version.manifest.collections.get(collection) else { return Ok(None) };
    if written == declared.version {
        return Ok(None);
    }
    let broken = |what: String| Error::Module {
        module: version.manifest.id.clone(),
        source: CallError::Failure(Failure::Broken(what)),
    };
    if written > declared.version {
        return Err(broken(format!(
            "a document of {collection} has version {written}, this version of the module knows {}",
            declared.version
        )));
    }
    let (migrated, _) = version.component.migrate(alone::imports(version), collection, written, body).await;
    let migrated = migrated.map_err(|source| match source {
        CallError::Busy => Error::Busy,
        source => Error::Module { module: version.manifest.id.clone(), source },
    })?;
    if serde_json::from_str::<serde_json::Map<String, Value>>(&migrated).is_err() {
        return Err(broken(format!("what a document of {collection} was migrated to is no JSON object")));
    }
    Ok(Some(migrated))
}

impl CallHost {
    /// A document for the module.
    pub(crate) async fn presented(
        &mut self,
        collection: &str,
        found: Option<Document>,
    ) -> Result<Option<vzaemo_contract::call::Document>, Denied> {
        let Some(found) = found else { return Ok(None) };
        let references = self.references().await?;
        match present(&self.version, collection, found).await {
            Ok(found) => {
                let Document { key, revision, body, .. } = crate::references::shown(&references, found);
                Ok(Some(vzaemo_contract::call::Document { key, revision, body }))
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Rows for the module. While documents of the collection are being migrated, the values of old ones are taken from
    /// what they are migrated to.
    pub(crate) async fn rows(&mut self, asked: &Asked, mut query: Query) -> Result<Rows, Denied> {
        let version = Arc::clone(&self.version);
        let module = version.manifest.id.as_str();
        let declared = version.manifest.collections.get(&asked.collection).map_or(1, |known| known.version);
        // A first version has no older documents.
        let migrating = declared > 1
            && match progress(&mut self.unit, module, &asked.collection).await {
                Ok(progress) => progress.is_some_and(|(progress, _)| !progress.done || progress.failed > 0),
                Err(error) => return Err(self.fail(Error::storage(error))),
            };
        if migrating {
            query.fields.extend([VERSION.to_owned(), BODY.to_owned()]);
        }
        if self.notes.recording {
            query.fields.push(REVISION.to_owned());
        }
        let mut rows = self.rows_of_all(&query).await?;
        if self.notes.recording {
            self.notes.take_revisions(&mut rows);
        }
        let next = rows.next.clone().map(|cursor| cursor.0);
        if !migrating {
            return Ok(Rows { keys: rows.keys, values: rows.columns, next });
        }
        let mut values = Vec::with_capacity(rows.keys.len() * asked.fields.len());
        for (_, columns) in rows.iter() {
            let Some((own, [written, body])) = columns.split_last_chunk() else { continue };
            let written = written.parse().unwrap_or(declared);
            match present_body(&version, &asked.collection, written, body).await {
                Ok(None) => values.extend_from_slice(own),
                Ok(Some(body)) => {
                    let document: Value = serde_json::from_str(&body).unwrap_or_default();
                    let cell = |(name, own): (&String, &String)| match name.as_str() {
                        KEY | REVISION => own.clone(),
                        BODY => body.clone(),
                        path => column(&document, path),
                    };
                    values.extend(asked.fields.iter().zip(own).map(cell));
                }
                Err(error) => return Err(self.fail(error)),
            }
        }
        Ok(Rows { keys: rows.keys, values, next })
    }
}

/// The value of a field as rows hold it: see [`vzaemo_storage::Rows`].
pub(crate) fn column(document: &Value, path: &str) -> String {
    let mut value = document;
    for step in path.split('.') {
        match value.get(step) {
            Some(inner) => value = inner,
            None => return String::new(),
        }
    }
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A portion of a collection that is brought up to date.
pub(crate) struct Portion<'a> {
    pub version: &'a Arc<ModuleVersion>,
    pub collection: &'a str,
    /// The key of the last document that is done.
    pub after: Option<&'a str>,
}

impl Portion<'_> {
    /// Stores the next documents as the module migrates them. One that it cannot migrate stays as it was, is counted
    /// and is told to the operator; it does not hold up the others.
    pub async fn migrate(
        self,
        mut unit: Unit,
        platform: &Platform,
        document: &Document,
        work: &Work,
    ) -> Result<Unit, Error> {
        let module = self.version.manifest.id.as_str();
        let keys = self.keys(platform).await?;
        let found = progress(&mut unit, module, self.collection).await.map_err(Error::storage)?;
        let Some((mut progress, revision)) = found else {
            unit.remove(NAMESPACE, WORK, &document.key, document.revision).await.map_err(Error::storage)?;
            return Ok(unit);
        };
        let mut last = None;
        for key in &keys {
            match self.one(&mut unit, key).await? {
                Done::Yes => {}
                // The unit is full: the rest comes in the next one.
                Done::NoRoom if last.is_some() => break,
                Done::Failed | Done::NoRoom => progress.failed += 1,
            }
            progress.documents += 1;
            last = Some(key.clone());
        }
        progress.done = last.is_none();
        put(&mut unit, MIGRATIONS, &key(module, self.collection), &progress, Some(revision)).await?;
        if progress.done {
            unit.remove(NAMESPACE, WORK, &document.key, document.revision).await.map_err(Error::storage)?;
            let details = [
                format!("collection {} to version {}", self.collection, progress.version),
                format!("{} documents, {} failed", progress.documents, progress.failed),
            ];
            record::migrated(&mut unit, platform, self.version, &details).await?;
            return Ok(unit);
        }
        let mut rest = work.clone();
        rest.task = Task::Migrate { collection: self.collection.to_owned(), after: last };
        put(&mut unit, WORK, &document.key, &rest, Some(document.revision)).await?;
        Ok(unit)
    }

    /// The keys of the next documents. They are read apart: what is added meanwhile is of the present version already,
    /// and must not hold up this work.
    async fn keys(&self, platform: &Platform) -> Result<Vec<String>, Error> {
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let mut query = Query::of(self.collection).ascending(KEY).limit(PORTION);
        if let Some(after) = self.after {
            query = query.when(KEY, Op::Gt, after);
        }
        let rows = unit.select(&self.version.manifest.id, &query).await.map_err(Error::storage)?;
        Ok(rows.keys)
    }

    async fn one(&self, unit: &mut Unit, key: &str) -> Result<Done, Error> {
        let module = self.version.manifest.id.as_str();
        let found = unit.get(module, self.collection, key).await.map_err(Error::storage)?;
        let Some(document) = found else { return Ok(Done::Yes) };
        let migrated = present_body(self.version, self.collection, document.version, &document.body).await;
        let body = match migrated {
            Ok(None) => None,
            Ok(Some(body)) => {
                let kept = vzaemo_audit::keep_revision(unit, module, self.collection, &document).await;
                match kept {
                    Ok(()) => {}
                    Err(AuditError::Write(WriteError::TooLarge)) => return Ok(Done::NoRoom),
                    Err(error) => return Err(Error::storage(error)),
                }
                match unit.replace(module, self.collection, key, document.revision, &body).await {
                    Ok(()) => Some(body),
                    Err(WriteError::TooLarge) => return Ok(Done::NoRoom),
                    Err(error @ WriteError::Storage(_)) => return Err(Error::storage(error)),
                    Err(error) => return Ok(self.failed(key, &error)),
                }
            }
            Err(Error::Busy) => return Err(Error::Busy),
            Err(error) => return Ok(self.failed(key, &error)),
        };
        let scope = Scope { namespace: module, collection: self.collection };
        let fields = self.version.search.get(self.collection).filter(|fields| !fields.is_empty());
        let indexed = match fields {
            Some(fields) => {
                let document = serde_json::from_str(body.as_deref().unwrap_or(&document.body));
                let document: Value = document.map_err(Error::storage)?;
                vzaemo_search::put(unit, scope, key, &fields.texts(&document)).await
            }
            None => vzaemo_search::remove(unit, scope, key).await,
        };
        indexed.map_err(Error::storage)?;
        Ok(Done::Yes)
    }

    fn failed(&self, key: &str, error: &(dyn std::error::Error + 'static)) -> Done {
        let (module, collection) = (self.version.manifest.id.as_str(), self.collection);
        tracing::error!(error, module, collection, document = key, "a document could not be migrated");
        Done::Failed
    }
}

/// What became of one document.
enum Done {
    Yes,
    Failed,
    NoRoom,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_written_as_the_storage_writes_them() {
        let document =
            json!({"title": "Ліс", "n": 7, "on": true, "a": {"b": "x", "c": null}, "list": [1, "y"]});
        for (path, expected) in [
            ("title", "Ліс"),
            ("n", "7"),
            ("on", "true"),
            ("a.b", "x"),
            ("a.c", ""),
            ("a", r#"{"b":"x","c":null}"#),
            ("list", r#"[1,"y"]"#),
            ("missing", ""),
            ("title.deeper", ""),
        ] {
            assert_eq!(column(&document, path), expected, "{path}");
        }
    }
}
