//! From what rustc makes to a component.

use anyhow::Result;
use wit_component::ComponentEncoder;

/// Wraps a core module, which carries its contract in a custom section, into a component.
///
/// Its imports are those of the contract. A core module that imports anything else, such as WASI, is an error here
/// because no adapter is given.
pub fn from_core_module(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default().module(module)?.validate(true).encode()
}
