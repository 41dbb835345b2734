//! The audit log: who did what, when, by which rule, in a form that cannot be rewritten unnoticed and holds no
//! personal data.
//!
//! Entries leave in the commit of what they tell of, are numbered without gaps in the order of the commit log and
//! carry leaf hashes by RFC 6962. Whatever is personal stands in them as a salted [`Commitment`]; the salts lie in an
//! ordinary collection, and with a salt erased nobody can tell any more whom a commitment meant.

mod check;
mod checkpoints;
mod commitment;
mod entry;
mod erasure;
mod error;
mod journal;
mod kept;
mod log;
mod receipt;
mod tree;

pub use check::{CheckError, Checkpoint, Consistency, Proof};
pub use checkpoints::{CheckpointKey, Checkpoints, Made};
pub use commitment::{Commitment, commitment, declare};
pub use entry::{Actor, Decision, Entry, Kind, Module, Record, record};
pub use erasure::{Documents, Erasure, erase, erase_documents, erase_older, erasures, note};
pub use error::AuditError;
pub use journal::{
    Beside, Journalled, Part, Subject, forget_revisions, journal, keep_revision, newest,
    record as journalled, revision,
};
pub use log::{Finding, Recorded, Report, read, tree_hash, tree_head, verify};
pub use receipt::{Checked, Opening, Receipt};
pub use tree::{Hash, Tree, TreeHead, leaf_hash};
