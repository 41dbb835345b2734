//! What of the modules' documents is indexed, and how it is found again.
//!
//! A module marks text fields of a collection's schema with `x-search`; [`SearchFields`] reads the marks
//! and takes the texts out of a document. [`put`] and [`remove`] keep the index in the same unit of work
//! in which the document is written, so that both are committed or neither. [`find`] and [`similar`]
//! answer from the index as of the unit's snapshot.
//!
//! The index is kept in two collections of the host, [`collections`]: a *posting* for each term of each
//! document, found by term and ordered by its weight, and a record for each document, which knows its
//! postings. Weights are those of the vector space model, "lnc.ltc" in SMART notation (Manning, Raghavan,
//! Schütze, Introduction to Information Retrieval, §6.4): logarithmic term frequency, normalised to unit
//! length in documents; times inverse document frequency in queries.

mod error;
mod fields;
mod index;
mod lookup;
mod matches;
mod scope;
mod weigh;

pub use error::SearchError;
pub use fields::{SearchFields, SearchText};
pub use index::{NAMESPACE, collections, put, remove};
pub use lookup::{Hit, MOST_HITS, MOST_QUERY_WORDS, find, similar};
pub use matches::MOST_POSTINGS;
pub use scope::Scope;
pub use weigh::MOST_TERMS;

#[cfg(test)]
mod tests;
