//! Files and a process that is killed in the middle of its work: a document that was acknowledged has its file, and what
//! belongs to none is swept.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests too

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::TryStreamExt as _;
use serde_json::json;
use vzaemo_storage::files::{self, About, Files, FilesConfig, Kind, Place};
use vzaemo_storage::{Collection, Config, KEY, Query, Storage};

/// A moment after all others, in milliseconds since 1970.
const FAR: i64 = 4_000_000_000_000;
const DIRECTORY: &str = "VZAEMO_TEST_FILES_DIRECTORY";

async fn open(folder: &Path) -> (Storage, Files) {
    let storage = Storage::open(Config::new(folder)).await.unwrap();
    let notes = json!({"type": "object", "required": ["file"], "properties": {"file": {"type": "string"}}});
    storage.declare("notes", &[Collection::new("notes", notes)]).await.unwrap();
    // No grace: whatever no document names is swept at once.
    let config = FilesConfig { grace: Duration::ZERO, ..FilesConfig::new(folder.join("files")) };
    let files = Files::open(config, storage.clone()).await.unwrap();
    (storage, files)
}

/// The process that gets killed: this same test run again with the directory named in its environment. Each line of
/// its output is the key of a note whose commit was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn writing_process() {
    let Some(folder) = std::env::var_os(DIRECTORY) else { return };
    let (storage, files) = open(Path::new(&folder)).await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (storage, files) = (storage.clone(), files.clone());
            tokio::spawn(async move {
                for turn in 0_u64.. {
                    let mut upload = files.upload(u64::MAX).await.unwrap();
                    // Some bytes are sent again and again, so that files share their content.
                    let text = format!("note {} of {}\n", turn % 7, writer % 3).repeat(2000);
                    upload.write(text.as_bytes()).await.unwrap();
                    let about = About {
                        name: "note.txt".to_owned(),
                        kind: Kind::named("txt").unwrap(),
                        owner: None,
                        declared: true,
                    };
                    let file = files.keep(upload.finish().await.unwrap(), &about, 0).await.unwrap();
                    if turn % 3 == 0 {
                        continue; // one that no document will ever name
                    }
                    let mut unit = storage.begin().await.unwrap();
                    let key = file.id.clone();
                    let body = json!({"file": file.id}).to_string();
                    unit.insert("notes", "notes", Some(key.clone()), &body).await.unwrap();
                    let place = Place::new("notes", "notes", &key);
                    files::name(&mut unit, &place, &[file.id], 0).await.unwrap();
                    unit.commit().await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "named-{key}").unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    futures::future::join_all(writers).await;
}

/// The files below a folder, by name.
fn below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            below(&entry.path(), found);
        } else {
            found.insert(entry.file_name().into_string().unwrap());
        }
    }
}

#[tokio::test]
async fn after_a_kill_every_document_has_its_file_and_nothing_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 1..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writing_process", "--nocapture"])
            .env(DIRECTORY, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (mut line, wanted) = (String::new(), acknowledged.len() + 12 * round);
        while lines.read_line(&mut line).unwrap() > 0 {
            // Half a line at the end is an acknowledgement that did not get out.
            if let Some(key) = line.strip_suffix('\n').and_then(|line| line.strip_prefix("named-")) {
                acknowledged.insert(key.to_owned());
                if acknowledged.len() == wanted {
                    child.kill().unwrap();
                }
            }
            line.clear();
        }
        child.wait().unwrap();

        let (storage, files) = open(folder.path()).await;
        while files.sweep(FAR).await.unwrap() != files::Swept::default() {}
        let mut unit = storage.begin().await.unwrap();
        let notes = unit.select("notes", &Query::of("notes").ascending(KEY).limit(1000)).await.unwrap().keys;
        drop(unit);
        for key in &acknowledged {
            assert!(notes.contains(key), "{key} is lost after round {round}");
        }
        let mut digests = BTreeSet::new();
        for id in &notes {
            let file = files.find(id).await.unwrap().unwrap_or_else(|| panic!("{id} has no record"));
            let bytes: Vec<bytes::Bytes> =
                files.content(&file.digest).await.unwrap().bytes.try_collect().await.unwrap();
            let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes.concat()));
            assert_eq!(digest, file.digest);
            digests.insert(digest);
        }
        let mut found = BTreeSet::new();
        below(&folder.path().join("files"), &mut found);
        assert_eq!(found, digests, "nothing but named content stays after round {round}");
        storage.close().await;
    }
}
