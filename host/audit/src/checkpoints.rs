//! Making checkpoints and proofs of a platform's own log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, VerifierError};
use std::sync::Arc;
use vzaemo_clock::Instant;
use vzaemo_storage::{CommitError, Storage};

use crate::check::parse;
use crate::commitment::NAMESPACE;
use crate::kept::{Reader, reach};
use crate::{AuditError, CheckError, Checkpoint, Consistency, Proof, TreeHead};

/// All checkpoints that were made.
pub(crate) const CHECKPOINTS: &str = "checkpoints";
/// The document that names the last one: its key is that of no checkpoint.
const LAST: &str = "last";
/// How often the same commit is tried when another node makes a checkpoint at the same moment.
const ATTEMPTS: u32 = 5;
/// Signature type of Ed25519 in C2SP `signed-note`.
const ED25519: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Kept {
    note: String,
    /// When it was made, by the security clock.
    made: String,
}

/// The key that signs checkpoints.
#[derive(Clone)]
pub struct CheckpointKey {
    signer: Arc<StandardSigner>,
    verifier: String,
}

impl std::fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckpointKey").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl CheckpointKey {
    /// The Ed25519 key of this seed for the log of this name. By C2SP a name is an address without scheme and holds
    /// neither white space nor `+`.
    pub fn new(origin: &str, seed: [u8; 32]) -> Result<Self, CheckError> {
        let key = SigningKey::from_bytes(&seed);
        let verifier = signed_note::new_ed25519_verifier_key(origin, &key.verifying_key());
        let id = StandardVerifier::new(&verifier).map_err(|_: VerifierError| CheckError::Key)?;
        let id = signed_note::Verifier::key_id(&id);
        let mut secret = vec![ED25519];
        secret.extend_from_slice(&seed);
        let signer =
            StandardSigner::new(&format!("PRIVATE+KEY+{origin}+{id:08x}+{}", STANDARD.encode(secret)))
                .map_err(|_| CheckError::Key)?;
        Ok(Self { signer: Arc::new(signer), verifier })
    }

    /// The public half, by which anybody checks a checkpoint: `NAME+HASH+KEY`.
    pub fn verifier_key(&self) -> &str {
        &self.verifier
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        self.signer.name()
    }

    fn sign(&self, head: TreeHead) -> Result<String, CheckError> {
        let text = format!("{}\n{}\n{}\n", self.origin(), head.size, STANDARD.encode(head.root.0));
        let mut note = Note::new(text.as_bytes(), &[]).map_err(|_| CheckError::Malformed)?;
        note.add_sigs(&[&*self.signer]).map_err(|_| CheckError::Malformed)?;
        String::from_utf8(note.to_bytes()).map_err(|_| CheckError::Malformed)
    }
}

/// A checkpoint with the time at which it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The signed note.
    pub note: String,
    /// What the log was.
    pub head: TreeHead,
    /// When, by the security clock. It is not signed.
    pub at: Instant,
}

/// The checkpoints of a platform's log.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    storage: Storage,
    key: CheckpointKey,
}

impl Checkpoints {
    /// Those of this storage's log, signed by this key.
    pub fn new(storage: Storage, key: CheckpointKey) -> Self {
        Self { storage, key }
    }

