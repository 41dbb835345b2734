//! What a power cut takes away and what it leaves. The process that writes is this same test run again.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use vzaemo_power_cut::{arm, begin, cut};

const PLACE: &str = "VZAEMO_TEST_POWER_CUT_PLACE";

fn folders(place: &Path) -> (PathBuf, PathBuf) {
    (place.join("files"), place.join("platters"))
}

#[test]
fn writing_process() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let (folder, platters) = folders(Path::new(&place));
    arm(&folder, &platters).unwrap();

    let mut kept = fs::OpenOptions::new().read(true).write(true).open(folder.join("kept")).unwrap();
    kept.seek(SeekFrom::Start(3)).unwrap();
    kept.write_all(b"SYNCED").unwrap();
    kept.sync_data().unwrap();
    kept.write_all_at(b"lost", 0).unwrap();

    let mut grown = File::create(folder.join("grown")).unwrap();
    grown.write_all(b"0123456789").unwrap();
    grown.set_len(4).unwrap();
    grown.set_len(8).unwrap();
    grown.sync_all().unwrap();
    grown.write_all(b"lost").unwrap();

    File::create(folder.join("never synced")).unwrap().write_all(b"lost").unwrap();

    let mut moved = File::create(folder.join("moved")).unwrap();
    moved.write_all(b"moved").unwrap();
    moved.sync_all().unwrap();
    fs::create_dir(folder.join("inner")).unwrap();
    fs::rename(folder.join("moved"), folder.join("inner/moved")).unwrap();
    moved.write_all(b" lost").unwrap();

    fs::remove_file(folder.join("removed")).unwrap();
    File::create(folder.join("removed")).unwrap().write_all(b"not the old one").unwrap();
}

#[test]
fn what_was_not_synced_is_gone_and_all_else_is_there() {
    let place = tempfile::tempdir().unwrap();
    let (folder, platters) = folders(place.path());
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("kept"), b"a sentence that is kept").unwrap();
    fs::write(folder.join("removed"), b"removed").unwrap();
    fs::write(folder.join("untouched"), b"untouched").unwrap();
    begin(&folder, &platters).unwrap();
    let written = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writing_process"])
        .env(PLACE, place.path())
        .status();
    assert!(written.unwrap().success());
    let read = |name: &str| fs::read(folder.join(name)).ok().map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(read("kept").unwrap(), "lostYNCEDe that is kept", "it was really written");

    cut(&folder, &platters).unwrap();
    assert_eq!(read("kept").unwrap(), "a sSYNCEDe that is kept");
    assert_eq!(read("grown").unwrap(), "0123\0\0\0\0");
    assert_eq!(read("never synced"), None);
    assert_eq!(read("inner/moved").unwrap(), "moved");
    assert_eq!(read("removed"), None, "neither the old one nor the new one");
    assert_eq!(read("untouched").unwrap(), "untouched");
}
