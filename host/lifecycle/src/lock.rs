//! `platform.lock`: what the configuration resolved to.

use crate::{Desired, WantedRules};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

const HEAD: &str = "# What platform.toml resolved to: exact versions and the digests of their packages.\n\
                    # Written by the platform when a configuration has been applied.\n\n";

#[derive(Serialize)]
struct Lock<'a> {
    schema: u32,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rules: &'a [WantedRules],
    module: Vec<Locked<'a>>,
}

#[derive(Serialize)]
struct Locked<'a> {
    id: &'a str,
    version: String,
    digest: String,
    enabled: bool,
}

/// The text of the lock. The same configuration always gives the same text.
pub(crate) fn text(desired: &Desired) -> Result<String, toml::ser::Error> {
    let module = desired
        .modules
        .iter()
        .map(|(id, wanted)| Locked {
            id,
            version: wanted.version.to_string(),
            digest: wanted.digest.to_string(),
            enabled: wanted.enabled,
        })
        .collect();
    Ok(format!("{HEAD}{}", toml::to_string(&Lock { schema: 1, rules: &desired.rules, module })?))
}

/// Writes the lock beside the configuration, or into the data folder when that one cannot be written to. Returns
/// where. A lock that says the same is left as it is.
pub(crate) fn write(configuration: &Path, data: &Path, text: &str) -> std::io::Result<PathBuf> {
    let beside = configuration.with_extension("lock");
    if replace(&beside, text).is_ok() {
        return Ok(beside);
    }
    let path = data.join("platform.lock");
    replace(&path, text)?;
    Ok(path)
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".platform-lock-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Wanted;
    use vzaemo_registry::Digest;

    fn desired() -> Desired {
        let wanted = |enabled| Wanted {
            version: semver::Version::new(1, 2, 3),
            digest: Digest::of(b"x"),
            enabled,
            grants: vec![],
            assurance: std::collections::BTreeMap::new(),
            config: serde_json::json!({}),
            retention: std::collections::BTreeMap::new(),
        };
        let modules = [("votes".to_owned(), wanted(false)), ("notes".to_owned(), wanted(true))].into();
        Desired { modules, rules: Vec::new() }
    }

    #[test]
    fn a_lock_is_in_order_and_can_be_read() {
        let text = text(&desired()).unwrap();
        assert_eq!(text, super::text(&desired()).unwrap());
        let read: toml::Table = text.parse().unwrap();
        let modules = read["module"].as_array().unwrap();
        assert_eq!(modules[0]["id"].as_str(), Some("notes"));
        assert_eq!(modules[1]["enabled"].as_bool(), Some(false));
    }

    #[test]
    fn a_lock_goes_to_the_data_folder_when_it_must() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let beside = write(&folder.path().join("platform.toml"), &data, "a").unwrap();
        assert_eq!(beside, folder.path().join("platform.lock"));
        let lost = folder.path().join("lost/platform.toml");
        assert_eq!(write(&lost, &data, "b").unwrap(), data.join("platform.lock"));
        assert_eq!(std::fs::read_to_string(data.join("platform.lock")).unwrap(), "b");
    }
}
