//! `vzaemo audit`.

mod checkpoint;
pub mod replay;
mod stand_alone;
mod verify;

use crate::command::{Audit, AuditCommand, Verify};
use crate::wiring;
use anyhow::{Context as _, bail};
use std::path::PathBuf;
use std::process::ExitCode;
use vzaemo_lifecycle::Configuration;
use vzaemo_storage::Storage;

/// Does what was asked.
pub async fn audit(asked: Audit) -> anyhow::Result<ExitCode> {
    let place = Place { config: asked.config, data: asked.data };
    match asked.what.unwrap_or(AuditCommand::Verify(Verify::default())) {
        AuditCommand::Verify(Verify { receipt: Some(receipt), key: Some(key), .. }) => {
            stand_alone::receipt(&receipt, &key)
        }
        AuditCommand::Verify(Verify { from: Some(from), proof: Some(proof), key: Some(key), .. }) => {
            stand_alone::consistency(&from, &proof, &key)
        }
        AuditCommand::Verify(Verify { from, key, .. }) => verify::verify(&place, from.as_deref(), key).await,
        AuditCommand::Checkpoint => checkpoint::checkpoint(&place).await,
        AuditCommand::Replay { case } => replay::replay(&place, &case).await,
        AuditCommand::Erasures => replay::erasures(&place).await,
    }
}

/// Which platform.
pub struct Place {
    config: PathBuf,
    data: Option<PathBuf>,
}

impl Place {
    fn configuration(&self) -> anyhow::Result<Configuration> {
        wiring::configuration(&self.config, self.data.clone(), None)
    }
}

/// Opens the storage of a platform that must be there.
async fn open(configuration: &Configuration) -> anyhow::Result<Storage> {
    let file = configuration.folders.data.join("vzaemo.db");
    // Opening would make an empty one, and nothing would be wrong with that.
    if configuration.storage.url.is_none() && !file.is_file() {
        bail!("find the database {}: there is none", file.display());
    }
    Storage::open(wiring::storage_config(configuration)?).await.context("open the storage")
}
