//! The manifests of `schemas/tests/manifests`: what is wrong with the bad ones is said in golden messages, and
//! `schemas/module.schema.json`, which editors use, agrees on what a manifest may look like.
//!
//! To write the golden messages anew: `GOLDEN=write cargo test -p vzaemo-contract --test manifests`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use vzaemo_contract::manifest::Manifest;

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn manifests(kind: &str) -> Vec<(PathBuf, String)> {
    let mut found: Vec<_> = fs::read_dir(schemas().join("tests/manifests").join(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "there are {kind} manifests");
    found
}

fn file(path: &str) -> Option<String> {
    fs::read_to_string(schemas().join("tests/manifests/files").join(path)).ok()
}

fn validator() -> jsonschema::Validator {
    let schema = fs::read_to_string(schemas().join("module.schema.json")).unwrap();
    jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap()
}

fn json(text: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(text).ok()?;
    serde_json::to_value(table).ok()
}

#[test]
fn good_manifests_are_good_for_both() {
    let validator = validator();
    for (path, text) in manifests("good") {
        let manifest =
            Manifest::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(manifest.problems(&file), [], "{}", path.display());
        let errors: Vec<_> = validator.iter_errors(&json(&text).unwrap()).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

#[test]
fn bad_manifests_are_refused_with_their_golden_messages() {
    let validator = validator();
    for (path, text) in manifests("bad") {
        let said = match Manifest::from_toml(&text) {
            Err(error) => {
                // What has the wrong shape for Rust has it for the schema; what is no TOML reaches no schema.
                if let Some(value) = json(&text) {
                    assert!(!validator.is_valid(&value), "the schema accepts {}", path.display());
                }
                error.to_string()
            }
            Ok(manifest) => manifest.problems(&file).iter().map(|problem| format!("{problem}\n")).collect(),
        };
        let golden = path.with_extension("txt");
        if std::env::var_os("GOLDEN").is_some() {
            fs::write(&golden, &said).unwrap();
        }
        assert!(!said.is_empty(), "{} passes", path.display());
        assert_eq!(said, fs::read_to_string(&golden).unwrap_or_default(), "{}", golden.display());
    }
}

#[test]
fn whatever_the_schema_refuses_is_refused_by_rust_too() {
    let validator = validator();
    for (path, text) in manifests("bad") {
        let Some(value) = json(&text) else { continue };
        if !validator.is_valid(&value) {
            let refused =
                Manifest::from_toml(&text).map_or(true, |manifest| !manifest.problems(&file).is_empty());
            assert!(refused, "only the schema refuses {}", path.display());
        }
    }
}

#[test]
fn shared_types_are_schemas() {
    for entry in fs::read_dir(schemas().join("shared")).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        jsonschema::draft202012::meta::validate(&schema)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

#[test]
fn the_messages_that_a_manifest_implies() {
    let text = fs::read_to_string(schemas().join("tests/manifests/good/whole.toml")).unwrap();
    let manifest = Manifest::from_toml(&text).unwrap();
    let mut keys: Vec<_> = manifest.message_keys(&file).into_iter().map(|message| message.key).collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "act-open",
            "act-vote",
            "act-write",
            "field-office",
            "field-office-north",
            "field-office-south",
            "field-text",
            "field-title",
            "state-closed",
            "state-draft",
            "state-open",
            "step-about",
            "step-where"
        ]
    );
}
