//! Tests as programs: which there are, and what becomes of one that runs by itself.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::attacks::Attack;
use crate::command::{output_of, program};

/// How long a test may take. Without its defence one may never end by itself.
const LIMIT: Duration = Duration::from_mins(5);

/// So much of what a failing test says is told, in characters.
const LONGEST: usize = 160;

/// The programs of tests that cargo has built.
#[derive(Default)]
pub struct Programs(Vec<Program>);

struct Program {
    /// The file that the target begins with.
    source: PathBuf,
    /// The folder of the package, in which its tests run.
    package: PathBuf,
    executable: PathBuf,
    /// The names of its tests.
    tests: Vec<String>,
}

/// A test that can be run.
pub struct Trial {
    /// `FILE::TEST`.
    label: String,
    executable: PathBuf,
    package: PathBuf,
    name: String,
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// With the first words of why.
    Failed(String),
    /// It was ended after the limit.
    Endless,
}

impl Programs {
    /// Understands a line of what `cargo --message-format=json` says.
    pub fn read_line(&mut self, line: &str) -> Result<()> {
        #[derive(Deserialize)]
        struct Message {
            #[serde(default)]
            executable: Option<PathBuf>,
            #[serde(default)]
            manifest_path: Option<PathBuf>,
            #[serde(default)]
            target: Option<Target>,
            #[serde(default)]
            profile: Option<Profile>,
        }
        #[derive(Deserialize)]
        struct Target {
            src_path: PathBuf,
        }
        #[derive(Deserialize)]
        struct Profile {
            test: bool,
        }
        let Ok(message) = serde_json::from_str::<Message>(line) else { return Ok(()) };
        let (Some(executable), Some(manifest), Some(target), Some(Profile { test: true })) =
            (message.executable, message.manifest_path, message.target, message.profile)
        else {
            return Ok(());
        };
        let package = manifest.parent().context("find the folder of a package")?.to_owned();
        let mut list = program(&executable);
        let listed = output_of(list.current_dir(&package).args(["--list", "--format", "terse"]))
            .with_context(|| format!("list the tests in {}", executable.display()))?;
        let tests =
            listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
        self.0.push(Program { source: target.src_path, package, executable, tests });
        Ok(())
    }

    /// The tests that try an attack, whose file lies in `root`: several where it is tried on each database.
    pub fn find(&self, root: &Path, attack: &Attack) -> Result<Vec<Trial>> {
        let file = root.join(&attack.file);
        let mut found = Vec::new();
        for program in &self.0 {
            let Some(modules) = modules_of(&file, &program.source) else { continue };
            for test in &program.tests {
                let segments: Vec<&str> = test.split("::").collect();
                if segments.last() == Some(&attack.name.as_str()) && segments.starts_with(&modules) {
                    found.push(Trial {
                        label: format!("{}::{test}", attack.file),
                        executable: program.executable.clone(),
                        package: program.package.clone(),
                        name: test.clone(),
                    });
                }
            }
        }
        if found.is_empty() {
            bail!("find the test {attack} among what was built");
        }
        Ok(found)
    }
}

/// The path of the module that a file is in the target that begins with `source`; `None` if it is of another target.
fn modules_of<'a>(file: &'a Path, source: &Path) -> Option<Vec<&'a str>> {
    if file == source {
        return Some(Vec::new());
    }
    let begins_a_folder = source.file_name().is_some_and(|name| name == "main.rs" || name == "lib.rs");
    let inside =
        source.parent().filter(|_| begins_a_folder).and_then(|folder| file.strip_prefix(folder).ok())?;
    let mut modules: Vec<&str> = inside
        .components()
        .filter_map(|part| part.as_os_str().to_str())
        .map(|part| part.trim_end_matches(".rs"))
        .collect();
    modules.pop_if(|last| *last == "mod");
    Some(modules)
}

impl Trial {
    /// What the test is called, with its file.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Runs the test by itself, with this in its environment besides.
    pub fn run(&self, environment: &[(&str, String)]) -> Result<Outcome> {
        let mut command = program(&self.executable);
        command.current_dir(&self.package).args(["--exact", &self.name, "--nocapture"]);
        command.env("CARGO_MANIFEST_DIR", &self.package).env("RUST_BACKTRACE", "0");
        for (name, value) in environment {
            command.env(name, value);
        }
        run(&mut command)
    }
}

