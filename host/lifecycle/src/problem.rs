//! What is wrong, where, and how to mend it.

use std::fmt;

/// Something wrong with the configuration or with a package that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the holder knows it; for a package, the module's id and version with the file.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// Keys from the root joined by dots; empty for the whole file.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it; empty where `what` says it.
    pub mend: String,
}

impl Problem {
    pub(crate) fn new(file: impl Into<String>, what: impl Into<String>) -> Self {
        Problem {
            file: file.into(),
            line: None,
            place: String::new(),
            what: what.into(),
            mend: String::new(),
        }
    }

    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    pub(crate) fn line(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }

    pub(crate) fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = mend.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.place.is_empty() {
            write!(f, ": {}", self.place)?;
        }
        write!(f, ": {}", self.what)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "; {}", self.mend) }
    }
}

/// An error with all its causes, in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said.push_str(": ");
        said.push_str(&cause.to_string());
        source = cause.source();
    }
    said
}

/// A policy about everything is compiled for the platform's own pages and again with each module; what is wrong with it is
/// said once.
pub(crate) fn each_once(problems: Vec<Problem>) -> Vec<Problem> {
    let mut said = Vec::with_capacity(problems.len());
    for problem in problems {
        if !said.contains(&problem) {
            said.push(problem);
        }
    }
    said
}
