//! The codes by which a person is proven.

/// Weights of the first nine digits of a РНОКПП; the tenth is (Σ mod 11) mod 10.
const RNOKPP_WEIGHTS: [i32; 9] = [-1, 5, 7, 9, 4, 6, 10, 5, 7];

/// The check digit for the first nine digits of a РНОКПП.
pub(crate) fn rnokpp_check_digit(first_nine: &[u32]) -> u32 {
    let sum: i32 =
        first_nine.iter().zip(RNOKPP_WEIGHTS).map(|(&digit, weight)| i32::try_from(digit).unwrap_or(0) * weight).sum();
    u32::try_from(sum.rem_euclid(11) % 10).unwrap_or(0)
}

/// Whether a text is a РНОКПП: ten digits, the last of them right.
pub(crate) fn is_rnokpp(text: &str) -> bool {
    if text.len() != 10 {
        return false;
    }
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits else { return false };
    digits.split_last().is_some_and(|(last, first)| rnokpp_check_digit(first) == *last)
}

/// УНЗР in the form `YYYYMMDD-NNNNN`: the date of birth and five digits. The hyphen may be missing.
pub(crate) fn unzr(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|&c| c != '-').collect();
    if digits.len() != 13 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (date, rest) = digits.split_at_checked(8)?;
    jiff::civil::Date::strptime("%Y%m%d", date).ok()?;
    Some(format!("{date}-{rest}"))
}

/// Whether a text has the form of a ЄДРПОУ. The check digit is not asked for: old codes may fail it.
pub(crate) fn is_edrpou(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rnokpp() {
        for right in ["3300712340", "3104743215", "3658400071"] {
            assert!(is_rnokpp(right), "{right}");
        }
        for wrong in ["3300712341", "330071234", "33007123400", "330071234a", "٣٣٠٠٧١٢٣٤٠", ""] {
            assert!(!is_rnokpp(wrong), "{wrong}");
        }
    }

    #[test]
    fn unzr_has_one_form() {
        assert_eq!(unzr("19900131-01234").unwrap(), "19900131-01234");
        assert_eq!(unzr("1990013101234").unwrap(), "19900131-01234");
        for wrong in ["19900231-01234", "19900131-0123", "199001310123x", ""] {
            assert!(unzr(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn edrpou_is_eight_digits() {
        assert!(is_edrpou("00032112"));
        assert!(!is_edrpou("0003211") && !is_edrpou("0003211a"));
    }
}
