//! Collections with their indexes, unique keys and counters.

use super::Check;
use super::schemas::{NoSchema, annotations, property, type_of};
use crate::manifest::Counter;
use serde_json::Value;
use std::rc::Rc;

/// The annotation that says from when the terms of retention run.
pub const RETENTION: &str = "x-retention";
/// Its value at the day or moment with which the matter ended.
pub const RETENTION_FROM: &str = "from";
/// What its value begins with at the key of a document with whose matter this one ends; the collection follows.
pub const RETENTION_OF: &str = "of:";

impl Check<'_> {
    /// The schema at `path`; a missing or broken one is a problem of `place`.
    pub(super) fn schema(&mut self, place: &str, path: &str) -> Rc<Result<Value, NoSchema>> {
        let schema = self.schemas.get(path);
        match &*schema {
            Ok(_) => {}
            Err(NoSchema::Missing) => self.problem(
                place,
                format!("there is no file {path}"),
                "write the JSON Schema there, or correct the path",
            ),
            Err(NoSchema::Broken(why)) => {
                self.problem(
                    place,
                    format!("{path} is no JSON Schema of an object: {why}"),
                    "correct the file",
                );
            }
        }
        schema
    }

    pub(super) fn collections(&mut self) {
        let manifest = self.manifest;
        for (name, collection) in &manifest.collections {
            let place = format!("collections.{name}");
            self.name(&place, name);
            if collection.version == 0 {
                self.problem(format!("{place}.version"), "versions count from 1", "write 1 or more");
            }
            let schema = self.schema(&format!("{place}.schema"), &collection.schema);
            let Ok(schema) = &*schema else { continue };
            for (what, lists) in [("index", &collection.index), ("unique", &collection.unique)] {
                for (position, fields) in lists.iter().enumerate() {
                    let place = format!("{place}.{what}.{position}");
                    if fields.is_empty() {
                        self.problem(&place, "it names no field", "name the fields, or leave it out");
                    }
                    for field in fields {
                        self.keyed_field(&place, schema, &collection.schema, field);
                    }
                    if lists.iter().take(position).any(|earlier| earlier == fields) {
                        self.problem(&place, "the same stands before it", "leave one out");
                    }
                }
            }
            self.unique(
                &format!("{place}.count"),
                "counters",
                collection.count.iter().map(|c| c.name.as_str()),
            );
            for counter in &collection.count {
                self.counter(&format!("{place}.count.{}", counter.name), schema, &collection.schema, counter);
            }
            self.access_annotations(&format!("{place}.schema"), schema);
            self.retention_annotations(&format!("{place}.schema"), schema);
            if let Some(participation) = &collection.participation {
                self.participation(&format!("{place}.participation"), schema, collection, participation);
            }
        }
    }

    fn counter(&mut self, place: &str, schema: &Value, file: &str, counter: &Counter) {
        self.name(place, &counter.name);
        for field in &counter.by {
            self.keyed_field(&format!("{place}.by"), schema, file, field);
        }
        if let Some(field) = &counter.unless {
            self.boolean_field(&format!("{place}.unless"), schema, file, field);
        }
        if counter.bound == Some(0) {
            self.problem(
                format!("{place}.bound"),
                "a bound of 0 lets nothing in",
                "give the highest number allowed",
            );
        }
    }

    /// A field that keys and counters are made of: a text, a whole number or a boolean.
    pub(super) fn keyed_field(&mut self, place: &str, schema: &Value, file: &str, field: &str) {
        match property(schema, field) {
            None => self.no_field(place, file, field),
            Some(property) if !matches!(type_of(property), Some("string" | "integer" | "boolean")) => self
                .problem(
                    place,
                    format!("{field} cannot be compared"),
                    format!("give it the type string, integer or boolean in {file}"),
                ),
            Some(_) => {}
        }
    }

    pub(super) fn boolean_field(&mut self, place: &str, schema: &Value, file: &str, field: &str) {
        match property(schema, field) {
            None => self.no_field(place, file, field),
            Some(property) if type_of(property) != Some("boolean") => {
                self.problem(place, format!("{field} is not true or false"), "name a boolean field");
            }
            Some(_) => {}
        }
    }

    pub(super) fn no_field(&mut self, place: &str, file: &str, field: &str) {
        self.problem(
            place,
            format!("{file} has no field {field}"),
            "add it to the schema's properties, or correct the name",
        );
    }

    fn access_annotations(&mut self, place: &str, schema: &Value) {
        let mut seen: Vec<Value> = Vec::new();
        for (field, value) in annotations(schema, "x-access") {
            if !matches!(value.as_str(), Some("owner" | "body")) {
                self.problem(place, format!("{field} has x-access {value}"), "write \"owner\" or \"body\"");
            } else if field.contains('.') || property(schema, &field).and_then(type_of) != Some("string") {
                self.problem(
                    place,
                    format!("{field} has x-access, but is not a text at the document's root"),
                    "move it there, with the type string",
                );
            } else if seen.contains(&value) {
                self.problem(
                    place,
                    format!("{field} has x-access {value}, as a field before it"),
                    "mark one field only",
                );
            }
            seen.push(value);
        }
    }

    /// From when the terms of retention run: a day or moment of the document itself, or those of the document whose key
    /// stands in the field.
    fn retention_annotations(&mut self, place: &str, schema: &Value) {
        let manifest = self.manifest;
        for (position, (field, value)) in annotations(schema, RETENTION).into_iter().enumerate() {
            let property = property(schema, &field).filter(|_| !field.contains('.'));
            let format = property.and_then(|property| property.get("format")).and_then(Value::as_str);
            let said = value.as_str().unwrap_or_default();
            if position > 0 {
                self.problem(
                    place,
                    format!("{field} has x-retention, as a field before it"),
                    "mark one field only",
                );
            } else if said == RETENTION_FROM {
                if !matches!(format, Some("date" | "date-time")) {
                    self.problem(
                        place,
                        format!(
                            "{field} has x-retention \"from\", but is no day or moment at the document's root"
                        ),
                        "mark the field that says when the matter ended, with the format date or date-time",
                    );
                }
            } else if let Some(collection) = said.strip_prefix(RETENTION_OF) {
                if !manifest.collections.contains_key(collection) {
                    self.problem(
                        place,
                        format!("{field} has x-retention \"{said}\", and there is no such collection"),
                        "name the collection of the document whose key stands in the field",
                    );
                } else if property.and_then(type_of) != Some("string") {
                    self.problem(
                        place,
                        format!("{field} has x-retention \"{said}\", but is no text at the document's root"),
                        "mark the field that holds the other document's key",
                    );
                }
            } else {
                self.problem(
                    place,
                    format!("{field} has x-retention {value}"),
                    "write \"from\", or \"of:\" with the collection of the document whose key it holds",
                );
            }
        }
    }
}
