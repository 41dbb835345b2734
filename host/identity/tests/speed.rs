//! How many sign-ins a second: run with `cargo test -p vzaemo-identity --test speed -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails like a test"
)]

mod support;

use std::sync::Arc;
use std::time::Instant;

use support::*;
use vzaemo_clock::SecurityClock;
use vzaemo_identity::dev::DevProvider;
use vzaemo_identity::{Opening, Provider, SignIn, Transport};

const PERSONS: u32 = 4_000;
const AT_ONCE: u32 = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn whole_sign_ins_with_new_persons() {
    let house = house().await;
    let clock = SecurityClock::real();
    let issuer = "http://localhost:1/dev/id".parse().unwrap();
    let provider = Arc::new(DevProvider::new(&issuer, 7, dev_client(), clock.clone()).unwrap());
    let transport = Transport::Embedded(provider.clone());
    let sign_in = SignIn::new(vec![Provider::new(config(&issuer), transport, clock.clone())], clock);
    let sign_in = Arc::new(sign_in);

    let begun = Instant::now();
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|task| {
            let (sign_in, provider, sessions) =
                (sign_in.clone(), provider.clone(), house.identity.sessions.clone());
            tokio::spawn(async move {
                for number in (task + 1..=PERSONS).step_by(AT_ONCE as usize) {
                    let started = sign_in.start(hint(number)).await.unwrap();
                    let request =
                        http::Request::get(started.redirect.as_str()).body(bytes::Bytes::new()).unwrap();
                    let back = provider.handle(request).await.headers()["location"]
                        .to_str()
                        .unwrap()
                        .parse()
                        .unwrap();
                    let completed =
                        sign_in.complete(answer(&back), Some(started.browser.secret())).await.unwrap();
                    let (token, _) = sessions
                        .open(&completed.attested, Opening::default(), &|_, _| Box::pin(async { Ok(()) }))
                        .await
                        .unwrap();
                    assert!(sessions.lookup(token.secret()).await.unwrap().is_some());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let took = begun.elapsed();
    println!("{PERSONS} sign-ins in {took:.1?}: {:.0}/s", f64::from(PERSONS) / took.as_secs_f64());
}
