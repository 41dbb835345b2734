//! The runtime against good and hostile guests.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod border;
mod cache;
mod faults;
mod guest;
mod host;
mod isolation;
mod limits;
mod linking;
