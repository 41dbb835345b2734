//! Malicious content in files, as the daemon of ClamAV sees it.
//!
//! A file is handed to `clamd` by its command `INSTREAM` (clamd(8)): parts, each after its length, and a length of zero at
//! the end. The daemon answers as soon as it has seen enough, which may be before the last part.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use futures::TryStreamExt as _;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use vzaemo_storage::files::{Content, Files, FilesError, State};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one file may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// The most bytes of an answer.
const ANSWER: u64 = 4096;
/// How many files one round looks at.
const PORTION: u32 = 50;
/// How long the scanner rests when nothing waits, and when the daemon does not answer.
const REST: Duration = Duration::from_secs(1);
const LONG_REST: Duration = Duration::from_secs(10);

/// Where the daemon listens: `unix:/run/clamav/clamd.ctl` or `tcp:host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamdAddress {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A host and port.
    Tcp(String),
}

/// Why a text is no address of a daemon.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no address of clamd; write \"unix:/path/to/socket\" or \"tcp:host:port\"")]
pub struct ClamdAddressError(String);

impl FromStr for ClamdAddress {
    type Err = ClamdAddressError;

    fn from_str(text: &str) -> Result<Self, ClamdAddressError> {
        let port = |rest: &str| {
            rest.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        };
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(ClamdAddress::Unix(path.into())),
            Some(("tcp", rest)) if port(rest) => Ok(ClamdAddress::Tcp(rest.to_owned())),
            _ => Err(ClamdAddressError(text.to_owned())),
        }
    }
}

impl fmt::Display for ClamdAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClamdAddress::Unix(path) => write!(f, "unix:{}", path.display()),
            ClamdAddress::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// What the daemon says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing.
    Clean,
    /// It found what has this name.
    Infected(String),
    /// It does not scan this file, with its reason, such as a size over its limit.
    Refused(String),
}

/// Why there is no verdict. The file is to be tried again.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The daemon cannot be reached or does not answer.
    #[error("ask clamd at {address}")]
    Clamd {
        /// Where.
        address: ClamdAddress,
        /// What happened.
        source: io::Error,
    },
    /// The file could not be read.
    #[error("read a file to be scanned")]
    Files(#[from] FilesError),
}

/// Has the files scanned that wait for it.
#[derive(Debug, Clone)]
pub struct Scanner {
    files: Files,
    address: ClamdAddress,
}

/// What one round has found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ScanRound {
    /// Files without a finding.
    pub clean: usize,
    /// Files with one.
    pub infected: usize,
    /// Files that the daemon does not scan.
    pub failed: usize,
}

impl Scanner {
    /// Over these files, with the daemon at this address.
    pub fn new(files: Files, address: ClamdAddress) -> Self {
        Scanner { files, address }
    }

    /// Scans until the task is dropped. While the daemon does not answer, files wait: they are kept in the records, so
    /// none is forgotten, whatever ends in between.
    pub async fn run(&self) {
        let mut down = false;
        loop {
            let rest = match self.round().await {
                Ok(round) => {
                    if down {
                        tracing::info!("files are scanned again");
                    }
                    down = false;
                    if round == ScanRound::default() { REST } else { Duration::ZERO }
                }
                Err(error) => {
                    if !down {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(error, "files cannot be scanned and wait");
                    }
                    down = true;
                    LONG_REST
                }
            };
            tokio::time::sleep(rest).await;
        }
    }

    /// Scans files that wait, the oldest first.
    ///
    /// # Errors
    /// The first file that gets no verdict ends the round; it and those after it wait on.
    pub async fn round(&self) -> Result<ScanRound, ScanError> {
        let mut round = ScanRound::default();
        for file in self.files.pending(PORTION).await? {
            let state = match self.scan(self.files.content(&file.digest).await?).await? {
                Verdict::Clean => {
                    round.clean += 1;
                    State::Clean
                }
                Verdict::Infected(finding) => {
                    round.infected += 1;
                    tracing::warn!(file = file.id, finding, "malicious content was found in a file");
                    State::Infected
                }
                Verdict::Refused(reason) => {
                    round.failed += 1;
                    tracing::warn!(file = file.id, reason, "a file cannot be scanned");
                    State::Failed
                }
            };
            self.files.found(&file.id, state).await?;
        }
        Ok(round)
    }

