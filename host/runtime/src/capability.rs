//! Capabilities: which interfaces a module may use.

use std::collections::{BTreeMap, BTreeSet};
use vzaemo_contract::manifest::{Limits, Manifest};

/// What a module can be given: the packages of `sdk/wit` that it imports from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Capability {
    /// Documents of its own collections.
    Store = 1,
    /// Who acts.
    Principal = 1 << 1,
    /// Time.
    Calendar = 1 << 2,
    /// Its configuration.
    Settings = 1 << 3,
    /// Messages for operators.
    Log = 1 << 4,
    /// Cases in cabinets.
    Cabinet = 1 << 5,
    /// Reference data.
    Registers = 1 << 6,
    /// What the host has indexed.
    Search = 1 << 7,
    /// Timed work.
    Schedule = 1 << 8,
    /// Telling persons.
    Notify = 1 << 9,
    /// Files beside documents.
    Files = 1 << 10,
}

impl Capability {
    /// All that this host knows.
    pub const ALL: [Capability; 11] = [
        Capability::Store,
        Capability::Principal,
        Capability::Calendar,
        Capability::Settings,
        Capability::Log,
        Capability::Cabinet,
        Capability::Registers,
        Capability::Search,
        Capability::Schedule,
        Capability::Notify,
        Capability::Files,
    ];

    /// The name of its package, as manifests and configuration write it.
    pub const fn name(self) -> &'static str {
        match self {
            Capability::Store => "store",
            Capability::Principal => "principal",
            Capability::Calendar => "calendar",
            Capability::Settings => "settings",
            Capability::Log => "log",
            Capability::Cabinet => "cabinet",
            Capability::Registers => "registers",
            Capability::Search => "search",
            Capability::Schedule => "schedule",
            Capability::Notify => "notify",
            Capability::Files => "files",
        }
    }

    /// The capability with this name.
    pub fn from_name(name: &str) -> Option<Capability> {
        Capability::ALL.into_iter().find(|capability| capability.name() == name)
    }

    /// Whether every module has it without asking.
    pub const fn is_basic(self) -> bool {
        matches!(
            self,
            Capability::Store
                | Capability::Principal
                | Capability::Calendar
                | Capability::Settings
                | Capability::Log
        )
    }
}

/// A set of capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CapabilitySet(u16);

impl CapabilitySet {
    pub(crate) fn insert(&mut self, capability: Capability) {
        self.0 |= capability as u16;
    }

    pub(crate) fn contains(self, capability: Capability) -> bool {
        self.0 & capability as u16 != 0
    }
}

/// What a module's manifest asks for and what the holder grants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Capabilities that the manifest asks for, and whether the module works without them.
    pub asked: BTreeMap<String, bool>,
    /// Capabilities that the holder grants.
    pub granted: BTreeSet<String>,
    /// Limits that the manifest asks for; the engine's hold where they are lower.
    pub limits: Limits,
}

impl Grants {
    /// What the manifest asks for and the holder, by name, grants.
    pub fn new<S: Into<String>>(manifest: &Manifest, granted: impl IntoIterator<Item = S>) -> Grants {
        Grants {
            asked: manifest.capabilities.iter().map(|(name, asked)| (name.clone(), asked.optional)).collect(),
            granted: granted.into_iter().map(Into::into).collect(),
            limits: manifest.limits,
        }
    }

    /// All that the manifest asks for is granted.
    pub fn all(manifest: &Manifest) -> Grants {
        Grants::new(manifest, manifest.capabilities.keys().cloned())
    }

    /// What the module has: the basic ones, and the asked-for ones that are granted.
    pub(crate) fn held(&self) -> CapabilitySet {
        let mut held = CapabilitySet::default();
        for capability in Capability::ALL {
            let name = capability.name();
            if capability.is_basic() || (self.asked.contains_key(name) && self.granted.contains(name)) {
                held.insert(capability);
            }
        }
        held
    }
}
