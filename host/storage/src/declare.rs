//! Declaring collections: making and extending their tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::catalog::{Catalog, Compiled, CompiledCounter, Ids, is_name};
use crate::prepared::CounterKey;
use crate::sqlite::{self, query};
use crate::{Collection, DeclareError, StorageError, sql};

/// Declares collections inside a transaction of the caller's; returns those that are new or changed in memory.
pub(crate) async fn declare(
    connection: &mut SqliteConnection,
    catalog: &Catalog,
    namespace: &str,
    collections: &[Collection],
    epoch: u64,
) -> Result<Vec<Arc<Compiled>>, DeclareError> {
    if !namespace.split('.').all(is_name) {
        return Err(invalid(namespace, "a namespace is made of names joined by dots"));
    }
    let mut changed: Vec<Arc<Compiled>> = Vec::new();
    let namespace: Arc<str> = namespace.into();
    for collection in collections {
        if changed.iter().any(|earlier| *earlier.name == *collection.name) {
            return Err(invalid(&collection.name, "it is declared twice"));
        }
        let known = catalog.get(&namespace, &collection.name).ok();
        if known.is_some_and(|known| known.declared == *collection) {
            continue;
        }
        changed.push(Arc::new(declare_one(connection, &namespace, collection, epoch).await?));
    }
    Ok(changed)
}

async fn declare_one(
    connection: &mut SqliteConnection,
    namespace: &Arc<str>,
    collection: &Collection,
    epoch: u64,
) -> Result<Compiled, DeclareError> {
    let stored = stored(connection, namespace, &collection.name).await?;
    let is_new = stored.is_none();
    let (id, before, mut ids) = match stored {
        Some((id, before, ids)) => (id, Some(before), ids),
        None => (next_id(connection).await?, None, Ids::new()),
    };
    let old_ids = ids.clone();
    let compiled = Compiled::new(id, epoch, namespace, collection, &mut ids)
        .map_err(|reason| invalid(&collection.name, reason))?;
    if before.as_ref() == Some(collection) {
        return Ok(compiled);
    }
    save(connection, &compiled, &ids, is_new).await?;
    run(connection, sql::create_table(id)).await?;
    for field in &compiled.fields {
        if !old_ids.contains_key(&format!("field:{}", field.path)) {
            run(connection, sql::add_column(id, field)).await?;
        }
    }
    for index in &compiled.indexes {
        run(connection, sql::create_index(id, index.id, &compiled.field_ids(index))).await?;
    }
    // A unique key that is no longer declared must no longer refuse documents. Plain indexes stay: an earlier
    // declaration may come back, and they harm nobody.
    for (description, index) in &old_ids {
        if description.starts_with("unique:") && !compiled.unique.iter().any(|unique| unique.id == *index) {
            run(connection, sql::drop_index(id, *index)).await?;
        }
    }
    for index in &compiled.unique {
        let created = run(connection, sql::create_unique(id, index.id, &compiled.field_ids(index))).await;
        created.map_err(|error| match sqlite::fault(&error) {
            sqlite::Fault::Unique => DeclareError::Duplicates {
                collection: collection.name.clone(),
                fields: compiled.paths(index),
            },
            _ => error.into(),
        })?;
    }
    let new: Vec<_> =
        compiled.counters.iter().filter(|counter| !is_same(before.as_ref(), collection, counter)).collect();
    recount(connection, &compiled, &new).await?;
    for counter in &compiled.counters {
        check_bound(connection, &compiled, counter).await?;
    }
    Ok(compiled)
}

/// Whether a counter counted the same way under the earlier declaration.
fn is_same(before: Option<&Collection>, now: &Collection, counter: &CompiledCounter) -> bool {
    let named = |collection: &Collection| {
        collection
            .counters
            .iter()
            .find(|other| *other.name == *counter.name)
            .map(|other| (other.by.clone(), other.unless.clone()))
    };
    before.is_some_and(|before| named(before) == named(now))
}

