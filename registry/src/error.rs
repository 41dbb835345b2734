//! What can be wrong with a package or a layout.

use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::digest::Digest;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a package or a layout was refused. The messages are for the holder and for operators.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{action} {}", path.display())]
    Io {
        /// What was tried: "read", "write" and the like.
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The folder is no OCI image layout of version 1.0.0.
    #[error("open {} as an OCI image layout: {reason}", path.display())]
    NotALayout {
        /// The folder.
        path: PathBuf,
        /// What is missing or unexpected.
        reason: String,
    },
    /// A text is no SHA-256 digest.
    #[error("read {text:?} as a digest: expected sha256: and 64 lowercase hexadecimal digits")]
    BadDigest {
        /// The text.
        text: String,
    },
    /// No package has this digest.
    #[error("find a package with digest {digest} in {}", layout.display())]
    NotFound {
        /// The digest looked for.
        digest: Digest,
        /// The layout it was looked for in.
        layout: PathBuf,
    },
    /// A part of the package is not what its package says it is.
    #[error(
        "verify the {part} of the package: it should be {expected} of {expected_size} bytes, \
         but is {found} of {found_size} bytes"
    )]
    Tampered {
        /// Which part: "image manifest", "module.toml", "component", "files".
        part: &'static str,
        /// The digest it should have.
        expected: Digest,
        /// The size it should have, in bytes.
        expected_size: u64,
        /// The digest it has.
        found: Digest,
        /// The size it has, in bytes.
        found_size: u64,
    },
    /// The package's own manifest names another module or version than the layout's index.
    #[error("verify package {digest}: the index lists it as {listed}, but its module.toml says {found}")]
    Mislabelled {
        /// The package.
        digest: Digest,
        /// Id and version by the index.
        listed: String,
        /// Id and version by `module.toml`.
        found: String,
    },
    /// The artifact is no package of a module, or not one this program understands.
    #[error("read the package: {reason}")]
    Malformed {
        /// What is missing or unexpected.
        reason: String,
    },
    /// `module.toml` has no usable id or version, or is no TOML.
    #[error("read module.toml: {reason}")]
    BadManifest {
        /// What is wrong, where known with the line.
        reason: String,
    },
    /// A path that leaves the package, or that not every system can store.
    #[error("accept the file name {path:?}: {reason}")]
    BadPath {
        /// The path as found.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file of the module's folder that a package cannot hold.
    #[error("pack {path}: {reason}")]
    UnexpectedFile {
        /// The path within the module's folder.
        path: String,
        /// What was expected there.
        reason: String,
    },
    /// A file, or the whole package, is larger than allowed.
    #[error("accept {what}: it is larger than {limit} bytes")]
    TooLarge {
        /// The file's path, or "the package".
        what: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// A package of the same id and version but with other content is there already.
    #[error(
        "add {id} {version}: this version is there already with other content ({existing}); \
         give the new one a higher version"
    )]
    VersionTaken {
        /// The module.
        id: String,
        /// The version.
        version: Version,
        /// The digest of the package that is there.
        existing: Digest,
    },
}

/// Gives an I/O error its place.
pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::Io { action, path: path.to_owned(), source }
}

pub(crate) fn malformed(reason: impl Into<String>) -> Error {
    Error::Malformed { reason: reason.into() }
}
