//! `vzaemo storage copy`.

use crate::wiring;
use anyhow::Context as _;
use std::path::Path;
use std::process::ExitCode;

/// Copies the database of one configuration into the empty one of another.
pub async fn copy(from: &Path, to: &Path) -> anyhow::Result<ExitCode> {
    let config = |path: &Path| -> anyhow::Result<_> {
        wiring::storage_config(&wiring::configuration(path, None, None)?)
            .with_context(|| format!("find the database of {}", path.display()))
    };
    let copied = vzaemo_storage::copy(&config(from)?, &config(to)?).await.context("copy the storage")?;
    println!(
        "{} documents, {} audit entries, up to position {} of the commit log; both have the digest {}",
        copied.documents, copied.entries, copied.position, copied.digest
    );
    Ok(ExitCode::SUCCESS)
}
