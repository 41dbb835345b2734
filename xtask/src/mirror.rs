//! A copy of the repository as it stands, changes that are not committed included, to build something else from.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::program;

/// What git does not keep and the host is built from all the same.
const BUILT: [&str; 1] = ["host/web/assets/dist"];

/// The files that make the repository, relative to its root.
pub fn files(root: &Path) -> Result<BTreeSet<PathBuf>> {
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
    files.retain(|file| root.join(file).is_file());
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

/// Makes `to` hold these files of `from` and nothing else. Those that are `kept` stay as they are in `to`: somebody else
/// writes them.
pub fn update(from: &Path, to: &Path, files: &BTreeSet<PathBuf>, kept: &BTreeSet<PathBuf>) -> Result<()> {
    let mut there = BTreeSet::new();
    add_all(to, Path::new(""), &mut there)?;
    for file in there.difference(files) {
        let path = to.join(file);
        fs::remove_file(&path).with_context(|| format!("delete {}", path.display()))?;
    }
    for file in files.difference(kept) {
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
    fn a_copy_holds_what_the_repository_holds_now() {
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
        for file in ["host/a.rs", "host/gone.rs", "host/kept.rs", "target/debug/x"] {
            write(file, "1");
        }
        write("host/web/assets/dist/site.css", "1");
        git(&["add", "."]);
        write("host/new.rs", "1");
        let kept = BTreeSet::from([PathBuf::from("host/kept.rs")]);
        let update = || update(from.path(), to.path(), &files(from.path()).unwrap(), &kept).unwrap();
        let copied = || {
            let mut files = BTreeSet::new();
            add_all(to.path(), Path::new(""), &mut files).unwrap();
            files.into_iter().map(|file| file.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        update();
        // Nobody has written it yet.
        let first =
            [".gitignore", "host/a.rs", "host/gone.rs", "host/new.rs", "host/web/assets/dist/site.css"];
        assert_eq!(copied(), first);
        let time = |folder: &Path| folder.join("host/a.rs").metadata().unwrap().modified().unwrap();
        assert_eq!(time(from.path()), time(to.path()));

        fs::remove_file(from.path().join("host/gone.rs")).unwrap();
        write("host/a.rs", "longer");
        fs::write(to.path().join("host/kept.rs"), "otherwise").unwrap();
        update();
        assert!(!copied().contains(&"host/gone.rs".to_owned()));
        assert_eq!(fs::read_to_string(to.path().join("host/a.rs")).unwrap(), "longer");
        assert_eq!(fs::read_to_string(to.path().join("host/kept.rs")).unwrap(), "otherwise");
    }
}
