//! A balancer before the nodes: Debian's haproxy, configured as the platform's documentation has it.
//!
//! It fails by panicking with a sentence when there is no haproxy, never by skipping a test.

use crate::nodes::{NAME, address};
use crate::person::connections_to;
use crate::texts::repository;
use crate::{Nodes, Person, until};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use url::Url;

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

/// The configuration of the guide, before these nodes: it asks those that are ready, and while none is, those that
/// live. Each answer tells by `x-node` which node it comes from.
fn configuration(nodes: &Nodes) -> String {
    let guide = std::fs::read_to_string(repository().join("docs/nodes.md")).expect("read the guide");
    let block = guide.split_once("```haproxy\n").and_then(|(_, rest)| rest.split_once("```"));
    let (block, _) = block.expect("the guide has a configuration for haproxy");
    let port = nodes.port();
    let mut text = String::new();
    for line in block.lines() {
        let _infallible = match line.trim_start() {
            here if here.starts_with("bind ") => {
                writeln!(text, "    bind {LISTEN}:{port}\n    http-response set-header x-node %s")
            }
            here if here.starts_with("default-server ") => {
                writeln!(text, "{}", line.replace("inter 1s", "inter 200ms"))
            }
            // The first one makes room for all.
            here if here.starts_with("server node1 ") => (0_u8..).take(nodes.len()).try_for_each(|number| {
                writeln!(text, "    server node{number} {} check", SocketAddr::new(address(number), port))
            }),
            here if here.starts_with("server ") => Ok(()),
            _ => writeln!(text, "{line}"),
        };
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
