//! Packages of modules: their format, how they are kept on disk, and how a version is chosen.
//!
//! A package is an OCI artifact (image manifest v1.1 with an `artifactType`) in an
//! [OCI image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md),
//! so that any OCI registry can carry it:
//!
//! | part | media type | holds |
//! | --- | --- | --- |
//! | config | [`MANIFEST_MEDIA_TYPE`] | `module.toml` |
//! | layer | [`COMPONENT_MEDIA_TYPE`] | the WebAssembly component |
//! | layer | [`FILES_MEDIA_TYPE`] | all other files, as one deterministic tar |
//!
//! A package's address is the digest of its image manifest, and the same module folder and component
//! always give the same address. Whatever is read back is checked against digests and sizes before use.

mod archive;
mod digest;
mod error;
mod layout;
mod oci;
mod package;
mod resolve;

pub use digest::Digest;
pub use error::{Error, Result};
pub use layout::{Layout, Listed};
pub use package::Package;
pub use resolve::resolve;

/// The `artifactType` of a module's image manifest.
pub const ARTIFACT_TYPE: &str = "application/vnd.vzaemo.module.v1";
/// Media type of the config blob: the text of `module.toml`.
pub const MANIFEST_MEDIA_TYPE: &str = "application/vnd.vzaemo.manifest.v1+toml";
/// Media type of the layer that holds the component.
pub const COMPONENT_MEDIA_TYPE: &str = "application/wasm";
/// Media type of the layer that holds the module's other files.
pub const FILES_MEDIA_TYPE: &str = "application/vnd.vzaemo.files.v1.tar";

/// The largest file a package may hold, in bytes (16 MiB). The component is bounded by [`MAX_PACKAGE_BYTES`].
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// The largest package, in bytes (64 MiB): the sum of its manifest, files and component.
pub const MAX_PACKAGE_BYTES: u64 = 64 * 1024 * 1024;
/// The largest number of files in a package.
pub const MAX_FILES: usize = 10_000;
