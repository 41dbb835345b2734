//! Networks as the holder writes them.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A network, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It cannot be read.
    #[error("{0:?} is no network; write one such as \"10.0.0.0/8\", \"fd00::/8\" or a single address")]
    Unreadable(String),
    /// It holds every address, so that everybody would be believed.
    #[error("{0:?} are all addresses there are; name the networks of your own proxies")]
    Everywhere(String),
}

impl Network {
    /// The network; a single address is a network of one.
    pub fn net(self) -> IpNet {
        self.0
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
        let network = text.parse::<IpNet>().ok().or_else(one);
        match network {
            None => Err(NetworkError::Unreadable(text)),
            Some(network) if network.prefix_len() == 0 => Err(NetworkError::Everywhere(text)),
            Some(network) => Ok(Network(network.trunc())),
        }
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}
