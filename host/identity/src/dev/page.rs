//! The pages of the development provider: plain HTML forms, no script.

use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::authorize::Request;
use super::person::{Bilingual, Group};
use super::{DevError, DevPerson, DevProvider, MOST_PERSONS};
use crate::Assurance;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Ukrainian,
    English,
}

impl Language {
    /// The first language of `ui_locales` that there is; Ukrainian otherwise.
    pub(super) fn of(locales: Option<&str>) -> Self {
        locales
            .unwrap_or_default()
            .split(' ')
            .find_map(|tag| match tag.split('-').next() {
                Some("uk") => Some(Self::Ukrainian),
                Some("en") => Some(Self::English),
                _ => None,
            })
            .unwrap_or(Self::Ukrainian)
    }

    fn tag(self) -> &'static str {
        match self {
            Self::Ukrainian => "uk",
            Self::English => "en",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Ukrainian => Self::English,
            Self::English => Self::Ukrainian,
        }
    }

    fn choose(self, text: &Bilingual) -> &str {
        match self {
            Self::Ukrainian => &text.uk,
            Self::English => &text.en,
        }
    }
}

/// The pages' texts, from `data/dev-texts.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    uk: PageTexts,
    en: PageTexts,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageTexts {
    title: String,
    banner: String,
    intro: String,
    citizens: String,
    officials: String,
    organisations: String,
    platform: String,
    number_title: String,
    number_label: String,
    number_hint: String,
    number_submit: String,
    number_wrong: String,
    problem: String,
    cancel: String,
    other_language: String,
    low: String,
    substantial: String,
    high: String,
    signed_out_title: String,
    signed_out: String,
    wrong_request_title: String,
    wrong_request: String,
}

impl Texts {
    pub(super) fn load() -> Result<Self, DevError> {
        Ok(toml::from_str(include_str!("../../data/dev-texts.toml"))?)
    }

    fn of(&self, language: Language) -> &PageTexts {
        match language {
            Language::Ukrainian => &self.uk,
            Language::English => &self.en,
        }
    }
}

impl PageTexts {
    fn group(&self, group: Group) -> &str {
        match group {
            Group::Citizens => &self.citizens,
            Group::Officials => &self.officials,
            Group::Organisations => &self.organisations,
            Group::Platform => &self.platform,
        }
    }

    fn assurance(&self, assurance: Assurance) -> &str {
        match assurance {
            Assurance::Low => &self.low,
            Assurance::Substantial => &self.substantial,
            Assurance::High => &self.high,
        }
    }
}

/// The page on which a visitor chooses who to be. `wrong` is the number that was typed and is none.
pub(super) fn choose(provider: &DevProvider, request: &Request, wrong: Option<&str>) -> String {
    let language = request.language;
    let texts = provider.texts.of(language);
    let most = MOST_PERSONS.to_string();
    let number_wrong = texts.number_wrong.replace("{most}", &most);
    let title =
        if wrong.is_some() { format!("{}: {}", texts.problem, texts.title) } else { texts.title.clone() };
    let carried = html! {
        @for (name, value) in &request.parameters { input type="hidden" name=(name) value=(value); }
    };
    let main = html! {
        nav { a lang=(language.other().tag()) hreflang=(language.other().tag()) href=(in_other_language(provider, request)) { (texts.other_language) } }
        @if wrong.is_some() {
            div.error role="alert" { h2 { (texts.problem) } a href="#number" { (number_wrong) } }
        }
        h1 { (texts.title) }
        p { (texts.intro.replace("{platform}", &provider.client.name)) }
        form method="post" action=(provider.address("/authorize")) {
            (carried)
            @for group in [Group::Citizens, Group::Officials, Group::Organisations, Group::Platform] {
                h2 { (texts.group(group)) }
                ul {
                    @for person in provider.persons.named().iter().filter(|person| person.group == Some(group)) {
                        li { (person_button(texts, language, person)) }
                    }
                }
            }
        }
        form method="post" action=(provider.address("/authorize")) novalidate {
            (carried)
            h2 { (texts.number_title) }
            label for="number" { (texts.number_label) }
            p.hint id="number-hint" { (texts.number_hint.replace("{most}", &most)) }
            @if wrong.is_some() { p.wrong id="number-wrong" { (number_wrong) } }
            div.row {
                input id="number" name="person" inputmode="numeric" autocomplete="off" value=(wrong.unwrap_or_default())
                    aria-describedby=(if wrong.is_some() { "number-hint number-wrong" } else { "number-hint" })
                    aria-invalid=[wrong.map(|_| "true")];
                button.main type="submit" { (texts.number_submit) }
            }
        }
        form method="post" action=(provider.address("/authorize")) {
            (carried)
            p { button.plain type="submit" name="cancel" value="1" { (texts.cancel) } }
        }
    };
    frame(provider, language, &title, &main)
}

fn person_button(texts: &PageTexts, language: Language, person: &DevPerson) -> Markup {
    html! {
        button.person type="submit" name="person" value=(person.number) {
            span.name lang="uk" { (person.name.in_full()) }
            " "
            span.about {
                @if let Some(about) = &person.about { (language.choose(about)) " · " }
                (texts.assurance(person.assurance))
            }
        }
    }
}

/// The same request in the other language.
fn in_other_language(provider: &DevProvider, request: &Request) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.parameters.iter().filter(|(name, _)| name != "ui_locales") {
        query.append_pair(name, value);
    }
    query.append_pair("ui_locales", request.language.other().tag());
    format!("{}?{}", provider.address("/authorize"), query.finish())
}

/// What a visitor reads when the request cannot be answered to the client.
pub(super) fn wrong_request(provider: &DevProvider, language: Language, what: &str) -> String {
    let texts = provider.texts.of(language);
    let main = html! {
        h1 { (texts.wrong_request_title) }
        p { (texts.wrong_request.replace("{what}", what)) }
    };
    frame(provider, language, &texts.wrong_request_title, &main)
}

/// What a visitor reads after signing out, if there is nowhere to go on to.
pub(super) fn signed_out(provider: &DevProvider, language: Language) -> String {
    let texts = provider.texts.of(language);
    let main = html! {
        h1 { (texts.signed_out_title) }
        p { (texts.signed_out) }
    };
    frame(provider, language, &texts.signed_out_title, &main)
}

fn frame(provider: &DevProvider, language: Language, title: &str, main: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href=(provider.address("/style.css"));
            }
            body {
                header.banner { (provider.texts.of(language).banner) }
                main { (main) }
            }
        }
    }
    .into_string()
}
