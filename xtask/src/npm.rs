//! Packages of npm, installed only when what asks for them has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use vzaemo_registry::Digest;

use crate::command::{find_program, program, run_quietly};
use crate::debian;

/// Makes sure that node and npm are there.
pub fn ensure() -> Result<()> {
    let there = || find_program("node").is_some() && find_program("npm").is_some();
    if there() {
        return Ok(());
    }
    if debian::is_here() {
        debian::ensure(&["nodejs", "npm"], "the web assets")?;
    }
    if there() {
        return Ok(());
    }
    bail!("find node and npm: install Node.js 20 or newer (https://nodejs.org)")
}

/// Installs the packages that `dir/package.json` asks for. True if there was anything to do.
pub fn install(dir: &Path) -> Result<bool> {
    let stamp = Stamp::at(dir.join("node_modules/.vzaemo-installed"));
    if stamp.says(&wanted(dir)?) {
        return Ok(false);
    }
    // With a lock file exactly what it says; without one npm writes it.
    let task = if dir.join("package-lock.json").is_file() { "ci" } else { "install" };
    let mut npm = program("npm");
    npm.current_dir(dir).args([task, "--no-audit", "--no-fund", "--loglevel=error"]);
    // Browsers come from the system, not from a package's installation script.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").env("PUPPETEER_SKIP_DOWNLOAD", "1");
    run_quietly(&mut npm)?;
    stamp.write(&wanted(dir)?)?;
    Ok(true)
}

fn wanted(dir: &Path) -> Result<String> {
    let mut lines = Vec::new();
    for name in ["package.json", "package-lock.json"] {
        let path = dir.join(name);
        if path.is_file() {
            let bytes = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
            lines.push(format!("{name} {}\n", Digest::of(&bytes)));
        }
    }
    Ok(lines.concat())
}

/// A file that remembers what something was made from.
pub struct Stamp {
    path: PathBuf,
}

impl Stamp {
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn says(&self, text: &str) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|found| found == text)
    }

    pub fn write(&self, text: &str) -> Result<()> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(dir).with_context(|| format!("create {}", dir.display()))?;
        fs::write(&self.path, text).with_context(|| format!("write {}", self.path.display()))
    }
}
