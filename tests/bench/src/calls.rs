//! Calls into a module in process: what one costs beside the module's own work, and what a second thread brings.
//!
//! Every call gets a fresh instance, so its price is that of the store, the instance, the call, the page's way out, its
//! check, and the end of it all.

use crate::Scale;
use crate::nothing::Nothing;
use crate::report::{Goal, Row, median};
use crate::server::guest;
use anyhow::{Context as _, Result};
use std::time::{Duration, Instant};
use vzaemo_contract::call::Request;
use vzaemo_registry::Digest;
use vzaemo_runtime::{Engine, EngineConfig, Grants, Module};

/// Calls whose time is taken one by one.
const CALLS: usize = 20_000;

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let engine = Engine::new(EngineConfig::default()).context("set up the engine")?;
    let (package, manifest) = guest("probe")?;
    let grants = Grants::new(&manifest, Vec::<String>::new());
    let digest = Digest::of(&package.component).to_string();
    let module = engine.load(package.component, &digest, &grants).await?;
    // On threads of its own: the client's runtime has one thread only, and sets no example for a server.
    let rows = std::thread::spawn(move || -> Result<Vec<Row>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(rows(scale, module))
    });
    tokio::task::spawn_blocking(move || rows.join()).await?.expect("the measuring thread does not panic")
}

async fn rows(scale: Scale, module: Module) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let calls = scale.pick(CALLS, CALLS / 10);
    let empty = tokio::spawn(one_by_one(module.clone(), "empty", calls)).await??;
    rows.push(Row::new("host overhead of a call: empty page, median", empty, "µs").goal(Goal::AtMost(15.0)));
    let blocks = tokio::spawn(one_by_one(module.clone(), "blocks", calls)).await??;
    rows.push(Row::new("a call: page of 50 blocks, median", blocks, "µs"));

    let time = Duration::from_millis(scale.pick(1500, 300));
    let (mut calls, mut pages) = (Scaling::default(), Scaling::default());
    for _ in 0..scale.pick(5, 3) {
        calls.add(rate(&module, 1, time).await?, rate(&module, 2, time).await?);
        pages.add(native_rate(1, time).await?, native_rate(2, time).await?);
    }
    rows.push(calls.row("calls in process, two threads against one").goal(Goal::Times(1.7)));
    rows.push(pages.row("the same page built natively, two threads against one: what the machine gives"));
    Ok(rows)
}

/// Rates of one thread and of two, taken in turns.
#[derive(Default)]
struct Scaling {
    one: Vec<f64>,
    two: Vec<f64>,
    ratios: Vec<f64>,
}

impl Scaling {
    fn add(&mut self, one: f64, two: f64) {
        self.one.push(one);
        self.two.push(two);
        self.ratios.push(two / one);
    }

    fn row(self, what: &str) -> Row {
        let mut row = Row::new(what, median(self.two), "/s").against(median(self.one));
        // Of neighbouring rounds, so that what else the machine does falls on both.
        row.ratio = Some(median(self.ratios));
        row
    }
}

/// Pages per second that so many tasks build with the same code outside the sandbox.
async fn native_rate(tasks: usize, time: Duration) -> Result<f64> {
    let begun = Instant::now();
    let build = move || {
        let mut pages = 0_u32;
        while begun.elapsed() < time {
            std::hint::black_box(probe::draw_blocks());
            pages += 1;
        }
        pages
    };
    let tasks: Vec<_> = (0..tasks).map(|_| tokio::spawn(async move { build() })).collect();
    let mut pages = 0.0;
    for task in tasks {
        pages += f64::from(task.await?);
    }
    Ok(pages / begun.elapsed().as_secs_f64())
}

async fn call(module: &Module, view: &str) -> Result<()> {
    let (page, _) = module.view(Box::new(Nothing), view, &Request::default()).await;
    page.map(|_| ()).with_context(|| format!("call the view {view}"))
}

/// The median time of a call, in microseconds.
async fn one_by_one(module: Module, view: &'static str, calls: usize) -> Result<f64> {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls / 10 {
        call(&module, view).await?;
    }
    for _ in 0..calls {
        let begun = Instant::now();
        call(&module, view).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(times))
}

/// Calls per second by so many tasks.
async fn rate(module: &Module, tasks: usize, time: Duration) -> Result<f64> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let module = module.clone();
            tokio::spawn(async move {
                let mut calls = 0_u32;
                while begun.elapsed() < time {
                    call(&module, "blocks").await?;
                    calls += 1;
                }
                Ok::<_, anyhow::Error>(calls)
            })
        })
        .collect();
    let mut calls = 0.0;
    for task in tasks {
        calls += f64::from(task.await??);
    }
    Ok(calls / begun.elapsed().as_secs_f64())
}
