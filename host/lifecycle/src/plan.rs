//! What a change of the configuration would do.

use crate::{Wanted, WantedRules};
use semver::Version;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use vzaemo_contract::manifest::Manifest;

/// One thing that would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A module that was not there.
    Added {
        /// In which version.
        version: Version,
    },
    /// A module that is no longer configured. Its data and its people's cases stay.
    Removed,
    /// A disabled module serves again.
    Enabled,
    /// A module stops serving. Its data and its people's cases stay.
    Disabled,
    /// Another version serves.
    Version {
        /// The present one.
        from: Version,
        /// The one to come.
        to: Version,
    },
    /// The same version, packed anew with another content.
    Repacked,
    /// Collections whose documents are brought to another version.
    Migrates(Vec<String>),
    /// The holder's settings of the module differ.
    Settings,
    /// Capabilities that it would have and has not.
    Granted(Vec<String>),
    /// Capabilities that it has and would not have.
    Withdrawn(Vec<String>),
    /// Classes of personal data that it would process and does not.
    MoreData(Vec<String>),
    /// Collections that would be made.
    NewCollections(Vec<String>),
    /// Addresses that would be there and are not.
    NewAddresses(Vec<String>),
}

impl Change {
    /// Whether the module's permissions grow, so that the holder should look twice.
    pub fn grows(&self) -> bool {
        matches!(self, Change::Granted(_) | Change::MoreData(_))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Added { version } => write!(f, "is added in version {version}"),
            Change::Removed => f.write_str("is removed; its data stay"),
            Change::Enabled => f.write_str("is enabled"),
            Change::Disabled => f.write_str("is disabled; its data stay"),
            Change::Version { from, to } if to < from => write!(f, "goes back from {from} to {to}"),
            Change::Version { from, to } => write!(f, "is upgraded from {from} to {to}"),
            Change::Repacked => f.write_str("has another package of the same version"),
            Change::Migrates(names) => {
                write!(f, "brings its documents to another version: {}", names.join(", "))
            }
            Change::Settings => f.write_str("has other settings"),
            Change::Granted(names) => write!(f, "is granted {}", names.join(", ")),
            Change::Withdrawn(names) => write!(f, "is no longer granted {}", names.join(", ")),
            Change::MoreData(names) => write!(f, "processes further personal data: {}", names.join(", ")),
            Change::NewCollections(names) => write!(f, "makes the collections {}", names.join(", ")),
            Change::NewAddresses(names) => write!(f, "answers at {}", names.join(", ")),
        }
    }
}

/// What would change of the rules of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesChange {
    /// A version that was not there. Everybody is asked to accept it from that day on.
    Added(WantedRules),
    /// A version that is no longer named. It can be read for ever.
    Removed(WantedRules),
}

impl fmt::Display for RulesChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RulesChange::Added(rules) => {
                write!(f, "version {} of the rules of use is in force from {}", rules.version, rules.since)
            }
            RulesChange::Removed(rules) => {
                write!(f, "version {} of the rules of use is no longer named", rules.version)
            }
        }
    }
}

/// All that would change, by module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Changes by the module's id; modules that stay as they are do not occur.
    pub modules: BTreeMap<String, Vec<Change>>,
    /// Changes of the rules of use.
    pub rules: Vec<RulesChange>,
    /// Sections of the platform's own settings that differ; most take effect at the next start.
    pub sections: Vec<&'static str>,
}

impl Plan {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty() && self.rules.is_empty() && self.sections.is_empty()
    }

    pub(crate) fn between(before: &BTreeMap<String, Side>, after: &BTreeMap<String, Side>) -> Self {
        let mut plan = Plan::default();
        let ids: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for id in ids {
            let changes = changes(id, before.get(id), after.get(id));
            if !changes.is_empty() {
                plan.modules.insert(id.clone(), changes);
            }
        }
        plan
    }

    /// The same with what changes of the rules of use.
    pub(crate) fn with_rules(mut self, before: &[WantedRules], after: &[WantedRules]) -> Self {
        let new = after.iter().filter(|rules| !before.contains(rules));
        let gone = before.iter().filter(|rules| !after.contains(rules));
        self.rules =
            new.cloned().map(RulesChange::Added).chain(gone.cloned().map(RulesChange::Removed)).collect();
        self
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changes\n");
        }
        for (id, changes) in &self.modules {
            for change in changes {
                let mark = if change.grows() { " (permissions grow)" } else { "" };
                writeln!(f, "{id} {change}{mark}")?;
            }
        }
        for change in &self.rules {
            writeln!(f, "{change}")?;
        }
        for section in &self.sections {
            writeln!(f, "the section [{section}] has other settings")?;
        }
        Ok(())
    }
}

/// A module before or after.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) wanted: Wanted,
    pub(crate) manifest: std::sync::Arc<Manifest>,
}

impl Side {
    fn data(&self) -> BTreeSet<String> {
        self.manifest.data.keys().cloned().collect()
    }

    fn collections(&self) -> BTreeSet<String> {
        self.manifest.collections.keys().cloned().collect()
    }

    /// The collections that both have, in another version.
    fn migrated(&self, after: &Side) -> Vec<String> {
        let version =
            |side: &Side, name: &String| side.manifest.collections.get(name).map(|known| known.version);
        let differs =
            |name: &&String| version(after, name).is_some_and(|after| version(self, name) != Some(after));
        self.manifest.collections.keys().filter(differs).cloned().collect()
    }

