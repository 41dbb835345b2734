//! What a session was opened with and from where: enough for its person to recognise it, and no more.
//!
//! Of a browser's long self-description only its kind and its system are kept, of an address only the network.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A browser on a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Device {
    /// The browser, if it is a known one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<Browser>,
    /// The system, if it is a known one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
}

macro_rules! named {
    ($(#[$about:meta])* $kind:ident { $($(#[$doc:meta])* $name:ident = $text:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $kind { $($(#[$doc])* $name),* }

        impl $kind {
            /// The name of the product, which is the same in all languages.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

named! {
    /// A browser.
    Browser {
        /// Google's.
        Chrome = "Chrome",
        /// Microsoft's.
        Edge = "Edge",
        /// Mozilla's.
        Firefox = "Firefox",
        /// Opera's.
        Opera = "Opera",
        /// Apple's.
        Safari = "Safari",
        /// Samsung's.
        Samsung = "Samsung Internet",
    }
}

named! {
    /// An operating system, or the device that has its own.
    System {
        /// Phones and tablets of many makers.
        Android = "Android",
        /// Apple's tablet.
        IPad = "iPad",
        /// Apple's phone.
        IPhone = "iPhone",
        /// Its many distributions.
        Linux = "Linux",
        /// Apple's computers.
        MacOs = "macOS",
        /// Microsoft's.
        Windows = "Windows",
    }
}

/// Marks in a `User-Agent`, the more particular before those that others carry too: nearly all call themselves Chrome or
/// Safari as well.
const BROWSERS: [(&str, Browser); 11] = [
    ("Edg/", Browser::Edge),
    ("EdgA/", Browser::Edge),
    ("EdgiOS/", Browser::Edge),
    ("OPR/", Browser::Opera),
    ("SamsungBrowser/", Browser::Samsung),
    ("Firefox/", Browser::Firefox),
    ("FxiOS/", Browser::Firefox),
    ("Chrome/", Browser::Chrome),
    ("CriOS/", Browser::Chrome),
    ("Chromium/", Browser::Chrome),
    ("Safari/", Browser::Safari),
];
const SYSTEMS: [(&str, System); 6] = [
    ("Android", System::Android),
    ("iPhone", System::IPhone),
    ("iPad", System::IPad),
    ("Windows", System::Windows),
    ("Macintosh", System::MacOs),
    ("Linux", System::Linux),
];

impl Device {
    /// What a `User-Agent` tells. Whoever wants to may tell anything: it is for its person to recognise, nothing is
    /// decided by it.
    pub fn of(user_agent: &str) -> Self {
        let browser = BROWSERS.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, known)| *known);
        let system = SYSTEMS.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, known)| *known);
        Self { browser, system }
    }
}

/// The network of an address: `203.0.113.*`, or the first three groups of an address of version 6.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.*")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:*")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_apart() {
        for (agent, browser, system) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                Some(Browser::Edge),
                Some(System::Windows),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0",
                Some(Browser::Opera),
                Some(System::Windows),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
                Some(Browser::Firefox),
                Some(System::Linux),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                Some(Browser::Safari),
                Some(System::IPhone),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
                Some(Browser::Chrome),
                Some(System::MacOs),
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
                Some(Browser::Samsung),
                Some(System::Android),
            ),
            ("curl/8.5.0", None, None),
            ("", None, None),
        ] {
            assert_eq!(Device::of(agent), Device { browser, system }, "{agent}");
        }
    }

    #[test]
    fn of_an_address_the_network_is_kept() {
        for (address, kept) in [
            ("203.0.113.77", "203.0.113.*"),
            ("2001:db8:7:1::5", "2001:db8:7:*"),
            ("::ffff:203.0.113.77", "203.0.113.*"),
        ] {
            assert_eq!(network(address.parse().unwrap()), kept);
        }
    }
}
