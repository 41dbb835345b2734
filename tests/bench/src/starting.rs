//! From start to first page with fifteen modules, and the memory that the platform holds on to after load.

use crate::Scale;
use crate::client;
use crate::people;
use crate::report::{Goal, Row, median};
use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use vzaemo_tests::{Module, Platform, Settings};

/// The modules that there are, packed under more ids until there are more of them.
const PACKED: [&str; 2] = ["petitions", "consultations"];
const MODULES: usize = 15;
/// How often the first page is asked for.
const LOOK: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(60);

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let mut settings = Settings::default();
    let others: Vec<(&str, String)> = (PACKED.len()..MODULES)
        .map(|number| {
            let id = PACKED[number % PACKED.len()];
            let letter = char::from(b'a' + u8::try_from(number).unwrap_or_default());
            (id, format!("{id}-{letter}"))
        })
        .collect();
    for (_, other) in &others {
        settings.modules.insert(other.clone(), Module::default());
    }
    let mut platform = Platform::start_with(settings, |packages| {
        for (id, other) in &others {
            packages.add_as(id, other);
        }
    })
    .await;
    let address = people::address(platform.base())?;
    let paths: Vec<String> =
        PACKED.iter().map(|id| (*id).to_owned()).chain(others.into_iter().map(|(_, other)| other)).collect();
    let pages: Arc<[Bytes]> = paths.iter().map(|id| client::get(address, &format!("/{id}"), "")).collect();
    for page in pages.iter() {
        let (status, body) = client::once(address, page).await?;
        ensure!(status == 200 && body.len() > 2_000, "get the first page of each module: {status}");
    }

    let mut times = Vec::new();
    for _ in 0..scale.pick(7, 3) {
        platform.stop().await;
        let begun = Instant::now();
        platform.launch();
        let mut asked = 0;
        while !answers(address, &pages[asked % MODULES]).await {
            asked += 1;
            ensure!(begun.elapsed() < PATIENCE, "start: no page after {PATIENCE:?}");
            tokio::time::sleep(LOOK).await;
        }
        times.push(begun.elapsed().as_secs_f64());
    }

    let time = Duration::from_secs(scale.pick(20, 2));
    let measured = client::repeat(address, 32, time, pages, 200).await?;
    ensure!(measured.failed == 0, "load the platform: {} failed", measured.failed);
    tokio::time::sleep(Duration::from_secs(scale.pick(60, 5))).await;
    let resident = resident_mb(platform.pid())?;
    Ok(vec![
        Row::new(format!("start to first page, {MODULES} modules, warm cache; median"), median(times), "s")
            .goal(Goal::AtMost(1.0)),
        Row::new("resident memory after load", resident, "MB").goal(Goal::AtMost(200.0)),
        Row::new("the load before: pages of all modules", measured.per_second(), "/s"),
    ])
}

async fn answers(address: SocketAddr, page: &[u8]) -> bool {
    client::once(address, page).await.is_ok_and(|(status, _)| status == 200)
}

/// The memory of a process that lies in the machine's, in millions of bytes.
fn resident_mb(pid: u32) -> Result<f64> {
    let status =
        std::fs::read_to_string(format!("/proc/{pid}/status")).context("read the process's status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("find the resident memory")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024.0 / 1e6)
}
