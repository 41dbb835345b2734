//! Acknowledged writes over kills: persons sign, the process is killed in the middle of it, again and again; after each
//! start every signature that was acknowledged must be there.

use crate::Scale;
use crate::client::{self, Connection};
use crate::people;
use crate::report::{Goal, Row};
use anyhow::{Result, ensure};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;
use vzaemo_tests::{Platform, Settings, petitions};

/// More than sign here, so that the collection stays open.
const THRESHOLD: u32 = 10_000_000;
/// How many sign at the same time.
const AT_ONCE: usize = 64;
/// The most signatures between two kills, those under way included.
const EACH: usize = 320;

/// How a signature ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Acknowledged,
    /// The process was gone before it answered: it may be there or not.
    Unanswered,
}

/// The rows.
pub async fn measure(scale: Scale) -> Result<Vec<Row>> {
    let kills = scale.kills.unwrap_or(scale.pick(100, 5));
    let mut platform = Platform::start(Settings::default().threshold(THRESHOLD)).await;
    let address = people::address(platform.base())?;
    let number = people::petition(platform.base(), "Signed while the process is killed").await;
    let persons = u32::try_from(kills * EACH)?;
    let (cookies, _) = people::signed_in(platform.base(), 0, persons).await?;

    let (mut acknowledged, mut unanswered, mut lost, mut there) = (0_usize, 0, 0, 0);
    for (kill, cookies) in cookies.chunks(EACH).enumerate() {
        // Another place each time, and the same ones in every run: a step that has nothing in common with the range.
        let after = 16 + kill * 97 % (EACH - 2 * AT_ONCE);
        let ended = sign_until_killed(&mut platform, address, &number, cookies, after).await?;
        platform.restart().await;
        for (cookies, ended) in cookies.iter().zip(ended) {
            let Some(ended) = ended else { continue };
            let signed = has_signed(address, &number, cookies).await?;
            there += usize::from(signed);
            match ended {
                Ended::Acknowledged => {
                    acknowledged += 1;
                    lost += usize::from(!signed);
                }
                Ended::Unanswered => unanswered += 1,
            }
        }
    }
    let counted = petitions::count(&platform.visitor(), &number).await;
    ensure!(counted == there, "count the signatures: {counted}, while {there} persons see theirs");
    platform.kill().await;
    platform.audit().await;
    ensure!(acknowledged > kills * 10 && unanswered > 0, "kill in the middle: {acknowledged}, {unanswered}");
    #[allow(clippy::cast_precision_loss)] // thousands
    Ok(vec![
        Row::new(format!("lost of {acknowledged} acknowledged writes over {kills} kills"), lost as f64, "")
            .goal(Goal::AtMost(0.0)),
        Row::new("under way when the process was killed", unanswered as f64, ""),
    ])
}

/// Lets persons sign, kills the process after so many acknowledgements, and tells how each person's signature ended;
/// nothing for those who had not begun.
async fn sign_until_killed(
    platform: &mut Platform,
    address: SocketAddr,
    number: &str,
    cookies: &[String],
    after: usize,
) -> Result<Vec<Option<Ended>>> {
    let requests = people::signatures(address, number, cookies);
    let next = Arc::new(AtomicUsize::new(0));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (requests, next, answered) = (Arc::clone(&requests), Arc::clone(&next), Arc::clone(&answered));
        tasks.spawn(async move {
            let mut ended = Vec::new();
            let Ok(mut connection) = Connection::open(address).await else { return Ok(ended) };
            loop {
                let person = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(person) else { return Ok(ended) };
                match connection.send(request).await {
                    Ok(answer) => {
                        ensure!(answer.status == 303, "sign: {}", answer.status);
                        ended.push((person, Ended::Acknowledged));
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(_) => {
                        ended.push((person, Ended::Unanswered));
                        return Ok(ended);
                    }
                }
            }
        });
    }
    while answered.load(Ordering::Relaxed) < after && !tasks.is_empty() {
        tokio::task::yield_now().await;
    }
    platform.kill().await;
    let mut all = vec![None; cookies.len()];
    while let Some(ended) = tasks.join_next().await {
        for (person, ended) in ended?? {
            all[person] = Some(ended);
        }
    }
    Ok(all)
}

/// Whether the page offers this person to take their signature back.
async fn has_signed(address: SocketAddr, number: &str, cookies: &str) -> Result<bool> {
    let page = client::get(address, &format!("/petitions/{number}"), cookies);
    let (status, body) = client::once(address, &page).await?;
    ensure!(status == 200, "look at the petition: {status}");
    Ok(String::from_utf8_lossy(&body).contains(&format!("action=\"/petitions/{number}/withdraw\"")))
}
