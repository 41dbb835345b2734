//! The guide, docs/modules.md, says what is true of the template: what it quotes stands there word for word, what it
//! says about messages and grants is what the manifest implies, and its lists are those of the code.
#![allow(clippy::unwrap_used, clippy::panic)] // tests

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use vzaemo_contract::CAPABILITIES;
use vzaemo_contract::manifest::Manifest;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn guide() -> String {
    fs::read_to_string(repository().join("docs/modules.md")).unwrap()
}

fn manifest() -> Manifest {
    Manifest::from_toml(&fs::read_to_string(repository().join("sdk/template/module.toml")).unwrap()).unwrap()
}

/// The code blocks of a text with their languages.
fn blocks(text: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some((language.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a code block of the guide is not closed");
    blocks
}

/// The files of the template that the guide quotes, each as its lines without indentation.
fn template() -> Vec<Vec<String>> {
    let root = repository().join("sdk/template");
    let lines = |text: String| text.lines().map(|line| line.trim().to_owned()).collect();
    ["module.toml", "schemas/note.json", "schemas/config.json", "src/lib.rs", "tests/notes.rs"]
        .iter()
        .map(|file| lines(fs::read_to_string(root.join(file)).unwrap()))
        .collect()
}

/// Where these lines stand in a file, from a line on.
fn stands(file: &[String], lines: &[&str], from: usize) -> Option<usize> {
    (from..=file.len().checked_sub(lines.len())?)
        .find(|at| file.iter().skip(*at).zip(lines).all(|(line, quoted)| line == quoted))
}

/// Whether a file holds the quoted lines; `# …` and `// …` leave some out.
fn quotes(file: &[String], quoted: &[String]) -> bool {
    let mut from = 0;
    let quoted: Vec<&str> = quoted.iter().map(|line| line.trim()).collect();
    quoted.split(|line| matches!(*line, "# …" | "// …")).all(|part| match stands(file, part, from) {
        Some(at) => {
            from = at + part.len();
            true
        }
        None => false,
    })
}

#[test]
fn what_the_guide_quotes_stands_in_the_template() {
    let template = template();
    let mut quoted = 0;
    for (language, lines) in blocks(&guide()) {
        let of_platform = lines.first().is_some_and(|line| line.starts_with("[modules."));
        if of_platform || !["toml", "json", "rust"].contains(&language.as_str()) {
            continue;
        }
        quoted += 1;
        assert!(
            template.iter().any(|file| quotes(file, &lines)),
            "the template does not hold what the guide quotes:\n{}",
            lines.join("\n")
        );
    }
    assert!(quoted >= 15, "the guide quotes {quoted} times only");
}

#[test]
fn a_quotation_that_differs_is_noticed() {
    let file: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).into();
    let holds =
        |quoted: &[&str]| quotes(&file, &quoted.iter().map(|&line| line.to_owned()).collect::<Vec<_>>());
    assert!(holds(&["b", "  c"]) && holds(&["a", "// …", "d"]));
    assert!(!holds(&["a", "c"]) && !holds(&["d", "# …", "a"]) && !holds(&["b", "x"]));
}

#[test]
fn guide_and_readme_grant_what_the_template_asks_for() {
    let asked: BTreeSet<String> = manifest().capabilities.into_keys().collect();
    for document in ["docs/modules.md", "README.md"] {
        let text = fs::read_to_string(repository().join(document)).unwrap();
        let (_, lines) = blocks(&text)
            .into_iter()
            .find(|(_, lines)| lines.first().is_some_and(|line| line == "[modules.notes]"))
            .unwrap_or_else(|| panic!("{document} does not put the template into service"));
        let table: toml::Table = toml::from_str(&lines.join("\n")).unwrap();
        let notes = table.get("modules").and_then(|modules| modules.get("notes")).unwrap();
        let grants = notes.get("grants").and_then(toml::Value::as_array).unwrap();
        let granted: BTreeSet<String> =
            grants.iter().filter_map(|grant| grant.as_str().map(str::to_owned)).collect();
        assert_eq!(granted, asked, "{document}");
        let wanted: semver::VersionReq =
            notes.get("version").and_then(toml::Value::as_str).unwrap().parse().unwrap();
        assert!(wanted.matches(&manifest().version), "{document}");
    }
}

#[test]
fn the_guide_names_every_capability() {
    for capability in CAPABILITIES {
        assert!(guide().contains(&format!("| `{capability}` |")), "the guide does not name {capability}");
    }
}