    /// What the daemon says of some content.
    pub async fn scan(&self, content: Content) -> Result<Verdict, ScanError> {
        let failed = |source| ScanError::Clamd { address: self.address.clone(), source };
        let late = |_| failed(io::ErrorKind::TimedOut.into());
        let connected = tokio::time::timeout(CONNECT, async {
            match &self.address {
                ClamdAddress::Unix(path) => Ok(Connection::Unix(UnixStream::connect(path).await?)),
                ClamdAddress::Tcp(address) => Ok(Connection::Tcp(TcpStream::connect(address).await?)),
            }
        });
        let talk = match connected.await.map_err(late)?.map_err(failed)? {
            Connection::Unix(stream) => tokio::time::timeout(PATIENCE, talk(stream, content)).await,
            Connection::Tcp(stream) => tokio::time::timeout(PATIENCE, talk(stream, content)).await,
        };
        let answer = match talk.map_err(late)? {
            Ok(answer) => answer,
            Err(Talk::Files(error)) => return Err(error.into()),
            Err(Talk::Clamd(error)) => return Err(failed(error)),
        };
        verdict(&answer).ok_or_else(|| failed(io::Error::other(format!("the answer {answer:?}"))))
    }
}

enum Connection {
    Unix(UnixStream),
    Tcp(TcpStream),
}

enum Talk {
    Clamd(io::Error),
    Files(FilesError),
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, mut content: Content) -> Result<String, Talk> {
    let (mut reading, mut writing) = tokio::io::split(stream);
    let mut sent = writing.write_all(b"zINSTREAM\0").await;
    while sent.is_ok()
        && let Some(part) = content.bytes.try_next().await.map_err(Talk::Files)?
    {
        // An empty part would be the end.
        for piece in part.chunks(64 << 10) {
            let length = u32::try_from(piece.len()).unwrap_or_default().to_be_bytes();
            sent = writing.write_all(&length).await;
            if sent.is_ok() {
                sent = writing.write_all(piece).await;
            }
            if sent.is_err() {
                break;
            }
        }
    }
    if sent.is_ok() {
        sent = writing.write_all(&[0; 4]).await;
    }
    // A daemon that has seen enough closes its ear before it speaks; what it says counts more than that.
    let mut answer = Vec::new();
    let heard = (&mut reading).take(ANSWER).read_to_end(&mut answer).await;
    if answer.is_empty() {
        sent.map_err(Talk::Clamd)?;
        heard.map_err(Talk::Clamd)?;
    }
    Ok(String::from_utf8_lossy(&answer).trim_end_matches(['\0', '\n']).to_owned())
}

fn verdict(answer: &str) -> Option<Verdict> {
    if let Some(reason) = answer.strip_suffix("ERROR") {
        return Some(Verdict::Refused(reason.trim_end().to_owned()));
    }
    let said = answer.strip_prefix("stream: ")?;
    match said.strip_suffix(" FOUND") {
        Some(finding) => Some(Verdict::Infected(finding.to_owned())),
        None => (said == "OK").then_some(Verdict::Clean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        assert_eq!("unix:/run/clamd".parse(), Ok(ClamdAddress::Unix("/run/clamd".into())));
        assert_eq!("tcp:av.local:3310".parse(), Ok(ClamdAddress::Tcp("av.local:3310".to_owned())));
        for bad in ["", "clamd", "unix:run/clamd", "tcp:3310", "tcp::3310", "tcp:host:port", "http://host:1"]
        {
            assert!(bad.parse::<ClamdAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(verdict("stream: OK"), Some(Verdict::Clean));
        assert_eq!(verdict("stream: Test-File FOUND"), Some(Verdict::Infected("Test-File".to_owned())));
        let refused = verdict("INSTREAM size limit exceeded. ERROR");
        assert_eq!(refused, Some(Verdict::Refused("INSTREAM size limit exceeded.".to_owned())));
        for unknown in ["", "OK", "stream: ", "stream: OK?", "PONG"] {
            assert_eq!(verdict(unknown), None, "{unknown}");
        }
    }
}
