//! Packages that have served, kept for as long as anybody may want to run a recorded act again.

use crate::configuration::Folders;
use crate::prepare::Workshop;
use crate::problem::chain;
use crate::{Problem, Wanted};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vzaemo_registry::{Digest, Layout};
use vzaemo_runtime::Engine;
use vzaemo_service::{ModuleVersion, Recorded};

/// Where they lie in the data folder: an OCI image layout, in which nothing is ever removed.
pub fn kept_packages(data: &Path) -> PathBuf {
    data.join("packages")
}

/// Keeps a package that is about to serve. One that is there already costs a look.
///
/// # Errors
/// What stood in the way, for the operator: the module can serve all the same.
pub(crate) fn keep_package(
    data: &Path,
    from: &Layout,
    digest: &Digest,
) -> Result<(), vzaemo_registry::Error> {
    let kept = Layout::create(kept_packages(data))?;
    if kept.get(digest).is_ok() {
        return Ok(());
    }
    // In development a version is built over and over: the earlier package stays there under its digest.
    kept.replace(&from.get(digest)?).map(|_| ())
}

/// The version of a module that ran what was recorded, with the configuration and the capabilities that it had.
///
/// # Errors
/// What stands in its way: the package is not kept, or this program can no longer run it.
pub async fn recorded_version(
    folders: &Folders,
    engine: &Engine,
    recorded: &Recorded,
) -> Result<Arc<ModuleVersion>, Vec<Problem>> {
    let name = format!("{} {}", recorded.module, recorded.version);
    let wrong = |what: String| vec![Problem::new(&name, what)];
    let digest: Digest = recorded.digest.parse().map_err(|error| wrong(chain(&error)))?;
    // A restored backup has them among the packages.
    let places = [kept_packages(&folders.data), folders.packages.clone()];
    let layout = places
        .into_iter()
        .filter_map(|place| Layout::open(place).ok())
        .find(|layout| layout.get(&digest).is_ok())
        .ok_or_else(|| wrong(format!("the package {digest} is not kept")))?;
    let wanted = Wanted {
        version: recorded.version.parse().map_err(|error: semver::Error| wrong(error.to_string()))?,
        digest,
        enabled: true,
        grants: recorded.grants.clone(),
        // What was decided is not decided again, and nothing is erased.
        assurance: BTreeMap::new(),
        config: serde_json::from_str(&recorded.settings).map_err(|error| wrong(error.to_string()))?,
        retention: BTreeMap::new(),
    };
    let workshop =
        Workshop { layout: &layout, engine, holder_policies: &[], configuration: "the transcript" };
    Ok(Arc::new(workshop.prepare(&recorded.module, &wanted).await?.into_version(0)))
}
