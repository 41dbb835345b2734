//! Executive bodies.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Date, Name};

use crate::body_file::BodyFile;
use crate::holiday_file::within;
use crate::{Edrpou, RegisterError, Warning};

/// The register that is built into the program.
const SAMPLE: &str = include_str!("../data/bodies.toml");

/// One record of an executive body: what held of it between two dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// What the body is called in configuration and data; it never changes. Lower-case ASCII letters,
    /// digits and hyphens.
    pub id: String,
    /// Its number in the state register, if it is a legal entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edrpou: Option<Edrpou>,
    /// Its full name.
    pub name: Name,
    /// Its short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_name: Option<Name>,
    /// The id of the body to which it is subordinate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The territorial unit it serves, as coded by KATOTTG; none for the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub katottg: Option<String>,
    /// How to reach it.
    #[serde(default)]
    pub contacts: Contacts,
    /// Its structural units.
    #[serde(default, rename = "unit", skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<StructuralUnit>,
    /// The first day on which the record holds; none if it always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day on which it holds; none if it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
}

/// A department, directorate or other part of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StructuralUnit {
    /// Its id, unique within the body.
    pub id: String,
    /// Its name.
    pub name: Name,
}

/// How to reach a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    /// The postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Name>,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The number of the hotline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotline: Option<String>,
    /// An e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The address of the web site; it begins with `https://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
}

impl Body {
    /// Whether the record holds on a day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        within(day, self.valid_from, self.valid_to)
    }
}

/// The register of bodies. Records of one id follow one another in time, without overlap.
#[derive(Debug, Clone, Default)]
pub struct Bodies {
    /// In the order of the register.
    records: Vec<Body>,
    /// The records of an id, the earliest first.
    by_id: HashMap<String, Vec<usize>>,
}

impl Bodies {
    /// The sample built into the program.
    pub fn sample() -> Result<(Self, Vec<Warning>), RegisterError> {
        Self::read(SAMPLE)
    }

    /// The text of the sample: what the holder starts from.
    pub const fn sample_text() -> &'static str {
        SAMPLE
    }

    /// Reads a register written like [`Bodies::sample_text`]. What is only doubtful comes back as warnings.
    pub fn read(text: &str) -> Result<(Self, Vec<Warning>), RegisterError> {
        let (records, warnings) = BodyFile::read(text)?;
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, record) in records.iter().enumerate() {
            by_id.entry(record.id.clone()).or_default().push(index);
        }
        for indices in by_id.values_mut() {
            indices.sort_by_key(|index| records.get(*index).and_then(|record| record.valid_from));
        }
        Ok((Self { records, by_id }, warnings))
    }

    /// The latest record of a body, whether or not it still holds: what is known of a body that old papers name.
    pub fn get(&self, id: &str) -> Option<&Body> {
        self.versions(id).last()
    }

    /// The record of a body that holds on a day.
    pub fn get_on(&self, id: &str, day: Date) -> Option<&Body> {
        self.versions(id).find(|record| record.is_valid_on(day))
    }

    /// All records of a body, the earliest first.
    pub fn versions(&self, id: &str) -> impl DoubleEndedIterator<Item = &Body> {
        self.by_id.get(id).into_iter().flatten().filter_map(|index| self.records.get(*index))
    }

    /// The records that hold on a day, in the order of the register.
    pub fn valid_on(&self, day: Date) -> impl Iterator<Item = &Body> {
        self.records.iter().filter(move |record| record.is_valid_on(day))
    }

    /// The bodies directly subordinate to one on a day, in the order of the register.
    pub fn children_of<'a>(&'a self, id: &'a str, day: Date) -> impl Iterator<Item = &'a Body> {
        self.valid_on(day).filter(move |record| record.parent.as_deref() == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_sample_is_sound() {
        let (bodies, warnings) = Bodies::sample().unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        let digital = bodies.get("ministry-digital").unwrap();
        assert_eq!(digital.name.uk, "Міністерство цифрової трансформації України");
        assert_eq!(digital.edrpou.as_ref().unwrap().as_str(), "43220851");
        assert!(bodies.get_on("ministry-digital", date(2018, 1, 1)).is_none());
        assert!(bodies.get("no-such-body").is_none());
        assert_eq!(bodies.valid_on(date(2026, 9, 3)).count(), 10);
        assert_eq!(bodies.children_of("cabinet-of-ministers", date(2026, 9, 3)).count(), 9);
    }

    #[test]
    fn a_renamed_body_keeps_its_old_name_on_old_days() {
        let (bodies, _) = Bodies::read(
            "schema = 1
            [[body]]
            id = \"office\"
            name = { uk = \"Новий\", en = \"New\" }
            valid_from = \"2026-01-01\"
            [[body.unit]]
            id = \"desk\"
            name = { uk = \"Відділ\", en = \"Desk\" }
            [[body]]
            id = \"office\"
            name = { uk = \"Старий\", en = \"Old\" }
            valid_to = \"2025-12-31\"",
        )
        .unwrap();
        let on = |day| bodies.get_on("office", day).unwrap().name.en.as_str();
        assert_eq!((on(date(2025, 12, 31)), on(date(2026, 1, 1))), ("Old", "New"));
        assert_eq!(bodies.get("office").unwrap().units[0].id, "desk");
        assert_eq!(bodies.versions("office").count(), 2);
        assert_eq!(bodies.valid_on(date(2030, 1, 1)).count(), 1);
    }
}
