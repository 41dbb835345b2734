//! Stems of Ukrainian and English words.

use std::borrow::Cow;
use std::sync::LazyLock;

use snowball_stemmers_rs::{Algorithm, Stemmer};

use crate::normal::is_cyrillic;

static UKRAINIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::Ukrainian));
static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Words up to this length are their own stems: what a rule would cut from them is seldom an ending.
const SHORT: usize = 3;

/// The stem of a normalised word, by the Snowball algorithm of the language that its script suggests.
/// Words of other scripts, numbers and very short words are their own stems.
///
/// The Ukrainian rules do not bring every form of a word to one stem (школа: шко, школу: школ); whoever
/// compares stems allows for some letters more or less at the end.
pub fn stem(word: &str) -> Cow<'_, str> {
    if word.chars().nth(SHORT).is_none() {
        return Cow::Borrowed(word);
    }
    let stemmed = if word.chars().any(is_cyrillic) {
        UKRAINIAN.stem(word)
    } else if word.chars().any(|c| c.is_ascii_lowercase()) {
        // Snowball's English rules know the possessive by the apostrophe of the typewriter.
        if word.contains(crate::APOSTROPHE) {
            Cow::Owned(ENGLISH.stem(&word.replace(crate::APOSTROPHE, "'")).into_owned())
        } else {
            ENGLISH.stem(word)
        }
    } else {
        Cow::Borrowed(word)
    };
    if stemmed.is_empty() { Cow::Borrowed(word) } else { stemmed }
}

/// How long, in characters, the stem of another form of the same word may be that begins with this stem.
///
/// By experience the Ukrainian rules leave one letter to short stems and up to three to long ones; to
/// stems of other scripts none, so that the answer is their own length.
pub fn longest_related(stem: &str) -> usize {
    let length = stem.chars().count();
    let is_ukrainian =
        stem.chars().any(is_cyrillic) && stem.chars().all(|c| is_cyrillic(c) || c == crate::APOSTROPHE);
    if is_ukrainian { length + ((length + 1) / 3).min(3) } else { length }
}

/// The shorter stems that other forms of the same word may have, the longest first: the beginnings of
/// this one, not under three letters, to which it is related by [`longest_related`].
pub fn shorter_stems(stem: &str) -> impl Iterator<Item = &str> {
    let length = stem.chars().count();
    let ends: Vec<usize> = stem.char_indices().map(|(at, _)| at).skip(SHORT).collect();
    let beginnings = ends.into_iter().rev().filter_map(|end| stem.get(..end));
    beginnings.take_while(move |beginning| longest_related(beginning) >= length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_fall() {
        for forms in [
            ["дорога", "дороги", "дорогою"],
            ["вулиця", "вулиці", "вулицю"],
            ["міський", "міського", "міських"],
            ["парк", "парку", "парками"],
        ] {
            let stems: Vec<_> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|one| *one == stems[0]), "{forms:?} have stems {stems:?}");
        }
        assert_eq!(stem("roads"), "road");
        assert_eq!(stem("cityʼs"), stem("city"));
    }

    #[test]
    fn stems_of_one_word_are_near() {
        assert!(shorter_stems(&stem("школу")).any(|shorter| shorter == stem("школа")));
        assert!(shorter_stems(&stem("міністерства")).any(|shorter| shorter == stem("міністерство")));
        assert_eq!(shorter_stems("абвгґде").collect::<Vec<_>>(), ["абвгґд", "абвгґ"]);
        assert_eq!(shorter_stems("абвг").collect::<Vec<_>>(), ["абв"]);
        assert_eq!(
            shorter_stems("абв").count() + shorter_stems("street").count() + shorter_stems("2026").count(),
            0
        );
    }

    #[test]
    fn what_has_no_ending_stays() {
        for word in ["2026", "або", "日本語文", "ok"] {
            assert_eq!(stem(word), word);
        }
    }
}
