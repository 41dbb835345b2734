//! Packages on disk: an OCI image layout.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use semver::Version;

use crate::digest::Digest;
use crate::error::{Error, Result, io, malformed};
use crate::oci::{
    Descriptor, IMAGE_INDEX, IMAGE_MANIFEST, ImageIndex, ImageManifest, LAYOUT_VERSION, LayoutMarker, TITLE,
    VERSION,
};
use crate::package::Package;
use crate::{
    ARTIFACT_TYPE, COMPONENT_MEDIA_TYPE, FILES_MEDIA_TYPE, MANIFEST_MEDIA_TYPE, MAX_FILE_BYTES,
    MAX_PACKAGE_BYTES,
};

/// The largest image manifest or index that is read, in bytes; registries allow 4 MiB.
const MAX_JSON_BYTES: u64 = 4 * 1024 * 1024;

/// A folder of packages. Values are cheap; every call reads the disk anew.
///
/// Files are written beside their place and renamed into it, so a reader sees each whole or not at all,
/// and writers of several processes take turns.
#[derive(Clone, Debug)]
pub struct Layout {
    dir: PathBuf,
}

/// A package as the layout's index lists it: not read and not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The module's id.
    pub id: String,
    /// The module's version.
    pub version: Version,
    /// The package's address.
    pub digest: Digest,
}

