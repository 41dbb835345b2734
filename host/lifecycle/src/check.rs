//! Tells what is wrong with a configuration and its packages, without changing anything.

use crate::apply::{check_holders, holder_policies, host_policies, packages};
use crate::prepare::Workshop;
use crate::problem::each_once;
use crate::{Configuration, Desired, Problem};
use std::path::Path;
use vzaemo_runtime::Engine;

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// What the configuration asks for in exact versions, as far as that could be found out.
    pub desired: Option<Desired>,
    /// All that is wrong. Nothing: the configuration can be applied, unless a module's own check or the data that
    /// are there say otherwise.
    pub problems: Vec<Problem>,
}

impl Checked {
    fn found(problems: Vec<Problem>) -> Self {
        Checked { desired: None, problems }
    }
}

/// Reads the configuration at `path`, resolves it, and verifies, compiles and checks each package that would serve.
pub async fn check_configuration(path: &Path, engine: &Engine) -> Checked {
    let file = path.display().to_string();
    let configuration = match Configuration::read(path) {
        Ok(configuration) => configuration,
        Err(problems) => return Checked::found(problems),
    };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let found = packages(&configuration.folders.packages, &file)
        .and_then(|(layout, list)| Ok((layout, Desired::resolve(&configuration, &list, &file, &text)?)));
    let (layout, desired) = match found {
        Ok(found) => found,
        Err(problems) => return Checked::found(problems),
    };
    let holder_policies = match holder_policies(&configuration.folders.policies) {
        Ok(policies) => policies,
        Err(problem) => return Checked { desired: Some(desired), problems: vec![problem] },
    };
    let mut problems = crate::rules::read(&configuration, &file, &text).err().unwrap_or_default();
    if let Err(problem) = check_holders(&holder_policies, configuration.modules.keys()) {
        problems.push(problem);
    } else if let Err(problem) = host_policies(&holder_policies, configuration.platform.mode) {
        problems.push(problem);
    }
    let workshop =
        Workshop { layout: &layout, engine, holder_policies: &holder_policies, configuration: &file };
    for (id, wanted) in desired.modules.iter().filter(|(_, wanted)| wanted.enabled) {
        match workshop.prepare(id, wanted).await {
            Ok(_) => {}
            Err(found) => problems.extend(found),
        }
    }
    Checked { desired: Some(desired), problems: each_once(problems) }
}
