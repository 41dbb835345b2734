//! `vzaemo audit checkpoint`.

use super::{Place, open};
use crate::{secret, wiring};
use anyhow::Context as _;
use std::process::ExitCode;
use vzaemo_audit::Checkpoints;
use vzaemo_clock::SecurityClock;

/// Makes a checkpoint of the log as it is now, whether the platform serves or not, and writes it to standard output;
/// the verifier key goes to standard error, so that the one can be put into a file.
pub async fn checkpoint(place: &Place) -> anyhow::Result<ExitCode> {
    let configuration = place.configuration()?;
    let path = secret::path(&configuration.folders.data);
    // A secret made here would not be the one that has signed the earlier checkpoints.
    let secret = secret::read(&path)?.with_context(|| format!("find the secret {}", path.display()))?;
    let key = wiring::checkpoint_key(&configuration, &vzaemo_identity::PlatformSecret::new(secret))?;
    let storage = open(&configuration).await?;
    vzaemo_audit::declare(&storage).await.context("declare the audit log's records")?;
    let checkpoints = Checkpoints::new(storage.clone(), key);
    let made = checkpoints.make(SecurityClock::real().now()).await;
    storage.close().await;
    let made = made.context("make a checkpoint")?;
    eprintln!("verifier key: {}", checkpoints.key().verifier_key());
    print!("{}", made.note);
    Ok(ExitCode::SUCCESS)
}
