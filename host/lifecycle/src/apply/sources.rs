//! What stands in files: the configuration, the packages, the holder's policies.

use super::Lifecycle;
use crate::configuration::Mode;
use crate::problem::chain;
use crate::{Configuration, Desired, Problem, WantedRules};
use std::path::Path;
use vzaemo_access::{HostPolicies, PolicyError, PolicyText};
use vzaemo_identity::Edition;
use vzaemo_registry::{Layout, Listed};

/// All that stands in files.
pub(super) struct Sources {
    pub(super) configuration: Configuration,
    /// Its text.
    pub(super) text: String,
    pub(super) desired: Desired,
    pub(super) policies: Vec<PolicyText>,
    pub(super) layout: Layout,
    /// The rules of use.
    pub(super) rules: Vec<Edition>,
}

impl Lifecycle {
    /// Reads everything that stands in files.
    pub(super) fn read(&self) -> Result<Sources, Vec<Problem>> {
        let file = self.file();
        let text = Configuration::text(&self.inner.path)?;
        let configuration = Configuration::of_text(&self.inner.path, &text)?;
        let (layout, list) = packages(&self.folders().packages, &file)?;
        let mut desired = Desired::resolve(&configuration, &list, &file, &text)?;
        let rules = crate::rules::read(&configuration, &file, &text)?;
        desired.rules = rules.iter().map(WantedRules::of).collect();
        let policies = holder_policies(&self.folders().policies).map_err(|problem| vec![problem])?;
        check_holders(&policies, configuration.modules.keys()).map_err(|problem| vec![problem])?;
        Ok(Sources { configuration, text, desired, policies, layout, rules })
    }
}

/// The packages that there are.
pub(crate) fn packages(folder: &Path, file: &str) -> Result<(Layout, Vec<Listed>), Vec<Problem>> {
    let wrong = |error: vzaemo_registry::Error| {
        vec![
            Problem::new(file, chain(&error))
                .at("folders.packages")
                .mend("build the modules, or give the folder of the packages"),
        ]
    };
    let layout = Layout::open(folder).map_err(wrong)?;
    let list = layout.list().map_err(wrong)?;
    Ok((layout, list))
}

/// The holder's policies in order of their names; none when there is no folder.
pub(crate) fn holder_policies(folder: &Path) -> Result<Vec<PolicyText>, Problem> {
    let wrong =
        |path: &Path, error: &std::io::Error| Problem::new(path.display().to_string(), error.to_string());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(folder, &error)),
    };
    let mut policies = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| wrong(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(&path, &error))?;
            policies.push(PolicyText { file: path.display().to_string(), text });
        }
    }
    policies.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(policies)
}

/// What is wrong with the holder's policies by themselves; `modules` are the ids of all that are configured.
pub(crate) fn check_holders<'a>(
    policies: &[PolicyText],
    modules: impl IntoIterator<Item = &'a String>,
) -> Result<(), Problem> {
    vzaemo_access::check_holders(policies, modules.into_iter().map(String::as_str)).map_err(problem)
}

/// Who may do what on the platform's own pages.
pub(crate) fn host_policies(holder: &[PolicyText], mode: Mode) -> Result<HostPolicies, Problem> {
    HostPolicies::compile(holder, mode == Mode::Development).map_err(problem)
}

fn problem(error: PolicyError) -> Problem {
    Problem::new(error.file, error.what).line((error.line > 0).then_some(error.line))
}
