//! Which compiler turns modules into WebAssembly on this machine.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{find_program, output_of, program, succeeds_within};
use crate::progress::say;
use crate::{debian, sysroot};

/// The target that modules are built for: it has no system interface, so a module imports its contract only.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of stack for a module; less memory to clear for each call than rustc's 1 MiB, and ending in a trap.
const STACK_BYTES: u32 = 65_536;

/// How long rustup may try to fetch the target's library, about 20 MB.
const RUSTUP_LIMIT: Duration = Duration::from_mins(3);

/// With the value `private`: pass over rustup's target and use the library built from Debian's packages.
const CHOICE: &str = "VZAEMO_WASM_TARGET";

/// A compiler that has the target's standard library.
#[derive(Clone, Debug)]
pub enum WasmTarget {
    /// The `cargo` on `PATH` has it.
    Installed,
    /// Debian's compiler with a standard library built on this machine.
    Private {
        /// The folder given to rustc as its `--sysroot`.
        sysroot: PathBuf,
    },
}

impl fmt::Display for WasmTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed => write!(f, "{TARGET} of the installed toolchain"),
            Self::Private { sysroot } => write!(f, "Debian's compiler with {}", sysroot.display()),
        }
    }
}

/// Finds a compiler for modules, fetching or building what is missing.
pub fn ensure() -> Result<WasmTarget> {
    let private_only = env::var_os(CHOICE).is_some_and(|value| value == "private");
    if !private_only && installed() {
        return Ok(WasmTarget::Installed);
    }
    if let Some(sysroot) = sysroot::existing()? {
        return Ok(WasmTarget::Private { sysroot });
    }
    if !private_only && find_program("rustup").is_some() {
        say(format_args!("adding {TARGET} with rustup"));
        if succeeds_within(program("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT) && installed() {
            return Ok(WasmTarget::Installed);
        }
        say("rustup could not add it");
    }
    if debian::is_here() {
        let sysroot = sysroot::build()?;
        return Ok(WasmTarget::Private { sysroot });
    }
    bail!(
        "find a Rust compiler for {TARGET}: install Rust with rustup (https://rustup.rs), \
         then run: rustup target add {TARGET}"
    )
}

/// Whether the compiler on `PATH` has the target's standard library.
fn installed() -> bool {
    let printed = output_of(program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    printed.is_some_and(|dir| has_core(Path::new(&dir)))
}

/// Whether a folder of compiled libraries holds `core`.
pub fn has_core(libraries: &Path) -> bool {
    let Ok(entries) = fs::read_dir(libraries) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let is_core = |name: &str| name.starts_with("libcore-");
        path.extension().is_some_and(|extension| extension == "rlib")
            && path.file_stem().and_then(|name| name.to_str()).is_some_and(is_core)
    })
}

impl WasmTarget {
    /// `cargo` set up to build modules; `root` is the folder whose path must not show in what is built.
    pub fn cargo(&self, root: &Path) -> Command {
        let mut flags = vec![format!("-Clink-arg=-zstack-size={STACK_BYTES}")];
        // Panic messages name source files: by these flags the same on every machine.
        flags.push(format!("--remap-path-prefix={}=.", root.display()));
        if let Some(home) = cargo_home() {
            flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
        }
        let mut command = match self {
            Self::Installed => program("cargo"),
            Self::Private { sysroot } => {
                flags.push(format!("--sysroot={}", sysroot.display()));
                let mut command = sysroot::debian_cargo();
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", sysroot::LINKER);
                command
            }
        };
        // This variable, unlike RUSTFLAGS, allows spaces in paths.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")).env_remove("RUSTFLAGS");
        command
    }
}

fn cargo_home() -> Option<PathBuf> {
    let home = || env::home_dir().map(|home| home.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_core_is_no_target() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!has_core(&dir.path().join("absent")));
        assert!(!has_core(dir.path()));
        fs::write(dir.path().join("libcore-1234.rlib"), "").unwrap();
        assert!(has_core(dir.path()));
    }

    #[test]
    fn debian_s_compiler_is_called_with_its_sysroot_and_nothing_of_rustup() {
        let target = WasmTarget::Private { sysroot: "/cache/sysroot 1".into() };
        let command = target.cargo(Path::new("/src"));
        let env = |name: &str| command.get_envs().find(|(key, _)| *key == name).and_then(|(_, value)| value);
        assert_eq!(command.get_program(), "/usr/bin/cargo");
        assert_eq!(env("RUSTC").unwrap(), "/usr/bin/rustc");
        assert!(env("PATH").unwrap().to_str().unwrap().starts_with("/usr/bin:"));
        assert_eq!(env("RUSTUP_TOOLCHAIN"), None);
        let flags = env("CARGO_ENCODED_RUSTFLAGS").unwrap().to_str().unwrap();
        assert!(flags.split('\x1f').any(|flag| flag == "--sysroot=/cache/sysroot 1"), "{flags}");
    }
}
