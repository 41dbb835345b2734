//! A private PostgreSQL server for tests: Debian's binaries, a data folder of its own, a Unix socket in it.
//!
//! Everything fails by panicking with a sentence: a machine without PostgreSQL is a failure, never a reason to skip.
//! The server ends with the test process, however that ends, and takes its folder along.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long the server may take to start, the recovery after a crash included.
const START: Duration = Duration::from_mins(1);
/// The role and the database of the tests.
const NAME: &str = "vzaemo";
/// Runs the server until it is told a signal for it, or until nobody holds the other end of the pipe any more: then
/// the test process is gone and the folder goes too.
const KEEPER: &str = r#"
folder=$1; shift
"$@" &
server=$!
if read -r signal; then kill -s "$signal" "$server"; wait "$server"; exit 0; fi
kill -s QUIT "$server"; wait "$server"; rm -rf "$folder"
"#;

/// A server. Dropped, it is gone with all its data.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    /// Whom it runs as: it refuses to be root.
    user: Option<&'static str>,
    keeper: Option<Child>,
    schemas: AtomicU32,
}

/// How a server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Open transactions are rolled back, connections closed, everything written out.
    Fast,
    /// As if the machine had failed: connections break off, the next start recovers from the log.
    Crash,
}

/// The server that all tests of this process share, started when the first one asks.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(Server::start)
}

impl Server {
    /// Makes a data folder and starts a server on it.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("vzaemo-pg-").tempdir().expect("make a folder");
        let user = other_user();
        if let Some(user) = user {
            let changed = Command::new("chown").arg(user).arg(folder.path()).status();
            assert!(changed.is_ok_and(|status| status.success()), "give the folder to {user}");
        }
        let mut server = Server { folder: folder.keep(), user, keeper: None, schemas: AtomicU32::default() };
        let made = server
            .command("initdb")
            .arg("-D")
            .arg(server.data())
            .args(["-A", "trust", "-U", NAME, "-E", "UTF8", "--locale=C", "--no-sync"])
            .output();
        said_well("initdb", made);
        server.start_again();
        server.sql("postgres", &format!("CREATE DATABASE {NAME}"));
        server
    }

    /// Starts the server after [`stop`](Self::stop) and waits until it takes connections.
    pub fn start_again(&mut self) {
        assert!(self.keeper.is_none(), "the server runs already");
        let mut run = self.command("sh");
        run.arg("-c").arg(KEEPER).arg("keeper").arg(&self.folder);
        run.arg(bin("postgres")).arg("-D").arg(self.data()).arg("-k").arg(&self.folder);
        run.args(["-c", "listen_addresses=", "-c", "max_connections=500", "-c", "fsync=on"]);
        let log = std::fs::File::options().create(true).append(true).open(self.log());
        let log = log.expect("open the server's log");
        run.stdin(Stdio::piped()).stdout(log.try_clone().expect("the log twice")).stderr(log);
        self.keeper = Some(run.spawn().expect("start the server"));
        let begun = Instant::now();
        while !self.answers() {
            assert!(begun.elapsed() < START, "PostgreSQL does not start:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server and waits until it has ended; its data stay.
    pub fn stop(&mut self, end: End) {
        let mut keeper = self.keeper.take().expect("the server runs");
        let signal: &[u8] = match end {
            End::Fast => b"INT\n",
            End::Crash => b"QUIT\n",
        };
        keeper.stdin.take().expect("it is piped").write_all(signal).expect("tell the server to end");
        keeper.wait().expect("wait for the server");
    }

    /// A schema of its own in the server's database: as good as a database, but made in a moment. Its address leads
    /// every connection into it.
    pub fn schema(&self) -> String {
        let name = format!("s{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        self.sql(NAME, &format!("CREATE SCHEMA {name}"));
        format!("{}&options=-csearch_path%3D{name}", self.url())
    }

    /// The address of the server's database.
    pub fn url(&self) -> String {
        format!("postgres://{NAME}@localhost/{NAME}?host={}", self.folder.display())
    }

    /// Runs SQL in a database as its owner and returns what it gave, unaligned.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(bin("psql"));
        psql.arg("-h").arg(&self.folder).args(["-U", NAME, "-d", database, "-XAtq"]);
        said_well("psql", psql.args(["-v", "ON_ERROR_STOP=1", "-c", sql]).output())
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server has logged.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn answers(&self) -> bool {
        let mut ask = Command::new(bin("pg_isready"));
        ask.arg("-h").arg(&self.folder).args(["-q", "-d", "postgres", "-U", NAME]);
        ask.status().is_ok_and(|status| status.success())
    }

    /// A command of the server's, run as whom it runs.
    fn command(&self, name: &str) -> Command {
        let program = if name == "sh" { PathBuf::from(name) } else { bin(name) };
        let mut command = match self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                let group = said_well("id", Command::new("id").args(["-g", user]).output());
                command.arg(format!("--reuid={user}")).arg(format!("--regid={}", group.trim()));
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        command.current_dir(&self.folder).env("LC_ALL", "C");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        match self.keeper.take() {
            Some(mut keeper) => {
                drop(keeper.stdin.take());
                let _ = keeper.wait();
            }
            None => {
                let _ = std::fs::remove_dir_all(&self.folder);
            }
        }
    }
}

/// The folder of a server's program: that of the newest version that Debian's packages have put there, else the one
/// that is found on the way.
fn bin(name: &str) -> PathBuf {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("postgres").is_file())
        .collect();
    versions.sort();
    let own = versions.pop().map(|(_, folder)| folder.join(name));
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).map(|folder| folder.join(name)).collect::<Vec<_>>());
    own.into_iter().chain(on_path).find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("the tests need PostgreSQL 15 or newer ({name} is missing): sudo apt-get install postgresql")
    })
}

/// Whom the server runs as when the tests are root's.
fn other_user() -> Option<&'static str> {
    let id = said_well("id", Command::new("id").arg("-u").output());
    if id.trim() != "0" {
        return None;
    }
    let known = |user: &&str| {
        Command::new("id")
            .arg(user)
            .stderr(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success())
    };
    Some(["postgres", "nobody"].into_iter().find(known).expect("PostgreSQL does not run as root"))
}

fn said_well(what: &str, output: std::io::Result<Output>) -> String {
    let output = output.unwrap_or_else(|error| panic!("run {what}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{what}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_outlives_a_crash_and_goes_with_the_server() {
        let mut server = Server::start();
        server.sql(NAME, "CREATE TABLE kept (number INTEGER); INSERT INTO kept VALUES (7)");
        server.stop(End::Crash);
        server.start_again();
        assert_eq!(server.sql(NAME, "SELECT number FROM kept").trim(), "7");
        assert_ne!(server.schema(), server.schema());
        let folder = server.folder.clone();
        assert!(folder.exists());
        drop(server);
        assert!(!folder.exists());
    }
}
