//! Reading one snapshot, and the end of the logs.

use std::collections::BTreeMap;

use crate::catalog::{Compiled, Index};
use crate::plan::{Cut, Plan, encode};
use crate::prepared::CounterKey;
use crate::sql::{self, Dialect};
use crate::transaction::{Row, Statement, Transaction};
use crate::{Document, Rows, StorageError, StoredEntry};

/// The end of the commit log and of the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub position: u64,
    pub entries: u64,
    /// How often a declaration was changed on PostgreSQL, where another node may have done it; 0 on SQLite.
    pub declarations: u64,
}

/// A row with its place in the order of its query: the values of the order, the key last.
#[derive(Debug)]
pub(crate) struct Placed {
    pub place: Vec<String>,
    pub columns: Vec<String>,
}

/// A transaction that only reads: one snapshot.
#[derive(Debug)]
pub(crate) struct Reader(pub Transaction<'static>);

impl Reader {
    pub(crate) async fn end(self) -> Result<(), StorageError> {
        self.0.rollback().await
    }

    /// The first statement of a snapshot: it fixes it.
    pub(crate) async fn head(&mut self) -> Result<Head, StorageError> {
        head(&mut self.0, false).await
    }

    pub(crate) async fn get(&mut self, collection: i64, key: &str) -> Result<Option<Document>, StorageError> {
        let row = self.0.row(Statement::new(sql::get(collection)).bind(key)).await?;
        row.map(|row| document(key.to_owned(), &row, 0)).transpose()
    }

    /// Some documents after a key, by key.
    pub(crate) async fn portion(
        &mut self,
        collection: i64,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Document>, StorageError> {
        let statement = Statement::new(sql::portion(collection, limit)).bind(after);
        let rows = self.0.rows(statement).await?;
        rows.iter().map(|row| document(row.string(0)?, row, 1)).collect()
    }

    pub(crate) async fn find_unique(
        &mut self,
        collection: &Compiled,
        index: &Index,
        values: &[String],
    ) -> Result<Option<Document>, StorageError> {
        let statement = Statement::new(sql::find_unique(self.0.dialect(), collection, index));
        let row = self.0.row(statement.bind_all(values.iter().map(Into::into))).await?;
        row.map(|row| document(row.string(0)?, &row, 1)).transpose()
    }

    /// The rows, and where the limit cut them off if there are more.
    pub(crate) async fn select(
        &mut self,
        collection: &Compiled,
        plan: &Plan,
    ) -> Result<(Rows, Option<Cut>), StorageError> {
        let (found, beyond) = self.found(collection, plan).await?;
        let mut rows = Rows { fields: plan.asked.len(), ..Rows::default() };
        for row in &found {
            rows.keys.push(row.string(0)?);
            for asked in 0..plan.asked.len() {
                rows.columns.push(row.string(1 + plan.order.len() + asked)?);
            }
        }
        let mut cut = None;
        if let (Some(last), Some(beyond)) = (found.last(), beyond) {
            let last = place(plan, last)?;
            rows.next = Some(encode(&last));
            cut = Some(Cut { last, next: beyond.string(0)? });
        }
        Ok((rows, cut))
    }

    /// The same, each row with its place in the order: that of several queries can be put together by it.
    pub(crate) async fn select_placed(
        &mut self,
        collection: &Compiled,
        plan: &Plan,
    ) -> Result<(Vec<Placed>, Option<Cut>), StorageError> {
        let (found, beyond) = self.found(collection, plan).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            let columns = (0..plan.asked.len()).map(|asked| row.string(1 + plan.order.len() + asked));
            rows.push(Placed { place: place(plan, row)?, columns: columns.collect::<Result<_, _>>()? });
        }
        let mut cut = None;
        if let (Some(last), Some(beyond)) = (rows.last(), beyond) {
            cut = Some(Cut { last: last.place.clone(), next: beyond.string(0)? });
        }
        Ok((rows, cut))
    }

    /// The rows that a plan finds, and the one after the last if the limit cut them off.
    async fn found(
        &mut self,
        collection: &Compiled,
        plan: &Plan,
    ) -> Result<(Vec<Row>, Option<Row>), StorageError> {
        let statement = Statement::new(sql::select(self.0.dialect(), collection, plan))
            .bind_all(plan.stated().map(|bound| (&bound.value).into()))
            .bind_all(plan.after.iter().flatten().map(Into::into));
        let mut found = self.0.rows(statement).await?;
        let most = usize::try_from(plan.limit).unwrap_or(usize::MAX);
        let beyond = if found.len() > most { found.pop() } else { None };
        Ok((found, beyond))
    }

    pub(crate) async fn count(&mut self, key: &CounterKey) -> Result<u64, StorageError> {
        let statement =
            Statement::new("SELECT value FROM counters WHERE collection = $1 AND counter = $2 AND key = $3")
                .bind(key.collection)
                .bind(key.counter)
                .bind(&key.key);
        self.0.row(statement).await?.map_or(Ok(0), |row| row.unsigned(0))
    }

    /// All values of a collection's counters.
    pub(crate) async fn counters(
        &mut self,
        collection: i64,
    ) -> Result<BTreeMap<CounterKey, i64>, StorageError> {
        let statement = Statement::new("SELECT counter, key, value FROM counters WHERE collection = $1");
        let rows = self.0.rows(statement.bind(collection)).await?;
        rows.iter()
            .map(|row| {
                let key = CounterKey { collection, counter: row.small(0)?, key: row.string(1)? };
                Ok((key, row.integer(2)?))
            })
            .collect()
    }

    pub(crate) async fn entries(&mut self, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StorageError> {
        let statement = Statement::new(format!(
            "SELECT number, position, leaf, bytes FROM entries WHERE number >= $1 ORDER BY number LIMIT {limit}"
        ));
        let rows = self.0.rows(statement.bind(from)).await?;
        rows.iter()
            .map(|row| {
                Ok(StoredEntry {
                    number: row.unsigned(0)?,
                    position: row.unsigned(1)?,
                    leaf: row.bytes(2)?,
                    bytes: row.bytes(3)?,
                })
            })
            .collect()
    }

    /// The engine's own check of its file; empty if it is sound. PostgreSQL checks its pages as it reads them.
    pub(crate) async fn integrity(&mut self) -> Result<Vec<String>, StorageError> {
        if self.0.dialect() == Dialect::Postgres {
            return Ok(Vec::new());
        }
        let rows = self.0.rows(Statement::new("PRAGMA integrity_check")).await?;
        let mut found = rows.iter().map(|row| row.string(0)).collect::<Result<Vec<_>, _>>()?;
        found.retain(|line| line != "ok");
        Ok(found)
    }
}

/// The values of a row's place in the order of its query, its key last.
fn place(plan: &Plan, row: &Row) -> Result<Vec<String>, StorageError> {
    let ordered = (1..=plan.order.len()).map(|column| row.string(column));
    ordered.chain([row.string(0)]).collect()
}

/// Calls `each` with the body of every document of a collection.
pub(crate) async fn scan(
    transaction: &mut Transaction<'_>,
    collection: i64,
    mut each: impl FnMut(&str),
) -> Result<(), StorageError> {
    let statement = Statement::new(sql::scan(collection));
    transaction
        .each(statement, |row| {
            each(row.text(3)?);
            Ok(())
        })
        .await
}

/// The head, locked against all other nodes if so wanted.
pub(crate) async fn head(transaction: &mut Transaction<'_>, lock: bool) -> Result<Head, StorageError> {
    let text = match (transaction.dialect(), lock) {
        // The one that writes has the file to itself.
        (Dialect::Sqlite, _) => "SELECT position, entries, 0 FROM head",
        (Dialect::Postgres, false) => "SELECT position, entries, declarations FROM head",
        (Dialect::Postgres, true) => "SELECT position, entries, declarations FROM head FOR UPDATE",
    };
    let row = transaction.one(Statement::new(text)).await?;
    Ok(Head { position: row.unsigned(0)?, entries: row.unsigned(1)?, declarations: row.unsigned(2)? })
}

fn document(key: String, row: &Row, first: usize) -> Result<Document, StorageError> {
    Ok(Document {
        key,
        revision: row.unsigned(first)?,
        version: row.small(first + 1)?,
        body: row.string(first + 2)?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