    fn grants(&self) -> BTreeSet<String> {
        self.wanted.grants.iter().cloned().collect()
    }

    fn addresses(&self, id: &str) -> BTreeSet<String> {
        let views = self.manifest.views.iter().map(|view| &view.path);
        let acts = self.manifest.acts.iter().map(|act| &act.path);
        views.chain(acts).map(|path| format!("/{id}{}", path.trim_end_matches('/'))).collect()
    }
}

fn changes(id: &str, before: Option<&Side>, after: Option<&Side>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (Some(before), after),
        (None, Some(after)) => {
            changes.push(Change::Added { version: after.wanted.version.clone() });
            if !after.wanted.enabled {
                changes.push(Change::Disabled);
            }
            (None, after)
        }
        (Some(_), None) => return vec![Change::Removed],
        (None, None) => return changes,
    };
    if let Some(before) = before {
        let (old, new) = (&before.wanted, &after.wanted);
        match (old.enabled, new.enabled) {
            (true, false) => changes.push(Change::Disabled),
            (false, true) => changes.push(Change::Enabled),
            _ => {}
        }
        if old.version != new.version {
            changes.push(Change::Version { from: old.version.clone(), to: new.version.clone() });
        } else if old.digest != new.digest {
            changes.push(Change::Repacked);
        }
        let migrated = before.migrated(after);
        if !migrated.is_empty() {
            changes.push(Change::Migrates(migrated));
        }
        if old.config != new.config || old.assurance != new.assurance {
            changes.push(Change::Settings);
        }
    }
    let more = |of: &dyn Fn(&Side) -> BTreeSet<String>| -> Vec<String> {
        let had = before.map(of).unwrap_or_default();
        of(after).difference(&had).cloned().collect()
    };
    let mut list = |names: Vec<String>, change: fn(Vec<String>) -> Change| {
        if !names.is_empty() {
            changes.push(change(names));
        }
    };
    list(more(&Side::grants), Change::Granted);
    if let Some(before) = before {
        list(before.grants().difference(&after.grants()).cloned().collect(), Change::Withdrawn);
    }
    list(more(&Side::data), Change::MoreData);
    list(more(&Side::collections), Change::NewCollections);
    list(more(&|side| side.addresses(id)), Change::NewAddresses);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;
    use vzaemo_registry::Digest;

    fn side(version: &str, grants: &[&str], extra: &str) -> Side {
        let manifest = format!(
            "schema = 1\nid = \"notes\"\nversion = \"{version}\"\ncontract = \"0.1\"\n\
             name = {{ uk = \"Н\", en = \"N\" }}\nabout = {{ uk = \"Н\", en = \"N\" }}\n\
             invitation = {{ uk = \"Н\", en = \"N\" }}\n{extra}"
        );
        Side {
            wanted: Wanted {
                version: version.parse().unwrap(),
                digest: Digest::of(version.as_bytes()),
                enabled: true,
                grants: grants.iter().map(ToString::to_string).collect(),
                assurance: BTreeMap::new(),
                config: json!({}),
                retention: BTreeMap::new(),
            },
            manifest: Arc::new(Manifest::from_toml(&manifest).unwrap()),
        }
    }

    fn plan(before: Option<Side>, after: Option<Side>) -> String {
        let side = |side: Option<Side>| side.map(|side| ("notes".to_owned(), side)).into_iter().collect();
        Plan::between(&side(before), &side(after)).to_string()
    }

    #[test]
    fn an_upgrade_says_what_grows() {
        let more = "[collections.notes]\nschema = \"s.json\"\n[data.\"person.name\"]\n\
                    why = { uk = \"Н\", en = \"N\" }\nlaw = \"x\"\nretention = \"P1Y\"\n\
                    [[views]]\nname = \"all\"\npath = \"/\"\nopen = true\n";
        assert_eq!(
            plan(Some(side("1.0.0", &["cabinet"], "")), Some(side("1.1.0", &["search"], more))),
            "notes is upgraded from 1.0.0 to 1.1.0\n\
             notes is granted search (permissions grow)\n\
             notes is no longer granted cabinet\n\
             notes processes further personal data: person.name (permissions grow)\n\
             notes makes the collections notes\n\
             notes answers at /notes\n"
        );
    }

    #[test]
    fn documents_that_are_brought_to_another_version_are_named() {
        let collections = |version| {
            format!(
                "[collections.notes]\nschema = \"s.json\"\nversion = {version}\n[collections.tags]\nschema = \"t.json\"\n"
            )
        };
        assert_eq!(
            plan(Some(side("1.0.0", &[], &collections(1))), Some(side("1.1.0", &[], &collections(2)))),
            "notes is upgraded from 1.0.0 to 1.1.0\nnotes brings its documents to another version: notes\n"
        );
    }

    #[test]
    fn coming_going_and_staying() {
        let one = || Some(side("1.0.0", &[], ""));
        assert_eq!(plan(one(), one()), "nothing changes\n");
        assert_eq!(plan(None, one()), "notes is added in version 1.0.0\n");
        assert_eq!(plan(one(), None), "notes is removed; its data stay\n");
        let mut off = side("1.0.0", &[], "");
        off.wanted.enabled = false;
        assert_eq!(plan(one(), Some(off.clone())), "notes is disabled; its data stay\n");
        assert_eq!(plan(Some(off), one()), "notes is enabled\n");
        assert_eq!(plan(Some(side("1.1.0", &[], "")), one()), "notes goes back from 1.1.0 to 1.0.0\n");
    }
}