impl Layout {
    /// Opens a layout that is there.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self> {
        let dir = dir.into();
        let refused = |reason: String| Error::NotALayout { path: dir.clone(), reason };
        let marker = fs::read(dir.join("oci-layout")).map_err(|e| refused(format!("oci-layout: {e}")))?;
        let marker: LayoutMarker =
            serde_json::from_slice(&marker).map_err(|e| refused(format!("oci-layout: {e}")))?;
        if marker.image_layout_version != LAYOUT_VERSION {
            let found = marker.image_layout_version;
            return Err(refused(format!("its version is {found:?}, expected {LAYOUT_VERSION:?}")));
        }
        Ok(Self { dir })
    }

    /// Opens the layout in `dir`, making an empty one if there is none.
    pub fn create(dir: impl Into<PathBuf>) -> Result<Self> {
        let dir = dir.into();
        let layout = Self { dir };
        let blobs = layout.blobs();
        fs::create_dir_all(&blobs).map_err(io("create", &blobs))?;
        let index = layout.index_path();
        if !index.exists() {
            layout.write_index(&ImageIndex {
                schema_version: 2,
                media_type: Some(IMAGE_INDEX.to_owned()),
                manifests: Vec::new(),
            })?;
        }
        // Written last: with it the folder is a layout, and before it nothing may be missing.
        let marker = layout.marker_path();
        if !marker.exists() {
            let content = LayoutMarker { image_layout_version: LAYOUT_VERSION.to_owned() };
            layout.write_json(&marker, &content)?;
        }
        Self::open(layout.dir)
    }

    /// All packages of modules, ordered by id and version. Other artifacts in the layout are passed over.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let mut list = self
            .read_index()?
            .manifests
            .iter()
            .filter(|descriptor| is_package(descriptor))
            .map(listed)
            .collect::<Result<Vec<_>>>()?;
        list.sort_by(|a, b| (&a.id, &a.version).cmp(&(&b.id, &b.version)));
        Ok(list)
    }

    /// Adds a package. One that is there already is left as it is; another package of the same id and version
    /// is [`Error::VersionTaken`], because a published version never changes.
    pub fn put(&self, package: &Package) -> Result<Digest> {
        self.store(package, false)
    }

    /// As [`put`](Self::put), but takes the place of a package of the same id and version: for development,
    /// where a version is built over and over. The old package can still be read by its digest.
    pub fn replace(&self, package: &Package) -> Result<Digest> {
        self.store(package, true)
    }

    /// Reads the package with this address. Digest and size of every part are verified, and id and version
    /// are compared with what the index says of it.
    pub fn get(&self, digest: &Digest) -> Result<Package> {
        let index = self.read_index()?;
        let entry = index.manifests.iter().find(|descriptor| descriptor.digest == *digest);
        let manifest = self.read_manifest(digest, entry)?;

        let config = &manifest.config;
        if config.media_type != MANIFEST_MEDIA_TYPE {
            let found = &config.media_type;
            return Err(malformed(format!("its config is {found}, expected {MANIFEST_MEDIA_TYPE}")));
        }
        let component = only_layer(&manifest, COMPONENT_MEDIA_TYPE)?;
        let files = only_layer(&manifest, FILES_MEDIA_TYPE)?;
        if let Some(other) = manifest
            .layers
            .iter()
            .find(|layer| layer.media_type != COMPONENT_MEDIA_TYPE && layer.media_type != FILES_MEDIA_TYPE)
        {
            return Err(malformed(format!("it has a layer of unknown type {}", other.media_type)));
        }
        let total = [config, component, files].iter().fold(0u64, |sum, part| sum.saturating_add(part.size));
        // The tar adds headers and padding, so a package at the limit needs a little more on disk.
        if total > MAX_PACKAGE_BYTES.saturating_mul(2) {
            return Err(Error::TooLarge { what: "the package".to_owned(), limit: MAX_PACKAGE_BYTES });
        }
        if config.size > MAX_FILE_BYTES {
            return Err(Error::TooLarge { what: "module.toml".to_owned(), limit: MAX_FILE_BYTES });
        }
        let package = Package::from_blobs(
            *digest,
            self.read_blob("module.toml", config)?,
            self.read_blob("component", component)?,
            &self.read_blob("files", files)?,
        )?;

        if let Some(entry) = entry.filter(|descriptor| is_package(descriptor)) {
            let listed = listed(entry)?;
            if (&listed.id, &listed.version) != (&package.id, &package.version) {
                return Err(Error::Mislabelled {
                    digest: *digest,
                    listed: format!("{} {}", listed.id, listed.version),
                    found: format!("{} {}", package.id, package.version),
                });
            }
        }
        Ok(package)
    }

    fn store(&self, package: &Package, replace: bool) -> Result<Digest> {
        let blobs = package.blobs()?;
        let mut entry = Descriptor::of(IMAGE_MANIFEST, &blobs.manifest);
        entry.artifact_type = Some(ARTIFACT_TYPE.to_owned());
        entry.annotations = package.annotations();
        let digest = entry.digest;

        let _turn = self.take_turn()?;
        let mut index = self.read_index()?;
        let same_version = |other: &Descriptor| is_package(other) && other.annotations == entry.annotations;
        if let Some(existing) = index.manifests.iter().find(|other| same_version(other))
            && existing.digest != digest
            && !replace
        {
            return Err(Error::VersionTaken {
                id: package.id.clone(),
                version: package.version.clone(),
                existing: existing.digest,
            });
        }
        // Blobs first, the index last: the index never names what is not there.
        for blob in [&blobs.config, &blobs.component, &blobs.files, &blobs.manifest] {
            self.write_blob(blob)?;
        }
        if !index.manifests.contains(&entry) {
            index.manifests.retain(|other| !same_version(other));
            index.manifests.push(entry);
            self.write_index(&index)?;
        }
        Ok(digest)
    }

    /// Waits until no other process writes to this layout; the turn ends when the file is dropped.
    fn take_turn(&self) -> Result<File> {
        let path = self.marker_path();
        let file = File::open(&path).map_err(io("open", &path))?;
        file.lock().map_err(io("lock", &path))?;
        Ok(file)
    }

    fn read_index(&self) -> Result<ImageIndex> {
        let path = self.index_path();
        let bytes = read_up_to(&path, MAX_JSON_BYTES)?;
        serde_json::from_slice(&bytes)
            .map_err(|e| Error::NotALayout { path: self.dir.clone(), reason: format!("index.json: {e}") })
    }

    fn write_index(&self, index: &ImageIndex) -> Result<()> {
        self.write_json(&self.index_path(), index)
    }

    fn read_manifest(&self, digest: &Digest, entry: Option<&Descriptor>) -> Result<ImageManifest> {
        let path = self.blob_path(digest);
        if entry.is_none() && !path.exists() {
            return Err(Error::NotFound { digest: *digest, layout: self.dir.clone() });
        }
        let bytes = read_up_to(&path, MAX_JSON_BYTES)?;
        let size = entry.map_or(bytes.len() as u64, |descriptor| descriptor.size);
        verify("image manifest", *digest, size, &bytes)?;
        let manifest: ImageManifest =
            serde_json::from_slice(&bytes).map_err(|e| malformed(format!("its image manifest: {e}")))?;
        if manifest.artifact_type.as_deref() != Some(ARTIFACT_TYPE) {
            let found = manifest.artifact_type.unwrap_or_else(|| "none".to_owned());
            return Err(malformed(format!("its artifact type is {found}, expected {ARTIFACT_TYPE}")));
        }
        Ok(manifest)
    }

    fn read_blob(&self, part: &'static str, descriptor: &Descriptor) -> Result<Vec<u8>> {
        let bytes = read_up_to(&self.blob_path(&descriptor.digest), MAX_PACKAGE_BYTES.saturating_mul(2))?;
        verify(part, descriptor.digest, descriptor.size, &bytes)?;
        Ok(bytes)
    }

    fn write_blob(&self, bytes: &[u8]) -> Result<()> {
        let path = self.blob_path(&Digest::of(bytes));
        // A blob that is there is compared rather than trusted: building again mends a damaged one.
        if fs::read(&path).is_ok_and(|found| found == bytes) {
            return Ok(());
        }
        write_whole(&path, bytes)
    }

    fn write_json(&self, path: &Path, value: &impl serde::Serialize) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|e| Error::NotALayout { path: self.dir.clone(), reason: e.to_string() })?;
        write_whole(path, &bytes)
    }

    fn blobs(&self) -> PathBuf {
        self.dir.join("blobs").join("sha256")
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.blobs().join(digest.hex())
    }

    fn index_path(&self) -> PathBuf {
        self.dir.join("index.json")
    }

    fn marker_path(&self) -> PathBuf {
        self.dir.join("oci-layout")
    }
}

