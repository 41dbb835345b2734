//! What letters say, in both languages.

use std::sync::LazyLock;
use vzaemo_language::texts::{Language, Source, Texts};

const SOURCES: [Source<'static>; 2] = [
    Source { language: Language::Uk, name: "uk/mail.ftl", text: include_str!("../../locales/uk/mail.ftl") },
    Source { language: Language::En, name: "en/mail.ftl", text: include_str!("../../locales/en/mail.ftl") },
];

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::from_sources(&SOURCES).unwrap_or_else(|error| {
        // A test holds that they load; without them the keys are still said.
        tracing::error!(%error, "the texts of letters did not load");
        Texts::empty()
    })
});

/// A message in a language, its arguments as text.
pub(super) fn say(language: Language, key: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<(String, String)> =
        args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    TEXTS.text(language, key, &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_letters_are_whole() {
        let texts = Texts::from_sources(&SOURCES).unwrap();
        assert!(texts.has("mail-confirm-subject"));
    }
}
