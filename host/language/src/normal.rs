//! One spelling for what is written in several ways.

use unicode_normalization::UnicodeNormalization;

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
    let mut out = String::with_capacity(text.len());
    let mut previous = None;
    let mut chars = text.nfc().flat_map(char::to_lowercase).filter(|c| !is_invisible(*c)).peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            STRESS if previous.is_some_and(is_cyrillic) => continue,
            c if is_apostrophe(c) => {
                let between_letters =
                    previous.is_some_and(is_letter) && chars.peek().copied().is_some_and(is_letter);
                if between_letters { APOSTROPHE } else { plain_quote(c) }
            }
            c => c,
        };
        out.push(c);
        previous = Some(c);
    }
    // Lower-casing and leaving marks out can bring together what NFC composes.
    out.nfc().collect()
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
    }

    proptest! {
        #[test]
        fn normal_stays_normal(text in "[а-яіїєґА-ЯІЇЄҐa-zA-Z'’ʼ`\u{301}\u{306}\u{308}\u{ad} -]{0,40}|\\PC{0,30}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
