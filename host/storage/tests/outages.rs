//! A PostgreSQL that fails: at any moment, and at the worst one.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests are tests too

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{insert, open_as, put, vote};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use vzaemo_storage::{CommitError, Config, Postgres, Storage, StorageError};
use vzaemo_test_postgres::{End, Server};

const SOON: Duration = Duration::from_secs(30);

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < SOON, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn at(url: String) -> (Config, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let mut config = Config::new(directory.path());
    config.postgres = Some(Postgres::at(url));
    (config, directory)
}

/// What became of the units of a load: by key.
#[derive(Debug, Default)]
struct Outcomes {
    acknowledged: BTreeSet<String>,
    refused: BTreeSet<String>,
}

/// Commits on and on until told to stop.
fn load(
    storage: &Storage,
    name: &str,
    stop: &Arc<AtomicBool>,
    outcomes: &Arc<Mutex<Outcomes>>,
) -> tokio::task::JoinHandle<()> {
    let (storage, name) = (storage.clone(), name.to_owned());
    let (stop, outcomes) = (stop.clone(), outcomes.clone());
    tokio::spawn(async move {
        for round in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let key = format!("{name}-{round}");
            let Ok(mut unit) = storage.begin().await else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            unit.number("votes");
            unit.entry(key.clone().into_bytes());
            if unit.insert("test", "votes", Some(key.clone()), &vote("n", &key).to_string()).await.is_err() {
                continue;
            }
            match unit.commit().await {
                Ok(_) => assert!(outcomes.lock().unwrap().acknowledged.insert(key)),
                Err(CommitError::Storage(StorageError::Unavailable(_)) | CommitError::Busy) => {
                    assert!(outcomes.lock().unwrap().refused.insert(key));
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_commits_outlive_crashes_of_the_server_and_refused_ones_do_not_exist() {
    let mut server = Server::start();
    let (config, _directory) = at(server.schema());
    let nodes = [open_as(config.clone()).await, open_as(config.clone()).await];
    let (stop, outcomes) = (Arc::default(), Arc::default());
    let tasks: Vec<_> =
        (0..24).map(|task| load(&nodes[task % 2], &format!("t{task}"), &stop, &outcomes)).collect();
    let acknowledged = || outcomes.lock().unwrap().acknowledged.len();
    for end in [End::Crash, End::Fast, End::Crash] {
        let before = acknowledged();
        until("commits under load", async || acknowledged() > before + 200).await;
        server.stop(end);
        server.start_again();
    }
    let before = acknowledged();
    until("commits after the last crash", async || acknowledged() > before + 200).await;
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }

    let Outcomes { acknowledged, refused } = std::mem::take(&mut *outcomes.lock().unwrap());
    let mut unit = nodes[0].begin().await.unwrap();
    for key in &acknowledged {
        assert!(unit.get("test", "votes", key).await.unwrap().is_some(), "{key} is lost");
    }
    for key in &refused {
        assert!(unit.get("test", "votes", key).await.unwrap().is_none(), "{key} was refused, but is there");
    }
    let count = acknowledged.len() as u64;
    assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), count);
    let mut entries = BTreeSet::new();
    while let Some(last) = nodes[0].entries(entries.len() as u64, 1000).await.unwrap().pop() {
        let from = entries.len() as u64;
        for entry in nodes[0].entries(from, 1000).await.unwrap() {
            assert!(entries.insert(entry.bytes), "an entry is there twice");
        }
        assert_eq!(entries.len() as u64, last.number + 1);
    }
    assert_eq!(entries.len() as u64, count);
    assert_eq!(nodes[1].verify().await.unwrap(), []);
    // The next number shows that none was lost or given twice.
    let mut unit = nodes[1].begin().await.unwrap();
    unit.number("votes");
    assert_eq!(unit.commit().await.unwrap().numbers[0].value, count + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_its_database_says_so_refuses_at_once_and_recovers_by_itself() {
    let mut server = Server::start();
    let (config, _directory) = at(server.schema());
    let storage = open_as(config).await;
    put(&storage, "notes", "a", json!({"title": "a"})).await;
    let mut unit = storage.begin().await.unwrap();
    insert(&mut unit, "notes", "b", json!({"title": "b"})).await;
    server.stop(End::Fast);
    assert!(matches!(unit.commit().await, Err(CommitError::Storage(StorageError::Unavailable(_)))));
    until("the node is paused", async || storage.is_paused()).await;
    let begun = Instant::now();
    assert!(matches!(storage.begin().await, Err(StorageError::Unavailable(_))));
    assert!(begun.elapsed() < Duration::from_millis(500), "nobody waits in vain");

    server.start_again();
    until("the node goes on", async || !storage.is_paused()).await;
    put(&storage, "notes", "b", json!({"title": "b"})).await;
    assert_eq!(storage.verify().await.unwrap(), []);
}

/// Stands between a node and its server and cuts the connection at a commit.
struct Between {
    folder: TempDir,
    cut: Arc<AtomicU8>,
}

const NOT: u8 = 0;
/// The server never hears of the commit.
const BEFORE: u8 = 1;
/// The server commits, and nobody hears of it.
const AFTER: u8 = 2;

impl Between {
    fn new(server: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let cut = Arc::new(AtomicU8::new(NOT));
        let shared = cut.clone();
        tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                tokio::spawn(pass(node, server.clone(), shared.clone()));
            }
        });
        Self { folder, cut }
    }
}

async fn pass(node: UnixStream, server: PathBuf, cut: Arc<AtomicU8>) {
    let Ok(server) = UnixStream::connect(server).await else { return };
    let (mut from_node, mut to_node) = node.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_node).await });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_node.read(&mut bytes).await {
        let said = &bytes[..length];
        if said.windows(7).any(|part| part == b"COMMIT\0") {
            match cut.swap(NOT, Ordering::Relaxed) {
                BEFORE => break,
                AFTER => {
                    back.abort();
                    let _ = back.await;
                    to_server.write_all(said).await.unwrap();
                    // Long enough for the server to have committed before it notices that nobody is there.
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    return;
                }
                _ => {}
            }
        }
        if to_server.write_all(said).await.is_err() {
            break;
        }
    }
    back.abort();
}

#[tokio::test]
async fn a_commit_that_is_not_answered_is_looked_up_and_done_once() {
    let server = vzaemo_test_postgres::shared();
    let url = server.schema();
    let folder = server.folder();
    let between = Between::new(Path::new(folder).join(".s.PGSQL.5432"));
    let cut_url = url.replace(&folder.display().to_string(), &between.folder.path().display().to_string());
    let (config, _directory) = at(cut_url);
    let storage = open_as(config).await;
    for (cut, key) in [(AFTER, "a"), (BEFORE, "b"), (NOT, "c")] {
        let mut changes = storage.changes();
        let mut unit = storage.begin().await.unwrap();
        unit.number("votes");
        unit.entry(key.as_bytes().to_vec());
        insert(&mut unit, "votes", key, vote("n", key)).await;
        between.cut.store(cut, Ordering::Relaxed);
        let done = tokio::time::timeout(SOON, unit.commit()).await.unwrap().unwrap();
        assert_eq!(between.cut.load(Ordering::Relaxed), NOT, "the connection was cut at the commit");
        assert_eq!(changes.recv().await.unwrap().position, done.position);
    }
    let mut unit = storage.begin().await.unwrap();
    assert_eq!(unit.count("test", "votes", "votes", "n").await.unwrap(), 3);
    assert_eq!((unit.position(), storage.entry_count().await.unwrap()), (3, 3));
    assert_eq!(storage.verify().await.unwrap(), []);
}
