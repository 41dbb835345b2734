//! The template for a new module, which the guide walks through, builds and passes its own tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../template")
}

/// Runs cargo on a module. All share a target folder beside that for tests' own files, so that a second run only
/// compiles what has changed.
fn cargo(task: &[&str], module: &Path) -> Output {
    Command::new(env!("CARGO"))
        .args(task)
        .arg("--manifest-path")
        .arg(module.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("template"))
        .output()
        .expect("failed to run cargo")
}

#[test]
fn the_template_passes_its_tests() {
    let done = cargo(&["test", "--quiet"], &template());
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{out}\n{err}");
    assert!(out.contains("7 passed"), "{out}");
}

/// A copy of the template in which one file is spoiled.
fn spoiled(file: &str, from: &str, to: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spoiled");
    if copy.exists() {
        fs::remove_dir_all(&copy).unwrap();
    }
    copy_folder(&template(), &copy);
    let cargo = fs::read_to_string(copy.join("Cargo.toml")).unwrap();
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let cargo = cargo.replace("../../sdk", sdk.to_str().unwrap());
    fs::write(copy.join("Cargo.toml"), cargo).unwrap();
    let text = fs::read_to_string(copy.join(file)).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    fs::write(copy.join(file), text.replace(from, to)).unwrap();
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn what_is_wrong_with_the_files_is_said_once_while_the_module_compiles() {
    let cases = [
        // What has no meaning at all.
        (
            "module.toml",
            "path  = \"/\"",
            "pth  = \"/\"",
            "unknown field `pth`, expected one of `name`, `path`",
        ),
        // What the platform would refuse.
        (
            "module.toml",
            "open     = true\n",
            "",
            "module.toml, views.note: nobody may see it; make it open, or say by whom",
        ),
        (
            "forms/hide.json",
            "\"properties\": {",
            "\"properties\": { \"colour\": { \"type\": \"string\" },",
            "field-colour, for forms.hide.schema",
        ),
        // What does not fit together.
        ("schemas/note.json", "\"archived\"", "\"gone\"", "name different states"),
    ];
    for (file, from, to, sentence) in cases {
        let done = cargo(&["check", "--quiet", "--lib"], &spoiled(file, from, to));
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(said.contains(sentence), "{said}");
        let errors = said.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 2, "one error, and that it does not compile:\n{said}");
    }
}
