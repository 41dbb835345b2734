//! `backup.json`: what a backup holds.

use anyhow::{Context as _, bail};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Sha256;
use std::path::Path;
use vzaemo_storage::Inventory;

/// The name of its file.
pub(super) const NAME: &str = "backup.json";
/// The format that is written; older ones can be restored.
pub(super) const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Manifest {
    pub format: u32,
    /// The version of the program that has made it.
    pub program: String,
    /// When it was begun.
    pub made: jiff::Timestamp,
    /// What the platform ran on. A backup can be restored into the other one as well.
    pub engine: Engine,
    pub database: Inventory,
    pub audit: AuditHead,
    pub files: Files,
    pub packages: Vec<Packed>,
    /// Secrets that the platform needs and that are not in the backup, by their names.
    pub secrets: Vec<String>,
    /// SHA-256 of `SHA256SUMS`.
    pub sums: String,
}

/// What the platform ran on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Engine {
    Sqlite,
    Postgresql,
}

/// The audit log: kept elsewhere, this shows any later change of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AuditHead {
    pub entries: u64,
    /// The Merkle tree hash of the entries (RFC 6962).
    pub root: String,
}

/// Files beside documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Files {
    /// Different contents.
    pub contents: u64,
    /// Of all contents.
    pub bytes: u64,
    /// Digests of which the platform itself had no sound content.
    pub without_content: Vec<String>,
}

/// A package in the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Packed {
    pub id: String,
    pub version: String,
    pub digest: String,
}

/// The file: the manifest and its seal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<'a> {
    #[serde(borrow)]
    backup: &'a RawValue,
    seal: String,
}

/// All that is read of a manifest before it is known that it can be read.
#[derive(Deserialize)]
struct Beginning {
    format: u32,
    program: String,
}

/// A manifest as it was read, with what its seal is over.
pub(super) struct Read {
    pub manifest: Manifest,
    text: String,
    seal: String,
}

impl Manifest {
    /// The text of the file, sealed.
    pub(super) fn sealed(&self, secret: &[u8; 32]) -> anyhow::Result<String> {
        let text = serde_json::to_string_pretty(self).context("write the manifest")?;
        let seal = hex::encode(mac(secret, &text).finalize().into_bytes());
        Ok(format!("{{\n\"backup\": {text},\n\"seal\": \"{seal}\"\n}}\n"))
    }

    /// Reads the manifest of a backup; the seal is not looked at yet.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Read> {
        let path = folder.join(NAME);
        let file = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
                "find {}: {} is no backup, or one that was not finished",
                path.display(),
                folder.display()
            ),
            read => read.with_context(|| format!("read {}", path.display()))?,
        };
        let wrong = || format!("understand {}", path.display());
        let sealed: Sealed<'_> = serde_json::from_str(&file).with_context(wrong)?;
        let beginning: Beginning = serde_json::from_str(sealed.backup.get()).with_context(wrong)?;
        if beginning.format > FORMAT {
            bail!(
                "read the backup: version {} of the program has made it, in the format {}, which this version ({}) does \
                 not know; restore it with that version or a newer one",
                beginning.program,
                beginning.format,
                env!("CARGO_PKG_VERSION")
            );
        }
        let manifest = serde_json::from_str(sealed.backup.get()).with_context(wrong)?;
        Ok(Read { manifest, text: sealed.backup.get().to_owned(), seal: sealed.seal })
    }
}

impl Read {
    /// Whether the platform with this secret has made the backup, and the manifest is as it was.
    pub(super) fn is_sealed_with(&self, secret: &[u8; 32]) -> bool {
        hex::decode(&self.seal).is_ok_and(|seal| mac(secret, &self.text).verify_slice(&seal).is_ok())
    }
}

fn mac(secret: &[u8; 32], text: &str) -> Hmac<Sha256> {
    // HMAC fills a short key up with zeros to the hash's block (RFC 2104); done here, it cannot fail.
    let mut block = [0; 64];
    for (slot, byte) in block.iter_mut().zip(secret) {
        *slot = *byte;
    }
    let mut mac = Hmac::<Sha256>::new((&block).into());
    // The purpose goes in first, so that other uses of the secret never give the same.
    mac.update(b"vzaemo backup v1\n");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn manifest(format: u32) -> Manifest {
        let database =
            Inventory { position: 1, collections: 0, documents: 0, entries: 0, digest: "d".to_owned() };
        Manifest {
            format,
            program: "9.9.9".to_owned(),
            made: jiff::Timestamp::UNIX_EPOCH,
            engine: Engine::Sqlite,
            database,
            audit: AuditHead { entries: 0, root: "r".to_owned() },
            files: Files { contents: 0, bytes: 0, without_content: Vec::new() },
            packages: Vec::new(),
            secrets: Vec::new(),
            sums: "s".to_owned(),
        }
    }

    #[test]
    fn a_seal_holds_for_one_secret_and_one_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        std::fs::write(&path, manifest(FORMAT).sealed(&[1; 32]).unwrap()).unwrap();
        let read = Manifest::read(folder.path()).unwrap();
        assert!(read.is_sealed_with(&[1; 32]));
        assert!(!read.is_sealed_with(&[2; 32]));
        let changed = std::fs::read_to_string(&path).unwrap().replace("\"position\": 1", "\"position\": 2");
        std::fs::write(&path, changed).unwrap();
        let read = Manifest::read(folder.path()).unwrap();
        assert_eq!(read.manifest.database.position, 2);
        assert!(!read.is_sealed_with(&[1; 32]));
    }

    #[test]
    fn a_newer_format_is_refused_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let newer =
            manifest(FORMAT + 1).sealed(&[1; 32]).unwrap().replace("\"sums\"", "\"sums-of-the-future\"");
        std::fs::write(folder.path().join(NAME), newer).unwrap();
        let refused = Manifest::read(folder.path()).err().unwrap().to_string();
        assert!(refused.contains("version 9.9.9") && refused.contains("the format 2"), "{refused}");
    }
}
