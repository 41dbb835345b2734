//! Signatures made by code that is not ours, and attacks on them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod attacks;
mod build;
mod fixtures;
mod jkurwa;
mod mutations;
mod openssl;
mod published;
mod revocation;
