//! Which fields of a collection hold data of a person, by the annotations of its schema.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The personal data in the documents of one collection. Fields are those at the documents' root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonalFields {
    /// The fields with the reference of the person whom a document is about: the owner (`x-access: owner`), else those
    /// of `"format": "person"`.
    subjects: Vec<String>,
    /// Fields that are not public (`x-personal` without `x-public`), with the class of their data.
    private: BTreeMap<String, String>,
    /// All classes of data in a document.
    classes: BTreeSet<String>,
}

impl PersonalFields {
    /// Those of a JSON Schema.
    pub fn of(schema: &Value) -> Self {
        let mut found = PersonalFields::default();
        let (mut owner, mut persons) = (Vec::new(), Vec::new());
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let text = |annotation: &str| property.get(annotation).and_then(Value::as_str);
            if text("x-access") == Some("owner") {
                owner.push(name.clone());
            }
            if text("format") == Some("person") {
                persons.push(name.clone());
            }
            if let Some(class) = text("x-personal") {
                found.classes.insert(class.to_owned());
                if text("x-public").is_none() {
                    found.private.insert(name.clone(), class.to_owned());
                }
            }
        }
        found.subjects = if owner.is_empty() { persons } else { owner };
        found
    }

    /// Whether documents of the collection are about nobody.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }

    /// Whether documents hold something of a person that is not public.
    pub(crate) fn holds_private(&self) -> bool {
        !self.private.is_empty()
    }

    /// Whether one of these fields is such.
    pub(crate) fn is_private(&self, field: &str) -> bool {
        self.private.contains_key(field)
    }

    /// The field with the person's reference.
    pub fn subject(&self) -> Option<&str> {
        self.subjects.first().map(String::as_str)
    }

    /// The references of the persons whom a document is about.
    pub(crate) fn subjects_of(&self, document: &Value) -> Vec<String> {
        let text = |name: &String| document.get(name).and_then(Value::as_str).map(str::to_owned);
        self.subjects.iter().filter_map(text).collect()
    }

    /// All classes of data in a document.
    pub(crate) fn classes(&self) -> &BTreeSet<String> {
        &self.classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_owner_is_the_subject_and_what_is_not_public_is_private() {
        let fields = PersonalFields::of(&json!({"properties": {
            "author": {"type": "string", "x-access": "owner", "x-personal": "person.name", "x-public": "page"},
            "helper": {"type": "string", "format": "person", "x-personal": "person.name", "x-public": "page"},
            "email": {"type": "string", "x-personal": "person.email"},
            "title": {"type": "string", "x-public": "data"}}}));
        assert_eq!(fields.subject(), Some("author"));
        assert!(fields.holds_private() && fields.is_private("email"));
        assert!(!fields.is_private("author") && !fields.is_private("title"));
        let document = json!({"author": "a1", "helper": "b2", "title": "t"});
        assert_eq!(fields.subjects_of(&document), ["a1"]);
        assert_eq!(fields.classes().len(), 2);

        let nobody = PersonalFields::of(&json!({"properties": {"title": {"type": "string"}}}));
        assert!(nobody.is_empty() && !nobody.holds_private());
        let persons =
            PersonalFields::of(&json!({"properties": {"person": {"type": "string", "format": "person"}}}));
        assert_eq!(persons.subjects_of(&json!({"person": "c3"})), ["c3"]);
    }
}
