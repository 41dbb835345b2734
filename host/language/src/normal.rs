//! One spelling for what is written in several ways.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The apostrophe as a letter of Ukrainian words, U+02BC, into which all others are turned.
pub const APOSTROPHE: char = '\u{2bc}';

/// A stress mark over a vowel, as dictionaries print it.
const STRESS: char = '\u{301}';
const SOFT_HYPHEN: char = '\u{ad}';

/// The form in which words are compared: NFC, in lower case, with one apostrophe (ʼ for ʼ ’ ‘ ' ` ′ between
/// letters; elsewhere they are quotation marks and stay), without soft hyphens, marks of zero width and
/// the stress marks of Cyrillic vowels.
///
/// Normalising what has been normalised changes nothing.
pub fn normalise(text: &str) -> String {
    let visible = text.nfc().flat_map(char::to_lowercase).filter(|c| !is_invisible(*c));
    // Lower-casing and leaving marks out can bring together what NFC composes, so it composes after each.
    one_apostrophe(without_stress(visible.nfc()).nfc())
}

/// A stress mark is left out also where another mark stands between it and its vowel.
fn without_stress(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut after_cyrillic = false;
    chars.filter(move |c| {
        if !is_combining_mark(*c) {
            after_cyrillic = is_cyrillic(*c);
        }
        !(*c == STRESS && after_cyrillic)
    })
}

fn one_apostrophe(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut previous = None;
    let mut chars = chars.peekable();
    while let Some(c) = chars.next() {
        let mut between_letters =
            || previous.is_some_and(is_letter) && chars.peek().copied().is_some_and(is_letter);
        let c = match c {
            c if !is_apostrophe(c) => c,
            _ if between_letters() => APOSTROPHE,
            c => plain_quote(c),
        };
        out.push(c);
        previous = Some(c);
    }
    out
}

/// U+02BC counts as a letter; standing alone it must not become part of the word beside it.
fn plain_quote(c: char) -> char {
    if c == APOSTROPHE { '\u{2019}' } else { c }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, APOSTROPHE | '\u{2019}' | '\u{2018}' | '\'' | '`' | '\u{2032}')
}

/// An apostrophe that is a letter to Unicode is none here, so that of several in a row none is between letters.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_apostrophe(c)
}

fn is_invisible(c: char) -> bool {
    matches!(c, SOFT_HYPHEN | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Letters of the Cyrillic blocks that occur in living languages.
pub(crate) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_apostrophes_become_one() {
        for apostrophe in ['\u{2bc}', '\u{2019}', '\u{2018}', '\'', '`', '\u{2032}'] {
            assert_eq!(normalise(&format!("ОБ{apostrophe}ЄКТ")), "обʼєкт");
        }
    }

    #[test]
    fn quotation_marks_stay() {
        assert_eq!(normalise("'слово' і ‘ще’"), "'слово' і ‘ще’");
        assert_eq!(normalise("ʼсловоʼ"), "’слово’");
        assert_eq!(normalise("Aʼʼ’"), "a’’’");
    }

    #[test]
    fn composition_stress_and_invisible_marks() {
        assert_eq!(normalise("И\u{306}Ї\u{69}\u{308}"), "йїï");
        assert_eq!(normalise("за\u{301}мок"), "замок");
        assert_eq!(normalise("cafe\u{301}"), "café");
        assert_eq!(normalise("пере\u{ad}нос\u{200b}"), "перенос");
        assert_eq!(normalise("І\u{ad}\u{308}’А"), "їʼа");
        assert_eq!(normalise("і\u{301}\u{308}\u{301}’А"), "їʼа");
    }

    proptest! {
        #[test]
        fn normal_stays_normal(text in "[а-яіїєґА-ЯІЇЄҐa-zA-Z'’ʼ`\u{301}\u{306}\u{308}\u{ad} -]{0,40}|\\PC{0,30}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
