//! The platform's secret, in a file of its own beside the database.

use anyhow::Context as _;
use rand::RngCore as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use vzaemo_identity::PlatformSecret;

/// Reads the secret, or makes one when the platform starts for the first time. The file is readable by its owner
/// only; without it nobody finds their record again, so it belongs into the backup, apart from the database.
pub fn load_or_make(data: &Path) -> anyhow::Result<PlatformSecret> {
    let path = data.join("platform.secret");
    let mut bytes = [0_u8; 32];
    match fs::read(&path) {
        Ok(found) => {
            let found: [u8; 32] = found.try_into().map_err(|_| {
                anyhow::anyhow!(
                    "read the secret in {}: it is not 32 bytes long; restore it from the backup",
                    path.display()
                )
            })?;
            bytes = found;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            rand::rng().fill_bytes(&mut bytes);
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .with_context(|| format!("make the secret {}", path.display()))?;
            file.write_all(&bytes).and_then(|()| file.sync_all()).context("write the secret")?;
        }
        Err(error) => return Err(error).with_context(|| format!("read the secret {}", path.display())),
    }
    Ok(PlatformSecret::new(bytes))
}
