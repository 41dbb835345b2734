//! Where a request comes from, when proxies stand between the visitor and the platform.

use ipnet::{IpNet, Ipv6Net};
use std::net::{IpAddr, SocketAddr};

/// The network bits by which IPv6 visitors are told apart. One household gets a /64, and whoever has one can send each
/// request from another of its addresses (RFC 6177 §2).
const IPV6_VISITOR: u8 = 64;

/// The proxies whose word about a visitor's address is believed: a balancer of the holder's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Proxies with addresses in these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        TrustedProxies(networks.into_iter().collect())
    }

    /// The address of the visitor: the hop nearest to the platform that is none of the trusted proxies.
    ///
    /// `peer` is the other end of the connection. `forwarded` are the values of `X-Forwarded-For` in the order of their
    /// lines; each proxy appends the address it was asked from, so they are read from the right and only as far as
    /// trusted proxies have written them. What stands further left may have been invented by the visitor. A hop that is
    /// no address ends the reading: the proxy that reported it then stands for whoever is behind it.
    pub fn visitor<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut nearest = peer.to_canonical();
        for hop in forwarded.rev().flat_map(|line| line.rsplit(',')) {
            if !self.holds(nearest) {
                break;
            }
            let Some(address) = hop_address(hop.trim()) else { break };
            nearest = address;
        }
        nearest
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// A hop as proxies write it: an address, some with the port behind it.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let alone = || hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    alone().or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

/// The key under which requests of an address are counted: the address itself, for IPv6 its /64 network.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => Ipv6Net::new(address, IPV6_VISITOR)
            .map_or_else(|_| address.to_string(), |net| net.trunc().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies::new(trusted.iter().map(|network| network.parse().unwrap()));
        proxies.visitor(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    const OURS: [&str; 2] = ["10.0.0.0/8", "fd00::/8"];

    #[test]
    fn attack_stranger_cannot_say_where_they_come_from() {
        assert_eq!(visitor(&[], "198.51.100.7", &["203.0.113.1"]), "198.51.100.7");
        assert_eq!(visitor(&OURS, "198.51.100.7", &["203.0.113.1", "10.0.0.1"]), "198.51.100.7");
    }

    #[test]
    fn a_trusted_proxy_is_believed_as_far_as_it_can_know() {
        assert_eq!(visitor(&OURS, "10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        // What the visitor put there before is further left.
        assert_eq!(visitor(&OURS, "10.0.0.1", &["203.0.113.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(visitor(&OURS, "10.0.0.1", &["10.9.9.9, 198.51.100.7"]), "198.51.100.7");
        // Several of our own, in one line or in several.
        assert_eq!(visitor(&OURS, "10.0.0.1", &["203.0.113.1, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(visitor(&OURS, "10.0.0.1", &["203.0.113.1", "198.51.100.7", "fd00::2"]), "198.51.100.7");
        // A visitor from within.
        assert_eq!(visitor(&OURS, "10.0.0.1", &["10.0.0.77"]), "10.0.0.77");
    }

    #[test]
    fn without_a_readable_hop_the_proxy_itself_is_counted() {
        assert_eq!(visitor(&OURS, "10.0.0.1", &[]), "10.0.0.1");
        for hop in ["unknown", "", "198.51.100.7; drop", "_hidden", "300.1.1.1", "198.51.100.7, "] {
            assert_eq!(visitor(&OURS, "10.0.0.1", &[hop]), "10.0.0.1", "{hop:?}");
        }
        assert_eq!(visitor(&OURS, "10.0.0.1", &["198.51.100.7, nonsense, 10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn hops_are_read_as_proxies_write_them() {
        for (hop, address) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(visitor(&OURS, "10.0.0.1", &[hop]), address);
        }
        assert_eq!(visitor(&OURS, "::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7", "a mapped peer");
    }

    #[test]
    fn one_household_has_one_key() {
        let key = |address: &str| address_key(address.parse().unwrap());
        assert_eq!(key("198.51.100.7"), "198.51.100.7");
        assert_ne!(key("198.51.100.7"), key("198.51.100.8"));
        assert_eq!(key("::ffff:198.51.100.7"), "198.51.100.7");
        assert_eq!(key("2001:db8:1:2::1"), "2001:db8:1:2::/64");
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    }
}
