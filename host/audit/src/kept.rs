//! Hashes of the tree that are kept, so that roots and proofs need not go through the whole log.
//!
//! Kept are the roots of complete subtrees of 256, 65 536 … entries, in rows of 256 as the tiles of C2SP `tlog-tiles`:
//! row *j* of level *k* holds the roots of the subtrees of 256^*k* entries from 256 · *j* on. Level 0 is the leaf hashes
//! beside the entries themselves. They are made from the entries when a checkpoint is made, never when an entry is
//! committed. Nobody need trust them: a proof made of wrong ones does not verify.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tlog_tiles::{HashReader, split_stored_hash_index};
use vzaemo_storage::{CommitError, Storage, Unit};

use crate::commitment::NAMESPACE;
use crate::{AuditError, Hash, Tree, TreeHead, leaf_hash};

/// Rows of hashes, and how far they reach.
pub(crate) const TREE: &str = "tree";
/// The document that says how far.
const REACH: &str = "reach";
/// The subtrees of one row: as many as each has subtrees of the level below.
const ROW: u64 = 256;
/// Levels of the binary tree between two levels that are kept.
const HEIGHT: u8 = 8;
/// How many subtrees of 256 entries are made in one unit of work.
const PORTION: u64 = 64;
const AT_ONCE: u32 = 256;

#[derive(Serialize, Deserialize)]
struct Reach {
    size: u64,
}

/// A row as it is kept: hashes in hexadecimal, one after the other.
#[derive(Serialize, Deserialize)]
struct Row {
    hashes: String,
}

fn row_key(level: u8, row: u64) -> String {
    format!("{level}/{row}")
}

fn parse_row(text: &str) -> Result<Vec<Hash>, AuditError> {
    let bytes = hex::decode(text).map_err(|error| AuditError::Form(error.to_string()))?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(hashes.iter().map(|hash| Hash(*hash)).collect())
    } else {
        Err(AuditError::Form("a row of tree hashes ends in the middle of one".into()))
    }
}

/// The root of a complete subtree.
fn fold(hashes: impl IntoIterator<Item = Hash>) -> Hash {
    let mut tree = Tree::default();
    hashes.into_iter().for_each(|hash| tree.push(hash));
    tree.root()
}

/// Keeps the hashes of all complete subtrees among the first `size` entries. Each entry is compared with its leaf hash.
///
/// # Errors
/// [`AuditError::Missing`] and [`AuditError::Changed`] if an entry is not there, or is not what was committed.
pub(crate) async fn reach(storage: &Storage, size: u64) -> Result<(), AuditError> {
    while portion(storage, size).await? {}
    Ok(())
}

/// Goes on by some subtrees; `false` if there are none left.
async fn portion(storage: &Storage, size: u64) -> Result<bool, AuditError> {
    let mut unit = storage.begin().await?;
    let known = unit.get(NAMESPACE, TREE, REACH).await?;
    let begun = match &known {
        Some(document) => document.parse::<Reach>()?.size,
        None => 0,
    };
    let end = (size - size % ROW).min(begun.saturating_add(PORTION * ROW));
    if end <= begun {
        return Ok(false);
    }
    let mut rows = Rows { unit: &mut unit, changed: HashMap::new() };
    for first in (begun..end).step_by(256) {
        let mut hash = subtree(storage, first).await?;
        // The subtree just made ends one of the next level wherever its row is full.
        let (mut level, mut place) = (1, first / ROW);
        while let Some(full) = rows.add(level, place, hash).await? {
            hash = full;
            place /= ROW;
            level += 1;
        }
    }
    let changed = rows.changed;
    for ((level, row), (revision, hashes)) in changed {
        let hashes = hashes.iter().map(ToString::to_string).collect();
        put(&mut unit, &row_key(level, row), revision, &Row { hashes }).await?;
    }
    put(&mut unit, REACH, known.map(|document| document.revision), &Reach { size: end }).await?;
    match unit.commit().await {
        // Another node has been at it: its work is found at the next round.
        Ok(_) | Err(CommitError::Conflict) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

async fn put(
    unit: &mut Unit,
    key: &str,
    revision: Option<u64>,
    value: &impl Serialize,
) -> Result<(), AuditError> {
    let body = serde_json::to_string(value).map_err(|error| AuditError::Form(error.to_string()))?;
    match revision {
        Some(revision) => unit.replace(NAMESPACE, TREE, key, revision, &body).await?,
        None => unit.insert(NAMESPACE, TREE, Some(key.to_owned()), &body).await.map(|_| ())?,
    }
    Ok(())
}

/// The root over 256 entries, each compared with its leaf hash.
async fn subtree(storage: &Storage, first: u64) -> Result<Hash, AuditError> {
    let mut tree = Tree::default();
    for entry in storage.entries(first, AT_ONCE).await? {
        if entry.number != first + tree.size() {
            break;
        }
        let leaf = leaf_hash(&entry.bytes);
        if entry.leaf != leaf.0 {
            return Err(AuditError::Changed(entry.number));
        }
        tree.push(leaf);
    }
    if tree.size() == ROW { Ok(tree.root()) } else { Err(AuditError::Missing(first + tree.size())) }
}

type Changed = HashMap<(u8, u64), (Option<u64>, Vec<Hash>)>;

/// Rows that a unit changes.
struct Rows<'u> {
    unit: &'u mut Unit,
    changed: Changed,
}

impl Rows<'_> {
    /// Adds the subtree at a place of a level; the root of its row if that is full.
    async fn add(&mut self, level: u8, place: u64, hash: Hash) -> Result<Option<Hash>, AuditError> {
        let (row, within) = (place / ROW, place % ROW);
        if !self.changed.contains_key(&(level, row)) {
            let read = match self.unit.get(NAMESPACE, TREE, &row_key(level, row)).await? {
                Some(document) => {
                    let hashes = parse_row(&document.parse::<Row>()?.hashes)?;
                    (Some(document.revision), hashes)
                }
                None => (None, Vec::new()),
            };
            self.changed.insert((level, row), read);
        }
        let Some((_, hashes)) = self.changed.get_mut(&(level, row)) else { return Ok(None) };
        if hashes.len() as u64 != within {
            return Err(AuditError::Form(format!("row {row} of tree hashes at level {level} has a gap")));
        }
        hashes.push(hash);
        Ok((hashes.len() as u64 == ROW).then(|| fold(hashes.iter().copied())))
    }
}

