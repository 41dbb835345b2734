//! Many documents: a page costs what a page costs, wherever it stands, and no more is in memory than a portion.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::process::Command;

use common::{Engine, on_both_engines, open, open_as};
use serde_json::json;
use vzaemo_storage::{Config, Cursor, KEY, Op, Postgres, Query, Storage, dump, inspect};

on_both_engines! {
    pages_and_export_give_every_document_once
    an_export_is_of_one_moment
    no_more_is_in_memory_than_a_portion
}

const MANY: u32 = 10_000;
/// How much each document weighs, about: together 30 MB.
const BYTES: usize = 3000;
/// What reading all of them may add to the memory of the process.
const MOST_KIB: u64 = 16 * 1024;
const DIRECTORY: &str = "VZAEMO_TEST_SIZE_DIRECTORY";
const DATABASE: &str = "VZAEMO_TEST_SIZE_DATABASE";

async fn fill(storage: &Storage, many: u32, bytes: usize) {
    let title = "т".repeat(bytes / 2);
    for first in (0..many).step_by(1000) {
        let mut unit = storage.begin().await.unwrap();
        for one in first..many.min(first + 1000) {
            let body = json!({"title": title, "state": format!("s{}", one % 4), "weight": one});
            let key = format!("{:08}", one * 7 % many);
            unit.insert("test", "notes", Some(key), &body.to_string()).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

async fn pages_and_export_give_every_document_once(engine: Engine) {
    let place = open(engine).await;
    fill(&place.storage, 5000, 10).await;
    let mut exported = Vec::new();
    let mut export = place.storage.export("test", "notes").await.unwrap();
    assert_eq!(export.position(), place.storage.position());
    while let Some(document) = export.next().await.unwrap() {
        exported.push(document.key);
    }
    assert!(export.next().await.unwrap().is_none(), "it stays over");
    export.end().await.unwrap();
    assert!(exported.is_sorted() && exported.len() == 5000, "{}", exported.len());
    assert!(place.storage.export("test", "nothing").await.is_err());

    for query in [Query::of("notes").ascending(KEY), Query::of("notes").descending(KEY)] {
        let (mut listed, mut after) = (Vec::new(), None::<Cursor>);
        loop {
            let mut unit = place.storage.begin().await.unwrap();
            let query = query.clone().limit(333).after(after);
            let rows = unit.select("test", &query).await.unwrap();
            listed.extend(rows.keys);
            after = rows.next;
            if after.is_none() {
                break;
            }
        }
        listed.sort();
        assert_eq!(listed, exported);
    }
}

async fn an_export_is_of_one_moment(engine: Engine) {
    let place = open(engine).await;
    fill(&place.storage, 2000, 10).await;
    let mut export = place.storage.export("test", "notes").await.unwrap();
    let first = export.next().await.unwrap().unwrap();
    // What comes, goes and changes meanwhile, further on.
    let mut unit = place.storage.begin().await.unwrap();
    unit.insert("test", "notes", Some("00001500a".into()), r#"{"title":"new"}"#).await.unwrap();
    unit.remove("test", "notes", "00001600", 1).await.unwrap();
    unit.replace("test", "notes", "00001700", 1, r#"{"title":"changed"}"#).await.unwrap();
    unit.commit().await.unwrap();
    let mut keys = vec![first.key];
    while let Some(document) = export.next().await.unwrap() {
        assert!(!document.body.contains("new") && !document.body.contains("changed"));
        keys.push(document.key);
    }
    assert_eq!(keys.len(), 2000);
    assert!(keys.contains(&"00001600".to_owned()));
}

/// The most memory that this process has ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

/// The process whose memory is measured: this same test run again on a storage that holds the documents.
#[tokio::test]
async fn reading_process() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let mut config = Config::new(directory);
    config.postgres = std::env::var(DATABASE).ok().map(Postgres::at);
    let storage = open_as(config.clone()).await;
    let mut unit = storage.begin().await.unwrap();
    let query = Query::of("notes").equal("state", "s1").when("weight", Op::Ge, "100").fields(&["weight"]);
    assert_eq!(unit.select("test", &query).await.unwrap().keys.len(), 100);
    drop(unit);
    let before = peak();

    let mut export = storage.export("test", "notes").await.unwrap();
    let (mut documents, mut bytes) = (0, 0);
    while let Some(document) = export.next().await.unwrap() {
        documents += 1;
        bytes += document.body.len();
    }
    export.end().await.unwrap();
    assert!(documents == MANY && bytes > MANY as usize * BYTES, "{documents} of {bytes} bytes");
    let exported = peak();
    assert!(
        exported < before + MOST_KIB,
        "an export of {bytes} bytes: {before} KiB before, {exported} after"
    );

    let out = tempfile::tempfile().unwrap();
    let dumped = dump(&config, std::io::BufWriter::new(&out)).await.unwrap();
    std::io::Seek::rewind(&mut &out).unwrap();
    assert_eq!(inspect(std::io::BufReader::new(&out), |_| ()).unwrap(), dumped);
    let after = peak();
    assert!(after < before + MOST_KIB, "a dump of {bytes} bytes: {before} KiB before, {after} after");
    storage.close().await;
}

async fn no_more_is_in_memory_than_a_portion(engine: Engine) {
    let place = open(engine).await;
    fill(&place.storage, MANY, BYTES).await;
    place.storage.close().await;
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "reading_process", "--nocapture"])
        .env(DIRECTORY, place.directory.path())
        .envs(place.config.postgres.iter().map(|database| (DATABASE, &database.url)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
