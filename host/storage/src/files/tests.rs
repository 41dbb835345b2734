//! What is left when the process dies between any two steps, and that a sweep leaves neither an orphan nor a hole.

use std::path::Path;

use futures::TryStreamExt as _;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::{Collection, Config, Unit};

const DAY: i64 = 24 * 60 * 60 * 1000;

struct Opened {
    folder: TempDir,
    files: Files,
}

async fn open_in(folder: &Path) -> Files {
    let storage = Storage::open(Config::new(folder)).await.unwrap();
    let notes = json!({"type": "object", "properties": {"file": {"type": "string"}}});
    storage.declare("notes", &[Collection::new("notes", notes)]).await.unwrap();
    let mut config = FilesConfig::new(folder.join("files"));
    config.largest = 1 << 20;
    // Real time does not pass in a test: temporary files are swept at once, records by the moment that is given.
    Files::open(config, storage).await.unwrap()
}

async fn open() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let files = open_in(folder.path()).await;
    Opened { folder, files }
}

async fn spool(files: &Files, bytes: &[u8]) -> Spooled {
    let mut upload = files.upload(u64::MAX).await.unwrap();
    for part in bytes.chunks(7) {
        upload.write(part).await.unwrap();
    }
    upload.finish().await.unwrap()
}

fn about(owner: Option<&str>) -> About {
    About {
        name: "note.txt".to_owned(),
        kind: Kind::named("txt").unwrap(),
        owner: owner.map(str::to_owned),
        declared: true,
    }
}

async fn keep(files: &Files, bytes: &[u8], now: i64) -> Result<File, FilesError> {
    let spooled = spool(files, bytes).await;
    files.keep(spooled, &about(Some("olena")), now).await
}

async fn named_by(files: &Files, key: &str, ids: &[String], now: i64) -> Result<(), Unnameable> {
    let mut unit = files.0.storage.begin().await.map_err(crate::WriteError::from)?;
    write_note(&mut unit, key, ids).await;
    name(&mut unit, &Place::new("notes", "notes", key), ids, now).await?;
    unit.commit().await.unwrap();
    Ok(())
}

async fn write_note(unit: &mut Unit, key: &str, ids: &[String]) {
    let body = json!({"file": ids.first()}).to_string().replace("null", "\"\"");
    match unit.get("notes", "notes", key).await.unwrap() {
        Some(old) => unit.replace("notes", "notes", key, old.revision, &body).await.unwrap(),
        None => drop(unit.insert("notes", "notes", Some(key.to_owned()), &body).await.unwrap()),
    }
}

async fn bytes_of(files: &Files, digest: &str) -> Result<Vec<u8>, FilesError> {
    let parts: Vec<bytes::Bytes> = files.content(digest).await?.bytes.try_collect().await?;
    Ok(parts.concat())
}

/// Every file below a folder.
fn on_disk(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(on_disk(&entry.path()));
        } else {
            found.push(entry.file_name().into_string().unwrap());
        }
    }
    found.sort();
    found
}

impl Opened {
    fn on_disk(&self) -> Vec<String> {
        on_disk(&self.folder.path().join("files"))
    }

    fn interrupt(&self, step: Step) {
        *self.files.0.interrupt.lock().unwrap() = Some(step);
    }
}

#[tokio::test]
async fn a_file_is_kept_by_its_digest_and_read_again() {
    let place = open().await;
    let file = keep(&place.files, "Нотатка".as_bytes(), 5).await.unwrap();
    assert_eq!(file.digest, hex::encode(<sha2::Sha256 as sha2::Digest>::digest("Нотатка".as_bytes())));
    assert_eq!((file.state, file.size, file.media_type.as_str()), (State::Pending, 14, "text/plain"));
    assert_eq!(bytes_of(&place.files, &file.digest).await.unwrap(), "Нотатка".as_bytes());
    assert_eq!(place.on_disk(), [file.digest.as_str()]);
    let other = keep(&place.files, "Нотатка".as_bytes(), 6).await.unwrap();
    assert_ne!(file.id, other.id);
    assert_eq!(place.on_disk(), [file.digest.as_str()]);
}

