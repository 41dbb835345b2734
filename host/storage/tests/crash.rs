//! Whatever was acknowledged is there after the process was killed in the middle of its work, and after the machine has
//! lost power.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Engine, insert, on_both_engines, open_as, vote};
use vzaemo_storage::{Config, Postgres, Synchronous};

on_both_engines! { acknowledged_commits_outlive_a_kill }

const DIRECTORY: &str = "VZAEMO_TEST_CRASH_DIRECTORY";
const DATABASE: &str = "VZAEMO_TEST_CRASH_DATABASE";
/// Where the platters of the disk are that can lose power, and whether SQLite waits for it too seldom.
const PLATTERS: &str = "VZAEMO_TEST_CRASH_PLATTERS";
const NORMAL: &str = "VZAEMO_TEST_CRASH_NORMAL";
/// How often the power is cut.
const CUTS: &str = "VZAEMO_POWER_CUTS";

/// The process that gets killed: this same test run again with the directory named in its environment. Each line of
/// its output is the key of a document whose commit was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn writing_process() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    if let Some(platters) = std::env::var_os(PLATTERS) {
        vzaemo_power_cut::arm(Path::new(&directory), Path::new(&platters)).unwrap();
    }
    let mut config = Config::new(directory);
    config.postgres = std::env::var(DATABASE).ok().map(Postgres::at);
    if std::env::var_os(NORMAL).is_some() {
        config.synchronous = Synchronous::Normal;
    }
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

/// Lets the process write until so many more keys are acknowledged, then kills it.
fn write_until_killed(
    config: &Config,
    acknowledged: &mut BTreeSet<String>,
    more: usize,
    environment: &[(&str, &Path)],
) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writing_process", "--nocapture"])
        .env(DIRECTORY, &config.directory)
        .envs(config.postgres.iter().map(|database| (DATABASE, &database.url)))
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    let wanted = acknowledged.len() + more;
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
}

/// Which of the acknowledged keys are not there; the storage itself is whole.
async fn lost(config: &Config, acknowledged: &BTreeSet<String>) -> Vec<String> {
    let storage = open_as(config.clone()).await;
    let mut unit = storage.begin().await.unwrap();
    let mut lost = Vec::new();
    for key in acknowledged {
        if unit.get("test", "votes", key).await.unwrap().is_none() {
            lost.push(key.clone());
        }
    }
    let count = unit.count("test", "votes", "votes", "n").await.unwrap();
    assert!(count >= (acknowledged.len() - lost.len()) as u64);
    assert_eq!((storage.position(), storage.entry_count().await.unwrap()), (count, count));
    drop(unit);
    assert_eq!(storage.verify().await.unwrap(), []);
    storage.close().await;
    lost
}

async fn acknowledged_commits_outlive_a_kill(engine: Engine) {
    let (config, _directory) = engine.place();
    let mut acknowledged = BTreeSet::new();
    for round in 1..=5 {
        write_until_killed(&config, &mut acknowledged, 150 * round, &[]);
        assert_eq!(lost(&config, &acknowledged).await, [] as [String; 0], "round {round}");
    }
}

/// Writes, has the process killed and everything thrown away that was not synced, and tells what is lost.
async fn power_cut(
    config: &Config,
    platters: &Path,
    acknowledged: &mut BTreeSet<String>,
    more: usize,
    environment: &[(&str, &Path)],
) -> Vec<String> {
    vzaemo_power_cut::begin(&config.directory, platters).unwrap();
    let environment = [&[(PLATTERS, platters)], environment].concat();
    write_until_killed(config, acknowledged, more, &environment);
    vzaemo_power_cut::cut(&config.directory, platters).unwrap();
    lost(config, acknowledged).await
}

#[tokio::test]
async fn acknowledged_commits_outlive_power_cuts() {
    let (config, _directory) = Engine::Sqlite.place();
    let platters = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    let cuts = std::env::var(CUTS).map_or(10, |cuts| cuts.parse().unwrap());
    for cut in 0..cuts {
        // Another place each time, sometimes before the log is written back and sometimes after.
        let more = 20 + cut * 97 % 700;
        let lost = power_cut(&config, platters.path(), &mut acknowledged, more, &[]).await;
        assert_eq!(lost, [] as [String; 0], "cut {cut}, {} acknowledged", acknowledged.len());
    }
    println!("0 of {} acknowledged commits lost over {cuts} power cuts", acknowledged.len());
}

/// The test above can fail: where SQLite waits for the disk too seldom, it does.
#[tokio::test]
async fn power_cuts_take_what_was_not_waited_for() {
    let (config, _directory) = Engine::Sqlite.place();
    let platters = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    // The tables are there and durable before the first cut.
    open_as(config.clone()).await.close().await;
    let normal = [(NORMAL, Path::new("1"))];
    // Only a cut right after the log was written back would take nothing.
    let mut all = 0;
    for _ in 0..3 {
        let lost = power_cut(&config, platters.path(), &mut acknowledged, 100, &normal).await;
        all += lost.len();
        acknowledged.retain(|key| !lost.contains(key));
    }
    assert!(all > 0, "a power cut takes nothing from a log that was not synced");
    println!("{all} acknowledged commits lost over 3 power cuts without waiting for the disk");
}
