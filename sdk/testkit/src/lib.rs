//! Tests of a module's logic, natively, in milliseconds: an in-memory host with the platform's semantics, a clock
//! that the test moves, and principals that the test chooses.
//!
//! ```ignore
//! use vzaemo_testkit::*;
//!
//! #[test]
//! fn a_note_leaves_the_board_when_its_term_is_over() {
//!     let mut host = TestHost::of(notes::Module).at("2026-09-03T10:00");
//!     let note = host.sign_in(MARIA).act("write", json!({ "text": "Hello", "mood": "glad" })).key();
//!     host.travel_to("2026-09-18T00:00");
//!     assert_eq!(host.view("note", &note).status(), "archived");
//! }
//! ```
//!
//! What holds as on the platform: documents fit their schemas, unique keys, counters with `unless` and bounds,
//! thresholds that set off a job once ever, numbers put in at commit, queries that a declared index must serve and
//! that do not see the unit's own changes, views that cannot write, acts that cannot count, commit or nothing,
//! access by manifest and workflow, documents with `x-access` marks only as far as the author or official reaches, forms, open views without a principal, jobs in the order in which they are due
//! with that time as their clock, capabilities that must be asked for.
//!
//! **The component.** With `VZAEMO_COMPONENT=1` the same tests run against the module's built component in the
//! platform's own runtime, with its limits and its border: `cargo xtask build-modules` and
//! `cargo build -p vzaemo-runner` make what they need.
//!
//! A test fails where the module answers otherwise than the test says, and where it answers with a failure that the
//! test says nothing about.
// A test kit tells by panicking.
#![allow(clippy::panic)]
// Tests hand over constants, `json!` and fresh values; references would only be noise there.
#![allow(clippy::needless_pass_by_value)]

mod access;
mod cabinet;
mod calls;
mod component;
mod guest;
mod host;
mod page;
mod people;
mod project;
mod query;
mod response;
#[doc(hidden)]
pub mod runner;
mod session;
mod test_host;
mod texts;
mod time;
mod unit;
mod world;

pub use cabinet::{CabinetView, CaseView, NoticeView};
pub use component::{Component, SWITCH};
pub use guest::{Guest, Native};
pub use page::PageView;
pub use people::{ANDRII, BODY, HOLDER, MARIA, OFFICIAL, OKSANA, TARAS, Who, person};
pub use response::{Denial, Ended, Given, Response};
pub use session::Session;
pub use test_host::TestHost;

pub use serde_json::{Value as Json, json};
