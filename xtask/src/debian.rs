//! Debian's packages: which are there, and installing those that are not.

use std::process::Command;
use std::sync::Once;

use anyhow::{Result, bail};

use crate::command::{find_program, output_of, program, run_quietly};
use crate::progress::say;

/// Whether this is a machine whose packages apt and dpkg keep.
pub fn is_here() -> bool {
    find_program("apt-get").is_some() && find_program("dpkg-query").is_some()
}

/// The installed version of a package.
pub fn version_of(package: &str) -> Option<String> {
    let output = output_of(program("dpkg-query").args(["-W", "-f", QUERY, package]))?;
    installed(&output).next().map(|(_, version)| version.to_owned())
}

/// Package lists are fetched once, however many installations follow.
static UPDATE: Once = Once::new();

/// Installs those of `packages` that are missing; `why` ends the sentence "installing … for".
pub fn ensure(packages: &[&str], why: &str) -> Result<()> {
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let Some(root) = Root::find() else {
        bail!("install {why}; please run: sudo apt-get install {list}");
    };
    say(format_args!("installing {list} for {why}"));
    UPDATE.call_once(|| {
        // Old package lists often serve too; if they don't, the installation says so.
        if let Err(error) = run_quietly(root.command("apt-get").args(APT).arg("update")) {
            say(format_args!("failed to {error:#}"));
        }
    });
    run_quietly(root.command("apt-get").args(APT).args(["install", "--no-install-recommends"]).args(&missing))
}

/// Installs the PostgreSQL server without a cluster: whoever needs one makes one of their own.
pub fn ensure_postgresql(why: &str) -> Result<()> {
    const FOLDER: &str = "/etc/postgresql-common/createcluster.d";
    if missing(&["postgresql"]).is_empty() {
        return Ok(());
    }
    // A cluster that is there already stays; Debian makes one only while it installs.
    if let Some(root) = Root::find().filter(|_| version_of("postgresql-common").is_none()) {
        let write = format!("mkdir -p {FOLDER} && echo 'create_main_cluster = false' > {FOLDER}/vzaemo.conf");
        run_quietly(root.command("sh").args(["-c", &write]))?;
    }
    ensure(&["postgresql"], why)
}

/// Those of `packages` that are not installed.
pub fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    // dpkg-query fails if one is unknown, but tells of the others all the same: ask one by one.
    packages.iter().copied().filter(|package| version_of(package).is_none()).collect()
}

const QUERY: &str = "${db:Status-Abbrev}|${Package}|${Version}\n";

/// Quiet, without questions, and waiting for another installation to end (seconds).
const APT: [&str; 4] = ["-qq", "-y", "-o", "DPkg::Lock::Timeout=120"];

/// The names and versions in dpkg-query's answer of packages that are wholly installed ("ii").
fn installed(answer: &str) -> impl Iterator<Item = (&str, &str)> {
    answer.lines().filter_map(|line| {
        let (name, version) = line.strip_prefix("ii")?.split_once('|')?.1.split_once('|')?;
        Some((name, version))
    })
}

/// How to become root.
#[derive(Clone, Copy)]
enum Root {
    Already,
    /// sudo that asks no password: a question in the middle of a build would be overlooked.
    Sudo,
}

impl Root {
    fn find() -> Option<Self> {
        if output_of(program("id").arg("-u")).as_deref() == Some("0") {
            return Some(Self::Already);
        }
        output_of(program("sudo").args(["-n", "true"])).map(|_| Self::Sudo)
    }

    fn command(self, name: &str) -> Command {
        let mut command = match self {
            Self::Already => program("env"),
            Self::Sudo => program("sudo"),
        };
        if matches!(self, Self::Sudo) {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", name]);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wholly_installed_packages_count() {
        let answer =
            "ii |lld|1:14.0-55.7~deb12u1\nun |cargo|\nrc |old|1.0\niU |half|2.0\nii |rustc-web|1.96.0+dfsg1";
        let found: Vec<_> = installed(answer).collect();
        assert_eq!(found, [("lld", "1:14.0-55.7~deb12u1"), ("rustc-web", "1.96.0+dfsg1")]);
    }

    #[test]
    fn unknown_packages_are_missing_and_known_ones_are_not() {
        if is_here() {
            assert_eq!(missing(&["dpkg", "no-such-package-anywhere"]), ["no-such-package-anywhere"]);
            assert!(ensure(&["dpkg"], "this test").is_ok());
        }
    }
}
