//! Documents that are signed by qualified signatures and seals (КЕП): what is found of their signatures, kept beside the
//! files and shown to whoever may see these.
//!
//! A file with signatures carries what they sign, or stands apart from it; then what it signs is one of the files that
//! came with it: the one whose bytes fit, which a name cannot make up for. It is looked at when it comes. What cannot be
//! told then, because an authority does not answer, is looked at again until it can. A signature that was found valid
//! stays so when its certificate ends afterwards ([`Finding::and_then`]), and that is said.
//!
//! A person may also sign a document of their cabinet ([`Signatures::attach`]). They sign for themselves, or seal for an
//! organisation that they act for: a signature of anybody else would put that person's name under a document that they have
//! perhaps never seen, and nobody may have them appear to have signed (Law 2155-VIII, article 18: a signature stands for
//! the one who made it). Signatures of others come with a file, and are then shown as those of others.

mod attach;
mod known;
#[cfg(test)]
mod tests;

pub use attach::NotAttached;
pub use known::{Findings, Known, Standing, of};

use crate::{Error, Platform};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::{Examined, Finding, PersonId, Persons, ProvenKey, Qualified, QualifiedError, Verdict};
use vzaemo_storage::files::{self, File, Look, Place, Signatures as Record};
use vzaemo_storage::{CommitError, Unit};

/// As which collection of the cabinet it is named what a person keeps. There are no documents in it.
const KEPT: &str = "kept";
/// The media type of files with signatures.
pub const MEDIA_TYPE: &str = "application/pkcs7-signature";

/// What nodes lease from each other in order to look at signatures, and for how long.
const LEASE: &str = "signatures";
const TERM: Duration = Duration::from_mins(2);
/// How long nothing is looked for after a round.
const REST: Duration = Duration::from_secs(20);
/// So many files are looked at in one round.
const PORTION: u32 = 20;
/// The wait before a file is looked at again; each further one is twice as long, up to the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);
/// So long whoever sends a form waits for what is found; what takes longer is found afterwards.
const PATIENCE: Duration = Duration::from_secs(15);
/// A unit whose reads change meanwhile is run again so many times.
const ATTEMPTS: usize = 8;
/// The most bytes of a file that are read for a check.
const LARGEST: u64 = 64 << 20;
/// Among so many files at most that came with a signature it is looked for what it signs.
const MOST_BESIDE: usize = 40;

/// What looks after signatures.
pub struct Signatures {
    platform: Arc<Platform>,
    persons: Arc<Persons>,
    qualified: Option<Arc<Qualified>>,
    wake: Notify,
}

/// What came out of a look at one file.
enum Looked {
    /// This, over the file with this id where they stand apart.
    Found(Findings, Option<String>),
    /// Nothing could be found out.
    Nothing,
}

impl Signatures {
    /// Over these rooms; without a trust list (`qualified`) nothing is looked at, and what comes meanwhile waits for one.
    pub fn new(platform: Arc<Platform>, persons: Arc<Persons>, qualified: Option<Arc<Qualified>>) -> Self {
        Signatures { platform, persons, qualified, wake: Notify::new() }
    }

    /// Whether signatures are looked at at all.
    pub fn checks(&self) -> bool {
        self.qualified.is_some()
    }

    /// The most bytes of a signature that stands apart.
    pub fn largest(&self) -> usize {
        self.qualified.as_ref().map_or(1 << 20, |qualified| qualified.largest())
    }

