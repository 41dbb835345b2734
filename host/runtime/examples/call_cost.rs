//! What a call costs: `cargo run --release -p vzaemo-runtime --example call_cost [COMPONENT VIEW…]`.
//!
//! Every call gets a fresh instance, so its price is that of the store, the instance, the call, the page's way
//! out, its check, and the end of it all. The guests here hand out pages that lie ready in their memory: what is
//! measured is the host's part. A component given on the command line, or the core module that rustc makes of a
//! module's sources, is called with the views named after it.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::indexing_slicing
)]

#[path = "../tests/runtime/guest.rs"]
mod guest;
#[path = "../tests/runtime/host.rs"]
mod host;

use guest::{Guest, page};
use std::time::{Duration, Instant};
use vzaemo_contract::call::Request;
use vzaemo_runtime::{Engine, EngineConfig, Grants, Module};
use wit_component::ComponentEncoder;

const WARM_UP: usize = 2_000;
const CALLS: usize = 20_000;
const SCALING: Duration = Duration::from_secs(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let engine = Engine::new(EngineConfig::default()).unwrap();

    let mut rows = vec![
        ("empty page".to_owned(), Guest { page: page(0), ..Guest::default() }.component(), "home".to_owned()),
        (
            "page of 50 blocks".to_owned(),
            Guest { page: page(50), ..Guest::default() }.component(),
            "home".to_owned(),
        ),
    ];
    if let Some((path, views)) = arguments.split_first() {
        let component = as_component(std::fs::read(path).unwrap());
        rows.extend(views.iter().map(|view| (format!("view {view}"), component.clone(), view.clone())));
    }

    println!("{:<40} {:>10} {:>10}", "fresh instance each, µs", "median", "p99");
    let mut modules = Vec::new();
    for (name, component, view) in rows {
        let module = runtime.block_on(host::try_load(&engine, component, &Grants::default())).unwrap();
        let times = runtime.block_on(runtime.spawn(times(module.clone(), view.clone()))).unwrap();
        let at = |percent: usize| times[times.len() * percent / 100].as_nanos() as f64 / 1e3;
        println!("{name:<40} {:>10.2} {:>10.2}", at(50), at(99));
        modules.push((name, module, view));
    }

    // On a machine that does other things besides, the ratio says little; the processor's time for a call, which
    // contention between the two would raise, still does.
    println!("\n{:<40} {:>10} {:>10} {:>8} {:>14}", "calls/s", "1 task", "2 tasks", "ratio", "CPU µs a call");
    for (name, module, view) in modules {
        let rate = |tasks| runtime.block_on(calls_per_second(&module, &view, tasks));
        let ((one, cpu_of_one), (two, cpu_of_two)) = (rate(1), rate(2));
        let ratio = two / one;
        println!("{name:<40} {one:>10.0} {two:>10.0} {ratio:>8.2} {cpu_of_one:>6.1} {cpu_of_two:>7.1}");
    }
}

/// A component as it is; a core module packed as one.
fn as_component(bytes: Vec<u8>) -> Vec<u8> {
    const CORE: &[u8] = b"\0asm\x01\0\0\0";
    if !bytes.starts_with(CORE) {
        return bytes;
    }
    ComponentEncoder::default().module(&bytes).unwrap().validate(true).encode().unwrap()
}

async fn call(module: &Module, view: &str) {
    let (result, _) = module.view(Box::new(host::Host::default()), view, &Request::default()).await;
    result.unwrap();
}

/// How long each call took, the shortest first.
async fn times(module: Module, view: String) -> Vec<Duration> {
    for _ in 0..WARM_UP {
        call(&module, &view).await;
    }
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let start = Instant::now();
        call(&module, &view).await;
        times.push(start.elapsed());
    }
    times.sort();
    times
}

/// Calls per second, and the processor's time for one in microseconds.
async fn calls_per_second(module: &Module, view: &str, tasks: usize) -> (f64, f64) {
    let before = cpu_seconds();
    let end = Instant::now() + SCALING;
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let (module, view) = (module.clone(), view.to_owned());
            tokio::spawn(async move {
                let mut calls = 0_u64;
                while Instant::now() < end {
                    call(&module, &view).await;
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    let mut calls = 0;
    for task in tasks {
        calls += task.await.unwrap();
    }
    let calls = calls as f64;
    (calls / SCALING.as_secs_f64(), (cpu_seconds() - before) * 1e6 / calls)
}

/// The processor's time that this process has used so far, in seconds.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program, in brackets, may hold spaces; user and system time, in hundredths of a second, are
    // the 12th and 13th fields after it.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: f64 =
        fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}
