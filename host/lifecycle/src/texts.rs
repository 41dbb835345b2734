//! A module's messages: read, compared, and written out.

use crate::Problem;
use fluent_bundle::bundle::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast;
use intl_memoizer::concurrent::IntlLangMemoizer;
use std::collections::{BTreeMap, BTreeSet};
use unic_langid::LanguageIdentifier;
use vzaemo_contract::call::Message;
use vzaemo_contract::manifest::Manifest;
use vzaemo_service::{Language, Texts};

/// The files with a module's messages.
const FILES: [(Language, &str, &str); 2] =
    [(Language::Uk, "uk", "locales/uk.ftl"), (Language::En, "en", "locales/en.ftl")];

type Bundle = FluentBundle<FluentResource, IntlLangMemoizer>;

/// A module's messages in both languages.
pub(crate) struct ModuleTexts {
    uk: Bundle,
    en: Bundle,
}

impl Texts for ModuleTexts {
    fn text(&self, language: Language, message: &Message) -> String {
        let bundle = match language {
            Language::Uk => &self.uk,
            Language::En => &self.en,
        };
        let Some(pattern) = bundle.get_message(&message.key).and_then(|found| found.value()) else {
            tracing::warn!(key = message.key, "a message is missing");
            return message.key.clone();
        };
        let mut args = FluentArgs::with_capacity(message.args.len());
        for (name, value) in &message.args {
            args.set(name.as_str(), argument(value));
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if let Some(error) = errors.first() {
            tracing::warn!(key = message.key, %error, "a message could not be written out in full");
        }
        text
    }
}

/// Whole numbers choose plural forms; all else is text. A number with a leading zero is a code.
fn argument(value: &str) -> FluentValue<'_> {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

/// Reads the messages of a module and checks them: both languages have the same ones with the same arguments, and
/// those that the manifest implies are there.
pub(crate) fn load(
    name: &str,
    manifest: &Manifest,
    files: &dyn Fn(&str) -> Option<String>,
) -> Result<ModuleTexts, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut all: BTreeMap<&str, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut bundles = Vec::new();
    for (_, code, path) in FILES {
        let file = format!("{name} {path}");
        let text = files(path).unwrap_or_default();
        match read(&text, code) {
            Ok((bundle, messages)) => {
                all.insert(code, messages);
                bundles.push(bundle);
            }
            Err((line, what)) => problems.push(Problem::new(file, what).line(Some(line))),
        }
    }
    let (Some(uk), Some(en)) = (all.get("uk"), all.get("en")) else { return Err(problems) };
    for (here, there, path) in [(uk, en, "locales/en.ftl"), (en, uk, "locales/uk.ftl")] {
        for key in here.keys().filter(|key| !there.contains_key(*key)) {
            problems.push(
                Problem::new(format!("{name} {path}"), format!("there is no message {key}"))
                    .mend("say it in both languages"),
            );
        }
    }
    for (key, args) in uk {
        if let Some(other) = en.get(key).filter(|other| *other != args) {
            let list = |args: &BTreeSet<String>| {
                args.iter().map(|arg| format!("${arg}")).collect::<Vec<_>>().join(", ")
            };
            problems.push(
                Problem::new(
                    format!("{name} locales"),
                    format!("{key} has the arguments ({}) in uk and ({}) in en", list(args), list(other)),
                )
                .mend("use the same in both languages"),
            );
        }
    }
    for needed in manifest.message_keys(files) {
        if !uk.contains_key(&needed.key) && !en.contains_key(&needed.key) {
            problems.push(
                Problem::new(format!("{name} locales"), format!("there is no message {}", needed.key))
                    .mend(format!("write it in both languages; {} of module.toml needs it", needed.place)),
            );
        }
    }
    let (Some(en), Some(uk)) = (bundles.pop(), bundles.pop()) else { return Err(problems) };
    if problems.is_empty() { Ok(ModuleTexts { uk, en }) } else { Err(problems) }
}

