//! The page grammar.
//!
//! A page crosses from a module to the host as **one text and a list of marks**. A mark is a `u32`: the
//! *kind* in the top byte and, below it, how many bytes of the text belong to the mark. Marks consume the
//! text one after another, so lengths cannot alias and a page is never larger than its text.
//!
//! Kinds with [`GROUP`] set open a group, which the mark [`CLOSE`] ends. A reader that meets a kind it does
//! not know can therefore skip it: a leaf by its length, a group up to its close. That is what lets a new
//! block kind appear without breaking modules or hosts that were built before it.
//!
//! The grammar is one table, [`table`]; it generates the kinds, their names and the content model that
//! [`check`] holds. Guests write with [`Writer`], the host reads with [`Reader`].

mod check;
mod dump;
mod reader;
mod table;
mod writer;

pub use check::{Problem, check};
pub use dump::dump;
pub use reader::{Broken, Event, Reader};
pub use table::{Class, GRAMMAR_VERSION, Kind, Tone, classes};
pub use writer::Writer;

/// Set in the kind of every mark that opens a group.
pub const GROUP: u8 = 0x80;
/// The mark that closes the innermost open group. It carries no text.
pub const CLOSE: u32 = 0;
/// The most bytes of text that one mark can carry.
pub const MAX_LENGTH: usize = 0x00ff_ffff;
/// How deep groups may nest.
pub const MAX_DEPTH: usize = 32;

/// What a module hands the host for one view: the text and the marks that give it structure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// All texts of the page, in the order of the marks, without separators.
    pub text: String,
    /// The structure: see the crate's documentation.
    pub marks: Vec<u32>,
}
