//! What serves, and what is ready to.

use crate::plan::Side;
use crate::record::Known;
use crate::{Desired, Plan, Wanted, content};
use std::collections::BTreeMap;
use std::sync::Arc;
use vzaemo_access::{HostPolicies, PolicyText};
use vzaemo_contract::manifest::Manifest;
use vzaemo_identity::Editions;
use vzaemo_service::ModuleVersion;
use vzaemo_service::changes::Change;
use vzaemo_storage::Collection;

/// What serves.
#[derive(Default)]
pub(super) struct State {
    /// Whether anything has been put into service since the program started.
    pub(super) entered: bool,
    pub(super) generation: u64,
    pub(super) desired: Desired,
    pub(super) policies: Vec<PolicyText>,
    /// The text of the configuration that serves, if it was kept.
    pub(super) text: Option<String>,
    /// How many different holders approve a change of it.
    pub(super) approvals: u8,
    /// The change that this node has proposed last.
    pub(super) proposed: Option<String>,
    /// Files of policies that were in force and were not there when the program started.
    pub(super) lost: Vec<String>,
    /// Who may do what on the platform's own pages.
    pub(super) host: Arc<HostPolicies>,
    pub(super) serving: BTreeMap<String, Serving>,
    /// Manifests of modules that do not serve.
    pub(super) idle: BTreeMap<String, Arc<Manifest>>,
    /// The rules of use.
    pub(super) rules: Editions,
}

/// A module that serves.
#[derive(Clone)]
pub(super) struct Serving {
    pub(super) wanted: Wanted,
    pub(super) version: Arc<ModuleVersion>,
    pub(super) collections: Arc<Vec<Collection>>,
}

/// A configuration that has passed every check but is not in service.
pub(super) struct Ready {
    pub(super) desired: Desired,
    pub(super) policies: Vec<PolicyText>,
    pub(super) host: Arc<HostPolicies>,
    pub(super) serving: BTreeMap<String, Serving>,
    pub(super) idle: BTreeMap<String, Arc<Manifest>>,
    /// What is to be kept of modules that are new or another version.
    pub(super) known: Vec<Known>,
    pub(super) samples: BTreeMap<String, content::Samples>,
    pub(super) rules: Editions,
    /// The text of the configuration, if it is known.
    pub(super) text: Option<String>,
    /// How many different holders approve a change of it.
    pub(super) approvals: u8,
    /// The change by which it comes into service, if holders have approved one.
    pub(super) approved: Option<Change>,
    pub(super) plan: Plan,
}

impl State {
    pub(super) fn sides(&self) -> BTreeMap<String, Side> {
        sides(&self.desired, &self.serving, &self.idle)
    }
}

impl Ready {
    pub(super) fn sides(&self) -> BTreeMap<String, Side> {
        sides(&self.desired, &self.serving, &self.idle)
    }
}

fn sides(
    desired: &Desired,
    serving: &BTreeMap<String, Serving>,
    idle: &BTreeMap<String, Arc<Manifest>>,
) -> BTreeMap<String, Side> {
    let side = |(id, wanted): (&String, &Wanted)| {
        let served = serving.get(id).map(|serving| &serving.version.manifest);
        let manifest = Arc::clone(served.or_else(|| idle.get(id))?);
        Some((id.clone(), Side { wanted: wanted.clone(), manifest }))
    };
    desired.modules.iter().filter_map(side).collect()
}
