//! The date of Orthodox Easter.

use jiff::Span;
use vzaemo_clock::Date;

/// Easter Sunday of the churches that reckon it by the Julian calendar, as a date of the Gregorian one.
/// None outside the years 1 to 9998.
///
/// Source: Jean Meeus, Astronomical Algorithms, 2nd ed., chapter 8, "Julian Easter".
pub fn orthodox_easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    if !(1..=9998).contains(&y) {
        return None;
    }
    let d = (19 * (y % 19) + 15) % 30;
    let e = (2 * (y % 4) + 4 * (y % 7) - d + 34) % 7;
    let sum = d + e + 114;
    // The Julian day and month, as if they were Gregorian: it is never 29 February, so the date exists.
    let julian = Date::new(year, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?).ok()?;
    // Julian centuries are leap, Gregorian ones only every fourth.
    let lag = y / 100 - y / 400 - 2;
    julian.checked_add(Span::new().try_days(lag).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};

    use super::*;

    #[test]
    fn known_easters() {
        // As reckoned by an independent program (python-dateutil, EASTER_ORTHODOX).
        for known in [
            date(1990, 4, 15),
            date(2015, 4, 12),
            date(2016, 5, 1),
            date(2017, 4, 16),
            date(2018, 4, 8),
            date(2019, 4, 28),
            date(2020, 4, 19),
            date(2021, 5, 2),
            date(2022, 4, 24),
            date(2023, 4, 16),
            date(2024, 5, 5),
            date(2025, 4, 20),
            date(2026, 4, 12),
            date(2027, 5, 2),
            date(2028, 4, 16),
            date(2029, 4, 8),
            date(2030, 4, 28),
            date(2100, 5, 2),
        ] {
            assert_eq!(orthodox_easter(known.year()), Some(known));
        }
    }

    #[test]
    fn always_a_sunday_in_spring() {
        for year in 1583..=9998 {
            let easter = orthodox_easter(year).unwrap();
            assert_eq!(easter.weekday(), Weekday::Sunday, "{year}");
        }
        assert_eq!(orthodox_easter(0), None);
        assert_eq!(orthodox_easter(9999), None);
    }
}
