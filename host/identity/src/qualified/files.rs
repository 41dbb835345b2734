//! Certificates and lists in the holder's files.

use std::io;
use std::path::{Path, PathBuf};

use vzaemo_signature::{Refusal, TrustList};

use super::QualifiedSetupError;

/// The files at a path: itself, or those of the folder in the order of their names. Hidden ones are left out.
pub(super) fn within(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// The authorities of these files and folders, and the certificates that help to reach them: each file in DER, PEM or
/// as a bundle in PKCS #7.
pub(super) fn trust_list(
    anchors: &[PathBuf],
    intermediates: &[PathBuf],
) -> Result<TrustList, QualifiedSetupError> {
    let mut trust = TrustList::new();
    add(anchors, |file| trust.add_anchors(file))?;
    if !anchors.is_empty() && trust.anchors().next().is_none() {
        return Err(QualifiedSetupError::Nobody);
    }
    add(intermediates, |file| trust.add_intermediates(file))?;
    Ok(trust)
}

fn add(
    paths: &[PathBuf],
    mut take: impl FnMut(&[u8]) -> Result<usize, Refusal>,
) -> Result<(), QualifiedSetupError> {
    for path in paths {
        let named = |path: &Path| path.display().to_string();
        let unread = |path: &Path| {
            let path = named(path);
            move |source| QualifiedSetupError::File { path, source }
        };
        for file in within(path).map_err(unread(path))? {
            let bytes = std::fs::read(&file).map_err(unread(&file))?;
            take(&bytes)
                .map_err(|source| QualifiedSetupError::Certificates { path: named(&file), source })?;
        }
    }
    Ok(())
}
