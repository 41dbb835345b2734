//! УНЗР: the numbers of records in the Unified State Demographic Register.

use std::fmt;
use std::str::FromStr;

use vzaemo_clock::Date;

/// The unique number of a record: the date of birth and five digits, `YYYYMMDD-NNNNN` (Law 5492-VI, art. 10).
///
/// It is personal data: `Debug` shows no digit of it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unzr(String);

/// A text that is no УНЗР.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a УНЗР: it is a date and five digits, as in 19900131-01234")]
pub struct NotUnzr;

impl Unzr {
    /// The number with its hyphen, for the few who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Unzr {
    type Err = NotUnzr;

    /// Takes it with or without the hyphen.
    fn from_str(text: &str) -> Result<Self, NotUnzr> {
        let (date, rest) = match text.split_once('-') {
            Some(parts) => parts,
            None => text.split_at_checked(8).ok_or(NotUnzr)?,
        };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if date.len() != 8 || rest.len() != 5 || !digits(date) || !digits(rest) {
            return Err(NotUnzr);
        }
        Date::strptime("%Y%m%d", date).map_err(|_| NotUnzr)?;
        Ok(Self(format!("{date}-{rest}")))
    }
}

impl fmt::Debug for Unzr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unzr(*************)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_one_form() {
        assert_eq!("19900131-01234".parse::<Unzr>().unwrap().reveal(), "19900131-01234");
        assert_eq!("1990013101234".parse::<Unzr>().unwrap().reveal(), "19900131-01234");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "19900231-01234",
            "19900131-0123",
            "199001310123x",
            "19900131--01234",
            "1990-0131-01234",
            "дев'ятсот",
        ] {
            assert_eq!(text.parse::<Unzr>(), Err(NotUnzr), "{text}");
        }
    }
}
