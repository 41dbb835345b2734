//! Documents, indexes, counters and the commit log behind one face.
//!
//! A namespace (a module, or a room of the host) declares [`Collection`]s; a [`Unit`] of work reads a snapshot and
//! gathers writes; the commit queue certifies what the unit has read and makes it durable together with others in
//! one transaction. The engine is SQLite; everything particular to it stands in one file, all SQL that is built at
//! run time in another.
//!
//! Commits form one total order, the commit log. A unit that commits at position *p* behaves as if it had run alone
//! just after position *p* − 1, except that [`Unit::count`] is not certified, and that a unit that only adds audit
//! entries stands where its snapshot stood.

mod admit;
mod batch;
mod canonical;
mod catalog;
mod collection;
mod commit;
mod contact;
mod contents;
mod copy;
mod declare;
mod document;
mod dump;
mod engine;
mod error;
mod export;
mod fault;
mod field;
pub mod files;
mod key;
mod lease;
mod live;
mod logged;
mod memory;
mod migrate;
mod own;
mod plan;
mod pool;
mod postgres;
mod prepared;
mod query;
mod queue;
mod reader;
mod recent;
mod snapshots;
mod sql;
mod sqlite;
mod storage;
mod transaction;
mod unit;
mod verify;
mod wal;
mod watch;
mod writer;

pub use canonical::canonical;
pub use collection::{Collection, Counter, counter_key};
pub use contents::Inventory;
pub use copy::{CopyError, copy};
pub use document::Document;
pub use dump::{DumpError, Seen, dump, holds_anything, inspect, load};
pub use error::{CommitError, DeclareError, StorageError, Violation, WriteError};
pub use export::Export;
pub use fault::{is_foreign_cursor, is_unavailable};
pub use query::{BODY, Condition, Cursor, KEY, Op, Order, Query, REVISION, Rows, VERSION};
pub use sqlite::Synchronous;
pub use storage::{Change, Committed, Config, Number, Postgres, Storage, StoredEntry, Touched};
pub use unit::{Insert, Unit};
pub use verify::Problem;
pub use watch::{Dependencies, Watch};
