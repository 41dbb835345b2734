//! Files beside documents: their content by digest in an object store, their records in the database.
//!
//! A file is uploaded in steps, each of which leaves something that the next one or a [sweep](Files::sweep) can go on
//! from, whenever the process dies:
//!
//! 1. [`Files::upload`]: the bytes go into a temporary file as they come, with a limit, their SHA-256 on the way and
//!    constant memory;
//! 2. the record is committed as [arriving](State::Arriving), with its digest, and as *loose*: no document names it;
//! 3. the content is published under its digest, durably;
//! 4. the record is committed as held; now a document may name it;
//! 5. a document is written that [names](name) it, in the same unit of work: the record is no longer loose.
//!
//! So a document never names content that is not there. What stays loose for longer than the grace is swept. Two files
//! of the same bytes share their content; it is removed only after a *removal* has been committed that certifies that no
//! record has the digest, and no record with that digest is taken until the removal is over.

mod error;
mod kind;
mod label;
mod record;
mod s3;
mod spool;
mod store;
mod sweep;
#[cfg(test)]
mod tests;

pub use error::{FilesError, UploadError};
pub use kind::{KINDS, Kind};
pub use label::{LabelError, label};
pub use record::{
    File, NAMESPACE, Place, State, Unnameable, collections, disown, get, hand_over, name, named_by, owned,
};
pub use spool::{Spooled, Upload};
pub use store::{Content, Secret, Store, StoreConfig};
pub use sweep::Swept;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::{CommitError, Storage};
pub(crate) use record::is_record;

/// How often a record is tried to be written while others write.
const ATTEMPTS: u32 = 12;
/// How long an upload waits for the removal of the same content to end, and how often it looks.
const REMOVAL_PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 200 } else { 5000 });
const REMOVAL_PAUSE: Duration = Duration::from_millis(50);

/// Where files lie and how large they may be.
#[derive(Debug, Clone)]
pub struct FilesConfig {
    /// The folder of uploads that are arriving, and of content unless that is kept elsewhere. Made if missing.
    pub folder: PathBuf,
    /// Where content is kept.
    pub store: StoreConfig,
    /// The most bytes of one file.
    pub largest: u64,
    /// How long a file may be held without a document that names it.
    pub grace: Duration,
    /// Whether files are shown to be free of malicious content before anybody but their owner gets them.
    pub scanned: bool,
}

impl FilesConfig {
    /// Local files of up to 20 MiB in this folder, loose for a day, not scanned.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            store: StoreConfig::Local,
            largest: 20 << 20,
            grace: Duration::from_hours(24),
            scanned: false,
        }
    }
}

/// What is known of an upload besides its bytes.
#[derive(Debug, Clone)]
pub struct About {
    /// What it is called, made safe by [`label`].
    pub name: String,
    /// What it is, by its content.
    pub kind: &'static Kind,
    /// The person who sent it, by the platform's id; nobody if the session had ended.
    pub owner: Option<String>,
    /// The person has declared that it holds no secret or service information.
    pub declared: bool,
}

/// A handle to the files; clones share it.
#[derive(Debug, Clone)]
pub struct Files(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    storage: Storage,
    store: Store,
    config: FilesConfig,
    #[cfg(test)]
    interrupt: std::sync::Mutex<Option<Step>>,
}

/// The places between which a process may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Spooled,
    Recorded,
    Published,
    Held,
    Doomed,
    Removed,
}

impl Files {
    /// Opens the files: makes folders that are missing and declares the records.
    pub async fn open(config: FilesConfig, storage: Storage) -> Result<Self, FilesError> {
        let store = Store::open(&config).await?;
        storage.declare(NAMESPACE, &collections()).await?;
        #[cfg(test)]
        let interrupt = std::sync::Mutex::default();
        Ok(Self(Arc::new(Inner {
            storage,
            store,
            config,
            #[cfg(test)]
            interrupt,
        })))
    }

    /// The most bytes of one file.
    pub fn largest(&self) -> u64 {
        self.0.config.largest
    }

    /// Whether files are scanned.
    pub fn scanned(&self) -> bool {
        self.0.config.scanned
    }

    /// Begins an upload of up to `most` bytes, and never more than the configuration allows.
    pub async fn upload(&self, most: u64) -> Result<Upload, UploadError> {
        Upload::begin(self.0.store.incoming(), most.min(self.0.config.largest)).await
    }

