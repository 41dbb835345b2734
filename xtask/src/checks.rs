//! Every check of the repository, in the order in which a failure is cheapest to learn.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::command::{find_program, program, run as run_program, run_watched};
use crate::progress::{Steps, say, seconds};
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{assets, debian, modules, npm, serve, wasm_target};

const CHECKS: usize = 9;

/// Runs all checks. A failure does not keep the later ones from running; the closing lines name those that failed.
pub fn run(workspace: &Workspace) -> ExitCode {
    let start = Instant::now();
    let (root, modules) = (workspace.root(), workspace.modules());
    let mut report = Report::new();

    report.check("What the tests need", || install_needs(workspace));
    report.check("Web assets", || said(assets::build(workspace)));
    report.check("Modules", || {
        let target = wasm_target::ensure()?;
        say(&target);
        said(modules::build(workspace, &target))
    });
    report.check("Formatting", || {
        in_each_workspace(root, &modules, |cargo| run_program(cargo.args(["fmt", "--check"])))
    });
    report.check("Lints", || {
        in_each_workspace(root, &modules, |cargo| {
            run_program(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        })
    });
    report.check("The program", || said(serve::build_with_tests(workspace)));
    report.check("Tests of the workspace", || cargo_tests(root));
    report.check("Tests of the modules", || {
        if has_modules(&modules) { cargo_tests(&modules) } else { Ok(nothing("there are no modules")) }
    });
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

/// A browser and the npm packages of the tests in it.
fn install_needs(workspace: &Workspace) -> Result<Tally> {
    let browser =
        ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| find_program(name).is_some());
    if debian::is_here() {
        if !browser {
            debian::ensure(&["chromium"], "the tests")?;
        }
    } else if !browser {
        say("no chromium found; tests in the browser will need one");
    }
    let dir = workspace.browser_tests();
    if dir.join("package.json").is_file() {
        npm::ensure()?;
        npm::install(&dir)?;
    }
    Ok(Tally::PASSED)
}

fn has_modules(modules: &Path) -> bool {
    modules.join("Cargo.toml").is_file() && modules::any(modules)
}

/// Runs a cargo task in the repository's workspace and, if there are modules, in theirs.
fn in_each_workspace(
    root: &Path,
    modules: &Path,
    task: impl Fn(&mut Command) -> Result<()>,
) -> Result<Tally> {
    task(program("cargo").current_dir(root))?;
    if has_modules(modules) {
        task(program("cargo").current_dir(modules))?;
    }
    Ok(Tally::PASSED)
}

/// All tests of a cargo workspace, by nextest where it is installed.
fn cargo_tests(workspace: &Path) -> Result<Tally> {
    let mut cargo = program("cargo");
    cargo.current_dir(workspace);
    if find_program("cargo-nextest").is_some() {
        cargo.args(["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass"]);
        cargo.args(["--status-level", "fail", "--final-status-level", "fail"]);
    } else {
        cargo.args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    if std::io::stdout().is_terminal() {
        cargo.env("CARGO_TERM_COLOR", "always");
    }
    watched(&mut cargo)
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
