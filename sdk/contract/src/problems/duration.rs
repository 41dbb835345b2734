//! ISO 8601 durations of whole units.

/// Whether a text is a duration in years, months, weeks or days, such as `P3Y` or `P1Y6M`, and not zero.
pub fn is_retention(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('P') else { return false };
    let mut units = "YMWD".chars();
    let mut any = false;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let Some(unit) = after.chars().next() else { return false };
        // Units stand in this order, each at most once.
        if number.is_empty() || number.len() > 5 || !units.any(|known| known == unit) {
            return false;
        }
        any |= number.bytes().any(|digit| digit != b'0');
        rest = after.get(unit.len_utf8()..).unwrap_or_default();
    }
    any
}

#[cfg(test)]
mod tests {
    use super::is_retention;

    #[test]
    fn durations() {
        for good in ["P3Y", "P1Y6M", "P30D", "P2W", "P10Y"] {
            assert!(is_retention(good), "{good}");
        }
        for bad in
            ["", "P", "3Y", "P0D", "PT5H", "P3", "P3Y1Y", "P1D2Y", "P-3Y", "three years", "P3Р", "P999999Y"]
        {
            assert!(!is_retention(bad), "{bad}");
        }
    }
}
