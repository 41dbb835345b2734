//! The messages that a manifest implies.

use super::schemas::{Schemas, options, properties};
use crate::manifest::Manifest;
use serde_json::Value;

/// A message that both languages of a module must have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageKey {
    /// The Fluent key.
    pub key: String,
    /// The place of the manifest that needs it.
    pub place: String,
}

impl Manifest {
    /// The messages that the manifest implies, each once: `act-<name>` for acts, `state-<name>` for states,
    /// `step-<id>` for steps of forms, `field-<name>` for the fields of forms and `field-<name>-<value>` for what
    /// can be chosen there, and those of `notices`; `x-label` of a field names another key.
    pub fn message_keys(&self, files: &dyn Fn(&str) -> Option<String>) -> Vec<MessageKey> {
        let mut keys: Vec<MessageKey> = Vec::new();
        let mut need = |key: String, place: &str| {
            if !keys.iter().any(|known| known.key == key) {
                keys.push(MessageKey { key, place: place.to_owned() });
            }
        };
        for act in &self.acts {
            need(format!("act-{}", act.name), &format!("acts.{}", act.name));
        }
        for state in self.workflow.iter().flat_map(|workflow| &workflow.states) {
            need(format!("state-{state}"), &format!("workflow.states.{state}"));
        }
        for key in self.notices.keys() {
            need(key.clone(), &format!("notices.{key}"));
        }
        let schemas = Schemas::new(files);
        for (name, form) in &self.forms {
            for step in &form.steps {
                need(format!("step-{}", step.id), &format!("forms.{name}.steps.{}", step.id));
            }
            let schema = schemas.get(&form.schema);
            let Ok(schema) = &*schema else { continue };
            for (field, property) in properties(schema) {
                let place = format!("forms.{name}.schema");
                let label = property.get("x-label").and_then(Value::as_str);
                need(label.map_or_else(|| format!("field-{field}"), str::to_owned), &place);
                for option in options(property) {
                    need(format!("field-{field}-{option}"), &place);
                }
            }
        }
        keys
    }
}
