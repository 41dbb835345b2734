//! All SQL that is built at run time. Identifiers are generated from numbers that the database gave, JSON paths from
//! field paths that the declaration checked; every value is a parameter.

use std::fmt::Write as _;

use crate::field::Field;
use crate::plan::Plan;

/// The table of a collection.
pub(crate) fn table(collection: i64) -> String {
    format!("documents_{collection}")
}

/// The generated column of a field.
pub(crate) fn column(field: u32) -> String {
    format!("f{field}")
}

/// The name of an index or unique key.
pub(crate) fn index(collection: i64, index: u32) -> String {
    format!("documents_{collection}_{index}")
}

/// The JSON path of a checked field path.
pub(crate) fn json_path(path: &str) -> String {
    path.split('.').fold(String::from("$"), |mut out, step| {
        let _ = write!(out, ".\"{step}\"");
        out
    })
}

pub(crate) fn create_table(collection: i64) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {} (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, \
         version INTEGER NOT NULL, body TEXT NOT NULL)",
        table(collection)
    )
}

/// A column with the comparable text of a field, by the rules of `field::comparable`.
pub(crate) fn add_column(collection: i64, field: &Field) -> String {
    let path = json_path(&field.path);
    let value = format!("json_extract(body, '{path}')");
    format!(
        "ALTER TABLE {} ADD COLUMN {} TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '{path}') \
         WHEN 'text' THEN {value} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' \
         WHEN 'integer' THEN CASE WHEN {value} < 0 THEN '-' || printf('%019d', {value} + 9223372036854775807) \
         ELSE printf('%019d', {value}) END END, '')) VIRTUAL",
        table(collection),
        column(field.id)
    )
}

pub(crate) fn create_index(collection: i64, id: u32, fields: &[u32]) -> String {
    format!(
        "CREATE INDEX IF NOT EXISTS {} ON {} ({}, key)",
        index(collection, id),
        table(collection),
        columns(fields)
    )
}

/// A document that lacks a field of the unique key is not bound by it, so the index leaves it out.
pub(crate) fn create_unique(collection: i64, id: u32, fields: &[u32]) -> String {
    format!(
        "CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({}) WHERE {}",
        index(collection, id),
        table(collection),
        columns(fields),
        present(fields)
    )
}

pub(crate) fn drop_index(collection: i64, id: u32) -> String {
    format!("DROP INDEX IF EXISTS {}", index(collection, id))
}

pub(crate) fn get(collection: i64) -> String {
    format!("SELECT revision, version, body FROM {} WHERE key = ?1", table(collection))
}

pub(crate) fn find_unique(collection: i64, fields: &[u32]) -> String {
    let equal: Vec<_> = fields.iter().map(|field| format!("{} = ?", column(*field))).collect();
    format!(
        "SELECT key, revision, version, body FROM {} WHERE {} AND {}",
        table(collection),
        equal.join(" AND "),
        present(fields)
    )
}

/// The bodies of all documents, for recounting.
pub(crate) fn scan(collection: i64) -> String {
    format!("SELECT body FROM {}", table(collection))
}

pub(crate) fn delete(collection: i64) -> String {
    format!("DELETE FROM {} WHERE key IN (SELECT value FROM json_each(?1))", table(collection))
}

pub(crate) fn insert(collection: i64, rows: usize) -> String {
    format!("INSERT INTO {} (key, revision, version, body) VALUES {}", table(collection), values(4, rows))
}

pub(crate) fn insert_if_absent(collection: i64) -> String {
    format!("{} ON CONFLICT DO NOTHING", insert(collection, 1))
}

pub(crate) fn insert_entries(rows: usize) -> String {
    format!("INSERT INTO entries (number, position, leaf, bytes) VALUES {}", values(4, rows))
}

/// The rows that a plan asks for: key, the fields of the order, then the asked fields. Parameters come in the order
/// of the text: asked paths, condition values, cursor values, limit.
pub(crate) fn select(plan: &Plan) -> String {
    let mut sql = String::from("SELECT key");
    for field in &plan.order {
        let _ = write!(sql, ", {}", column(*field));
    }
    for asked in &plan.asked {
        match asked {
            crate::plan::Asked::Key => sql.push_str(", key"),
            crate::plan::Asked::Body => sql.push_str(", body"),
            crate::plan::Asked::Revision => sql.push_str(", CAST(revision AS TEXT)"),
            crate::plan::Asked::Path(path) => {
                // The path is a checked one, so it may stand in the text, and the statement is prepared once.
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
    if let Some(id) = plan.index {
        let _ = write!(sql, " INDEXED BY {}", index(plan.collection, id));
    }
    let mut word = " WHERE ";
    for bound in &plan.bounds {
        let _ = write!(
            sql,
            "{word}{} {} ?",
            bound.field.map_or_else(|| "key".to_owned(), column),
            bound.comparison.sql()
        );
        word = " AND ";
    }
    let mut order: Vec<_> = plan.order.iter().map(|field| column(*field)).collect();
    order.push("key".to_owned());
    if plan.after.is_some() {
        let comparison = if plan.descending { "<" } else { ">" };
        let marks = vec!["?"; order.len()].join(", ");
        let _ = write!(sql, "{word}({}) {comparison} ({marks})", order.join(", "));
    }
    let direction = if plan.descending { " DESC" } else { "" };
    let order: Vec<_> = order.into_iter().map(|column| column + direction).collect();
    let _ = write!(sql, " ORDER BY {} LIMIT ?", order.join(", "));
    sql
}

fn columns(fields: &[u32]) -> String {
    fields.iter().map(|field| column(*field)).collect::<Vec<_>>().join(", ")
}

fn present(fields: &[u32]) -> String {
    fields.iter().map(|field| format!("{} <> ''", column(*field))).collect::<Vec<_>>().join(" AND ")
}

fn values(columns: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row.as_str(); rows].join(", ")
}
