//! How much each term says about a text.

use std::collections::{BTreeMap, HashMap};

use crate::SearchText;

/// The most terms of a document that are indexed; of more the heaviest are kept.
pub const MOST_TERMS: usize = 400;

/// Weights are kept as whole numbers: this one is 1.
pub(crate) const ONE: f64 = 1_000_000.0;

/// Terms with how often they occur, the most frequent first and of equal ones the first to occur.
pub(crate) fn counted(texts: &[SearchText<'_>]) -> Vec<(String, u32)> {
    let mut counts: HashMap<String, (u32, usize)> = HashMap::new();
    for text in texts {
        for term in vzaemo_language::terms(text.text) {
            let first = counts.len();
            let (count, _) = counts.entry(term).or_insert((0, first));
            *count = count.saturating_add(text.weight);
        }
    }
    let mut counted: Vec<_> = counts.into_iter().collect();
    counted.sort_unstable_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
    counted.into_iter().map(|(term, (count, _))| (term, count)).collect()
}

/// Logarithmic frequency, 1 for a single occurrence.
pub(crate) fn log_frequency(count: u32) -> f64 {
    1.0 + f64::from(count.max(1)).ln()
}

/// The terms of a document with their weights in millionths, of unit length together.
pub(crate) fn weigh(texts: &[SearchText<'_>]) -> BTreeMap<String, u32> {
    let mut counted = counted(texts);
    counted.truncate(MOST_TERMS);
    let length = counted.iter().map(|(_, count)| log_frequency(*count).powi(2)).sum::<f64>().sqrt();
    counted.into_iter().map(|(term, count)| (term, millionths(log_frequency(count) / length))).collect()
}

/// A share of 1 in millionths, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
fn millionths(share: f64) -> u32 {
    (share * ONE).round().clamp(1.0, ONE) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, weight: u32) -> SearchText<'_> {
        SearchText { text, weight }
    }

    #[test]
    fn weights_have_unit_length_and_grow_with_frequency() {
        let weights = weigh(&[text("дорога дорога дорога парк", 1)]);
        let length: f64 = weights.values().map(|weight| (f64::from(*weight) / ONE).powi(2)).sum();
        assert!((length - 1.0).abs() < 1e-5);
        assert!(weights["дорог"] > weights["парк"]);
    }

    #[test]
    fn a_field_that_counts_more_weighs_more() {
        assert_eq!(
            weigh(&[text("дорога", 3), text("парк", 1)]),
            weigh(&[text("дорога дорога дорога парк", 1)])
        );
    }

    #[test]
    fn the_heaviest_terms_are_kept() {
        let many: Vec<String> = (0..1000).map(|n| format!("слово{n}")).collect();
        let weights = weigh(&[text(&many.join(" "), 1), text("важливе важливе", 1)]);
        assert_eq!(weights.len(), MOST_TERMS);
        assert!(weights.contains_key(vzaemo_language::stem("важливе").as_ref()));
        assert!(weigh(&[text("і та або", 1)]).is_empty());
    }
}
