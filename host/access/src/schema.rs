//! The Cedar schema of a module, made from its manifest and the JSON Schemas of its collections.

use crate::cedar;
use crate::error::PolicyError;
use crate::name::{self, MODULE, PERSON, ident};
use crate::resource::{FieldType, Layout};
use crate::rule::Ruled;
use cedar_policy::{Schema, SchemaFragment};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use vzaemo_contract::manifest::Manifest;

/// What access reads of each collection's documents.
pub(crate) fn layouts(
    manifest: &Manifest,
    files: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Layout>, PolicyError> {
    let mut layouts = BTreeMap::new();
    for (name, collection) in &manifest.collections {
        if !name::well_formed(name) {
            return Err(PolicyError::manifest(format!("collections.{name}: not a well-formed name")));
        }
        let text = files(&collection.schema).ok_or_else(|| {
            PolicyError::manifest(format!(
                "collections.{name}.schema: there is no file {}",
                collection.schema
            ))
        })?;
        let schema: Value = serde_json::from_str(&text).map_err(|error| PolicyError {
            file: collection.schema.clone(),
            line: error.line(),
            what: error.to_string(),
        })?;
        let mut layout = layout(&collection.schema, &schema)?;
        layout.state = manifest
            .workflow
            .as_ref()
            .filter(|workflow| workflow.collection == *name)
            .map(|workflow| workflow.field.clone());
        layouts.insert(name.clone(), layout);
    }
    Ok(layouts)
}

fn layout(file: &str, schema: &Value) -> Result<Layout, PolicyError> {
    let mut layout = Layout::default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Ok(layout);
    };
    for (field, definition) in properties {
        if let Some(kind) = field_type(definition) {
            layout.fields.insert(field.clone(), kind);
        }
        if definition.get("x-personal").is_some() {
            layout.personal.insert(field.clone());
        }
        let slot = match definition.get("x-access").map(|value| value.as_str().unwrap_or_default()) {
            None => continue,
            Some("owner") => &mut layout.owner,
            Some("body") => &mut layout.body,
            Some(other) => {
                return Err(PolicyError::whole(
                    file,
                    format!("{field}: x-access is \"owner\" or \"body\", not {other:?}"),
                ));
            }
        };
        if let Some(before) = slot.replace(field.clone()) {
            return Err(PolicyError::whole(file, format!("{before} and {field} have the same x-access")));
        }
        if field_type(definition) != Some(FieldType::Text) {
            return Err(PolicyError::whole(file, format!("{field}: a field with x-access must be a string")));
        }
    }
    Ok(layout)
}

/// The type of a property, or `None` when Cedar has none like it. `null` beside another type is the same as absent,
/// and an `enum` of texts is a text.
fn field_type(definition: &Value) -> Option<FieldType> {
    let of = |name: &str| match name {
        "string" => Some(FieldType::Text),
        "integer" => Some(FieldType::Whole),
        "boolean" => Some(FieldType::Truth),
        "array" => {
            let items = definition.get("items")?.get("type")?.as_str()?;
            (items == "string").then_some(FieldType::Texts)
        }
        _ => None,
    };
    let Some(types) = definition.get("type") else {
        let listed = definition.get("enum")?.as_array()?;
        return (!listed.is_empty() && listed.iter().all(Value::is_string)).then_some(FieldType::Text);
    };
    match types {
        Value::String(name) => of(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            let only = names.next()?;
            if names.next().is_none() { of(only) } else { None }
        }
        _ => None,
    }
}

fn cedar_type(kind: FieldType) -> Value {
    match kind {
        FieldType::Text => json!({ "type": "String", "required": false }),
        FieldType::Whole => json!({ "type": "Long", "required": false }),
        FieldType::Truth => json!({ "type": "Boolean", "required": false }),
        FieldType::Texts => json!({ "type": "Set", "element": { "type": "String" }, "required": false }),
    }
}

fn record(attributes: &Value) -> Value {
    json!({ "shape": { "type": "Record", "attributes": attributes } })
}

/// The schema: the core's person, and the module's collections and actions.
pub(crate) fn build(
    manifest: &Manifest,
    layouts: &BTreeMap<String, Layout>,
    ruled: &[Ruled],
) -> Result<Schema, PolicyError> {
    let namespace = ident(&manifest.id);
    let mut types = Map::new();
    types.insert(MODULE.to_owned(), record(&json!({})));
    for (name, layout) in layouts {
        let mut attributes = Map::new();
        for (attribute, field) in [("state", &layout.state), ("owner", &layout.owner), ("body", &layout.body)]
        {
            if field.is_some() {
                attributes.insert(attribute.to_owned(), cedar_type(FieldType::Text));
            }
        }
        let fields: Map<_, _> =
            layout.fields.iter().map(|(field, kind)| (field.clone(), cedar_type(*kind))).collect();
        attributes.insert("document".to_owned(), json!({ "type": "Record", "attributes": fields }));
        types.insert(ident(name), record(&Value::Object(attributes)));
    }
    let mut actions = Map::new();
    for item in ruled {
        let resource = match &item.collection {
            Some(collection) => ident(collection),
            None => MODULE.to_owned(),
        };
        let applies = json!({
            "principalTypes": [PERSON],
            "resourceTypes": [format!("{namespace}::{resource}")],
        });
        actions.insert(item.id.clone(), json!({ "appliesTo": applies }));
    }
    let module = SchemaFragment::from_json_value(json!({
        namespace: { "entityTypes": types, "actions": actions },
    }));
    let module = module
        .map_err(|error| PolicyError::manifest(format!("no access schema can be made of it: {error}")))?;
    cedar::schema(module)
}