fn is_package(descriptor: &Descriptor) -> bool {
    descriptor.artifact_type.as_deref() == Some(ARTIFACT_TYPE)
}

fn listed(descriptor: &Descriptor) -> Result<Listed> {
    let annotation = |key: &str| {
        let digest = descriptor.digest;
        let value = descriptor.annotations.get(key);
        value.ok_or_else(|| malformed(format!("the index lists {digest} without the annotation {key}")))
    };
    let id = annotation(TITLE)?.clone();
    let version = annotation(VERSION)?;
    let version = version
        .parse()
        .map_err(|e| malformed(format!("the index lists {id} with version {version:?}: {e}")))?;
    Ok(Listed { id, version, digest: descriptor.digest })
}

fn only_layer<'a>(manifest: &'a ImageManifest, media_type: &str) -> Result<&'a Descriptor> {
    let mut layers = manifest.layers.iter().filter(|layer| layer.media_type == media_type);
    match (layers.next(), layers.next()) {
        (Some(layer), None) => Ok(layer),
        (None, _) => Err(malformed(format!("it has no layer of type {media_type}"))),
        (Some(_), Some(_)) => Err(malformed(format!("it has more than one layer of type {media_type}"))),
    }
}

fn verify(part: &'static str, expected: Digest, expected_size: u64, bytes: &[u8]) -> Result<()> {
    let found = Digest::of(bytes);
    let found_size = bytes.len() as u64;
    if (found, found_size) == (expected, expected_size) {
        return Ok(());
    }
    Err(Error::Tampered { part, expected, expected_size, found, found_size })
}

fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(io("read", path))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(io("read", path))?;
    if bytes.len() as u64 > limit {
        return Err(Error::TooLarge { what: path.display().to_string(), limit });
    }
    Ok(bytes)
}

/// Writes a file so that it is whole or not there, even if the machine stops in between.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    // Temporary files are private by default; packages are for every reader that the umask allows.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(dir).map_err(io("write in", dir))?;
    file.write_all(bytes).map_err(io("write", path))?;
    file.as_file().sync_all().map_err(io("write", path))?;
    file.persist(path).map_err(|e| io("write", path)(e.error))?;
    Ok(())
}
