//! Asking the index.

use std::collections::HashMap;

use vzaemo_language::{is_stop_word, stem, words};
use vzaemo_storage::Unit;

use crate::index::{DOCUMENTS, NAMESPACE, SIZE};
use crate::matches::{Matches, of_beginning, of_term};
use crate::weigh::{counted, log_frequency};
use crate::{Scope, SearchError, SearchText};

/// The most hits that are given.
pub const MOST_HITS: usize = 100;
/// The most words of a query that are looked for; what follows them is not asked for.
pub const MOST_QUERY_WORDS: usize = 8;

/// The most terms of a text by which similar ones are looked for.
const MOST_SIMILAR_TERMS: usize = 32;
/// What share of a text's weight another must have in common with it to be similar.
const LEAST_COVERED: f64 = 0.2;

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its key.
    pub key: String,
    /// How well it fits, more than 0; comparable within one answer only.
    pub score: f32,
}

/// Documents that hold all words of a query in any of their forms, the best first. The last word may be
/// unfinished, unless a space or mark follows it. A query of stop words only finds nothing, save that its
/// last word may be the beginning of another.
///
/// Like all reads of lists it answers from the unit's snapshot; the unit's own writes are not among them.
pub async fn find(
    unit: &mut Unit,
    scope: Scope<'_>,
    query: &str,
    limit: usize,
) -> Result<Vec<Hit>, SearchError> {
    let scope = scope.to_string();
    let mut words = words(query);
    words.truncate(MOST_QUERY_WORDS);
    let unfinished = query.ends_with(char::is_alphanumeric).then(|| words.pop()).flatten();
    let mut matches = Vec::new();
    for word in words.iter().filter(|word| !is_stop_word(word)) {
        matches.push(of_term(unit, &scope, &stem(word)).await?);
    }
    if let Some(word) = unfinished.filter(|word| matches.is_empty() || !is_stop_word(word)) {
        matches.push(of_beginning(unit, &scope, &word).await?);
    }
    let size = size(unit, &scope).await?;
    matches.sort_by_key(Matches::len);
    let Some((rarest, others)) = matches.split_first() else { return Ok(Vec::new()) };
    let hits = rarest.iter().filter_map(|(document, weight)| {
        let mut score = weight * rarity(rarest.len(), size);
        for other in others {
            score += other.get(document)? * rarity(other.len(), size);
        }
        Some((document.clone(), score))
    });
    Ok(best(hits.collect(), limit))
}

/// Documents whose text is close to this one, the closest first. The document itself is among them if it
/// is indexed. The score is the cosine of the angle between the texts' vectors, but for the tolerance
/// in stems.
///
/// Like all reads of lists it answers from the unit's snapshot; the unit's own writes are not among them.
pub async fn similar(
    unit: &mut Unit,
    scope: Scope<'_>,
    text: &str,
    limit: usize,
) -> Result<Vec<Hit>, SearchError> {
    let scope = scope.to_string();
    let size = size(unit, &scope).await?;
    let mut terms = counted(&[SearchText { text, weight: 1 }]);
    terms.truncate(MOST_SIMILAR_TERMS);
    // For each document: the sum for the cosine, and how much of the text's weight it covers.
    let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
    let mut whole = 0.0;
    for (term, count) in terms {
        let matches = of_term(unit, &scope, &term).await?;
        let sought = log_frequency(count) * rarity(matches.len(), size);
        whole += sought.powi(2);
        for (document, weight) in matches {
            let (sum, covered) = sums.entry(document).or_default();
            *sum += sought * weight;
            *covered += sought.powi(2);
        }
    }
    let close = sums.into_iter().filter(|(_, (_, covered))| *covered >= whole * LEAST_COVERED);
    let hits = close.map(|(document, (sum, _))| (document, sum / whole.sqrt()));
    Ok(best(hits.collect(), limit))
}

/// How many documents are indexed.
async fn size(unit: &mut Unit, scope: &str) -> Result<u64, SearchError> {
    Ok(unit.count(NAMESPACE, DOCUMENTS, SIZE, scope).await?)
}

/// Inverse document frequency, smoothed so that it is never 0 or infinite.
#[expect(clippy::cast_precision_loss, reason = "numbers of documents are far below 2^52")]
fn rarity(found: usize, size: u64) -> f64 {
    let (found, size) = (found as f64, size as f64);
    (1.0 + (size - found + 0.5).max(0.5) / (found + 0.5)).ln()
}

/// The best in order; of equal ones the lesser key comes first, so that the answer is always the same.
#[expect(clippy::cast_possible_truncation, reason = "a score is small")]
fn best(mut hits: Vec<(String, f64)>, limit: usize) -> Vec<Hit> {
    hits.sort_unstable_by(|(a_key, a), (b_key, b)| b.total_cmp(a).then_with(|| a_key.cmp(b_key)));
    hits.truncate(limit.min(MOST_HITS));
    hits.into_iter().map(|(key, score)| Hit { key, score: score as f32 }).collect()
}
