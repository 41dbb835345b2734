//! Declaring collections: making and extending their tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Catalog, Compiled, CompiledCounter, Ids, is_name};
use crate::fault::{Fault, fault};
use crate::prepared::CounterKey;
use crate::transaction::{Row, Statement, Transaction};
use crate::{Collection, DeclareError, StorageError, batch, reader, sql};

/// What became of a declaration.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// New or changed in memory.
    pub compiled: Vec<Arc<Compiled>>,
    /// Whether the database was changed.
    pub altered: bool,
}

/// Declares collections inside a transaction of the caller's.
pub(crate) async fn declare(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    namespace: &str,
    collections: &[Collection],
) -> Result<Declared, DeclareError> {
    if !namespace.split('.').all(is_name) {
        return Err(invalid(namespace, "a namespace is made of names joined by dots"));
    }
    let mut declared = Declared::default();
    let namespace: Arc<str> = namespace.into();
    for collection in collections {
        if declared.compiled.iter().any(|earlier| *earlier.name == *collection.name) {
            return Err(invalid(&collection.name, "it is declared twice"));
        }
        let known = catalog.get(&namespace, &collection.name).ok();
        if known.is_some_and(|known| known.declared == *collection) {
            continue;
        }
        let (compiled, altered) = declare_one(transaction, &namespace, collection).await?;
        declared.compiled.push(Arc::new(compiled));
        declared.altered |= altered;
    }
    Ok(declared)
}

/// The catalog's collections as they are declared in the database now, where another node may have changed them.
pub(crate) async fn refresh(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
) -> Result<Catalog, StorageError> {
    let statement = Statement::new("SELECT id, declaration, ids, namespace, name FROM collections");
    let rows = transaction.rows(statement).await?;
    let mut fresh = Catalog::clone(catalog);
    for row in &rows {
        let Ok(known) = catalog.get(row.text(3)?, row.text(4)?) else { continue };
        let (id, declared, mut ids) = read(row, &known.name)?;
        if known.declared == declared {
            continue;
        }
        match Compiled::new(id, &known.namespace, &declared, &mut ids) {
            Ok(compiled) => fresh.put(Arc::new(compiled)),
            Err(reason) => {
                tracing::error!(collection = %known.name, reason, "failed to take over another node's declaration");
            }
        }
    }
    Ok(fresh)
}

/// All collections that were ever declared in the database, as they were declared last.
pub(crate) async fn stored_catalog(transaction: &mut Transaction<'_>) -> Result<Catalog, StorageError> {
    let statement = Statement::new("SELECT id, declaration, ids, namespace, name FROM collections");
    let rows = transaction.rows(statement).await?;
    let mut catalog = Catalog::default();
    for row in &rows {
        let name = row.text(4)?;
        let (id, declared, mut ids) = read(row, name)?;
        match Compiled::new(id, &row.text(3)?.into(), &declared, &mut ids) {
            Ok(compiled) => catalog.put(Arc::new(compiled)),
            Err(reason) => tracing::error!(collection = name, reason, "failed to understand a declaration"),
        }
    }
    Ok(catalog)
}

/// Returns also whether the database was changed.
async fn declare_one(
    transaction: &mut Transaction<'_>,
    namespace: &Arc<str>,
    collection: &Collection,
) -> Result<(Compiled, bool), DeclareError> {
    let stored = stored(transaction, namespace, &collection.name).await?;
    let is_new = stored.is_none();
    let (id, before, mut ids) = match stored {
        Some((id, before, ids)) => (id, Some(before), ids),
        None => (next_id(transaction).await?, None, Ids::new()),
    };
    let old_ids = ids.clone();
    let compiled = Compiled::new(id, namespace, collection, &mut ids)
        .map_err(|reason| invalid(&collection.name, reason))?;
    if before.as_ref() == Some(collection) {
        return Ok((compiled, false));
    }
    save(transaction, &compiled, &ids, is_new).await?;
    create_table(transaction, &compiled, &old_ids).await?;
    create_indexes(transaction, &compiled).await?;
    // A unique key that is no longer declared must no longer refuse documents. Plain indexes stay: an earlier
    // declaration may come back, and they harm nobody.
    for (description, index) in &old_ids {
        if description.starts_with("unique:") && !compiled.unique.iter().any(|unique| unique.id == *index) {
            run(transaction, sql::drop_index(id, *index)).await?;
        }
    }
    create_unique(transaction, &compiled).await?;
    let new: Vec<_> =
        compiled.counters.iter().filter(|counter| !is_same(before.as_ref(), collection, counter)).collect();
    recount(transaction, &compiled, &new).await?;
    for counter in &compiled.counters {
        check_bound(transaction, &compiled, counter).await?;
    }
    Ok((compiled, true))
}

