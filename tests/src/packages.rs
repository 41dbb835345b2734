//! Packages of a platform under test: a copy of those that were built, to be upgraded and spoiled at will.

use std::fs;
use std::path::{Path, PathBuf};
use vzaemo_registry::{Layout, Package};

/// The packages of one platform.
#[derive(Debug)]
pub struct Packages {
    folder: PathBuf,
}

/// Where the packages lie that the tests start from.
fn built() -> PathBuf {
    match std::env::var_os("VZAEMO_PACKAGES") {
        Some(path) => path.into(),
        None => crate::texts::repository().join("target/packages"),
    }
}

/// The packages of the modules that only tests use.
pub fn guests() -> Layout {
    let built = match std::env::var_os("VZAEMO_GUEST_PACKAGES") {
        Some(path) => path.into(),
        None => crate::texts::repository().join("target/guest-packages"),
    };
    Layout::open(&built).unwrap_or_else(|error| {
        panic!("no packages of test modules in {}: {error}; build them with ./test", built.display())
    })
}

impl Packages {
    /// Copies what was built into a folder.
    pub fn copy_to(folder: &Path) -> Self {
        let built = built();
        let layout = Layout::open(&built).unwrap_or_else(|error| {
            panic!(
                "no packages in {}: {error}; build them with ./run, or name their folder in VZAEMO_PACKAGES",
                built.display()
            )
        });
        let listed =
            layout.list().unwrap_or_else(|error| panic!("read the packages in {}: {error}", built.display()));
        for id in ["petitions", "consultations"] {
            assert!(
                listed.iter().any(|package| package.id == id),
                "there is no package of {id} in {}; build it with ./run",
                built.display()
            );
        }
        copy(&built, folder);
        Packages { folder: folder.to_owned() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn layout(&self) -> Layout {
        Layout::open(&self.folder).expect("the packages were copied here")
    }

    /// The highest version there is of a module.
    pub fn latest(&self, id: &str) -> Package {
        let layout = self.layout();
        let listed = layout.list().expect("the index was written by the registry");
        let of_module = listed.into_iter().filter(|package| package.id == id);
        let latest = of_module.max_by_key(|package| package.version.clone());
        let latest = latest.unwrap_or_else(|| panic!("there is no package of {id}"));
        layout.get(&latest.digest).unwrap_or_else(|error| panic!("read the package of {id}: {error}"))
    }

    /// Adds a package.
    pub fn add(&self, package: &Package) {
        self.layout().put(package).unwrap_or_else(|error| panic!("put {}: {error}", package.id));
    }

    /// Adds all packages of another layout.
    pub fn add_all(&self, layout: &Layout) {
        let listed = layout.list().expect("list the packages");
        for package in listed {
            let package = layout.get(&package.digest).expect("read a package");
            self.layout().put(&package).expect("add a package");
        }
    }

    /// Adds the highest version of a module under another id, as if somebody else had written the same.
    pub fn add_as(&self, id: &str, other: &str) {
        let package = self.latest(id);
        let line = package
            .manifest_toml
            .lines()
            .find(|line| line.split('=').map(str::trim).eq(["id", &format!("\"{id}\"")]));
        let line = line.unwrap_or_else(|| panic!("the manifest of {id} says no id"));
        let manifest = package.manifest_toml.replacen(line, &format!("id = \"{other}\""), 1);
        let package = Package::from_parts(manifest, package.files, package.component)
            .unwrap_or_else(|error| panic!("pack {other}: {error}"));
        self.layout().put(&package).unwrap_or_else(|error| panic!("put {other}: {error}"));
    }

    /// Packs the present component under the next patch version, and returns it as text. The component differs by a
    /// custom section, so that it is compiled like any other.
    pub fn upgrade(&self, id: &str) -> String {
        let package = self.next(id);
        let version = package.version.to_string();
        self.layout().put(&package).unwrap_or_else(|error| panic!("put {id} {version}: {error}"));
        version
    }

    /// As [`Packages::upgrade`], but one byte of the component is not what its digest says. The index comes last, as
    /// with every package.
    pub fn upgrade_tampered(&self, id: &str) -> String {
        let package = self.next(id);
        let aside = tempfile::tempdir().expect("make a folder aside");
        copy(&self.folder, aside.path());
        let layout = Layout::open(aside.path()).expect("the packages were copied here");
        layout.put(&package).expect("put the package aside");
        let blobs = aside.path().join("blobs/sha256");
        let blob = fs::read_dir(&blobs)
            .expect("list the blobs")
            .flatten()
            .map(|entry| entry.path())
            .find(|path| fs::read(path).is_ok_and(|bytes| bytes == package.component))
            .expect("the component is one of the blobs");
        let mut bytes = package.component.clone();
        *bytes.last_mut().expect("a component is not empty") ^= 1;
        fs::write(&blob, bytes).expect("spoil the component");
        copy(&blobs, &self.folder.join("blobs/sha256"));
        fs::copy(aside.path().join("index.json"), self.folder.join("index.json"))
            .expect("put the index there");
        package.version.to_string()
    }

    fn next(&self, id: &str) -> Package {
        let now = self.latest(id);
        let mut version = now.version.clone();
        version.patch += 1;
        let (old, new) = (format!("\"{}\"", now.version), format!("\"{version}\""));
        let line = now.manifest_toml.lines().find(|line| line.starts_with("version") && line.contains(&old));
        let line = line.unwrap_or_else(|| panic!("the manifest of {id} says no version {old}"));
        let manifest = now.manifest_toml.replacen(line, &line.replace(&old, &new), 1);
        let mut component = now.component;
        component.extend(custom_section("upgrade", version.to_string().as_bytes()));
        Package::from_parts(manifest, now.files, component)
            .unwrap_or_else(|error| panic!("pack {id}: {error}"))
    }
}

/// A custom section of the binary format: id 0, size, name, content. All lengths here fit one byte of LEB128.
fn custom_section(name: &str, content: &[u8]) -> Vec<u8> {
    let byte = |length: usize| u8::try_from(length).ok().filter(|byte| *byte < 128).expect("a short section");
    let mut section = vec![0, byte(1 + name.len() + content.len()), byte(name.len())];
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(content);
    section
}

/// Copies a folder with all in it.
fn copy(from: &Path, to: &Path) {
    let here = |error| -> ! { panic!("copy {} to {}: {error}", from.display(), to.display()) };
    fs::create_dir_all(to).unwrap_or_else(|error| here(error));
    for entry in fs::read_dir(from).unwrap_or_else(|error| here(error)).flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap_or_else(|error| here(error));
        }
    }
}
