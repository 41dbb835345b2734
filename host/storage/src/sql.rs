//! All SQL that is built at run time, and what the two engines write differently. Identifiers are generated from
//! numbers that the database gave, JSON paths from field paths that the declaration checked; every value is a parameter.

use std::fmt::Write as _;

use crate::catalog::{Compiled, Index};
use crate::field::Field;
use crate::plan::{Asked, Plan};
use crate::transaction::{List, Set};

/// Whose SQL is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// The table of a collection.
pub(crate) fn table(collection: i64) -> String {
    format!("documents_{collection}")
}

/// The name of an index or unique key.
pub(crate) fn index(collection: i64, index: u32) -> String {
    format!("documents_{collection}_{index}")
}

/// The comparable text of a field. SQLite has a generated column for it; PostgreSQL, which would have to store such a
/// column and write every document anew when one is added, indexes the expression itself.
fn field(dialect: Dialect, field: &Field) -> String {
    match dialect {
        Dialect::Sqlite => format!("f{}", field.id),
        Dialect::Postgres => {
            format!("(comparable({}, {}) COLLATE \"C\")", json_value(&field.path), json_text(&field.path))
        }
    }
}

/// SQLite's JSON path of a checked field path.
fn json_path(path: &str) -> String {
    path.split('.').fold(String::from("$"), |mut out, step| {
        let _ = write!(out, ".\"{step}\"");
        out
    })
}

/// PostgreSQL's expression for the JSON value at a checked field path.
fn json_value(path: &str) -> String {
    path.split('.').fold(String::from("body"), |mut out, step| {
        let _ = write!(out, " -> '{step}'");
        out
    })
}

/// The same for its text: of a string the string itself, NULL of `null`.
fn json_text(path: &str) -> String {
    let value = json_value(path);
    let (before, last) = value.rsplit_once(" -> ").unwrap_or(("body", "''"));
    format!("{before} ->> {last}")
}

/// Makes the table of a collection.
pub(crate) fn create_table(dialect: Dialect, collection: i64) -> String {
    let (key, integer, body) = match dialect {
        Dialect::Sqlite => ("TEXT", "INTEGER", "TEXT"),
        // JSON keeps the text as it is, byte for byte, and has been parsed once when a field is taken from it.
        Dialect::Postgres => ("TEXT COLLATE \"C\"", "BIGINT", "JSON"),
    };
    format!(
        "CREATE TABLE IF NOT EXISTS {} (key {key} PRIMARY KEY NOT NULL, revision {integer} NOT NULL, \
         version {integer} NOT NULL, body {body} NOT NULL)",
        table(collection)
    )
}

/// A column with the comparable text of a field, by the rules of `field::comparable`; none where the engine needs none.
pub(crate) fn add_column(dialect: Dialect, collection: i64, added: &Field) -> Option<String> {
    if dialect == Dialect::Postgres {
        return None;
    }
    let path = json_path(&added.path);
    let value = format!("json_extract(body, '{path}')");
    Some(format!(
        "ALTER TABLE {} ADD COLUMN {} TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '{path}') \
         WHEN 'text' THEN {value} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' \
         WHEN 'integer' THEN CASE WHEN {value} < 0 THEN '-' || printf('%019d', {value} + 9223372036854775807) \
         ELSE printf('%019d', {value}) END END, '')) VIRTUAL",
        table(collection),
        field(dialect, added)
    ))
}

pub(crate) fn create_index(dialect: Dialect, collection: &Compiled, made: &Index) -> String {
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({}, key)",
        index(collection.id, made.id),
        table(collection.id),
        columns(dialect, collection, made).join(", ")
    )
}

/// A document that lacks a field of the unique key is not bound by it, so the index leaves it out.
pub(crate) fn create_unique(dialect: Dialect, collection: &Compiled, made: &Index) -> String {
    let columns = columns(dialect, collection, made);
    format!(
        "CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({}) WHERE {}",
        index(collection.id, made.id),
        table(collection.id),
        columns.join(", "),
        present(&columns)
    )
}

pub(crate) fn drop_index(collection: i64, id: u32) -> String {
    format!("DROP INDEX IF EXISTS {}", index(collection, id))
}

pub(crate) fn get(collection: i64) -> String {
    format!("SELECT revision, version, CAST(body AS TEXT) FROM {} WHERE key = $1", table(collection))
}

pub(crate) fn find_unique(dialect: Dialect, collection: &Compiled, index: &Index) -> String {
    let columns = columns(dialect, collection, index);
    let equal: Vec<_> =
        columns.iter().zip(1..).map(|(column, place)| format!("{column} = ${place}")).collect();
    format!(
        "SELECT key, revision, version, CAST(body AS TEXT) FROM {} WHERE {} AND {}",
        table(collection.id),
        equal.join(" AND "),
        present(&columns)
    )
}

/// All documents, by key.
pub(crate) fn scan(collection: i64) -> String {
    format!("SELECT key, revision, version, CAST(body AS TEXT) FROM {} ORDER BY key", table(collection))
}

/// Some documents after a key.
pub(crate) fn portion(collection: i64, limit: u32) -> String {
    format!(
        "SELECT key, revision, version, CAST(body AS TEXT) FROM {} WHERE key > $1 ORDER BY key LIMIT {limit}",
        table(collection)
    )
}

pub(crate) fn delete(dialect: Dialect, collection: i64, keys: &Set<'_>) -> String {
    format!("DELETE FROM {} WHERE key IN (SELECT key FROM {})", table(collection), source(dialect, keys, 1))
}

/// Inserts documents: SQLite's rows are values of their own, as JSON would have to quote every body.
pub(crate) fn insert(collection: i64, rows: usize) -> String {
    format!("INSERT INTO {} (key, revision, version, body) VALUES {}", table(collection), values(4, rows))
}

