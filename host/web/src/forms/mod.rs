//! A form is a JSON Schema plus hints.
//!
//! [`Form::new`] understands the schema once, when a module is loaded. [`Form::read`] takes what a browser
//! sent, [`Form::check`] turns it into typed JSON or errors in the reader's language, [`draw`] draws the
//! fields, [`check_answers`] what was answered.
//!
//! Hints stand inside the schema's properties: `x-widget` (textarea, radios, select, checkbox, date),
//! `x-label` and `x-hint` (keys of the module's texts, otherwise `field-<name>` and `field-<name>-hint`),
//! `x-autofill` (what identity may fill in, such as `person.name`), `x-choices` (the name of a list that the
//! host brings, such as the executive bodies), `x-file` (what a field with the format `file` takes).

mod check;
mod draw;
mod files;
mod values;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

#[cfg(test)]
pub(crate) use check::ENDINGS;
pub use check::{Fault, FieldError};
pub use draw::{ActingFor, Choice, Drawing, check_answers, draw, fields};
pub use files::{Attached, DECLARATION, REMOVE, size_words};
pub use values::{Sent, Unreadable, Values, clean};

/// Names that the host keeps for itself in forms begin with this.
pub const RESERVED: &str = "_";
/// The hidden field with the one-time submission id.
pub const SUBMISSION: &str = "_submission";
/// The hidden field with the key of the server-kept draft.
pub const DRAFT: &str = "_draft";
/// The hidden field with the step that was shown.
pub const STEP: &str = "_step";
/// The name of the buttons; its value says which was pressed: `next`, `save` or `submit`, [`BACK`] or
/// [`KEEP`].
pub const GO: &str = "_go";
/// The value of [`GO`] of the button to the step before: the answers are kept as they are, nothing is checked.
pub const BACK: &str = "back";
/// The value of [`GO`] when no button was pressed: the script keeps what was typed so far.
pub const KEEP: &str = "keep";

/// One page of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// Its id, also of its title: the module's message `step-<id>`.
    pub id: String,
    /// The fields that it asks for, in order.
    pub fields: Vec<String>,
    /// A view of the module to pass through after this step, such as similar entries found.
    pub then: Option<String>,
}

/// What the answer to a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Decimal,
    /// Yes or no.
    Truth,
    /// Several texts.
    Texts,
}

/// How a field is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// One line.
    Input,
    /// Several lines.
    Textarea,
    /// One of a few, all shown.
    Radios,
    /// One of many.
    Select,
    /// A single box to tick.
    Checkbox,
    /// Several of a few.
    Checkboxes,
    /// Day, month, year.
    Date,
    /// Files to send.
    File,
}

/// One field, as read from the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The property's name.
    pub name: String,
    /// What the answer is.
    pub kind: Type,
    /// How it is drawn.
    pub widget: Widget,
    /// It must be answered.
    pub required: bool,
    /// The most characters.
    pub max_length: Option<u64>,
    /// The values to choose from; their labels are the messages `field-<name>-<value>`.
    pub options: Vec<String>,
    /// The host's list to choose from instead.
    pub choices: Option<String>,
    /// The key of the label.
    pub label: String,
    /// The key of the hint, shown if the module has such a message.
    pub hint: String,
    /// What identity or registers may fill in.
    pub autofill: Option<String>,
    /// The schema's `format`, if any.
    pub format: Option<String>,
    /// What is taken, if the field takes files.
    pub(super) files: Option<vzaemo_service::FileRule>,
}

/// Why a schema cannot be a form.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The schema is not an object schema with properties.
    #[error("find the properties of an object in the form's schema")]
    NotAnObject,
    /// A field's type cannot be drawn.
    #[error("draw the field {field:?}: {why}")]
    Field {
        /// The property.
        field: String,
        /// What is the matter, with what to do.
        why: &'static str,
    },
    /// A step asks for a field that does not exist, or a field is in no step or in two.
    #[error("place the field {field:?} in exactly one step")]
    Steps {
        /// The property.
        field: String,
    },
    /// The schema itself is wrong.
    #[error("compile the form's schema: {0}")]
    Schema(String),
}

/// A form, understood and ready to be drawn, read and checked.
#[derive(Debug)]
pub struct Form {
    fields: Vec<Field>,
    steps: Vec<Step>,
    check_answers: bool,
    whole: jsonschema::Validator,
    parts: Vec<jsonschema::Validator>,
}

