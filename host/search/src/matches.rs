//! The documents in which a word occurs.

use std::collections::HashMap;

use vzaemo_language::{longest_related, shorter_stems, stem};
use vzaemo_storage::{Op, Query, Unit};

use crate::SearchError;
use crate::index::{NAMESPACE, POSTINGS};
use crate::weigh::ONE;

/// The most postings of a term that are looked at, the heaviest of them.
pub const MOST_POSTINGS: usize = 3000;

/// How much less a term counts that may be another form of the word sought, or another word.
const NEARLY: f64 = 0.6;

/// The documents in which something occurs, with the weight that it has there, from 0 to 1.
pub(crate) type Matches = HashMap<String, f64>;

/// Documents with a word in any of its forms; `term` is its stem.
pub(crate) async fn of_term(unit: &mut Unit, scope: &str, term: &str) -> Result<Matches, SearchError> {
    let mut matches = Matches::new();
    exactly(unit, scope, term, 1.0, &mut matches).await?;
    for shorter in shorter_stems(term) {
        exactly(unit, scope, shorter, NEARLY, &mut matches).await?;
    }
    let longest = longest_related(term);
    if longest > term.chars().count() {
        beginning_with(unit, scope, term, Some(longest), &mut matches).await?;
    }
    Ok(matches)
}

/// Documents with a word that begins as this normalised one, which may be unfinished.
pub(crate) async fn of_beginning(unit: &mut Unit, scope: &str, word: &str) -> Result<Matches, SearchError> {
    let stem = stem(word);
    let mut matches = of_term(unit, scope, &stem).await?;
    // What the stem cut off may not have been an ending, and what it changed was not written.
    let common: String = word.chars().zip(stem.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    if !common.is_empty() {
        exactly(unit, scope, &common, 1.0, &mut matches).await?;
        beginning_with(unit, scope, &common, None, &mut matches).await?;
    }
    Ok(matches)
}

async fn exactly(
    unit: &mut Unit,
    scope: &str,
    term: &str,
    factor: f64,
    matches: &mut Matches,
) -> Result<(), SearchError> {
    let query = postings(scope).equal("term", term).descending("weight");
    collect(unit, query, matches, |_| Some(factor)).await
}

/// Terms longer than `prefix`, up to so many characters in all.
async fn beginning_with(
    unit: &mut Unit,
    scope: &str,
    prefix: &str,
    longest: Option<usize>,
    matches: &mut Matches,
) -> Result<(), SearchError> {
    let query = postings(scope).when("term", Op::Gt, prefix).when("term", Op::Prefix, prefix);
    let fits = |term: &str| longest.is_none_or(|longest| term.chars().count() <= longest);
    collect(unit, query, matches, |term| fits(term).then_some(NEARLY)).await
}

fn postings(scope: &str) -> Query {
    Query::of(POSTINGS).equal("scope", scope).fields(&["document", "weight", "term"]).limit(Query::MOST)
}

/// Adds the postings that answer a query; of several for one document the heaviest counts.
async fn collect(
    unit: &mut Unit,
    mut query: Query,
    matches: &mut Matches,
    factor_of: impl Fn(&str) -> Option<f64>,
) -> Result<(), SearchError> {
    let mut seen = 0;
    loop {
        let rows = unit.select(NAMESPACE, &query).await?;
        seen += rows.keys.len();
        for (_, row) in rows.iter() {
            let [document, weight, term] = row else { continue };
            let Some(factor) = factor_of(term) else { continue };
            let weight = weight.parse::<f64>().unwrap_or(0.0) / ONE * factor;
            let known = matches.entry(document.clone()).or_insert(0.0);
            *known = known.max(weight);
        }
        match rows.next {
            Some(next) if seen < MOST_POSTINGS => query.after = Some(next),
            _ => return Ok(()),
        }
    }
}
