//! Every check of the repository, in the order in which a failure is cheapest to learn.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::command::{find_program, program, run as run_program, run_watched};
use crate::members::Members;
use crate::progress::{Steps, say, seconds};
use crate::tally::Tally;
use crate::without_modules;
use crate::workspace::Workspace;
use crate::{assets, debian, modules, npm, wasm_target};

const CHECKS: usize = 12;

/// Runs all checks. A failure does not keep the later ones from running; the closing lines name those that failed.
pub fn run(workspace: &Workspace) -> ExitCode {
    let start = Instant::now();
    let (root, modules, guests) = (workspace.root(), workspace.modules(), workspace.guests());
    let of_modules = [modules.as_path(), guests.as_path()].into_iter().filter(|folder| modules::any(folder));
    let workspaces: Vec<&Path> = [root].into_iter().chain(of_modules).collect();
    let mut report = Report::new();

    report.check("What the tests need", || install_needs(workspace));
    report.check("Web assets", || said(assets::build(workspace)));
    report.check("Modules", || {
        let target = wasm_target::ensure()?;
        say(&target);
        said(modules::build(workspace, &target))
    });
    report.check("Modules for tests", || said(modules::build_guests(workspace, &wasm_target::ensure()?)));
    report.check("Formatting", || in_each(&workspaces, |cargo| run_program(cargo.args(["fmt", "--check"]))));
    report.check("Lints", || {
        in_each(&workspaces, |cargo| {
            run_program(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        })
    });
    // Each test runs once: what needs no module in the copy without them, the rest here.
    report.check("The host without modules", || {
        let copy = without_modules::Copy::update(workspace)?;
        cargo_tests(&mut copy.cargo(), &Members::read(root)?.without_modules())
    });
    report.check("The program", || {
        let mut build = cargo_in(root);
        run_program(
            build
                .args(["build", "--bin", "vzaemo", "--bin", "vzaemo-runner"])
                .args(Members::read(root)?.whole_platform()),
        )?;
        Ok(Tally::PASSED)
    });
    report.check("Tests of the whole platform", || {
        cargo_tests(&mut cargo_in(root), &Members::read(root)?.whole_platform())
    });
    report.check("Tests of the modules", || tests_of_modules(&modules, Tested::Natively));
    // The same tests once more, against what is shipped, in the runtime that it is shipped for.
    report.check("Tests of the modules' components", || tests_of_modules(&modules, Tested::AsComponents));
    report.check("Tests in the browser", || {
        let dir = workspace.browser_tests();
        if dir.join("package.json").is_file() {
            watched(program("npm").current_dir(dir).args(["--silent", "test"]))
        } else {
            Ok(nothing("there are none"))
        }
    });
    report.close(start.elapsed())
}

/// What became of each check.
struct Report {
    steps: Steps,
    total: Tally,
    failed: Vec<&'static str>,
}

impl Report {
    fn new() -> Self {
        Self { steps: Steps::of(CHECKS), total: Tally::default(), failed: Vec::new() }
    }

    fn check(&mut self, name: &'static str, work: impl FnOnce() -> Result<Tally>) {
        self.steps.announce(name);
        let start = Instant::now();
        let tally: Tally = work().unwrap_or_else(|error| {
            println!("      failed to {error:#}");
            Tally::FAILED
        });
        let took = seconds(start.elapsed());
        if tally.failed > 0 {
            self.failed.push(name);
        }
        println!("      {} ({took})", if tally.failed == 0 { "passed" } else { "FAILED" });
        self.total += tally;
    }

    fn close(&self, took: Duration) -> ExitCode {
        println!();
        for name in &self.failed {
            println!("Failed: {name}");
        }
        println!("{} passed, {} failed in {}", self.total.passed, self.total.failed, seconds(took));
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// PostgreSQL, a balancer, a scanner, an authority of certificates, a browser with the npm packages of the tests in it, and an
/// identity provider.
pub fn install_needs(workspace: &Workspace) -> Result<Tally> {
    let browser =
        ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| find_program(name).is_some());
    if debian::is_here() {
        if !browser {
            debian::ensure(&["chromium"], "the tests")?;
        }
        debian::ensure_postgresql("the tests")?;
        debian::ensure(&["clamav-daemon"], "the tests")?;
        debian::ensure(&["haproxy"], "the tests")?;
        debian::ensure(&["openssl", "python3-aiosmtpd"], "the tests")?;
    } else if !browser {
        say("no chromium found; tests in the browser will need one");
    }
    for dir in [workspace.browser_tests(), workspace.openid_provider()] {
        if dir.join("package.json").is_file() {
            npm::ensure()?;
            npm::install(&dir)?;
        }
    }
    Ok(Tally::PASSED)
}

/// What the tests of a module call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tested {
    /// Its code, compiled into the test.
    Natively,
    /// The component in its package.
    AsComponents,
}

fn tests_of_modules(modules: &Path, tested: Tested) -> Result<Tally> {
    if !modules::any(modules) {
        return Ok(nothing("there are no modules"));
    }
    let mut cargo = cargo_in(modules);
    if tested == Tested::AsComponents {
        cargo.env("VZAEMO_COMPONENT", "1");
        return cargo_tests(&mut cargo, &["--workspace", "--tests"]);
    }
    cargo_tests(&mut cargo, &["--workspace", "--lib", "--bins", "--tests"])
}

fn cargo_in(workspace: &Path) -> Command {
    let mut cargo = program("cargo");
    cargo.current_dir(workspace);
    cargo
}

/// Runs a cargo task in each of these workspaces.
fn in_each(workspaces: &[&Path], task: impl Fn(&mut Command) -> Result<()>) -> Result<Tally> {
    workspaces.iter().try_for_each(|workspace| task(&mut cargo_in(workspace)))?;
    Ok(Tally::PASSED)
}

/// The tests that are selected, by nextest where it is installed.
fn cargo_tests(cargo: &mut Command, selected: &[&str]) -> Result<Tally> {
    if find_program("cargo-nextest").is_some() {
        cargo.args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
        cargo.args(["--status-level", "fail", "--final-status-level", "fail"]);
    } else {
        cargo.args(["test", "--no-fail-fast"]);
    }
    if std::io::stdout().is_terminal() {
        cargo.env("CARGO_TERM_COLOR", "always");
    }
    watched(cargo.args(selected))
}

/// Runs a test program and counts its tests. One that fails without a failed test, for instance because
/// it does not compile, counts as one failure.
fn watched(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let well = run_watched(command, |line| tally.read_line(line))?;
    if !well && tally.failed == 0 {
        tally += Tally::FAILED;
    }
    Ok(tally)
}

fn said<T: std::fmt::Display>(outcome: Result<T>) -> Result<Tally> {
    outcome.map(|outcome| {
        say(outcome);
        Tally::PASSED
    })
}

fn nothing(why: &str) -> Tally {
    say(why);
    Tally::default()
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_failed_check_does_not_stop_the_others_and_is_named() {
        let mut report = Report::new();
        report.check("first", || bail!("find it"));
        report.check("second", || Ok(Tally { passed: 3, failed: 0 }));
        report.check("third", || Ok(Tally { passed: 3, failed: 2 }));
        assert_eq!(report.total, Tally { passed: 6, failed: 3 });
        assert_eq!(report.failed, ["first", "third"]);
        assert_eq!(report.close(Duration::ZERO), ExitCode::FAILURE);
    }

    #[cfg(unix)]
    #[test]
    fn a_test_program_that_does_not_compile_is_a_failure() {
        assert_eq!(watched(program("sh").args(["-c", "exit 101"])).unwrap(), Tally::FAILED);
        let output = "echo 'test result: FAILED. 1 passed; 1 failed;'; exit 101";
        assert_eq!(watched(program("sh").args(["-c", output])).unwrap(), Tally { passed: 1, failed: 1 });
    }
}
