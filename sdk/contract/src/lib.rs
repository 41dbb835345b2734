//! The Rust face of the contract.
//!
//! [`call`] holds what crosses between host and module, in plain Rust types that the SDK, the test kit and the
//! host share; `sdk/wit` is the binding text of the same. [`manifest`] is the module's manifest.

pub mod call;
#[cfg(feature = "manifest")]
pub mod manifest;

/// The version of the contract that this crate speaks.
pub const CONTRACT_VERSION: &str = "0.1";
