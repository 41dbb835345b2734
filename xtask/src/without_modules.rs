//! The repository once more, as it is when `modules/` has been deleted.
//!
//! Its crates are built there with a profile that differs in nothing but debug information. Cargo tells packages apart
//! by their path within the workspace, so with the same profile it would take what it built in the repository for what
//! it has to build in the copy. Dependencies have a profile of their own and are not compiled again.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::command::program;
use crate::mirror;
use crate::workspace::Workspace;

/// What the copy goes without.
const LEFT_OUT: &str = "modules";

/// A copy of the repository as it stands, changes that are not committed included, without its modules.
pub struct Copy {
    folder: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// Brings the copy up to date. Files keep their times, so that cargo compiles only what has changed.
    pub fn update(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target().join("without-modules");
        let mut files = mirror::files(workspace.root())?;
        files.retain(|file| !file.starts_with(LEFT_OUT));
        mirror::update(workspace.root(), &folder, &files, &BTreeSet::new())?;
        Ok(Self { folder, target: workspace.target() })
    }

    /// `cargo` in the copy.
    pub fn cargo(&self) -> Command {
        let mut cargo = program("cargo");
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_PROFILE_DEV_DEBUG", "false");
        cargo
    }
}
