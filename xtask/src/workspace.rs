//! Where things are in this repository.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the repository and the folders that the tasks work on.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The repository this program was built from.
    pub fn find() -> Result<Self> {
        // Cargo sets it when it runs a program; a program started by hand knows where it was built.
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = here.parent().context("find the repository: xtask has no parent folder")?;
        Ok(Self { root: root.to_owned() })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn modules(&self) -> PathBuf {
        self.root.join("modules")
    }

    /// The layout that the platform reads its packages from in development.
    pub fn packages(&self) -> PathBuf {
        self.root.join("target/packages")
    }

    /// Modules for tests and benchmarks.
    pub fn guests(&self) -> PathBuf {
        self.root.join("tests/guests")
    }

    /// The layout with the packages of those.
    pub fn guest_packages(&self) -> PathBuf {
        self.target().join("guest-packages")
    }

    pub fn assets(&self) -> PathBuf {
        self.root.join("host/web/assets")
    }

    pub fn browser_tests(&self) -> PathBuf {
        self.root.join("tests/browser")
    }

    pub fn openid_provider(&self) -> PathBuf {
        self.root.join("tests/openid-provider")
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Where cargo puts what it builds here, as the person may have set it.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }
}

/// Where costly things that outlive a clone are kept:
/// `$VZAEMO_CACHE`, else `$XDG_CACHE_HOME/vzaemo`, else `~/.cache/vzaemo`.
pub fn cache_dir() -> Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("VZAEMO_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|dir| dir.join("vzaemo")))
        .or_else(|| set("HOME").map(|dir| dir.join(".cache/vzaemo")))
        .context("find a cache folder: set VZAEMO_CACHE or HOME")
}