type Messages = BTreeMap<String, BTreeSet<String>>;

fn read(text: &str, code: &str) -> Result<(Bundle, Messages), (usize, String)> {
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        let (at, what) =
            errors.first().map_or((0, String::new()), |error| (error.pos.start, error.to_string()));
        (text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1, what)
    })?;
    let mut messages = Messages::new();
    for entry in resource.entries() {
        if let ast::Entry::Message(message) = entry {
            let mut args = BTreeSet::new();
            let attributes = message.attributes.iter().map(|attribute| &attribute.value);
            for pattern in message.value.iter().chain(attributes) {
                of_pattern(pattern, &mut args);
            }
            messages.insert(message.id.name.to_owned(), args);
        }
    }
    let language: LanguageIdentifier = code.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| {
        let what = errors.first().map(ToString::to_string).unwrap_or_default();
        (1, format!("a message stands twice: {what}"))
    })?;
    Ok((bundle, messages))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest::from_toml(
            r#"
            schema = 1
            id = "notes"
            version = "1.0.0"
            contract = "0.1"
            name = { uk = "Нотатки", en = "Notes" }
            about = { uk = "Нотатки", en = "Notes" }
            invitation = { uk = "Пишіть", en = "Write" }
            [[acts]]
            name = "write"
            path = "/write"
            by = ["person"]
            "#,
        )
        .unwrap()
    }

    fn loaded(uk: &str, en: &str) -> Result<ModuleTexts, Vec<String>> {
        let files = |path: &str| match path {
            "locales/uk.ftl" => Some(uk.to_owned()),
            "locales/en.ftl" => Some(en.to_owned()),
            _ => None,
        };
        load("notes 1.0.0", &manifest(), &files)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn refused(uk: &str, en: &str) -> Vec<String> {
        loaded(uk, en).err().unwrap()
    }

    #[test]
    fn messages_are_written_out_with_plural_forms() {
        let texts = loaded(
            "act-write = Написати\nleft = { $n ->\n [one] { $n } день\n [few] { $n } дні\n *[other] { $n } днів\n }\n",
            "act-write = Write\nleft = { $n ->\n [one] { $n } day\n *[other] { $n } days\n }\n",
        )
        .unwrap();
        let left = |n: &str| Message::new("left").with("n", n);
        assert_eq!(texts.text(Language::Uk, &left("3")), "3 дні");
        assert_eq!(texts.text(Language::Uk, &left("5")), "5 днів");
        assert_eq!(texts.text(Language::En, &left("1")), "1 day");
        assert_eq!(texts.text(Language::En, &left("007")), "007 days", "a code stays as it is");
        assert_eq!(texts.text(Language::En, &Message::new("lost")), "lost");
    }

    #[test]
    fn both_languages_say_the_same() {
        assert_eq!(
            refused("act-write = Написати\nmore = Ще\n", "act-write = Write\n"),
            ["notes 1.0.0 locales/en.ftl: there is no message more; say it in both languages"]
        );
        assert_eq!(
            refused("act-write = Написати { $what }\n", "act-write = Write\n"),
            [
                "notes 1.0.0 locales: act-write has the arguments ($what) in uk and () in en; use the same in both languages"
            ]
        );
    }

    #[test]
    fn what_the_manifest_implies_must_be_there() {
        assert_eq!(
            refused("", ""),
            [
                "notes 1.0.0 locales: there is no message act-write; write it in both languages; acts.write of module.toml \
              needs it"
            ]
        );
    }

    #[test]
    fn an_error_of_syntax_has_its_line() {
        let said = refused("act-write = Написати\nmore = {\n", "act-write = Write\n");
        assert!(
            said[0].starts_with("notes 1.0.0 locales/uk.ftl:2")
                || said[0].starts_with("notes 1.0.0 locales/uk.ftl:3"),
            "{said:?}"
        );
    }
}
