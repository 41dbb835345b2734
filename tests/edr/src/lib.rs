//! A double of the API of the ЄДР for tests: follows the documented protocol strictly, and misbehaves on request.
//!
//! Strictly: the token is checked before all else, a question has exactly one of its three parameters and no other, and an
//! entity's record is had by its number only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::missing_panics_doc)]

mod misbehaviour;
mod service;

pub use misbehaviour::Misbehaviour;
pub use service::{Double, Subject, TOKEN};
