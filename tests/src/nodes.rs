//! Several nodes of one platform behind one public address.
//!
//! The address has a name that no name server knows; browsers are told where to find it: at one of the nodes, or at
//! what stands before them. Nodes are told apart by their address on this machine, so that all have the port of the
//! public address.

use crate::platform::{Seat, free_port};
use crate::{Person, Platform, Settings};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::{Deref, DerefMut};

/// The name in the public address; of a domain that never exists (RFC 6761).
pub const NAME: &str = "platform.test";

/// Nodes of one platform.
pub struct Nodes {
    nodes: Vec<Platform>,
    port: u16,
}

impl Nodes {
    /// Starts so many nodes, on a database that they share.
    pub async fn start(settings: &Settings, count: u8) -> Self {
        let port = free_port(IpAddr::V4(Ipv4Addr::LOCALHOST)).await;
        let mut nodes: Vec<Platform> = Vec::new();
        for number in 0..count {
            let seat = Some(Seat { name: Some(NAME), listen: address(number), port });
            nodes.push(match nodes.first() {
                None => Platform::seated(settings.clone(), seat, |_| ()).await,
                Some(first) => first.join_at(settings, seat).await,
            });
        }
        Nodes { nodes, port }
    }

    /// The public address.
    pub fn base(&self) -> url::Url {
        url::Url::parse(&format!("http://{NAME}:{}/", self.port)).expect("an address")
    }

    /// The port of the public address, which is that of each node.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Somebody whose every request goes to the next node.
    pub fn wanderer(&self) -> Person {
        let person = self.nodes[0].visitor();
        person.by(self.nodes.iter().map(|node| node.client().clone()))
    }

    /// The same, signed in as a test person and reading English.
    pub async fn wandering(&self, number: u32) -> Person {
        let person = self.wanderer();
        person.read_english().await;
        person.sign_in(number).await;
        person
    }
}

/// Where a node listens.
pub(crate) fn address(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2 + number))
}

impl Deref for Nodes {
    type Target = [Platform];

    fn deref(&self) -> &[Platform] {
        &self.nodes
    }
}

impl DerefMut for Nodes {
    fn deref_mut(&mut self) -> &mut [Platform] {
        &mut self.nodes
    }
}
