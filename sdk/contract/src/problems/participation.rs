//! Collections whose documents are a person's taking part in something.

use super::Check;
use super::schemas::{property, type_of};
use crate::manifest::{Collection, Participation};
use serde_json::Value;

impl Check<'_> {
    pub(super) fn participation(
        &mut self,
        place: &str,
        schema: &Value,
        collection: &Collection,
        participation: &Participation,
    ) {
        let file = collection.schema.as_str();
        if !self.manifest.collections.contains_key(&participation.collection) {
            self.no_collection(&format!("{place}.collection"), &participation.collection);
        }
        self.keyed_field(&format!("{place}.document"), schema, file, &participation.document);
        self.boolean_field(&format!("{place}.unless"), schema, file, &participation.unless);
        for (key, field, format) in
            [("person", &participation.person, "person"), ("at", &participation.at, "date-time")]
        {
            let place = format!("{place}.{key}");
            match property(schema, field) {
                None => self.no_field(&place, file, field),
                Some(found) if found.get("format").and_then(Value::as_str) != Some(format) => self.problem(
                    place,
                    format!("{field} has not the format {format}"),
                    format!("give it the format {format:?} in {file}"),
                ),
                Some(_) => {}
            }
        }
        self.decision_field(&format!("{place}.decision"), schema, file, &participation.decision);
        let fields = [
            &participation.document,
            &participation.person,
            &participation.at,
            &participation.unless,
            &participation.decision,
        ];
        for field in fields.into_iter().filter(|field| field.contains('.')) {
            self.problem(place, format!("{field} is not at the document's root"), "move it there");
        }
        let wanted = [&participation.document, &participation.at];
        if !collection.index.iter().any(|fields| fields.iter().take(2).eq(wanted)) {
            self.problem(
                place,
                "no index finds the participations in a document by their time",
                format!("add {wanted:?} to the collection's index"),
            );
        }
        for counter in collection.count.iter().filter(|c| c.unless.as_ref() != Some(&participation.unless)) {
            self.problem(
                place,
                format!("the counter {} counts participations that do not count", counter.name),
                format!("give it unless = {:?}", participation.unless),
            );
        }
    }

    /// The field is the host's to fill in: a text that need not be there and may be any.
    fn decision_field(&mut self, place: &str, schema: &Value, file: &str, field: &str) {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        match property(schema, field) {
            None => self.no_field(place, file, field),
            Some(found) if type_of(found) != Some("string") || found.get("enum").is_some() => self.problem(
                place,
                format!("{field} cannot hold any text"),
                format!("give it the type string in {file}"),
            ),
            Some(_) if required.into_iter().any(|name| name.as_str() == Some(field)) => self.problem(
                place,
                format!("{field} is required, but stands in a document only after a decision"),
                format!("leave it out of required in {file}"),
            ),
            Some(_) => {}
        }
    }
}
