//! Running other programs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What the cargo that started this program, and rustup's proxy before it, leave in the environment.
/// Inherited by another cargo it would choose the wrong compiler or rebuild what is fresh.
const LEFT_BY_CARGO: [&str; 8] = [
    "CARGO",
    "CARGO_PRIMARY_PACKAGE",
    "OUT_DIR",
    "RUSTC",
    "RUSTDOC",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_TOOLCHAIN_SOURCE",
    "RUST_RECURSION_COUNT",
];
const LEFT_BY_CARGO_PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// A program as if the person had started it, not cargo.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    for (name, _) in env::vars_os() {
        let left = name.to_str().is_some_and(|name| {
            LEFT_BY_CARGO.contains(&name)
                || LEFT_BY_CARGO_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        });
        if left {
            command.env_remove(name);
        }
    }
    if let Some(paths) = env::var_os("LD_LIBRARY_PATH") {
        match without_cargo_paths(&paths) {
            Some(paths) => command.env("LD_LIBRARY_PATH", paths),
            None => command.env_remove("LD_LIBRARY_PATH"),
        };
    }
    command
}

/// `cargo run` puts its target folders and the toolchain's libraries in front of `LD_LIBRARY_PATH`;
/// another compiler must not find that toolchain's libraries.
fn without_cargo_paths(paths: &OsStr) -> Option<OsString> {
    let added_by_cargo = |path: &PathBuf| {
        path.components().any(|part| part.as_os_str() == "toolchains" || part.as_os_str() == "rustlib")
            || path.ends_with("deps")
            || path.ancestors().any(|dir| dir.join("CACHEDIR.TAG").exists() && dir.ends_with("target"))
    };
    let kept: Vec<_> = env::split_paths(paths)
        .filter(|path| !path.as_os_str().is_empty() && !added_by_cargo(path))
        .collect();
    if kept.is_empty() { None } else { env::join_paths(kept).ok() }
}

/// Runs a program whose output the person sees; failing unless it ends well.
pub fn run(command: &mut Command) -> Result<()> {
    let text = describe(command);
    let status = command.status().with_context(|| format!("run {text}"))?;
    if !status.success() {
        bail!("run {text} ({status})");
    }
    Ok(())
}

/// Runs a program in silence. If it fails, its last words are part of the error.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    let text = describe(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("run {text}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<_> = said.lines().collect();
        let last = lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n");
        bail!("run {text} ({}):\n{last}\n", output.status);
    }
    Ok(())
}

/// What a program prints, or `None` if it is missing or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a program in silence and ends it after `limit`. True if it ended well by itself.
pub fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = spawned else { return false };
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed() < limit => thread::sleep(Duration::from_millis(100)),
            _ => {
                // Failing to end or to collect it changes nothing: it did not end well in time.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// Runs a program, showing each line that it prints and handing it to `line`. True if it ends well.
pub fn run_watched(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let text = describe(command);
    let (reader, writer) = std::io::pipe().context("open a pipe")?;
    let errors = writer.try_clone().context("open a pipe")?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(errors)
        .spawn()
        .with_context(|| format!("run {text}"))?;
    // The command holds the pipe's other end; with it open the reader would wait for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).with_context(|| format!("read what {text} prints"))? > 0 {
        let printed = String::from_utf8_lossy(&bytes);
        print!("{printed}");
        line(printed.trim_end());
        bytes.clear();
    }
    let status = child.wait().with_context(|| format!("run {text}"))?;
    Ok(status.success())
}

/// Where on `PATH` a program is.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|dir| dir.join(name)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

fn describe(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_cargo_adds_to_the_library_path_goes_and_the_rest_stays() {
        let given = "/src/target/debug/deps:/home/u/.rustup/toolchains/stable/lib:/opt/own/lib";
        assert_eq!(without_cargo_paths(OsStr::new(given)).unwrap(), "/opt/own/lib");
        assert_eq!(without_cargo_paths(OsStr::new("/a/target/debug/deps:")), None);
    }

    #[test]
    fn inner_programs_see_no_traces_of_cargo() {
        // cargo runs this very test with its variables set.
        assert!(env::var_os("CARGO_PKG_NAME").is_some());
        let command = program("env");
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(command.get_envs().any(|(key, value)| key == name && value.is_none()), "{name}");
        }
        assert!(!command.get_envs().any(|(key, _)| key == "CARGO_HOME" || key == "PATH"));
    }

    #[cfg(unix)]
    #[test]
    fn failures_carry_the_last_words_and_endless_programs_are_ended() {
        let failure = run_quietly(program("sh").args(["-c", "echo no space >&2; exit 3"])).unwrap_err();
        assert!(failure.to_string().contains("no space"), "{failure}");
        assert!(run_quietly(&mut program("no-such-program-anywhere")).is_err());
        assert!(!succeeds_within(program("sleep").arg("60"), Duration::from_millis(1)));
        assert!(succeeds_within(&mut program("true"), Duration::from_mins(1)));
    }

    #[cfg(unix)]
    #[test]
    fn both_outputs_are_watched() {
        let mut lines = Vec::new();
        let ended = run_watched(program("sh").args(["-c", "echo out; echo err >&2; exit 1"]), |line| {
            lines.push(line.to_owned());
        });
        assert!(!ended.unwrap());
        assert_eq!(lines, ["out", "err"]);
    }
}
