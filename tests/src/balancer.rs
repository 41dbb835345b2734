//! A balancer before the nodes: Debian's haproxy, configured as the platform's documentation has it.
//!
//! It fails by panicking with a sentence when there is no haproxy, never by skipping a test.

use crate::nodes::{NAME, address};
use crate::person::connections_to;
use crate::{Nodes, Person, until};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use url::Url;

/// Sent again, should a node break off, is only what is safe to be sent twice.
const SAFE: &str = "    http-request disable-l7-retry unless { method GET HEAD }\n";
/// Where the balancer listens, on the port of the public address.
const LISTEN: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A running balancer. Killed when dropped.
pub struct Balancer {
    child: Child,
    client: reqwest::Client,
    base: Url,
    _folder: TempDir,
}

impl Balancer {
    /// Starts one before these nodes and waits until it has found all of them ready.
    pub async fn start(nodes: &Nodes) -> Self {
        let folder = tempfile::tempdir().expect("make a folder for the balancer");
        let (config, log) = (folder.path().join("haproxy.cfg"), folder.path().join("log"));
        std::fs::write(&config, configuration(nodes)).expect("write the balancer's configuration");
        let output = std::fs::File::create(&log).expect("make the balancer's log");
        let child = Command::new(program())
            .arg("-f")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("the log twice"))
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .expect("start the balancer");
        let base = Url::parse(&format!("http://{NAME}:{}/", nodes.port())).expect("an address");
        let client = connections_to(NAME, SocketAddr::new(LISTEN, nodes.port()));
        let mut balancer = Balancer { child, client, base, _folder: folder };
        until("the balancer answers", async || {
            balancer.runs(&log);
            balancer
                .visitor()
                .try_get("/health/ready")
                .await
                .is_ok_and(|answer| answer.status == 200)
                .then_some(())
        })
        .await;
        balancer
    }

    fn runs(&mut self, log: &Path) {
        if let Ok(Some(status)) = self.child.try_wait() {
            panic!("the balancer ended with {status}: {}", std::fs::read_to_string(log).unwrap_or_default());
        }
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Person {
        Person::new(&self.client, &self.base)
    }

    /// A test person, signed in and reading English.
    pub async fn person(&self, number: u32) -> Person {
        let person = self.visitor();
        person.read_english().await;
        person.sign_in(number).await;
        person
    }
}

/// Every request goes to the next node that is ready; while none is, to one that lives, which shows what it remembers
/// and says that changes are paused.
fn configuration(nodes: &Nodes) -> String {
    let port = nodes.port();
    let mut text = format!(
        "\
global
    maxconn 2000
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout check 2s
    option forwardfor
    option redispatch 1
    retries 3
    retry-on conn-failure empty-response response-timeout
    default-server inter 200ms fall 2 rise 1
frontend platform
    bind {LISTEN}:{port}
    http-response set-header x-node %s
    use_backend live if {{ nbsrv(ready) eq 0 }}
    default_backend ready
"
    );
    for (backend, path) in [("ready", "/health/ready"), ("live", "/health/live")] {
        let _infallible =
            write!(text, "backend {backend}\n    balance roundrobin\n    option httpchk GET {path}\n{SAFE}");
        for number in (0_u8..).take(nodes.len()) {
            let at = SocketAddr::new(address(number), port);
            let _infallible = writeln!(text, "    server node{number} {at} check");
        }
    }
    text
}

fn program() -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    // Debian puts it where only root's PATH leads.
    std::env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("haproxy"))
        .find(|path| path.is_file())
        .expect("the tests need haproxy: sudo apt-get install haproxy")
}
