//! Merkle tree hashes by RFC 6962 §2.1.

use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256 hash of the tree; its text form is hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Hash> for tlog_tiles::Hash {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

impl From<tlog_tiles::Hash> for Hash {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}

/// The state of a log: how many entries it has and what they hash to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// How many entries.
    pub size: u64,
    /// Their Merkle tree hash.
    pub root: Hash,
}

/// SHA-256 of a zero byte and the entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// A Merkle tree that leaves are added to; it holds one hash for each complete subtree, so logarithmically many.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    /// The roots of the complete subtrees, the largest first.
    subtrees: Vec<Hash>,
}

impl Tree {
    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // As many subtrees of equal size end here as the size's binary form has trailing ones.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(left, hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The Merkle tree hash of the leaves; that of none is the hash of the empty text.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev().copied();
        match subtrees.next() {
            None => Hash(Sha256::digest([]).into()),
            Some(last) => subtrees.fold(last, |right, left| node_hash(left, right)),
        }
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The inputs and roots published with the reference implementation of Certificate Transparency
    /// (`merkle_tree_test.cc`).
    #[test]
    fn published_test_vectors() {
        let inputs = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        for (size, root) in roots.iter().enumerate() {
            assert_eq!(tree.head().root.to_string(), *root, "of {size} leaves");
            if let Some(input) = inputs.get(size) {
                tree.push(leaf_hash(&hex::decode(input).unwrap()));
            }
        }
    }

    /// The definition itself: split at the greatest power of two below the size.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Tree::default().root(),
            [leaf] => *leaf,
            leaves => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(by_definition(left), by_definition(right))
            }
        }
    }

    #[test]
    fn the_running_tree_agrees_with_the_definition() {
        let leaves: Vec<_> = (0_u32..200).map(|number| leaf_hash(&number.to_be_bytes())).collect();
        let mut tree = Tree::default();
        for size in 0..leaves.len() {
            assert_eq!(tree.root(), by_definition(&leaves[..size]));
            tree.push(leaves[size]);
        }
    }
}
