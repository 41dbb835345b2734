//! The JSON Schemas that a manifest names, read as far as the manifest's rules need.

use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Why a file of the module gives no schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoSchema {
    Missing,
    Broken(String),
}

/// Reads each schema once.
pub(super) struct Schemas<'a> {
    files: &'a dyn Fn(&str) -> Option<String>,
    read: RefCell<BTreeMap<String, Rc<Result<Value, NoSchema>>>>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(files: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Schemas { files, read: RefCell::default() }
    }

    pub(super) fn get(&self, path: &str) -> Rc<Result<Value, NoSchema>> {
        if let Some(known) = self.read.borrow().get(path) {
            return Rc::clone(known);
        }
        let schema = Rc::new(self.load(path));
        self.read.borrow_mut().insert(path.to_owned(), Rc::clone(&schema));
        schema
    }

    fn load(&self, path: &str) -> Result<Value, NoSchema> {
        let text = (self.files)(path).ok_or(NoSchema::Missing)?;
        let schema: Value =
            serde_json::from_str(&text).map_err(|error| NoSchema::Broken(error.to_string()))?;
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(NoSchema::Broken("its \"type\" is not \"object\"".to_owned()));
        }
        Ok(schema)
    }
}

/// The properties of an object's schema.
pub(super) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// The property at a path of names joined by dots. References within the schema are followed.
pub(super) fn property<'v>(schema: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(schema, |place, name| Some(resolve(schema, place.get("properties")?.get(name)?)))
}

/// What a reference within the schema leads to.
fn resolve<'v>(root: &'v Value, place: &'v Value) -> &'v Value {
    place
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?))
        .unwrap_or(place)
}

/// The one type of a property beside `null`; an `enum` of texts is a text.
pub(super) fn type_of(property: &Value) -> Option<&str> {
    match property.get("type") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Array(names)) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.next().filter(|_| names.next().is_none())
        }
        _ => {
            let listed = property.get("enum").and_then(Value::as_array)?;
            (!listed.is_empty() && listed.iter().all(Value::is_string)).then_some("string")
        }
    }
}

/// The texts of a property's `enum`, or of its items'.
pub(super) fn options(property: &Value) -> Vec<&str> {
    let of = |value: &'_ Value| value.get("enum").and_then(Value::as_array).is_some();
    let holder = if of(property) { Some(property) } else { property.get("items") };
    holder
        .and_then(|holder| holder.get("enum"))
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// All values of an annotation in a schema's properties, however deep, with the path of the property.
pub(super) fn annotations(schema: &Value, name: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(schema, name, "", &mut found);
    found
}

fn collect(schema: &Value, name: &str, path: &str, into: &mut Vec<(String, Value)>) {
    for (field, definition) in properties(schema) {
        let path = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
        if let Some(value) = definition.get(name) {
            into.push((path.clone(), value.clone()));
        }
        collect(definition, name, &path, into);
        if let Some(items) = definition.get("items") {
            if let Some(value) = items.get(name) {
                into.push((path.clone(), value.clone()));
            }
            collect(items, name, &path, into);
        }
    }
}
