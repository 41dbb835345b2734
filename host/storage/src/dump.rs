//! Dumps: all that a database keeps as lines of JSON, written while others commit, read by either engine.
//!
//! The first line names the format, the last one says what should have come. Between them stands an item a line:
//!
//! ```json
//! {"dump":{"format":1}}
//! {"head":{"position":2,"entries":1}}
//! {"collection":{"id":1,"namespace":"notes","name":"notes","declaration":{…},"ids":{…}}}
//! {"document":{"collection":1,"key":"a","revision":1,"version":1,"body":{"title":"A"}}}
//! {"entry":{"number":0,"position":2,"leaf":"…","bytes":"…"}}
//! {"end":{"position":2,"collections":1,"documents":1,"entries":1,"digest":"…"}}
//! ```

mod load;

use std::io::{BufRead, Read as _, Write};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::contents::{self, Item, Tally};
use crate::engine;
use crate::files::{self, File};
use crate::{Config, DeclareError, Inventory, StorageError, StoredEntry};

pub(crate) use load::is_empty;
pub use load::load;

/// The format that is written; older ones can be read.
pub const FORMAT: u32 = 1;
/// The longest line that is read: a document at its largest is far below.
const LONGEST: u64 = 256 << 20;

/// Why a database was not dumped, or a dump not loaded. A database that was to be loaded into is as it was.
#[derive(Debug, Error)]
pub enum DumpError {
    /// The dump could not be written.
    #[error("write the dump")]
    Write(#[source] std::io::Error),
    /// The dump could not be read.
    #[error("read the dump")]
    Read(#[source] std::io::Error),
    /// There is no database.
    #[error("find the database: there is none")]
    Absent,
    /// A newer version has written it.
    #[error("read the dump: it has the format {0}, which a newer version of the program reads")]
    Newer(u32),
    /// Something else stands on a line than should.
    #[error("read line {line} of the dump: {reason}")]
    Malformed {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// It ends before its end.
    #[error("read the dump: it is cut off after line {0}")]
    Cut(u64),
    /// What has come differs from what the last line says.
    #[error("read the dump: its content has the digest {found}, and should have {expected}")]
    Differs {
        /// By the last line.
        expected: String,
        /// Of what has come.
        found: String,
    },
    /// The database that is to be loaded into holds something already.
    #[error("load into a database that is not empty")]
    NotEmpty,
    /// What was read back from the database differs from what was loaded.
    #[error("load the dump: the database has the digest {found}, the dump {expected}")]
    Loaded {
        /// Of the dump.
        expected: String,
        /// Of the database.
        found: String,
    },
    /// A collection cannot be made.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum First {
    Dump { format: u32 },
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Last {
    End(Inventory),
}

/// Something in a dump that others than the storage know the meaning of.
#[derive(Debug)]
pub enum Seen {
    /// An audit entry, in the order of the dump.
    Entry(StoredEntry),
    /// The record of a file.
    File(File),
}

/// Writes all that a database keeps at one snapshot. Whoever commits meanwhile neither waits nor is in it.
pub async fn dump(config: &Config, mut out: impl Write) -> Result<Inventory, DumpError> {
    let pool = engine::open_to_read(config).await?.ok_or(DumpError::Absent)?;
    let (mut reader, _) = pool.begin().await?;
    write_line(&mut out, &First::Dump { format: FORMAT })?;
    let mut tally = Tally::new();
    contents::each(&mut reader.0, |item| {
        tally.add(item);
        write_line(&mut out, item)
    })
    .await?;
    reader.end().await?;
    pool.close().await;
    let inventory = tally.end();
    write_line(&mut out, &Last::End(inventory.clone()))?;
    out.flush().map_err(DumpError::Write)?;
    Ok(inventory)
}

/// Whether a database is there that keeps anything.
pub async fn holds_anything(config: &Config) -> Result<bool, StorageError> {
    let Some(pool) = engine::open_to_read(config).await? else { return Ok(false) };
    let (mut reader, _) = pool.begin().await?;
    let holds = !is_empty(&mut reader.0).await?;
    reader.end().await?;
    pool.close().await;
    Ok(holds)
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> Result<(), DumpError> {
    let written = serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from);
    written.and_then(|()| out.write_all(b"\n")).map_err(DumpError::Write)
}

/// Reads a dump from its first line to its last and checks that it is whole: the last line's digest is that of all before
/// it. What others know the meaning of is shown to `see`.
pub fn inspect(dump: impl BufRead, mut see: impl FnMut(Seen)) -> Result<Inventory, DumpError> {
    let mut lines = Lines::new(dump)?;
    let mut files = None;
    while let Some((line, item)) = lines.next()? {
        match item {
            Item::Collection { id, namespace, name, .. } if files::is_record(&namespace, &name) => {
                files = Some(id);
            }
            Item::Document { collection, body, .. } if files == Some(collection) => {
                see(Seen::File(serde_json::from_str(body.get()).map_err(|error| malformed(line, &error))?));
            }
            Item::Entry { number, position, leaf, bytes } => {
                see(Seen::Entry(StoredEntry { number, position, leaf, bytes }));
            }
            _ => {}
        }
    }
    lines.end()
}

fn malformed(line: u64, reason: &(impl ToString + ?Sized)) -> DumpError {
    DumpError::Malformed { line, reason: reason.to_string() }
}

/// The lines of a dump.
struct Lines<R> {
    input: R,
    line: String,
    number: u64,
    tally: Option<Tally>,
    end: Option<Inventory>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the first line.
    fn new(input: R) -> Result<Self, DumpError> {
        let mut lines = Self { input, line: String::new(), number: 0, tally: Some(Tally::new()), end: None };
        if !lines.advance()? {
            return Err(DumpError::Cut(0));
        }
        let First::Dump { format } = serde_json::from_str(&lines.line)
            .map_err(|_| malformed(1, "it is not the first one of a dump"))?;
        if format > FORMAT {
            return Err(DumpError::Newer(format));
        }
        Ok(lines)
    }

    fn advance(&mut self) -> Result<bool, DumpError> {
        self.line.clear();
        let read = (&mut self.input).take(LONGEST).read_line(&mut self.line);
        if read.map_err(DumpError::Read)? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if !self.line.ends_with('\n') {
            return Err(DumpError::Cut(self.number - 1));
        }
        Ok(true)
    }

    /// The next item with the number of its line; nothing after the last one, which was then compared with what its
    /// end says.
    fn next(&mut self) -> Result<Option<(u64, Item<'_>)>, DumpError> {
        if !self.advance()? {
            return Err(DumpError::Cut(self.number));
        }
        let number = self.number;
        if self.line.starts_with("{\"end\":") {
            let Last::End(end) =
                serde_json::from_str(&self.line).map_err(|error| malformed(number, &error))?;
            let found = self.tally.take().unwrap_or_else(Tally::new).end();
            if found != end {
                return Err(DumpError::Differs { expected: end.digest, found: found.digest });
            }
            self.end = Some(end);
            if self.advance()? {
                return Err(malformed(self.number, "it comes after the end"));
            }
            return Ok(None);
        }
        let item: Item<'_> = serde_json::from_str(&self.line).map_err(|error| malformed(number, &error))?;
        if let Some(tally) = &mut self.tally {
            tally.add(&item);
        }
        Ok(Some((number, item)))
    }

    /// What the dump holds, after the last item.
    fn end(self) -> Result<Inventory, DumpError> {
        self.end.ok_or(DumpError::Cut(self.number))
    }
}
