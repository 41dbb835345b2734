//! A double of id.gov.ua for tests: follows the documented protocol strictly, and misbehaves on request.
//!
//! Strictly: a parameter that is missing, repeated, unknown or out of its bounds is refused, a code serves once and for
//! the client that it was made for, an access token for its person, and nothing that was given back serves again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::missing_panics_doc)]

mod misbehaviour;
mod person;
pub mod seal;
mod service;

pub use misbehaviour::{ErrorForm, Misbehaviour};
pub use person::{Person, person};
pub use service::{CLIENT, Double, SECRET};
