//! Runs a module's built component in the platform's runtime for the tests of that module.
//!
//! `vzaemo-runner FOLDER PACKAGES COMPILED`: the module's folder, the packages among which its component is, and where
//! compiled components are kept. Calls come in on standard input; what the module asks of its host goes out on
//! standard output and is answered by the test kit: see `vzaemo_testkit::runner`.

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Conflict, Denied, Document, Failure, FileInfo, Hit, Level, Message, Principal,
    Query, Rows, Unit,
};
use vzaemo_contract::manifest::Manifest;
use vzaemo_registry::{Digest, Layout, Package};
use vzaemo_runtime::{CallError, Engine, EngineConfig, Grants, Imports, Module};
use vzaemo_testkit::runner::{Call, Said};

/// A test says how long it may take, not the runner: a debugged or busy host must not end its calls.
const PATIENCE_MS: u32 = 60_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vzaemo-runner: failed to {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(packages), Some(compiled)) = (args.next(), args.next(), args.next()) else {
        bail!("tell the folder of the module, that of the packages, and that for compiled components");
    };
    let module = load(&folder, &packages, compiled)
        .await
        .with_context(|| format!("run the component of {}", folder.display()))?;
    while let Some(line) = read_line()? {
        let call = serde_json::from_str(&line).with_context(|| format!("read the call {line}"))?;
        say(&Said::End(make(&module, call).await?))?;
    }
    Ok(())
}

/// The component in the package of the module's version, which must hold the files that are in the folder.
async fn load(folder: &Path, packages: &Path, compiled: PathBuf) -> Result<Module> {
    const AGAIN: &str = "build it: cargo xtask build-modules";
    let text = std::fs::read_to_string(folder.join("module.toml")).context("read module.toml")?;
    let manifest = Manifest::from_toml(&text).context("read module.toml")?;
    let name = format!("{} {}", manifest.id, manifest.version);
    let layout = Layout::open(packages).with_context(|| format!("find the package of {name}; {AGAIN}"))?;
    let listed = layout.list().context("list the packages")?;
    let listed = listed
        .iter()
        .find(|listed| listed.id == manifest.id && listed.version == manifest.version)
        .with_context(|| format!("find the package of {name}; {AGAIN}"))?;
    let package = layout.get(&listed.digest).with_context(|| format!("read the package of {name}"))?;
    let same = Package::pack(folder, package.component.clone()).context("read the module's files")?;
    if same.digest != package.digest {
        bail!("use the package of {name}: it holds other files than the folder; {AGAIN}");
    }
    let engine = Engine::new(EngineConfig {
        concurrency: 2,
        call_ms: PATIENCE_MS,
        cpu_ms: PATIENCE_MS,
        cache: Some(compiled),
        ..EngineConfig::default()
    })?;
    let digest = Digest::of(&package.component).to_string();
    Ok(engine.load(package.component, &digest, &Grants::all(&manifest)).await?)
}

/// Makes a call to its end.
async fn make(module: &Module, call: Call) -> Result<serde_json::Value> {
    let host = Box::new(Asking);
    let end = match call {
        Call::View(name, request) => {
            let (page, _) = module.view(host, &name, &request).await;
            serde_json::to_value(page.map(|page| (page.text, page.marks)).map_err(failure))
        }
        Call::Act(name, request) => {
            serde_json::to_value(module.act(host, &name, &request).await.0.map_err(failure))
        }
        Call::Job(name, args) => {
            serde_json::to_value(module.job(host, &name, &args).await.0.map_err(failure))
        }
        Call::Migrate(collection, version, document) => {
            let (migrated, _) = module.migrate(host, &collection, version, &document).await;
            serde_json::to_value(migrated.map_err(failure))
        }
        Call::Check => serde_json::to_value(module.check(host).await.0.map_err(failure)),
    };
    end.context("write the result")
}

/// What the module answered, or what the platform would write into the operator's log.
fn failure(error: CallError) -> Failure {
    match error {
        CallError::Failure(failure) => failure,
        other => Failure::Broken(format!("failed to {other}")),
    }
}

fn read_line() -> Result<Option<String>> {
    let mut line = String::new();
    let bytes = io::stdin().lock().read_line(&mut line).context("read from the test kit")?;
    Ok((bytes > 0).then_some(line))
}

fn say(said: &Said) -> Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, said).context("write to the test kit")?;
    writeln!(out).and_then(|()| out.flush()).context("write to the test kit")
}

/// The host's side: the test kit answers everything.
struct Asking;

/// Without the test kit there is nothing left to do.
fn ask<T: DeserializeOwned>(import: &str, args: &impl Serialize) -> T {
    let answer = || -> Result<T> {
        say(&Said::Ask(import.to_owned(), serde_json::to_value(args)?))?;
        let line = read_line()?.context("hear from the test kit")?;
        Ok(serde_json::from_str(&line)?)
    };
    answer().unwrap_or_else(|error| {
        eprintln!("vzaemo-runner: failed to ask `{import}`: {error:#}");
        std::process::exit(1)
    })
}

macro_rules! asking {
    ($($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Imports for Asking {
            $(async fn $name(&mut self, $($arg: $of),*) -> $out {
                ask(stringify!($name), &($($arg,)*))
            })*
            fn settings(&mut self) -> String {
                ask("settings", &())
            }
            fn log(&mut self, level: Level, text: &str) {
                ask("log", &(level, text))
            }
        }
    };
}
vzaemo_contract::imports!(asking);
