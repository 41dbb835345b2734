//! Building what is measured, and measuring it.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::command::{program, run as run_program};
use crate::progress::Steps;
use crate::workspace::Workspace;
use crate::{assets, modules, wasm_target};

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Only these groups of rows; `--row help` names them.
    #[arg(long, num_args = 1..)]
    row: Vec<String>,
    /// Fewer and shorter rounds: enough to see that all works, not for figures to be quoted.
    #[arg(long)]
    quick: bool,
    /// How often the process is killed; 100 times unless set, 5 with `--quick`.
    #[arg(long)]
    kills: Option<usize>,
}

/// Builds the program, the modules and the benchmarks, and runs them. Ends as they end: not well if a goal is missed.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut steps = Steps::of(6);
    let target = steps.run("WebAssembly target", wasm_target::ensure)?;
    steps.run("Web assets", || assets::build(workspace))?;
    steps.run("Modules", || modules::build(workspace, &target))?;
    steps.run("Modules for tests", || modules::build_guests(workspace, &target))?;
    steps.run("The program and the benchmarks, optimised", || {
        let mut cargo = program("cargo");
        cargo.current_dir(workspace.root());
        cargo.args(["build", "--release", "--workspace", "--bin", "vzaemo", "--bin", "vzaemo-bench"]);
        run_program(&mut cargo)?;
        Ok("built")
    })?;
    steps.announce("Measuring; the machine should do nothing else");
    let release = workspace.target().join("release");
    let mut bench = program(release.join("vzaemo-bench"));
    bench
        .current_dir(workspace.root())
        .env("VZAEMO_BIN", release.join("vzaemo"))
        .env("VZAEMO_PACKAGES", workspace.packages())
        .env("VZAEMO_GUEST_PACKAGES", workspace.guest_packages())
        .arg("--out")
        .arg(workspace.target().join("bench.json"));
    if options.quick {
        bench.arg("--quick");
    }
    if let Some(kills) = options.kills {
        bench.args(["--kills", &kills.to_string()]);
    }
    for row in &options.row {
        bench.args(["--row", row]);
    }
    let status = bench.status().with_context(|| format!("run {}", bench.get_program().display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
