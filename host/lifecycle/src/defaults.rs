//! A module's settings: what the holder says, with the defaults of the module's schema filled in.

use serde_json::{Map, Value};

/// Fills in the defaults of `schema` and checks the whole against it. The errors are pairs of the place, keys joined
/// by dots, and what is wrong there.
pub(crate) fn settle(schema: &Value, given: Value) -> Result<Value, Vec<(String, String)>> {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| vec![(String::new(), format!("the module's schema is broken: {error}"))])?;
    let mut settings = given;
    fill(schema, schema, &mut settings, 0);
    let errors: Vec<_> = validator
        .iter_errors(&settings)
        .map(|error| {
            let place = error.instance_path().to_string();
            (place.trim_start_matches('/').replace('/', "."), error.to_string())
        })
        .collect();
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

/// Deeper schemas are not walked; it also ends references that lead in a circle.
const DEEPEST: usize = 16;

fn fill(root: &Value, schema: &Value, value: &mut Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let schema = resolve(root, schema);
    match value {
        Value::Object(object) => {
            for (name, property) in properties(schema) {
                let property = resolve(root, property);
                if !object.contains_key(name)
                    && let Some(default) = default_of(root, property, depth)
                {
                    object.insert(name.clone(), default);
                }
                if let Some(value) = object.get_mut(name) {
                    fill(root, property, value, depth + 1);
                }
            }
        }
        Value::Array(items) => {
            if let Some(of_items) = schema.get("items") {
                for item in items.iter_mut() {
                    fill(root, of_items, item, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// The default of a property, or of what stands in it when any of that has one.
fn default_of(root: &Value, property: &Value, depth: usize) -> Option<Value> {
    if let Some(default) = property.get("default") {
        return Some(default.clone());
    }
    if property.get("type").and_then(Value::as_str) != Some("object") {
        return None;
    }
    let mut inner = Value::Object(Map::new());
    fill(root, property, &mut inner, depth + 1);
    inner.as_object().is_some_and(|object| !object.is_empty()).then_some(inner)
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// Follows a reference within the schema.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?))
        .unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "threshold": { "type": "integer", "minimum": 1, "default": 25 },
                "term": { "$ref": "#/$defs/term" },
                "reasons": { "type": "array", "items": { "type": "object", "properties": {
                    "code": { "type": "string" }, "law": { "type": "string", "default": "none" } } } },
                "contact": { "type": "string" }
            },
            "$defs": { "term": { "type": "object", "properties": {
                "value": { "type": "integer", "default": 3 }, "unit": { "enum": ["months", "days"], "default": "months" } } } }
        })
    }

    #[test]
    fn defaults_are_filled_in_at_every_depth() {
        let settled =
            settle(&schema(), json!({ "term": { "value": 2 }, "reasons": [{ "code": "a" }] })).unwrap();
        assert_eq!(
            settled,
            json!({ "threshold": 25, "term": { "value": 2, "unit": "months" }, "reasons": [{ "code": "a", "law": "none" }] })
        );
        assert_eq!(
            settle(&schema(), json!({})).unwrap(),
            json!({ "threshold": 25, "term": { "value": 3, "unit": "months" } })
        );
    }

    #[test]
    fn what_does_not_fit_is_said_with_its_place() {
        let errors = settle(&schema(), json!({ "threshold": 0, "term": { "unit": "years" }, "colour": 1 }))
            .unwrap_err();
        let places: Vec<_> = errors.iter().map(|(place, _)| place.as_str()).collect();
        assert!(
            places.contains(&"threshold") && places.contains(&"term.unit") && places.contains(&""),
            "{errors:?}"
        );
    }

    #[test]
    fn a_circle_of_references_ends() {
        let schema = json!({ "type": "object", "properties": { "a": { "$ref": "#" } } });
        assert_eq!(settle(&schema, json!({})).unwrap(), json!({}));
    }
}
