//! Checking checkpoints and proofs with nothing but a verifier key: no platform is needed for it.
//!
//! A checkpoint is a C2SP `tlog-checkpoint` in a C2SP `signed-note` by an Ed25519 key; a verifier key is the note's
//! `name+hash+key` text. Proofs are those of RFC 6962 §2.1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use signed_note::{Note, NoteError, StandardVerifier, VerifierList};
use thiserror::Error;

use crate::{Hash, TreeHead};

/// The longest proof: a tree has at most 63 levels, a consistency proof one hash more.
const LONGEST: usize = 64;

/// Why a checkpoint, receipt or proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckError {
    /// The verifier key is not one of a signed note.
    #[error("read the verifier key: it must have the form NAME+HASH+KEY of a signed note")]
    Key,
    /// The checkpoint is not a signed note with a tree head in it.
    #[error("read the checkpoint: it is not a checkpoint in a signed note")]
    Malformed,
    /// Nobody with this key has signed it.
    #[error("check the checkpoint: it bears no signature of the key {0}")]
    OtherKey(String),
    /// It has a signature that is said to be of this key and is not.
    #[error("check the checkpoint: its signature is forged, or its text was changed")]
    Forged,
    /// It is of another log.
    #[error("check the checkpoint: it is of the log {0}")]
    OtherLog(String),
    /// The proof does not lead from the entry to the checkpoint.
    #[error("check the proof: the entry is not in the log that the checkpoint was made of")]
    NotIncluded,
    /// The later checkpoint does not continue the earlier one.
    #[error("check the proof: the later log does not begin with the earlier one")]
    Inconsistent,
    /// What the receipt says of a commitment is not what the entry commits to.
    #[error("check the receipt: what it says of {0:?} is not what the entry was made of")]
    NotCommitted(String),
    /// The receipt is not in a form that this version knows.
    #[error("read the receipt: {0}")]
    Receipt(String),
}

/// A checkpoint whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is of.
    pub origin: String,
    /// What the log was.
    pub head: TreeHead,
    /// The signed note.
    pub note: String,
}

impl Checkpoint {
    /// Reads a checkpoint and checks that the owner of the verifier key has signed it for their own log.
    pub fn open(note: &str, verifier_key: &str) -> Result<Self, CheckError> {
        let verifier = StandardVerifier::new(verifier_key.trim()).map_err(|_| CheckError::Key)?;
        let name = signed_note::Verifier::name(&verifier).to_owned();
        let opened = Note::from_bytes(note.as_bytes()).map_err(|_| CheckError::Malformed)?;
        let known = VerifierList::new(vec![Box::new(verifier)]);
        opened.verify(&known).map_err(|error| match error {
            NoteError::UnverifiedNote => CheckError::OtherKey(verifier_key.trim().to_owned()),
            NoteError::InvalidSignature { .. } => CheckError::Forged,
            _ => CheckError::Malformed,
        })?;
        let (origin, head) = parse(opened.text())?;
        // A key signs one log, whose name it bears: else a checkpoint of another log could be passed off as one of this.
        if origin != name {
            return Err(CheckError::OtherLog(origin));
        }
        Ok(Self { origin, head, note: note.to_owned() })
    }

    /// Checks that an entry, given by its leaf hash, is the one with this number in the log.
    pub fn includes(&self, number: u64, leaf: Hash, proof: &Proof) -> Result<(), CheckError> {
        let hashes = proof.hashes().ok_or(CheckError::NotIncluded)?;
        tlog_tiles::check_record(&hashes, self.head.size, self.head.root.into(), number, leaf.into())
            .map_err(|_| CheckError::NotIncluded)
    }

    /// Checks that this log begins with the one of an earlier checkpoint.
    pub fn continues(&self, earlier: &Checkpoint, proof: &Proof) -> Result<(), CheckError> {
        if self.origin != earlier.origin {
            return Err(CheckError::OtherLog(earlier.origin.clone()));
        }
        let hashes = proof.hashes().ok_or(CheckError::Inconsistent)?;
        let (now, then) = (self.head, earlier.head);
        if then.size == 0 {
            // Every log begins with nothing, whose root is fixed.
            let empty = then.root == crate::Tree::default().root() && hashes.is_empty();
            return if empty { Ok(()) } else { Err(CheckError::Inconsistent) };
        }
        tlog_tiles::check_tree(&hashes, now.size, now.root.into(), then.size, then.root.into())
            .map_err(|_| CheckError::Inconsistent)
    }
}

/// Origin and tree head of a checkpoint's text. Further lines are allowed and passed over, as C2SP says.
pub(crate) fn parse(text: &[u8]) -> Result<(String, TreeHead), CheckError> {
    let parsed = tlog_tiles::Checkpoint::from_bytes(text).map_err(|_| CheckError::Malformed)?;
    let head = TreeHead { size: parsed.size(), root: Hash(parsed.hash().0) };
    // Trees of more than 2^62 entries are none, and would overflow what walks through them.
    if head.size > 1 << 62 {
        return Err(CheckError::Malformed);
    }
    Ok((parsed.origin().to_owned(), head))
}

/// An inclusion or consistency proof of RFC 6962: hashes, each in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(pub Vec<String>);

impl Proof {
    fn hashes(&self) -> Option<Vec<tlog_tiles::Hash>> {
        let hash = |text: &String| Some(tlog_tiles::Hash(STANDARD.decode(text).ok()?.try_into().ok()?));
        if self.0.len() > LONGEST { None } else { self.0.iter().map(hash).collect() }
    }
}

impl From<Vec<tlog_tiles::Hash>> for Proof {
    fn from(hashes: Vec<tlog_tiles::Hash>) -> Self {
        Self(hashes.iter().map(|hash| STANDARD.encode(hash.0)).collect())
    }
}

/// That the log of one checkpoint begins with that of an earlier one, as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// Size of the earlier log.
    pub from: u64,
    /// Size of the later log.
    pub to: u64,
    /// The proof.
    pub proof: Proof,
    /// The later checkpoint.
    pub checkpoint: String,
}

impl Consistency {
    /// Checks it against an earlier checkpoint that somebody has kept, and gives the later one.
    pub fn check(&self, earlier: &Checkpoint, verifier_key: &str) -> Result<Checkpoint, CheckError> {
        let later = Checkpoint::open(&self.checkpoint, verifier_key)?;
        if (self.from, self.to) != (earlier.head.size, later.head.size) {
            return Err(CheckError::Inconsistent);
        }
        later.continues(earlier, &self.proof)?;
        Ok(later)
    }
}
