//! A package in memory, and how one is made from a module's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use semver::Version;
use serde::Deserialize;

use crate::archive;
use crate::digest::Digest;
use crate::error::{Error, Result, io, malformed};
use crate::oci::{Annotations, Descriptor, IMAGE_MANIFEST, ImageManifest, TITLE, VERSION};
use crate::{
    ARTIFACT_TYPE, COMPONENT_MEDIA_TYPE, FILES_MEDIA_TYPE, MANIFEST_MEDIA_TYPE, MAX_FILE_BYTES, MAX_FILES,
    MAX_PACKAGE_BYTES,
};

/// The folders of a module that go into its package, each with the file extension it may hold.
const FOLDERS: [(&str, Option<&str>); 5] = [
    ("locales", Some("ftl")),
    ("schemas", Some("json")),
    ("forms", Some("json")),
    ("policies", Some("cedar")),
    ("content", None),
];

/// How every component starts: the magic number, then version 13 of the layer "component".
const COMPONENT_PREAMBLE: &[u8] = b"\0asm\x0d\0\x01\0";

/// A module's package with all its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Package {
    /// The package's address: the digest of its image manifest.
    pub digest: Digest,
    /// The module's id, from its manifest.
    pub id: String,
    /// The module's version, from its manifest.
    pub version: Version,
    /// The text of `module.toml`.
    pub manifest_toml: String,
    /// All other files by their path in the module's folder, such as `locales/uk.ftl`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The WebAssembly component.
    pub component: Vec<u8>,
}

/// What a package says about itself in `module.toml`; the rest of it is for the host to judge.
#[derive(Deserialize)]
struct Head {
    id: String,
    version: Version,
}

/// The blobs a package consists of.
pub(crate) struct Blobs {
    pub manifest: Vec<u8>,
    pub config: Vec<u8>,
    pub component: Vec<u8>,
    pub files: Vec<u8>,
}

impl Package {
    /// Packs the folder of a module with its built component: `module.toml` and everything in
    /// `locales` (`.ftl`), `schemas` (`.json`), `forms` (`.json`), `policies` (`.cedar`) and `content`.
    ///
    /// Hidden files are left out. A file of another kind in these folders is an error rather than left out,
    /// because a text or a policy silently missing is found too late.
    pub fn pack(module_dir: &Path, component: Vec<u8>) -> Result<Self> {
        let manifest_path = module_dir.join("module.toml");
        let manifest_toml = fs::read_to_string(&manifest_path).map_err(io("read", &manifest_path))?;
        let mut files = BTreeMap::new();
        for (folder, extension) in FOLDERS {
            let dir = module_dir.join(folder);
            if dir.is_dir() {
                collect(&dir, folder, extension, &mut files)?;
            }
        }
        Self::from_parts(manifest_toml, files, component)
    }

    /// Makes a package of parts in memory, checking paths, sizes, id and version.
    pub fn from_parts(
        manifest_toml: String,
        files: BTreeMap<String, Vec<u8>>,
        component: Vec<u8>,
    ) -> Result<Self> {
        let mut package = Self::checked(manifest_toml, files, component)?;
        package.digest = Digest::of(&package.blobs()?.manifest);
        Ok(package)
    }

    /// The parts of a package, checked; its digest is that of no bytes and yet to be set.
    fn checked(manifest_toml: String, files: BTreeMap<String, Vec<u8>>, component: Vec<u8>) -> Result<Self> {
        let Head { id, version } = toml::from_str(&manifest_toml)
            .map_err(|e| Error::BadManifest { reason: e.to_string().trim_end().to_owned() })?;
        if !is_id(&id) {
            let reason = format!("the id {id:?} must be 1 to 64 of a-z, 0-9 and -, a letter first");
            return Err(Error::BadManifest { reason });
        }
        if !component.starts_with(COMPONENT_PREAMBLE) {
            return Err(malformed("its component is no WebAssembly component"));
        }
        if files.len() > MAX_FILES {
            return Err(malformed(format!("it has more than {MAX_FILES} files")));
        }
        let mut total = manifest_toml.len() + component.len();
        for (path, bytes) in &files {
            archive::check_path(path)?;
            if bytes.len() as u64 > MAX_FILE_BYTES {
                return Err(Error::TooLarge { what: path.clone(), limit: MAX_FILE_BYTES });
            }
            total = total.saturating_add(bytes.len());
        }
        if total as u64 > MAX_PACKAGE_BYTES {
            return Err(Error::TooLarge { what: "the package".to_owned(), limit: MAX_PACKAGE_BYTES });
        }
        Ok(Self { digest: Digest::of(&[]), id, version, manifest_toml, files, component })
    }

    /// The package's blobs. Equal packages give equal bytes.
    pub(crate) fn blobs(&self) -> Result<Blobs> {
        let config = self.manifest_toml.as_bytes().to_vec();
        let files = archive::write(&self.files)?;
        let manifest = ImageManifest {
            schema_version: 2,
            media_type: IMAGE_MANIFEST.to_owned(),
            artifact_type: Some(ARTIFACT_TYPE.to_owned()),
            config: Descriptor::of(MANIFEST_MEDIA_TYPE, &config),
            layers: vec![
                Descriptor::of(COMPONENT_MEDIA_TYPE, &self.component),
                Descriptor::of(FILES_MEDIA_TYPE, &files),
            ],
            annotations: self.annotations(),
        };
        let manifest = serde_json::to_vec(&manifest).map_err(|e| malformed(e.to_string()))?;
        Ok(Blobs { manifest, config, component: self.component.clone(), files })
    }

