//! Where one looks.

use std::fmt;

/// A collection of a module: what a search is confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The module's namespace.
    pub namespace: &'a str,
    /// The collection.
    pub collection: &'a str,
}

impl fmt::Display for Scope<'_> {
    /// As the index writes it: neither part can contain the slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.collection)
    }
}
