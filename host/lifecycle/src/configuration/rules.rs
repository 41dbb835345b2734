//! The section `[rules]`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use vzaemo_clock::Date;

/// The rules of use, which everybody who signs in accepts. Without this section nobody is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// The folder with a folder for each version, in which the texts stand: `uk.txt` and `en.txt`.
    #[serde(default = "folder")]
    pub folder: PathBuf,
    /// The versions. The latest that has begun is in force.
    pub versions: Vec<RulesVersion>,
}

/// A version of the rules of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RulesVersion {
    /// Its name, as `1.0`; it is part of an address and the name of its folder.
    pub version: String,
    /// The first day on which it is in force, as `2026-09-01`.
    pub since: Date,
}

fn folder() -> PathBuf {
    "rules".into()
}

/// The longest name of a version.
const LONGEST_NAME: usize = 20;

impl Rules {
    /// What is wrong with the versions, and how to mend it.
    pub(super) fn problems(&self) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        if self.versions.is_empty() {
            found.push(("there is no version".to_owned(), "name one, or leave the section out"));
        }
        let (mut names, mut days) = (BTreeSet::new(), BTreeSet::new());
        for RulesVersion { version, since } in &self.versions {
            if !is_name(version) {
                found.push((
                    format!("{version:?} is no name of a version"),
                    "begin with a digit and go on with digits, letters, dots and hyphens, 20 at most",
                ));
            }
            if !names.insert(version) {
                found.push((format!("{version} is named twice"), "name each version once"));
            }
            if !days.insert(since) {
                found.push((
                    format!("two versions are in force from {since}"),
                    "give each version a day of its own",
                ));
            }
        }
        found
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}