    /// Puts a package together again from blobs whose digests have been verified.
    pub(crate) fn from_blobs(
        digest: Digest,
        config: Vec<u8>,
        component: Vec<u8>,
        files: &[u8],
    ) -> Result<Self> {
        let manifest_toml = String::from_utf8(config)
            .map_err(|_| Error::BadManifest { reason: "it is not UTF-8".to_owned() })?;
        let mut package = Self::checked(manifest_toml, archive::read(files)?, component)?;
        package.digest = digest;
        Ok(package)
    }

    pub(crate) fn annotations(&self) -> Annotations {
        Annotations::from([
            (TITLE.to_owned(), self.id.clone()),
            (VERSION.to_owned(), self.version.to_string()),
        ])
    }
}

fn is_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Reads all files beneath `dir` into `files`, named by `prefix`.
fn collect(
    dir: &Path,
    prefix: &str,
    extension: Option<&str>,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(io("read", dir))? {
        let entry = entry.map_err(io("read", dir))?;
        let path = entry.path();
        let name = entry.file_name().into_string().map_err(|name| Error::BadPath {
            path: format!("{prefix}/{}", name.display()),
            reason: "it is not UTF-8",
        })?;
        if name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}/{name}");
        let kind = entry.file_type().map_err(io("read", &path))?;
        if kind.is_dir() {
            collect(&path, &name, extension, files)?;
            continue;
        }
        let unexpected = |reason: String| Err(Error::UnexpectedFile { path: name.clone(), reason });
        if !kind.is_file() {
            return unexpected("a package holds plain files only, no links".to_owned());
        }
        if let Some(extension) = extension
            && path.extension().is_none_or(|found| found != extension)
        {
            return unexpected(format!("files in this folder must end in .{extension}"));
        }
        // Looked at before reading, so that a stray disk image does not fill the memory.
        if entry.metadata().map_err(io("read", &path))?.len() > MAX_FILE_BYTES {
            return Err(Error::TooLarge { what: name, limit: MAX_FILE_BYTES });
        }
        let bytes = fs::read(&path).map_err(io("read", &path))?;
        files.insert(name, bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "id = \"notes\"\nversion = \"1.2.0\"\n";

    fn component() -> Vec<u8> {
        COMPONENT_PREAMBLE.to_vec()
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_folder_packs_to_the_same_digest_each_time() {
        let files = [
            ("module.toml", MANIFEST),
            ("locales/uk.ftl", "a = б"),
            ("locales/en.ftl", "a = b"),
            ("schemas/note.json", "{}"),
            ("forms/note.json", "{}"),
            ("policies/note.cedar", ""),
            ("content/deep/notes.csv", "1"),
            ("content/.DS_Store", "x"),
            ("src/lib.rs", "fn main() {}"),
        ];
        let first = Package::pack(folder(&files).path(), component()).unwrap();
        let reversed: Vec<_> = files.iter().rev().copied().collect();
        let second = Package::pack(folder(&reversed).path(), component()).unwrap();
        assert_eq!(first, second);
        assert_eq!((first.id.as_str(), first.version.to_string().as_str()), ("notes", "1.2.0"));
        let paths: Vec<_> = first.files.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "content/deep/notes.csv",
                "forms/note.json",
                "locales/en.ftl",
                "locales/uk.ftl",
                "policies/note.cedar",
                "schemas/note.json"
            ]
        );
    }

    #[test]
    fn any_change_gives_another_digest() {
        let pack = |files: &[(&str, &str)], component: Vec<u8>| {
            Package::pack(folder(files).path(), component).unwrap().digest
        };
        let base = pack(&[("module.toml", MANIFEST), ("locales/uk.ftl", "a")], component());
        assert_ne!(base, pack(&[("module.toml", MANIFEST), ("locales/uk.ftl", "b")], component()));
        assert_ne!(base, pack(&[("module.toml", MANIFEST), ("locales/en.ftl", "a")], component()));
        let mut other = component();
        other.push(0);
        assert_ne!(base, pack(&[("module.toml", MANIFEST), ("locales/uk.ftl", "a")], other));
    }

    #[test]
    fn what_a_package_cannot_hold_is_named() {
        let refusal = |files: &[(&str, &str)], component: Vec<u8>| {
            Package::pack(folder(files).path(), component).unwrap_err().to_string()
        };
        let with = |path| refusal(&[("module.toml", MANIFEST), (path, "x")], component());
        assert!(
            with("locales/uk.txt").contains("pack locales/uk.txt: files in this folder must end in .ftl")
        );
        assert!(refusal(&[], component()).contains("module.toml"));
        assert!(refusal(&[("module.toml", "id = \"notes\"")], component()).contains("version"));
        assert!(
            refusal(&[("module.toml", "id = \"../x\"\nversion = \"1.0.0\"")], component()).contains("../x")
        );
        let core_module = b"\0asm\x01\0\0\0".to_vec();
        assert!(refusal(&[("module.toml", MANIFEST)], core_module).contains("no WebAssembly component"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let dir = folder(&[("module.toml", MANIFEST), ("content/a", "x")]);
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("content/b")).unwrap();
        let refusal = Package::pack(dir.path(), component()).unwrap_err();
        assert!(refusal.to_string().contains("content/b"), "{refusal}");
    }

    #[test]
    fn too_large_files_and_packages_are_refused() {
        let limit = usize::try_from(MAX_FILE_BYTES).unwrap();
        let files = |count: usize, size: usize| {
            (0..count).map(|n| (format!("content/{n}"), vec![0; size])).collect::<BTreeMap<_, _>>()
        };
        let pack = |files| Package::from_parts(MANIFEST.to_owned(), files, component());
        assert!(pack(files(1, limit)).is_ok());
        assert!(matches!(pack(files(1, limit + 1)), Err(Error::TooLarge { .. })));
        assert!(matches!(pack(files(4, limit)), Err(Error::TooLarge { .. })));
    }
}
