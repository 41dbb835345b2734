//! Addresses of modules → what stands there, for one snapshot.

use vzaemo_contract::call::Pair;
use vzaemo_service::Snapshot;

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A view of a module.
    View { module: String, view: String },
    /// An act of a module and its form.
    Act { module: String, act: String },
}

/// The addresses of all modules that a snapshot knows; disabled ones too, so that their pages can say so.
#[derive(Default)]
pub(super) struct Routes {
    router: matchit::Router<Target>,
}

impl Routes {
    /// Binds views and acts to their paths. The load of a module has refused clashes within it, and each module
    /// has a first segment of its own.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut router = matchit::Router::new();
        for (id, state) in &snapshot.modules {
            let manifest = state.manifest();
            let views = manifest
                .views
                .iter()
                .map(|view| (&view.path, Target::View { module: id.clone(), view: view.name.clone() }));
            let acts = manifest
                .acts
                .iter()
                .map(|act| (&act.path, Target::Act { module: id.clone(), act: act.name.clone() }));
            for (path, target) in views.chain(acts) {
                let path = format!("/{id}{}", path.trim_end_matches('/'));
                if let Err(error) = router.insert(path, target) {
                    tracing::error!(module = id, %error, "an address of a module could not be bound");
                }
            }
        }
        Routes { router }
    }

    /// What stands at a path, with its decoded parameters; nothing for paths that are no UTF-8.
    pub fn find(&self, path: &str) -> Option<(&Target, Vec<Pair>)> {
        let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
        let found = self.router.at(path).ok()?;
        let params = found.params.iter().map(|(name, value)| {
            let value = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
            Some((name.to_owned(), value.into_owned()))
        });
        Some((found.value, params.collect::<Option<Vec<Pair>>>()?))
    }
}
