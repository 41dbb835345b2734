//! Sees the configuration, the packages and the holder's policies change.

use crate::Lifecycle;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long nothing may happen before a change is taken up: editors and builds write in several steps.
const QUIET: Duration = Duration::from_millis(250);

/// Watches until it is dropped.
pub struct Watching {
    _watcher: RecommendedWatcher,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Applies the configuration whenever its file, the index of the packages or a policy of the holder changes.
pub fn watch(lifecycle: &Lifecycle) -> notify::Result<Watching> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let watched = Watched::of(lifecycle);
    let folders = watched.folders();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
        Ok(event) if event.kind.is_access() => {}
        Ok(event) => {
            if event.need_rescan() || event.paths.iter().any(|path| watched.concerns(path)) {
                // The receiver is gone when the platform stops.
                let _stopping = tell.send(());
            }
        }
        Err(error) => {
            tracing::error!(%error, "cannot see files change; send SIGHUP to apply the configuration");
        }
    })?;
    for folder in folders {
        // Folders rather than files: who replaces a file leaves a watch on the old one behind.
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    let lifecycle = lifecycle.clone();
    let task = tokio::spawn(async move {
        while told.recv().await.is_some() {
            while let Ok(Some(())) = tokio::time::timeout(QUIET, told.recv()).await {}
            // What came of it is logged and audited there.
            let _told_there = lifecycle.reload().await;
        }
    });
    Ok(Watching { _watcher: watcher, task })
}

/// The files that matter.
struct Watched {
    configuration: PathBuf,
    index: PathBuf,
    policies: PathBuf,
}

impl Watched {
    fn of(lifecycle: &Lifecycle) -> Self {
        let folders = lifecycle.folders();
        Watched {
            configuration: real(lifecycle.path()),
            index: real(&folders.packages).join("index.json"),
            policies: real(&folders.policies),
        }
    }

    fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<_> = [self.configuration.parent(), self.index.parent(), Some(&self.policies)]
            .into_iter()
            .flatten()
            .filter(|folder| folder.is_dir())
            .map(Path::to_owned)
            .collect();
        folders.dedup();
        folders
    }

    fn concerns(&self, path: &Path) -> bool {
        let policy = path.parent() == Some(&self.policies)
            && path.extension().is_some_and(|extension| extension == "cedar");
        policy || path == self.configuration || path == self.index
    }
}

/// The path as the system reports it.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_matters_concerns() {
        let watched = Watched {
            configuration: "/etc/vzaemo/platform.toml".into(),
            index: "/var/packages/index.json".into(),
            policies: "/etc/vzaemo/policies".into(),
        };
        for path in
            ["/etc/vzaemo/platform.toml", "/var/packages/index.json", "/etc/vzaemo/policies/night.cedar"]
        {
            assert!(watched.concerns(Path::new(path)), "{path}");
        }
        for path in ["/etc/vzaemo/platform.lock", "/var/packages/blobs", "/etc/vzaemo/policies/night.cedar~"]
        {
            assert!(!watched.concerns(Path::new(path)), "{path}");
        }
    }
}
