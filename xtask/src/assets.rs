//! The web room's stylesheets, scripts and fonts, built by npm into `host/web/assets/dist`.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use vzaemo_registry::Digest;

use crate::command::{program, run_quietly};
use crate::npm::{self, Stamp};
use crate::workspace::Workspace;

/// What building the assets came to.
#[derive(Clone, Copy)]
pub enum Assets {
    None,
    Unchanged,
    Built,
}

impl fmt::Display for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "there are none",
            Self::Unchanged => "unchanged",
            Self::Built => "built",
        })
    }
}

/// Builds the assets if anything they are made from has changed.
pub fn build(workspace: &Workspace) -> Result<Assets> {
    let dir = workspace.assets();
    if !dir.join("package.json").is_file() {
        return Ok(Assets::None);
    }
    npm::ensure()?;
    npm::install(&dir)?;
    let made_from = inputs(&dir)?;
    let stamp = Stamp::at(dir.join("node_modules/.vzaemo-built"));
    if dir.join("dist").is_dir() && stamp.says(&made_from) {
        return Ok(Assets::Unchanged);
    }
    run_quietly(program("npm").current_dir(&dir).args(["run", "--silent", "build"]))?;
    stamp.write(&made_from)?;
    Ok(Assets::Built)
}

/// One line with path and digest for each file the assets are made from.
fn inputs(dir: &Path) -> Result<String> {
    let mut lines = Vec::new();
    list(dir, "", &mut lines)?;
    lines.sort();
    Ok(lines.concat())
}

fn list(dir: &Path, prefix: &str, lines: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("read {}", dir.display()))? {
        let entry = entry.with_context(|| format!("read {}", dir.display()))?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if prefix.is_empty() && (name == "node_modules" || name == "dist") {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            list(&path, &format!("{name}/"), lines)?;
        } else {
            let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
            lines.push(format!("{name} {}\n", Digest::of(&bytes)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_assets_are_made_from_leaves_out_what_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("package.json", "{}");
        write("style/main.scss", "a");
        let before = inputs(dir.path()).unwrap();
        write("dist/main.css", "a");
        write("node_modules/x/index.js", "a");
        assert_eq!(inputs(dir.path()).unwrap(), before);
        write("style/main.scss", "b");
        assert_ne!(inputs(dir.path()).unwrap(), before);
    }
}
