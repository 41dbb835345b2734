//! Where it is known from whether certificates were revoked: lists from files and addresses, answers of responders.
//!
//! An address is asked only if the holder has configured it, or if it stands in a certificate from which a path leads to
//! the trust list: what merely comes with a signature makes the platform connect to nobody.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use moka::sync::Cache;
use reqwest::{Client, RequestBuilder};
use tokio::time::Instant;
use url::Url;
use vzaemo_signature::{Certificate, Evidence, Question, Revocation, RevocationGap, Status, status_request};

use super::files;

/// Where revocation is looked up, and within which limits.
#[derive(Debug, Clone)]
pub struct RevocationConfig {
    /// Files with lists in DER, and folders of such files. Read again when they change.
    pub files: Vec<PathBuf>,
    /// Addresses of lists, beside those that certificates name.
    pub addresses: Vec<Url>,
    /// Whether lists are fetched from the addresses in certificates.
    pub fetch_lists: bool,
    /// Whether the responders that certificates name are asked (OCSP, RFC 6960).
    pub ocsp: bool,
    /// How long one address may take.
    pub timeout: Duration,
    /// The most bytes of a list.
    pub largest: usize,
    /// For how long a fetched list is used before it is fetched again. One that cannot be fetched again is used on for
    /// as long as it says itself that it holds.
    pub keep: Duration,
}

impl Default for RevocationConfig {
    /// Lists and responders that certificates name, within five seconds; lists of 32 MiB, kept for an hour.
    fn default() -> Self {
        Self {
            files: Vec::new(),
            addresses: Vec::new(),
            fetch_lists: true,
            ocsp: true,
            timeout: Duration::from_secs(5),
            largest: 32 << 20,
            keep: Duration::from_hours(1),
        }
    }
}

/// A certificate with its issuer, about which it was asked.
pub(super) type Asked = (Certificate, Certificate);

/// Notes what a verification wants to know, and knows nothing.
#[derive(Default)]
pub(super) struct Wanted(Mutex<Vec<Asked>>);

impl Wanted {
    pub(super) fn into_inner(self) -> Vec<Asked> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Revocation for Wanted {
    fn status(&self, question: &Question<'_>) -> Status {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() < MOST_ASKED {
            asked.push((question.certificate.clone(), question.issuer.clone()));
        }
        Status::Unknown(RevocationGap::NoInformation)
    }
}

/// So many certificates of one signature are looked up.
const MOST_ASKED: usize = 8;
/// So many addresses of one certificate are asked.
const MOST_ADDRESSES: usize = 4;
/// So many addresses are remembered.
const REMEMBERED: u64 = 256;
/// An address that failed is not asked again for so long.
const RESPITE: Duration = Duration::from_secs(30);
/// The most bytes of a responder's answer.
const LARGEST_ANSWER: usize = 256 << 10;

/// All sources together.
pub(super) struct Sources {
    config: RevocationConfig,
    client: Client,
    files: Mutex<Vec<Read>>,
    fetched: Cache<String, Arc<Fetched>>,
}

/// A file as it was read last.
struct Read {
    path: PathBuf,
    changed: Option<SystemTime>,
    length: u64,
    evidence: Arc<Evidence>,
}

/// What an address gave. Whoever needs it while it is fetched waits for that.
type Fetched = tokio::sync::Mutex<Latest>;

#[derive(Default)]
struct Latest {
    list: Option<(Instant, Arc<Evidence>)>,
    failed: Option<Instant>,
}

/// Why an address gave nothing.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the request failed")]
    Request(#[from] reqwest::Error),
    #[error("it answered {0}")]
    Status(reqwest::StatusCode),
    #[error("the answer is too large")]
    TooLarge,
}

impl Sources {
    pub(super) fn new(config: RevocationConfig) -> Result<Self, reqwest::Error> {
        // A redirect could point to an inner address.
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(config.timeout)
            .user_agent("vzaemo")
            .build()?;
        Ok(Self { config, client, files: Mutex::default(), fetched: Cache::new(REMEMBERED) })
    }

