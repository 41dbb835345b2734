//! What the platform says, in both languages.
//!
//! Texts stand in Fluent files. The host's own are embedded; a module brings its files at run time. A set of
//! texts is whole or it is refused: both languages have the same messages with the same arguments.

mod dates;
mod numbers;
mod source;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::FluentResource;
use fluent_bundle::bundle::FluentBundle;
pub use fluent_bundle::{FluentArgs as Args, FluentValue as Value};
use intl_memoizer::concurrent::IntlLangMemoizer;
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

pub use dates::{Remaining, push_day, push_moment, push_remaining, remaining};
pub(crate) use numbers::is_whole;
pub use numbers::{grouped, push_grouped};
pub use source::TextsError;

/// A no-break space, which holds numbers and dates together.
pub const NO_BREAK: char = '\u{a0}';

/// The languages the platform speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Language {
    /// Ukrainian, the state language and the default.
    #[default]
    Uk,
    /// English.
    En,
}

impl Language {
    /// Both languages, the state language first.
    pub const ALL: [Language; 2] = [Language::Uk, Language::En];

    /// The BCP 47 code, as in `lang` attributes and folder names.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Uk => "uk",
            Language::En => "en",
        }
    }

    /// The language with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The one that the switch in the header leads to.
    pub const fn other(self) -> Self {
        match self {
            Language::Uk => Language::En,
            Language::En => Language::Uk,
        }
    }

    /// The language's name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Language::Uk => "Українська",
            Language::En => "English",
        }
    }
}

/// One Fluent file.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The language it is written in.
    pub language: Language,
    /// Its name for messages about errors, such as `uk/main.ftl`.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

type Bundle = FluentBundle<FluentResource, IntlLangMemoizer>;

/// A set of messages in both languages: the host's or a module's.
pub struct Texts {
    uk: Bundle,
    en: Bundle,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

impl Texts {
    /// Reads Fluent files and checks that the two languages have the same messages with the same arguments.
    pub fn from_sources(sources: &[Source<'_>]) -> Result<Self, TextsError> {
        let mut texts = Texts::empty();
        source::check(sources)?;
        for source in sources {
            let resource = source::parse(source)?;
            let bundle = match source.language {
                Language::Uk => &mut texts.uk,
                Language::En => &mut texts.en,
            };
            bundle.add_resource(resource).map_err(|errors| TextsError::Twice {
                file: source.name.to_owned(),
                what: errors.first().map(ToString::to_string).unwrap_or_default(),
            })?;
        }
        Ok(texts)
    }

    /// A set without messages: of a module that brings none.
    pub fn empty() -> Self {
        let bundle = |language: Language| {
            let id: LanguageIdentifier = language.code().parse().unwrap_or_default();
            let mut bundle = Bundle::new_concurrent(vec![id]);
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(match language {
                Language::Uk => numbers::format_uk,
                Language::En => numbers::format_en,
            }));
            bundle
        };
        Texts { uk: bundle(Language::Uk), en: bundle(Language::En) }
    }

    fn bundle(&self, language: Language) -> &Bundle {
        match language {
            Language::Uk => &self.uk,
            Language::En => &self.en,
        }
    }

    /// Whether there is a message with this key.
    pub fn has(&self, key: &str) -> bool {
        self.uk.get_message(key).is_some_and(|message| message.value().is_some())
    }

    fn get<'a>(&'a self, language: Language, key: &str, args: Option<&Args<'_>>) -> Option<Cow<'a, str>> {
        let bundle = self.bundle(language);
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let said = match args {
            None => bundle.format_pattern(pattern, None, &mut errors),
            Some(args) => Cow::Owned(bundle.format_pattern(pattern, Some(args), &mut errors).into_owned()),
        };
        if let Some(error) = errors.first() {
            tracing::warn!(key, %error, "a message could not be formatted in full");
        }
        Some(said)
    }
}

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

fn missing(key: &str) -> Cow<'static, str> {
    tracing::warn!(key, "a message is missing");
    Cow::Owned(key.to_owned())
}

#[cfg(test)]
mod tests;
