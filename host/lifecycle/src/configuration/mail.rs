//! The holder's mail server.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The holder's mail server. Without one notices stand in the cabinet only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mail {
    /// Its name, by which its certificate is checked.
    pub server: String,
    /// Its port; unless set, that of the protection: 465, 587 or 25.
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: MailTls,
    /// A certificate authority of the holder's own, in PEM, trusted beside those of the system.
    pub authority_file: Option<PathBuf>,
    /// The user, if the server asks for one.
    pub user: Option<String>,
    /// The file with the user's password, alone on a line; without it the environment's `VZAEMO_MAIL_PASSWORD`. Secrets
    /// do not stand in `platform.toml`.
    pub password_file: Option<PathBuf>,
    /// The sender: `name <address>`, or an address.
    pub sender: String,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// TLS from the first byte.
    #[default]
    Implicit,
    /// STARTTLS, without which nothing is sent.
    Starttls,
    /// Not at all: for a server on the same machine.
    None,
}

impl Mail {
    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Implicit => 465,
            MailTls::Starttls => 587,
            MailTls::None => 25,
        })
    }
}
