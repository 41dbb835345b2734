//! Handing letters to the holder's mail server.

use super::message::Letterhead;
use crate::records::Text;
use lettre::message::Mailbox;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as SmtpTls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// How long one exchange with the server may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long handing over a letter may take in all: the library bounds its commands, not the whole.
const WHOLE: Duration = Duration::from_mins(2);

/// How the connection to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// STARTTLS, without which nothing is sent.
    StartTls,
    /// Not at all: for a server on the same machine.
    None,
}

/// The holder's mail server, and in whose name letters go.
#[derive(Clone)]
pub struct MailConfig {
    /// The server's name, by which its certificate is checked.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// A certificate authority of the holder's own, in PEM, trusted beside those of the system.
    pub authority: Option<Vec<u8>>,
    /// User and password, if the server asks for them.
    pub credentials: Option<(String, String)>,
    /// The sender, as `name <address>` or an address.
    pub sender: String,
    /// What the platform is called.
    pub platform: Text,
    /// Its public address, to which links lead.
    pub base: Url,
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the password.
        f.debug_struct("MailConfig")
            .field("server", &self.server)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Why the post cannot be set up, or a letter cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender of the configuration is no address.
    #[error("read the sender of letters")]
    Sender(#[source] lettre::address::AddressError),
    /// A person's address is none.
    #[error("read an address of e-mail")]
    Address,
    /// The certificate or the connection's parameters.
    #[error("set up TLS with the mail server")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// A letter could not be put together.
    #[error("put a letter together")]
    Compose(#[source] lettre::error::Error),
}

/// How the server answered. Its words are not kept: they may hold the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has taken the letter.
    Taken,
    /// Not now, with its reply code if it gave one.
    Later(Option<u16>),
    /// Never, with its reply code.
    Never(u16),
}

/// The way to the server.
pub(super) struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    pub head: Letterhead,
}

impl Post {
    pub fn new(config: &MailConfig) -> Result<Self, MailError> {
        let sender: Mailbox = config.sender.parse().map_err(MailError::Sender)?;
        let parameters = || {
            let mut builder = TlsParameters::builder(config.server.clone());
            if let Some(pem) = &config.authority {
                builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
            }
            builder.build()
        };
        let tls = match config.tls {
            Tls::Implicit => SmtpTls::Wrapper(parameters().map_err(MailError::Tls)?),
            Tls::StartTls => SmtpTls::Required(parameters().map_err(MailError::Tls)?),
            Tls::None => SmtpTls::None,
        };
        let name = ClientId::Domain(config.base.host_str().unwrap_or("localhost").to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.server)
            .port(config.port)
            .tls(tls)
            .hello_name(name)
            .timeout(Some(PATIENCE))
            // One letter at a time is sent.
            .pool_config(PoolConfig::new().max_size(1));
        if let Some((user, password)) = &config.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        let head = Letterhead { sender, platform: config.platform.clone(), base: config.base.clone() };
        Ok(Post { transport: builder.build(), head })
    }

    /// Whether the server is there and lets us in.
    pub async fn is_there(&self) -> bool {
        match timeout(PATIENCE, self.transport.test_connection()).await {
            Ok(Ok(there)) => there,
            Err(_) => {
                tracing::warn!("the mail server does not answer in time");
                false
            }
            Ok(Err(error)) => {
                tracing::warn!(
                    status = code(&error),
                    "the mail server cannot be reached or does not let us in"
                );
                false
            }
        }
    }

    /// Hands over a letter.
    pub async fn send(&self, message: Message) -> Answer {
        match timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => Answer::Taken,
            Err(_) => Answer::Later(None),
            Ok(Err(error)) => match code(&error) {
                Some(status) if error.is_permanent() => Answer::Never(status),
                status => Answer::Later(status),
            },
        }
    }
}

/// The server's reply code, if it gave one.
fn code(error: &lettre::transport::smtp::Error) -> Option<u16> {
    error.status().map(u16::from)
}
