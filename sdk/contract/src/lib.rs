//! The Rust face of the contract.
//!
//! [`call`] holds what crosses between host and module, in plain Rust types that the SDK, the test kit and the
//! host share; `sdk/wit` is the binding text of the same. [`imports!`] has what a module may ask as one table, of which
//! each side makes its face. [`manifest`] is the module's manifest, [`reach`] the rule of which documents a call may read.

pub mod call;
mod imports;
#[cfg(feature = "manifest")]
pub mod manifest;
#[cfg(feature = "manifest")]
pub mod problems;
#[cfg(feature = "manifest")]
pub mod reach;

/// The version of the contract that this crate speaks.
pub const CONTRACT_VERSION: &str = "0.1";

/// The capabilities that a manifest asks for, by the packages of `sdk/wit`. What is not among them every module has.
pub const CAPABILITIES: [&str; 6] = ["cabinet", "files", "notify", "registers", "schedule", "search"];

/// The kinds of files that a form may take (`x-file`), by the names that the host knows them by.
pub const FILE_KINDS: [&str; 14] =
    ["pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "rtf", "txt", "csv", "png", "jpeg", "asice", "p7s"];
