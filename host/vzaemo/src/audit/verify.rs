//! `vzaemo audit verify` of a platform.

use super::{Place, open};
use crate::{secret, wiring};
use anyhow::Context as _;
use std::path::Path;
use std::process::ExitCode;
use vzaemo_audit::{Checkpoint, Checkpoints, TreeHead};
use vzaemo_identity::PlatformSecret;
use vzaemo_lifecycle::Configuration;
use vzaemo_storage::Storage;

/// Verifies a platform that does not serve at the moment: the database itself, every counter of every collection against a
/// recount, every entry of the audit log with its leaf hash, every checkpoint that was made, and one that was kept
/// elsewhere. Whatever is wrong is said, a line each, and makes the exit status 1; so does a database that is not there.
///
/// `key` is the verifier key of that other checkpoint, if it is not the platform's own.
pub async fn verify(place: &Place, from: Option<&Path>, key: Option<String>) -> anyhow::Result<ExitCode> {
    let configuration = place.configuration()?;
    let storage = open(&configuration).await?;
    let mut findings: Vec<String> =
        storage.verify().await.context("verify the storage")?.iter().map(ToString::to_string).collect();
    let own = own_key(&configuration)?;
    let mut heads = checkpoints(&configuration, &storage, &mut findings).await?;
    if let Some(from) = from {
        let note = std::fs::read_to_string(from).with_context(|| format!("read {}", from.display()))?;
        let key = key.or_else(|| own.clone()).context("find a verifier key; name one with --key")?;
        match Checkpoint::open(&note, &key) {
            Ok(checkpoint) => heads.push(checkpoint.head),
            Err(error) => findings.push(format!("{}: failed to {error}", from.display())),
        }
    }
    let report = vzaemo_audit::verify(&storage, &heads).await.context("verify the audit log")?;
    findings.extend(report.findings.iter().map(ToString::to_string));
    storage.close().await;
    for finding in &findings {
        println!("{finding}");
    }
    if let Some(own) = own {
        println!("verifier key: {own}");
    }
    println!("{} checkpoints compared", heads.len());
    println!("{} entries, tree hash {}, {} findings", report.head.size, report.head.root, findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn own_key(configuration: &Configuration) -> anyhow::Result<Option<String>> {
    let Some(secret) = secret::read(&secret::path(&configuration.folders.data))? else { return Ok(None) };
    let key = wiring::checkpoint_key(configuration, &PlatformSecret::new(secret))?;
    Ok(Some(key.verifier_key().to_owned()))
}

/// What the checkpoints that were made say of the log. One whose signature does not hold is a finding, unless it is by
/// another key or of another name: those a platform has had before.
async fn checkpoints(
    configuration: &Configuration,
    storage: &Storage,
    findings: &mut Vec<String>,
) -> anyhow::Result<Vec<TreeHead>> {
    vzaemo_audit::declare(storage).await.context("declare the audit log's records")?;
    let secret = secret::read(&secret::path(&configuration.folders.data))?.unwrap_or_default();
    let key = wiring::checkpoint_key(configuration, &PlatformSecret::new(secret))?;
    let checkpoints = Checkpoints::new(storage.clone(), key);
    let all = checkpoints.all().await.context("read the checkpoints")?;
    for made in &all {
        use vzaemo_audit::CheckError::{OtherKey, OtherLog};
        match Checkpoint::open(&made.note, checkpoints.key().verifier_key()) {
            Ok(_) | Err(OtherKey(_) | OtherLog(_)) => {}
            Err(error) => {
                findings.push(format!("the checkpoint of {} entries: failed to {error}", made.head.size));
            }
        }
    }
    Ok(all.into_iter().map(|made| made.head).collect())
}
