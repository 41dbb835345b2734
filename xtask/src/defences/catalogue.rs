//! What `tests/defences/*.toml` say: each defence, how it is removed, and the attacks that then succeed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::attacks::Attack;

/// Where the files are, one a room.
const FOLDER: &str = "tests/defences";
/// What a table of attacks says of one that is still to be shown.
const PENDING: &str = "not shown yet";

/// All that is said about the attacks' defences.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Defences of this repository, each of which can be removed by itself.
    #[serde(default, rename = "defence")]
    pub defences: Vec<Defence>,
    /// Attacks whose defence cannot be removed by an edit here.
    #[serde(default)]
    elsewhere: Vec<Elsewhere>,
    /// Attacks of which nothing is shown yet.
    #[serde(default)]
    pending: Vec<String>,
}

/// One defence; where two layers hold the same attack, both together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defence {
    /// What it does, in words: reads after "the attack succeeds unless".
    pub name: String,
    /// The attacks that succeed without it, each `FILE::attack_NAME`.
    pub attacks: Vec<String>,
    /// What has to be done to be without it.
    #[serde(rename = "removal")]
    pub removals: Vec<Removal>,
}

/// One place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The file, relative to the repository.
    pub file: String,
    /// What stands in the file exactly once before `text`, where that does not.
    #[serde(default)]
    pub after: Option<String>,
    /// An expression, or whole statements that bind no names. Stands in the file exactly once, or is the first after
    /// `after`.
    pub text: String,
    /// What stands there instead when the defence is removed.
    pub with: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    /// Whose the defence is.
    why: String,
    attacks: Vec<String>,
}

impl Catalogue {
    /// Reads all files.
    pub fn read(root: &Path) -> Result<Self> {
        let folder = root.join(FOLDER);
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("look into {}", folder.display()))? {
            files.push(entry?.path());
        }
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        let mut all = Self::default();
        for file in files {
            let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
            let read: Self = toml::from_str(&text).with_context(|| format!("read {}", file.display()))?;
            all.defences.extend(read.defences);
            all.elsewhere.extend(read.elsewhere);
            all.pending.extend(read.pending);
        }
        Ok(all)
    }

    /// What holds each attack, as the table says it.
    pub fn held_by(&self) -> BTreeMap<&str, Vec<String>> {
        let mut held: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let defences = self.defences.iter().map(|defence| (defence.name.clone(), &defence.attacks));
        let aside = |why: &str| format!("*{why}*");
        let elsewhere = self.elsewhere.iter().map(|elsewhere| (aside(&elsewhere.why), &elsewhere.attacks));
        for (what, attacks) in defences.chain(elsewhere).chain([(aside(PENDING), &self.pending)]) {
            for attack in attacks {
                held.entry(attack).or_default().push(what.clone());
            }
        }
        held
    }

    /// How many attacks nothing is shown of yet.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Fails, naming everything that is wrong, unless all that is said can be so: each attack is a test, each test has
    /// a defence or a reason, and what is removed stands where it is said to.
    pub fn check(&self, root: &Path, attacks: &[Attack]) -> Result<()> {
        let mut wrong = Vec::new();
        let tests: BTreeSet<String> = attacks.iter().map(ToString::to_string).collect();
        let held = self.held_by();
        for (attack, by) in &held {
            if !tests.contains(*attack) {
                wrong.push(format!("there is no test {attack}"));
            }
            if by.len() > 1 && self.pending.iter().any(|pending| pending == attack) {
                wrong.push(format!("{attack} is shown and pending at once"));
            }
        }
        for test in tests.iter().filter(|test| !held.contains_key(test.as_str())) {
            wrong.push(format!(
                "no defence is named for {test}; one that is shown later is named in `pending`"
            ));
        }
        let mut names = BTreeSet::new();
        for defence in &self.defences {
            let name = &defence.name;
            if !names.insert(name) {
                wrong.push(format!("there are two defences named “{name}”"));
            }
            if defence.attacks.is_empty() || defence.removals.is_empty() {
                wrong.push(format!("“{name}” names no attack or no removal"));
            }
        }
        for (file, removals) in self.by_file() {
            let text = fs::read_to_string(root.join(file)).with_context(|| format!("read {file}"))?;
            wrong.extend(
                super::schemata::places(&text, &removals).err().map(|error| format!("{file}: {error}")),
            );
        }
        if !wrong.is_empty() {
            bail!("find {FOLDER} right:\n{}", wrong.join("\n"));
        }
        Ok(())
    }

    /// The removals of each file, with the name of their defence.
    pub fn by_file(&self) -> BTreeMap<&str, Vec<(&str, &Removal)>> {
        let mut files: BTreeMap<&str, Vec<(&str, &Removal)>> = BTreeMap::new();
        for defence in &self.defences {
            for removal in &defence.removals {
                files.entry(&removal.file).or_default().push((&defence.name, removal));
            }
        }
        files
    }
}
