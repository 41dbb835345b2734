//! Alphabetical order.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

/// The collation data are missing from the program.
#[derive(Debug, thiserror::Error)]
#[error("load the collation of Ukrainian: the program was built without its data")]
pub struct CollationError;

/// The order of the Ukrainian alphabet (CLDR), with ґ after г, є after е, і and ї after и, and with Latin
/// letters after Cyrillic ones.
pub struct Collation(CollatorBorrowed<'static>);

impl Collation {
    /// The Ukrainian order, which also serves English texts.
    pub fn ukrainian() -> Result<Self, CollationError> {
        let collator = Collator::try_new(locale!("uk").into(), CollatorOptions::default());
        collator.map(Self).map_err(|_| CollationError)
    }

    /// Which of two texts comes first.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        self.0.compare(a, b)
    }

    /// Bytes whose order is the order of texts, for index columns. They depend on the version of the
    /// collation data, so an index of them is rebuilt when that changes.
    pub fn sort_key(&self, text: &str) -> Vec<u8> {
        let mut key = Vec::with_capacity(text.len() * 2);
        let Ok::<(), Infallible>(()) = self.0.write_sort_key_to(text, &mut key);
        key
    }
}

impl fmt::Debug for Collation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collation(uk)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_alphabet_is_in_order() {
        let alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя";
        let collation = Collation::ukrainian().unwrap();
        let letters: Vec<String> = alphabet.chars().map(String::from).collect();
        for pair in letters.windows(2) {
            assert_eq!(collation.compare(&pair[0], &pair[1]), Ordering::Less, "{pair:?}");
            assert!(collation.sort_key(&pair[0]) < collation.sort_key(&pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn names_are_in_order() {
        let collation = Collation::ukrainian().unwrap();
        let mut names =
            ["Їжакевич", "Іваненко", "Ярема", "Ґалаґан", "Гнатюк", "Смит", "Smith", "іван", "Єва", "Дорош"];
        names.sort_by_key(|name| collation.sort_key(name));
        assert_eq!(
            names,
            ["Гнатюк", "Ґалаґан", "Дорош", "Єва", "іван", "Іваненко", "Їжакевич", "Смит", "Ярема", "Smith"]
        );
    }

    proptest! {
        #[test]
        fn keys_compare_like_texts(a in "[а-яіїєґА-ЯІЇЄҐa-zA-Z’ 0-9-]{0,12}", b in "[а-яіїєґА-ЯІЇЄҐa-zA-Z’ 0-9-]{0,12}") {
            let collation = Collation::ukrainian().unwrap();
            prop_assert_eq!(collation.compare(&a, &b), collation.sort_key(&a).cmp(&collation.sort_key(&b)));
        }
    }
}
