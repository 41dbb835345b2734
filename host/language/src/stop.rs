//! Stop words.

use std::collections::HashSet;
use std::sync::LazyLock;

const UKRAINIAN: &str = include_str!("../data/stop-uk.txt");
const ENGLISH: &str = include_str!("../data/stop-en.txt");

static STOP_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    UKRAINIAN
        .lines()
        .chain(ENGLISH.lines())
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect()
});

/// Whether a normalised word says nothing about what a text is about.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;

    #[test]
    fn the_lists_are_normalised() {
        for word in STOP_WORDS.iter() {
            assert_eq!(normalise(word), **word);
        }
        assert!(STOP_WORDS.len() > 250);
    }

    #[test]
    fn common_words_stop_and_others_do_not() {
        assert!(is_stop_word("щодо") && is_stop_word("the"));
        assert!(!is_stop_word("школа") && !is_stop_word("school"));
    }
}
