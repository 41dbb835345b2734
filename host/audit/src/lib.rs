//! The audit log: who did what, when, by which rule, in a form that cannot be rewritten unnoticed and holds no
//! personal data.
//!
//! Entries leave in the commit of what they tell of, are numbered without gaps in the order of the commit log and
//! carry leaf hashes by RFC 6962. Whatever is personal stands in them as a salted [`Commitment`]; the salts lie in an
//! ordinary collection, and with a salt erased nobody can tell any more whom a commitment meant.

mod commitment;
mod entry;
mod error;
mod log;
mod tree;

pub use commitment::{Commitment, commitment, declare, erase};
pub use entry::{Actor, Decision, Entry, Kind, Module, Record, record};
pub use error::AuditError;
pub use log::{Finding, Recorded, Report, read, tree_hash, tree_head, verify};
pub use tree::{Hash, Tree, TreeHead, leaf_hash};
