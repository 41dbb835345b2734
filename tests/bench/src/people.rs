//! Very many persons, signed in through the identity provider, and what they send.

use crate::client;
use anyhow::{Context as _, Result};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use url::Url;
use vzaemo_tests::petitions::{self, OFFICIAL};
use vzaemo_tests::{Person, submission};

/// The first of the test persons who do nothing but sign.
const FIRST: u32 = 1_000;
/// Sign-ins that are under way at the same time.
const AT_ONCE: u32 = 64;
/// The test person who writes.
const AUTHOR: u32 = 1;

/// Where a platform listens.
pub fn address(base: &Url) -> Result<SocketAddr> {
    let port = base.port_or_known_default().context("find the platform's port")?;
    Ok(SocketAddr::from(([127, 0, 0, 1], port)))
}

/// Writes a petition and has it published. Returns its number.
pub async fn petition(base: &Url, title: &str) -> String {
    let anybody = Person::at(base);
    let (author, official) = (anybody.another(), anybody.another());
    author.sign_in(AUTHOR).await;
    official.sign_in(OFFICIAL).await;
    let number = petitions::send(&author, title).await;
    petitions::publish(&official, &number).await;
    number
}

/// Signs persons in, each through the identity provider. Returns the cookies of each, and how long it took.
pub async fn signed_in(base: &Url, from: u32, count: u32) -> Result<(Vec<String>, Duration)> {
    let anybody = Person::at(base);
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for lane in 0..AT_ONCE.min(count) {
        let anybody = anybody.clone();
        tasks.spawn(async move {
            let mut cookies = Vec::new();
            for number in (from + lane..from + count).step_by(AT_ONCE as usize) {
                let person = anybody.another();
                person.sign_in(FIRST + number).await;
                cookies.push(person.cookies());
            }
            cookies
        });
    }
    let mut all = Vec::new();
    while let Some(cookies) = tasks.join_next().await {
        all.extend(cookies.context("sign persons in")?);
    }
    Ok((all, begun.elapsed()))
}

/// The request by which a person signs or takes a signature back, with a one-time id of its own.
pub fn act(address: SocketAddr, number: &str, act: &str, cookies: &str) -> Bytes {
    let body = format!("_submission={}", submission());
    client::post(address, &format!("/petitions/{number}/{act}"), cookies, &body)
}

/// The requests by which many sign, one each.
pub fn signatures(address: SocketAddr, number: &str, cookies: &[String]) -> Arc<[Bytes]> {
    cookies.iter().map(|cookies| act(address, number, "sign", cookies)).collect()
}
