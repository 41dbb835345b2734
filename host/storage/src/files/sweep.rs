//! Sweeping: what uploads and removals that died on their way have left behind.

use std::time::{Duration, SystemTime};

use super::{Files, FilesError, Step, record};
use crate::CommitError;

/// How many records of each kind one sweep looks at.
const PORTION: u32 = 200;
/// For how long whoever has begun a removal has the sole right to it. Removing takes far less.
const LEASE: Duration = Duration::from_mins(10);
/// The longest that the store may take to remove content.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a sweep has removed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Temporary files.
    pub temporary: usize,
    /// Records of files that no document named.
    pub records: usize,
    /// Content that no record had any more.
    pub contents: usize,
}

impl Files {
    /// Removes what has been left behind for longer than the grace: temporary files, files that no document names, and
    /// content that no file has. To be called now and then; a sweep that dies is gone on with by the next one.
    /// `now_ms` is in milliseconds since 1970.
    pub async fn sweep(&self, now_ms: i64) -> Result<Swept, FilesError> {
        let mut swept = Swept { temporary: self.temporary().await?, ..Swept::default() };
        let grace = i64::try_from(self.0.config.grace.as_millis()).unwrap_or(i64::MAX);
        let mut unit = self.0.storage.begin().await?;
        let loose = record::loose_since(&mut unit, now_ms.saturating_sub(grace), PORTION).await?;
        let abandoned = record::doomed_until(&mut unit, now_ms, PORTION).await?;
        drop(unit);
        for digest in abandoned {
            if self.doom(&digest, now_ms).await? {
                swept.contents += usize::from(self.remove(&digest).await?);
            }
        }
        for id in loose {
            let Some(digest) = self.drop_loose(&id, now_ms).await? else { continue };
            swept.records += 1;
            if let Some(digest) = digest {
                swept.contents += usize::from(self.remove(&digest).await?);
            }
        }
        Ok(swept)
    }

    /// Temporary files of this node that have not been touched for the grace.
    async fn temporary(&self) -> Result<usize, FilesError> {
        let mut removed = 0;
        let mut entries = tokio::fs::read_dir(self.0.store.incoming()).await?;
        while let Some(entry) = entries.next_entry().await? {
            let Ok(metadata) = entry.metadata().await else { continue };
            let age = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
            if age.is_some_and(|age| age >= self.0.config.grace)
                && tokio::fs::remove_file(entry.path()).await.is_ok()
            {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes the record of a loose file, and in the same unit dooms its content if no other file has it. The outer
    /// `None`: a document names it by now, or somebody else has removed it.
    async fn drop_loose(&self, id: &str, now_ms: i64) -> Result<Option<Option<String>>, FilesError> {
        let mut unit = self.0.storage.begin().await?;
        let Some(digest) = record::drop_loose(&mut unit, id).await? else {
            self.committed(unit.commit().await)?;
            return Ok(None);
        };
        let last = !record::shares(&mut unit, &digest, id).await?;
        if last {
            record::doom(&mut unit, &digest, until(now_ms)).await?;
        }
        if !self.committed(unit.commit().await)? {
            return Ok(None);
        }
        self.after(Step::Doomed)?;
        Ok(Some(last.then_some(digest)))
    }

    /// Takes over a removal that somebody has not ended in time.
    async fn doom(&self, digest: &str, now_ms: i64) -> Result<bool, FilesError> {
        let mut unit = self.0.storage.begin().await?;
        record::doom(&mut unit, digest, until(now_ms)).await?;
        self.committed(unit.commit().await)
    }

    /// Removes doomed content and ends the removal.
    async fn remove(&self, digest: &str) -> Result<bool, FilesError> {
        let removed = tokio::time::timeout(PATIENCE, self.0.store.remove(digest)).await;
        // The removal stays doomed, and is gone on with after the lease.
        removed.map_err(|_| FilesError::Busy)??;
        self.after(Step::Removed)?;
        let mut unit = self.0.storage.begin().await?;
        record::undoom(&mut unit, digest).await?;
        self.committed(unit.commit().await)
    }

    /// Whether a unit was committed; one that lost against another is left to the next sweep.
    #[allow(clippy::unused_self)]
    fn committed<T>(&self, committed: Result<T, CommitError>) -> Result<bool, FilesError> {
        match committed {
            Ok(_) => Ok(true),
            Err(error) if error.is_retryable() || matches!(error, CommitError::Busy) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn until(now_ms: i64) -> i64 {
    now_ms.saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
}
