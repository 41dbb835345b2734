//! Whatever was acknowledged is there after the process was killed in the middle of its work.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

use common::{Engine, insert, on_both_engines, open_as, vote};
use vzaemo_storage::{Config, Postgres};

on_both_engines! { acknowledged_commits_outlive_a_kill }

const DIRECTORY: &str = "VZAEMO_TEST_CRASH_DIRECTORY";
const DATABASE: &str = "VZAEMO_TEST_CRASH_DATABASE";

/// The process that gets killed: this same test run again with the directory named in its environment. Each line of
/// its output is the key of a document whose commit was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn writing_process() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let mut config = Config::new(directory);
    config.postgres = std::env::var(DATABASE).ok().map(Postgres::at);
    let storage = open_as(config).await;
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let storage = storage.clone();
            tokio::spawn(async move {
                loop {
                    let mut unit = storage.begin().await.unwrap();
                    let number = unit.number("votes");
                    let key = format!("acknowledged-{number}");
                    insert(&mut unit, "votes", &key, vote("n", &number)).await;
                    unit.entry(key.clone().into_bytes());
                    let key = unit.commit().await.unwrap().substitute(&key);
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{key}").unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    futures::future::join_all(writers).await;
}

async fn acknowledged_commits_outlive_a_kill(engine: Engine) {
    let (config, directory) = engine.place();
    let mut acknowledged = BTreeSet::new();
    for round in 1..=5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writing_process", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .envs(config.postgres.iter().map(|database| (DATABASE, &database.url)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let wanted = acknowledged.len() + 150 * round;
        while lines.read_line(&mut line).unwrap() > 0 {
            // Half a line at the end is an acknowledgement that did not get out.
            if line.ends_with('\n') && line.starts_with("acknowledged-") {
                assert!(acknowledged.insert(line.trim_end().to_owned()), "{line} was given twice");
                if acknowledged.len() == wanted {
                    child.kill().unwrap();
                }
            }
            line.clear();
        }
        child.wait().unwrap();
        assert!(acknowledged.len() >= wanted);

        let storage = open_as(config.clone()).await;
        let mut unit = storage.begin().await.unwrap();
        for key in &acknowledged {
            assert!(
                unit.get("test", "votes", key).await.unwrap().is_some(),
                "{key} is lost after round {round}"
            );
        }
        let count = unit.count("test", "votes", "votes", "n").await.unwrap();
        assert!(count >= acknowledged.len() as u64);
        assert_eq!((storage.position(), storage.entry_count().await.unwrap()), (count, count));
        drop(unit);
        assert_eq!(storage.verify().await.unwrap(), []);
        storage.close().await;
    }
}
