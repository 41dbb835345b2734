//! What crosses between host and module. Each type mirrors the one of the same name in `sdk/wit`.

use serde::{Deserialize, Serialize};

/// A name and its value.
pub type Pair = (String, String);

/// What a view or act is called with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Parameters of the path, in its order.
    pub params: Vec<Pair>,
    /// The declared query parameters that were given.
    pub query: Vec<Pair>,
    /// The JSON object of an act's form; `{}` for views.
    pub input: String,
}

impl Request {
    /// The path parameter with this name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The query parameter with this name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// A view of the module with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The name of the view.
    pub view: String,
    /// Its path parameters.
    pub params: Vec<Pair>,
}

/// A text of the module's Fluent files with its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The Fluent key.
    pub key: String,
    /// Named arguments.
    pub args: Vec<Pair>,
}

impl Message {
    /// A message without arguments.
    pub fn new(key: impl Into<String>) -> Self {
        Message { key: key.into(), args: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.args.push((name.to_owned(), value.into()));
        self
    }
}

/// What an act answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What to tell the person.
    pub message: Option<Message>,
    /// Where to go on.
    pub to: Option<Address>,
}

/// The act may not happen now; the person is told why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, in a message of the module.
    pub message: Message,
    /// The field of the input that is at fault, if one is.
    pub field: Option<String>,
}

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// There is no such thing.
    NotFound,
    /// Told to the person.
    Refused(Refusal),
    /// A mistake in the module or its data, for the operator's log.
    Broken(String),
}

/// Why the host did not do what a module asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Denied {
    /// The holder did not grant this capability.
    NotGranted,
    /// A view or a check tried to write.
    ReadOnly,
    /// An act tried to read what merges only at commit.
    NotInAnAct,
    /// Something undeclared, or a limit passed.
    Misuse(String),
}

impl core::fmt::Display for Denied {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Denied::NotGranted => f.write_str("the holder did not grant this capability"),
            Denied::ReadOnly => f.write_str("a view or a check may not write"),
            Denied::NotInAnAct => f.write_str("an act may not read what merges only at commit"),
            Denied::Misuse(what) => f.write_str(what),
        }
    }
}

impl core::error::Error for Denied {}

/// A JSON record of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its key within the collection.
    pub key: String,
    /// Grows with each change.
    pub revision: u64,
    /// Canonical JSON.
    pub body: String,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `≤`
    AtMost,
    /// `>`
    Greater,
    /// `≥`
    AtLeast,
    /// The text begins with the value.
    BeginsWith,
}

/// A field of a declared index compared with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The name of the field.
    pub field: String,
    /// How.
    pub comparison: Comparison,
    /// With what; numbers and booleans as JSON writes them.
    pub value: String,
}

/// The order of rows by one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The name of the field.
    pub field: String,
    /// From the greatest down.
    pub descending: bool,
}

/// Documents of a collection by a declared index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The collection.
    pub collection: String,
    /// Conditions on the leading fields of an index.
    pub conditions: Vec<Condition>,
    /// The order, by the fields that follow in the index.
    pub order: Vec<Order>,
    /// The fields wanted.
    pub fields: Vec<String>,
    /// At most 1 000.
    pub limit: u32,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Rows as columns of text, row by row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The keys of the documents.
    pub keys: Vec<String>,
    /// `keys.len() × fields.len()` values.
    pub values: Vec<String>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// Why a write was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conflict {
    /// A document with these unique fields exists.
    Taken(Vec<String>),
    /// The key is in use, or the revision is not the present one.
    Changed,
    /// The document does not fit its schema.
    Invalid(Vec<String>),
    /// See [`Denied`].
    Denied(Denied),
}

/// Who acts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The person reference, stable within this module.
    pub person: String,
    /// ЄДРПОУ of the organisation that the person acts for.
    pub organisation: Option<String>,
    /// The body for which the person administers this module.
    pub body: Option<String>,
}

/// The next date of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseTerm {
    /// What is due.
    pub label: Message,
    /// When: RFC 3339 in UTC.
    pub due: String,
    /// How it was computed: `from;value;unit;law`.
    pub rule: String,
}

/// An executive body of the register.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Its id in the register.
    pub id: String,
    /// Ukrainian name.
    pub name_uk: String,
    /// English name.
    pub name_en: String,
    /// ЄДРПОУ.
    pub edrpou: String,
}

/// What is known of a file beside documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfo {
    /// What it is called.
    pub name: String,
    /// The media type, by its content.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 of the content, in hexadecimal digits.
    pub digest: String,
}

/// The unit of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Hours, to the minute.
    Hours,
    /// Working days.
    WorkingDays,
    /// Calendar days.
    CalendarDays,
    /// Months.
    Months,
}

impl Unit {
    /// The word used in manifests, configuration and rule marks.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Hours => "hours",
            Unit::WorkingDays => "working-days",
            Unit::CalendarDays => "calendar-days",
            Unit::Months => "months",
        }
    }
}

/// A found document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The document's key.
    pub key: String,
    /// Greater is closer.
    pub score: f32,
}

/// How weighty a log message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// For authors.
    Debug,
    /// For the record.
    Info,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
}

macro_rules! host {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        /// Everything that a module may ask of its host: the imports of `sdk/wit`, as one Rust face.
        ///
        /// The SDK calls it: on wasm the bindings implement it, natively the test kit or a bench does.
        #[allow(missing_docs)] // each function is documented in sdk/wit
        pub trait Host {
            $(fn $name(&mut self, $($arg: $of),*) -> $out;)*
            fn settings(&mut self) -> String;
            fn log(&mut self, level: Level, text: &str);
        }
    };
}
crate::imports!(host);
