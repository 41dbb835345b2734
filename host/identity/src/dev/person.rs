//! Test persons: a dozen with names of their own, and any number made from a seed.

use serde::Deserialize;
use vzaemo_clock::{Date, SignedDuration};
use vzaemo_registers::{Rnokpp, Sex};

use super::DevError;
use crate::{Assurance, FullName, Organisation, ProvenKey, Role, Unzr};

/// The highest person number.
pub const MOST_PERSONS: u32 = 10_000_000;

/// A test person. The same number is always the same person, for one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevPerson {
    /// 1 to [`MOST_PERSONS`].
    pub number: u32,
    /// The name.
    pub name: FullName,
    /// Man or woman.
    pub sex: Sex,
    /// The date of birth.
    pub born: Date,
    /// A valid РНОКПП that agrees with date of birth and sex, or a УНЗР; unique for one seed.
    pub key: ProvenKey,
    /// The assurance at which the provider attests this person.
    pub assurance: Assurance,
    /// The organisation in whose name the person signs in.
    pub organisation: Option<Organisation>,
    /// What the sign-in page says of a named person.
    pub about: Option<Bilingual>,
    /// Under which heading the page lists a named person.
    pub(crate) group: Option<Group>,
    /// The roles the platform gives a named person in development mode. The provider does not attest them.
    pub roles: Vec<Role>,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// In Ukrainian.
    pub uk: String,
    /// In English.
    pub en: String,
}

/// The headings of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Group {
    Citizens,
    Officials,
    Organisations,
    Platform,
}

/// All test persons of one seed.
#[derive(Debug)]
pub struct DevPersons {
    seed: u64,
    names: Names,
    named: Vec<DevPerson>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    male: Vec<(String, String, String)>,
    female: Vec<String>,
    family: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedFile {
    person: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    number: u32,
    name: FullName,
    sex: Sex,
    born: String,
    group: Group,
    about: Bilingual,
    #[serde(default)]
    assurance: Assurance,
    #[serde(default)]
    key: Key,
    organisation: Option<Organisation>,
    #[serde(default)]
    roles: Vec<Role>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Key {
    #[default]
    Rnokpp,
    Unzr,
}

/// Made persons were born on one of so many days from [`FIRST_BIRTH`] on, so all are of age.
const BIRTH_DAYS: u64 = 22_000;
const FIRST_BIRTH: Date = Date::constant(1945, 1, 1);
/// Of the 5000 serials of a day and sex the last fifty are for named persons, so that nobody made coincides with them.
const MADE_SERIALS: u64 = 4_950;
/// Has no divisor in common with the number of places, so different numbers get different places.
const STRIDE: u64 = 1_000_003;

impl DevPerson {
    /// The account at the provider (`sub`).
    pub fn subject(&self) -> String {
        format!("person-{}", self.number)
    }
}

impl DevPersons {
    /// The persons of this seed.
    pub fn new(seed: u64) -> Result<Self, DevError> {
        let names: Names = toml::from_str(include_str!("../../data/dev-names.toml"))?;
        let file: NamedFile = toml::from_str(include_str!("../../data/dev-persons.toml"))?;
        let named = file.person.into_iter().map(Named::into_person).collect::<Result<_, _>>()?;
        Ok(Self { seed, names, named })
    }

    /// Those with names of their own, in the order of their numbers.
    pub fn named(&self) -> &[DevPerson] {
        &self.named
    }

    /// The person with this number; `None` outside 1 to [`MOST_PERSONS`].
    pub fn person(&self, number: u32) -> Option<DevPerson> {
        if number == 0 || number > MOST_PERSONS {
            return None;
        }
        if let Some(named) = self.named.iter().find(|person| person.number == number) {
            return Some(named.clone());
        }
        self.make(number)
    }

    fn make(&self, number: u32) -> Option<DevPerson> {
        let places = BIRTH_DAYS * MADE_SERIALS * 2;
        let place = (u64::from(number) * STRIDE + mix(self.seed) % places) % places;
        let sex = if place % 2 == 1 { Sex::Male } else { Sex::Female };
        let serial = u16::try_from(place / 2 % MADE_SERIALS).ok()?;
        let day = i64::try_from(place / 2 / MADE_SERIALS).ok()?;
        let born = FIRST_BIRTH.checked_add(SignedDuration::from_hours(24 * day)).ok()?;

        let mut random = mix(self.seed ^ mix(u64::from(number)));
        let mut pick = |of: usize| {
            random = mix(random);
            usize::try_from(random % u64::try_from(of.max(1)).unwrap_or(1)).unwrap_or(0)
        };
        let (male, female, family) = (&self.names.male, &self.names.female, &self.names.family);
        let father = male.get(pick(male.len()))?;
        let given = match sex {
            Sex::Male => &male.get(pick(male.len()))?.0,
            Sex::Female => female.get(pick(female.len()))?,
        };
        let forms = family.get(pick(family.len()))?;
        let (patronymic, family) = match sex {
            Sex::Male => (&father.1, forms.first()?),
            Sex::Female => (&father.2, forms.last()?),
        };
        Some(DevPerson {
            number,
            name: FullName {
                family: family.clone(),
                given: given.clone(),
                patronymic: Some(patronymic.clone()),
            },
            sex,
            born,
            key: ProvenKey::Rnokpp(Rnokpp::make(born, sex, serial).ok()?),
            assurance: Assurance::Substantial,
            organisation: None,
            about: None,
            group: None,
            roles: Vec::new(),
        })
    }
}

impl Named {
    fn into_person(self) -> Result<DevPerson, DevError> {
        let wrong = || DevError::Person(self.number);
        let born: Date = self.born.parse().map_err(|_| wrong())?;
        let serial = u16::try_from(MADE_SERIALS + u64::from(self.number)).map_err(|_| wrong())?;
        let key = match self.key {
            Key::Rnokpp => ProvenKey::Rnokpp(Rnokpp::make(born, self.sex, serial).map_err(|_| wrong())?),
            Key::Unzr => {
                let text = format!("{}-{serial:05}", born.strftime("%Y%m%d"));
                ProvenKey::Unzr(text.parse::<Unzr>().map_err(|_| wrong())?)
            }
        };
        Ok(DevPerson {
            number: self.number,
            name: self.name,
            sex: self.sex,
            born,
            key,
            assurance: self.assurance,
            organisation: self.organisation,
            about: Some(self.about),
            group: Some(self.group),
            roles: self.roles,
        })
    }
}

/// The mixing step of SplitMix64 (Steele, Lea, Flood 2014): spreads a number over all 64 bits.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn thirty_thousand_persons_have_thirty_thousand_keys() {
        let persons = DevPersons::new(7).unwrap();
        let keys: HashSet<String> =
            (1..=30_000).map(|n| persons.person(n).unwrap().key.canonical()).collect();
        assert_eq!(keys.len(), 30_000);
    }

