//! Forms and their steps.

use super::Check;
use super::schemas::properties;
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
}
