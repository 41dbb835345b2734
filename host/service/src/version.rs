//! What serves now: an immutable value, swapped whole.

use crate::{FileFields, Keeping, PersonalFields, Retention};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use vzaemo_access::{HostPolicies, ModulePolicies};
use vzaemo_contract::manifest::Manifest;
use vzaemo_identity::Editions;
use vzaemo_language::texts::Texts;
use vzaemo_search::SearchFields;

/// The check of an act's input, compiled when the module is loaded.
pub struct InputForm {
    /// The JSON Schema of the input.
    pub schema: serde_json::Value,
    /// The same, compiled.
    pub validator: jsonschema::Validator,
    /// Its fields that take files.
    pub files: FileFields,
}

/// A version of a module in service.
pub struct ModuleVersion {
    /// Its manifest.
    pub manifest: Arc<Manifest>,
    /// The digest of its package.
    pub digest: String,
    /// The component, compiled and linked.
    pub component: vzaemo_runtime::Module,
    /// The capabilities that the holder has granted.
    pub grants: Vec<String>,
    /// Its configuration as JSON, with the defaults of the schema filled in.
    pub settings: String,
    /// Who may do what.
    pub policies: ModulePolicies,
    /// Its messages.
    pub texts: Arc<Texts>,
    /// Its forms by name.
    pub forms: HashMap<String, InputForm>,
    /// The fields of each collection whose texts are indexed.
    pub search: HashMap<String, SearchFields>,
    /// The fields of each collection that hold files.
    pub files: HashMap<String, FileFields>,
    /// The fields of each collection that hold data of a person.
    pub personal: HashMap<String, PersonalFields>,
    /// For how long documents of a collection are kept, where the holder says so.
    pub retention: HashMap<String, Retention>,
    /// From when, for how long and by which rule the data in documents of each collection are kept.
    pub keeping: HashMap<String, Keeping>,
    /// The generation of the configuration in which it came into service.
    pub generation: u64,
}

/// Where a module stands.
pub enum ModuleState {
    /// It serves.
    Serving(Arc<ModuleVersion>),
    /// The holder has disabled it. Its data and its people's cases stay.
    Disabled(Arc<Manifest>),
    /// It failed again and again and rests until the host tries it again.
    SetAside(Arc<ModuleVersion>),
}

impl ModuleState {
    /// The manifest, whatever the state.
    pub fn manifest(&self) -> &Arc<Manifest> {
        match self {
            ModuleState::Serving(version) | ModuleState::SetAside(version) => &version.manifest,
            ModuleState::Disabled(manifest) => manifest,
        }
    }

    /// The version, if it serves.
    pub fn serving(&self) -> Option<&Arc<ModuleVersion>> {
        match self {
            ModuleState::Serving(version) => Some(version),
            _ => None,
        }
    }
}

/// All modules of one configuration.
#[derive(Default)]
pub struct Snapshot {
    /// Counts the configurations that have been applied.
    pub generation: u64,
    /// Who may do what on the platform's own pages. Those of the default snapshot permit nothing.
    pub host: Arc<HostPolicies>,
    /// Modules by id.
    pub modules: BTreeMap<String, Arc<ModuleState>>,
    /// The rules of use; none if the holder has set none.
    pub rules: Editions,
}

impl Snapshot {
    /// The module with this id.
    pub fn module(&self, id: &str) -> Option<&Arc<ModuleState>> {
        self.modules.get(id)
    }
}
