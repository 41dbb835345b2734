//! What can be checked with a verifier key alone, without any platform.

use anyhow::Context as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use vzaemo_audit::{Checkpoint, Consistency, Receipt};

/// Checks a receipt: the signature of its checkpoint, that the entry is in that log, and what stands behind the entry's
/// commitments. What it proves is said.
pub fn receipt(file: &Path, key: &str) -> anyhow::Result<ExitCode> {
    let receipt: Receipt = serde_json::from_str(&read(file)?).context("read the receipt")?;
    let checked = receipt.check(key)?;
    let (checkpoint, record) = (&checked.checkpoint, &checked.record);
    println!(
        "{}: entry {} is in the log of {} entries, tree hash {}, which the owner of this key has signed",
        checkpoint.origin, receipt.number, checkpoint.head.size, checkpoint.head.root
    );
    if let Some(module) = &record.module {
        println!("service: {} {}, package {}", module.id, module.version, module.digest);
    }
    if let Some(act) = &record.act {
        println!("act: {act}");
    }
    if let Some(resource) = &record.resource {
        println!("about: {resource}");
    }
    println!("legal time: {}, real time: {}", record.legal, record.security);
    println!("result: {}", record.result);
    for opening in &receipt.openings {
        println!("{}: {}", opening.member, opening.value);
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks that a later log begins with that of an earlier checkpoint. The proof is what `/audit/consistency` gives.
pub fn consistency(from: &Path, proof: &Path, key: &str) -> anyhow::Result<ExitCode> {
    let earlier = Checkpoint::open(&read(from)?, key)?;
    let proof: Consistency = serde_json::from_str(&read(proof)?).context("read the proof")?;
    let later = proof.check(&earlier, key)?;
    println!(
        "{}: the log of {} entries, tree hash {}, begins with the {} entries of the earlier checkpoint, unchanged",
        later.origin, later.head.size, later.head.root, earlier.head.size
    );
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}
