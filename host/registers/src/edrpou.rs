//! ЄДРПОУ: the numbers of organisations.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of an organisation in the state register: eight digits, the last of them a check digit.
///
/// Old numbers may fail the check, so that a number which does is still one: warn, do not refuse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Edrpou(String);

/// A text that is not eight digits.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a ЄДРПОУ: it has eight digits")]
pub struct NotEdrpou;

impl Edrpou {
    /// The eight digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the last digit is the check digit of the others (domain reference §3).
    pub fn check_digit_holds(&self) -> bool {
        let digits: Vec<u32> = self.0.bytes().map(|b| u32::from(b - b'0')).collect();
        let number = digits.iter().fold(0, |number, digit| number * 10 + digit);
        let weights: [u32; 7] = if number > 30_000_000 && number < 60_000_000 {
            [7, 1, 2, 3, 4, 5, 6]
        } else {
            [1, 2, 3, 4, 5, 6, 7]
        };
        let remainder = |more: u32| {
            digits.iter().zip(weights).map(|(digit, weight)| digit * (weight + more)).sum::<u32>() % 11
        };
        let check = match (remainder(0), remainder(2)) {
            (10, 10) => 0,
            (10, second) => second,
            (first, _) => first,
        };
        digits.last() == Some(&check)
    }
}

impl FromStr for Edrpou {
    type Err = NotEdrpou;

    fn from_str(text: &str) -> Result<Self, NotEdrpou> {
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotEdrpou)
        }
    }
}

impl TryFrom<String> for Edrpou {
    type Error = NotEdrpou;

    fn try_from(text: String) -> Result<Self, NotEdrpou> {
        text.parse()
    }
}

impl From<Edrpou> for String {
    fn from(code: Edrpou) -> Self {
        code.0
    }
}

impl fmt::Display for Edrpou {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_hold() {
        for code in ["00032112", "14360570", "00010049", "43220150"] {
            assert!(code.parse::<Edrpou>().unwrap().check_digit_holds(), "{code}");
        }
    }

    #[test]
    fn one_wrong_digit_is_noticed_but_not_refused() {
        for code in ["00032113", "14360571", "00010040", "43220151", "43210150"] {
            assert!(!code.parse::<Edrpou>().unwrap().check_digit_holds(), "{code}");
        }
    }

    /// Numbers whose first sum leaves 10, and whose second does too, reckoned by hand.
    #[test]
    fn the_second_weights_and_the_zero() {
        // 1·0+2·0+3·0+4·0+5·2+6·0+7·0 = 10 → 3·0+…+7·2 = 14 → 3
        assert!("00002003".parse::<Edrpou>().unwrap().check_digit_holds());
        // Σ = 2·5 = 10 → (2+2)·5 = 20 → 9
        assert!("05000009".parse::<Edrpou>().unwrap().check_digit_holds());
        // Σ = 2·1+3·0+4·2 = 10 → 4·1+6·2 = 16 → 5
        assert!("01020005".parse::<Edrpou>().unwrap().check_digit_holds());
        // Σ = 4·1+5·2+6·5+7·3 = 65 → 10; 6·1+7·2+8·5+9·3 = 87 → 10 again → 0
        assert!("00012530".parse::<Edrpou>().unwrap().check_digit_holds());
        // The other weights: 7·3+1·0+2·0+3·1+4·3+5·6+6·9 = 120 → 10; 9·3+5·1+6·3+7·6+8·9 = 164 → 10 → 0
        assert!("30013690".parse::<Edrpou>().unwrap().check_digit_holds());
    }

    #[test]
    fn what_is_not_eight_digits_is_refused() {
        for text in ["", "0003211", "000321120", "0003211a", "٠٠٠٣٢١١٢", " 0032112"] {
            assert!(text.parse::<Edrpou>().is_err(), "{text}");
        }
    }
}