#[tokio::test]
async fn what_is_too_large_leaves_nothing_behind() {
    let place = open().await;
    let mut upload = place.files.upload(10).await.unwrap();
    upload.write(b"0123456789").await.unwrap();
    assert!(matches!(upload.write(b"x").await, Err(UploadError::TooLarge { most: 10 })));
    drop(upload);
    let mut upload = place.files.upload(u64::MAX).await.unwrap();
    assert!(upload.write(&vec![0; (1 << 20) + 1]).await.is_err(), "the platform's own limit holds");
    drop(upload);
    drop(spool(&place.files, b"never kept").await);
    assert_eq!(place.on_disk(), [""; 0]);
}

/// An upload that dies after each of its steps, and the sweep a day later: nothing is left, and before it nothing can be
/// named whose content is not there.
#[tokio::test]
async fn an_upload_that_dies_is_swept_whole() {
    for step in [Step::Spooled, Step::Recorded, Step::Published, Step::Held] {
        let place = open().await;
        place.interrupt(step);
        assert!(keep(&place.files, b"note", 0).await.is_err(), "{step:?}");
        let mut unit = place.files.0.storage.begin().await.unwrap();
        let ids = record::loose_since(&mut unit, i64::MAX, 10).await.unwrap();
        drop(unit);
        assert_eq!(ids.len(), usize::from(step != Step::Spooled), "{step:?}");
        for id in &ids {
            let named = named_by(&place.files, "1", std::slice::from_ref(id), 1).await;
            match (step, named) {
                (Step::Held, Ok(())) => {
                    let file = place.files.find(id).await.unwrap().unwrap();
                    assert_eq!(bytes_of(&place.files, &file.digest).await.unwrap(), b"note");
                    named_by(&place.files, "1", &[], 1).await.unwrap();
                }
                (Step::Held, Err(error)) => panic!("{error}"),
                (_, named) => assert!(matches!(named, Err(Unnameable::Missing(_))), "{step:?}"),
            }
        }
        // Begun anew, as after a crash.
        let Opened { folder, files } = place;
        drop(files);
        let files = open_in(folder.path()).await;
        assert_eq!(files.sweep(DAY - 1).await.unwrap().records, 0, "{step:?}: the grace is not over");
        let swept = files.sweep(DAY + 1).await.unwrap();
        assert_eq!(swept.records, ids.len(), "{step:?}");
        assert_eq!(on_disk(&folder.path().join("files")), [""; 0], "{step:?}");
    }
}

/// A sweep that dies after each of its steps is gone on with, and an upload of the same bytes meanwhile is not lost.
#[tokio::test]
async fn a_sweep_that_dies_is_gone_on_with() {
    for step in [Step::Doomed, Step::Removed] {
        let place = open().await;
        keep(&place.files, b"note", 0).await.unwrap();
        place.interrupt(step);
        assert!(place.files.sweep(DAY).await.is_err(), "{step:?}");
        // The same bytes are not taken while their removal is under way: they would be removed with it.
        let spooled = spool(&place.files, b"note").await;
        let taken = place.files.keep(spooled, &about(None), DAY).await;
        assert!(matches!(taken, Err(FilesError::Busy)), "{step:?}: {taken:?}");
        // Nobody else goes on before the lease is over.
        assert_eq!(place.files.sweep(DAY + 60_000).await.unwrap().contents, 0, "{step:?}");
        let swept = place.files.sweep(DAY + 11 * 60_000).await.unwrap();
        assert_eq!((swept.records, swept.contents), (0, 1), "{step:?}");
        assert_eq!(place.on_disk(), [""; 0], "{step:?}");
        let file = keep(&place.files, b"note", DAY).await.unwrap();
        assert_eq!(bytes_of(&place.files, &file.digest).await.unwrap(), b"note");
    }
}

