//! The repository once more, as it is when `modules/` has been deleted.
//!
//! Its crates are built there with a profile that differs in nothing but debug information. Cargo tells packages apart
//! by their path within the workspace, so with the same profile it would take what it built in the repository for what
//! it has to build in the copy. Dependencies have a profile of their own and are not compiled again.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::program;
use crate::workspace::Workspace;

/// What git does not keep and the host is built from all the same.
const BUILT: [&str; 1] = ["host/web/assets/dist"];
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
        mirror(workspace.root(), &folder, &files(workspace.root())?)?;
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

/// The files that make the repository without its modules, relative to its root.
fn files(root: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut git = program("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().context("run git, which knows the files of the repository")?;
    if !output.status.success() {
        bail!("list the files of the repository: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let listed = String::from_utf8(output.stdout).context("read the names of the repository's files")?;
    let mut files: BTreeSet<PathBuf> =
        listed.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    for folder in BUILT {
        add_all(root, Path::new(folder), &mut files)?;
    }
    // What has been deleted and not committed is listed still.
    files.retain(|file| !file.starts_with(LEFT_OUT) && root.join(file).is_file());
    Ok(files)
}

/// Adds all files below a folder; none if there is no such folder.
fn add_all(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let path = root.join(folder);
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&path).with_context(|| format!("read {}", path.display()))? {
        let entry = entry.with_context(|| format!("read {}", path.display()))?;
        let file = folder.join(entry.file_name());
        if entry.path().is_dir() {
            add_all(root, &file, files)?;
        } else {
            files.insert(file);
        }
    }
    Ok(())
}

/// Makes `to` hold these files of `from` and nothing else.
fn mirror(from: &Path, to: &Path, files: &BTreeSet<PathBuf>) -> Result<()> {
    let mut there = BTreeSet::new();
    add_all(to, Path::new(""), &mut there)?;
    for file in there.difference(files) {
        let path = to.join(file);
        fs::remove_file(&path).with_context(|| format!("delete {}", path.display()))?;
    }
    for file in files {
        let (source, target) = (from.join(file), to.join(file));
        copy(&source, &target)
            .with_context(|| format!("copy {} to {}", source.display(), target.display()))?;
    }
    Ok(())
}

/// Copies a file with its time, unless the one that is there has the same size and time.
fn copy(source: &Path, target: &Path) -> Result<()> {
    let wanted = source.metadata()?;
    let modified = wanted.modified()?;
    if let Ok(found) = target.metadata()
        && found.is_file()
        && found.len() == wanted.len()
        && found.modified()? == modified
    {
        return Ok(());
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(source, target)?;
    File::options().write(true).open(target)?.set_modified(modified)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_the_repository_holds_now_but_no_module() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |file: &str, text: &str| {
            let path = from.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let git = |arguments: &[&str]| {
            assert!(program("git").current_dir(from.path()).args(arguments).status().unwrap().success());
        };
        git(&["init", "-q"]);
        write(".gitignore", "/target/\ndist/\n");
        for file in ["host/a.rs", "host/gone.rs", "target/debug/x"] {
            write(file, "1");
        }
        write(&format!("{LEFT_OUT}/notes/module.toml"), "1");
        write("host/web/assets/dist/site.css", "1");
        git(&["add", "."]);
        write("host/new.rs", "1");
        let update = || mirror(from.path(), to.path(), &files(from.path()).unwrap()).unwrap();
        let copied = || {
            let mut files = BTreeSet::new();
            add_all(to.path(), Path::new(""), &mut files).unwrap();
            files.into_iter().map(|file| file.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        update();
        let first =
            [".gitignore", "host/a.rs", "host/gone.rs", "host/new.rs", "host/web/assets/dist/site.css"];
        assert_eq!(copied(), first);
        let time = |folder: &Path| folder.join("host/a.rs").metadata().unwrap().modified().unwrap();
        assert_eq!(time(from.path()), time(to.path()));

        fs::remove_file(from.path().join("host/gone.rs")).unwrap();
        write("host/a.rs", "longer");
        update();
        assert!(!copied().contains(&"host/gone.rs".to_owned()));
        assert_eq!(fs::read_to_string(to.path().join("host/a.rs")).unwrap(), "longer");
    }
}