    /// Looks at the signatures among files that came together, as far as that is not done, and for so long as anybody likes
    /// to wait; the rest follows.
    pub async fn arrived(&self, ids: &[String]) {
        let told = async {
            for id in self.note(ids).await? {
                self.look(&id).await?;
            }
            Ok::<_, Error>(())
        };
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failed(&error),
            Err(_) => self.wake.notify_one(),
        }
    }

    /// Notes which of these files are to be looked at.
    async fn note(&self, ids: &[String]) -> Result<Vec<String>, Error> {
        let now = self.platform.security.now().as_millis();
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            let mut noted = Vec::new();
            for id in ids {
                let file = files::get(&mut unit, id).await.map_err(Error::storage)?;
                if file.is_none_or(|file| file.media_type != MEDIA_TYPE) {
                    continue;
                }
                let beside: Vec<String> = ids.iter().filter(|other| *other != id).cloned().collect();
                let known = files::signatures(&mut unit, id).await.map_err(Error::storage)?;
                let (record, revision) = match known {
                    // What it signs may have come since.
                    Some((record, revision)) if !is_paired(&record) && record.beside != beside => {
                        (Record { beside, state: Look::Waiting, due: now, ..record }, Some(revision))
                    }
                    Some(_) => continue,
                    None => (Record { beside, ..fresh(id, now) }, None),
                };
                files::keep_signatures(&mut unit, &record, revision).await.map_err(Error::storage)?;
                noted.push(id.clone());
            }
            if noted.is_empty() || committed(unit).await? {
                return Ok(noted);
            }
        }
        Err(Error::Busy)
    }

    /// Looks at the signatures in a file now, whether they are due or not.
    ///
    /// # Errors
    /// The storage does not answer. An authority that does not is no error: it is looked again later.
    pub async fn look(&self, id: &str) -> Result<(), Error> {
        let Some(qualified) = &self.qualified else { return Ok(()) };
        let mut unit = self.begin().await?;
        let Some(file) = files::get(&mut unit, id).await.map_err(Error::storage)? else { return Ok(()) };
        let known = files::signatures(&mut unit, id).await.map_err(Error::storage)?;
        let record = known.map_or_else(|| fresh(id, 0), |(record, _)| record);
        let candidates = self.candidates(&mut unit, &file, &record).await?;
        drop(unit);
        let looked = match self.examine(qualified, &file, &candidates, is_paired(&record)).await {
            Ok(looked) => looked,
            Err(error) => {
                failed(&error);
                Looked::Nothing
            }
        };
        self.keep(&file, &looked).await
    }

    /// What a signature apart may sign: what it is known to, else the files that came with it or that a document names with
    /// it. The one by whose name it is called comes first.
    async fn candidates(&self, unit: &mut Unit, file: &File, record: &Record) -> Result<Vec<File>, Error> {
        let mut ids: Vec<String> = match &record.signs {
            Some(signs) if is_paired(record) => vec![signs.clone()],
            _ => record.beside.clone(),
        };
        if !is_paired(record) {
            for place in &file.named {
                let named = files::named_by(unit, place).await.map_err(Error::storage)?;
                ids.extend(named.into_iter().map(|file| file.id));
            }
        }
        let mut seen = BTreeSet::from([file.id.clone()]);
        let mut found = Vec::new();
        for id in ids.into_iter().filter(|id| seen.insert(id.clone())).take(MOST_BESIDE) {
            found.extend(files::get(unit, &id).await.map_err(Error::storage)?);
        }
        found.sort_by_key(|other: &File| !is_called_by(&file.name, &other.name));
        Ok(found)
    }

    async fn examine(
        &self,
        qualified: &Qualified,
        file: &File,
        candidates: &[File],
        known: bool,
    ) -> Result<Looked, Error> {
        let at = self.platform.security.now();
        let Some(bytes) = self.content(file).await? else {
            return Ok(Looked::Found(Findings::unreadable(at, "signature-too-large"), None));
        };
        let attached = match vzaemo_identity::is_attached(&bytes) {
            Ok(attached) => attached,
            Err(refusal) => return Ok(Looked::Found(Findings::unreadable(at, refusal.public_code()), None)),
        };
        if attached && !known {
            return self.judged(qualified.examine(&bytes, None).await, file, None).await;
        }
        let mut other = None;
        for candidate in candidates {
            let Some(content) = self.content(candidate).await? else { continue };
            let examined = qualified.examine(&bytes, Some(&content)).await;
            if examined.as_ref().is_ok_and(Examined::is_of_other_content) {
                // Called by its name, it pretends to sign it.
                if known || is_called_by(&file.name, &candidate.name) {
                    other = Some((examined, candidate));
                }
                continue;
            }
            return self.judged(examined, file, Some(candidate)).await;
        }
        match other {
            Some((examined, candidate)) => self.judged(examined, file, Some(candidate)).await,
            None => Ok(Looked::Found(Findings::NoDocument { at }, None)),
        }
    }

    async fn judged(
        &self,
        examined: Result<Examined, QualifiedError>,
        file: &File,
        signed: Option<&File>,
    ) -> Result<Looked, Error> {
        let at = self.platform.security.now();
        let signs = signed.map(|file| file.id.clone());
        match examined {
            Ok(Examined { digest, signatures }) => {
                let owner = file.owner.as_deref().and_then(PersonId::parse);
                let mut found = Vec::with_capacity(signatures.len());
                for (finding, key) in signatures {
                    found.push(self.with_sender(finding, key.as_ref(), owner).await?);
                }
                Ok(Looked::Found(Findings::Signed { at, digest, signatures: found }, signs))
            }
            Err(QualifiedError::Refused(refusal)) => {
                Ok(Looked::Found(Findings::unreadable(at, refusal.public_code()), signs))
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "signatures could not be looked at");
                Ok(Looked::Nothing)
            }
        }
    }

    /// Whether the person who sent the file has signed it. The number by which that is told goes no further.
    async fn with_sender(
        &self,
        finding: Finding,
        key: Option<&ProvenKey>,
        owner: Option<PersonId>,
    ) -> Result<Finding, Error> {
        let sender = match (key, owner) {
            (Some(key), Some(owner)) => Some(self.is(owner, key).await?),
            _ => None,
        };
        let signer = finding.signer.map(|signer| vzaemo_identity::Signer { sender, ..signer });
        Ok(Finding { signer, ..finding })
    }

    /// Whether this person is known by that key.
    async fn is(&self, person: PersonId, key: &ProvenKey) -> Result<bool, Error> {
        let mut unit = self.begin().await?;
        let key = self.persons.key_of(key);
        self.persons.has_key_in(&mut unit, person, &key).await.map_err(Error::storage)
    }

    async fn content(&self, file: &File) -> Result<Option<Arc<[u8]>>, Error> {
        if file.size > LARGEST {
            return Ok(None);
        }
        let whole = self.platform.files.whole(&file.digest, LARGEST).await.map_err(Error::storage)?;
        Ok(whole.map(Arc::from))
    }

    /// Keeps what was found, together with what was found before.
    async fn keep(&self, file: &File, looked: &Looked) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.begin().await?;
            if files::get(&mut unit, &file.id).await.map_err(Error::storage)?.is_none() {
                return Ok(());
            }
            let known = files::signatures(&mut unit, &file.id).await.map_err(Error::storage)?;
            let (record, revision) = match known {
                Some((record, revision)) => (record, Some(revision)),
                None => (fresh(&file.id, 0), None),
            };
            let record = self.after(record, looked);
            files::keep_signatures(&mut unit, &record, revision).await.map_err(Error::storage)?;
            if committed(unit).await? {
                return Ok(());
            }
        }
        Err(Error::Busy)
    }

    /// The record after a look. What could not be told is looked at again, after a wait that doubles.
    fn after(&self, record: Record, looked: &Looked) -> Record {
        let (findings, signs) = match looked {
            Looked::Found(fresh, signs) => {
                let findings = match Findings::read(&record.findings) {
                    Some(before) => before.and_then(fresh.clone()),
                    None => fresh.clone(),
                };
                (Some(findings), signs.clone().or_else(|| record.signs.clone()))
            }
            Looked::Nothing => (Findings::read(&record.findings), record.signs.clone()),
        };
        let open = match (&findings, looked) {
            (Some(Findings::Signed { signatures, .. }), _) => {
                signatures.iter().any(|finding| finding.verdict == Verdict::Unknown)
            }
            (Some(_), _) => false,
            (None, _) => true,
        };
        let findings = findings.map_or(record.findings, |findings| findings.to_value());
        if !open {
            return Record { signs, findings, state: Look::Settled, tries: 0, ..record };
        }
        let wait =
            FIRST_WAIT.checked_mul(1 << record.tries.min(16)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
        let now = self.platform.security.now();
        let due = now.checked_add(wait).unwrap_or(now).as_millis();
        Record { signs, findings, state: Look::Waiting, due, tries: record.tries.saturating_add(1), ..record }
    }

    /// Looks at what is due until the task is dropped, on one node at a time.
    pub async fn run(&self) {
        if !self.checks() {
            return;
        }
        loop {
            match self.turn().await {
                Ok(0) => {}
                Ok(files) => tracing::info!(files, "signatures of documents were looked at"),
                Err(error) => failed(&error),
            }
            let _rested = tokio::time::timeout(REST, self.wake.notified()).await;
        }
    }

    async fn turn(&self) -> Result<usize, Error> {
        let leased = self.platform.storage.lease(LEASE, TERM).await.map_err(Error::storage)?;
        if leased { self.round().await } else { Ok(0) }
    }

    /// Looks at a portion of what is due; tells how many files that were.
    ///
    /// # Errors
    /// The storage does not answer.
    pub async fn round(&self) -> Result<usize, Error> {
        if !self.checks() {
            return Ok(0);
        }
        let now = self.platform.security.now().as_millis();
        let due =
            files::signatures_due(&mut self.begin().await?, now, PORTION).await.map_err(Error::storage)?;
        for id in &due {
            self.look(id).await?;
        }
        Ok(due.len())
    }

    async fn begin(&self) -> Result<Unit, Error> {
        self.platform.storage.begin().await.map_err(Error::storage)
    }
}

