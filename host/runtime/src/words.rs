//! A guest's own words on their way to operators: a line that cannot pass for anything else.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The longest line of a guest, in bytes; what is longer is cut.
const LONGEST: usize = 4 << 10;

/// The text as one line: what would end the line, steer a terminal or turn the order of what follows is written out.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    if !text.chars().any(is_unruly) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    let mut fits = 0;
    for symbol in text.chars() {
        if is_unruly(symbol) {
            // Writing into a string cannot fail.
            let _ = write!(line, "{}", symbol.escape_default());
        } else {
            line.push(symbol);
        }
        if line.len() > LONGEST {
            break;
        }
        fits = line.len();
    }
    line.truncate(fits);
    Cow::Owned(line)
}

/// Control characters (Unicode Cc), separators of lines, and those of the bidirectional algorithm (UAX #9) that reach
/// beyond themselves.
fn is_unruly(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_what_steers_is_written_out() {
        assert_eq!(line("нотаток: 7 — «досить»"), "нотаток: 7 — «досить»");
        assert_eq!(line("a\nb\r\u{1b}[2K\u{202e}c\u{85}"), "a\\nb\\r\\u{1b}[2K\\u{202e}c\\u{85}");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let cut = line(&"ї".repeat(LONGEST)).into_owned();
        assert_eq!(cut.len(), LONGEST);
        assert_eq!(line(&["x", &"ї".repeat(LONGEST)].concat()).len(), LONGEST - 1);
        let written_out = line(&"\0".repeat(LONGEST)).into_owned();
        assert!(written_out.len() <= LONGEST && written_out.ends_with("\\u{0}"), "{}", written_out.len());
    }
}
