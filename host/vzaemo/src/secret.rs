//! The platform's secret, in a file of its own beside the database.

use anyhow::Context as _;
use rand::RngCore as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use vzaemo_identity::PlatformSecret;

/// Where the secret lies.
pub fn path(data: &Path) -> PathBuf {
    data.join("platform.secret")
}

/// Reads a secret; nothing if it is not there.
pub fn read(path: &Path) -> anyhow::Result<Option<[u8; 32]>> {
    match fs::read(path) {
        Ok(found) => found.try_into().map(Some).map_err(|_| {
            anyhow::anyhow!(
                "read the secret in {}: it is not 32 bytes long; restore it from where it is kept",
                path.display()
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read the secret {}", path.display())),
    }
}

/// Reads the secret, or makes one when the platform starts for the first time. The file is readable by its owner
/// only; without it nobody finds their record again, so it is to be kept apart from the backups, which do not hold it.
pub fn load_or_make(data: &Path) -> anyhow::Result<PlatformSecret> {
    let path = path(data);
    if let Some(found) = read(&path)? {
        return Ok(PlatformSecret::new(found));
    }
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("make the secret {}", path.display()))?;
    file.write_all(&bytes).and_then(|()| file.sync_all()).context("write the secret")?;
    Ok(PlatformSecret::new(bytes))
}
