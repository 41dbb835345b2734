//! Reading Fluent files and comparing the two languages.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast;

use super::{Language, Source};

/// Why a set of texts was refused.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// A file is not Fluent.
    #[error("read {file}, line {line}: {what}")]
    Syntax {
        /// The file's name.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The parser's message.
        what: String,
    },
    /// A message is defined twice.
    #[error("take in {file}: {what}")]
    Twice {
        /// The file's name.
        file: String,
        /// What Fluent says about it.
        what: String,
    },
    /// A message of one language is missing in the other.
    #[error("find the message {key:?} in {language}")]
    Missing {
        /// The message's key.
        key: String,
        /// The code of the language that lacks it.
        language: &'static str,
    },
    /// A message takes other arguments in one language than in the other.
    #[error("match the arguments of {key:?}: uk has {uk:?}, en has {en:?}")]
    Arguments {
        /// The message's key.
        key: String,
        /// The arguments in Ukrainian.
        uk: BTreeSet<String>,
        /// The arguments in English.
        en: BTreeSet<String>,
    },
    /// A file lies in no language's folder or is not UTF-8.
    #[error("tell the language of {file}")]
    Misplaced {
        /// The file's path.
        file: String,
    },
}

/// Parses one file; the first error is reported with its line.
pub(super) fn parse(source: &Source<'_>) -> Result<FluentResource, TextsError> {
    resource(source.text).map_err(|error| in_file(source, error))
}

/// Messages with their arguments.
pub type Messages = BTreeMap<String, BTreeSet<String>>;

/// A text that is not Fluent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syntax {
    /// The line, counted from 1.
    pub line: usize,
    /// The parser's message.
    pub what: String,
}

/// The messages of one file with their arguments.
pub fn messages_of(text: &str) -> Result<Messages, Syntax> {
    let resource = resource(text)?;
    let mut all = Messages::new();
    for entry in resource.entries() {
        if let ast::Entry::Message(message) = entry {
            let mut args = BTreeSet::new();
            let attributes = message.attributes.iter().map(|attribute| &attribute.value);
            for pattern in message.value.iter().chain(attributes) {
                of_pattern(pattern, &mut args);
            }
            all.insert(message.id.name.to_owned(), args);
        }
    }
    Ok(all)
}

fn resource(text: &str) -> Result<FluentResource, Syntax> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        let (at, what) =
            errors.first().map_or((0, String::new()), |error| (error.pos.start, error.to_string()));
        Syntax { line: text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1, what }
    })
}

fn in_file(source: &Source<'_>, error: Syntax) -> TextsError {
    TextsError::Syntax { file: source.name.to_owned(), line: error.line, what: error.what }
}

/// The messages of a set of files with their arguments.
pub(super) fn messages(sources: &[Source<'_>], language: Language) -> Result<Messages, TextsError> {
    let mut all = Messages::new();
    for source in sources.iter().filter(|source| source.language == language) {
        all.extend(messages_of(source.text).map_err(|error| in_file(source, error))?);
    }
    Ok(all)
}

/// Checks that both languages say the same things.
pub(super) fn check(sources: &[Source<'_>]) -> Result<(), TextsError> {
    let uk = messages(sources, Language::Uk)?;
    let en = messages(sources, Language::En)?;
    for (here, there, language) in [(&uk, &en, Language::En), (&en, &uk, Language::Uk)] {
        if let Some(key) = here.keys().find(|key| !there.contains_key(*key)) {
            return Err(TextsError::Missing { key: key.clone(), language: language.code() });
        }
    }
    for (key, uk) in uk {
        if let Some(en) = en.get(&key).filter(|en| **en != uk) {
            return Err(TextsError::Arguments { key, uk, en: en.clone() });
        }
    }
    Ok(())
}

fn of_pattern(pattern: &ast::Pattern<&str>, args: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            of_expression(expression, args);
        }
    }
}

fn of_expression(expression: &ast::Expression<&str>, args: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => of_inline(inline, args),
        ast::Expression::Select { selector, variants } => {
            of_inline(selector, args);
            for variant in variants {
                of_pattern(&variant.value, args);
            }
        }
    }
}

fn of_inline(inline: &ast::InlineExpression<&str>, args: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            args.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => of_expression(expression, args),
        ast::InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                of_inline(argument, args);
            }
        }
        _ => {}
    }
}
