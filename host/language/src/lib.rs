//! What the host knows of Ukrainian and English: spelling variants, words, stems and alphabetical order.
//!
//! * [`normalise`] gives one spelling to what is written in several ways.
//! * [`words`] finds the words of a text, [`terms`] the stems by which it is found again.
//! * [`texts`] is what host and modules say, from Fluent files.
//! * [`Collation`] puts texts in alphabetical order, as bytes that a database can compare.

mod collation;
mod normal;
mod stem;
mod stop;
pub mod texts;
mod words;

pub use collation::{Collation, CollationError};
pub use normal::{APOSTROPHE, normalise};
pub use stem::{longest_related, shorter_stems, stem};
pub use stop::is_stop_word;
pub use words::{LONGEST_TERM, terms, words};
