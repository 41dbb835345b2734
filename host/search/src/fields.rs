//! The fields of a collection that are searched.

use serde_json::Value;

use crate::SearchError;

/// The fields that a schema marks with `x-search`.
///
/// The mark is `true`, or a whole number from 1 to 10 that says how many times a word in the field counts
/// (a title more than a body). It stands on fields of type string and on lists of them, at any depth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchFields {
    fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    path: Vec<Step>,
    weight: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Property(String),
    EachItem,
}

/// A text to be indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchText<'a> {
    /// The text.
    pub text: &'a str,
    /// How many times each of its words counts, 1 or more.
    pub weight: u32,
}

const MARK: &str = "x-search";
/// Deeper schemas are not walked; it also ends references that lead in a circle.
const DEEPEST: usize = 12;

impl SearchFields {
    /// Reads the marks of a JSON Schema.
    pub fn of(schema: &Value) -> Result<Self, SearchError> {
        let mut found = Self::default();
        found.walk(schema, schema, &mut Vec::new(), "", 0)?;
        Ok(found)
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What is marked and how it weighs, as a text that differs when the index of a document would.
    pub fn describe(&self) -> String {
        let field = |field: &Field| {
            let step = |step: &Step| match step {
                Step::Property(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
                Step::EachItem => "/*".to_owned(),
            };
            let path: String = field.path.iter().map(step).collect();
            format!("{path} {}", field.weight)
        };
        let mut fields: Vec<String> = self.fields.iter().map(field).collect();
        fields.sort_unstable();
        fields.join("\n")
    }

    /// The marked texts of a document. What is missing or no text is passed over.
    pub fn texts<'a>(&self, document: &'a Value) -> Vec<SearchText<'a>> {
        let mut texts = Vec::new();
        for field in &self.fields {
            take(document, &field.path, field.weight, &mut texts);
        }
        texts
    }

    fn walk(
        &mut self,
        root: &Value,
        place: &Value,
        path: &mut Vec<Step>,
        pointer: &str,
        depth: usize,
    ) -> Result<(), SearchError> {
        if depth > DEEPEST {
            return Ok(());
        }
        if let Some(target) =
            place.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(root, reference))
        {
            self.walk(root, target, path, pointer, depth + 1)?;
        }
        if let Some(weight) = mark(place, pointer)? {
            let path = path.clone();
            match kind(place) {
                Some("string") => self.fields.push(Field { path, weight }),
                Some("array") => {
                    let path = path.into_iter().chain([Step::EachItem]).collect();
                    self.fields.push(Field { path, weight });
                }
                _ => {
                    let fault = "it may stand on a string or a list of strings only";
                    return Err(SearchError::Mark { pointer: pointer.to_owned(), fault });
                }
            }
        }
        for (name, property) in place.get("properties").and_then(Value::as_object).into_iter().flatten() {
            path.push(Step::Property(name.clone()));
            self.walk(root, property, path, &format!("{pointer}/properties/{name}"), depth + 1)?;
            path.pop();
        }
        if let Some(items) = place.get("items") {
            path.push(Step::EachItem);
            self.walk(root, items, path, &format!("{pointer}/items"), depth + 1)?;
            path.pop();
        }
        Ok(())
    }
}

/// The weight that a mark gives; none without a mark, and for `false`.
fn mark(place: &Value, pointer: &str) -> Result<Option<u32>, SearchError> {
    match place.get(MARK) {
        None | Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(1)),
        Some(value) => {
            let weight = value.as_u64().and_then(|weight| u32::try_from(weight).ok());
            weight.filter(|weight| (1..=10).contains(weight)).map(Some).ok_or_else(|| SearchError::Mark {
                pointer: pointer.to_owned(),
                fault: "write true, or how many times its words count, 1 to 10",
            })
        }
    }
}

/// The type of a place, `null` beside it left out.
fn kind(place: &Value) -> Option<&str> {
    match place.get("type")? {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    }
}

fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

fn take<'a>(value: &'a Value, path: &[Step], weight: u32, texts: &mut Vec<SearchText<'a>>) {
    match path.split_first() {
        None => texts.extend(value.as_str().map(|text| SearchText { text, weight })),
        Some((Step::Property(name), rest)) => {
            if let Some(property) = value.get(name) {
                take(property, rest, weight, texts);
            }
        }
        Some((Step::EachItem, rest)) => {
            for item in value.as_array().into_iter().flatten() {
                take(item, rest, weight, texts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn marked_texts_are_taken_at_any_depth() {
        let schema = json!({
            "type": "object",
            "$defs": {"paragraph": {"type": "object", "properties": {"text": {"type": "string", "x-search": true}}}},
            "properties": {
                "title": {"type": ["string", "null"], "x-search": 3},
                "tags": {"type": "array", "items": {"type": "string"}, "x-search": true},
                "body": {"type": "array", "items": {"$ref": "#/$defs/paragraph"}},
                "note": {"type": "string"},
                "off": {"type": "string", "x-search": false}
            }
        });
        let fields = SearchFields::of(&schema).unwrap();
        let document = json!({
            "title": "t", "tags": ["a", 1, "b"], "body": [{"text": "p1"}, {}, {"text": "p2"}], "note": "n", "off": "o"
        });
        let mut texts: Vec<_> = fields.texts(&document).iter().map(|text| (text.text, text.weight)).collect();
        texts.sort_unstable();
        assert_eq!(texts, [("a", 1), ("b", 1), ("p1", 1), ("p2", 1), ("t", 3)]);
        assert!(fields.texts(&json!({"title": null, "tags": "x"})).is_empty());
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema =
            json!({"properties": {"child": {"$ref": "#"}, "text": {"type": "string", "x-search": true}}});
        let fields = SearchFields::of(&schema).unwrap();
        assert_eq!(fields.texts(&json!({"text": "a", "child": {"text": "b"}})).len(), 2);
    }

    #[test]
    fn marks_that_cannot_be_are_refused() {
        for (field, part) in [
            (json!({"type": "integer", "x-search": true}), "string"),
            (json!({"type": "object", "x-search": true}), "string"),
            (json!({"type": "string", "x-search": 11}), "1 to 10"),
            (json!({"type": "string", "x-search": "yes"}), "1 to 10"),
        ] {
            let error = SearchFields::of(&json!({"properties": {"f": field}})).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("/properties/f"), "{error}");
        }
        assert!(SearchFields::of(&json!({"type": "object"})).unwrap().is_empty());
    }
}
