//! What the register says of a legal entity.

use super::EdrError;
use crate::Edrpou;
use serde::Deserialize;

/// The longest text that is taken from the register, in characters. Names of state bodies are long.
const LONGEST_TEXT: usize = 1000;
/// So many heads and those who sign for it are read of one entity.
const MOST_HEADS: usize = 100;

/// A legal entity as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalEntity {
    /// Its code.
    pub code: Edrpou,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// Its state in the register's words.
    pub state_text: String,
    /// Who may act for it by the register: heads and those who sign for it. Read of registered entities only.
    pub heads: Vec<Head>,
}

/// The state of a legal entity: `state` of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Registered (1).
    Registered,
    /// It is being terminated (2).
    BeingTerminated,
    /// It is no more: terminated (3), its registration cancelled (-1) or invalid (6).
    Ended,
    /// Anything else: bankruptcy (4, 5), and what may come. Nobody is taken for its representative by the register alone.
    Other,
}

impl State {
    pub(super) const fn of(code: i64) -> Self {
        match code {
            1 => Self::Registered,
            2 => Self::BeingTerminated,
            -1 | 3 | 6 => Self::Ended,
            _ => Self::Other,
        }
    }
}

/// A head of a legal entity, or one who signs for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Family name.
    pub family: String,
    /// Given name and patronymic, as one text.
    pub given_and_patronymic: String,
    /// What they are, in the register's words.
    pub role: String,
}

impl Head {
    /// Whether this is the name of a head: without regard to letter case, spacing and the kind of apostrophe. A name alone is
    /// no proof of who somebody is: others may bear it.
    pub fn is_named(&self, family: &str, given: &str, patronymic: Option<&str>) -> bool {
        let whole = format!("{given} {}", patronymic.unwrap_or_default());
        plain(&self.family) == plain(family) && plain(&self.given_and_patronymic) == plain(&whole)
    }
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").replace(['’', '\'', '`', '‘', '\u{ff07}'], "ʼ")
}

/// An element of the list of subjects.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    pub id: u64,
    pub state: i64,
    pub state_text: String,
    pub code: String,
    pub name: String,
}

/// The record of one subject, as far as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Detailed {
    pub id: u64,
    pub code: String,
    pub state: i64,
    #[serde(default)]
    pub heads: Option<Vec<DetailedHead>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DetailedHead {
    last_name: Option<String>,
    first_middle_name: Option<String>,
    role_text: Option<String>,
}

/// A text of the register for pages and records: of reasonable length and without control characters.
pub(super) fn text(text: &str) -> Result<String, EdrError> {
    let text = text.trim();
    if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(EdrError::Malformed("a text is too long or has control characters"));
    }
    Ok(text.to_owned())
}

/// The heads and those who sign for it of a record; those without a whole name are left out.
pub(super) fn heads(listed: Vec<DetailedHead>) -> Result<Vec<Head>, EdrError> {
    if listed.len() > MOST_HEADS {
        return Err(EdrError::Malformed("there are too many heads"));
    }
    let mut heads = Vec::with_capacity(listed.len());
    for one in listed {
        let (Some(family), Some(names)) = (one.last_name, one.first_middle_name) else { continue };
        let (family, given_and_patronymic) = (text(&family)?, text(&names)?);
        if !family.is_empty() && !given_and_patronymic.is_empty() {
            let role = text(&one.role_text.unwrap_or_default())?;
            heads.push(Head { family, given_and_patronymic, role });
        }
    }
    Ok(heads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_capitals_and_with_another_apostrophe() {
        let head = Head {
            family: "ЛУК'ЯНЧУК".into(),
            given_and_patronymic: "СОЛОМІЯ  АНДРІЇВНА".into(),
            role: "керівник".into(),
        };
        assert!(head.is_named("Лук’янчук", "Соломія", Some("Андріївна")));
        assert!(!head.is_named("Лук’янчук", "Соломія", None), "the patronymic belongs to the name");
        assert!(!head.is_named("Лук’янчук", "Соломія", Some("Андріївн")));
        assert!(!head.is_named("Лукянчук", "Соломія", Some("Андріївна")));
    }

    #[test]
    fn only_one_state_is_registered() {
        assert_eq!(State::of(1), State::Registered);
        assert_eq!(State::of(2), State::BeingTerminated);
        assert_eq!([-1, 3, 6].map(State::of), [State::Ended; 3]);
        assert_eq!([0, 4, 5, 7, i64::MAX].map(State::of), [State::Other; 5]);
    }
}
