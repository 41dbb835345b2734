//! The frames of pages, each made once for all visitors who get the same.

use super::App;
use super::answer::in_language;
use super::visit::Visit;
use crate::chrome::document::{Development, Frame, Nav};
use crate::chrome::paths;
use crate::chrome::preferences::Preferences;
use crate::chrome::skeleton::Skeleton;
use crate::texts::{Language, Speaker};
use moka::sync::Cache;
use std::sync::Arc;
use vzaemo_contract::call::Address;
use vzaemo_contract::manifest::Bilingual;
use vzaemo_service::{Snapshot, route};

/// The officials' desk.
const DESK: &str = "/desk";
/// The pages of those who administer the platform.
const ADMINISTRATION: &str = "/administration";
/// How many frames are kept: many more than there are sorts of visitors and parts of the platform.
const KEPT: u64 = 512;

/// What decides how a frame reads, within one snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    language: Language,
    preferences: Preferences,
    signed_in: bool,
    /// For officials: whether the page is their desk.
    desk: Option<bool>,
    /// For those who administer the platform: whether the page is one of theirs.
    administration: Option<bool>,
    dense: bool,
    noindex: bool,
    /// The entries of the navigation that the page is part of.
    current: Vec<usize>,
    /// The minute of the legal clock, where it stands on the page.
    minute: Option<i64>,
}

/// An entry of the navigation.
struct Entry {
    /// Where the addresses of the module begin.
    part: String,
    label: Bilingual,
    href: String,
}

/// The frames of the pages of one snapshot.
pub(super) struct Frames {
    navigation: Vec<Entry>,
    made: Cache<Key, Arc<Skeleton>>,
}

impl Frames {
    /// Reads the navigation of the modules that serve.
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let mut navigation = Vec::new();
        for (id, state) in &snapshot.modules {
            let Some(version) = state.serving() else { continue };
            for link in &version.manifest.navigation {
                let address = Address { view: link.view.clone(), params: Vec::new() };
                let Some(href) = route::view_path(&version.manifest, &address) else { continue };
                navigation.push(Entry { part: format!("/{id}/"), label: link.label.clone(), href });
            }
        }
        Frames { navigation, made: Cache::new(KEPT) }
    }

    /// The frame for a page at the visitor's address.
    pub(super) fn skeleton(&self, app: &App, visit: &Visit, dense: bool, noindex: bool) -> Arc<Skeleton> {
        let path = visit.path.split('?').next().unwrap_or_default();
        let is_current = |entry: &Entry| path == entry.href || path.starts_with(&entry.part);
        let current = self.navigation.iter().enumerate().filter(|(_, entry)| is_current(entry));
        let now = app.platform().legal.now();
        let session = visit.session.as_ref();
        let is_official = session.is_some_and(|session| !session.roles.bodies().is_empty());
        let administers = super::administration::concerns(app, visit);
        let key = Key {
            language: visit.language,
            preferences: visit.preferences,
            signed_in: visit.session.is_some(),
            desk: is_official.then(|| path.starts_with(DESK)),
            administration: administers.then(|| path.starts_with(ADMINISTRATION)),
            dense,
            noindex,
            current: current.map(|(at, _)| at).collect(),
            minute: app.development.as_ref().map(|_| now.as_millis().div_euclid(60_000)),
        };
        if let Some(known) = self.made.get(&key) {
            return known;
        }
        let navigation = self.links(visit, &key);
        let platform = app.platform();
        let made = Arc::new(Skeleton::new(&Frame {
            platform: app.name(visit.language),
            language: visit.language,
            preferences: visit.preferences,
            signed_in: key.signed_in,
            navigation: &navigation,
            development: app
                .development
                .as_ref()
                .map(|_| Development { now: now.timestamp(), zone: platform.zone.time_zone().clone() }),
            dense,
            noindex,
        }));
        self.made.insert(key, Arc::clone(&made));
        made
    }

    fn links(&self, visit: &Visit, key: &Key) -> Vec<Nav> {
        let links = self.navigation.iter().enumerate().map(|(at, entry)| Nav {
            label: in_language(&entry.label, visit),
            href: entry.href.clone(),
            current: key.current.contains(&at),
        });
        let desk = key.desk.map(|current| Nav {
            label: Speaker::host(visit.language).say("navigation-desk").into_owned(),
            href: DESK.to_owned(),
            current,
        });
        let administration = key.administration.map(|current| Nav {
            label: Speaker::host(visit.language).say("navigation-administration").into_owned(),
            href: paths::ADMIN_SECURITY.to_owned(),
            current,
        });
        links.chain(desk).chain(administration).collect()
    }
}
