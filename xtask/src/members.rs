//! The packages of the host's workspace: which stand without modules, and which drive the whole platform with them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::command::program;

/// The crate that starts the whole platform. It and what leans on it need the modules.
const WHOLE_PLATFORM: &str = "vzaemo-tests";

/// The members of the workspace that need the modules.
pub struct Members(Vec<Package>);

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    test: bool,
}

impl Members {
    /// Asks cargo.
    pub fn read(root: &Path) -> Result<Self> {
        let mut cargo = program("cargo");
        cargo.current_dir(root).args(["metadata", "--no-deps", "--format-version", "1"]);
        let output = cargo.output().context("run cargo metadata")?;
        if !output.status.success() {
            bail!("read the workspace: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Self::of_metadata(&String::from_utf8_lossy(&output.stdout))
    }

    fn of_metadata(json: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Package>,
        }
        let metadata: Metadata = serde_json::from_str(json).context("read what cargo metadata says")?;
        let needs_modules = |package: &Package| {
            package.name == WHOLE_PLATFORM || package.dependencies.iter().any(|on| on.name == WHOLE_PLATFORM)
        };
        let members: Vec<_> = metadata.packages.into_iter().filter(needs_modules).collect();
        if members.is_empty() {
            bail!("find {WHOLE_PLATFORM} among the packages of the workspace");
        }
        Ok(Self(members))
    }

    /// Arguments for cargo: every test of everything that needs no module.
    pub fn without_modules(&self) -> Vec<&str> {
        let mut arguments = vec!["--workspace", "--lib", "--bins", "--tests"];
        for package in &self.0 {
            arguments.extend(["--exclude", &package.name]);
        }
        arguments
    }

    /// Arguments for cargo: the tests of the whole platform. They select by target, not by package, because the
    /// features of dependencies follow from the packages selected; with others all would be compiled again.
    pub fn whole_platform(&self) -> Vec<&str> {
        let mut arguments = vec!["--workspace"];
        for target in self.0.iter().flat_map(|package| &package.targets).filter(|target| target.test) {
            for kind in ["test", "bin"] {
                if target.kind.iter().any(|of| of == kind) {
                    arguments.extend([if kind == "test" { "--test" } else { "--bin" }, &target.name]);
                }
            }
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_the_whole_platform_needs_modules_and_nothing_else_does() {
        let json = r#"{"packages": [
            {"name": "host", "dependencies": [{"name": "vzaemo-help"}], "targets": [
                {"name": "host", "kind": ["lib"], "test": true}, {"name": "pages", "kind": ["test"], "test": true}]},
            {"name": "vzaemo-tests", "dependencies": [{"name": "host"}], "targets": [
                {"name": "all", "kind": ["lib"], "test": false}, {"name": "load", "kind": ["example"], "test": false},
                {"name": "journey", "kind": ["test"], "test": true}]},
            {"name": "measure", "dependencies": [{"name": "vzaemo-tests"}], "targets": [
                {"name": "measure", "kind": ["bin"], "test": true}]}]}"#;
        let members = Members::of_metadata(json).unwrap();
        let host = [
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--exclude",
            "vzaemo-tests",
            "--exclude",
            "measure",
        ];
        assert_eq!(members.without_modules(), host);
        assert_eq!(members.whole_platform(), ["--workspace", "--test", "journey", "--bin", "measure"]);
        assert!(Members::of_metadata(r#"{"packages": []}"#).is_err());
    }

    #[test]
    fn libraries_of_the_platforms_tests_hold_no_tests_that_would_not_run() {
        let root = crate::workspace::Workspace::find().unwrap();
        let members = Members::read(root.root()).unwrap();
        for package in &members.0 {
            for target in package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "lib"))
            {
                assert!(!target.test, "{}: a test in this library would not run in ./test", target.name);
            }
        }
    }
}