#[tokio::test]
async fn content_goes_with_the_last_file_that_has_it() {
    let place = open().await;
    let (one, other) =
        (keep(&place.files, b"note", 0).await.unwrap(), keep(&place.files, b"note", 0).await.unwrap());
    named_by(&place.files, "1", std::slice::from_ref(&other.id), 0).await.unwrap();
    let swept = place.files.sweep(DAY).await.unwrap();
    assert_eq!((swept.records, swept.contents), (1, 0));
    assert!(place.files.find(&one.id).await.unwrap().is_none());
    assert_eq!(bytes_of(&place.files, &other.digest).await.unwrap(), b"note");
    named_by(&place.files, "1", &[], DAY).await.unwrap();
    assert_eq!(place.files.sweep(DAY).await.unwrap(), Swept::default(), "its grace has just begun");
    let swept = place.files.sweep(2 * DAY).await.unwrap();
    assert_eq!((swept.records, swept.contents), (1, 1));
    assert_eq!(place.on_disk(), [""; 0]);
}

#[tokio::test]
async fn a_file_stays_as_long_as_any_document_names_it() {
    let place = open().await;
    let file = keep(&place.files, b"note", 0).await.unwrap();
    let ids = [file.id.clone(), file.id.clone()];
    named_by(&place.files, "1", &ids, 0).await.unwrap();
    named_by(&place.files, "2", &ids, 0).await.unwrap();
    assert_eq!(place.files.find(&file.id).await.unwrap().unwrap().named.len(), 2);
    named_by(&place.files, "1", &[], 0).await.unwrap();
    assert_eq!(place.files.sweep(10 * DAY).await.unwrap().records, 0);
    let found = place.files.find(&file.id).await.unwrap().unwrap();
    assert!(found.is_named_in("notes") && !found.is_named_in("votes"));
    let missing = named_by(&place.files, "2", &["nobody-has-it".to_owned()], 0).await;
    assert!(matches!(missing, Err(Unnameable::Missing(_))));
    assert!(place.files.find(&file.id).await.unwrap().unwrap().is_named_in("notes"), "nothing was committed");
}

/// Naming and sweeping the same file: one of them wins, whichever commits first.
#[tokio::test]
async fn a_document_and_a_sweep_cannot_both_have_it() {
    let place = open().await;
    let file = keep(&place.files, b"note", 0).await.unwrap();
    let mut unit = place.files.0.storage.begin().await.unwrap();
    write_note(&mut unit, "1", std::slice::from_ref(&file.id)).await;
    let notes = Place::new("notes", "notes", "1");
    name(&mut unit, &notes, std::slice::from_ref(&file.id), 0).await.unwrap();
    assert_eq!(place.files.sweep(DAY).await.unwrap().records, 1);
    assert!(unit.commit().await.unwrap_err().is_retryable());
    let gone = named_by(&place.files, "1", &[file.id], DAY).await;
    assert!(matches!(gone, Err(Unnameable::Missing(_))));
}

#[tokio::test]
async fn files_of_nobody_are_counted_and_claimed() {
    let place = open().await;
    let spooled = spool(&place.files, b"12345").await;
    let file = place.files.keep(spooled, &about(None), 0).await.unwrap();
    assert_eq!(place.files.unowned_bytes().await.unwrap(), 5);
    place.files.claim(&file.id, "olena").await.unwrap();
    place.files.claim(&file.id, "taras").await.unwrap();
    assert_eq!(place.files.find(&file.id).await.unwrap().unwrap().owner.as_deref(), Some("olena"));
    assert_eq!(place.files.unowned_bytes().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_not_cleared_is_for_its_owner_only() {
    let place = open().await;
    let file = keep(&place.files, b"note", 0).await.unwrap();
    assert!(place.files.is_cleared(&file), "nobody scans, so nothing waits");
    assert_eq!(place.files.pending(10).await.unwrap().len(), 1);
    place.files.found(&file.id, State::Infected).await.unwrap();
    let found = place.files.find(&file.id).await.unwrap().unwrap();
    assert!(!place.files.is_cleared(&found));
    assert_eq!(place.files.pending(10).await.unwrap(), []);
}
