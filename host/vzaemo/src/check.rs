//! `vzaemo check`.

use crate::{qualified, wiring};
use std::path::Path;
use std::process::ExitCode;
use vzaemo_lifecycle::{Configuration, check_configuration};

/// Prints what is wrong with a configuration, a problem a paragraph; succeeds when there is none.
pub async fn check(config: &Path) -> anyhow::Result<ExitCode> {
    let problems: Vec<String> = match Configuration::read(config) {
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
        Ok(configuration) => {
            let checked = check_configuration(config, &wiring::engine(&configuration)?).await;
            let problems = checked.problems.iter().map(ToString::to_string);
            problems.chain(qualified::problem(config, &configuration)).collect()
        }
    };
    if problems.is_empty() {
        println!("{}: no problem found", config.display());
        return Ok(ExitCode::SUCCESS);
    }
    for problem in &problems {
        println!("{problem}");
    }
    Ok(ExitCode::FAILURE)
}
