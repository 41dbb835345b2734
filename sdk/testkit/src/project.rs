//! The module's manifest, schemas and texts, as the platform would load them.

use crate::texts::Texts;
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use vzaemo_contract::manifest::{Collection, Manifest};

pub(crate) struct Project {
    pub manifest: Manifest,
    pub texts: Texts,
    schemas: BTreeMap<String, (Value, Validator)>,
}

impl Project {
    /// Reads a module's folder; what is wrong with it fails the test with a sentence.
    pub fn load(folder: &Path) -> Self {
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()))
        };
        let manifest =
            Manifest::from_toml(&read("module.toml")).unwrap_or_else(|error| panic!("module.toml: {error}"));
        let texts = Texts::new(&read("locales/uk.ftl"), &read("locales/en.ftl"));
        let paths = manifest.collections.values().map(|collection| &collection.schema);
        let paths = paths.chain(manifest.forms.values().map(|form| &form.schema));
        let paths = paths.chain(manifest.config.iter().map(|config| &config.schema));
        let mut schemas = BTreeMap::new();
        for path in paths {
            let schema: Value =
                serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            let validator = jsonschema::options()
                .should_validate_formats(true)
                .build(&schema)
                .unwrap_or_else(|error| panic!("{path} is no JSON Schema: {error}"));
            schemas.insert(path.clone(), (schema, validator));
        }
        Project { manifest, texts, schemas }
    }

    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.manifest.collections.get(name)
    }

    /// What does not fit: a JSON pointer and a reason each.
    pub fn problems(&self, schema: &str, value: &Value) -> Vec<(String, String)> {
        let Some((_, validator)) = self.schemas.get(schema) else { return Vec::new() };
        validator
            .iter_errors(value)
            .map(|error| (error.instance_path().to_string(), error.to_string()))
            .collect()
    }

    pub fn schema(&self, path: &str) -> Option<&Value> {
        self.schemas.get(path).map(|(schema, _)| schema)
    }

    /// The configuration with the defaults of its schema.
    pub fn settings(&self, given: &Map<String, Value>) -> Value {
        let mut settings = given.clone();
        if let Some(schema) = self.manifest.config.as_ref().and_then(|config| self.schema(&config.schema)) {
            fill(schema, schema, &mut settings);
        }
        Value::Object(settings)
    }
}

fn fill(root: &Value, schema: &Value, object: &mut Map<String, Value>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let property = property
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| root.pointer(reference.trim_start_matches('#')))
            .unwrap_or(property);
        if let Some(default) = property.get("default")
            && !object.contains_key(name)
        {
            object.insert(name.clone(), default.clone());
        }
        if let Some(Value::Object(inner)) = object.get_mut(name) {
            fill(root, property, inner);
        }
    }
}
