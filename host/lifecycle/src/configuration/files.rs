//! Files beside documents: where they are kept and how large they may be.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Files beside documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Files {
    /// Where their content is kept.
    pub store: FileStore,
    /// The most that one file may have, in MiB, whatever a form says.
    pub largest_mib: u32,
    /// How long a file is held that no document names, in hours.
    pub grace_hours: u32,
    /// The bucket, for `store = "s3"`.
    pub bucket: Option<String>,
    /// The address of the store, if it is not Amazon's.
    pub endpoint: Option<url::Url>,
    /// The region of the bucket.
    pub region: String,
    /// The file with the access key, alone on a line; without it the environment's `AWS_ACCESS_KEY_ID`. Secrets do not
    /// stand in `platform.toml`.
    pub access_key_file: Option<PathBuf>,
    /// The file with its secret, alone on a line; without it the environment's `AWS_SECRET_ACCESS_KEY`.
    pub secret_key_file: Option<PathBuf>,
    /// Scanning for malicious content. Without it files are served unscanned.
    pub scan: Option<Scan>,
}

/// Where content is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileStore {
    /// In the folder `files` of the data folder.
    File,
    /// In a bucket of a store that speaks S3.
    S3,
}

/// Scanning for malicious content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scan {
    /// Where the daemon of ClamAV listens: `unix:/path/to/socket` or `tcp:host:port`.
    pub clamd: String,
}

impl Default for Files {
    fn default() -> Self {
        Files {
            store: FileStore::File,
            largest_mib: 20,
            grace_hours: 24,
            bucket: None,
            endpoint: None,
            region: "us-east-1".to_owned(),
            access_key_file: None,
            secret_key_file: None,
            scan: None,
        }
    }
}
