//! Fields by which documents are found and counted, and how their values become comparable text.

use serde_json::Value;

/// What the schema says a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Boolean,
}

/// A field of a declared collection that an index, unique key or counter uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Stable within the collection across declarations; names the generated column.
    pub id: u32,
    /// Steps joined by dots, as declared.
    pub path: String,
    pub kind: Kind,
}

/// Whether a path consists of steps that may stand in a JSON path without quoting trouble.
pub(crate) fn is_path(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= 200
        && path.split('.').all(|step| {
            !step.is_empty() && step.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
}

/// The value at a path, or `None` where it or something on the way is missing.
pub(crate) fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, step| value.get(step))
}

/// The comparable text of a JSON value: see [`Collection`](crate::Collection) for the rules.
/// `None` for what cannot be compared: lists, objects, fractions.
pub(crate) fn comparable(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Bool(flag)) => Some(flag.to_string()),
        Some(Value::Number(number)) => number.as_i64().map(comparable_integer),
        Some(Value::Array(_) | Value::Object(_)) => None,
    }
}

/// Nineteen digits, for negative numbers a minus (which sorts before the digits) and the distance from the least
/// one, so that bytewise order is numeric order.
fn comparable_integer(number: i64) -> String {
    if number < 0 {
        format!("-{:019}", number.saturating_add(i64::MAX).max(0))
    } else {
        format!("{number:019}")
    }
}

impl Kind {
    /// The comparable text of a value given as plain text; `None` if it is no value of this kind.
    pub(crate) fn parse_plain(self, plain: &str) -> Option<String> {
        match self {
            Self::Text => Some(plain.to_owned()),
            _ if plain.is_empty() => Some(String::new()),
            Self::Integer => plain.parse().ok().map(comparable_integer),
            Self::Boolean => matches!(plain, "true" | "false").then(|| plain.to_owned()),
        }
    }

    /// The plain text of a comparable one.
    pub(crate) fn to_plain(self, text: &str) -> String {
        match self {
            Self::Integer if !text.is_empty() => {
                let number = match text.strip_prefix('-') {
                    Some(distance) => distance.parse().map(|distance: i64| distance - i64::MAX),
                    None => text.parse(),
                };
                number.map_or_else(|_| text.to_owned(), |number| number.to_string())
            }
            _ => text.to_owned(),
        }
    }

    /// What the schema says about the field at `path`, or `None` if it does not say or allows more than one kind.
    pub(crate) fn of(schema: &Value, path: &str) -> Option<Self> {
        let field = path.split('.').try_fold(resolve(schema, schema)?, |place, step| {
            resolve(schema, place.get("properties")?.get(step)?)
        })?;
        let mut found = Vec::new();
        collect(schema, field, &mut found, 0);
        found.dedup();
        match found.as_slice() {
            [kind] => Some(*kind),
            _ => None,
        }
    }
}

/// Follows local references (`#/$defs/…`), a few of them at most.
fn resolve<'a>(root: &'a Value, mut place: &'a Value) -> Option<&'a Value> {
    for _ in 0..8 {
        match place.get("$ref").and_then(Value::as_str) {
            None => return Some(place),
            Some(reference) => place = root.pointer(reference.strip_prefix('#')?)?,
        }
    }
    None
}

/// The kinds that a field's schema allows, `null` left out.
fn collect(root: &Value, field: &Value, found: &mut Vec<Kind>, depth: usize) {
    let by_name = |name: &str| match name {
        "string" => Some(Kind::Text),
        "integer" => Some(Kind::Integer),
        "boolean" => Some(Kind::Boolean),
        _ => None,
    };
    match field.get("type") {
        Some(Value::String(name)) => found.extend(by_name(name)),
        Some(Value::Array(names)) => {
            found.extend(names.iter().filter_map(Value::as_str).filter_map(by_name));
        }
        _ => {
            let values = field.get("enum").and_then(Value::as_array).into_iter().flatten();
            found.extend(values.chain(field.get("const")).filter_map(|value| match value {
                Value::String(_) => Some(Kind::Text),
                Value::Bool(_) => Some(Kind::Boolean),
                Value::Number(number) if number.is_i64() => Some(Kind::Integer),
                _ => None,
            }));
            let parts =
                ["anyOf", "oneOf", "allOf"].iter().filter_map(|word| field.get(word)?.as_array()).flatten();
            for part in parts.filter(|_| depth < 4) {
                if let Some(part) = resolve(root, part) {
                    collect(root, part, found, depth + 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytewise_order_of_integers_is_numeric_order() {
        let numbers = [-9_007_199_254_740_991_i64, -1000, -999, -1, 0, 1, 9, 10, 9_007_199_254_740_991];
        let texts: Vec<_> = numbers.iter().map(|n| comparable(Some(&json!(n))).unwrap()).collect();
        assert!(texts.is_sorted());
        for (number, text) in numbers.iter().zip(&texts) {
            assert_eq!(Kind::Integer.to_plain(text), number.to_string());
            assert_eq!(Kind::Integer.parse_plain(&number.to_string()).as_ref(), Some(text));
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert_eq!(comparable(Some(&json!([1]))), None);
        assert_eq!(comparable(Some(&json!(1.5))), None);
        assert_eq!(Kind::Integer.parse_plain("1.5"), None);
        assert_eq!(Kind::Boolean.parse_plain("yes"), None);
    }

    #[test]
    fn the_kind_follows_references_and_alternatives() {
        let schema = json!({
            "$defs": {"id": {"type": ["string", "null"]}},
            "properties": {
                "a": {"$ref": "#/$defs/id"},
                "b": {"properties": {"c": {"enum": [1, 2]}}},
                "d": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
                "e": {"type": ["string", "integer"]},
                "f": {"type": "number"}
            }
        });
        assert_eq!(Kind::of(&schema, "a"), Some(Kind::Text));
        assert_eq!(Kind::of(&schema, "b.c"), Some(Kind::Integer));
        assert_eq!(Kind::of(&schema, "d"), Some(Kind::Boolean));
        assert_eq!(Kind::of(&schema, "e"), None);
        assert_eq!(Kind::of(&schema, "f"), None);
        assert_eq!(Kind::of(&schema, "g"), None);
    }
}
