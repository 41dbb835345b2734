//! The declared collections as the storage works with them.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::canonical::{self, violation};
use crate::field::{self, Field, Kind};
use crate::{Collection, StorageError, Violation, counter_key};

/// All declared collections, immutable: a unit keeps the one it began with.
#[derive(Debug, Default, Clone)]
pub(crate) struct Catalog {
    by_name: HashMap<Arc<str>, HashMap<Arc<str>, Arc<Compiled>>>,
    by_id: HashMap<i64, Arc<Compiled>>,
}

impl Catalog {
    pub(crate) fn get(&self, namespace: &str, collection: &str) -> Result<&Arc<Compiled>, StorageError> {
        self.by_name.get(namespace).and_then(|collections| collections.get(collection)).ok_or_else(|| {
            StorageError::UnknownCollection {
                namespace: namespace.to_owned(),
                collection: collection.to_owned(),
            }
        })
    }

    pub(crate) fn by_id(&self, id: i64) -> Option<&Arc<Compiled>> {
        self.by_id.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Compiled>> {
        self.by_id.values()
    }

    pub(crate) fn put(&mut self, compiled: Arc<Compiled>) {
        self.by_name
            .entry(compiled.namespace.clone())
            .or_default()
            .insert(compiled.name.clone(), compiled.clone());
        self.by_id.insert(compiled.id, compiled);
    }
}

/// The comparable texts of a document's declared fields, in the order of [`Compiled::fields`].
pub(crate) type Projection = Box<[String]>;

/// A declared collection with what is derived from it.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub id: i64,
    /// Stands for the declaration and the numbers given to its parts: what was prepared under another one is not
    /// committed. The same on all nodes.
    pub epoch: u64,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub declared: Collection,
    pub fields: Vec<Field>,
    pub indexes: Vec<Index>,
    pub unique: Vec<Index>,
    pub counters: Vec<CompiledCounter>,
    pub validator: Validator,
}

/// An index or unique key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    /// Stable within the collection across declarations; names the index in the database.
    pub id: u32,
    /// Places in [`Compiled::fields`].
    pub fields: Vec<usize>,
}

/// A counter with its fields resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompiledCounter {
    /// Stable within the collection across declarations.
    pub id: u32,
    pub name: Arc<str>,
    /// Places in [`Compiled::fields`].
    pub by: Vec<usize>,
    pub unless: Option<usize>,
    pub bound: Option<u64>,
}

/// Numbers that the database has given to fields, indexes and counters of a collection, by their description.
pub(crate) type Ids = HashMap<String, u32>;

/// How indexes, unique keys and counters are described where their numbers are kept.
pub(crate) fn describe(kind: &str, fields: &[String]) -> String {
    format!("{kind}:{}", fields.join(","))
}

