//! Words and terms of a text.

use unicode_segmentation::UnicodeSegmentation;

use crate::{is_stop_word, normalise, stem};

/// The longest term, in characters; of a longer one the beginning is kept.
pub const LONGEST_TERM: usize = 40;

/// The words of a text in order, normalised (UAX #29). Compounds with a hyphen fall into their parts.
pub fn words(text: &str) -> Vec<String> {
    normalise(text).unicode_words().map(str::to_owned).collect()
}

/// The terms by which a text is found, in order, repeated ones included: the stems of its words without stop words.
pub fn terms(text: &str) -> Vec<String> {
    normalise(text)
        .unicode_words()
        .filter(|word| !is_stop_word(word))
        .map(|word| stem(word).chars().take(LONGEST_TERM).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_of_a_text() {
        assert_eq!(
            words("Об’єднання — «будь-які» 2-х осіб, don't!"),
            ["обʼєднання", "будь", "які", "2", "х", "осіб", "donʼt"]
        );
        assert!(words(" — … ").is_empty());
    }

    #[test]
    fn forms_of_a_word_share_a_term() {
        assert_eq!(terms("парковка біля дороги"), terms("Парковки БІЛЯ дорогу"));
        assert_eq!(terms("The cities are connected"), terms("city connects"));
    }

    #[test]
    fn stop_words_are_no_terms() {
        assert!(terms("це для того, щоб не було").is_empty());
        assert!(terms("what is this for").is_empty());
    }

    #[test]
    fn terms_are_bounded() {
        let long = "щ".repeat(500);
        assert_eq!(terms(&long)[0].chars().count(), LONGEST_TERM);
    }

    proptest! {
        #[test]
        fn any_text_has_terms(text in "\\PC{0,60}|[а-яіїєґʼ’a-z -]{0,60}") {
            for term in terms(&text) {
                prop_assert!(!term.is_empty() && term.chars().count() <= LONGEST_TERM);
            }
        }
    }
}
