//! What the configuration asks for, in exact versions.

use crate::Problem;
use crate::configuration::{Configuration, Retention, line_of};
use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use vzaemo_clock::Date;
use vzaemo_contract::manifest::Assurance;
use vzaemo_registry::{Digest, Listed, resolve};

/// What shall serve: modules by id, and the rules of use. It is kept in the storage, so that the last good one can be taken up again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Desired {
    /// Modules by id.
    pub modules: BTreeMap<String, Wanted>,
    /// The versions of the rules of use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<WantedRules>,
}

/// A version of the rules of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedRules {
    /// Its name.
    pub version: String,
    /// The first day on which it is in force.
    pub since: Date,
    /// The digest of version, day and texts.
    pub digest: String,
}

/// A module in an exact version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its version.
    pub version: Version,
    /// The digest of its package.
    pub digest: Digest,
    /// Whether it serves.
    pub enabled: bool,
    /// The capabilities granted, in order.
    pub grants: Vec<String>,
    /// How sure the identity must be for some of its acts, where the holder wants it surer than the module.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assurance: BTreeMap<String, Assurance>,
    /// What the holder has configured, without defaults.
    pub config: Value,
    /// For how long documents about a person are kept, by collection, where the holder says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retention: BTreeMap<String, Retention>,
}

impl Desired {
    /// Resolves each module to the highest version there is that fits. A disabled module without a package is left
    /// out: it shall not serve anyway. `text` is that of the configuration, for lines.
    pub(crate) fn resolve(
        configuration: &Configuration,
        packages: &[Listed],
        file: &str,
        text: &str,
    ) -> Result<Self, Vec<Problem>> {
        let mut desired = Desired::default();
        let mut problems = Vec::new();
        for (id, module) in &configuration.modules {
            let Some(found) = resolve(packages, id, &module.version) else {
                if module.enabled {
                    problems.push(unresolved(id, &module.version, packages, file, text));
                }
                continue;
            };
            let config = serde_json::to_value(&module.config).unwrap_or_default();
            let mut grants = module.grants.clone();
            grants.sort();
            let wanted = Wanted {
                version: found.version.clone(),
                digest: found.digest,
                enabled: module.enabled,
                grants,
                assurance: module.assurance.clone(),
                config,
                retention: module.retention.clone(),
            };
            desired.modules.insert(id.clone(), wanted);
        }
        if problems.is_empty() { Ok(desired) } else { Err(problems) }
    }
}

fn unresolved(
    id: &str,
    requirement: &semver::VersionReq,
    packages: &[Listed],
    file: &str,
    text: &str,
) -> Problem {
    let place = ["modules", id, "version"];
    let there: Vec<_> =
        packages.iter().filter(|listed| listed.id == id).map(|listed| listed.version.to_string()).collect();
    let problem = if there.is_empty() {
        Problem::new(file, format!("there is no package of module {id}"))
            .mend("put its package into the packages folder, or correct the id")
    } else {
        Problem::new(file, format!("no version of module {id} fits {requirement}"))
            .mend(format!("there are {}; change the requirement, or add a package", there.join(", ")))
    };
    problem.at(place.join(".")).line(line_of(text, &place))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[platform]
name = { uk = "В", en = "I" }
base-url = "http://localhost:8080"
mode = "development"
[identity.development]
seed = "tests"
[modules.notes]
version = "^1.0"
grants = ["search", "cabinet"]
[modules.votes]
version = "^2"
"#;

    fn listed(id: &str, version: &str) -> Listed {
        let digest = Digest::of(format!("{id}{version}").as_bytes());
        Listed { id: id.to_owned(), version: version.parse().unwrap(), digest }
    }

    fn resolved(text: &str, packages: &[Listed]) -> Result<Desired, Vec<String>> {
        let configuration = Configuration::from_toml("platform.toml", text).unwrap();
        Desired::resolve(&configuration, packages, "platform.toml", text)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_highest_version_that_fits_is_wanted() {
        let packages = [
            listed("notes", "1.0.0"),
            listed("notes", "1.2.0"),
            listed("notes", "2.0.0"),
            listed("votes", "2.0.0"),
        ];
        let desired = resolved(TEXT, &packages).unwrap();
        assert_eq!(desired.modules["notes"].version, Version::new(1, 2, 0));
        assert_eq!(desired.modules["notes"].digest, packages[1].digest);
        assert_eq!(desired.modules["notes"].grants, ["cabinet", "search"]);
        let text = serde_json::to_string(&desired).unwrap();
        assert_eq!(serde_json::from_str::<Desired>(&text).unwrap(), desired);
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        assert_eq!(
            resolved(TEXT, &[listed("votes", "1.9.0")]).unwrap_err(),
            [
                "platform.toml:9: modules.notes.version: there is no package of module notes; put its package into the \
                 packages folder, or correct the id",
                "platform.toml:12: modules.votes.version: no version of module votes fits ^2; there are 1.9.0; change the \
                 requirement, or add a package"
            ]
        );
    }

    #[test]
    fn a_disabled_module_needs_no_package() {
        let text = TEXT.replace("version = \"^2\"", "version = \"^2\"\nenabled = false");
        let desired = resolved(&text, &[listed("notes", "1.0.0")]).unwrap();
        assert!(!desired.modules.contains_key("votes"));
    }
}
