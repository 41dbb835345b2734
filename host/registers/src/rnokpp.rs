//! РНОКПП: the numbers of persons.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::date;
use serde::{Deserialize, Serialize};
use vzaemo_clock::Date;

/// The registration number of a taxpayer: ten digits. The first five count the days from 31 December 1899
/// to the day of birth, the ninth is odd for men and even for women, the tenth is a check digit.
///
/// It is personal data: `Debug` shows no digit of it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rnokpp(String);

/// Sex as the number carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// An even ninth digit.
    Female,
    /// An odd ninth digit.
    Male,
}

/// Why a text is no РНОКПП.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRnokpp {
    /// Not ten digits.
    #[error("read a РНОКПП: it has ten digits")]
    Shape,
    /// The last digit does not follow from the others.
    #[error("read a РНОКПП: its check digit is wrong, probably a digit is mistyped")]
    CheckDigit,
}

/// Why no number can be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchRnokpp {
    /// Five digits cannot count the days.
    #[error("make a РНОКПП for the birth date {0}: it counts days from 1900-01-01 to 2173-10-14")]
    BirthDate(Date),
    /// There are 5000 numbers for each day and sex.
    #[error("make a РНОКПП with serial {0}: it may be 0 to 4999")]
    Serial(u16),
}

/// Day 0 of the count.
const DAY_ZERO: Date = date(1899, 12, 31);
const WEIGHTS: [i32; 9] = [-1, 5, 7, 9, 4, 6, 10, 5, 7];

impl Rnokpp {
    /// A valid number, as for test persons. `serial` tells apart those of one day of birth and sex, 0 to 4999.
    pub fn make(birth: Date, sex: Sex, serial: u16) -> Result<Self, NoSuchRnokpp> {
        let days = birth.duration_since(DAY_ZERO).as_hours() / 24;
        if !(1..=99_999).contains(&days) {
            return Err(NoSuchRnokpp::BirthDate(birth));
        }
        if serial > 4999 {
            return Err(NoSuchRnokpp::Serial(serial));
        }
        let parity = u16::from(sex == Sex::Male);
        let nine = format!("{days:05}{:04}", serial * 2 + parity);
        let check = check_digit(&nine);
        Ok(Self(format!("{nine}{check}")))
    }

    /// The ten digits, for the few who may see them.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The day of birth that the number carries. Nothing guarantees that it is the person's.
    pub fn birth_date(&self) -> Option<Date> {
        let days: i32 = self.0.get(..5)?.parse().ok()?;
        DAY_ZERO.checked_add(Span::new().try_days(days).ok()?).ok()
    }

    /// The sex that the number carries. Nothing guarantees that it is the person's.
    pub fn sex(&self) -> Sex {
        let odd = self.0.as_bytes().get(8).is_some_and(|digit| digit % 2 == 1);
        if odd { Sex::Male } else { Sex::Female }
    }
}

/// (Σ mod 11) mod 10 over the first nine digits; the sum may be negative (domain reference §3).
fn check_digit(digits: &str) -> i32 {
    let sum: i32 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| i32::from(digit - b'0') * weight).sum();
    sum.rem_euclid(11) % 10
}

impl FromStr for Rnokpp {
    type Err = NotRnokpp;

    fn from_str(text: &str) -> Result<Self, NotRnokpp> {
        if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotRnokpp::Shape);
        }
        let last = text.bytes().last().map(|digit| i32::from(digit - b'0'));
        if last == Some(check_digit(text)) { Ok(Self(text.to_owned())) } else { Err(NotRnokpp::CheckDigit) }
    }
}

impl TryFrom<String> for Rnokpp {
    type Error = NotRnokpp;

    fn try_from(text: String) -> Result<Self, NotRnokpp> {
        text.parse()
    }
}

impl From<Rnokpp> for String {
    fn from(code: Rnokpp) -> Self {
        code.0
    }
}

impl fmt::Debug for Rnokpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rnokpp(**********)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_numbers_are_right() {
        for code in ["3300712340", "3104743215", "3658400071"] {
            assert!(code.parse::<Rnokpp>().is_ok(), "{code}");
        }
        let code: Rnokpp = "3104743215".parse().unwrap();
        assert_eq!((code.birth_date(), code.sex()), (Some(date(1985, 1, 1)), Sex::Male));
    }

    #[test]
    fn others_are_refused() {
        assert_eq!("3300712341".parse::<Rnokpp>(), Err(NotRnokpp::CheckDigit));
        for text in ["", "330071234", "33007123400", "330071234x", "٣٣٠٠٧١٢٣٤٠"] {
            assert_eq!(text.parse::<Rnokpp>(), Err(NotRnokpp::Shape), "{text}");
        }
    }

    #[test]
    fn no_digit_is_shown_by_chance() {
        let code: Rnokpp = "3300712340".parse().unwrap();
        assert!(!format!("{code:?}").chars().any(|c| c.is_ascii_digit()));
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        assert!(Rnokpp::make(date(1900, 1, 1), Sex::Female, 0).is_ok());
        assert!(Rnokpp::make(date(1899, 12, 31), Sex::Female, 0).is_err());
        assert!(Rnokpp::make(date(2173, 10, 14), Sex::Male, 4999).is_ok());
        assert!(Rnokpp::make(date(2173, 10, 15), Sex::Male, 4999).is_err());
        assert_eq!(Rnokpp::make(date(1990, 5, 14), Sex::Male, 5000), Err(NoSuchRnokpp::Serial(5000)));
    }

    proptest! {
        #[test]
        fn what_is_made_is_valid_and_tells_what_it_was_made_of(days in 1i32..99_999, male: bool, serial in 0u16..5000) {
            let birth = DAY_ZERO.checked_add(Span::new().days(days)).unwrap();
            let sex = if male { Sex::Male } else { Sex::Female };
            let code = Rnokpp::make(birth, sex, serial).unwrap();
            prop_assert_eq!(code.reveal().parse::<Rnokpp>().unwrap(), code.clone());
            prop_assert_eq!((code.birth_date(), code.sex()), (Some(birth), sex));
        }
    }
}
