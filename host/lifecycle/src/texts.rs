//! A module's messages: read, compared, and written out.

use crate::Problem;
use std::collections::{BTreeMap, BTreeSet};
use vzaemo_contract::manifest::Manifest;
use vzaemo_language::texts::{Language, Source, Texts, messages_of};

/// The files with a module's messages.
const FILES: [(Language, &str); 2] = [(Language::Uk, "locales/uk.ftl"), (Language::En, "locales/en.ftl")];

/// Reads the messages of a module and checks them: both languages have the same ones with the same arguments, and
/// those that the manifest implies are there.
pub(crate) fn load(
    name: &str,
    manifest: &Manifest,
    files: &dyn Fn(&str) -> Option<String>,
) -> Result<Texts, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut all = BTreeMap::new();
    let mut sources = Vec::new();
    for (language, path) in FILES {
        let text = files(path).unwrap_or_default();
        match messages_of(&text) {
            Ok(messages) => {
                all.insert(language.code(), messages);
                sources.push((language, path, text));
            }
            Err(error) => {
                problems.push(Problem::new(format!("{name} {path}"), error.what).line(Some(error.line)));
            }
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
    if !problems.is_empty() {
        return Err(problems);
    }
    let sources: Vec<Source<'_>> =
        sources.iter().map(|(language, name, text)| Source { language: *language, name, text }).collect();
    Texts::from_sources(&sources)
        .map_err(|error| vec![Problem::new(format!("{name} locales"), crate::problem::chain(&error))])
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

    fn loaded(uk: &str, en: &str) -> Result<Texts, Vec<String>> {
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
        let left = |n: &str| vec![("n".to_owned(), n.to_owned())];
        assert_eq!(texts.text(Language::Uk, "left", &left("3")), "3 дні");
        assert_eq!(texts.text(Language::Uk, "left", &left("5")), "5 днів");
        assert_eq!(texts.text(Language::En, "left", &left("1")), "1 day");
        assert_eq!(texts.text(Language::En, "left", &left("007")), "007 days", "a code stays as it is");
        assert_eq!(texts.text(Language::En, "lost", &[]), "lost");
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
