//! Building everything and starting the platform.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{program, run as run_program};
use crate::progress::{Steps, say};
use crate::workspace::Workspace;
use crate::{assets, modules, wasm_target};

/// How to start the platform.
#[derive(Args)]
pub struct Options {
    /// Optimise the program fully; building takes longer.
    #[arg(long)]
    release: bool,
    /// The port to serve on.
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Delete the data folder first and start with the sample content.
    #[arg(long)]
    fresh: bool,
}

/// Builds what has changed and becomes the platform's program.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let config = workspace.root().join("platform.toml");
    if !config.is_file() {
        bail!("find {}: the platform needs its configuration", config.display());
    }
    // Asked before the work of minutes, and before data of a platform that is still running is deleted.
    if TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).is_err() {
        bail!("use port {}: another program has it; choose another with --port", options.port);
    }
    if options.fresh {
        clean_data(workspace)?;
    }
    let mut steps = Steps::of(5);
    let target = steps.run("WebAssembly target", wasm_target::ensure)?;
    steps.run("Web assets", || assets::build(workspace))?;
    steps.run("Modules", || modules::build(workspace, &target))?;
    steps.run("The program", || build_program(workspace, options.release))?;
    steps.announce(&format!("Starting on http://localhost:{} (stop it with Ctrl+C)", options.port));
    let profile = if options.release { "release" } else { "debug" };
    let mut server = program(workspace.target().join(profile).join("vzaemo"));
    server
        .current_dir(workspace.root())
        .args(["serve", "--config", "platform.toml", "--data", "data", "--port"])
        .arg(options.port.to_string());
    become_program(server)
}

/// Builds the host's program.
pub fn build_program(workspace: &Workspace, release: bool) -> Result<&'static str> {
    let mut cargo = program("cargo");
    // The whole workspace, so that every crate is compiled with the same features of its dependencies.
    cargo.current_dir(workspace.root()).args(["build", "--workspace", "--bin", "vzaemo"]);
    if release {
        cargo.arg("--release");
    }
    run_program(&mut cargo)?;
    Ok("built")
}

/// Deletes the data folder.
pub fn clean_data(workspace: &Workspace) -> Result<()> {
    let data = workspace.data();
    if data.exists() {
        fs::remove_dir_all(&data).with_context(|| format!("delete {}", data.display()))?;
        say(format_args!("deleted {}", data.display()));
    }
    Ok(())
}

#[cfg(unix)]
fn become_program(mut server: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    let error = server.exec();
    Err(error).with_context(|| format!("start {}", server.get_program().display()))
}

#[cfg(not(unix))]
fn become_program(mut server: Command) -> Result<ExitCode> {
    let status = server.status().with_context(|| format!("start {}", server.get_program().display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
