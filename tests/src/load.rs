//! Many persons sign one petition while its module is upgraded again and again.

use crate::petitions::{self, OFFICIAL};
use crate::{Person, Platform, Settings, submission, until};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// How many persons sign; the threshold is their number.
    pub persons: u32,
    /// How many of them are under way at the same time.
    pub at_once: usize,
    /// How often the module is upgraded meanwhile.
    pub upgrades: u32,
    /// Whether the process is killed and started again in the middle of it. Who got no answer sends the same again.
    pub kill: bool,
}

impl Default for Load {
    /// As the issue asks for: 25 000 persons, ten upgrades.
    fn default() -> Self {
        Load { persons: 25_000, at_once: 64, upgrades: 10, kill: false }
    }
}

/// What came of it. That nothing was lost and nothing failed has been asserted.
#[derive(Debug)]
pub struct Report {
    load: Load,
    sign_in: Duration,
    signing: Duration,
    /// The time of each signature, from the shortest to the longest.
    latencies: Vec<Duration>,
    /// From SIGHUP after a new package until it serves, compiling included.
    swaps: Vec<Duration>,
    /// From the kill until the platform answers again.
    down: Option<Duration>,
}

/// The first of the test persons who sign.
const FIRST: u32 = 1_000;

/// Signs them in and lets them sign.
pub async fn run(load: Load) -> Report {
    let mut platform = Platform::start(Settings::default().threshold(load.persons)).await;
    let author = platform.person(1).await;
    let number = petitions::send(&author, "Signed by very many persons").await;
    petitions::publish(&platform.person(OFFICIAL).await, &number).await;

    let begun = Instant::now();
    let visitor = platform.visitor();
    let persons = in_parallel(load.at_once, (0..load.persons).collect(), move |person| {
        let browser = visitor.another();
        async move {
            browser.sign_in(FIRST + person).await;
            browser
        }
    })
    .await;
    let sign_in = begun.elapsed();

    let begun = Instant::now();
    let petition: Arc<str> = number.as_str().into();
    let all = persons.clone();
    let killed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&killed);
    let signing = tokio::spawn(in_parallel(load.at_once, all, move |person: Person| {
        let (petition, seen) = (Arc::clone(&petition), Arc::clone(&seen));
        async move { sign(&person, &petition, &seen).await }
    }));
    let mut swaps = Vec::new();
    let mut down = None;
    let mut while_signing = 0;
    for upgrade in 0..load.upgrades {
        if load.kill && upgrade == load.upgrades / 2 {
            assert!(!signing.is_finished(), "the process is killed while people sign; take more persons");
            let begun = Instant::now();
            killed.store(true, Ordering::Relaxed);
            platform.kill().await;
            platform.restart().await;
            down = Some(begun.elapsed());
        }
        let version = platform.packages().upgrade("petitions");
        let begun = Instant::now();
        platform.reload().await;
        let serves = format!("\"{version}\"");
        until("the new version serves", async || platform.lock().contains(&serves).then_some(())).await;
        swaps.push(begun.elapsed());
        while_signing += u32::from(!signing.is_finished());
    }
    let mut latencies = signing.await.expect("no signature failed");
    let signing = begun.elapsed();
    latencies.sort_unstable();
    assert!(while_signing > 0, "the module is upgraded while people sign; take more persons");

    hold(&platform, &author, &number, &persons, load).await;
    platform.stop().await;
    platform.audit().await;
    Report { load, sign_in, signing, latencies, swaps, down }
}

