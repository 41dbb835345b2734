//! "Looks and size": how the visitor wants pages to look. Kept in a cookie, works without scripts.

use maud::{Markup, html};

use super::document::headed;
use super::paths;
use crate::texts::Speaker;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal, $key:literal; )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )* }

        impl $name {
            const ALL: &'static [(Self, &'static str)] = &[$( (Self::$variant, $key) ),*];
            /// The word used in the cookie and in the page's attributes.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
            /// Reads the word; anything unknown is the default.
            pub fn from_name(name: &str) -> Self {
                match name { $( $word => Self::$variant, )* _ => Self::default() }
            }
        }
    };
}

choice! {
    /// How large text is.
    TextSize {
        /// 18 px.
        #[default] Usual = "usual", "preferences-usual";
        /// A fifth larger.
        Large = "large", "preferences-large";
        /// Half as large again.
        Largest = "largest", "preferences-largest";
    }
}
choice! {
    /// How strongly text stands out.
    Contrast {
        /// As the device asks.
        #[default] Usual = "usual", "preferences-usual";
        /// At least 7:1.
        High = "high", "preferences-high";
    }
}
choice! {
    /// Light or dark.
    Theme {
        /// As the device asks.
        #[default] Auto = "auto", "preferences-auto";
        /// Dark on light.
        Light = "light", "preferences-light";
        /// Light on dark.
        Dark = "dark", "preferences-dark";
    }
}
choice! {
    /// How far letters, words and lines stand apart.
    Spacing {
        /// As drawn.
        #[default] Usual = "usual", "preferences-usual";
        /// Wider, by WCAG 1.4.12.
        Wide = "wide", "preferences-wide";
    }
}

/// How the visitor wants pages to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Preferences {
    /// Text size.
    pub text: TextSize,
    /// Contrast.
    pub contrast: Contrast,
    /// Theme.
    pub theme: Theme,
    /// Spacing.
    pub spacing: Spacing,
}

impl Preferences {
    /// The cookie that they are kept in.
    pub const COOKIE: &'static str = "looks";

    /// Reads the cookie's value; what it does not say is the default.
    pub fn from_cookie(value: &str) -> Self {
        let mut parts = value.split('.');
        let mut next = || parts.next().unwrap_or_default();
        Preferences {
            text: TextSize::from_name(next()),
            contrast: Contrast::from_name(next()),
            theme: Theme::from_name(next()),
            spacing: Spacing::from_name(next()),
        }
    }

    /// The cookie's value.
    pub fn to_cookie(self) -> String {
        [self.text.name(), self.contrast.name(), self.theme.name(), self.spacing.name()].join(".")
    }

    /// Reads the preferences form; what it does not say is the default.
    pub fn from_form<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut chosen = Preferences::default();
        for (name, value) in pairs {
            match name {
                "text" => chosen.text = TextSize::from_name(value),
                "contrast" => chosen.contrast = Contrast::from_name(value),
                "theme" => chosen.theme = Theme::from_name(value),
                "spacing" => chosen.spacing = Spacing::from_name(value),
                _ => {}
            }
        }
        chosen
    }
}

/// The page with the preferences form. `to` is where to return afterwards.
pub fn preferences(say: &Speaker<'_>, now: Preferences, to: &str) -> Markup {
    let group = |name: &'static str, title: &str, options: Vec<(&'static str, &'static str, bool)>| {
        html! {
            div.govuk-form-group {
                fieldset.govuk-fieldset {
                    legend.govuk-fieldset__legend { (title) }
                    div.govuk-radios.govuk-radios--inline {
                        @for (value, key, checked) in options {
                            div.govuk-radios__item {
                                input.govuk-radios__input id={ "looks_" (name) "_" (value) } name=(name) type="radio"
                                    value=(value) checked[checked];
                                label.govuk-label.govuk-radios__label for={ "looks_" (name) "_" (value) } { (say.say(key)) }
                            }
                        }
                    }
                }
            }
        }
    };
    html! {
        (headed(say, &[], &say.say("preferences-title"), Some(&say.say("preferences-lead"))))
        form.v-form.v-card method="post" action=(paths::PREFERENCES) {
            input type="hidden" name="to" value=(to);
            (group("text", &say.say("preferences-text"), TextSize::ALL.iter().map(|(one, key)| (one.name(), *key, *one == now.text)).collect()))
            (group("contrast", &say.say("preferences-contrast"), Contrast::ALL.iter().map(|(one, key)| (one.name(), *key, *one == now.contrast)).collect()))
            (group("theme", &say.say("preferences-theme"), Theme::ALL.iter().map(|(one, key)| (one.name(), *key, *one == now.theme)).collect()))
            (group("spacing", &say.say("preferences-spacing"), Spacing::ALL.iter().map(|(one, key)| (one.name(), *key, *one == now.spacing)).collect()))
            div.v-actions { button.v-button { (say.say("preferences-save")) } }
        }
    }
}
