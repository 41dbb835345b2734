//! What the runner does not take, it says with what to do. That a component answers as the native module does is
//! shown by the modules' own tests, run with `VZAEMO_COMPONENT=1`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // tests

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use vzaemo_registry::{Layout, Package};

/// The first bytes of every component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../template")
}

/// What the runner says when it cannot start on the template with these packages.
fn refused(packages: &Path, compiled: &Path) -> String {
    let ended = Command::new(env!("CARGO_BIN_EXE_vzaemo-runner"))
        .args([&template(), packages, compiled])
        .stdin(Stdio::null())
        .output()
        .expect("start the runner");
    assert!(!ended.status.success());
    assert!(ended.stdout.is_empty(), "nothing reaches the test kit");
    String::from_utf8(ended.stderr).unwrap()
}

#[test]
fn a_module_without_its_package_is_told_to_be_built() {
    let folder = tempfile::tempdir().unwrap();
    let (packages, compiled) = (folder.path().join("packages"), folder.path().join("compiled"));
    assert!(refused(&packages, &compiled).contains("build it: cargo xtask build-modules"));
    Layout::create(&packages).unwrap();
    let said = refused(&packages, &compiled);
    assert!(said.contains("find the package of notes 0.1.0; build it: cargo xtask build-modules"), "{said}");
}

#[test]
fn a_package_with_other_files_than_the_folder_is_not_tested() {
    let folder = tempfile::tempdir().unwrap();
    let packages = folder.path().join("packages");
    let manifest = fs::read_to_string(template().join("module.toml")).unwrap();
    let old = Package::from_parts(manifest, BTreeMap::new(), COMPONENT.to_vec()).unwrap();
    Layout::create(&packages).unwrap().put(&old).unwrap();
    let said = refused(&packages, &folder.path().join("compiled"));
    assert!(said.contains("it holds other files than the folder"), "{said}");
}

#[test]
fn what_is_no_component_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let packages = folder.path().join("packages");
    let broken = Package::pack(&template(), COMPONENT.to_vec()).unwrap();
    Layout::create(&packages).unwrap().put(&broken).unwrap();
    let said = refused(&packages, &folder.path().join("compiled"));
    assert!(said.contains("run the component of") && said.contains("it does not export"), "{said}");
}
