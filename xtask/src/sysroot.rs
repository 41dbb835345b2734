//! The standard library for WebAssembly, built from Debian's packages on machines that cannot fetch it.
//!
//! Library source and compiler must be of the same version, so modules are then compiled by Debian's compiler,
//! whatever compiles the host. The steps and their reasons: `docs/toolchain.md`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{program, run_quietly};
use crate::debian;
use crate::progress::say;
use crate::wasm_target::{TARGET, has_core};
use crate::workspace::cache_dir;

/// The compiler, cargo, the library source, and the linker.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];
const BIN: &str = "/usr/bin";
/// Debian's WebAssembly linker, of package `lld`.
pub const LINKER: &str = "/usr/bin/wasm-ld";

/// The library built earlier for the compiler that is installed now.
pub fn existing() -> Result<Option<PathBuf>> {
    if !debian::is_here() || !debian::missing(&PACKAGES).is_empty() {
        return Ok(None);
    }
    Ok(place()?.filter(|sysroot| has_core(&libraries(sysroot))))
}

/// Installs the packages where missing and builds the library.
pub fn build() -> Result<PathBuf> {
    debian::ensure(&PACKAGES, "the WebAssembly standard library (about 150 MB)")?;
    let sysroot = place()?.context("read the version of the package rustc-web")?;
    if has_core(&libraries(&sysroot)) {
        return Ok(sysroot);
    }
    say("building the standard library for WebAssembly, once (1 to 3 minutes)");
    let parent = sysroot.parent().context("find the cache folder")?;
    let work = parent.join(format!("building-{}", std::process::id()));
    let built = compile(&work).and_then(|()| gather(&work, &sysroot));
    // Only room on the disk is lost if this fails.
    let _ = fs::remove_dir_all(&work);
    built?;
    Ok(sysroot)
}

/// Where the library for the installed compiler belongs. The version is part of the path, because cargo does
/// not notice a sysroot that changed, and Debian's compiler moves with security updates.
fn place() -> Result<Option<PathBuf>> {
    let Some(version) = debian::version_of("rustc-web") else { return Ok(None) };
    let safe = version.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-");
    Ok(Some(cache_dir()?.join(format!("sysroot-{safe}"))))
}

fn libraries(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

/// Debian's cargo with Debian's rustc, whatever else is on `PATH`.
pub fn debian_cargo() -> Command {
    let mut paths = OsString::from(BIN);
    if let Some(rest) = env::var_os("PATH") {
        paths.push(":");
        paths.push(rest);
    }
    let mut command = program(format!("{BIN}/cargo"));
    command.env("PATH", paths).env("RUSTC", format!("{BIN}/rustc")).env("RUSTDOC", format!("{BIN}/rustdoc"));
    command
}

/// Compiles `std` as a dependency of an empty crate in `work`.
fn compile(work: &Path) -> Result<()> {
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                    [profile.release]\nopt-level = 3\npanic = \"abort\"\n";
    let source = work.join("src");
    fs::create_dir_all(&source).with_context(|| format!("create {}", source.display()))?;
    fs::write(work.join("Cargo.toml"), manifest).context("write the empty crate")?;
    fs::write(source.join("lib.rs"), "#![no_std]\n").context("write the empty crate")?;
    let mut cargo = debian_cargo();
    cargo
        .current_dir(work)
        .args(["build", "--release", "--target", TARGET, "-Z", "build-std=std,panic_abort", "--target-dir"])
        .arg(work.join("target"))
        // build-std is unstable; this lets a released compiler use it.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in the library, modules could not be optimised at link time.
        .env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("RUSTFLAGS");
    run_quietly(&mut cargo)
}

/// Moves the compiled libraries to their place; it appears whole or not at all.
fn gather(work: &Path, sysroot: &Path) -> Result<()> {
    let built = work.join("target").join(TARGET).join("release/deps");
    let half = work.join("sysroot");
    let libraries = libraries(&half);
    fs::create_dir_all(&libraries).with_context(|| format!("create {}", libraries.display()))?;
    for entry in fs::read_dir(&built).with_context(|| format!("read {}", built.display()))? {
        let path = entry.with_context(|| format!("read {}", built.display()))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_some_and(|extension| extension == "rlib") && !name.starts_with("libempty-") {
            fs::rename(&path, libraries.join(name)).with_context(|| format!("move {name}"))?;
        }
    }
    if !has_core(&libraries) {
        bail!("build the WebAssembly standard library: cargo left no libcore in {}", built.display());
    }
    match fs::rename(&half, sysroot) {
        // Another process may have been faster.
        Err(_) if has_core(&self::libraries(sysroot)) => Ok(()),
        done => done.with_context(|| format!("move the library to {}", sysroot.display())),
    }
}
