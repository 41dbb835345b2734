//! Backups of platforms under test.

use crate::platform::{program, run};
use crate::{Packages, Platform, Settings};
use std::path::{Path, PathBuf};
use std::process::Command;

impl Platform {
    /// The file of its secret.
    pub fn secret(&self) -> PathBuf {
        self.folder().join("data/platform.secret")
    }

    /// `vzaemo backup`: whether it is whole, and what was said.
    pub async fn backup(&self, to: &Path) -> (bool, String) {
        self.run(&["backup", plain(to)]).await
    }

    /// Starts a platform from a backup alone: its packages, policies and data come from there, the configuration is
    /// another one.
    pub async fn restored(settings: Settings, backup: &Path, secret: &Path) -> Self {
        let restore = |packages: &Packages| {
            let folder = packages.folder().parent().expect("it lies in the platform's folder");
            std::fs::remove_dir_all(packages.folder()).expect("no packages but those of the backup");
            let config = folder.join("platform.toml");
            std::fs::write(&config, settings.text(1)).expect("write platform.toml");
            let mut command = Command::new(program());
            command.args(["restore", plain(backup), "--secret", plain(secret), "--config", plain(&config)]);
            let output = command.output().expect("run the program");
            let said =
                [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            assert!(output.status.success(), "the backup is restored:\n{}", said.concat());
        };
        Platform::start_with(settings.clone(), restore).await
    }
}

/// `vzaemo restore` into the place of a configuration: whether all is well, and what was said.
pub async fn restore(backup: &Path, config: &Path, more: &[&str]) -> (bool, String) {
    run(&[&["restore", plain(backup)], more].concat(), config).await
}

/// `vzaemo audit` at the place of a configuration: whether all is well, and what was said.
pub async fn audit(config: &Path) -> (bool, String) {
    run(&["audit"], config).await
}

/// `vzaemo audit` with more at the place of a configuration: whether all is well, and what was said.
pub async fn audit_with(arguments: &[&str], config: &Path) -> (bool, String) {
    run(&[&["audit"], arguments].concat(), config).await
}

/// The program with these arguments alone, in a folder: whether all went well, and what was said.
pub async fn run_at(arguments: &[&str], folder: &Path) -> (bool, String) {
    let mut command = tokio::process::Command::new(program());
    let output = command.args(arguments).current_dir(folder).output().await.expect("run the program");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), said.concat())
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}