/// Reads kept hashes and leaf hashes, each row once.
pub(crate) struct Reader<'s> {
    storage: &'s Storage,
    unit: Unit,
    rows: HashMap<(u8, u64), Vec<Hash>>,
}

impl<'s> Reader<'s> {
    pub(crate) async fn new(storage: &'s Storage) -> Result<Self, AuditError> {
        Ok(Self { storage, unit: storage.begin().await?, rows: HashMap::new() })
    }

    async fn row(&mut self, level: u8, row: u64) -> Result<&[Hash], AuditError> {
        if !self.rows.contains_key(&(level, row)) {
            let hashes = if level == 0 {
                self.leaves(row * ROW).await?
            } else {
                let document = self.unit.get(NAMESPACE, TREE, &row_key(level, row)).await?;
                document.map_or(Ok(Vec::new()), |document| parse_row(&document.parse::<Row>()?.hashes))?
            };
            self.rows.insert((level, row), hashes);
        }
        Ok(self.rows.get(&(level, row)).map(Vec::as_slice).unwrap_or_default())
    }

    async fn leaves(&self, first: u64) -> Result<Vec<Hash>, AuditError> {
        let entries = self.storage.entries(first, AT_ONCE).await?;
        let dense = entries.into_iter().zip(first..).take_while(|(entry, number)| entry.number == *number);
        dense
            .map(|(entry, number)| entry.leaf.try_into().map(Hash).map_err(|_| AuditError::Changed(number)))
            .collect()
    }

    /// The hash at a place of the binary tree: the root over the `2^level` entries from `place · 2^level` on.
    async fn hash(&mut self, level: u8, place: u64) -> Result<Hash, AuditError> {
        let (kept, above) = (level / HEIGHT, level % HEIGHT);
        let first = place << above;
        let count = 1_usize << above;
        let begin = usize::try_from(first % ROW).unwrap_or(usize::MAX);
        let hashes = self.row(kept, first / ROW).await?;
        let below = hashes.get(begin..begin.saturating_add(count));
        below.map(|below| fold(below.iter().copied())).ok_or(AuditError::Missing(first << (kept * HEIGHT)))
    }

    /// Runs something of `tlog_tiles` that asks once for the hashes that it needs.
    pub(crate) async fn run<T>(
        &mut self,
        run: impl Fn(&Hashes) -> Result<T, tlog_tiles::Error>,
    ) -> Result<T, AuditError> {
        let asked = Hashes::default();
        if let Ok(done) = run(&asked) {
            // It needed none.
            return Ok(done);
        }
        let mut found = HashMap::new();
        for index in asked.asked.take() {
            let (level, place) = split_stored_hash_index(index);
            found.insert(index, self.hash(level, place).await?.into());
        }
        run(&Hashes { found, ..Hashes::default() }).map_err(|_| AuditError::Proof)
    }

    /// The same after comparing the entries beyond the kept hashes with their leaf hashes: what is kept was compared
    /// when it was made.
    pub(crate) async fn checked_head(&mut self, size: u64) -> Result<TreeHead, AuditError> {
        let first = size - size % ROW;
        let mut next = first;
        for entry in
            self.storage.entries(first, AT_ONCE).await?.into_iter().take_while(|entry| entry.number < size)
        {
            if entry.number != next {
                return Err(AuditError::Missing(next));
            }
            if entry.leaf != leaf_hash(&entry.bytes).0 {
                return Err(AuditError::Changed(next));
            }
            next += 1;
        }
        if next < size { Err(AuditError::Missing(next)) } else { self.head(size).await }
    }

    /// Root and size of the tree over the first entries.
    pub(crate) async fn head(&mut self, size: u64) -> Result<TreeHead, AuditError> {
        let root = self.run(|hashes| tlog_tiles::tree_hash(size, hashes)).await?;
        Ok(TreeHead { size, root: root.into() })
    }
}

/// Hashes by their index; what is asked for and not there is noted.
#[derive(Default)]
pub(crate) struct Hashes {
    asked: std::cell::RefCell<Vec<u64>>,
    found: HashMap<u64, tlog_tiles::Hash>,
}

impl HashReader for Hashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let found: Option<Vec<_>> = indexes.iter().map(|index| self.found.get(index).copied()).collect();
        found.ok_or_else(|| {
            self.asked.replace(indexes.to_vec());
            tlog_tiles::Error::IndexesNotInTree
        })
    }
}