/// Where the files of a person's cabinet that no other document names are named: receipts that they keep, signatures that
/// they attached.
pub(crate) fn kept_place(person: &str) -> Place {
    Place::new(vzaemo_cabinet::NAMESPACE, KEPT, person)
}

/// Whether a file is a document that the platform has made and a person keeps.
pub fn is_kept(file: &File) -> bool {
    let kept = |place: &Place| place.namespace == vzaemo_cabinet::NAMESPACE && place.collection == KEPT;
    file.media_type != MEDIA_TYPE && file.named.iter().any(kept)
}

/// Names none of the files any more that a person keeps; tells how many these were. They are swept in time.
pub(crate) async fn release(unit: &mut Unit, person: &str, now: Instant) -> Result<u64, Error> {
    let place = kept_place(person);
    let kept = files::named_by(unit, &place).await.map_err(Error::storage)?.len();
    if kept > 0 {
        files::name(unit, &place, &[], now.as_millis()).await.map_err(Error::storage)?;
    }
    Ok(u64::try_from(kept).unwrap_or(u64::MAX))
}

/// Whether a file is called as a signature of another is: `order.pdf.p7s` of `order.pdf`.
fn is_called_by(signature: &str, document: &str) -> bool {
    let stem = signature.rsplit_once('.').map_or(signature, |(stem, _)| stem);
    stem == document
}

/// Whether it is known what a signature that stands apart signs, rather than only what it is called by.
fn is_paired(record: &Record) -> bool {
    record.signs.is_some()
        && Findings::read(&record.findings).is_none_or(|findings| findings.fit_a_document())
}

fn fresh(id: &str, due: i64) -> Record {
    Record {
        file: id.to_owned(),
        signs: None,
        beside: Vec::new(),
        state: Look::Waiting,
        due,
        tries: 0,
        findings: serde_json::Value::Null,
    }
}

/// Commits; `false` if the unit is to be run again.
async fn committed(unit: Unit) -> Result<bool, Error> {
    match unit.commit().await {
        Ok(_) => Ok(true),
        Err(CommitError::Busy) => Err(Error::Busy),
        Err(error) if error.is_retryable() => Ok(false),
        Err(error) => Err(Error::storage(error)),
    }
}

fn failed(error: &Error) {
    tracing::error!(error = error as &dyn std::error::Error, "could not look after signatures of documents");
}
