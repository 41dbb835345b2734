//! The document that a route names.

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What access needs to know of the document that a route names. [`crate::ModulePolicies::document`] makes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceDocument {
    /// The collection.
    pub collection: String,
    /// The key within the collection.
    pub key: String,
    /// The state, if the module's workflow is about this collection.
    pub state: Option<String>,
    /// The person reference of its owner (`x-access: owner`).
    pub owner: Option<String>,
    /// The id of the body that it belongs to (`x-access: body`).
    pub body: Option<String>,
    /// Further fields of the document, those that policies may speak of.
    pub fields: BTreeMap<String, Value>,
}

/// Which fields of a collection's documents access reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    pub(crate) state: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) body: Option<String>,
    /// Fields that policies may speak of, with their Cedar types.
    pub(crate) fields: BTreeMap<String, FieldType>,
    /// Whether any policy speaks of them.
    pub(crate) fields_needed: bool,
    /// Fields with personal data (`x-personal`): explanations do not tell their values.
    pub(crate) personal: BTreeSet<String>,
}

/// A type that JSON and Cedar share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    Text,
    Whole,
    Truth,
    Texts,
}

impl FieldType {
    /// Whether a value is of the type. A value that is not is left out, as if the document did not have it.
    fn admits(self, value: &Value) -> bool {
        match self {
            FieldType::Text => value.is_string(),
            FieldType::Whole => value.is_i64(),
            FieldType::Truth => value.is_boolean(),
            FieldType::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        }
    }
}

impl Layout {
    /// Reads only the fields that are needed and skips over the rest of the text.
    pub(crate) fn extract(
        &self,
        collection: &str,
        key: &str,
        json: &str,
    ) -> Result<ResourceDocument, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let found = Wanted(self).deserialize(&mut reader)?;
        reader.end()?;
        let text = |name: &Option<String>| {
            name.as_ref().and_then(|name| found.get(name)).and_then(Value::as_str).map(str::to_owned)
        };
        Ok(ResourceDocument {
            collection: collection.to_owned(),
            key: key.to_owned(),
            state: text(&self.state),
            owner: text(&self.owner),
            body: text(&self.body),
            fields: if self.fields_needed {
                let admitted = |(name, value): &(String, Value)| {
                    self.fields.get(name).is_some_and(|kind| kind.admits(value))
                };
                found.into_iter().filter(admitted).collect()
            } else {
                BTreeMap::new()
            },
        })
    }

    fn wants(&self, name: &str) -> bool {
        let is = |field: &Option<String>| field.as_deref() == Some(name);
        is(&self.state)
            || is(&self.owner)
            || is(&self.body)
            || (self.fields_needed && self.fields.contains_key(name))
    }
}

struct Wanted<'a>(&'a Layout);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = BTreeMap<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = BTreeMap<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = BTreeMap::new();
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if self.0.wants(&name) {
                found.insert(name.into_owned(), map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