impl Compiled {
    /// # Errors
    /// Says what is wrong with the declaration.
    pub(crate) fn new(
        id: i64,
        namespace: &Arc<str>,
        declared: &Collection,
        ids: &mut Ids,
    ) -> Result<Self, String> {
        if !is_name(&declared.name) {
            return Err(
                "its name must begin with a letter a to z, followed by a to z, 0 to 9, _ and - only".into()
            );
        }
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&declared.schema)
            .map_err(|error| format!("its schema is wrong: {error}"))?;
        let mut fields = Vec::new();
        let mut place = |path: &String| field_place(&declared.schema, path, &mut fields, ids);
        let mut lists = |kind: &str, lists: &[Vec<String>], ids_of: &mut Vec<String>| {
            lists
                .iter()
                .map(|list| {
                    if list.is_empty() {
                        return Err(format!("an {kind} needs at least one field"));
                    }
                    ids_of.push(describe(kind, list));
                    list.iter().map(&mut place).collect::<Result<Vec<_>, _>>()
                })
                .collect::<Result<Vec<_>, _>>()
        };
        let (mut index_names, mut unique_names) = (Vec::new(), Vec::new());
        let indexes = lists("index", &declared.indexes, &mut index_names)?;
        let unique = lists("unique", &declared.unique, &mut unique_names)?;
        let mut counters = Vec::new();
        for counter in &declared.counters {
            if !is_name(&counter.name) || counters.iter().any(|c: &CompiledCounter| *c.name == *counter.name)
            {
                return Err(format!(
                    "the counter {:?} needs a name of its own, of a to z, 0 to 9, _ and -",
                    counter.name
                ));
            }
            let by = counter.by.iter().map(&mut place).collect::<Result<Vec<_>, _>>()?;
            let unless = counter.unless.as_ref().map(&mut place).transpose()?;
            counters.push(CompiledCounter {
                id: 0,
                name: counter.name.as_str().into(),
                by,
                unless,
                bound: counter.bound,
            });
        }
        for counter in &mut counters {
            counter.id = number(ids, format!("counter:{}", counter.name));
            if counter
                .unless
                .and_then(|place| fields.get(place))
                .is_some_and(|field| field.kind != Kind::Boolean)
            {
                return Err(format!("the filter of the counter {:?} must be a boolean field", counter.name));
            }
        }
        let numbered = |names: Vec<String>, lists: Vec<Vec<usize>>, ids: &mut Ids| {
            names
                .into_iter()
                .zip(lists)
                .map(|(name, fields)| Index { id: number(ids, name), fields })
                .collect()
        };
        let (indexes, unique) = (numbered(index_names, indexes, ids), numbered(unique_names, unique, ids));
        Ok(Self {
            id,
            epoch: epoch(declared, ids).map_err(|error| error.to_string())?,
            namespace: namespace.clone(),
            name: declared.name.as_str().into(),
            declared: declared.clone(),
            indexes,
            unique,
            counters,
            fields,
            validator,
        })
    }

    /// Checks a document and brings it into stored form: canonical text and comparable fields.
    pub(crate) fn accept(&self, body: &str) -> Result<(String, Projection), Vec<Violation>> {
        let value = canonical::parse(body).map_err(|violation| vec![violation])?;
        let violations: Vec<_> = self
            .validator
            .iter_errors(&value)
            .map(|error| violation(error.instance_path().as_str(), error.kind().keyword(), error.to_string()))
            .collect();
        if !violations.is_empty() {
            return Err(violations);
        }
        let projection = self.project(&value)?;
        Ok((canonical::to_text(&value).map_err(|violation| vec![violation])?, projection))
    }

    /// The comparable fields of a document.
    pub(crate) fn project(&self, value: &Value) -> Result<Projection, Vec<Violation>> {
        self.fields
            .iter()
            .map(|field| {
                field::comparable(field::at(value, &field.path)).ok_or_else(|| {
                    let pointer = format!("/{}", field.path.replace('.', "/"));
                    vec![violation(&pointer, "type", "only text, whole numbers and booleans can be indexed")]
                })
            })
            .collect()
    }

    /// The comparable fields of a document already stored, perhaps under an older schema: what cannot be compared
    /// counts as missing, as it does in the database.
    pub(crate) fn project_stored(&self, body: &str) -> Projection {
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        self.fields
            .iter()
            .map(|field| field::comparable(field::at(&value, &field.path)).unwrap_or_default())
            .collect()
    }

    /// The paths of an index's fields.
    pub(crate) fn paths(&self, index: &Index) -> Vec<String> {
        index
            .fields
            .iter()
            .filter_map(|place| self.fields.get(*place))
            .map(|field| field.path.clone())
            .collect()
    }

    pub(crate) fn place(&self, path: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.path == path)
    }

    pub(crate) fn counter(&self, name: &str) -> Result<&CompiledCounter, StorageError> {
        self.counters.iter().find(|counter| *counter.name == *name).ok_or_else(|| {
            StorageError::UnknownCounter { collection: self.name.to_string(), counter: name.to_owned() }
        })
    }

    /// The values of a unique key, or `None` if the document is not bound by it.
    pub(crate) fn unique_values(index: &Index, fields: &Projection) -> Option<Box<[String]>> {
        index
            .fields
            .iter()
            .map(|place| fields.get(*place).filter(|value| !value.is_empty()).cloned())
            .collect()
    }

    /// The key under which a counter counts a document, or `None` if it does not.
    pub(crate) fn counted_as(&self, counter: &CompiledCounter, fields: &Projection) -> Option<String> {
        if counter.unless.and_then(|place| fields.get(place)).is_some_and(|flag| flag == "true") {
            return None;
        }
        let mut values = Vec::with_capacity(counter.by.len());
        for place in &counter.by {
            let value = fields.get(*place).filter(|value| !value.is_empty())?;
            values.push(self.fields.get(*place)?.kind.to_plain(value));
        }
        Some(counter_key(&values.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}

/// Whether a name may stand for a namespace, collection or counter.
pub(crate) fn is_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

/// A number made of a declaration and the numbers given to its parts.
fn epoch(declared: &Collection, ids: &Ids) -> Result<u64, serde_json::Error> {
    let text = serde_json_canonicalizer::to_string(&(declared, ids))?;
    let digest = Sha256::digest(text);
    Ok(digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The number kept under a description, a new one if there is none.
fn number(ids: &mut Ids, description: String) -> u32 {
    let next = ids.values().max().map_or(0, |greatest| greatest + 1);
    *ids.entry(description).or_insert(next)
}

fn field_place(
    schema: &Value,
    path: &String,
    fields: &mut Vec<Field>,
    ids: &mut Ids,
) -> Result<usize, String> {
    if let Some(place) = fields.iter().position(|field| field.path == *path) {
        return Ok(place);
    }
    if !field::is_path(path) {
        return Err(format!("{path:?} is no field path: steps of letters, digits, _ and -, joined by dots"));
    }
    let kind = Kind::of(schema, path).ok_or_else(|| {
        format!("the schema must give the field {path:?} the type string, integer or boolean")
    })?;
    fields.push(Field { id: number(ids, format!("field:{path}")), path: path.clone(), kind });
    Ok(fields.len() - 1)
}
