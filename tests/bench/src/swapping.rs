//! New versions of a module while people use it: how long from the holder's decision until the new version serves, and
//! whether anybody notices.

use crate::Scale;
use crate::client;
use crate::people;
use crate::report::{Goal, Row, median};
use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use vzaemo_tests::{Platform, Settings};

const MODULE: &str = "petitions";
/// Connections that read pages.
const READERS: usize = 4;
/// Connections that sign and take back.
const WRITERS: usize = 4;
/// How often it is looked whether the new version serves.
const LOOK: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(30);

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let mut settings = Settings::default();
    let first = "=1.0.0".to_owned();
    settings.module(MODULE).version = first;
    let mut platform = Platform::start(settings).await;
    let number = people::petition(platform.base(), "Signed while the version changes").await;
    let ending = Arc::new(AtomicBool::new(false));
    let load = load(&platform, &number, &ending).await?;

    let (mut planned, mut times) = (Vec::new(), Vec::new());
    for _ in 0..scale.pick(100, 10) {
        let version = platform.packages().upgrade(MODULE);
        // The holder looks at what the change would do; there the package is verified and compiled.
        let text =
            platform.configuration_with(|settings| settings.module(MODULE).version = format!("={version}"));
        let plan = platform.folder().join("planned.toml");
        std::fs::write(&plan, &text)?;
        let begun = Instant::now();
        let (good, said) = platform.check_file(&plan).await;
        ensure!(good, "plan the change: {said}");
        planned.push(begun.elapsed().as_secs_f64());

        let begun = Instant::now();
        platform.configure(|settings| settings.module(MODULE).version = format!("={version}"));
        platform.reload().await;
        let serves = format!("\"{version}\"");
        while !platform.lock().contains(&serves) {
            ensure!(begun.elapsed() < PATIENCE, "change the version: {version} does not serve");
            tokio::time::sleep(LOOK).await;
        }
        times.push(begun.elapsed().as_secs_f64());
    }
    ending.store(true, Ordering::Relaxed);
    let (mut answered, mut failed) = (0, 0);
    for task in load {
        let (good, bad) = task.await??;
        answered += good;
        failed += bad;
    }
    platform.stop().await;
    platform.audit().await;
    ensure!(answered > 100, "load the platform while versions change: {answered} requests are no load");
    times.sort_by(f64::total_cmp);
    let longest = *times.last().context("change a version")?;
    let swaps = times.len();
    #[allow(clippy::cast_precision_loss)] // a count of requests
    let failed = failed as f64;
    Ok(vec![
        Row::new(format!("approved change → new version serves, the longest of {swaps}"), longest, "s")
            .goal(Goal::AtMost(1.0)),
        Row::new("the same, median", median(times), "s"),
        Row::new("planning it: verified, compiled, checked; median", median(planned), "s"),
        Row::new(format!("failed of {answered} requests during {swaps} swaps"), failed, "")
            .goal(Goal::AtMost(0.0)),
    ])
}

type Loading = JoinHandle<Result<(u64, u64)>>;

/// People who read and people who sign and take back, until it is said to end; each counts what was answered as it
/// should be and what was not.
async fn load(platform: &Platform, number: &str, ending: &Arc<AtomicBool>) -> Result<Vec<Loading>> {
    let address = people::address(platform.base())?;
    let (cookies, _) = people::signed_in(platform.base(), 0, u32::try_from(WRITERS)?).await?;
    let mut loading = Vec::new();
    let pages =
        [format!("/petitions/{number}"), "/petitions".to_owned(), format!("/petitions/{number}/signatories")];
    for _ in 0..READERS {
        let requests: Vec<Bytes> = pages.iter().map(|page| client::get(address, page, "")).collect();
        let ending = Arc::clone(ending);
        loading.push(tokio::spawn(async move {
            let mut connection = client::Connection::open(address).await?;
            let (mut good, mut bad) = (0, 0);
            for request in requests.iter().cycle() {
                if ending.load(Ordering::Relaxed) {
                    break;
                }
                match connection.send(request).await {
                    Ok(answer) if answer.status == 200 => good += 1,
                    _ => bad += 1,
                }
            }
            Ok((good, bad))
        }));
    }
    for cookies in cookies {
        let (number, ending) = (number.to_owned(), Arc::clone(ending));
        loading.push(tokio::spawn(async move {
            let mut connection = client::Connection::open(address).await?;
            let (mut good, mut bad) = (0, 0);
            for act in ["sign", "withdraw"].into_iter().cycle() {
                if ending.load(Ordering::Relaxed) {
                    break;
                }
                let request = people::act(address, &number, act, &cookies);
                match connection.send(&request).await {
                    Ok(answer) if answer.status == 303 => good += 1,
                    _ => bad += 1,
                }
            }
            Ok((good, bad))
        }));
    }
    Ok(loading)
}
