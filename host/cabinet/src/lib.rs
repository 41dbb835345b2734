//! The cabinet: one place for all that concerns a person.
//!
//! A **case** is something that a person finds in the cabinet: what it is about, where it stands, the next
//! date with its rule, and a timeline. Many persons may take part in one case, so a case is one record and
//! each participation another: a change of status is one write, however many take part. All texts are kept in
//! both languages, so that a case reads even when its module is gone.
//!
//! Beside cases there are **notices** (something the person is told) and **drafts** (a form begun and not
//! sent). Everything is written through the unit of work of whoever writes, so it commits with its cause.

pub mod accesses;
mod cases;
pub mod corrections;
mod drafts;
pub mod erasure;
mod error;
pub mod mail;
pub mod merging;
mod notices;
mod records;

pub use cases::{
    CaseSummary, CaseUpdate, CaseView, Happening, NextTerm, address, event, join, leave, my_case, my_cases,
    participants, put,
};
pub use drafts::{Draft, DraftSummary, discard_draft, draft, expire_drafts, my_drafts, save_draft};
pub use error::Error;
pub use notices::{Notice, NoticeLine, mark_read, my_notices, notify, unread};
pub use records::{DRAFT_DAYS, NAMESPACE, Text, collections};