/// Signs, and says how long it took. A signature is always answered, but by a process that was killed: then the same is
/// sent again, as a browser's user does, until the platform is back.
async fn sign(person: &Person, number: &str, killed: &AtomicBool) -> Duration {
    let begun = Instant::now();
    let submission = submission();
    loop {
        match petitions::try_sign_as(person, number, &submission).await {
            Ok(answer) => {
                assert_eq!(answer.status, 303, "a signature is acknowledged: {}", answer.text());
                return begun.elapsed();
            }
            Err(error) => {
                assert!(killed.load(Ordering::Relaxed), "a signature got no answer: {error:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Every signature is there, none twice, and the threshold was reached once.
async fn hold(platform: &Platform, author: &Person, number: &str, persons: &[Person], load: Load) {
    let wanted = usize::try_from(load.persons).expect("a number of persons");
    let visitor = platform.visitor();
    visitor.read_english().await;
    assert_eq!(petitions::count(&visitor, number).await, wanted, "every acknowledged signature counts");
    assert_eq!(petitions::listed(&visitor, number).await, wanted, "and stands in the list once");
    let reached = crate::module_message("petitions", crate::Language::En, "state-threshold-reached");
    let page = format!("/petitions/{number}");
    until("the threshold is reached", async || {
        visitor.page(&page).await.text().contains(&reached).then_some(())
    })
    .await;
    let event = crate::module_message("petitions", crate::Language::En, "event-reached");
    let timeline = author.page(&format!("/cabinet/cases/petitions/{number}")).await.text();
    assert_eq!(timeline.matches(&event).count(), 1, "the threshold is reached once: {timeline}");
    // One more signature comes too late, from those who signed as from others.
    let last = persons.last().expect("there are persons");
    assert_eq!(petitions::try_sign(last, number).await.map_or(0, |answer| answer.status), 403);
}

/// Does something with each, so many at a time; the results in any order.
async fn in_parallel<I, O, F>(at_once: usize, items: Vec<I>, work: impl Fn(I) -> F) -> Vec<O>
where
    O: Send + 'static,
    F: Future<Output = O> + Send + 'static,
{
    let mut items = items.into_iter();
    let mut tasks = JoinSet::new();
    let mut results = Vec::new();
    loop {
        while tasks.len() < at_once
            && let Some(item) = items.next()
        {
            tasks.spawn(work(item));
        }
        match tasks.join_next().await {
            Some(result) => {
                results.push(result.unwrap_or_else(|error| panic!("a task of the load failed: {error}")))
            }
            None => return results,
        }
    }
}

/// In milliseconds, for reading.
fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

impl Report {
    /// Sign-ins through the identity provider per second.
    pub fn sign_ins_per_second(&self) -> f64 {
        f64::from(self.load.persons) / self.sign_in.as_secs_f64()
    }

    /// From SIGHUP after a new package until it serves, compiling included, for each upgrade.
    pub fn swaps(&self) -> &[Duration] {
        &self.swaps
    }

    /// From the kill until the platform answers again, if it was killed.
    pub fn down(&self) -> Option<Duration> {
        self.down
    }

    /// Acknowledged signatures per second, while the module was upgraded.
    pub fn signatures_per_second(&self) -> f64 {
        f64::from(self.load.persons) / self.signing.as_secs_f64()
    }

    /// The time within which this share (0 to 1) of the signatures was acknowledged.
    pub fn percentile(&self, share: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = (last as f64 * share).round() as usize;
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load { persons, at_once, upgrades, .. } = self.load;
        let per_second = self.sign_ins_per_second();
        writeln!(f, "{persons} persons, {at_once} at once, {upgrades} upgrades of the module meanwhile")?;
        writeln!(f, "sign-ins through the identity provider: {per_second:.0}/s")?;
        writeln!(
            f,
            "signatures acknowledged: {persons} in {:.1?}, {:.0}/s",
            self.signing,
            self.signatures_per_second()
        )?;
        writeln!(
            f,
            "one signature: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            ms(self.percentile(0.5)),
            ms(self.percentile(0.99)),
            ms(self.percentile(1.0))
        )?;
        let swaps: Vec<String> = self.swaps.iter().map(|swap| format!("{:.0}", ms(*swap))).collect();
        writeln!(f, "from the signal until the new version serves, compiled: {} ms", swaps.join(", "))?;
        if let Some(down) = self.down {
            writeln!(f, "killed in the middle; it answered again after {down:.1?}")?;
        }
        write!(f, "lost 0, doubled 0, failed requests 0, threshold reached once, audit log verified")
    }
}
