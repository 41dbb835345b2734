//! What the platform is expected to say, read from the same Fluent files, so that a better wording breaks no test.

use std::path::{Path, PathBuf};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Ukrainian.
    Uk,
    /// English.
    En,
}

impl Language {
    /// Both.
    pub const BOTH: [Language; 2] = [Language::Uk, Language::En];

    /// Its code in addresses and folders.
    pub fn code(self) -> &'static str {
        match self {
            Language::Uk => "uk",
            Language::En => "en",
        }
    }
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the tests' folder lies in the repository").to_owned()
}

/// A message of a module that takes no arguments.
pub fn module_message(module: &str, language: Language, key: &str) -> String {
    let path = repository().join(format!("modules/{module}/locales/{}.ftl", language.code()));
    message(&read(&path), key).unwrap_or_else(|| panic!("{} has no plain message {key}", path.display()))
}

/// A message of the host that takes no arguments.
pub fn host_message(language: Language, key: &str) -> String {
    let folders = ["web", "identity"].map(|room| format!("host/{room}/locales/{}", language.code()));
    let entries = folders.iter().flat_map(|folder| {
        std::fs::read_dir(repository().join(folder)).unwrap_or_else(|error| panic!("read {folder}: {error}"))
    });
    let found = entries.flatten().find_map(|entry| message(&read(&entry.path()), key));
    found.unwrap_or_else(|| panic!("{folders:?} have no plain message {key}"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()))
}

fn message(text: &str, key: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))?.trim();
    (!value.is_empty() && !value.contains('{')).then(|| value.to_owned())
}
