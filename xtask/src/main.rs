//! The work behind `./run` and `./test`: toolchain, web assets, modules, the program and all checks.
//!
//! ```text
//! cargo xtask setup | build-modules | build-guests | run | test | bench | attacks | defences | clean-data
//! ```

mod assets;
mod attacks;
mod bench;
mod checks;
mod command;
mod component;
mod debian;
mod defences;
mod members;
mod mirror;
mod modules;
mod npm;
mod progress;
mod serve;
mod sysroot;
mod tally;
mod wasm_target;
mod without_modules;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::progress::Steps;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(about = "Builds, runs and checks the platform")]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Makes ready what building needs: the wasm target and the web assets.
    Setup,
    /// Builds all modules and puts their packages into target/packages.
    BuildModules,
    /// Builds the modules that only tests use, into target/guest-packages; `test` does it by itself.
    BuildGuests,
    /// Builds everything and starts the platform.
    Run(serve::Options),
    /// Runs every check and test, and says at the end which failed.
    Test,
    /// Builds everything with full optimisation and measures it; what is said is also in target/bench.json.
    Bench(bench::Options),
    /// Writes the table of attacks that tests try, docs/attacks.md.
    Attacks,
    /// Shows of each attack that its test fails once its defence is removed.
    Defences(defences::Options),
    /// Deletes the data folder: all documents, people's sessions and logs of this machine's platform.
    CleanData,
}

fn main() -> ExitCode {
    match perform(Options::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nFailed to {error:#}.");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match task {
        Task::Setup => {
            let mut steps = Steps::of(2);
            steps.run("WebAssembly target", || wasm_target::ensure().map(|target| target.to_string()))?;
            steps.run("Web assets", || assets::build(&workspace))?;
        }
        Task::BuildModules => {
            let mut steps = Steps::of(2);
            let target = steps.run("WebAssembly target", wasm_target::ensure)?;
            steps.run("Modules", || modules::build(&workspace, &target))?;
        }
        Task::BuildGuests => {
            let mut steps = Steps::of(2);
            let target = steps.run("WebAssembly target", wasm_target::ensure)?;
            steps.run("Modules for tests", || modules::build_guests(&workspace, &target))?;
        }
        Task::Run(options) => return serve::run(&workspace, &options),
        Task::Test => return Ok(checks::run(&workspace)),
        Task::Bench(options) => return bench::run(&workspace, &options),
        Task::Attacks => attacks::write(&workspace)?,
        Task::Defences(options) => return defences::run(&workspace, &options),
        Task::CleanData => serve::clean_data(&workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}
