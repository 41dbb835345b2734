//! Questions about many documents.

/// The pseudo-field that stands for a document's key in conditions, orders and asked fields.
pub const KEY: &str = "$key";
/// The asked field that gives the whole canonical body.
pub const BODY: &str = "$body";
/// The asked field that gives the revision.
pub const REVISION: &str = "$revision";
/// The asked field that gives the version of the collection under which the document was written.
pub const VERSION: &str = "$version";

/// A question that one declared index, or the primary key, answers in its own order.
///
/// An index serves a query if it begins with the fields of all [`Op::Eq`] conditions, in any order, followed by the
/// field of the range condition (at most one field may have range conditions) and the fields of `order`, all in one
/// direction. [`KEY`] may follow after the last field of any index, as every index ends in the key; alone it is served
/// by the primary key. Rows come in the order of the index used, so with an empty `order` in that of the shortest one
/// that serves the query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The collection.
    pub collection: String,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Fields to order by.
    pub order: Vec<Order>,
    /// Fields to return, by path; any field may be asked, also [`BODY`], [`REVISION`] and [`VERSION`].
    pub fields: Vec<String>,
    /// The most rows to return, 1 to [`Query::MOST`].
    pub limit: u32,
    /// Go on after the row at which an earlier answer ended.
    pub after: Option<Cursor>,
}

impl Query {
    /// The highest `limit`.
    pub const MOST: u32 = 1000;

    /// All documents of a collection by key, at most 100 of them, no fields.
    pub fn of(collection: impl Into<String>) -> Self {
        Self { collection: collection.into(), limit: 100, ..Self::default() }
    }

    /// The same with `field` equal to `value`.
    #[must_use]
    pub fn equal(self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.when(field, Op::Eq, value)
    }

    /// The same with one more condition.
    #[must_use]
    pub fn when(mut self, field: impl Into<String>, op: Op, value: impl Into<String>) -> Self {
        self.conditions.push(Condition { field: field.into(), op, value: value.into() });
        self
    }

    /// The same ordered by `field`, ascending, after any earlier order.
    #[must_use]
    pub fn ascending(mut self, field: impl Into<String>) -> Self {
        self.order.push(Order { field: field.into(), descending: false });
        self
    }

    /// The same ordered by `field`, descending, after any earlier order.
    #[must_use]
    pub fn descending(mut self, field: impl Into<String>) -> Self {
        self.order.push(Order { field: field.into(), descending: true });
        self
    }

    /// The same asking for these fields.
    #[must_use]
    pub fn fields(mut self, fields: &[&str]) -> Self {
        self.fields.extend(fields.iter().map(ToString::to_string));
        self
    }

    /// The same with another limit.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// The same going on after a cursor, if there is one.
    #[must_use]
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.after = cursor;
        self
    }
}

/// One condition of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// A declared field, or [`KEY`].
    pub field: String,
    /// How to compare.
    pub op: Op,
    /// What to compare with, as plain text.
    pub value: String,
}

/// How a condition compares the document's field with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Equal.
    Eq,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Begins with; for strings only.
    Prefix,
}

/// One field to order by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// A declared field, or [`KEY`].
    pub field: String,
    /// The greatest first.
    pub descending: bool,
}

/// The place in a query's order at which a page of rows ended: opaque text that may stand in an address.
///
/// It stays right when documents before or after it come and go. It grants nothing: the conditions of the query it is
/// used with hold in any case, and one that does not fit the query is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// The documents' keys, in order.
    pub keys: Vec<String>,
    /// The asked fields of the first row, then of the second, and so on: `keys.len() × fields` texts. Strings as they
    /// are, numbers and booleans as JSON writes them, lists and objects as JSON text, missing and `null` as the empty
    /// string.
    pub columns: Vec<String>,
    /// How many fields a row has.
    pub fields: usize,
    /// Where to go on, if there are more rows.
    pub next: Option<Cursor>,
}

impl Rows {
    /// Key and asked fields of each row.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.keys.iter().enumerate().map(|(row, key)| {
            let start = row * self.fields;
            (key.as_str(), self.columns.get(start..start + self.fields).unwrap_or_default())
        })
    }
}
