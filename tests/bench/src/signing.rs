//! Durable signatures over HTTP: signed-in persons, one petition, SQLite with `synchronous=FULL` and PostgreSQL, against
//! the very same program with one transaction for each signature (`storage.batch = 1`).

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
/// As many persons as sign in a round sign at half of the greatest rate after them.
const PARTS: usize = ROUNDS + 1;

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
    async fn prepare(settings: Settings, persons: u32) -> Result<Self> {
        let platform = Platform::start(settings.threshold(THRESHOLD)).await;
        let address = people::address(platform.base())?;
        let number = people::petition(platform.base(), "Signed as fast as it goes").await;
        let (cookies, took) = people::signed_in(platform.base(), 0, persons).await?;
        let sign_ins = f64::from(persons) / took.as_secs_f64();
        Ok(Side { platform, address, number, cookies, sign_ins, signed: Measured::default() })
    }

    /// The persons of a part of all.
    fn part(&self, part: usize) -> &[String] {
        let size = self.cookies.len() / PARTS;
        &self.cookies[part * size..(part + 1) * size]
    }

    /// The next part of the persons signs.
    async fn round(&mut self, round: usize) -> Result<()> {
        let requests = people::signatures(self.address, &self.number, self.part(round));
        let measured = client::each(self.address, CONNECTIONS, requests, 303).await?;
        ensure!(measured.failed == 0, "sign: {} signatures were not acknowledged", measured.failed);
        self.signed = std::mem::take(&mut self.signed).then(measured);
        Ok(())
    }

    /// The last part signs at half of the rate of the others.
    async fn at_half(&self) -> Result<Measured> {
        let requests = people::signatures(self.address, &self.number, self.part(ROUNDS));
        let half = self.signed.per_second() / 2.0;
        let measured = client::each_paced(self.address, CONNECTIONS, half, requests, 303).await?;
        ensure!(measured.failed == 0, "sign: {} signatures were not acknowledged", measured.failed);
        Ok(measured)
    }

    /// All that was acknowledged is there.
    async fn hold(&mut self, besides: usize) -> Result<()> {
        let counted = petitions::count(&self.platform.visitor(), &self.number).await;
        let acknowledged = self.signed.latencies.len() + besides;
        ensure!(counted == acknowledged, "count the signatures: {counted} of {acknowledged} acknowledged");
        self.platform.stop().await;
        self.platform.audit().await;
        Ok(())
    }
}

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = of(scale, "SQLite", Settings::default()).await?;
    if let Some(first) = rows.first_mut() {
        *first = first.clone().goal(Goal::AtLeast(5_000.0));
    }
    rows.extend(of(scale, "PostgreSQL", Settings::default().on_postgres()).await?);
    Ok(rows)
}

/// The rows of one engine.
async fn of(scale: Scale, engine: &str, settings: Settings) -> Result<Vec<Row>> {
    let persons = scale.pick(25_000, 2_000);
    // A schema of its own for either side.
    let other = if settings.database.is_some() { settings.clone().on_postgres() } else { settings.clone() };
    let mut queue = Side::prepare(settings, persons).await?;
    let mut alone = Side::prepare(Settings { batch: Some(1), ..other }, persons / 4).await?;
    for round in 0..ROUNDS {
        alone.round(round).await?;
        queue.round(round).await?;
    }
    let half = queue.at_half().await?;
    queue.hold(half.latencies.len()).await?;
    alone.hold(0).await?;
    let row = |what: &str, value, unit| Row::new(format!("{engine}: {what}"), value, unit);
    Ok(vec![
        row("durable signatures over HTTP, against one transaction each", queue.signed.per_second(), "/s")
            .against(alone.signed.per_second())
            .goal(Goal::Times(3.0)),
        row("time of a signature, 99 % within", queue.signed.percentile(99.0), "ms")
            .against(alone.signed.percentile(99.0)),
        row("time of a signature at half of that rate, 99 % within", half.percentile(99.0), "ms"),
        row("sign-ins through the identity provider", queue.sign_ins, "/s"),
    ])
}