    #[test]
    fn a_code_agrees_with_birth_and_sex() {
        let persons = DevPersons::new(7).unwrap();
        for number in (1..=5).chain(14..2_000) {
            let person = persons.person(number).unwrap();
            let ProvenKey::Rnokpp(code) = person.key else { panic!("{number}") };
            assert_eq!((code.birth_date(), code.sex()), (Some(person.born), person.sex));
            assert!(code.reveal().parse::<Rnokpp>().is_ok());
        }
    }

    #[test]
    fn forms_agree_with_sex() {
        let persons = DevPersons::new(7).unwrap();
        for number in 14..2_000 {
            let DevPerson { name, sex, .. } = persons.person(number).unwrap();
            let patronymic = name.patronymic.unwrap();
            let (ending, foreign) = match sex {
                Sex::Male => ("ч", "ська"),
                Sex::Female => ("на", "ський"),
            };
            assert!(
                patronymic.ends_with(ending) && !name.family.ends_with(foreign),
                "{patronymic} {}",
                name.family
            );
        }
    }

    #[test]
    fn the_seed_decides() {
        let (one, same, other) =
            (DevPersons::new(1).unwrap(), DevPersons::new(1).unwrap(), DevPersons::new(2).unwrap());
        assert_eq!(one.person(100), same.person(100));
        assert_ne!(one.person(100), other.person(100));
        assert_eq!(one.person(1), other.person(1));
    }

    #[test]
    fn numbers_end_somewhere() {
        let persons = DevPersons::new(1).unwrap();
        assert!(persons.person(0).is_none() && persons.person(MOST_PERSONS + 1).is_none());
        assert!(persons.person(MOST_PERSONS).is_some());
    }

    #[test]
    fn the_named_are_a_dozen_of_each_kind() {
        let persons = DevPersons::new(1).unwrap();
        assert!(persons.named().len() >= 12);
        let numbers: Vec<u32> = persons.named().iter().map(|person| person.number).collect();
        assert_eq!(numbers, (1..=u32::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
        for group in [Group::Citizens, Group::Officials, Group::Organisations, Group::Platform] {
            assert!(persons.named().iter().any(|person| person.group == Some(group)));
        }
    }
}
