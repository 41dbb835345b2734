//! Canonical JSON: RFC 8785 over strings in normalisation form C, without NUL, with integers that every reader of
//! JSON holds exactly.

use serde_json::{Map, Number, Value};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::Violation;

/// The greatest integer that a double, and so JavaScript and RFC 8785, holds exactly.
const GREATEST: i64 = 9_007_199_254_740_991;

/// Reads JSON text and brings it into the form that is stored.
pub(crate) fn parse(text: &str) -> Result<Value, Violation> {
    let value = serde_json::from_str(text).map_err(|error| violation("", "json", error.to_string()))?;
    normal(value, &mut String::new())
}

/// JSON text in the form in which it is stored as a document's body; nothing if it cannot be.
pub fn canonical(text: &str) -> Option<String> {
    to_text(&parse(text).ok()?).ok()
}

/// The canonical text of a value in stored form.
pub(crate) fn to_text(value: &Value) -> Result<String, Violation> {
    serde_json_canonicalizer::to_string(value).map_err(|error| violation("", "json", error.to_string()))
}

/// Whether a key may name a document.
pub(crate) fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= 256 && !key.chars().any(char::is_control) && is_nfc(key)
}

pub(crate) fn violation(pointer: &str, keyword: &str, message: impl Into<String>) -> Violation {
    Violation { pointer: pointer.to_owned(), keyword: keyword.to_owned(), message: message.into() }
}

fn normal(value: Value, pointer: &mut String) -> Result<Value, Violation> {
    Ok(match value {
        Value::String(text) => Value::String(normal_text(text, pointer)?),
        Value::Number(number) => Value::Number(normal_number(&number, pointer)?),
        Value::Array(items) => {
            let mut out = Vec::with_capacity(items.len());
            for (place, item) in items.into_iter().enumerate() {
                out.push(below(pointer, &place.to_string(), |pointer| normal(item, pointer))?);
            }
            Value::Array(out)
        }
        Value::Object(members) => {
            let mut out = Map::with_capacity(members.len());
            for (name, member) in members {
                let member = below(pointer, &name, |pointer| normal(member, pointer))?;
                let name = normal_text(name, pointer)?;
                if out.insert(name, member).is_some() {
                    return Err(violation(
                        pointer,
                        "text",
                        "two members have names that are canonically equal",
                    ));
                }
            }
            Value::Object(out)
        }
        other => other,
    })
}

fn below<T>(pointer: &mut String, step: &str, inner: impl FnOnce(&mut String) -> T) -> T {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    let result = inner(pointer);
    pointer.truncate(length);
    result
}

fn normal_text(text: String, pointer: &str) -> Result<String, Violation> {
    if text.contains('\0') {
        return Err(violation(pointer, "text", "text must not contain the character U+0000"));
    }
    Ok(if text.is_ascii() || is_nfc(&text) { text } else { text.nfc().collect() })
}

fn normal_number(number: &Number, pointer: &str) -> Result<Number, Violation> {
    let too_great =
        || violation(pointer, "number", "an integer must lie within ±9007199254740991; write it as text");
    if let Some(integer) = number.as_i64() {
        return if (-GREATEST..=GREATEST).contains(&integer) { Ok(integer.into()) } else { Err(too_great()) };
    }
    let Some(float) = number.as_f64().filter(|_| !number.is_u64()) else { return Err(too_great()) };
    // RFC 8785 writes 1.0 as 1, so what is an integer there must be one for everyone who compares it.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    if float.fract() == 0.0 && float.abs() <= GREATEST as f64 {
        return Ok((float as i64).into());
    }
    Ok(number.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, Violation> {
        to_text(&parse(text)?)
    }

    #[test]
    fn members_are_sorted_numbers_shortest_text_composed() {
        assert_eq!(
            canonical(r#"{ "b": 1.0, "a": "и\u0306", "c": [1e2, -0.0] }"#).unwrap(),
            r#"{"a":"й","b":1,"c":[100,0]}"#
        );
    }

    #[test]
    fn what_cannot_be_stored_is_refused_with_its_place() {
        for (text, pointer, keyword) in [
            ("{", "", "json"),
            (r#"{"a/b":["x","\u0000"]}"#, "/a~1b/1", "text"),
            (r#"{"n":9007199254740992}"#, "/n", "number"),
            (r#"{"n":18446744073709551615}"#, "/n", "number"),
            (r#"{"й":1,"и\u0306":2}"#, "", "text"),
        ] {
            let found = canonical(text).unwrap_err();
            assert_eq!((found.pointer.as_str(), found.keyword.as_str()), (pointer, keyword), "{text}");
        }
    }
}
