//! A petition with a million signatures against one with a thousand, each in a storage of its own: page and signing.

use crate::Scale;
use crate::client::{self, Measured};
use crate::people;
use crate::report::{Goal, Row, median};
use crate::server::Server;
use anyhow::{Result, ensure};
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use vzaemo_storage::Storage;
use vzaemo_tests::Settings;

/// More than sign here, so that the collection stays open.
const THRESHOLD: u32 = 10_000_000;
/// Signatures that one unit of work brings in.
const CHUNK: u32 = 5_000;
/// Connections of the client.
const CONNECTIONS: usize = 16;
/// Rounds in which both take turns.
const ROUNDS: u32 = 5;

struct Side {
    server: Server,
    number: String,
    cookies: Vec<String>,
}

impl Side {
    async fn prepare(signatures: u32, persons: u32) -> Result<Self> {
        let server = Server::start(Settings::default().threshold(THRESHOLD)).await?;
        let number = people::petition(&server.base(), "Signed by so many persons").await;
        fill(&server.wired.storage, &number, signatures).await?;
        let (cookies, _) = people::signed_in(&server.base(), 0, persons).await?;
        Ok(Side { server, number, cookies })
    }

    async fn pages(&self, time: Duration) -> Result<Measured> {
        let request = client::get_anew(self.server.address, &format!("/petitions/{}", self.number));
        let requests: Arc<[Bytes]> = [request].into();
        let measured = client::repeat(self.server.address, CONNECTIONS, time, requests, 200).await?;
        ensure!(measured.failed == 0, "get the page: {} failed", measured.failed);
        Ok(measured)
    }

    async fn sign(&self, round: u32) -> Result<Measured> {
        let part = self.cookies.len() / ROUNDS as usize;
        let cookies = &self.cookies[round as usize * part..(round as usize + 1) * part];
        let requests = people::signatures(self.server.address, &self.number, cookies);
        let measured = client::each(self.server.address, CONNECTIONS, requests, 303).await?;
        ensure!(measured.failed == 0, "sign: {} failed", measured.failed);
        Ok(measured)
    }
}

/// The documents that signing makes in the module's collection, under other persons' references. Counters and indexes
/// are the storage's own work.
async fn fill(storage: &Storage, number: &str, signatures: u32) -> Result<()> {
    for chunk in (0..signatures).step_by(CHUNK as usize) {
        let mut unit = storage.begin().await?;
        for signature in chunk..signatures.min(chunk + CHUNK) {
            let second = signature % 60;
            let at = format!("2026-01-{:02}T10:{:02}:{second:02}Z", signature % 28 + 1, signature / 60 % 60);
            let person = format!("00000000-0000-4000-8000-{signature:012}");
            let body = json!({ "petition": number, "person": person, "at": at, "withdrawn": false });
            unit.insert("petitions", "signatures", None, &body.to_string()).await?;
        }
        unit.commit().await?;
    }
    let counted = storage.begin().await?.count("petitions", "signatures", "valid", number).await?;
    ensure!(counted == u64::from(signatures), "bring the signatures in: {counted} are counted");
    Ok(())
}

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let many = scale.pick(1_000_000, 100_000);
    let persons = scale.pick(2_000, 500);
    let (few, many) = (Side::prepare(1_000, persons).await?, Side::prepare(many, persons).await?);
    let time = Duration::from_millis(scale.pick(2_000, 500));
    let mut rows = Vec::new();
    // By these the latest on the page are persons with names, on both sides.
    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        of_few.push(few.sign(round).await?.percentile(50.0));
        of_many.push(many.sign(round).await?.percentile(50.0));
    }
    rows.push(row("signing where very many have signed, against 1 000: median", of_few, of_many));
    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (page_of_few, page_of_many) = (few.pages(time).await?, many.pages(time).await?);
        if round > 0 {
            of_few.push(page_of_few.percentile(50.0));
            of_many.push(page_of_many.percentile(50.0));
        }
    }
    rows.push(row("the page where very many have signed, against 1 000: median", of_few, of_many));
    Ok(rows)
}

fn row(what: &str, few: Vec<f64>, many: Vec<f64>) -> Row {
    let ratios = few.iter().zip(&many).map(|(few, many)| many / few).collect();
    let mut row = Row::new(what, median(many), "ms").against(median(few));
    row.ratio = Some(median(ratios));
    row.goal(Goal::AtMostTimes(1.2))
}