    /// Everything at hand about these certificates: unverified, for the verifier to judge.
    pub(super) async fn about(self: &Arc<Self>, asked: &[Asked]) -> Vec<Arc<Evidence>> {
        let sources = Arc::clone(self);
        let files = tokio::task::spawn_blocking(move || sources.of_files());
        let mut addresses: BTreeSet<String> = self.config.addresses.iter().map(Url::to_string).collect();
        if self.config.fetch_lists {
            for (certificate, _) in asked {
                addresses.extend(certificate.list_addresses().into_iter().take(MOST_ADDRESSES));
            }
        }
        let lists = futures::future::join_all(addresses.iter().map(|address| self.list(address)));
        let answers = futures::future::join_all(asked.iter().map(|one| self.answer(one)));
        let (files, lists, answers) = tokio::join!(files, lists, answers);
        let found = lists.into_iter().chain(answers).flatten();
        files.unwrap_or_default().into_iter().chain(found).collect()
    }

    /// The lists in files, read again where they have changed.
    fn of_files(&self) -> Vec<Arc<Evidence>> {
        let mut known = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mut present = Vec::new();
        for path in self.config.files.iter().flat_map(|path| files::within(path).unwrap_or_default()) {
            let (changed, length) = match std::fs::metadata(&path) {
                Ok(about) => (about.modified().ok(), about.len()),
                Err(_) => (None, 0),
            };
            let same = |read: &Read| read.path == path && read.changed == changed && read.length == length;
            if let Some(at) = known.iter().position(same) {
                present.push(known.swap_remove(at));
            } else if let Some(list) = self.file(&path) {
                present.push(Read { path, changed, length, evidence: Arc::new(of_list(list)) });
            }
        }
        *known = present;
        known.iter().map(|read| Arc::clone(&read.evidence)).collect()
    }

    fn file(&self, path: &Path) -> Option<Vec<u8>> {
        let read = std::fs::read(path);
        let list = read.inspect_err(|error| {
            tracing::warn!(path = %path.display(), %error, "a list of revoked certificates cannot be read");
        });
        list.ok().filter(|list| list.len() <= self.config.largest)
    }

    /// The list of an address: as it was fetched lately, else anew, else as it was before.
    async fn list(&self, address: &str) -> Option<Arc<Evidence>> {
        let url = web_address(address)?;
        let fetched = self.fetched.get_with(address.to_owned(), Arc::default);
        let mut latest = fetched.lock().await;
        let old = latest.list.as_ref().map(|(_, list)| Arc::clone(list));
        let recent = |at: &Instant, than: Duration| at.elapsed() < than;
        if latest.list.as_ref().is_some_and(|(at, _)| recent(at, self.config.keep))
            || latest.failed.as_ref().is_some_and(|at| recent(at, RESPITE))
        {
            return old;
        }
        match fetch(self.client.get(url), self.config.largest).await {
            Ok(list) => {
                let list = Arc::new(of_list(list));
                *latest = Latest { list: Some((Instant::now(), Arc::clone(&list))), failed: None };
                Some(list)
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(address, error, "a list of revoked certificates cannot be fetched");
                latest.failed = Some(Instant::now());
                old
            }
        }
    }

    /// What the responder of a certificate says at this moment.
    async fn answer(&self, (certificate, issuer): &Asked) -> Option<Arc<Evidence>> {
        if !self.config.ocsp {
            return None;
        }
        let question = status_request(certificate, issuer).ok()?;
        for address in certificate.responder_addresses().into_iter().take(MOST_ADDRESSES) {
            let Some(url) = web_address(&address) else { continue };
            let request = self.client.post(url).header("content-type", "application/ocsp-request");
            match fetch(request.body(question.clone()), LARGEST_ANSWER).await {
                Ok(answer) => {
                    return Some(Arc::new(Evidence { answers: vec![answer], ..Evidence::default() }));
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(address, error, "a responder of certificates does not answer");
                }
            }
        }
        None
    }
}

fn of_list(list: Vec<u8>) -> Evidence {
    Evidence { lists: vec![list], ..Evidence::default() }
}

/// An address that is asked; certificates may name others, of directories.
fn web_address(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

async fn fetch(request: RequestBuilder, largest: usize) -> Result<Vec<u8>, FetchError> {
    let mut response = request.send().await?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > largest {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