/// The table of a collection with the columns of those of its fields that had no number before.
pub(crate) async fn create_table(
    transaction: &mut Transaction<'_>,
    compiled: &Compiled,
    before: &Ids,
) -> Result<(), StorageError> {
    let dialect = transaction.dialect();
    run(transaction, sql::create_table(dialect, compiled.id)).await?;
    for field in &compiled.fields {
        if !before.contains_key(&format!("field:{}", field.path))
            && let Some(statement) = sql::add_column(dialect, compiled.id, field)
        {
            run(transaction, statement).await?;
        }
    }
    Ok(())
}

pub(crate) async fn create_indexes(
    transaction: &mut Transaction<'_>,
    compiled: &Compiled,
) -> Result<(), StorageError> {
    for index in &compiled.indexes {
        run(transaction, sql::create_index(transaction.dialect(), compiled, index)).await?;
    }
    Ok(())
}

pub(crate) async fn create_unique(
    transaction: &mut Transaction<'_>,
    compiled: &Compiled,
) -> Result<(), DeclareError> {
    for index in &compiled.unique {
        let created = run(transaction, sql::create_unique(transaction.dialect(), compiled, index)).await;
        created.map_err(|error| match fault(&error) {
            Fault::Unique => DeclareError::Duplicates {
                collection: compiled.name.to_string(),
                fields: compiled.paths(index),
            },
            _ => error.into(),
        })?;
    }
    Ok(())
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
    transaction: &mut Transaction<'_>,
    compiled: &Compiled,
    counters: &[&CompiledCounter],
) -> Result<(), StorageError> {
    if counters.is_empty() {
        return Ok(());
    }
    for counter in counters {
        let statement = Statement::new("DELETE FROM counters WHERE collection = $1 AND counter = $2");
        transaction.run(statement.bind(compiled.id).bind(counter.id)).await?;
    }
    let mut values = BTreeMap::new();
    reader::scan(transaction, compiled.id, |body| count_document(compiled, counters, body, &mut values))
        .await?;
    batch::add_to_counters(transaction, &values).await
}

async fn check_bound(
    transaction: &mut Transaction<'_>,
    compiled: &Compiled,
    counter: &CompiledCounter,
) -> Result<(), DeclareError> {
    let Some(bound) = counter.bound else { return Ok(()) };
    let statement = Statement::new("SELECT max(value) FROM counters WHERE collection = $1 AND counter = $2");
    let row = transaction.one(statement.bind(compiled.id).bind(counter.id)).await?;
    match row.maybe(0)?.and_then(|value| u64::try_from(value).ok()) {
        Some(value) if value > bound => Err(DeclareError::OverBound {
            collection: compiled.name.to_string(),
            counter: counter.name.to_string(),
            value,
        }),
        _ => Ok(()),
    }
}

async fn stored(
    transaction: &mut Transaction<'_>,
    namespace: &str,
    name: &str,
) -> Result<Option<(i64, Collection, Ids)>, StorageError> {
    let statement =
        Statement::new("SELECT id, declaration, ids FROM collections WHERE namespace = $1 AND name = $2");
    let row = transaction.row(statement.bind(namespace).bind(name)).await?;
    row.map(|row| read(&row, name)).transpose()
}

/// Number, declaration and numbers of a row that begins with these.
fn read(row: &Row, name: &str) -> Result<(i64, Collection, Ids), StorageError> {
    let body = |source| StorageError::Body { key: name.to_owned(), source: Arc::new(source) };
    Ok((
        row.integer(0)?,
        serde_json::from_str(row.text(1)?).map_err(body)?,
        serde_json::from_str(row.text(2)?).map_err(body)?,
    ))
}

async fn next_id(transaction: &mut Transaction<'_>) -> Result<i64, StorageError> {
    let statement = Statement::new("SELECT coalesce(max(id), 0) + 1 FROM collections");
    transaction.one(statement).await?.integer(0)
}

async fn save(
    transaction: &mut Transaction<'_>,
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
        "INSERT INTO collections (id, namespace, name, declaration, ids) VALUES ($1, $2, $3, $4, $5)"
    } else {
        "UPDATE collections SET declaration = $4, ids = $5 WHERE id = $1 AND namespace = $2 AND name = $3"
    };
    let statement = Statement::new(statement)
        .bind(compiled.id)
        .bind(&*compiled.namespace)
        .bind(&*compiled.name)
        .bind(declaration)
        .bind(ids);
    transaction.run(statement).await?;
    Ok(())
}

async fn run(transaction: &mut Transaction<'_>, statement: String) -> Result<(), StorageError> {
    transaction.run(Statement::new(statement)).await?;
    Ok(())
}

fn invalid(collection: &str, reason: impl Into<String>) -> DeclareError {
    DeclareError::Invalid { collection: collection.to_owned(), reason: reason.into() }
}