    /// The key that signs.
    pub fn key(&self) -> &CheckpointKey {
        &self.key
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The last one that was made, by whatever node or program.
    pub async fn last(&self) -> Result<Option<Made>, AuditError> {
        let Some(last) = self.storage.read_now(NAMESPACE, CHECKPOINTS, LAST).await? else { return Ok(None) };
        made(&last.parse()?).map(Some)
    }

    /// All that were made, the smallest first.
    pub async fn all(&self) -> Result<Vec<Made>, AuditError> {
        let mut export = self.storage.export(NAMESPACE, CHECKPOINTS).await?;
        let mut all = Vec::new();
        while let Some(document) = export.next().await? {
            if document.key != LAST {
                all.push(made(&document.parse()?)?);
            }
        }
        export.end().await?;
        Ok(all)
    }

    /// Makes a checkpoint of the log as it is now; if nothing has come since the last one, that is given. Entries are
    /// compared with their leaf hashes on the way, and the log with the last checkpoint: a log that was rewritten is
    /// never signed.
    ///
    /// # Errors
    /// [`AuditError::Missing`], [`AuditError::Changed`] and [`AuditError::Rewritten`] if the log is not what it was.
    pub async fn make(&self, at: Instant) -> Result<Made, AuditError> {
        let mut tried = 0;
        loop {
            match self.attempt(at).await {
                Err(AuditError::Commit(CommitError::Conflict)) if tried < ATTEMPTS => tried += 1,
                other => return other,
            }
        }
    }

    async fn attempt(&self, at: Instant) -> Result<Made, AuditError> {
        let mut unit = self.storage.begin().await?;
        let last = unit.get(NAMESPACE, CHECKPOINTS, LAST).await?;
        let (revision, before) = match &last {
            Some(document) => (Some(document.revision), Some(made(&document.parse()?)?)),
            None => (None, None),
        };
        let size = self.storage.entry_count().await?;
        if let Some(before) = &before
            && before.head.size > size
        {
            return Err(AuditError::Missing(size));
        }
        reach(&self.storage, size).await?;
        let mut reader = Reader::new(&self.storage).await?;
        if let Some(before) = &before {
            let found = reader.head(before.head.size).await?;
            if found != before.head {
                let (found, kept) = (found.root, before.head.root);
                return Err(AuditError::Rewritten { size: before.head.size, found, kept });
            }
            if before.head.size == size && Checkpoint::open(&before.note, self.key.verifier_key()).is_ok() {
                return Ok(before.clone());
            }
        }
        let head = reader.checked_head(size).await?;
        let note = self.key.sign(head)?;
        let kept = Kept { note, made: at.to_string() };
        let body = serde_json::to_string(&kept).map_err(|error| AuditError::Form(error.to_string()))?;
        match unit.get(NAMESPACE, CHECKPOINTS, &key(size)).await? {
            // Of the same log by an earlier key.
            Some(old) => unit.replace(NAMESPACE, CHECKPOINTS, &key(size), old.revision, &body).await?,
            None => unit.insert(NAMESPACE, CHECKPOINTS, Some(key(size)), &body).await.map(|_| ())?,
        }
        match revision {
            Some(revision) => unit.replace(NAMESPACE, CHECKPOINTS, LAST, revision, &body).await?,
            None => unit.insert(NAMESPACE, CHECKPOINTS, Some(LAST.into()), &body).await.map(|_| ())?,
        }
        unit.commit().await?;
        made(&kept)
    }

    /// A checkpoint of a log that holds this entry: the last one, or a new one if it is older.
    pub async fn covering(&self, number: u64, at: Instant) -> Result<Made, AuditError> {
        match self.last().await? {
            Some(last)
                if last.head.size > number
                    && Checkpoint::open(&last.note, self.key.verifier_key()).is_ok() =>
            {
                Ok(last)
            }
            _ => self.make(at).await,
        }
    }

    /// The proof that the log of a checkpoint holds this entry.
    pub async fn inclusion(&self, number: u64, size: u64) -> Result<Proof, AuditError> {
        if number >= size {
            return Err(AuditError::Proof);
        }
        let mut reader = Reader::new(&self.storage).await?;
        let proof = reader.run(|hashes| tlog_tiles::prove_record(size, number, hashes)).await?;
        Ok(proof.into())
    }

    /// The proof that the log of the last checkpoint begins with the first `from` entries as they were. `None` if there
    /// is no checkpoint, or the last one is of a smaller log.
    pub async fn consistency(&self, from: u64) -> Result<Option<Consistency>, AuditError> {
        let Some(last) = self.last().await?.filter(|last| last.head.size >= from) else { return Ok(None) };
        let to = last.head.size;
        let proof = if from == 0 {
            Proof(Vec::new())
        } else {
            let mut reader = Reader::new(&self.storage).await?;
            reader.run(|hashes| tlog_tiles::prove_tree(to, from, hashes)).await?.into()
        };
        Ok(Some(Consistency { from, to, proof, checkpoint: last.note }))
    }
}

/// Zeros before the size keep the order of keys that of sizes.
fn key(size: u64) -> String {
    format!("{size:020}")
}

fn made(kept: &Kept) -> Result<Made, AuditError> {
    let note = Note::from_bytes(kept.note.as_bytes()).map_err(|_| CheckError::Malformed)?;
    let (_, head) = parse(note.text())?;
    let at = kept.made.parse().map_err(|_| AuditError::Form("a checkpoint has no time".into()))?;
    Ok(Made { note: kept.note.clone(), head, at })
}
