//! The house: what depends on what, and what the core must not know.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "node_modules" | "target" | "dist") {
                files(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// The rooms of the host from the ground up: one may use those before it, never those after it.
const ROOMS: [&str; 17] = [
    "clock",
    "storage",
    "audit",
    "language",
    "search",
    "registers",
    "signature",
    "identity",
    "access",
    "protection",
    "cabinet",
    "runtime",
    "service",
    "jobs",
    "lifecycle",
    "web",
    "vzaemo",
];

#[test]
fn a_room_uses_only_rooms_below_it() {
    for (place, room) in ROOMS.iter().enumerate() {
        let manifest = fs::read_to_string(root().join("host").join(room).join("Cargo.toml")).unwrap();
        for above in ROOMS.iter().skip(place + 1) {
            let name = format!("vzaemo-{above}.workspace");
            assert!(!manifest.contains(&name), "host/{room} uses host/{above}, which stands above it");
        }
    }
    let rooms = fs::read_dir(root().join("host")).unwrap().count();
    assert_eq!(rooms, ROOMS.len(), "a room of host/ is missing in the list of this test");
}

/// Invariant 1: the core knows no module, neither by name nor by path.
#[test]
fn the_core_knows_no_module() {
    let mut found = Vec::new();
    for folder in ["host", "registry", "xtask/src"] {
        files(&root().join(folder), &[".rs", ".ftl", ".cedar", ".scss", ".html", "Cargo.toml"], &mut found);
    }
    assert!(found.len() > 150, "the search looked at {} files only", found.len());
    let words =
        ["petition", "петиц", "consultation", "консультац", "appeal", "signator", "stakeholder", "expertise"];
    for path in found {
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        for word in words {
            assert!(!text.contains(word), "{} speaks of {word:?}", path.display());
        }
        assert!(!text.contains("\"../../modules") && !text.contains("\"modules/"), "{}", path.display());
    }
}

/// The workspace of the host stands without `modules/`: nothing of it is a member or a dependency.
#[test]
fn the_workspace_stands_without_modules() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.split("members").nth(1).unwrap().split(']').next().unwrap();
    assert!(!members.contains("modules"), "{members}");
    assert!(manifest.contains("exclude = [\"modules\""), "modules/ is a workspace of its own");
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let modules = root().join("modules");
    if let Ok(entries) = fs::read_dir(modules) {
        for entry in entries.map(Result::unwrap).filter(|entry| entry.path().join("Cargo.toml").is_file()) {
            let name = format!("name = \"{}\"\n", entry.file_name().to_string_lossy());
            assert!(!lock.contains(&name), "the host's lock file holds {name}");
        }
    }
}

/// What is declared is used: a dependency that nothing names only costs time to compile and to keep up.
#[test]
fn every_declared_dependency_is_used() {
    let mut manifests = Vec::new();
    for folder in ["host", "sdk", "registry", "xtask", "tests", "modules"] {
        files(&root().join(folder), &["Cargo.toml"], &mut manifests);
    }
    assert!(manifests.len() > 25, "the search looked at {} manifests only", manifests.len());
    let mut declared = String::new();
    for path in manifests {
        let manifest = fs::read_to_string(&path).unwrap();
        declared.push_str(&manifest);
        if !manifest.contains("[package]") {
            continue;
        }
        let folder = path.parent().unwrap();
        let mut sources = Vec::new();
        for part in ["src", "tests", "benches", "examples"].map(|part| folder.join(part)) {
            if part.is_dir() {
                files(&part, &[".rs"], &mut sources);
            }
        }
        let code: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        for name in dependencies(&manifest) {
            let used = mentions(&code, &name.replace('-', "_"));
            assert!(used, "{} declares {name} and does not use it", path.display());
        }
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for name in dependencies(&workspace) {
        let used =
            [".workspace", " =", "="].iter().any(|after| declared.contains(&format!("\n{name}{after}")));
        assert!(used, "the workspace declares {name} and no crate of it does");
    }
}

/// The names in the tables of dependencies of a manifest.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut within = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            within = line.trim_end().ends_with("dependencies]");
        } else if within && !line.starts_with('#') {
            names.extend(line.split(['.', '=', ' ']).next().filter(|name| !name.is_empty()));
        }
    }
    names
}

/// Whether a name stands in the code as a word of its own.
fn mentions(code: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name)
        .any(|(at, _)| !code[..at].ends_with(part) && !code[at + name.len()..].starts_with(part))
}
