//! A transaction of either engine, statements with their values, and rows: all that the rest of the storage sees of the
//! engines.

use std::borrow::Cow;

use futures::TryStreamExt;
use serde_json::Value as Json;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Sqlite};

use crate::StorageError;
use crate::sql::Dialect;

/// A transaction; dropped, it is rolled back.
#[derive(Debug)]
pub(crate) enum Transaction<'c> {
    Sqlite(sqlx::Transaction<'c, Sqlite>),
    Postgres(sqlx::Transaction<'c, Postgres>),
}

impl Transaction<'_> {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs statements that stand in this crate, one after the other.
    pub(crate) async fn script(&mut self, text: &'static str) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(transaction) => {
                sqlx::raw_sql(text).execute(&mut **transaction).await?;
            }
            Self::Postgres(transaction) => {
                sqlx::raw_sql(text).execute(&mut **transaction).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn rows(&mut self, statement: Statement<'_>) -> Result<Vec<Row>, StorageError> {
        Ok(match self {
            Self::Sqlite(transaction) => {
                let rows = statement.sqlite().fetch_all(&mut **transaction).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(transaction) => {
                let rows = statement.postgres().fetch_all(&mut **transaction).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub(crate) async fn row(&mut self, statement: Statement<'_>) -> Result<Option<Row>, StorageError> {
        Ok(match self {
            Self::Sqlite(transaction) => {
                statement.sqlite().fetch_optional(&mut **transaction).await?.map(Row::Sqlite)
            }
            Self::Postgres(transaction) => {
                statement.postgres().fetch_optional(&mut **transaction).await?.map(Row::Postgres)
            }
        })
    }

    /// The one row of a statement that always gives one.
    pub(crate) async fn one(&mut self, statement: Statement<'_>) -> Result<Row, StorageError> {
        self.row(statement).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Runs a statement that gives no rows and returns how many it has changed.
    pub(crate) async fn run(&mut self, statement: Statement<'_>) -> Result<u64, StorageError> {
        Ok(match self {
            Self::Sqlite(transaction) => {
                statement.sqlite().execute(&mut **transaction).await?.rows_affected()
            }
            Self::Postgres(transaction) => {
                statement.postgres().execute(&mut **transaction).await?.rows_affected()
            }
        })
    }

    /// Calls `each` with every row as it comes, however many there are.
    pub(crate) async fn each<E: From<StorageError>>(
        &mut self,
        statement: Statement<'_>,
        mut each: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Sqlite(transaction) => {
                let mut rows = statement.sqlite().fetch(&mut **transaction);
                while let Some(row) = rows.try_next().await.map_err(StorageError::from)? {
                    each(&Row::Sqlite(row))?;
                }
            }
            Self::Postgres(transaction) => {
                let mut rows = statement.postgres().fetch(&mut **transaction);
                while let Some(row) = rows.try_next().await.map_err(StorageError::from)? {
                    each(&Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }
}

/// A statement with the values of its parameters, in the order of their numbers (`$1`, `$2` …).
///
/// Its text stands in this crate or comes from `sql`, the one place that builds any.
#[derive(Debug)]
pub(crate) struct Statement<'v> {
    text: Cow<'static, str>,
    values: Vec<Value<'v>>,
}

/// The value of a parameter.
#[derive(Debug)]
pub(crate) enum Value<'v> {
    Integer(Option<i64>),
    Text(Cow<'v, str>),
    Bytes(&'v [u8]),
    /// Rows to be joined: see [`crate::sql::source`].
    Set(Set<'v>),
}

/// Rows as parameters, by column, each with its name.
#[derive(Debug, Default)]
pub(crate) struct Set<'v>(pub Vec<(&'static str, List<'v>)>);

/// One column of a set.
#[derive(Debug)]
pub(crate) enum List<'v> {
    Integers(Vec<i64>),
    Texts(Vec<&'v str>),
    /// Not for SQLite, whose sets are JSON.
    Blobs(Vec<&'v [u8]>),
}

impl<'v> Set<'v> {
    pub(crate) fn integers(mut self, name: &'static str, numbers: impl Iterator<Item = i64>) -> Self {
        self.0.push((name, List::Integers(numbers.collect())));
        self
    }

    pub(crate) fn texts(mut self, name: &'static str, texts: impl Iterator<Item = &'v str>) -> Self {
        self.0.push((name, List::Texts(texts.collect())));
        self
    }

    pub(crate) fn blobs(mut self, name: &'static str, blobs: impl Iterator<Item = &'v [u8]>) -> Self {
        self.0.push((name, List::Blobs(blobs.collect())));
        self
    }

    /// A JSON list of rows, each a list.
    fn json(&self) -> String {
        let rows = self.0.iter().map(|(_, list)| list.len()).max().unwrap_or(0);
        let rows = (0..rows).map(|row| self.0.iter().map(|(_, list)| list.at(row)).collect()).collect();
        Json::Array(rows).to_string()
    }
}

impl List<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Integers(list) => list.len(),
            Self::Texts(list) => list.len(),
            Self::Blobs(list) => list.len(),
        }
    }

    fn at(&self, row: usize) -> Json {
        match self {
            Self::Integers(list) => list.get(row).copied().into(),
            Self::Texts(list) => list.get(row).copied().into(),
            Self::Blobs(_) => Json::Null,
        }
    }
}

impl<'v> Statement<'v> {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    /// The same with the value of the next parameter.
    pub(crate) fn bind(mut self, value: impl Into<Value<'v>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The same with the values of the next parameters.
    pub(crate) fn bind_all(mut self, values: impl IntoIterator<Item = Value<'v>>) -> Self {
        self.values.extend(values);
        self
    }

    fn sqlite(self) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text.into_owned()));
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Integer(number) => query.bind(number),
            Value::Text(text) => query.bind(text.into_owned()),
            Value::Bytes(bytes) => query.bind(bytes.to_vec()),
            Value::Set(set) => query.bind(set.json()),
        })
    }

    fn postgres(self) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text.into_owned()));
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Integer(number) => query.bind(number),
            Value::Text(text) => query.bind(text.into_owned()),
            Value::Bytes(bytes) => query.bind(bytes.to_vec()),
            Value::Set(set) => set.0.into_iter().fold(query, |query, (_, list)| match list {
                List::Integers(list) => query.bind(list),
                List::Texts(list) => query.bind(list.into_iter().map(str::to_owned).collect::<Vec<_>>()),
                List::Blobs(list) => query.bind(list.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()),
            }),
        })
    }
}

impl<'v> From<Set<'v>> for Value<'v> {
    fn from(set: Set<'v>) -> Self {
        Self::Set(set)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(Some(number.into()))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Integer(Some(signed(number)))
    }
}

impl From<Option<u64>> for Value<'_> {
    fn from(number: Option<u64>) -> Self {
        Self::Integer(number.map(signed))
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text.into())
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(bytes: &'v [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

/// A row; columns are numbered from 0.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn text(&self, column: usize) -> Result<&str, StorageError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn string(&self, column: usize) -> Result<String, StorageError> {
        self.text(column).map(str::to_owned)
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, StorageError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// An integer, or `None` where there is none.
    pub(crate) fn maybe(&self, column: usize) -> Result<Option<i64>, StorageError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn integer(&self, column: usize) -> Result<i64, StorageError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A number that is never negative.
    pub(crate) fn unsigned(&self, column: usize) -> Result<u64, StorageError> {
        self.integer(column).map(unsigned)
    }

    /// A small number that is never negative.
    pub(crate) fn small(&self, column: usize) -> Result<u32, StorageError> {
        self.integer(column).map(|number| u32::try_from(number).unwrap_or(0))
    }
}

/// The engines' integers are signed; positions and counts stay far below the difference.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
