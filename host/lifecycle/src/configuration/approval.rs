//! The section `[approval]`, and which sections it is about.

use super::{Configuration, Mode};
use crate::Problem;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How many holders have to approve what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Approval {
    /// So many different holders approve a changed configuration before it serves; with 1 it serves at once. Without a
    /// number 1 in development mode and 2 otherwise. What counts is the number in the configuration that serves.
    pub changes: Option<u8>,
}

impl Approval {
    /// The largest number that can be asked for.
    pub(super) const MOST: u8 = 9;
}

impl Configuration {
    /// How many different holders approve a changed configuration before it serves.
    pub fn approvals(&self) -> u8 {
        let usual = match self.platform.mode {
            Mode::Development => 1,
            Mode::Production => 2,
        };
        self.approval.changes.unwrap_or(usual)
    }

    /// The configuration of a text that was kept, with paths from the folder of `path`.
    ///
    /// # Errors
    /// Everything that is wrong with it by itself.
    pub fn of_text(path: &Path, text: &str) -> Result<Self, Vec<Problem>> {
        let mut configuration = Self::from_toml(&path.display().to_string(), text)?;
        configuration.start_at(path.parent().unwrap_or(Path::new("")));
        Ok(configuration)
    }

    /// The same on the node that `node` is the configuration of: the sections that belong to whoever runs a node are
    /// those of its file. In development mode so is the port of the address, which the command line may choose.
    #[must_use]
    pub fn installed_as(mut self, node: &Configuration) -> Self {
        self.folders.clone_from(&node.folders);
        self.storage.clone_from(&node.storage);
        self.files.clone_from(&node.files);
        self.runtime.clone_from(&node.runtime);
        self.server.clone_from(&node.server);
        self.pages.clone_from(&node.pages);
        if self.platform.mode == Mode::Development {
            // An address with a host takes any port.
            let _taken = self.platform.base_url.set_port(node.platform.base_url.port());
        }
        self
    }

    /// Sections other than modules and rules of use that differ and are the platform's: those are approved. The others
    /// belong to whoever runs a node, see [`Configuration::installed_as`].
    pub fn differs_platform_wide(&self, other: &Configuration) -> Vec<&'static str> {
        let compared = [
            ("platform", self.platform == other.platform),
            ("approval", self.approval == other.approval),
            ("audit", self.audit == other.audit),
            ("personal-data", self.personal_data == other.personal_data),
            ("requests", self.requests == other.requests),
            ("protection", self.protection == other.protection),
            ("mail", self.mail == other.mail),
            ("identity", self.identity == other.identity),
            ("sessions", self.sessions == other.sessions),
            ("registers", self.registers == other.registers),
            ("quarantine", self.quarantine == other.quarantine),
        ];
        compared.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[platform]\nname = { uk = \"В\", en = \"I\" }\nbase-url = \"https://example.org\"\n\
                        mode = \"production\"\n[identity.id-gov-ua]\nname = { uk = \"І\", en = \"I\" }\n\
                        client-id = \"1\"\nclient-secret-file = \"id.secret\"\n";

    fn read(text: &str) -> Configuration {
        Configuration::of_text(Path::new("/etc/vzaemo/platform.toml"), text).unwrap()
    }

    #[test]
    fn two_approve_in_production_unless_the_holder_says_otherwise() {
        assert_eq!(read(TEXT).approvals(), 2);
        assert_eq!(read(&format!("{TEXT}[approval]\nchanges = 1\n")).approvals(), 1);
        let development = TEXT.replace("production", "development");
        assert_eq!(read(&development).approvals(), 1);
        assert_eq!(read(&format!("{development}[approval]\nchanges = 3\n")).approvals(), 3);
        for wrong in [0, 10] {
            let text = format!("{TEXT}[approval]\nchanges = {wrong}\n");
            let problems = Configuration::from_toml("platform.toml", &text).unwrap_err();
            assert_eq!(problems[0].place, "approval.changes", "{problems:?}");
        }
    }

    #[test]
    fn what_is_of_the_node_is_not_the_platforms() {
        let node = "[folders]\ndata = \"elsewhere\"\n[storage]\nreaders = 3\n[files]\nlargest-mib = 3\n\
                    [runtime]\nmemory-mib = 3\n[server]\ntrusted-proxies = [\"10.0.0.0/8\"]\n[pages]\nremember-mib = 3\n";
        let (approved, file) = (read(TEXT), read(&format!("{TEXT}{node}")));
        assert!(approved.differs_platform_wide(&file).is_empty());
        assert_eq!(approved.clone().installed_as(&file), file);
        let changed = read(&format!(
            "{}[audit]\njournal-days = 1\n[sessions]\nidle-minutes = 5\n[approval]\nchanges = 1\n[quarantine]\nfailures = 3\n",
            TEXT.replace("example.org", "example.com")
        ));
        let differs = ["platform", "approval", "audit", "sessions", "quarantine"];
        assert_eq!(approved.differs_platform_wide(&changed), differs);
        assert_eq!(approved.clone().installed_as(&changed), approved, "none of that is taken from a file");
    }
}
