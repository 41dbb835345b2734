//! What notices are about, and how often a person wants to be written to about it.

use serde::{Deserialize, Serialize};

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Something that the law has the person told of, such as a decision or an answer. It goes at once, always.
    Legal,
    /// Something else that has changed in a case of theirs.
    #[default]
    Case,
    /// News that concern many.
    News,
}

impl Kind {
    /// Those about which the person decides how often they are written to.
    pub const CHOSEN: [Kind; 2] = [Kind::Case, Kind::News];

    /// Its name in records, forms and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Legal => "legal",
            Kind::Case => "case",
            Kind::News => "news",
        }
    }
}

/// How often a person is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rhythm {
    /// At once, each notice by itself.
    #[default]
    AtOnce,
    /// Once a day, in the morning.
    Daily,
    /// Once a week, on Monday morning.
    Weekly,
    /// Not at all: the notice stands in the cabinet only.
    Never,
}

impl Rhythm {
    /// All of them.
    pub const ALL: [Rhythm; 4] = [Rhythm::AtOnce, Rhythm::Daily, Rhythm::Weekly, Rhythm::Never];

    /// Its name in records, forms and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Rhythm::AtOnce => "at-once",
            Rhythm::Daily => "daily",
            Rhythm::Weekly => "weekly",
            Rhythm::Never => "never",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Rhythm::ALL.into_iter().find(|rhythm| rhythm.name() == name)
    }
}
