//! Shows of each attack that a test tries that it is the named defence that holds it: with the defence the test passes,
//! without it the test fails.
//!
//! The platform is built once, in a copy in which each defence can be removed (see [`schemata`]). Then every test runs
//! with all defences, and once more for each of its defences, with just that one removed.

pub mod catalogue;
mod schemata;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};
use clap::Args;

use self::catalogue::{Catalogue, Defence};
use self::trial::{Outcome, Programs, Trial};
use crate::attacks::{self, Attack};
use crate::command::{program, run as run_program};
use crate::progress::{Steps, say};
use crate::workspace::Workspace;
use crate::{assets, checks, mirror, modules, wasm_target};

/// What to show.
#[derive(Args)]
pub struct Options {
    /// Only defences whose name, or one of whose attacks, contains this.
    #[arg(long)]
    only: Vec<String>,
    /// Take the web assets and the packages of modules as they were built last.
    #[arg(long)]
    as_built: bool,
}

/// Removes each defence and runs the tests that must fail then. Ends well if every one does.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let attacks = attacks::all(workspace.root())?;
    let catalogue = Catalogue::read(workspace.root())?;
    catalogue.check(workspace.root(), &attacks)?;
    let chosen: Vec<&Defence> = catalogue.defences.iter().filter(|defence| options.chosen(defence)).collect();
    if chosen.is_empty() {
        bail!("find a defence of that name");
    }
    let names: BTreeSet<&str> =
        chosen.iter().flat_map(|defence| &defence.attacks).map(String::as_str).collect();
    let attacks: Vec<&Attack> =
        attacks.iter().filter(|attack| names.contains(attack.to_string().as_str())).collect();

    let mut steps = Steps::of(if options.as_built { 2 } else { 7 });
    if !options.as_built {
        steps.run("What the tests need", || checks::install_needs(workspace).map(|_| "it is here"))?;
        let target = steps.run("WebAssembly target", wasm_target::ensure)?;
        steps.run("Web assets", || assets::build(workspace))?;
        steps.run("Modules", || modules::build(workspace, &target))?;
        steps.run("Modules for tests", || modules::build_guests(workspace, &target))?;
    }
    let copy = Copy::of(workspace);
    let mut trials = BTreeMap::new();
    steps.run("The platform, with defences that can be removed", || {
        copy.update(workspace, &catalogue)?;
        let programs = copy.build(&attacks)?;
        for attack in &attacks {
            trials.insert(attack.to_string(), programs.find(&copy.folder, attack)?);
        }
        Ok(format!("{} attacks", attacks.len()))
    })?;
    steps.announce("Each attack, with its defence and without");
    let report = Report::default();
    let mut work: Vec<(&Trial, Option<&Defence>)> =
        trials.values().flatten().map(|trial| (trial, None)).collect();
    for defence in &chosen {
        let tests = defence.attacks.iter().filter_map(|attack| trials.get(attack)).flatten();
        work.extend(tests.map(|trial| (trial, Some(*defence))));
    }
    report.work_off(work, Trial::label, |trial, defence| {
        trial.run(&copy.environment(workspace, defence.map(|defence| defence.name.as_str())))
    });
    Ok(report.close(chosen.len(), names.len()))
}

impl Options {
    fn chosen(&self, defence: &Defence) -> bool {
        let is = |only: &String| {
            defence.name.contains(only) || defence.attacks.iter().any(|attack| attack.contains(only))
        };
        self.only.is_empty() || self.only.iter().any(is)
    }
}

/// The repository once more, with every defence made removable.
struct Copy {
    folder: PathBuf,
    /// Where cargo puts what others are to find: not where it puts the platform itself.
    artifacts: PathBuf,
    build: PathBuf,
}

impl Copy {
    fn of(workspace: &Workspace) -> Self {
        let own = workspace.target().join("defences");
        Self { folder: own.join("repository"), artifacts: own.join("artifacts"), build: workspace.target() }
    }

    /// Brings the copy up to date. Files that stay the same keep their times, so that cargo compiles only what has
    /// changed.
    fn update(&self, workspace: &Workspace, catalogue: &Catalogue) -> Result<()> {
        let root = workspace.root();
        let removals = catalogue.by_file();
        let mutated: BTreeSet<PathBuf> = removals.keys().map(PathBuf::from).collect();
        mirror::update(root, &self.folder, &mirror::files(root)?, &mutated)?;
        for (file, removals) in removals {
            let text = fs::read_to_string(root.join(file)).with_context(|| format!("read {file}"))?;
            let text = schemata::removable(&text, &removals)?;
            let path = self.folder.join(file);
            if fs::read_to_string(&path).is_ok_and(|there| there == text) {
                continue;
            }
            let folder = path.parent().context("find the folder of a file")?;
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
            fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        }
        Ok(())
    }