impl Form {
    /// Understands a schema. Without steps all fields stand on one page: those of the schema's `x-order`
    /// first, then the required ones in the order of `required`, then the rest by name.
    pub fn new(schema: &Value, steps: Vec<Step>, check_answers: bool) -> Result<Self, FormError> {
        let properties = schema.get("properties").and_then(Value::as_object).ok_or(FormError::NotAnObject)?;
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let fields = order(schema, properties)
            .into_iter()
            .filter_map(|name| Some((name, properties.get(name)?)))
            .map(|(name, property)| Field::new(name, property, required.contains(name)))
            .collect::<Result<Vec<_>, _>>()?;
        let steps = if steps.is_empty() {
            let fields = fields.iter().map(|field| field.name.clone()).collect();
            vec![Step { id: "answers".to_owned(), fields, then: None }]
        } else {
            steps
        };
        for field in &fields {
            let times =
                steps.iter().flat_map(|step| &step.fields).filter(|name| **name == field.name).count();
            if times != 1 {
                return Err(FormError::Steps { field: field.name.clone() });
            }
        }
        if let Some(unknown) =
            steps.iter().flat_map(|step| &step.fields).find(|name| !properties.contains_key(*name))
        {
            return Err(FormError::Steps { field: unknown.clone() });
        }
        let whole = compile(schema)?;
        let parts = steps
            .iter()
            .map(|step| compile(&part(schema, properties, &required, step)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Form { fields, steps, check_answers, whole, parts })
    }

    /// The fields in the order in which they are asked for: see [`Form::new`].
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The steps; at least one.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The place of the step with this id.
    pub fn step(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// Whether all answers are shown once more before they are sent.
    pub fn checks_answers(&self) -> bool {
        self.check_answers
    }

    /// The values that an untouched form starts with: what the address gives, then what identity knows.
    pub fn start(&self, prefill: &[(String, String)], autofill: impl Fn(&str) -> Option<String>) -> Values {
        let mut values = Values::default();
        for field in self.fields.iter().filter(|field| field.widget != Widget::File) {
            let given = prefill.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
            if let Some(value) = given.or_else(|| field.autofill.as_deref().and_then(&autofill)) {
                values.set(&field.name, vec![value]);
            }
        }
        values
    }
}

impl Field {
    fn new(name: &str, property: &Value, required: bool) -> Result<Self, FormError> {
        let wrong = |why| FormError::Field { field: name.to_owned(), why };
        if name.starts_with(RESERVED) {
            return Err(wrong("names that begin with an underscore are the host's; rename the property"));
        }
        let word = |key: &str| property.get(key).and_then(Value::as_str).map(str::to_owned);
        let options = |of: &Value| -> Vec<String> {
            let given = of.get("enum").and_then(Value::as_array);
            given
                .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default()
        };
        let items = property.get("items").unwrap_or(&Value::Null);
        let kind = match word("type").as_deref() {
            Some("string") => Type::Text,
            Some("integer") => Type::Whole,
            Some("number") => Type::Decimal,
            Some("boolean") => Type::Truth,
            Some("array") if items.get("type").and_then(Value::as_str) == Some("string") => Type::Texts,
            Some("array") => return Err(wrong("the items of a list must be strings")),
            _ => {
                return Err(wrong(
                    "its type must be string, integer, number, boolean or an array of strings",
                ));
            }
        };
        let options = options(if kind == Type::Texts { items } else { property });
        let choices =
            word("x-choices").or_else(|| items.get("x-choices").and_then(Value::as_str).map(str::to_owned));
        let choosable = !options.is_empty() || choices.is_some();
        let format = word("format");
        let max_length = property.get("maxLength").and_then(Value::as_u64);
        let files = vzaemo_service::FileRule::of(property);
        let widget = match (word("x-widget").as_deref(), kind) {
            _ if files.is_some() => Widget::File,
            (_, Type::Truth) => Widget::Checkbox,
            (_, Type::Texts) if choosable => Widget::Checkboxes,
            (_, Type::Texts) => return Err(wrong("a list needs an enum or x-choices to choose from")),
            (Some("radios"), _) if choosable => Widget::Radios,
            (Some("select"), _) if choosable => Widget::Select,
            (Some("radios" | "select"), _) => {
                return Err(wrong("there is nothing to choose from; add an enum or x-choices"));
            }
            (Some("textarea"), _) => Widget::Textarea,
            (Some("date"), _) => Widget::Date,
            (None, _) if options.len() > 7 || choices.is_some() => Widget::Select,
            (None, _) if choosable => Widget::Radios,
            (None, Type::Text) if format.as_deref() == Some("date") => Widget::Date,
            (None, Type::Text) if max_length.is_some_and(|most| most > 250) => Widget::Textarea,
            (None | Some("input"), _) => Widget::Input,
            (Some(_), _) => {
                return Err(wrong("x-widget must be input, textarea, radios, select, checkbox or date"));
            }
        };
        Ok(Field {
            label: word("x-label").unwrap_or_else(|| format!("field-{name}")),
            hint: word("x-hint").unwrap_or_else(|| format!("field-{name}-hint")),
            name: name.to_owned(),
            // A box that must be ticked is an answer that must be given.
            required: required && kind != Type::Truth || property.get("const") == Some(&json!(true)),
            kind,
            widget,
            max_length,
            options,
            choices,
            autofill: word("x-autofill"),
            format,
            files,
        })
    }
}

/// The names of the properties in the order in which they are asked for. Members of a JSON object have no
/// order of their own, so it is told apart from them.
fn order<'a>(schema: &'a Value, properties: &'a Map<String, Value>) -> Vec<&'a str> {
    let listed = ["x-order", "required"].into_iter().filter_map(|key| schema.get(key)?.as_array());
    let known = |name: &&str| properties.contains_key(*name);
    let mut names: Vec<&str> = listed.flatten().filter_map(Value::as_str).filter(known).collect();
    let mut rest: Vec<&str> = properties.keys().map(String::as_str).collect();
    rest.sort_unstable();
    names.extend(rest);
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

fn compile(schema: &Value) -> Result<jsonschema::Validator, FormError> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| FormError::Schema(error.to_string()))
}

/// The schema of one step's answers.
fn part(schema: &Value, properties: &Map<String, Value>, required: &BTreeSet<&str>, step: &Step) -> Value {
    let here: Map<String, Value> =
        step.fields.iter().filter_map(|name| Some((name.clone(), properties.get(name)?.clone()))).collect();
    let required: Vec<&String> = step.fields.iter().filter(|name| required.contains(name.as_str())).collect();
    let mut part = json!({ "type": "object", "properties": here, "required": required });
    for key in ["$schema", "$id", "$defs", "definitions"] {
        if let (Some(value), Some(part)) = (schema.get(key), part.as_object_mut()) {
            part.insert(key.to_owned(), value.clone());
        }
    }
    part
}

#[cfg(test)]
mod tests;
