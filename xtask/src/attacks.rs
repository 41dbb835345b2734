//! The table of the attacks that tests try: made of the names of the tests, so that it cannot tell of one that is not
//! there.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::defences::catalogue::Catalogue;
use crate::workspace::Workspace;

/// What the name of such a test begins with.
const PREFIX: &str = "attack_";
/// Where tests are.
const ROOMS: [&str; 4] = ["host", "registry", "sdk", "tests"];
/// What stands above the table.
const HEAD: &str = "\
# Attacks that are tried

Each line is a test that `./test` runs: its name says what is tried and, where that is not plain, how it ends. The table
is made of the names by `cargo xtask attacks`; a test fails when it is out of date.

The third column names what holds the attack. `cargo xtask defences` shows it: every one of these defences can be removed
by itself, as `tests/defences/*.toml` say how; each test runs with all defences, when it must pass, and once for each
defence named here without it, when it must fail. Layers that hold the same attack are one defence here, and are removed
together. What stands there in *italics* is not what an edit of this repository removes. It takes minutes, so `./test`
does not do it; `--only WORDS` does it for some. Do it when you add an attack or change what holds one.
";

/// A test that tries one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attack {
    /// The file, relative to the repository.
    pub file: String,
    /// The name of the test in it.
    pub name: String,
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.file, self.name)
    }
}

/// Writes the table.
pub fn write(workspace: &Workspace) -> Result<()> {
    let path = file(workspace.root());
    fs::write(&path, table(workspace.root())?).with_context(|| format!("write {}", path.display()))
}

fn file(root: &Path) -> PathBuf {
    root.join("docs/attacks.md")
}

/// All of them, by file, in the order in which they stand there.
pub fn all(root: &Path) -> Result<Vec<Attack>> {
    let mut files = Vec::new();
    for room in ROOMS {
        sources(&root.join(room), &mut files)?;
    }
    files.sort();
    let mut attacks = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let file = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let names = text.lines().filter_map(attack);
        attacks.extend(names.map(|name| Attack { file: file.clone(), name: format!("{PREFIX}{name}") }));
    }
    Ok(attacks)
}

fn table(root: &Path) -> Result<String> {
    let (attacks, catalogue) = (all(root)?, Catalogue::read(root)?);
    let held_by = catalogue.held_by();
    let mut table = HEAD.to_owned();
    let _infallible =
        writeln!(table, "\n{} attacks, {} of them not shown yet.", attacks.len(), catalogue.pending());
    let mut of_room = String::new();
    for attack in attacks {
        let room = room(&attack.file);
        if room != of_room {
            let _infallible =
                write!(table, "\n## {room}\n\n| attack | test in | held by |\n| --- | --- | --- |\n");
            of_room = room;
        }
        let what = attack.name.trim_start_matches(PREFIX).replace('_', " ");
        let by = held_by.get(attack.to_string().as_str()).map_or_else(String::new, |by| by.join("; "));
        let _infallible = writeln!(table, "| {what} | `{}` | {by} |", attack.file);
    }
    Ok(table)
}

/// What the test that begins at this line tries.
fn attack(line: &str) -> Option<&str> {
    let (before, after) = line.split_once(&format!("fn {PREFIX}"))?;
    if !matches!(before.trim(), "" | "async") {
        return None;
    }
    after.split_once('(').map(|(name, _)| name)
}

/// The room of a file: `host/signature`, `tests`.
fn room(path: &str) -> String {
    let depth = if path.starts_with("tests/") { 1 } else { 2 };
    path.split('/').take(depth).collect::<Vec<_>>().join("/")
}

/// All Rust files in a folder, without what was built and what was fetched.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("look into {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            let name = path.file_name().unwrap_or_default();
            if name != "target" && name != "node_modules" {
                sources(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_told_by_its_name_alone() {
        assert_eq!(attack("async fn attack_code_replayed() {"), Some("code_replayed"));
        assert_eq!(attack("    fn attack_other(case: u8) {"), Some("other"));
        assert_eq!(attack("// fn attack_of_a_comment() {"), None);
        assert_eq!(attack("fn defence() {"), None);
        assert_eq!(room("host/signature/tests/attacks.rs"), "host/signature");
        assert_eq!(room("tests/tests/hostile/pages.rs"), "tests");
    }

    #[test]
    fn the_table_is_up_to_date() {
        let root = Workspace::find().unwrap().root().to_owned();
        let written = fs::read_to_string(file(&root)).unwrap();
        assert!(
            written == table(&root).unwrap(),
            "docs/attacks.md is out of date: run `cargo xtask attacks`"
        );
    }
}
