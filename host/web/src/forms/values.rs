//! What a browser sent: read, cleaned, typed.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use unicode_normalization::UnicodeNormalization;

use super::check::{Fault, FieldError};
use super::{DRAFT, Field, Form, GO, STEP, SUBMISSION, Type, Widget};

/// Answers as they were typed, by field: kept to be shown again, however wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<String, Vec<String>>);

impl Values {
    /// The answer to a field, empty if there is none.
    pub fn one(&self, field: &str) -> &str {
        self.0.get(field).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All answers to a field.
    pub fn all(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// Whether this value is among the answers to a field.
    pub fn holds(&self, field: &str, value: &str) -> bool {
        self.all(field).iter().any(|given| given == value)
    }

    /// Replaces the answers to a field.
    pub fn set(&mut self, field: &str, values: Vec<String>) {
        self.0.insert(field.to_owned(), values);
    }

    /// Takes over the answers to a step's fields; those that were not given (an unticked box) are removed.
    pub fn take_step(&mut self, step: &super::Step, from: &Values) {
        for field in &step.fields {
            self.0.remove(field);
            if let Some(values) = from.0.get(field) {
                self.0.insert(field.clone(), values.clone());
            }
        }
    }

    /// Takes over all answers that the other has.
    pub fn take_all(&mut self, from: Values) {
        self.0.extend(from.0);
    }

    /// The answers of a JSON object that was checked before, to be shown in the form again.
    pub fn of_json(object: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
            other => Some(other.to_string()),
        };
        let all = object.as_object().into_iter().flatten().map(|(name, value)| {
            let values = match value {
                Value::Array(items) => items.iter().filter_map(text).collect(),
                one => text(one).into_iter().collect(),
            };
            (name.clone(), values)
        });
        Values(all.collect())
    }
}

/// One submitted form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The answers.
    pub values: Values,
    /// The one-time submission id.
    pub submission: Option<String>,
    /// The key of the draft.
    pub draft: Option<String>,
    /// The step that was shown.
    pub step: Option<String>,
    /// Which button was pressed.
    pub go: Option<String>,
}

/// Why a submitted form cannot be read at all: no browser sends this by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body is not percent-encoded UTF-8.
    #[error("decode the form: it is not UTF-8")]
    Encoding,
    /// A field is not part of the form.
    #[error("find the field {0:?} in the form")]
    Unknown(String),
    /// A field was given twice.
    #[error("take one answer for {0:?}: there are several")]
    Twice(String),
}

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body.
    ///
    /// Text is brought to NFC with plain line ends and trimmed; control characters are dropped. Fields that
    /// the form does not have, and several answers where one is meant, are refused.
    pub fn read(&self, body: &[u8]) -> Result<Sent, Unreadable> {
        let mut sent = Sent::default();
        let mut dates: BTreeMap<&str, [String; 3]> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(Unreadable::Encoding);
            }
            let value = clean(&value);
            let reserved = match &*name {
                SUBMISSION => Some(&mut sent.submission),
                DRAFT => Some(&mut sent.draft),
                STEP => Some(&mut sent.step),
                GO => Some(&mut sent.go),
                _ => None,
            };
            if let Some(place) = reserved {
                if place.replace(value).is_some() {
                    return Err(Unreadable::Twice(name.into_owned()));
                }
                continue;
            }
            if let Some((field, part)) = self.date_part(&name) {
                let parts = dates.entry(&field.name).or_default();
                if let Some(place) = parts.get_mut(part) {
                    if !place.is_empty() {
                        return Err(Unreadable::Twice(name.into_owned()));
                    }
                    *place = value;
                }
                continue;
            }
            let field = self.field(&name).ok_or_else(|| Unreadable::Unknown(name.to_string()))?;
            let given = sent.values.0.entry(field.name.clone()).or_default();
            if !given.is_empty() && field.kind != Type::Texts {
                return Err(Unreadable::Twice(name.into_owned()));
            }
            given.push(value);
        }
        for (field, [day, month, year]) in dates {
            if !(day.is_empty() && month.is_empty() && year.is_empty()) {
                let pad =
                    |part: &str| if part.chars().count() == 1 { format!("0{part}") } else { part.to_owned() };
                sent.values.set(field, vec![format!("{year}-{}-{}", pad(&month), pad(&day))]);
            }
        }
        Ok(sent)
    }

    fn date_part(&self, name: &str) -> Option<(&Field, usize)> {
        let (field, part) = name.rsplit_once('.')?;
        let part = ["day", "month", "year"].iter().position(|known| *known == part)?;
        Some((self.field(field).filter(|field| field.widget == Widget::Date)?, part))
    }

    /// Turns answers into JSON of the schema's types. What cannot be turned is an error of its field.
    pub(super) fn typed(&self, names: &[&str], values: &Values) -> (Value, Vec<FieldError>) {
        let mut object = Map::new();
        let mut errors = Vec::new();
        for field in self.fields.iter().filter(|field| names.contains(&field.name.as_str())) {
            let text = values.one(&field.name);
            let typed = match field.kind {
                Type::Texts => {
                    let given = values.all(&field.name).iter().filter(|value| !value.is_empty());
                    let given: Vec<Value> = given.cloned().map(Value::String).collect();
                    // An unanswered list is absent, so that a required one is missed.
                    (!given.is_empty()).then_some(Value::Array(given))
                }
                // An unticked box that must be ticked is absent and thereby missed.
                Type::Truth => match text {
                    "true" => Some(Value::Bool(true)),
                    _ if field.required => None,
                    _ => Some(Value::Bool(false)),
                },
                _ if text.is_empty() => None,
                Type::Text if field.widget == Widget::Date && text.parse::<jiff::civil::Date>().is_err() => {
                    errors.push(FieldError::of(field, Fault::Date));
                    None
                }
                Type::Text => Some(Value::String(text.to_owned())),
                Type::Whole | Type::Decimal => {
                    let number = number(text, field.kind);
                    if number.is_none() {
                        errors.push(FieldError::of(field, Fault::Number));
                    }
                    number
                }
            };
            match typed {
                Some(typed) => {
                    object.insert(field.name.clone(), typed);
                }
                None if field.required
                    && !errors.iter().any(|error| error.field.as_deref() == Some(&field.name)) =>
                {
                    errors.push(FieldError::of(field, Fault::Required));
                }
                None => {}
            }
        }
        (Value::Object(object), errors)
    }
}

/// A number as people write it: with spaces between groups, with a comma or a point.
fn number(text: &str, kind: Type) -> Option<Value> {
    let plain: String = text.chars().filter(|symbol| !symbol.is_whitespace()).collect();
    if kind == Type::Whole {
        return plain.parse::<i64>().ok().map(Value::from);
    }
    let plain = plain.replace(',', ".");
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let digits_only = plain.chars().all(|symbol| symbol.is_ascii_digit() || matches!(symbol, '-' | '.'));
    digits_only.then(|| plain.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)).flatten()
}

/// NFC, `\n` as the only line end, no control characters, trimmed.
fn clean(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String =
        lines.chars().filter(|symbol| !symbol.is_control() || matches!(symbol, '\n' | '\t')).nfc().collect();
    kept.trim().to_owned()
}
