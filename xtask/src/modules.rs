//! Modules → components → packages.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use vzaemo_registry::{Layout, Package};

use crate::component;
use crate::progress::say;
use crate::wasm_target::{TARGET, WasmTarget};
use crate::workspace::Workspace;

/// What building the modules came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// Id and version of each package that is new or differs from the one before.
    pub changed: Vec<String>,
    /// How many were as before.
    pub unchanged: usize,
}

impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.changed.as_slice(), self.unchanged) {
            ([], 0) => f.write_str("there are no modules; the platform will serve none"),
            ([], unchanged) => write!(f, "{unchanged} unchanged"),
            (changed, unchanged) => write!(f, "built {}; {unchanged} unchanged", changed.join(", ")),
        }
    }
}

/// Builds the modules of the repository into its development packages.
pub fn build(workspace: &Workspace, target: &WasmTarget) -> Result<Built> {
    let modules = workspace.modules();
    let place = Place {
        root: workspace.root(),
        target_dir: &modules.join("target"),
        modules: &modules,
        packages: &workspace.packages(),
    };
    build_in(&place, target)
}

/// Builds the modules that only tests and benchmarks use, into packages of their own.
pub fn build_guests(workspace: &Workspace, target: &WasmTarget) -> Result<Built> {
    let guests = workspace.guests();
    let place = Place {
        root: workspace.root(),
        target_dir: &guests.join("target"),
        modules: &guests,
        packages: &workspace.guest_packages(),
    };
    build_in(&place, target)
}

/// Where modules are built.
struct Place<'a> {
    root: &'a Path,
    modules: &'a Path,
    target_dir: &'a Path,
    packages: &'a Path,
}

fn build_in(place: &Place<'_>, target: &WasmTarget) -> Result<Built> {
    let layout = Layout::create(place.packages)?;
    let modules = discover(place.modules)?;
    let mut built = Built::default();
    if modules.is_empty() {
        return Ok(built);
    }
    let artifacts = compile(place, target, &modules)?;
    let before = layout.list()?;
    for module in &modules {
        let name = &module.package;
        let wasm = artifacts.get(&module.dir.join("Cargo.toml")).with_context(|| {
            format!("find the WebAssembly of {name}: its Cargo.toml needs [lib] crate-type = [\"cdylib\"]")
        })?;
        let core = fs::read(wasm).with_context(|| format!("read {}", wasm.display()))?;
        let component =
            component::from_core_module(&core).with_context(|| format!("turn {name} into a component"))?;
        let package = Package::pack(&module.dir, component).with_context(|| format!("pack {name}"))?;
        if before.iter().any(|listed| listed.digest == package.digest) {
            built.unchanged += 1;
        } else {
            layout.replace(&package).with_context(|| format!("store the package of {name}"))?;
            built.changed.push(format!("{} {}", package.id, package.version));
        }
    }
    Ok(built)
}

/// Whether a folder holds any module.
pub fn any(modules: &Path) -> bool {
    let Ok(entries) = fs::read_dir(modules) else { return false };
    entries.flatten().any(|entry| entry.path().join("module.toml").is_file())
}

/// A module's folder and the name of its crate.
struct Module {
    dir: PathBuf,
    package: String,
}

/// The folders with a `module.toml`, in the order of their names.
fn discover(modules: &Path) -> Result<Vec<Module>> {
    if !modules.is_dir() {
        return Ok(Vec::new());
    }
    let modules = modules.canonicalize().with_context(|| format!("find {}", modules.display()))?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&modules).with_context(|| format!("read {}", modules.display()))? {
        let dir = entry.with_context(|| format!("read {}", modules.display()))?.path();
        if dir.join("module.toml").is_file() {
            let package = crate_name(&dir)?;
            found.push(Module { dir, package });
        }
    }
    found.sort_by(|a, b| a.dir.cmp(&b.dir));
    Ok(found)
}

fn crate_name(dir: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct Manifest {
        package: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let path = dir.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let manifest: Manifest = toml::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    Ok(manifest.package.name)
}

/// Builds all modules in one go. Returns the WebAssembly file of each by the path of its `Cargo.toml`.
fn compile(place: &Place<'_>, target: &WasmTarget, modules: &[Module]) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let mut cargo = target.cargo(place.root);
    cargo
        .current_dir(place.modules)
        .args(["build", "--release", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(place.target_dir);
    for module in modules {
        cargo.args(["-p", &module.package]);
    }
    // Errors and progress go to the person, messages to us.
    let output = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("run cargo")?;
    if !output.status.success() {
        say("the packages stay as they were");
        bail!("compile the modules (see above)");
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(wasm_artifact).collect())
}

/// The manifest and the WebAssembly file of a cargo message about a module.
fn wasm_artifact(line: &str) -> Option<(PathBuf, PathBuf)> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        manifest_path: Option<PathBuf>,
        target: Option<Target>,
        filenames: Option<Vec<PathBuf>>,
    }
    #[derive(Deserialize)]
    struct Target {
        kind: Vec<String>,
    }
    let message: Message = serde_json::from_str(line).ok()?;
    if message.reason != "compiler-artifact" || !message.target?.kind.iter().any(|kind| kind == "cdylib") {
        return None;
    }
    let wasm = message.filenames?.into_iter().find(|file| file.extension().is_some_and(|e| e == "wasm"))?;
    Some((message.manifest_path?, wasm))
}

#[cfg(test)]
#[path = "modules_tests.rs"]
mod tests;
