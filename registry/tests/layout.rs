//! Packages through a layout on disk: there and back, and every kind of damage refused by name.

// Clippy allows these in test functions by itself, but not in the helpers beside them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vzaemo_registry::{Digest, Error, Layout, Package};

const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0 and the rest";

fn package(version: &str, text: &str) -> Package {
    let manifest = format!("id = \"notes\"\nversion = \"{version}\"\n");
    let files = BTreeMap::from([("locales/uk.ftl".to_owned(), text.as_bytes().to_vec())]);
    Package::from_parts(manifest, files, COMPONENT.to_vec()).unwrap()
}

fn layout() -> (TempDir, Layout) {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::create(dir.path().join("packages")).unwrap();
    (dir, layout)
}

fn blob(dir: &TempDir, digest: &Digest) -> PathBuf {
    dir.path().join("packages/blobs/sha256").join(digest.hex())
}

fn edit_json(path: &Path, edit: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    edit(&mut value);
    let bytes = serde_json::to_vec(&value).unwrap();
    fs::write(path, &bytes).unwrap();
    bytes
}

/// Stores a changed copy of a package's image manifest under its right digest.
fn forge(dir: &TempDir, digest: &Digest, edit: impl FnOnce(&mut serde_json::Value)) -> Digest {
    let mut value = serde_json::from_slice(&fs::read(blob(dir, digest)).unwrap()).unwrap();
    edit(&mut value);
    let bytes = serde_json::to_vec(&value).unwrap();
    let forged = Digest::of(&bytes);
    fs::write(blob(dir, &forged), bytes).unwrap();
    forged
}

#[test]
fn packages_come_back_as_they_went_in() {
    let (dir, layout) = layout();
    let (first, second) = (package("1.0.0", "a"), package("1.1.0", "b"));
    assert_eq!(layout.put(&second).unwrap(), second.digest);
    assert_eq!(layout.put(&first).unwrap(), first.digest);
    let listed = Layout::open(dir.path().join("packages")).unwrap().list().unwrap();
    let seen: Vec<_> = listed.iter().map(|l| (l.id.as_str(), l.version.to_string(), l.digest)).collect();
    assert_eq!(
        seen,
        [("notes", "1.0.0".to_owned(), first.digest), ("notes", "1.1.0".to_owned(), second.digest)]
    );
    assert_eq!(layout.get(&first.digest).unwrap(), first);
    assert_eq!(layout.get(&second.digest).unwrap(), second);
}

#[test]
fn a_version_once_there_changes_only_on_request() {
    let (_dir, layout) = layout();
    let (old, new) = (package("1.0.0", "old"), package("1.0.0", "new"));
    layout.put(&old).unwrap();
    layout.put(&old).unwrap();
    let refusal = layout.put(&new).unwrap_err();
    assert!(matches!(&refusal, Error::VersionTaken { existing, .. } if *existing == old.digest), "{refusal}");
    assert_eq!(layout.list().unwrap()[0].digest, old.digest);
    layout.replace(&new).unwrap();
    let listed = layout.list().unwrap();
    assert_eq!((listed.len(), listed[0].digest), (1, new.digest));
    assert_eq!(layout.get(&old.digest).unwrap(), old);
}

#[test]
fn damage_to_any_blob_is_refused_by_name_with_both_digests() {
    let (dir, layout) = layout();
    let package = package("1.0.0", "a");
    layout.put(&package).unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(blob(&dir, &package.digest)).unwrap()).unwrap();
    let digest_at =
        |pointer: &str| -> Digest { manifest.pointer(pointer).unwrap().as_str().unwrap().parse().unwrap() };
    for (part, expected) in [
        ("image manifest", package.digest),
        ("module.toml", digest_at("/config/digest")),
        ("component", digest_at("/layers/0/digest")),
        ("files", digest_at("/layers/1/digest")),
    ] {
        let path = blob(&dir, &expected);
        let good = fs::read(&path).unwrap();
        for bad in [[good.as_slice(), b"x"].concat(), good[1..].to_vec(), vec![b'x'; good.len()]] {
            fs::write(&path, &bad).unwrap();
            let refusal = layout.get(&package.digest).unwrap_err().to_string();
            for needle in [part, &expected.to_string(), &Digest::of(&bad).to_string()] {
                assert!(refusal.contains(needle), "{part}: {refusal}");
            }
        }
        fs::remove_file(&path).unwrap();
        assert!(layout.get(&package.digest).is_err(), "{part} gone");
        layout.put(&package).unwrap();
        assert_eq!(layout.get(&package.digest).unwrap(), package, "{part} mended");
    }
}

