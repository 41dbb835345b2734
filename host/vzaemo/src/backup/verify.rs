//! What a backup holds, found out from its files rather than from what its manifest says.

use super::folder::{self, digest};
use super::manifest::{AuditHead, Manifest};
use super::{DATABASE, content_name};
use anyhow::{Context as _, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use vzaemo_audit::{Tree, leaf_hash};
use vzaemo_storage::files::State;
use vzaemo_storage::{Inventory, Seen, StoredEntry};

/// What the dump of a database holds.
pub(super) struct Dumped {
    pub inventory: Inventory,
    pub audit: AuditHead,
    /// What is wrong with the audit log of the platform itself.
    pub findings: Vec<String>,
    /// The files that the database speaks of, by the digest of their content.
    pub files: BTreeMap<String, Recorded>,
}

/// What is known of a content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded {
    /// In bytes.
    pub size: u64,
    /// Whether it must be there: the file has arrived.
    pub arrived: bool,
    /// Whether a document names it, so that nobody may have removed it meanwhile.
    pub named: bool,
}

/// Reads a dump from its first line to its last.
pub(super) fn dumped(path: &Path) -> anyhow::Result<Dumped> {
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let (mut tree, mut findings, mut next) = (Tree::default(), Vec::new(), 0);
    let mut files = BTreeMap::new();
    let inventory = vzaemo_storage::inspect(BufReader::with_capacity(256 << 10, file), |seen| match seen {
        Seen::Entry(entry) => {
            check(&entry, &mut next, &mut findings);
            tree.push(leaf_hash(&entry.bytes));
        }
        Seen::File(file) => {
            let known = files.entry(file.digest).or_insert(Recorded {
                size: file.size,
                arrived: false,
                named: false,
            });
            known.arrived |= file.state != State::Arriving;
            known.named |= !file.named.is_empty();
        }
    })?;
    let head = tree.head();
    let audit = AuditHead { entries: head.size, root: head.root.to_string() };
    Ok(Dumped { inventory, audit, findings, files })
}

fn check(entry: &StoredEntry, next: &mut u64, findings: &mut Vec<String>) {
    if entry.number != *next {
        findings.push(format!("audit entry {next} is missing"));
    }
    if entry.leaf != leaf_hash(&entry.bytes).0 {
        findings.push(format!("audit entry {} differs from its leaf hash", entry.number));
    }
    *next = entry.number + 1;
}

/// Checks that every file of a backup is there and as it was, and that they hold what the manifest says. Answers the
/// names of all files.
pub(super) fn verify(backup: &Path, manifest: &Manifest) -> anyhow::Result<Vec<String>> {
    let sums = folder::read_list(backup, &manifest.sums)?;
    for (name, expected) in &sums {
        let path = backup.join(name);
        if !path.is_file() {
            bail!("find {name}: the backup has lost it");
        }
        let (found, _) = digest(&path)?;
        if found != *expected {
            bail!(
                "trust {name}: it was changed or is damaged, its digest is {found} and should be {expected}"
            );
        }
    }
    if !sums.contains_key(DATABASE) {
        bail!("find {DATABASE}: the backup does not list it");
    }
    let dumped = dumped(&backup.join(DATABASE)).with_context(|| format!("read {DATABASE}"))?;
    if dumped.inventory != manifest.database || dumped.audit != manifest.audit {
        bail!("trust {DATABASE}: it holds something else than the manifest says");
    }
    for (digest, recorded) in &dumped.files {
        let known_to_lack = manifest.files.without_content.contains(digest);
        if recorded.arrived && !known_to_lack && !sums.contains_key(&content_name(digest)) {
            bail!("find the content {digest} of a file: the backup does not list it");
        }
    }
    Ok(sums.into_keys().collect())
}
