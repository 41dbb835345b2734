//! Who may do what, in the real program: every route of every module tried by those who may not, the holder's own
//! policies, and why something was decided.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod data;
mod explain;
mod own_pages;
mod policies;
mod routes;