    /// Takes a finished upload into keeping. `now_ms` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`FilesError::Busy`] if content of the same digest is being removed and that does not end within seconds.
    pub async fn keep(&self, spooled: Spooled, about: &About, now_ms: i64) -> Result<File, FilesError> {
        self.after(Step::Spooled)?;
        let file = File::arriving(&spooled, about, now_ms);
        self.record(&file).await?;
        self.after(Step::Recorded)?;
        self.0.store.publish(&spooled).await?;
        self.after(Step::Published)?;
        let held =
            self.change(&file.id, |file| file.state = State::Pending).await?.ok_or(FilesError::Gone)?;
        self.after(Step::Held)?;
        Ok(held)
    }

    /// Commits the record of an upload whose content is not published yet.
    async fn record(&self, file: &File) -> Result<(), FilesError> {
        let begun = tokio::time::Instant::now();
        for _ in 0..ATTEMPTS {
            loop {
                let mut unit = self.0.storage.begin().await?;
                if !record::is_doomed(&mut unit, &file.digest).await? {
                    record::insert(&mut unit, file).await?;
                    match unit.commit().await {
                        Ok(_) => return Ok(()),
                        Err(error) if error.is_retryable() => break,
                        Err(CommitError::Busy) => return Err(FilesError::Busy),
                        Err(error) => return Err(error.into()),
                    }
                }
                if begun.elapsed() > REMOVAL_PATIENCE {
                    return Err(FilesError::Busy);
                }
                tokio::time::sleep(REMOVAL_PAUSE).await;
            }
        }
        Err(FilesError::Busy)
    }

    /// Changes a record in a unit of its own; nothing if it is not there.
    async fn change(&self, id: &str, change: impl Fn(&mut File)) -> Result<Option<File>, FilesError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.0.storage.begin().await?;
            let Some((mut file, revision)) = record::read(&mut unit, id).await? else { return Ok(None) };
            change(&mut file);
            record::replace(&mut unit, &file, revision).await?;
            match unit.commit().await {
                Ok(_) => return Ok(Some(file)),
                Err(error) if error.is_retryable() => {}
                Err(CommitError::Busy) => return Err(FilesError::Busy),
                Err(error) => return Err(error.into()),
            }
        }
        Err(FilesError::Busy)
    }

    /// The record of a file.
    pub async fn find(&self, id: &str) -> Result<Option<File>, FilesError> {
        let mut unit = self.0.storage.begin().await?;
        Ok(get(&mut unit, id).await?)
    }

    /// Gives a file that was sent without a session to the person who has signed in since. A file that has an owner
    /// keeps it.
    pub async fn claim(&self, id: &str, owner: &str) -> Result<(), FilesError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.0.storage.begin().await?;
            record::claim(&mut unit, id, owner).await?;
            match unit.commit().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_retryable() => {}
                Err(CommitError::Busy) => return Err(FilesError::Busy),
                Err(error) => return Err(error.into()),
            }
        }
        Err(FilesError::Busy)
    }

    /// Bytes held for nobody: what visitors without a session have sent within the last day.
    pub async fn unowned_bytes(&self) -> Result<u64, FilesError> {
        let mut unit = self.0.storage.begin().await?;
        Ok(record::unowned_bytes(&mut unit).await?)
    }

    /// Files that nobody has scanned yet, the oldest first.
    pub async fn pending(&self, limit: u32) -> Result<Vec<File>, FilesError> {
        let mut unit = self.0.storage.begin().await?;
        Ok(record::in_state(&mut unit, State::Pending, limit).await?)
    }

    /// The person has declared that the file holds no secret or service information.
    pub async fn declare(&self, id: &str) -> Result<(), FilesError> {
        if self.find(id).await?.is_some_and(|file| !file.declared) {
            self.change(id, |file| file.declared = true).await?;
        }
        Ok(())
    }

    /// What a scan has found.
    pub async fn found(&self, id: &str, state: State) -> Result<(), FilesError> {
        self.change(id, |file| file.state = state).await.map(|_| ())
    }

    /// Whether others than its owner may get the file.
    pub fn is_cleared(&self, file: &File) -> bool {
        match file.state {
            State::Clean => true,
            State::Pending => !self.scanned(),
            State::Arriving | State::Infected | State::Failed => false,
        }
    }

    /// The content with this digest, as a stream.
    pub async fn content(&self, digest: &str) -> Result<Content, FilesError> {
        self.0.store.read(digest).await
    }

    /// In tests: dies here.
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)] // outside tests nothing happens between the steps
    fn after(&self, step: Step) -> Result<(), FilesError> {
        #[cfg(test)]
        {
            let mut interrupt = self.0.interrupt.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if *interrupt == Some(step) {
                *interrupt = None;
                return Err(FilesError::Gone);
            }
        }
        let _ = step;
        Ok(())
    }
}
