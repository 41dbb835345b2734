//! `vzaemo plan`.

use crate::wiring;
use anyhow::bail;
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints what the configuration as it is now would change of what was applied last, a line each; ends with status 1 if
/// it would be refused. Nothing comes into service.
pub async fn plan(config: PathBuf, data: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let configuration = wiring::configuration(&config, data, None)?;
    if configuration.storage.url.is_none() && !configuration.folders.data.join("vzaemo.db").is_file() {
        bail!("find the database in {}: there is none", configuration.folders.data.display());
    }
    let wired = wiring::wire(config, configuration).await?;
    let planned = wired.lifecycle.plan().await;
    let approvals = wired.lifecycle.approvals_needed().await;
    wired.storage.close().await;
    match planned {
        Ok(plan) => {
            print!("{plan}");
            let approvals = approvals?;
            if approvals > 1 && !plan.is_empty() {
                println!(
                    "{approvals} different holders have to approve this at /administration/changes before it serves"
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => {
            println!("{}", wiring::joined(&refused.problems()));
            Ok(ExitCode::FAILURE)
        }
    }
}