    /// Builds the program and the tests.
    fn build(&self, attacks: &[&Attack]) -> Result<Programs> {
        let targets: BTreeSet<String> = attacks.iter().map(|attack| target_of(&attack.file)).collect();
        let mut arguments = vec!["--workspace"];
        for target in &targets {
            match target.as_str() {
                LIBRARY => arguments.push("--lib"),
                test => arguments.extend(["--test", test]),
            }
        }
        if attacks.iter().any(|attack| attack.file.starts_with("tests/")) {
            run_program(self.cargo().arg("build").args(["--bin", "vzaemo"]).args(&arguments))?;
        }
        let mut cargo = self.cargo();
        cargo.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]).args(&arguments);
        let output = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("run cargo")?;
        if !output.status.success() {
            bail!("compile the copy in {}", self.folder.display());
        }
        let mut programs = Programs::default();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            programs.read_line(line)?;
        }
        Ok(programs)
    }

    /// `cargo` in the copy. What it builds of dependencies is what the repository has; of the repository's crates
    /// it must not be (see [`crate::without_modules`]), so their debug information differs.
    fn cargo(&self) -> Command {
        let mut cargo = program("cargo");
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.artifacts)
            .env("CARGO_BUILD_BUILD_DIR", &self.build)
            .env("CARGO_PROFILE_DEV_DEBUG", "line-directives-only");
        cargo
    }

    /// What a test has to know.
    fn environment(&self, workspace: &Workspace, without: Option<&str>) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.display().to_string();
        let mut environment = vec![
            ("VZAEMO_BIN", path(&self.artifacts.join("debug/vzaemo"))),
            ("VZAEMO_PACKAGES", path(&workspace.packages())),
            ("VZAEMO_GUEST_PACKAGES", path(&workspace.guest_packages())),
            ("VZAEMO_OPENID_PROVIDER", path(&workspace.openid_provider())),
        ];
        environment.extend(without.map(|name| (schemata::VARIABLE, name.to_owned())));
        environment
    }
}

/// What stands for the tests inside a crate.
const LIBRARY: &str = "";

/// The name of the target of tests that a file belongs to: `host/audit/tests/log.rs` is of `log`,
/// `tests/tests/access/routes.rs` of `access`.
fn target_of(file: &str) -> String {
    let inside = file.split_once("/tests/").filter(|(package, _)| !package.contains("/src"));
    let target = inside.and_then(|(_, rest)| rest.split('/').next());
    target.map_or_else(|| LIBRARY.to_owned(), |target| target.trim_end_matches(".rs").to_owned())
}

/// What was shown, and what was not.
#[derive(Default)]
struct Report {
    wrong: Mutex<Vec<String>>,
}

impl Report {
    /// Tries all, as many at a time as the machine has processors.
    fn work_off<T: Sync>(
        &self,
        work: Vec<(&T, Option<&Defence>)>,
        name: impl Fn(&T) -> &str + Sync,
        try_it: impl Fn(&T, Option<&Defence>) -> Result<Outcome> + Sync,
    ) {
        let todo = Mutex::new(work.into_iter());
        let next = || todo.lock().ok().and_then(|mut todo| todo.next());
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
                scope.spawn(|| {
                    while let Some((test, defence)) = next() {
                        self.enter(name(test), defence, try_it(test, defence));
                    }
                });
            }
        });
    }

    fn enter(&self, test: &str, defence: Option<&Defence>, outcome: Result<Outcome>) {
        let without =
            defence.map_or("with all defences".to_owned(), |defence| format!("without “{}”", defence.name));
        let (right, what) = match (outcome, defence) {
            (Ok(Outcome::Passed), None) => (true, "passes".to_owned()),
            (Ok(Outcome::Passed), Some(_)) => (false, "PASSES".to_owned()),
            (Ok(Outcome::Failed(why)), Some(_)) => (true, format!("fails ({why})")),
            (Ok(Outcome::Endless), Some(_)) => (true, "does not end".to_owned()),
            (Ok(Outcome::Failed(why)), None) => (false, format!("FAILS ({why})")),
            (Ok(Outcome::Endless), None) => (false, "DOES NOT END".to_owned()),
            (Err(error), _) => (false, format!("CANNOT BE RUN: failed to {error:#}")),
        };
        let line = format!("{test}, {without}: {what}");
        say(&line);
        if !right && let Ok(mut wrong) = self.wrong.lock() {
            wrong.push(line);
        }
    }

    fn close(self, defences: usize, attacks: usize) -> ExitCode {
        let wrong = self.wrong.into_inner().unwrap_or_default();
        println!();
        for line in &wrong {
            println!("Not shown: {line}");
        }
        println!("{defences} defences removed one by one, {attacks} attacks; {} not shown", wrong.len());
        if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_defences_is_so() {
        let root = Workspace::find().unwrap().root().to_owned();
        let catalogue = Catalogue::read(&root).unwrap();
        if let Err(error) = catalogue.check(&root, &attacks::all(&root).unwrap()) {
            panic!("failed to {error:#}");
        }
    }

    #[test]
    fn tests_are_of_the_target_that_their_file_belongs_to() {
        assert_eq!(target_of("host/audit/tests/log.rs"), "log");
        assert_eq!(target_of("host/signature/tests/signatures/attacks.rs"), "signatures");
        assert_eq!(target_of("tests/tests/access/routes.rs"), "access");
        assert_eq!(target_of("tests/tests/audit.rs"), "audit");
        assert_eq!(target_of("host/service/src/reach/tests.rs"), LIBRARY);
        assert_eq!(target_of("host/web/src/tests/pages.rs"), LIBRARY);
    }

    #[test]
    fn a_test_that_passes_without_its_defence_is_not_shown() {
        let defence = Defence { name: "d".to_owned(), attacks: Vec::new(), removals: Vec::new() };
        let report = |defence, outcome: Outcome| {
            let report = Report::default();
            report.work_off(vec![(&"a", defence)], |name| name, |_, _| Ok(outcome.clone()));
            report.close(1, 1)
        };
        let failed = || Outcome::Failed("not refused".to_owned());
        assert_eq!(report(None, Outcome::Passed), ExitCode::SUCCESS);
        assert_eq!(report(None, failed()), ExitCode::FAILURE);
        assert_eq!(report(Some(&defence), failed()), ExitCode::SUCCESS);
        assert_eq!(report(Some(&defence), Outcome::Endless), ExitCode::SUCCESS);
        assert_eq!(report(Some(&defence), Outcome::Passed), ExitCode::FAILURE);
    }
}
