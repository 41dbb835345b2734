//! `vzaemo backup` and `vzaemo restore`.
//!
//! A backup is a folder of plain files that describe themselves, the same whichever engine the platform runs on:
//!
//! | in it | |
//! | --- | --- |
//! | `backup.json` | what the backup holds, counted, with its digests and its seal; written last |
//! | `SHA256SUMS` | the digest of every other file, as `sha256sum --check` takes it |
//! | `database.jsonl` | documents, counters, numbers, audit log at one position of the commit log ([`vzaemo_storage::dump`]) |
//! | `files/sha256/…` | the content of the files that the database speaks of |
//! | `configuration/` | `platform.toml`, `platform.lock`, policies, rules of use, registers |
//! | `packages/` | packages of modules, an OCI image layout |
//!
//! Secrets are not in it. The platform's secret seals it, so that whoever restores knows that it is this platform's
//! and as it was made.

mod folder;
mod make;
mod manifest;
mod restore;
mod verify;

pub use make::backup;
pub use restore::{Restore, restore};

const DATABASE: &str = "database.jsonl";
const CONFIGURATION: &str = "configuration";
/// Within the configuration.
const POLICIES: &str = "policies";
/// Within the configuration.
const RULES: &str = "rules";
const PACKAGES: &str = "packages";

/// The name of a file's content within a backup.
fn content_name(digest: &str) -> String {
    format!("files/sha256/{}/{digest}", digest.get(..2).unwrap_or_default())
}
