//! The template for a new module, which the guide walks through, builds and passes its own tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests

use std::path::Path;
use std::process::Command;

#[test]
fn the_template_passes_its_tests() {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template");
    // Beside the folder for tests' own files, so that a second run only compiles what has changed.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("template");
    let done = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--manifest-path"])
        .arg(template.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .output()
        .expect("failed to run cargo");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{out}\n{err}");
    assert!(out.contains("7 passed"), "{out}");
}
