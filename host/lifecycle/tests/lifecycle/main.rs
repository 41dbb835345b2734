//! A configuration is applied whole or not at all, and what it has put into service keeps the rules of the platform:
//! with real packages of a small guest, a real engine and storage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests

mod acts;
mod applying;
mod approval;
mod decisions;
mod house;
mod migrations;
mod policies;
mod rules;
mod tidying;
