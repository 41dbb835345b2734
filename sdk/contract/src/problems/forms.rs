//! Forms and their steps.

use super::Check;
use super::schemas::properties;
use crate::FILE_KINDS;
use serde_json::Value;

impl Check<'_> {
    pub(super) fn forms(&mut self) {
        let manifest = self.manifest;
        for (name, form) in &manifest.forms {
            let place = format!("forms.{name}");
            self.name(&place, name);
            let schema = self.schema(&format!("{place}.schema"), &form.schema);
            self.unique(&format!("{place}.steps"), "steps", form.steps.iter().map(|step| step.id.as_str()));
            let mut asked: Vec<&str> = Vec::new();
            for step in &form.steps {
                let place = format!("{place}.steps.{}", step.id);
                self.name(&place, &step.id);
                if let Some(view) = step.view.as_ref().filter(|view| manifest.view(view).is_none()) {
                    self.no_view(&format!("{place}.view"), view);
                }
                for field in &step.fields {
                    let known = schema
                        .as_ref()
                        .as_ref()
                        .is_ok_and(|schema| properties(schema).any(|(name, _)| name == field));
                    if schema.is_ok() && !known {
                        self.no_field(&format!("{place}.fields"), &form.schema, field);
                    }
                    if asked.contains(&field.as_str()) {
                        self.problem(
                            format!("{place}.fields"),
                            format!("{field} is asked for twice"),
                            "ask once",
                        );
                    }
                    asked.push(field);
                }
            }
            let Ok(schema) = &*schema else { continue };
            self.file_fields(name, &form.schema, schema);
            if form.steps.is_empty() {
                continue;
            }
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            for field in required.filter_map(Value::as_str).filter(|field| !asked.contains(field)) {
                self.problem(
                    format!("{place}.steps"),
                    format!("no step asks for {field}, which {} requires", form.schema),
                    "add it to the fields of a step",
                );
            }
        }
    }

    /// Fields that take files: what they take is known to the host, and the module asks for the capability.
    fn file_fields(&mut self, form: &str, file: &str, schema: &Value) {
        let place = format!("forms.{form}.schema");
        for (field, property) in properties(schema) {
            let of_file = |schema: &Value| schema.get("format").and_then(Value::as_str) == Some("file");
            let items = property.get("items").filter(|items| of_file(items));
            let hint = property.get("x-file").or_else(|| items?.get("x-file"));
            if items.is_none() && !of_file(property) {
                if hint.is_some() {
                    self.problem(
                        &place,
                        format!("{field} has x-file, but takes no file"),
                        format!("give it the type string and the format file in {file}, or leave x-file out"),
                    );
                }
                continue;
            }
            if !self.manifest.capabilities.contains_key("files") {
                self.problem(
                    &place,
                    format!("{field} takes files, which the module does not ask for"),
                    "add [capabilities.files] with why",
                );
            }
            let Some(hint) = hint else { continue };
            for kind in hint.get("types").and_then(Value::as_array).into_iter().flatten() {
                if !kind.as_str().is_some_and(|kind| FILE_KINDS.contains(&kind)) {
                    self.problem(
                        &place,
                        format!("{field} takes files of the kind {kind}, which the host does not know"),
                        format!("choose from {}", FILE_KINDS.join(", ")),
                    );
                }
            }
            let largest = hint.get("max-mib").is_some_and(|most| most.as_u64().is_none_or(|most| most == 0));
            if largest {
                self.problem(
                    &place,
                    format!("{field} takes files of no size"),
                    "write max-mib as a whole number from 1 on",
                );
            }
            for key in hint.as_object().into_iter().flatten().map(|(key, _)| key) {
                if key != "types" && key != "max-mib" {
                    self.problem(
                        &place,
                        format!("{field} has x-file.{key}, which means nothing"),
                        "write types and max-mib",
                    );
                }
            }
        }
    }
}
