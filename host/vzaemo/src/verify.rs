//! `vzaemo audit`.

use crate::wiring;
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vzaemo_storage::Storage;

/// Verifies a platform that does not serve at the moment: the database itself, every counter of every collection against a
/// recount of its documents, every entry of the audit log with its leaf hash. Whatever is wrong is said, a line each, and
/// makes the exit status 1; so does a database that is not there.
pub async fn verify(config: &Path, data: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let configuration = wiring::configuration(config, data, None)?;
    let file = configuration.folders.data.join("vzaemo.db");
    // Opening would make an empty one, and nothing would be wrong with that.
    if configuration.storage.url.is_none() && !file.is_file() {
        bail!("find the database {}: there is none", file.display());
    }
    let storage = Storage::open(wiring::storage_config(&configuration)?).await.context("open the storage")?;
    let mut findings: Vec<String> =
        storage.verify().await.context("verify the storage")?.iter().map(ToString::to_string).collect();
    let report = vzaemo_audit::verify(&storage, &[]).await.context("verify the audit log")?;
    findings.extend(report.findings.iter().map(ToString::to_string));
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} entries, tree hash {}, {} findings", report.head.size, report.head.root, findings.len());
    storage.close().await;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
