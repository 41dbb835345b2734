//! What can be wrong with policies.

/// Why the policies of a module were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", place(file, *line))]
pub struct PolicyError {
    /// The file: a policy file, a JSON Schema of a collection, or `module.toml`.
    pub file: String,
    /// The line, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// What is wrong, and where known how to mend it.
    pub what: String,
}

impl PolicyError {
    pub(crate) fn whole(file: impl Into<String>, what: impl Into<String>) -> Self {
        PolicyError { file: file.into(), line: 0, what: what.into() }
    }

    pub(crate) fn manifest(what: impl Into<String>) -> Self {
        Self::whole("module.toml", what)
    }
}

fn place(file: &str, line: usize) -> String {
    if line == 0 { format!("{file}: ") } else { format!("{file}:{line}: ") }
}
