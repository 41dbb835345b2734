//! Answers against the schema, and what is wrong with them in words.

use std::borrow::Cow;

use jsonschema::error::ValidationErrorKind as Violation;
use serde_json::Value;

use super::{Choice, Field, Form, Values};
use crate::texts::{Args, Speaker, Value as Word};

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// It is missing.
    Required,
    /// It has fewer characters than so many.
    TooShort(u64),
    /// It has more characters than allowed.
    TooLong {
        /// The most.
        limit: u64,
        /// How many there are.
        actual: u64,
    },
    /// It has not the form that is asked for.
    Pattern,
    /// It is none of the choices.
    Choice,
    /// It is less than this.
    TooSmall(f64),
    /// It is more than this.
    TooLarge(f64),
    /// It is not a number of the kind asked for.
    Number,
    /// It is not a day of the calendar.
    Date,
    /// It is not an e-mail address.
    Email,
    /// It is not a web address.
    Url,
    /// Fewer were chosen.
    TooFew(u64),
    /// More were chosen.
    TooMany(u64),
    /// It is refused for a reason of the module's or of the service's: a message key of the module.
    Refused(String),
    /// There are several answers where one is meant.
    Several,
    /// The form has another shape than what was sent: it has changed since it was opened.
    Changed,
    /// A file has more bytes than so many.
    FileLarge(u64),
    /// A file has no bytes.
    FileEmpty,
    /// A file is none of the kinds that are taken.
    FileKind,
    /// A file's name and content do not agree.
    FileEnding,
    /// A file's name hides another ending.
    FileDouble,
    /// There are more files than so many.
    FileMany(u64),
    /// A file could not be kept.
    FileLost,
    /// It has not been declared that files hold no secret or service information.
    Declaration,
    /// It does not fit the schema otherwise.
    Other,
}

/// What is wrong with one field, or with the form as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// The field; `None` for the whole form.
    pub field: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

impl FieldError {
    pub(super) fn of(field: &Field, fault: Fault) -> Self {
        FieldError { field: Some(field.name.clone()), fault }
    }

    /// The error in the reader's language. The module may say it better, with a message
    /// `field-<name>-error-<fault>`; otherwise the host says it with the field's label.
    pub fn say<'a>(&self, form: &Form, speaker: &Speaker<'a>) -> Cow<'a, str> {
        let (key, limit, mut actual) = self.fault.key();
        let field = self.field.as_deref().and_then(|name| form.field(name));
        match (&self.fault, field.and_then(|field| field.file_rule())) {
            (Fault::FileLarge(limit), _) => actual = super::files::size_words(*limit, speaker).into(),
            (Fault::FileKind, Some(rule)) => actual = super::files::kinds(rule).into(),
            _ => {}
        }
        let label = field.map(|field| speaker.module_or_key(&field.label, None).into_owned());
        let mut args = Args::new();
        args.set("field", label.clone().unwrap_or_default());
        args.set("limit", limit.clone());
        args.set("actual", actual.clone());
        if let Fault::Refused(key) = &self.fault {
            return speaker.module_or_key(key, Some(&args));
        }
        if let Some(field) = field {
            let own = format!("field-{}-error-{key}", field.name);
            if let Some(said) = speaker.module(&own, Some(&args)) {
                return said;
            }
        }
        let args = [("field", label.unwrap_or_default().into()), ("limit", limit), ("actual", actual)];
        speaker.say_with(&format!("form-error-{key}"), &args)
    }
}

impl Fault {
    /// The end of the message's key, and the arguments `limit` and `actual`.
    fn key(&self) -> (&'static str, Word<'static>, Word<'static>) {
        let none = || Word::from(0);
        let count = |count: &u64| Word::from(i64::try_from(*count).unwrap_or(i64::MAX));
        match self {
            Fault::Required => ("required", none(), none()),
            Fault::TooShort(limit) => ("too-short", count(limit), none()),
            Fault::TooLong { limit, actual } => ("too-long", count(limit), count(actual)),
            Fault::Pattern => ("pattern", none(), none()),
            Fault::Choice => ("choice", none(), none()),
            Fault::TooSmall(limit) => ("too-small", Word::from(*limit), none()),
            Fault::TooLarge(limit) => ("too-large", Word::from(*limit), none()),
            Fault::Number => ("number", none(), none()),
            Fault::Date => ("date", none(), none()),
            Fault::Email => ("email", none(), none()),
            Fault::Url => ("url", none(), none()),
            Fault::TooFew(limit) => ("too-few", count(limit), none()),
            Fault::TooMany(limit) => ("too-many", count(limit), none()),
            Fault::Several => ("several", none(), none()),
            Fault::Changed => ("changed", none(), none()),
            Fault::FileLarge(limit) => ("file-large", count(limit), none()),
            Fault::FileEmpty => ("file-empty", none(), none()),
            Fault::FileKind => ("file-kind", none(), none()),
            Fault::FileEnding => ("file-ending", none(), none()),
            Fault::FileDouble => ("file-double", none(), none()),
            Fault::FileMany(limit) => ("file-many", count(limit), none()),
            Fault::FileLost => ("file-lost", none(), none()),
            Fault::Declaration => ("declaration", none(), none()),
            Fault::Refused(_) | Fault::Other => ("other", none(), none()),
        }
    }
}

