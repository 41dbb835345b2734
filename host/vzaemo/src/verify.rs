//! `vzaemo audit`.

use crate::wiring;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vzaemo_storage::{Config, Storage};

/// Verifies the storage's sums and the audit log of a platform that does not serve at the moment.
pub async fn verify(config: &Path, data: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let folder = wiring::configuration(config, data, None)?.folders.data;
    let storage = Storage::open(Config::new(&folder)).await.context("open the storage")?;
    let mut findings: Vec<String> = storage
        .verify()
        .await
        .context("verify the storage")?
        .iter()
        .map(|problem| format!("{problem:?}"))
        .collect();
    let report = vzaemo_audit::verify(&storage, &[]).await.context("verify the audit log")?;
    findings.extend(report.findings.iter().map(ToString::to_string));
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} entries, tree hash {}, {} findings", report.head.size, report.head.root, findings.len());
    storage.close().await;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
