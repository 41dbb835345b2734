//! What host and modules say, in both languages.
//!
//! Texts stand in Fluent files: the host's own are embedded by `web`, a module brings its files in its package. A set
//! of texts is whole or it is refused: both languages have the same messages with the same arguments.

mod numbers;
mod source;

use std::borrow::Cow;

use fluent_bundle::FluentResource;
use fluent_bundle::bundle::FluentBundle;
pub use fluent_bundle::{FluentArgs as Args, FluentValue as Value};
use intl_memoizer::concurrent::IntlLangMemoizer;
use unic_langid::LanguageIdentifier;

pub use numbers::{grouped, is_whole, push_grouped};
pub use source::{Messages, Syntax, TextsError, messages_of};

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
    #[must_use]
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

    /// The message with this key in a language, written out.
    pub fn get<'a>(&'a self, language: Language, key: &str, args: Option<&Args<'_>>) -> Option<Cow<'a, str>> {
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

    /// The message with arguments given as text: whole numbers choose plural forms, all else stays text. A number with
    /// a leading zero is a code. A key that does not exist is said itself and logged.
    pub fn text(&self, language: Language, key: &str, args: &[(String, String)]) -> String {
        let mut given = Args::with_capacity(args.len());
        for (name, value) in args {
            given.set(name.as_str(), argument(value));
        }
        let Some(text) = self.get(language, key, Some(&given)) else {
            tracing::warn!(key, "a message is missing");
            return key.to_owned();
        };
        text.into_owned()
    }
}

fn argument(value: &str) -> Value<'_> {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => Value::from(number),
        _ => Value::from(value),
    }
}
