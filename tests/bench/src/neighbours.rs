//! What people at other modules notice while one module loops, hogs memory, floods the log or traps.

use crate::Scale;
use crate::client::{self, Connection};
use crate::people;
use crate::report::{Row, median};
use crate::server::with_guests;
use anyhow::{Result, ensure};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use vzaemo_tests::{Platform, guests};

/// Connections of those who use the good module.
const CONNECTIONS: usize = 32;
/// Connections at the bad one: more than cores, so that it could have them all.
const BAD: usize = 4;
/// What the bad module does.
const HARM: [(&str, &str); 4] =
    [("endless", "loops"), ("memory", "hogs memory"), ("log", "floods the log"), ("panic", "traps")];
/// The goal: so many times the usual p99, and a millisecond.
const TIMES: f64 = 1.1;
const AND_MS: f64 = 1.0;

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (view, what) in HARM {
        rows.push(beside(scale, view, what).await?);
    }
    Ok(rows)
}

/// One kind of harm, on a platform of its own: a module that was set aside rests longer each time.
async fn beside(scale: Scale, view: &str, what: &str) -> Result<Row> {
    let layout = guests();
    let settings = with_guests(&["probe", "hostile"]);
    let platform = Platform::start_with(settings, |packages| packages.add_all(&layout)).await;
    let address = people::address(platform.base())?;
    let good = client::get_anew(address, "/probe/blocks");
    let time = Duration::from_secs(scale.pick(5, 1));
    let whole = client::repeat(address, CONNECTIONS, time, [good.clone()].into(), 200).await?;
    let half = whole.per_second() / 2.0;
    let p99 = async || -> Result<f64> {
        let measured = client::paced(address, CONNECTIONS, half, time, good.clone()).await?;
        ensure!(
            measured.failed == 0,
            "get the good module's page: {} failed while the other {what}",
            measured.failed
        );
        Ok(measured.percentile(99.0))
    };
    let (mut usual, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..scale.pick(3, 1) {
        usual.push(p99().await?);
        let storm = Storm::begin(address, view);
        beside.push(p99().await?);
        storm.end().await?;
    }
    let (usual, beside) = (median(usual), median(beside));
    let mut row =
        Row::new(format!("p99 of another module's page at half load while one {what}"), beside, "ms");
    row = row.against(usual);
    row.goal = Some(format!("≤ {TIMES} times + {AND_MS} ms"));
    row.met = Some(beside <= usual * TIMES + AND_MS);
    Ok(row)
}

/// Requests to the bad module, one after the other on each connection.
struct Storm {
    over: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<Result<u64>>>,
}

impl Storm {
    fn begin(address: SocketAddr, view: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let request: Bytes = client::get(address, &format!("/hostile/{view}"), "");
        let tasks = (0..BAD).map(|_| {
            let (over, request) = (Arc::clone(&over), request.clone());
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut asked = 0;
                while !over.load(Ordering::Relaxed) {
                    let answer = connection.send(&request).await?;
                    ensure!(answer.status >= 500, "ask the bad module: {}", answer.status);
                    asked += 1;
                }
                Ok(asked)
            })
        });
        Storm { tasks: tasks.collect(), over }
    }

    async fn end(self) -> Result<()> {
        self.over.store(true, Ordering::Relaxed);
        let mut asked = 0;
        for task in self.tasks {
            asked += task.await??;
        }
        ensure!(asked > 0, "ask the bad module: it was never reached");
        Ok(())
    }
}
