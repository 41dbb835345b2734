//! The numbers that the platform holds itself to, measured: `cargo xtask bench`.
//!
//! Each row compares two things in one run on one machine, in turns, with the client on the same cores; what it is
//! compared with is code that one would put into production, and gives the same answer. Goals stand with the rows.
//! Whatever fails on the way ends the run with a sentence: a figure that is not certain is not printed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod calls;
mod campaign;
mod client;
mod commits;
mod decisions;
mod documents;
mod kills;
mod native;
mod neighbours;
mod nothing;
mod pages;
mod people;
mod remembered;
mod report;
mod server;
mod signing;
mod size;
mod starting;
mod swapping;

use anyhow::{Result, bail};
use clap::Parser;
use report::Row;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;

/// As in the program itself, for most of what is measured runs in this process.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the platform.
#[derive(Debug, Parser)]
struct Options {
    /// Only these groups of rows.
    #[arg(long, num_args = 1..)]
    row: Vec<String>,
    /// Fewer and shorter rounds.
    #[arg(long)]
    quick: bool,
    /// How often the process is killed; 100 times unless set, 5 with `--quick`.
    #[arg(long)]
    kills: Option<usize>,
    /// Where the rows are written as JSON.
    #[arg(long, default_value = "target/bench.json")]
    out: PathBuf,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Enough to see that all works.
    pub quick: bool,
    /// How often the process is killed, if it was said.
    pub kills: Option<usize>,
}

impl Scale {
    /// One or the other.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

type Measuring = Pin<Box<dyn Future<Output = Result<Vec<Row>>>>>;

/// A group of rows that are measured together.
struct Group {
    name: &'static str,
    what: &'static str,
    measure: fn(Scale) -> Measuring,
}

const GROUPS: [Group; 13] = [
    Group {
        name: "calls",
        what: "calls into a module, in process",
        measure: |scale| Box::pin(calls::measure(scale)),
    },
    Group {
        name: "decisions",
        what: "what a decision about access costs",
        measure: |scale| Box::pin(decisions::measure(scale)),
    },
    Group {
        name: "commits",
        what: "durable commits, in process",
        measure: |scale| Box::pin(commits::measure(scale)),
    },
    Group {
        name: "pages",
        what: "a module's page against a native one",
        measure: |scale| Box::pin(pages::measure(scale)),
    },
    Group {
        name: "remembered",
        what: "a remembered page against a static answer",
        measure: |scale| Box::pin(remembered::measure(scale)),
    },
    Group {
        name: "signatures",
        what: "durable signatures over HTTP",
        measure: |scale| Box::pin(signing::measure(scale)),
    },
    Group {
        name: "campaign",
        what: "very many persons sign while the module is upgraded and the process killed",
        measure: |scale| Box::pin(campaign::measure(scale)),
    },
    Group {
        name: "size",
        what: "very many signatures against few",
        measure: |scale| Box::pin(size::measure(scale)),
    },
    Group {
        name: "documents",
        what: "a collection of very many documents: pages, search by index, export",
        measure: |scale| Box::pin(documents::measure(scale)),
    },
    Group {
        name: "swaps",
        what: "new versions under load",
        measure: |scale| Box::pin(swapping::measure(scale)),
    },
    Group {
        name: "start",
        what: "start and memory with 15 modules",
        measure: |scale| Box::pin(starting::measure(scale)),
    },
    Group {
        name: "kills",
        what: "acknowledged writes over kills",
        measure: |scale| Box::pin(kills::measure(scale)),
    },
    Group {
        name: "neighbours",
        what: "modules beside a bad one",
        measure: |scale| Box::pin(neighbours::measure(scale)),
    },
];

fn main() -> ExitCode {
    let options = Options::parse();
    // One thread for the client: it is cheap, and the server needs the cores.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(&options)));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("failed to {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures what was asked for; whether all goals are met.
async fn run(options: &Options) -> Result<bool> {
    let known = || GROUPS.map(|group| format!("  {:<12}{}", group.name, group.what)).join("\n");
    if let Some(unknown) = options.row.iter().find(|name| GROUPS.iter().all(|group| group.name != *name)) {
        bail!("find the rows «{unknown}»; there are\n{}", known());
    }
    let scale = Scale { quick: options.quick, kills: options.kills };
    let mut rows = Vec::new();
    for group in &GROUPS {
        if options.row.is_empty() || options.row.iter().any(|name| name == group.name) {
            eprintln!("… {}", group.what);
            let measured = (group.measure)(scale).await?;
            eprint!("{}", report::table(&measured));
            rows.extend(measured);
        }
    }
    report::write(&rows, &options.out)?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("\n{cores} cores, load average at the end {}", load.trim());
    println!("{}", report::table(&rows));
    Ok(rows.iter().all(|row| row.met != Some(false)))
}
