//! What an open view gives, as HTML with its slots open: the same for every visitor of one language.

use super::fresh::Fresh;
use crate::render::{Fragment, Rendered, Slot};
use crate::texts::Language;
use std::sync::{Arc, Weak};
use vzaemo_clock::Instant;
use vzaemo_contract::call::Pair;
use vzaemo_service::ModuleVersion;

/// What one body is known by. Only declared query parameters are part of it, in the order of their declaration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::server) struct BodyKey {
    pub module: String,
    pub view: String,
    pub params: Vec<Pair>,
    pub query: Vec<Pair>,
    pub language: Language,
    /// To stand as a section within a page of the host's.
    pub section: bool,
}

impl BodyKey {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let pairs = self.params.iter().chain(&self.query);
        self.module.len()
            + self.view.len()
            + pairs.map(|(name, value)| name.len() + value.len() + 48).sum::<usize>()
    }
}

/// What an open view gives.
pub(in crate::server) struct PageBody {
    /// Escaped HTML text.
    pub title: String,
    /// What goes into `<main>`, with its slots open.
    pub main: Fragment,
    /// Keep search engines away.
    pub noindex: bool,
    /// It says that there is nothing.
    pub empty: bool,
    /// The version that made it. A remembered body does not keep an old version alive.
    version: Weak<ModuleVersion>,
    /// None if it must not be remembered.
    pub fresh: Option<Fresh>,
}

impl PageBody {
    /// A body made by a version.
    pub fn new(rendered: Rendered, empty: bool, version: &Arc<ModuleVersion>, fresh: Option<Fresh>) -> Self {
        let Rendered { title, body: main, noindex, .. } = rendered;
        PageBody { title, main, noindex, empty, version: Arc::downgrade(version), fresh }
    }

    /// Whether it is what this version would make now.
    pub fn is_current(&self, version: &Arc<ModuleVersion>, now: Instant) -> bool {
        std::ptr::eq(self.version.as_ptr(), Arc::as_ptr(version))
            && self.fresh.as_ref().is_some_and(|fresh| fresh.holds(now))
    }

    /// The version that made it, if anybody still uses it.
    pub fn version(&self) -> Option<Arc<ModuleVersion>> {
        self.version.upgrade()
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.title.len() + fragment(&self.main) + self.fresh.as_ref().map_or(0, Fresh::bytes) + 512
    }
}

fn fragment(of: &Fragment) -> usize {
    of.html.len() + of.slots.iter().map(|(_, inner)| slot(inner)).sum::<usize>()
}

fn slot(of: &Slot) -> usize {
    let pairs = of.params.iter().chain(&of.prefill).map(|(name, value)| name.len() + value.len() + 48);
    of.act.len() + of.label.len() + pairs.sum::<usize>() + of.taken.as_ref().map_or(0, fragment) + 256
}
