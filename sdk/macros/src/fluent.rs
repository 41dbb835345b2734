//! The messages of a module and their arguments.

use crate::project::{EN, UK};
use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};

/// Messages by key with the names of their arguments; the same in both languages.
#[derive(Debug, Default)]
pub struct Texts {
    messages: BTreeMap<String, BTreeSet<String>>,
}

/// What a pattern mentions.
#[derive(Default, Clone)]
struct Mentions {
    arguments: BTreeSet<String>,
    messages: BTreeSet<String>,
}

impl Texts {
    /// Reads both files and compares them.
    pub fn parse(uk: &str, en: &str) -> Result<Self, String> {
        let (uk, en) = (messages(UK, uk)?, messages(EN, en)?);
        for (file, other, here, there) in [(EN, UK, &en, &uk), (UK, EN, &uk, &en)] {
            let missing: Vec<&str> =
                there.keys().filter(|key| !here.contains_key(*key)).map(String::as_str).collect();
            if !missing.is_empty() {
                return Err(format!("{file} lacks messages that {other} has: {}", missing.join(", ")));
            }
        }
        for (key, arguments) in &uk {
            if en.get(key) != Some(arguments) {
                return Err(format!("the message `{key}` takes other arguments in {EN} than in {UK}"));
            }
        }
        Ok(Texts { messages: uk })
    }

    /// The arguments of a message, if there is one.
    pub fn arguments(&self, key: &str) -> Option<&BTreeSet<String>> {
        self.messages.get(key)
    }

    /// The messages whose keys begin so.
    pub fn beginning<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a String, &'a BTreeSet<String>)> {
        self.messages.iter().filter(move |(key, _)| key.starts_with(prefix))
    }

    /// The key most like this one, for complaints.
    pub fn nearest(&self, key: &str) -> Option<&str> {
        let alike = |other: &str| {
            let (a, b): (BTreeSet<char>, BTreeSet<char>) = (key.chars().collect(), other.chars().collect());
            let length = key.len().abs_diff(other.len());
            a.symmetric_difference(&b).count() + length
        };
        self.messages
            .keys()
            .map(String::as_str)
            .min_by_key(|other| alike(other))
            .filter(|other| alike(other) <= 4)
    }
}

fn messages(file: &str, text: &str) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let resource = fluent_syntax::parser::parse(text).map_err(|(_, errors)| {
        let first = errors.first().map_or_else(String::new, |error| {
            let line = text.get(..error.pos.start).unwrap_or_default().matches('\n').count() + 1;
            format!(" line {line}: {error}")
        });
        format!("{file} is not Fluent:{first}")
    })?;
    let mut mentions: BTreeMap<String, Mentions> = BTreeMap::new();
    for entry in &resource.body {
        let (name, pattern) = match entry {
            Entry::Message(message) => (message.id.name.to_owned(), message.value.as_ref()),
            Entry::Term(term) => (format!("-{}", term.id.name), Some(&term.value)),
            _ => continue,
        };
        let mut found = Mentions::default();
        if let Some(pattern) = pattern {
            in_pattern(pattern, &mut found);
        }
        if mentions.insert(name.clone(), found).is_some() {
            return Err(format!("{file} has `{name}` twice"));
        }
    }
    let mut messages = BTreeMap::new();
    for key in mentions.keys().filter(|key| !key.starts_with('-')) {
        let (mut seen, mut open, mut arguments) = (BTreeSet::new(), vec![key.clone()], BTreeSet::new());
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            let Some(found) = mentions.get(&next) else {
                return Err(format!("{file}: `{key}` refers to `{next}`, which is not there"));
            };
            arguments.extend(found.arguments.iter().cloned());
            open.extend(found.messages.iter().cloned());
        }
        messages.insert(key.clone(), arguments);
    }
    Ok(messages)
}

fn in_pattern(pattern: &Pattern<&str>, found: &mut Mentions) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut Mentions) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, found: &mut Mentions) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.arguments.insert(id.name.to_owned());
        }
        InlineExpression::MessageReference { id, .. } => {
            found.messages.insert(id.name.to_owned());
        }
        InlineExpression::TermReference { id, arguments, .. } => {
            found.messages.insert(format!("-{}", id.name));
            if let Some(arguments) = arguments {
                in_arguments(arguments, found);
            }
        }
        InlineExpression::FunctionReference { arguments, .. } => in_arguments(arguments, found),
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
    }
}

fn in_arguments(arguments: &CallArguments<&str>, found: &mut Mentions) {
    for inline in &arguments.positional {
        in_inline(inline, found);
    }
    for named in &arguments.named {
        in_inline(&named.value, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_found_in_selectors_functions_and_references() {
        let text = "a = { $x } { b }\nb = { NUMBER($y) ->\n    [one] { $z }\n   *[other] no\n }\n";
        let texts = Texts::parse(text, text).unwrap();
        let arguments: Vec<&str> = texts.arguments("a").unwrap().iter().map(String::as_str).collect();
        assert_eq!(arguments, ["x", "y", "z"]);
    }

    #[test]
    fn languages_that_differ_are_refused() {
        assert!(Texts::parse("a = A", "b = B").unwrap_err().contains("locales/en.ftl lacks"));
        assert!(Texts::parse("a = A { $x }", "a = A").unwrap_err().contains("other arguments"));
        assert!(Texts::parse("a = { nothing }", "a = A").unwrap_err().contains("not there"));
        assert!(Texts::parse("a = A\n\nb", "a = A").unwrap_err().contains("line 3"));
    }
}
