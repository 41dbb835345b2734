//! What persons are told about their right to represent, in both languages.

use std::sync::LazyLock;
use vzaemo_cabinet::Text;
use vzaemo_identity::claims::Refused;
use vzaemo_language::texts::{Language, Source, Texts};

const SOURCES: [Source<'static>; 2] = [
    Source {
        language: Language::Uk,
        name: "uk/representation.ftl",
        text: include_str!("../../locales/uk/representation.ftl"),
    },
    Source {
        language: Language::En,
        name: "en/representation.ftl",
        text: include_str!("../../locales/en/representation.ftl"),
    },
];

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::from_sources(&SOURCES).unwrap_or_else(|error| {
        // A test holds that they load; without them the keys are still said.
        tracing::error!(%error, "the texts about representation did not load");
        Texts::empty()
    })
});

/// A message in both languages.
pub(super) fn said(key: &str, args: &[(&str, &str)]) -> Text {
    let args: Vec<(String, String)> =
        args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Text { uk: TEXTS.text(Language::Uk, key, &args), en: TEXTS.text(Language::En, key, &args) }
}

/// The message that tells why a claim was refused.
pub(super) const fn refused(why: Refused) -> &'static str {
    match why {
        Refused::Unknown => "claim-unknown",
        Refused::BeingTerminated => "claim-being-terminated",
        Refused::Gone => "claim-gone",
        Refused::OtherState => "claim-other-state",
        Refused::NothingTies => "claim-nothing-ties",
        Refused::Silent => "claim-silent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_there() {
        let texts = Texts::from_sources(&SOURCES).unwrap();
        for why in [
            Refused::Unknown,
            Refused::BeingTerminated,
            Refused::Gone,
            Refused::OtherState,
            Refused::NothingTies,
            Refused::Silent,
        ] {
            assert!(texts.has(refused(why)), "{why:?}");
        }
        for key in ["claim-confirmed-head", "claim-confirmed-staff", "claim-ended"] {
            assert!(texts.has(key), "{key}");
        }
        for how in ["begun", "over", "revoked", "given-up"] {
            for to in ["head", "delegate"] {
                assert!(texts.has(&format!("delegation-{how}-{to}")), "{how} {to}");
            }
        }
    }
}