#[test]
fn an_index_that_lies_is_refused() {
    let (dir, layout) = layout();
    let package = package("1.0.0", "a");
    layout.put(&package).unwrap();
    let index = dir.path().join("packages/index.json");
    edit_json(&index, |json| {
        json["manifests"][0]["annotations"]["org.opencontainers.image.title"] = "votes".into();
    });
    let refusal = layout.get(&package.digest).unwrap_err();
    assert!(matches!(refusal, Error::Mislabelled { .. }), "{refusal}");
    edit_json(&index, |json| json["manifests"][0]["size"] = 7.into());
    assert!(matches!(layout.get(&package.digest), Err(Error::Tampered { part: "image manifest", .. })));
    edit_json(&index, |json| json["manifests"][0]["digest"] = "sha256:../../secret".into());
    assert!(layout.list().unwrap_err().to_string().contains("sha256:../../secret"));
}

#[test]
fn forged_image_manifests_are_refused() {
    let (dir, layout) = layout();
    let package = package("1.0.0", "a");
    layout.put(&package).unwrap();
    let refusal = |edit: fn(&mut serde_json::Value)| {
        layout.get(&forge(&dir, &package.digest, edit)).unwrap_err().to_string()
    };
    assert!(refusal(|json| json["artifactType"] = "application/x".into()).contains("artifact type"));
    assert!(refusal(|json| json["config"]["mediaType"] = "text/plain".into()).contains("config"));
    assert!(
        refusal(|json| json["layers"][1]["mediaType"] = "application/wasm".into()).contains("more than one")
    );
    assert!(refusal(|json| json["layers"][0]["mediaType"] = "text/plain".into()).contains("no layer"));
    assert!(refusal(|json| json["layers"][0]["size"] = u64::MAX.into()).contains("larger"));
}

#[test]
fn other_artifacts_in_the_layout_are_left_alone() {
    let (dir, layout) = layout();
    let foreign = serde_json::json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": Digest::of(b"foreign").to_string(),
        "size": 7,
        "platform": { "architecture": "amd64", "os": "linux" },
    });
    let index = dir.path().join("packages/index.json");
    edit_json(&index, |json| json["manifests"] = vec![foreign.clone()].into());
    layout.put(&package("1.0.0", "a")).unwrap();
    assert_eq!(layout.list().unwrap().len(), 1);
    let written: serde_json::Value = serde_json::from_slice(&fs::read(&index).unwrap()).unwrap();
    assert_eq!(written["manifests"][0], foreign);
}

#[test]
fn folders_that_are_no_layout_and_unknown_digests_are_refused() {
    let (dir, layout) = layout();
    assert!(matches!(Layout::open(dir.path()), Err(Error::NotALayout { .. })));
    assert!(matches!(layout.get(&Digest::of(b"unknown")), Err(Error::NotFound { .. })));
    edit_json(&dir.path().join("packages/oci-layout"), |json| json["imageLayoutVersion"] = "2.0.0".into());
    assert!(Layout::open(dir.path().join("packages")).unwrap_err().to_string().contains("2.0.0"));
}

#[test]
fn writers_take_turns_and_no_package_is_lost() {
    let (_dir, layout) = layout();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let layout = layout.clone();
            scope.spawn(move || layout.put(&package(&format!("1.{n}.0"), "a")).unwrap());
        }
    });
    assert_eq!(layout.list().unwrap().len(), 8);
}
