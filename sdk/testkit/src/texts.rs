//! The module's messages in both languages.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;
use vzaemo_contract::call::Message;

pub(crate) struct Texts {
    bundles: [FluentBundle<FluentResource>; 2],
}

fn bundle(language: &str, text: &str) -> FluentBundle<FluentResource> {
    let locale: LanguageIdentifier = language.parse().unwrap_or_else(|error| panic!("{language}: {error}"));
    let resource = FluentResource::try_new(text.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("the {language} texts are not Fluent: {errors:?}"));
    let mut bundle = FluentBundle::new(vec![locale]);
    bundle.set_use_isolating(false);
    if let Err(errors) = bundle.add_resource(resource) {
        panic!("the texts hold a message twice: {errors:?}");
    }
    bundle
}

/// A value of an argument: numbers choose plural forms.
pub(crate) fn value(text: &str) -> FluentValue<'static> {
    text.parse::<i64>().map_or_else(|_| FluentValue::from(text.to_owned()), FluentValue::from)
}

impl Texts {
    pub fn new(uk: &str, en: &str) -> Self {
        Texts { bundles: [bundle("uk", uk), bundle("en", en)] }
    }

    /// The message in Ukrainian and in English; a missing one fails the test.
    pub fn both(&self, key: &str, args: &FluentArgs<'_>) -> [String; 2] {
        self.bundles.each_ref().map(|bundle| {
            let language = bundle.locales.first().map(ToString::to_string).unwrap_or_default();
            let pattern = bundle
                .get_message(key)
                .and_then(|message| message.value())
                .unwrap_or_else(|| panic!("there is no message `{key}` in locales/{language}.ftl"));
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
            assert!(errors.is_empty(), "the message `{key}` in locales/{language}.ftl: {errors:?}");
            text
        })
    }

    /// A message that crossed as text.
    pub fn message(&self, message: &Message) -> [String; 2] {
        let mut args = FluentArgs::new();
        for (name, text) in &message.args {
            args.set(name.clone(), value(text));
        }
        self.both(&message.key, &args)
    }
}
