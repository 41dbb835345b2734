//! A module's page over HTTP, not remembered, a fresh instance each, against the same page from a native handler in the
//! same server: the same gate, session, reads, renderer and frame.

use crate::client::{self, Measured};
use crate::report::{Goal, Row, median};
use crate::server::{Server, with_guests};
use crate::{Scale, native};
use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use vzaemo_storage::Storage;

/// Boards, each with its notes: requests go round.
const BOARDS: usize = 64;
const NOTES: usize = 100;
/// Connections of the client.
const CONNECTIONS: usize = 64;
/// What the experiments before this house reached on one machine (native page of 50 blocks, axum's "hello"), per second.
const EXPERIMENT: (f64, f64) = (28_000.0, 120_000.0);

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let server = Server::start(with_guests(&["probe"])).await?;
    fill(&server.wired.storage).await?;
    let native = server.beside(native::router(&server.wired)).await?;

    let hello = server.bare(Router::new().route("/", get(async || "hello"))).await?;

    let smallest = load(scale, server.address, &["/health/live".to_owned()]).await?;
    let mut rows = vec![Row::new(
        "the smallest answer, for scale: what client and server reach together",
        smallest.per_second(),
        "/s",
    )];
    let boards: Vec<String> = (0..BOARDS).map(|board| format!("/probe/boards/board-{board}")).collect();
    let reading = Comparison::of(scale, server.address, native, &boards).await?;
    rows.push(reading.row("page of a module with reads, against native").goal(Goal::Times(0.8)));
    rows.push(reading.work("page of a module with reads, client included, against native"));
    let plain = Comparison::of(scale, server.address, native, &["/probe/blocks".to_owned()]).await?;
    rows.push(plain.row("page of a module without reads, against native"));
    rows.push(plain.work("page of a module without reads, client included, against native"));
    // The native twin must be as fast as native pages are, or the comparison flatters.
    rows.push(
        Row::new("the native page without reads", plain.native, "/s").goal(Goal::AtLeast(EXPERIMENT.0)),
    );
    rows.push(against_hello(scale, native, hello).await?);
    Ok(rows)
}

/// The native page against axum's "hello" in turns, beside what the experiments had of the two: a slower machine slows
/// both.
async fn against_hello(scale: Scale, native: SocketAddr, hello: SocketAddr) -> Result<Row> {
    let (mut pages, mut hellos, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=scale.pick(7, 2) {
        let hello = load(scale, hello, &["/".to_owned()]).await?.per_second();
        let page = load(scale, native, &["/probe/blocks".to_owned()]).await?.per_second();
        if round > 0 {
            pages.push(page);
            hellos.push(hello);
            ratios.push(page / hello);
        }
    }
    let what = "the native page without reads, against axum's smallest answer";
    let mut row = Row::new(what, median(pages), "/s").against(median(hellos));
    row.ratio = Some(median(ratios));
    Ok(row.goal(Goal::Times(EXPERIMENT.0 / EXPERIMENT.1)))
}

/// Documents as the module declares them.
async fn fill(storage: &Storage) -> Result<()> {
    for board in 0..BOARDS {
        let mut unit = storage.begin().await?;
        let key = format!("board-{board}");
        let about =
            "Somebody wrote what this board is for.\n\nIn two paragraphs, the second longer than the first.";
        let body = json!({ "title": format!("Board number {board}"), "about": about, "goal": 500 });
        unit.insert("probe", "boards", Some(key.clone()), &body.to_string()).await?;
        for note in 0..NOTES {
            let written = format!("2026-09-{:02}T10:{:02}:00Z", note / 60 + 1, note % 60);
            let text = format!("Note {note}: the quick brown fox jumps over the lazy dog.");
            let body = json!({ "board": key, "text": text, "likes": note * 7 % 31, "written": written });
            unit.insert("probe", "notes", None, &body.to_string()).await?;
        }
        unit.commit().await?;
    }
    Ok(())
}

/// Pages per second of both.
struct Comparison {
    module: f64,
    native: f64,
    ratio: f64,
    /// Processor time of a request to either, client included, in microseconds.
    processor: (f64, f64),
}

impl Comparison {
    /// In turns, after making sure that both give the same bytes.
    async fn of(scale: Scale, module: SocketAddr, native: SocketAddr, paths: &[String]) -> Result<Self> {
        for path in paths {
            same(module, native, path).await?;
        }
        let (mut of_module, mut of_native, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut work_of_module, mut work_of_native) = (Vec::new(), Vec::new());
        // The first round warms up and is not counted.
        for round in 0..=scale.pick(7, 2) {
            let native = load(scale, native, paths).await?;
            let module = load(scale, module, paths).await?;
            if round > 0 {
                of_module.push(module.per_second());
                of_native.push(native.per_second());
                ratios.push(module.per_second() / native.per_second());
                work_of_module.push(module.processor_each());
                work_of_native.push(native.processor_each());
            }
        }
        Ok(Comparison {
            module: median(of_module),
            native: median(of_native),
            ratio: median(ratios),
            processor: (median(work_of_module), median(work_of_native)),
        })
    }

    /// The processor time behind the rates: what they are where nothing else runs on the machine.
    fn work(&self, what: &str) -> Row {
        Row::new(format!("processor time of a {what}"), self.processor.0, "µs").against(self.processor.1)
    }

    fn row(&self, what: &str) -> Row {
        let mut row = Row::new(what, self.module, "/s").against(self.native);
        // Of neighbouring rounds, so that what else the machine does falls on both.
        row.ratio = Some(self.ratio);
        row
    }
}

/// Both give the same page. The clock of development mode stands on it, so a new minute may fall between the two.
async fn same(module: SocketAddr, native: SocketAddr, path: &str) -> Result<()> {
    for _ in 0..3 {
        let (status, by_module) = client::once(module, &client::get_anew(module, path)).await?;
        let (_, by_native) = client::once(native, &client::get_anew(native, path)).await?;
        ensure!(status == 200, "get {path}: {status}");
        ensure!(by_module.len() > 4_000, "get {path}: it is a real page");
        if by_module == by_native {
            return Ok(());
        }
    }
    let (_, by_module) = client::once(module, &client::get_anew(module, path)).await?;
    let (_, by_native) = client::once(native, &client::get_anew(native, path)).await?;
    let at = by_module.iter().zip(&by_native).position(|(a, b)| a != b).unwrap_or_default();
    let around = |bytes: &[u8]| {
        String::from_utf8_lossy(&bytes[at.saturating_sub(80)..bytes.len().min(at + 80)]).into_owned()
    };
    anyhow::bail!("get the same page twice: {path} differs\n{}\n{}", around(&by_module), around(&by_native))
}

async fn load(scale: Scale, address: SocketAddr, paths: &[String]) -> Result<Measured> {
    let requests: Arc<[Bytes]> = paths.iter().map(|path| client::get_anew(address, path)).collect();
    let time = Duration::from_millis(scale.pick(3000, 500));
    let measured = client::repeat(address, CONNECTIONS, time, requests, 200).await.context("load")?;
    ensure!(measured.failed == 0, "get pages: {} of them failed", measured.failed);
    Ok(measured)
}
