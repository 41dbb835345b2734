//! Durable signatures over HTTP: signed-in persons, one petition, SQLite with `synchronous=FULL`, against the very same
//! program with one transaction for each signature (`storage.batch = 1`).

use crate::Scale;
use crate::client::{self, Measured};
use crate::people;
use crate::report::{Goal, Row};
use anyhow::{Result, ensure};
use std::net::SocketAddr;
use vzaemo_tests::{Platform, Settings, petitions};

/// More than sign here, so that the collection stays open.
const THRESHOLD: u32 = 10_000_000;
/// How many sign at the same time.
const CONNECTIONS: usize = 128;
/// Rounds in which both take turns.
const ROUNDS: usize = 5;

/// A platform with a petition, and persons who have yet to sign.
struct Side {
    platform: Platform,
    address: SocketAddr,
    number: String,
    cookies: Vec<String>,
    sign_ins: f64,
    signed: Measured,
}

impl Side {
    async fn prepare(batch: Option<usize>, persons: u32) -> Result<Self> {
        let settings = Settings { batch, ..Settings::default().threshold(THRESHOLD) };
        let platform = Platform::start(settings).await;
        let address = people::address(platform.base())?;
        let number = people::petition(platform.base(), "Signed as fast as it goes").await;
        let (cookies, took) = people::signed_in(platform.base(), 0, persons).await?;
        let sign_ins = f64::from(persons) / took.as_secs_f64();
        Ok(Side { platform, address, number, cookies, sign_ins, signed: Measured::default() })
    }

    /// The next part of the persons signs.
    async fn round(&mut self, round: usize) -> Result<()> {
        let part = self.cookies.len() / ROUNDS;
        let cookies = &self.cookies[round * part..(round + 1) * part];
        let requests = people::signatures(self.address, &self.number, cookies);
        let measured = client::each(self.address, CONNECTIONS, requests, 303).await?;
        ensure!(measured.failed == 0, "sign: {} signatures were not acknowledged", measured.failed);
        self.signed = std::mem::take(&mut self.signed).then(measured);
        Ok(())
    }

    /// All that was acknowledged is there.
    async fn hold(&mut self) -> Result<()> {
        let counted = petitions::count(&self.platform.visitor(), &self.number).await;
        let acknowledged = self.signed.latencies.len();
        ensure!(counted == acknowledged, "count the signatures: {counted} of {acknowledged} acknowledged");
        self.platform.stop().await;
        self.platform.audit().await;
        Ok(())
    }
}

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let persons = scale.pick(25_000, 2_000);
    let mut queue = Side::prepare(None, persons).await?;
    let mut alone = Side::prepare(Some(1), persons / 4).await?;
    for round in 0..ROUNDS {
        alone.round(round).await?;
        queue.round(round).await?;
    }
    queue.hold().await?;
    alone.hold().await?;
    Ok(vec![
        Row::new(
            "durable signatures over HTTP, against one transaction each",
            queue.signed.per_second(),
            "/s",
        )
        .against(alone.signed.per_second())
        .goal(Goal::Times(3.0))
        .goal(Goal::AtLeast(5_000.0)),
        Row::new("time of a signature, 99 % within", queue.signed.percentile(99.0), "ms")
            .against(alone.signed.percentile(99.0)),
        Row::new("sign-ins through the identity provider", queue.sign_ins, "/s"),
    ])
}
