//! What a browser sent: read, cleaned, typed.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
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
    /// Fields that take `files` are left as they are.
    pub fn take_step(&mut self, step: &super::Step, files: &[&str], from: &Values) {
        for field in &step.fields {
            // Which files there are is not for the browser to say.
            if files.contains(&field.as_str()) {
                continue;
            }
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
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// What does not fit the form: a field that it does not have, as when it has changed since it was opened, or several
    /// answers where one is meant. The other answers are kept.
    pub misfits: Vec<FieldError>,
}

impl Sent {
    /// Notes what does not fit, once.
    fn misfit(&mut self, error: FieldError) {
        if !self.misfits.contains(&error) {
            self.misfits.push(error);
        }
    }
}

impl Form {
    /// Drops what a browser says of files: which ones there are is known here.
    pub fn forget_files(&self, values: &mut Values) {
        for field in self.fields.iter().filter(|field| field.widget == Widget::File) {
            values.0.remove(&field.name);
        }
    }
}

/// Why a submitted form cannot be read at all: no browser sends this by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body is not percent-encoded UTF-8.
    #[error("decode the form: it is not UTF-8")]
    Encoding,
    /// A field of the host's was given twice.
    #[error("take one value of {0:?}: there are several")]
    Twice(String),
}

impl Form {
    /// Reads an `application/x-www-form-urlencoded` body.
    ///
    /// Text is brought to NFC with plain line ends and trimmed; control characters, and those that turn the direction of
    /// writing, are dropped. What does not fit the form is told in [`Sent::misfits`].
    pub fn read(&self, body: &[u8]) -> Result<Sent, Unreadable> {
        let mut sent = Sent::default();
        let mut dates: BTreeMap<&str, [String; 3]> = BTreeMap::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            let (name, value) = (decode(name)?, decode(value.strip_prefix(b"=").unwrap_or_default())?);
            let value = clean(&value);
            let reserved = match name.as_str() {
                SUBMISSION => Some(&mut sent.submission),
                DRAFT => Some(&mut sent.draft),
                STEP => Some(&mut sent.step),
                GO => Some(&mut sent.go),
                _ => None,
            };
            if let Some(place) = reserved {
                if place.replace(value).is_some() {
                    return Err(Unreadable::Twice(name));
                }
                continue;
            }
            if let Some((field, part)) = self.date_part(&name) {
                let parts = dates.entry(&field.name).or_default();
                if let Some(place) = parts.get_mut(part) {
                    if place.is_empty() {
                        *place = value;
                    } else {
                        sent.misfit(FieldError::of(field, Fault::Several));
                    }
                }
                continue;
            }
            // These come with files, in parts; sent otherwise they say nothing.
            if self.takes_files() && matches!(name.as_str(), super::DECLARATION | super::REMOVE) {
                continue;
            }
            let Some(field) = self.field(&name) else {
                sent.misfit(FieldError { field: None, fault: Fault::Changed });
                continue;
            };
            let given = sent.values.0.entry(field.name.clone()).or_default();
            if given.is_empty() || field.kind == Type::Texts {
                given.push(value);
            } else {
                sent.misfit(FieldError::of(field, Fault::Several));
            }
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
            let ids = super::files::attached(field, values).map(|file| Value::String(file.id.to_owned()));
            let typed = match field.kind {
                Type::Texts if field.widget == Widget::File => {
                    let ids: Vec<Value> = ids.collect();
                    (!ids.is_empty()).then_some(Value::Array(ids))
                }
                _ if field.widget == Widget::File => ids.last(),
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

/// A name or a value as `application/x-www-form-urlencoded` has it.
fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let spaces: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded: Vec<u8> = percent_decode(&spaces).collect();
    String::from_utf8(decoded).map_err(|_| Unreadable::Encoding)
}

/// What was typed, as it is kept: NFC, `\n` as the only line end, no control characters nor such as turn the writing round,
/// trimmed.
pub fn clean(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let dropped = |symbol: &char| {
        symbol.is_control() && !matches!(symbol, '\n' | '\t')
            || turns_direction(*symbol)
            || *symbol == '\u{feff}'
    };
    let kept: String = lines.chars().filter(|symbol| !dropped(symbol)).nfc().collect();
    kept.trim().to_owned()
}

/// The explicit directional formatting characters of UAX #9: with them a text can be shown in another order than it is
/// written, and disturb what stands around it.
fn turns_direction(symbol: char) -> bool {
    matches!(symbol, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