/// Inserts documents from a set.
pub(crate) fn insert_set(collection: i64, rows: &Set<'_>) -> String {
    format!(
        "INSERT INTO {} (key, revision, version, body) SELECT key, revision, version, CAST(body AS JSON) FROM {}",
        table(collection),
        source(Dialect::Postgres, rows, 1)
    )
}

pub(crate) fn insert_if_absent(dialect: Dialect, collection: i64) -> String {
    let body = if dialect == Dialect::Postgres { "CAST($4 AS JSON)" } else { "$4" };
    format!(
        "INSERT INTO {} (key, revision, version, body) VALUES ($1, $2, $3, {body}) ON CONFLICT DO NOTHING",
        table(collection)
    )
}

pub(crate) fn insert_entries(rows: usize) -> String {
    format!("INSERT INTO entries (number, position, leaf, bytes) VALUES {}", values(4, rows))
}

/// A set as a table called `asked`, its parameters numbered from `first` on: one JSON text for SQLite, a list for each
/// column for PostgreSQL.
pub(crate) fn source(dialect: Dialect, set: &Set<'_>, first: usize) -> String {
    let names: Vec<_> = set.0.iter().map(|(name, _)| *name).collect();
    match dialect {
        Dialect::Sqlite => {
            let columns: Vec<_> = names
                .iter()
                .enumerate()
                .map(|(place, name)| format!("value ->> {place} AS {name}"))
                .collect();
            format!("(SELECT {} FROM json_each(${first})) AS asked", columns.join(", "))
        }
        Dialect::Postgres => {
            let kind = |list: &List<'_>| match list {
                List::Integers(_) => "bigint",
                List::Texts(_) => "text",
                List::Blobs(_) => "bytea",
            };
            let lists: Vec<_> = set
                .0
                .iter()
                .zip(first..)
                .map(|((_, list), place)| format!("${place}::{}[]", kind(list)))
                .collect();
            format!("unnest({}) AS asked ({})", lists.join(", "), names.join(", "))
        }
    }
}

/// Joins so that the set on the left leads.
pub(crate) fn join(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "CROSS JOIN",
        // PostgreSQL's connections are told beforehand to look up by index.
        Dialect::Postgres => "JOIN",
    }
}

/// The rows that a plan asks for: key, the fields of the order, then the asked fields. Parameters are condition values,
/// then cursor values.
pub(crate) fn select(dialect: Dialect, collection: &Compiled, plan: &Plan) -> String {
    let by_id = |id: u32| {
        let found = collection.fields.iter().find(|field| field.id == id);
        found.map_or_else(|| "NULL".to_owned(), |found| field(dialect, found))
    };
    let mut sql = String::from("SELECT key");
    for id in &plan.order {
        let _ = write!(sql, ", {}", by_id(*id));
    }
    for asked in &plan.asked {
        match asked {
            Asked::Key => sql.push_str(", key"),
            Asked::Body => sql.push_str(", CAST(body AS TEXT)"),
            Asked::Revision => sql.push_str(", CAST(revision AS TEXT)"),
            Asked::Version => sql.push_str(", CAST(version AS TEXT)"),
            // The path is a checked one, so it may stand in the text, and the statement is prepared once.
            Asked::Path(path) if dialect == Dialect::Postgres => {
                let _ = write!(sql, ", coalesce({}, '')", json_text(path));
            }
            Asked::Path(path) => {
                let path = json_path(path);
                let _ = write!(
                    sql,
                    ", CASE json_type(body, '{path}') WHEN 'text' THEN json_extract(body, '{path}') \
                     WHEN 'null' THEN '' ELSE coalesce(body -> '{path}', '') END"
                );
            }
        }
    }
    let _ = write!(sql, " FROM {}", table(plan.collection));
    if let Some(id) = plan.index
        && dialect == Dialect::Sqlite
    {
        let _ = write!(sql, " INDEXED BY {}", index(plan.collection, id));
    }
    let mut parameters = (1..).map(|place: u32| format!("${place}"));
    let mut parameter = || parameters.next().unwrap_or_default();
    let mut word = " WHERE ";
    for bound in plan.stated() {
        let column = bound.field.map_or_else(|| "key".to_owned(), by_id);
        let _ = write!(sql, "{word}{column} {} {}", bound.comparison.sql(), parameter());
        word = " AND ";
    }
    let mut order: Vec<_> = plan.order.iter().map(|id| by_id(*id)).collect();
    order.push("key".to_owned());
    if plan.after.is_some() {
        let comparison = if plan.descending { "<" } else { ">" };
        let marks: Vec<_> = order.iter().map(|_| parameter()).collect();
        let _ = write!(sql, "{word}({}) {comparison} ({})", order.join(", "), marks.join(", "));
    }
    let direction = if plan.descending { " DESC" } else { "" };
    let order: Vec<_> = order.into_iter().map(|column| column + direction).collect();
    // The limit is a number in the text: as a parameter it would have SQLite prepare the statement anew each time, as
    // its planner looks at the value. One more row tells whether there are more.
    let _ = write!(sql, " ORDER BY {} LIMIT {}", order.join(", "), u64::from(plan.limit) + 1);
    sql
}

fn columns(dialect: Dialect, collection: &Compiled, index: &Index) -> Vec<String> {
    let fields = index.fields.iter().filter_map(|place| collection.fields.get(*place));
    fields.map(|found| field(dialect, found)).collect()
}

fn present(columns: &[String]) -> String {
    columns.iter().map(|column| format!("{column} <> ''")).collect::<Vec<_>>().join(" AND ")
}

fn values(columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row.as_str(); rows].join(", ")
}
