//! Reading the log and checking it.

use std::fmt;
use std::ops::Range;

use vzaemo_storage::{Storage, StoredEntry};

use crate::{AuditError, Hash, Record, Tree, TreeHead, leaf_hash};

const AT_ONCE: u32 = 1000;

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its number, from 0.
    pub number: u64,
    /// The commit that it belongs to.
    pub position: u64,
    /// What it says, or `None` if it is of a form that this version does not know.
    pub record: Option<Record>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Entries in a range of numbers, in order; those beyond the end of the log are left out.
pub async fn read(storage: &Storage, range: Range<u64>) -> Result<Vec<Recorded>, AuditError> {
    let mut entries = Vec::new();
    let mut walk = Walk::new(storage, range);
    while let Some(entry) = walk.next().await? {
        let record = serde_json::from_slice(&entry.bytes).ok();
        entries.push(Recorded { number: entry.number, position: entry.position, record, bytes: entry.bytes });
    }
    Ok(entries)
}

/// The Merkle tree hash of a range of entries, recomputed from their bytes.
///
/// # Errors
/// [`AuditError::Missing`] if one of them is not there.
pub async fn tree_hash(storage: &Storage, range: Range<u64>) -> Result<Hash, AuditError> {
    let mut tree = Tree::default();
    let mut walk = Walk::new(storage, range.clone());
    while let Some(entry) = walk.next().await? {
        if entry.number != range.start + tree.size() {
            break;
        }
        tree.push(leaf_hash(&entry.bytes));
    }
    match range.start + tree.size() {
        reached if reached < range.end => Err(AuditError::Missing(reached)),
        _ => Ok(tree.root()),
    }
}

/// Size and hash of the log as it is now. Kept elsewhere, it lets [`verify`] find any later change of these entries.
pub async fn tree_head(storage: &Storage) -> Result<TreeHead, AuditError> {
    let size = storage.entry_count().await?;
    Ok(TreeHead { size, root: tree_hash(storage, 0..size).await? })
}

/// Something wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// There is no entry with this number.
    Missing(u64),
    /// The entry's bytes do not give its leaf hash.
    Changed(u64),
    /// The entry belongs to an earlier commit than the one before it.
    Displaced(u64),
    /// There is an entry beyond the end of the log.
    Surplus(u64),
    /// The log does not begin with the entries of which this head was taken: some were changed, removed or swapped
    /// together with their leaf hashes.
    Rewritten(TreeHead),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(number) => write!(f, "entry {number} is missing"),
            Self::Changed(number) => write!(f, "entry {number} was changed: it differs from its leaf hash"),
            Self::Displaced(number) => write!(f, "entry {number} stands after one of a later commit"),
            Self::Surplus(number) => write!(f, "entry {number} lies beyond the end of the log"),
            Self::Rewritten(head) => {
                write!(f, "the first {} entries are not those that gave {}", head.size, head.root)
            }
        }
    }
}

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Size and hash of the log, recomputed from its entries.
    pub head: TreeHead,
    /// Empty if nothing is wrong.
    pub findings: Vec<Finding>,
}

/// Checks the log: that no number is missing, that every entry gives its leaf hash, that entries follow the order of
/// commits, and that the log begins with what the known earlier heads were taken of.
///
/// By itself a log can only be checked against itself. Whoever can write to the database can rewrite entries with
/// their leaf hashes, and only a head kept elsewhere shows it.
pub async fn verify(storage: &Storage, known: &[TreeHead]) -> Result<Report, AuditError> {
    let size = storage.entry_count().await?;
    let mut findings = Vec::new();
    let mut tree = Tree::default();
    let mut next = 0;
    let mut position = 0;
    // Heads whose place in the log has not been passed yet, the last to come first.
    let mut heads = known.to_vec();
    heads.sort_by_key(|head| std::cmp::Reverse(head.size));
    let mut compare = |tree: &Tree, findings: &mut Vec<Finding>| {
        while let Some(head) = heads.pop_if(|head| head.size <= tree.size()) {
            if head != tree.head() {
                findings.push(Finding::Rewritten(head));
            }
        }
    };
    compare(&tree, &mut findings);
    let mut walk = Walk::new(storage, 0..u64::MAX);
    while let Some(entry) = walk.next().await? {
        findings.extend((next..entry.number.min(size)).map(Finding::Missing));
        next = entry.number + 1;
        if entry.number >= size && storage.entry_count().await? <= entry.number {
            findings.push(Finding::Surplus(entry.number));
            continue;
        }
        let leaf = leaf_hash(&entry.bytes);
        if entry.leaf != leaf.0 {
            findings.push(Finding::Changed(entry.number));
        }
        if entry.position < position {
            findings.push(Finding::Displaced(entry.number));
        }
        position = entry.position;
        tree.push(leaf);
        compare(&tree, &mut findings);
    }
    findings.extend((next..size).map(Finding::Missing));
    findings.extend(heads.into_iter().rev().map(Finding::Rewritten));
    Ok(Report { head: tree.head(), findings })
}

/// Goes through a range of entries, some at a time.
struct Walk<'a> {
    storage: &'a Storage,
    range: Range<u64>,
    read: std::vec::IntoIter<StoredEntry>,
}

impl<'a> Walk<'a> {
    fn new(storage: &'a Storage, range: Range<u64>) -> Self {
        Self { storage, range, read: Vec::new().into_iter() }
    }

    async fn next(&mut self) -> Result<Option<StoredEntry>, AuditError> {
        if self.read.len() == 0 && !self.range.is_empty() {
            self.read = self.storage.entries(self.range.start, AT_ONCE).await?.into_iter();
        }
        let Some(entry) = self.read.next().filter(|entry| entry.number < self.range.end) else {
            self.range.start = self.range.end;
            return Ok(None);
        };
        self.range.start = entry.number + 1;
        Ok(Some(entry))
    }
}
