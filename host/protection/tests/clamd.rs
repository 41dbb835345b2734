//! Files and the real daemon of ClamAV, with a database of signatures of our own.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests too

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use vzaemo_protection::{ClamdAddress, ScanError, ScanRound, Scanner};
use vzaemo_storage::files::{About, File, Files, FilesConfig, Kind, State};
use vzaemo_storage::{Config, Storage};

/// The EICAR test file, which every scanner is to report; in two parts, so that none reports this source.
const EICAR: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// A private daemon. It ends with its value.
struct Clamd {
    child: Child,
}

impl Drop for Clamd {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Starts a daemon in a folder whose database knows the EICAR file and nothing else.
fn start(folder: &Path) -> Clamd {
    let database = folder.join("signatures");
    std::fs::create_dir_all(&database).unwrap();
    let signature: String = EICAR.concat().bytes().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(database.join("own.ndb"), format!("Own.Eicar:0:*:{signature}\n")).unwrap();
    let configuration = format!(
        "Foreground yes\nDatabaseDirectory {}\nLocalSocket {}\nTemporaryDirectory {}\nStreamMaxLength 1M\nSelfCheck 0\n",
        database.display(),
        folder.join("clamd.sock").display(),
        folder.display()
    );
    let path = folder.join("clamd.conf");
    std::fs::write(&path, configuration).unwrap();
    let _first_start = std::fs::remove_file(folder.join("clamd.sock"));
    let program = ["/usr/sbin/clamd", "clamd"]
        .into_iter()
        .find(|path| !path.starts_with('/') || Path::new(path).exists());
    let child = Command::new(program.unwrap())
        .arg("--config-file")
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("start clamd, which the package clamav-daemon brings: {error}"));
    let clamd = Clamd { child };
    let begun = Instant::now();
    while std::os::unix::net::UnixStream::connect(folder.join("clamd.sock")).is_err() {
        assert!(begun.elapsed() < Duration::from_mins(1), "clamd does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    clamd
}

struct Place {
    folder: TempDir,
    files: Files,
    scanner: Scanner,
}

async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(Config::new(folder.path())).await.unwrap();
    let config = FilesConfig { scanned: true, ..FilesConfig::new(folder.path().join("files")) };
    let files = Files::open(config, storage).await.unwrap();
    let address = ClamdAddress::Unix(folder.path().join("clamd.sock"));
    let scanner = Scanner::new(files.clone(), address);
    Place { folder, files, scanner }
}

impl Place {
    async fn keep(&self, bytes: &[u8]) -> File {
        let mut upload = self.files.upload(u64::MAX).await.unwrap();
        upload.write(bytes).await.unwrap();
        let about = About {
            name: "note.txt".to_owned(),
            kind: Kind::named("txt").unwrap(),
            owner: None,
            declared: true,
        };
        self.files.keep(upload.finish().await.unwrap(), &about, 0).await.unwrap()
    }

    async fn state(&self, file: &File) -> State {
        self.files.find(&file.id).await.unwrap().unwrap().state
    }
}

#[tokio::test]
async fn malicious_content_is_found_and_kept_from_others() {
    let place = place().await;
    let _clamd = start(place.folder.path());
    let clean = place.keep("Звичайна нотатка.".as_bytes()).await;
    let infected = place.keep(format!("before {} after", EICAR.concat()).as_bytes()).await;
    let large = place.keep(&vec![b'a'; 3 << 20]).await;
    assert!(!place.files.is_cleared(&clean), "nobody gets it before it is scanned");

    let round = place.scanner.round().await.unwrap();
    assert_eq!(round, ScanRound { clean: 1, infected: 1, failed: 1 });
    assert_eq!(place.state(&clean).await, State::Clean);
    assert_eq!(place.state(&infected).await, State::Infected);
    assert_eq!(place.state(&large).await, State::Failed);
    for (file, cleared) in [(&clean, true), (&infected, false), (&large, false)] {
        let file = place.files.find(&file.id).await.unwrap().unwrap();
        assert_eq!(place.files.is_cleared(&file), cleared, "{:?}", file.state);
    }
    assert_eq!(place.scanner.round().await.unwrap(), ScanRound::default());
}

#[tokio::test]
async fn while_the_daemon_is_down_files_wait_and_none_is_lost() {
    let place = place().await;
    let file = place.keep(b"note").await;
    for _ in 0..2 {
        let error = place.scanner.round().await.unwrap_err();
        assert!(matches!(error, ScanError::Clamd { .. }), "{error}");
        assert_eq!(place.state(&file).await, State::Pending);
    }
    let clamd = start(place.folder.path());
    assert_eq!(place.scanner.round().await.unwrap().clean, 1);
    assert_eq!(place.state(&file).await, State::Clean);

    drop(clamd);
    let second = place.keep(b"another note").await;
    assert!(place.scanner.round().await.is_err());
    assert_eq!(place.state(&second).await, State::Pending);
}
