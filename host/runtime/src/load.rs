//! Taking a component into service: what it imports and what it exports.

use crate::bindings::vzaemo::types::types as wit;
use crate::border::Border;
use crate::call::Callable;
use crate::capability::CapabilitySet;
use crate::conduct::Conduct;
use crate::convert::RequestRef;
use crate::engine::Shared;
use crate::{Capability, Engine, Grants, LoadError};
use semver::Version;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Lower, types::ComponentItem,
};

/// The interface that every module exports, with the version of the contract.
const GUEST: &str = "vzaemo:module/guest@0.1.0";
/// The namespace of the contract.
const NAMESPACE: &str = "vzaemo";
/// The version of the contract's packages.
const CONTRACT: Version = Version::new(0, 1, 0);
/// The interfaces of the contract by package.
const INTERFACES: [(&str, Interface, &[&str]); 12] = [
    ("types", Interface::Types, &["types"]),
    ("store", Interface::Of(Capability::Store), &["read", "write"]),
    ("principal", Interface::Of(Capability::Principal), &["principal"]),
    ("calendar", Interface::Of(Capability::Calendar), &["calendar"]),
    ("settings", Interface::Of(Capability::Settings), &["settings"]),
    ("log", Interface::Of(Capability::Log), &["log"]),
    ("cabinet", Interface::Of(Capability::Cabinet), &["cabinet"]),
    ("registers", Interface::Of(Capability::Registers), &["registers"]),
    ("files", Interface::Of(Capability::Files), &["files"]),
    ("search", Interface::Of(Capability::Search), &["search"]),
    ("schedule", Interface::Of(Capability::Schedule), &["schedule"]),
    ("notify", Interface::Of(Capability::Notify), &["notify"]),
];

pub(crate) type ViewParams<'a> = (&'a str, &'a RequestRef<'a>);
pub(crate) type ViewResult = (Result<wit::Page, wit::Failure>,);
pub(crate) type ActResult = (Result<wit::Outcome, wit::Failure>,);
pub(crate) type JobParams<'a> = (&'a str, &'a str);
pub(crate) type JobResult = (Result<(), wit::Failure>,);
pub(crate) type MigrateParams<'a> = (&'a str, u32, &'a str);
pub(crate) type MigrateResult = (Result<String, wit::Failure>,);
pub(crate) type CheckResult = (Vec<String>,);

/// One version of a module, ready to be called. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Module {
    pub(crate) callable: Arc<dyn Callable>,
}

pub(crate) struct Loaded {
    pub(crate) engine: Arc<Shared>,
    pub(crate) pre: InstancePre<Border>,
    pub(crate) exports: Exports,
    pub(crate) held: CapabilitySet,
    /// The module's share of the engine's slots.
    pub(crate) share: Arc<Semaphore>,
    pub(crate) conduct: Conduct,
    /// The most memory of an instance in bytes.
    pub(crate) memory: usize,
    /// The most time of a call.
    pub(crate) wall: Duration,
}

/// Where the functions of the contract stand in the component.
pub(crate) struct Exports {
    pub(crate) view: ComponentExportIndex,
    pub(crate) act: ComponentExportIndex,
    pub(crate) job: ComponentExportIndex,
    pub(crate) migrate: ComponentExportIndex,
    pub(crate) check: ComponentExportIndex,
}

impl Module {
    pub(crate) fn new(engine: &Engine, component: &Component, grants: &Grants) -> Result<Module, LoadError> {
        let shared = &engine.shared;
        for (import, _) in component.component_type().imports(&shared.wasmtime) {
            check_import(import, grants)?;
        }
        let wrong = |error: wasmtime::Error| LoadError::WrongType { detail: format!("{error:#}") };
        let pre = shared.linker.instantiate_pre(component).map_err(wrong)?;
        let exports = Exports::find(&pre)?;

        let config = &shared.config;
        let memory = grants.limits.memory_mib.map_or(config.memory(), |mib| (mib as usize) << 20);
        let call_ms = grants.limits.call_ms.map_or(config.call_ms, |asked| asked.min(config.call_ms));
        Ok(Module {
            callable: Arc::new(Loaded {
                engine: Arc::clone(shared),
                pre,
                exports,
                held: grants.held(),
                conduct: Conduct::new(),
                share: shared.slots.share(),
                memory: memory.min(config.memory()),
                wall: Duration::from_millis(u64::from(call_ms)),
            }),
        })
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module")
            .field("held", &self.held)
            .field("memory", &self.memory)
            .field("wall", &self.wall)
            .finish_non_exhaustive()
    }
}