fn run(command: &mut Command) -> Result<Outcome> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let (mut reader, writer) = std::io::pipe().context("open a pipe")?;
    let errors = writer.try_clone().context("open a pipe")?;
    let mut child =
        command.stdin(Stdio::null()).stdout(writer).stderr(errors).spawn().context("start a test")?;
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let said = thread::spawn(move || {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned())
    });
    let start = Instant::now();
    let status = loop {
        match child.try_wait().context("wait for a test")? {
            Some(status) => break Some(status),
            None if start.elapsed() > LIMIT => break None,
            None => thread::sleep(Duration::from_millis(20)),
        }
    };
    // What it started and left behind holds the pipe open.
    end_group(&child);
    let Some(status) = status else {
        child.wait().context("end a test")?;
        return Ok(Outcome::Endless);
    };
    let said = said.join().ok().context("hear what a test says")?.context("read what a test says")?;
    if !status.success() {
        return Ok(Outcome::Failed(reason(&said).unwrap_or_else(|| status.to_string())));
    }
    if !said.contains("test result: ok. 1 passed") {
        bail!("run one test, not another number:\n{said}");
    }
    Ok(Outcome::Passed)
}

/// Ends a test and all that it started.
fn end_group(child: &Child) {
    let mut kill = program("kill");
    kill.args(["-KILL", "--", &format!("-{}", child.id())]);
    // Nobody left to be ended is as good.
    let _none_left = kill.stderr(Stdio::null()).status();
}

/// What the first panic says.
fn reason(said: &str) -> Option<String> {
    let mut lines = said.lines().skip_while(|line| !line.contains("panicked at"));
    let place = lines.next()?.rsplit("panicked at ").next()?.trim_end_matches(':');
    let words: Vec<&str> =
        lines.take(3).map(str::trim).take_while(|line| !line.starts_with("note:")).collect();
    let words: String = words.join(" ").chars().take(LONGEST).collect();
    Some(format!("{place}: {words}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_by_file_and_name() {
        let test = |source: &str, tests: &[&str]| Program {
            source: Path::new("/r").join(source),
            package: PathBuf::from("/r/host/x"),
            executable: PathBuf::from(source),
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        };
        let programs = Programs(vec![
            test("host/x/src/lib.rs", &["a::tests::attack_one", "b::attack_one", "b::attack_two"]),
            test("host/x/tests/all/main.rs", &["a::attack_one"]),
            test("host/x/tests/single.rs", &["attack_one"]),
            test("host/x/tests/both.rs", &["a::attack_one", "b::attack_one"]),
        ]);
        let found = |file: &str, name: &str| {
            let attack = Attack { file: file.to_owned(), name: name.to_owned() };
            let found = programs.find(Path::new("/r"), &attack).unwrap_or_default();
            found.into_iter().map(|trial| (trial.executable, trial.name)).collect::<Vec<_>>()
        };
        let is = |source: &str, name: &str| vec![(PathBuf::from(source), name.to_owned())];
        assert_eq!(found("host/x/src/a.rs", "attack_one"), is("host/x/src/lib.rs", "a::tests::attack_one"));
        assert_eq!(found("host/x/src/b/mod.rs", "attack_one"), is("host/x/src/lib.rs", "b::attack_one"));
        assert_eq!(
            found("host/x/tests/all/a.rs", "attack_one"),
            is("host/x/tests/all/main.rs", "a::attack_one")
        );
        assert_eq!(found("host/x/tests/single.rs", "attack_one"), is("host/x/tests/single.rs", "attack_one"));
        assert_eq!(found("host/x/src/b/mod.rs", "attack_three"), []);
        let engines = found("host/x/tests/both.rs", "attack_one");
        assert_eq!(
            engines.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
            ["a::attack_one", "b::attack_one"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_became_of_a_test_is_told_apart() {
        let outcome = |script: &str| run(program("sh").args(["-c", script]));
        assert_eq!(outcome("echo 'test result: ok. 1 passed; 0 failed'").unwrap(), Outcome::Passed);
        assert!(outcome("echo 'test result: ok. 0 passed; 0 failed'").is_err());
        let panics =
            "echo \"thread 'a' panicked at tests/a.rs:5:1:\"; echo 'not refused'; echo 'note: run'; exit 101";
        assert_eq!(outcome(panics).unwrap(), Outcome::Failed("tests/a.rs:5:1: not refused".to_owned()));
        assert!(matches!(outcome("kill -ABRT $$").unwrap(), Outcome::Failed(_)));
        // What it leaves behind neither keeps it from being told nor stays.
        assert_eq!(outcome("sleep 600 & echo 'test result: ok. 1 passed'").unwrap(), Outcome::Passed);
    }
}