/// The values that counters should have, by a count of all documents.
pub(crate) fn count_document(
    compiled: &Compiled,
    counters: &[&CompiledCounter],
    body: &str,
    values: &mut BTreeMap<CounterKey, i64>,
) {
    let fields = compiled.project_stored(body);
    for counter in counters {
        if let Some(key) = compiled.counted_as(counter, &fields) {
            *values.entry(CounterKey { collection: compiled.id, counter: counter.id, key }).or_default() += 1;
        }
    }
}

async fn recount(
    connection: &mut SqliteConnection,
    compiled: &Compiled,
    counters: &[&CompiledCounter],
) -> Result<(), StorageError> {
    if counters.is_empty() {
        return Ok(());
    }
    for counter in counters {
        sqlx::query("DELETE FROM counters WHERE collection = ?1 AND counter = ?2")
            .bind(compiled.id)
            .bind(counter.id)
            .execute(&mut *connection)
            .await?;
    }
    let mut values = BTreeMap::new();
    sqlite::scan(connection, compiled.id, |body| count_document(compiled, counters, body, &mut values))
        .await?;
    sqlite::add_to_counters(connection, &values).await
}

async fn check_bound(
    connection: &mut SqliteConnection,
    compiled: &Compiled,
    counter: &CompiledCounter,
) -> Result<(), DeclareError> {
    let Some(bound) = counter.bound else { return Ok(()) };
    let greatest: Option<i64> =
        sqlx::query_scalar("SELECT max(value) FROM counters WHERE collection = ?1 AND counter = ?2")
            .bind(compiled.id)
            .bind(counter.id)
            .fetch_one(connection)
            .await
            .map_err(StorageError::from)?;
    match greatest.and_then(|value| u64::try_from(value).ok()) {
        Some(value) if value > bound => Err(DeclareError::OverBound {
            collection: compiled.name.to_string(),
            counter: counter.name.to_string(),
            value,
        }),
        _ => Ok(()),
    }
}

async fn stored(
    connection: &mut SqliteConnection,
    namespace: &str,
    name: &str,
) -> Result<Option<(i64, Collection, Ids)>, StorageError> {
    let row = sqlx::query("SELECT id, declaration, ids FROM collections WHERE namespace = ?1 AND name = ?2")
        .bind(namespace)
        .bind(name)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let body = |source| StorageError::Body { key: name.to_owned(), source: Arc::new(source) };
    Ok(Some((
        row.try_get(0)?,
        serde_json::from_str(row.try_get(1)?).map_err(body)?,
        serde_json::from_str(row.try_get(2)?).map_err(body)?,
    )))
}

async fn next_id(connection: &mut SqliteConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM collections").fetch_one(connection).await?)
}

async fn save(
    connection: &mut SqliteConnection,
    compiled: &Compiled,
    ids: &Ids,
    is_new: bool,
) -> Result<(), DeclareError> {
    let text = |result: serde_json::Result<String>| {
        result.map_err(|error| invalid(&compiled.name, error.to_string()))
    };
    let declaration = text(serde_json_canonicalizer::to_string(&compiled.declared))?;
    let ids = text(serde_json_canonicalizer::to_string(ids))?;
    let statement = if is_new {
        "INSERT INTO collections (id, namespace, name, declaration, ids) VALUES (?1, ?2, ?3, ?4, ?5)"
    } else {
        "UPDATE collections SET declaration = ?4, ids = ?5 WHERE id = ?1 AND namespace = ?2 AND name = ?3"
    };
    sqlx::query(statement)
        .bind(compiled.id)
        .bind(&*compiled.namespace)
        .bind(&*compiled.name)
        .bind(declaration)
        .bind(ids)
        .execute(connection)
        .await
        .map_err(StorageError::from)?;
    Ok(())
}

async fn run(connection: &mut SqliteConnection, statement: String) -> Result<(), StorageError> {
    query(statement).execute(connection).await?;
    Ok(())
}

fn invalid(collection: &str, reason: impl Into<String>) -> DeclareError {
    DeclareError::Invalid { collection: collection.to_owned(), reason: reason.into() }
}