/// Whether this host speaks the version of the contract that a manifest names, such as `0.1`.
pub fn speaks(contract: &str) -> bool {
    contract == vzaemo_contract::CONTRACT_VERSION
}

/// Refuses what is foreign, unknown, not asked for, or required and not granted.
fn check_import(import: &str, grants: &Grants) -> Result<(), LoadError> {
    let Some(rest) = import.strip_prefix(NAMESPACE).and_then(|rest| rest.strip_prefix(':')) else {
        return Err(LoadError::Foreign { import: import.to_owned() });
    };
    let capability = match known(rest) {
        Some(Interface::Types) => return Ok(()),
        Some(Interface::Of(capability)) if capability.is_basic() => return Ok(()),
        Some(Interface::Of(capability)) => capability,
        None => return Err(LoadError::UnknownInterface { import: import.to_owned() }),
    };
    let name = capability.name();
    match grants.asked.get(name) {
        None => Err(LoadError::NotAsked { import: import.to_owned(), capability: name }),
        // An optional one that is not granted answers `not-granted` at the border.
        Some(optional) if *optional || grants.granted.contains(name) => Ok(()),
        Some(_) => Err(LoadError::NotGranted { import: import.to_owned(), capability: name }),
    }
}

/// An interface of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interface {
    /// Types only, no function: nothing to grant.
    Types,
    /// Functions of a capability.
    Of(Capability),
}

/// What `package/interface@version` is, if this host has that interface in a version that holds all that the
/// given one holds.
fn known(rest: &str) -> Option<Interface> {
    let (path, version) = rest.split_once('@')?;
    let (package, interface) = path.split_once('/')?;
    let version = Version::parse(version).ok()?;
    let compatible =
        version.major == CONTRACT.major && version.minor == CONTRACT.minor && version <= CONTRACT;
    let (_, found, _) = INTERFACES
        .into_iter()
        .find(|(name, _, interfaces)| compatible && *name == package && interfaces.contains(&interface))?;
    Some(found)
}

impl Exports {
    fn find(pre: &InstancePre<Border>) -> Result<Exports, LoadError> {
        let component = pre.component();
        let guest = component
            .get_export_index(None, GUEST)
            .ok_or_else(|| LoadError::MissingExport { export: GUEST.to_owned() })?;
        Ok(Exports {
            view: function::<ViewParams<'_>, ViewResult>(pre, &guest, "view")?,
            act: function::<ViewParams<'_>, ActResult>(pre, &guest, "act")?,
            job: function::<JobParams<'_>, JobResult>(pre, &guest, "job")?,
            migrate: function::<MigrateParams<'_>, MigrateResult>(pre, &guest, "migrate")?,
            check: function::<(), CheckResult>(pre, &guest, "check")?,
        })
    }
}

/// Finds an exported function and compares its type with the contract's.
fn function<P, R>(
    pre: &InstancePre<Border>,
    guest: &ComponentExportIndex,
    name: &str,
) -> Result<ComponentExportIndex, LoadError>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    let export = || format!("{GUEST}#{name}");
    match pre.component().get_export(Some(guest), name) {
        Some((ComponentItem::ComponentFunc(function), index)) => {
            function.typecheck::<P, R>(&pre.instance_type()).map_err(|error| LoadError::WrongType {
                detail: format!("`{}` has another type: {error:#}", export()),
            })?;
            Ok(index)
        }
        Some(_) => Err(LoadError::WrongType { detail: format!("`{}` is not a function", export()) }),
        None => Err(LoadError::MissingExport { export: export() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_known_by_package_name_and_version() {
        assert_eq!(known("store/read@0.1.0"), Some(Interface::Of(Capability::Store)));
        assert_eq!(known("types/types@0.1.0"), Some(Interface::Types));
        for unknown in
            ["store/read@0.1.1", "store/read@0.2.0", "store/read", "store/drop@0.1.0", "vote/v@0.1.0"]
        {
            assert_eq!(known(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_capability_has_its_interfaces() {
        for capability in Capability::ALL {
            assert!(
                INTERFACES
                    .iter()
                    .any(|(name, of, _)| *of == Interface::Of(capability) && *name == capability.name())
            );
        }
    }
}
