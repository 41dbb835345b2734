//! A mail server for tests: Debian's aiosmtpd in a process of its own.
//!
//! Everything fails by panicking with a sentence: a machine without it is a failure, never a reason to skip. The server
//! ends with its value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

/// The user and password that a server asks for.
pub const USER: (&str, &str) = ("platform", "a password for tests");

/// How the connection to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all; nobody is asked who they are.
    None,
    /// STARTTLS, required before anything else; then [`USER`] is asked for.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// A letter that the server has taken.
#[derive(Debug, Clone, Deserialize)]
pub struct Taken {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Whether it came over TLS.
    pub tls: bool,
    /// The user that it came from.
    pub user: Option<String>,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The plain text.
    pub plain: Option<String>,
    /// The HTML.
    pub html: Option<String>,
}

/// A server on a port of its own.
#[derive(Debug)]
pub struct Server {
    folder: TempDir,
    port: u16,
    tls: Tls,
    child: Option<Child>,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub fn start(tls: Tls) -> Self {
        let folder = tempfile::Builder::new().prefix("vzaemo-smtp-").tempdir().expect("make a folder");
        if tls != Tls::None {
            certificates(folder.path());
        }
        let port = TcpListener::bind("127.0.0.1:0").expect("find a free port").local_addr().unwrap().port();
        let mut server = Server { folder, port, tls, child: None };
        server.start_again();
        server
    }

    /// Starts the server after [`stop`](Self::stop), on the same port.
    pub fn start_again(&mut self) {
        assert!(self.child.is_none(), "the server runs already");
        let tls = match self.tls {
            Tls::None => "none",
            Tls::StartTls => "starttls",
            Tls::Implicit => "implicit",
        };
        let (user, password) = if self.tls == Tls::StartTls { USER } else { ("", "") };
        // Debian's own interpreter knows Debian's packages.
        let mut child = Command::new("/usr/bin/python3")
            .args(["-c", include_str!("server.py")])
            .arg(self.folder.path())
            .args([&self.port.to_string(), tls, user, password])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start Python, which the package python3 brings");
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).expect("hear the server");
        assert_eq!(said.trim(), "ready", "aiosmtpd starts, which the package python3-aiosmtpd brings");
        self.child = Some(child);
    }

    /// Ends the server; what it has taken stays.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("end the server");
            child.wait().expect("wait for the server");
        }
    }

    /// The port at 127.0.0.1, for which its certificate is issued too.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The section `[mail]` of a platform that sends its letters by this server, without TLS.
    pub fn section(&self) -> String {
        format!(
            "\n[mail]\nserver = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nsender = \"Взаємодія <no-reply@platform.example>\"\n",
            self.port
        )
    }

    /// The certificate of the authority that has issued the server's.
    pub fn authority(&self) -> std::path::PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Whether letters to `later@…` are put off from now on.
    pub fn puts_off(&self, yes: bool) {
        let mark = self.folder.path().join("later");
        if yes {
            std::fs::write(mark, "").expect("tell the server to put off");
        } else if mark.exists() {
            std::fs::remove_file(mark).expect("tell the server to go on");
        }
    }

    /// The letters that it has taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        let lines = std::fs::read_to_string(self.folder.path().join("taken")).unwrap_or_default();
        // A line that is being written has no end yet.
        let whole = lines.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("read a letter")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An authority and a certificate of it for the server at `localhost`, by OpenSSL.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let made = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output();
        let made = made.expect("run openssl, which the package openssl brings");
        assert!(made.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&made.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!(
        "req -x509 {key} -keyout authority.key -out authority.pem -days 2 -subj /CN=authority \
         -addext basicConstraints=critical,CA:TRUE"
    ));
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    openssl(
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem",
    );
}