/// Every ending that [`Fault::key`] can give: each has a message `form-error-<ending>` of the host.
#[cfg(test)]
pub(crate) const ENDINGS: [&str; 24] = [
    "required",
    "too-short",
    "too-long",
    "pattern",
    "choice",
    "too-small",
    "too-large",
    "number",
    "date",
    "email",
    "url",
    "too-few",
    "too-many",
    "several",
    "changed",
    "file-large",
    "file-empty",
    "file-kind",
    "file-ending",
    "file-double",
    "file-many",
    "file-lost",
    "declaration",
    "other",
];

impl Form {
    /// Checks one step's answers, by the step's place.
    pub fn check_step(&self, step: usize, values: &Values) -> Result<Value, Vec<FieldError>> {
        let (Some(step), Some(part)) = (self.steps.get(step), self.parts.get(step)) else {
            return Err(vec![FieldError { field: None, fault: Fault::Other }]);
        };
        let names: Vec<&str> = step.fields.iter().map(String::as_str).collect();
        self.validate(part, &names, values)
    }

    /// Checks all answers: the input that the act is called with.
    pub fn check(&self, values: &Values) -> Result<Value, Vec<FieldError>> {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        self.validate(&self.whole, &names, values)
    }

    /// Checks answers to fields with `x-choices` against the host's lists, which the schema cannot know.
    pub fn check_choices(&self, values: &Values, lists: &dyn Fn(&str) -> Vec<Choice>) -> Vec<FieldError> {
        let listed = self.fields.iter().filter_map(|field| Some((field, field.choices.as_deref()?)));
        listed
            .filter(|(field, list)| {
                let given = values.all(&field.name).iter().filter(|value| !value.is_empty());
                let known = lists(list);
                given.into_iter().any(|value| !known.iter().any(|choice| choice.value == *value))
            })
            .map(|(field, _)| FieldError::of(field, Fault::Choice))
            .collect()
    }

    fn validate(
        &self,
        validator: &jsonschema::Validator,
        names: &[&str],
        values: &Values,
    ) -> Result<Value, Vec<FieldError>> {
        let (object, mut errors) = self.typed(names, values);
        for error in validator.iter_errors(&object) {
            let found = self.error(&error);
            // One sentence a field is enough, and the first is the most basic.
            if !errors.iter().any(|known| known.field == found.field) {
                errors.push(found);
            }
        }
        errors.extend(self.undeclared(names, values));
        if errors.is_empty() {
            return Ok(object);
        }
        // In the order in which the fields stand on the page; the form as a whole comes last.
        let place = |error: &FieldError| {
            error
                .field
                .as_deref()
                .and_then(|name| {
                    self.steps.iter().flat_map(|step| &step.fields).position(|field| field == name)
                })
                .unwrap_or(usize::MAX)
        };
        errors.sort_by_key(place);
        Err(errors)
    }

    fn error(&self, error: &jsonschema::ValidationError<'_>) -> FieldError {
        let path = error.instance_path().to_string();
        let mut field = path.split('/').nth(1).and_then(|name| self.field(name));
        let number = |limit: &Value| limit.as_f64().unwrap_or_default();
        let fault = match error.kind() {
            Violation::Required { property } => {
                field = property.as_str().and_then(|name| self.field(name));
                Fault::Required
            }
            Violation::MinLength { limit } => Fault::TooShort(*limit),
            Violation::MaxLength { limit } => {
                let actual = error.instance().as_str().map_or(0, |text| text.chars().count());
                Fault::TooLong { limit: *limit, actual: u64::try_from(actual).unwrap_or(u64::MAX) }
            }
            Violation::Pattern { .. } => Fault::Pattern,
            Violation::Enum { .. } | Violation::Constant { .. } => Fault::Choice,
            Violation::Minimum { limit } | Violation::ExclusiveMinimum { limit } => {
                Fault::TooSmall(number(limit))
            }
            Violation::Maximum { limit } | Violation::ExclusiveMaximum { limit } => {
                Fault::TooLarge(number(limit))
            }
            Violation::MultipleOf { .. } | Violation::Type { .. } => Fault::Number,
            Violation::MinItems { limit } => Fault::TooFew(*limit),
            Violation::MaxItems { limit } => Fault::TooMany(*limit),
            Violation::Format { format } => match format.as_str() {
                "email" | "idn-email" => Fault::Email,
                "uri" | "iri" => Fault::Url,
                "date" => Fault::Date,
                _ => Fault::Pattern,
            },
            _ => Fault::Other,
        };
        FieldError { field: field.map(|field| field.name.clone()), fault }
    }
}
