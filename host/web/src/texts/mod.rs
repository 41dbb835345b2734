//! What the platform says, in both languages.
//!
//! Texts stand in Fluent files. The host's own are embedded; a module brings its files at run time. A set of
//! texts is whole or it is refused: both languages have the same messages with the same arguments.

mod dates;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use rust_embed::RustEmbed;

pub use dates::{Remaining, push_day, push_moment, push_remaining, remaining};
pub use vzaemo_language::texts::{
    Args, Language, NO_BREAK, Source, Texts, TextsError, Value, grouped, is_whole, push_grouped,
};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/locales"]
struct Locales;

fn load_host() -> Result<Texts, TextsError> {
    let mut files = Vec::new();
    for path in Locales::iter() {
        let Some(file) = Locales::get(&path) else { continue };
        let language = path.split('/').next().and_then(Language::from_code);
        let text = String::from_utf8(file.data.into_owned());
        let (Some(language), Ok(text)) = (language, text) else {
            return Err(TextsError::Misplaced { file: path.into_owned() });
        };
        files.push((language, path.into_owned(), text));
    }
    for (code, text) in vzaemo_identity::LOCALES {
        let name = format!("{code}/identity.ftl");
        let language =
            Language::from_code(code).ok_or_else(|| TextsError::Misplaced { file: name.clone() })?;
        files.push((language, name, text.to_owned()));
    }
    let sources: Vec<Source<'_>> =
        files.iter().map(|(language, name, text)| Source { language: *language, name, text }).collect();
    Texts::from_sources(&sources)
}

static HOST: LazyLock<Texts> = LazyLock::new(|| {
    load_host().unwrap_or_else(|error| {
        // The tests hold that the embedded files load; without them the keys are still shown.
        tracing::error!(%error, "the host's own texts did not load");
        Texts::empty()
    })
});

/// The host's own texts.
pub fn host() -> &'static Texts {
    &HOST
}

/// Speaks to one reader: the module's messages where there is a module, and the host's.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    language: Language,
    module: Option<&'a Texts>,
}

impl<'a> Speaker<'a> {
    /// A speaker of the host's texts only.
    pub fn host(language: Language) -> Self {
        Speaker { language, module: None }
    }

    /// A speaker of a module's texts.
    pub fn of(module: &'a Texts, language: Language) -> Self {
        Speaker { language, module: Some(module) }
    }

    /// The reader's language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The host's message with this key. A key that does not exist is said itself and logged.
    pub fn say(&self, key: &str) -> Cow<'a, str> {
        host().get(self.language, key, None).unwrap_or_else(|| missing(key))
    }

    /// The host's message with this key and arguments.
    pub fn say_with(&self, key: &str, args: &[(&str, Value<'_>)]) -> Cow<'a, str> {
        let mut all = Args::with_capacity(args.len());
        for (name, value) in args {
            all.set(*name, value.clone());
        }
        host().get(self.language, key, Some(&all)).unwrap_or_else(|| missing(key))
    }

    /// The module's message with this key, if it has one.
    pub fn module(&self, key: &str, args: Option<&Args<'_>>) -> Option<Cow<'a, str>> {
        self.module?.get(self.language, key, args)
    }

    /// The module's message with this key; one that does not exist is said itself and logged.
    pub fn module_or_key(&self, key: &str, args: Option<&Args<'_>>) -> Cow<'a, str> {
        self.module(key, args).unwrap_or_else(|| missing(key))
    }
}

/// How many messages that are missing are told to the operator; a module names as many as it likes.
const TOLD: usize = 256;

/// Each is told once.
fn missing(key: &str) -> Cow<'static, str> {
    static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() < TOLD && known.insert(key.chars().take(100).collect()) {
        tracing::warn!(key = key.get(..key.floor_char_boundary(400)), "a message is missing");
    }
    Cow::Owned(key.to_owned())
}

#[cfg(test)]
mod tests;
