//! Snapshots that units have done with, kept for the next unit as long as they are the latest.
//!
//! On SQLite every statement is a message to the connection's thread and back, and beginning and ending a snapshot are
//! three of them: as much as a small page needs altogether. So a snapshot that nothing has been committed after goes
//! from unit to unit. A commit ends all that lie idle, and those in use end when their unit does, so that none is left
//! over to keep the write-ahead log from being checkpointed. On PostgreSQL, where others commit too, every unit begins
//! a snapshot of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::catalog::{Compiled, Index};
use crate::plan::{Cut, Plan};
use crate::pool::Pool;
use crate::prepared::CounterKey;
use crate::reader::{Head, Placed, Reader};
use crate::{Document, Rows, StorageError};

/// Where units get their snapshots.
#[derive(Debug)]
pub(crate) struct Snapshots {
    pool: Pool,
    /// As many as units may read at once. Idle snapshots hold no permit but are taken first, so that both together
    /// never hold more connections than that.
    permits: Arc<Semaphore>,
    /// None on PostgreSQL.
    idle: Option<Mutex<Idle>>,
}

#[derive(Debug)]
struct Idle {
    /// The last commit that has been made known; what is idle is of this position.
    head: Head,
    readers: Vec<Reader>,
    /// Counts how often all snapshots became old without a commit.
    era: u64,
    /// Whether units give theirs back.
    kept: bool,
}

impl Snapshots {
    pub(crate) fn new(pool: Pool, readers: u32, head: Head) -> Self {
        let idle = match pool {
            Pool::Sqlite(_) => Some(Mutex::new(Idle { head, readers: Vec::new(), era: 0, kept: true })),
            Pool::Postgres(_) => None,
        };
        let readers = usize::try_from(readers).unwrap_or(Semaphore::MAX_PERMITS);
        Self { pool, permits: Arc::new(Semaphore::new(readers.clamp(1, Semaphore::MAX_PERMITS))), idle }
    }

    /// A snapshot no older than the last commit that has been made known.
    pub(crate) async fn lend(self: &Arc<Self>) -> Result<Lent, StorageError> {
        let permit = self.permits.clone().acquire_owned();
        // As long as a connection would be waited for.
        let permit = tokio::time::timeout(self.pool.patience(), permit)
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let (idle, era) = match self.idle() {
            Some(mut idle) => (idle.readers.pop().map(|reader| (reader, idle.head)), idle.era),
            None => (None, 0),
        };
        let (reader, head) = match idle {
            Some(idle) => idle,
            None => self.pool.begin().await?,
        };
        Ok(Lent { reader: Some(reader), head, era, asking: false, home: self.clone(), _permit: permit })
    }

    /// Commits up to this one have been made known: what lies idle is old.
    pub(crate) fn retire(&self, head: Head) {
        let old = self.idle().map(|mut idle| {
            idle.head = head;
            std::mem::take(&mut idle.readers)
        });
        drop(old);
    }

    /// The tables have changed: neither what lies idle nor what is lent now is to be used again. To be called before
    /// anybody can know of the new tables.
    pub(crate) fn renew(&self) {
        let old = self.idle().map(|mut idle| {
            idle.era += 1;
            std::mem::take(&mut idle.readers)
        });
        drop(old);
    }

    /// Ends what lies idle and lends nothing more.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.keep(false);
    }

    /// Whether snapshots are kept for the next unit from now on. If not, those that lie idle end.
    pub(crate) fn keep(&self, kept: bool) {
        let old = self.idle().map(|mut idle| {
            idle.kept = kept;
            if kept { Vec::new() } else { std::mem::take(&mut idle.readers) }
        });
        drop(old);
    }

    fn give_back(&self, reader: Reader, head: Head, era: u64) {
        if let Some(mut idle) = self.idle()
            && idle.kept
            && (idle.head, idle.era) == (head, era)
        {
            idle.readers.push(reader);
        }
    }

    fn idle(&self) -> Option<MutexGuard<'_, Idle>> {
        // What is in there is whole at any moment.
        self.idle.as_ref().map(|idle| idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A snapshot in the hands of one unit.
#[derive(Debug)]
pub(crate) struct Lent {
    /// There until it is given back.
    reader: Option<Reader>,
    head: Head,
    era: u64,
    /// A statement has begun and not ended well. Whoever was waiting for it may have gone.
    asking: bool,
    home: Arc<Snapshots>,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    /// The ends of the logs that it sees.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    pub(crate) async fn get(&mut self, collection: i64, key: &str) -> Result<Option<Document>, StorageError> {
        let found = self.ask()?.get(collection, key).await?;
        Ok(self.answered(found))
    }

    pub(crate) async fn find_unique(
        &mut self,
        collection: &Compiled,
        index: &Index,
        values: &[String],
    ) -> Result<Option<Document>, StorageError> {
        let found = self.ask()?.find_unique(collection, index, values).await?;
        Ok(self.answered(found))
    }

    pub(crate) async fn select(
        &mut self,
        collection: &Compiled,
        plan: &Plan,
    ) -> Result<(Rows, Option<Cut>), StorageError> {
        let found = self.ask()?.select(collection, plan).await?;
        Ok(self.answered(found))
    }

    pub(crate) async fn select_placed(
        &mut self,
        collection: &Compiled,
        plan: &Plan,
    ) -> Result<(Vec<Placed>, Option<Cut>), StorageError> {
        let found = self.ask()?.select_placed(collection, plan).await?;
        Ok(self.answered(found))
    }

    pub(crate) async fn count(&mut self, key: &CounterKey) -> Result<u64, StorageError> {
        let found = self.ask()?.count(key).await?;
        Ok(self.answered(found))
    }

    /// Gives it back.
    pub(crate) async fn end(mut self) -> Result<(), StorageError> {
        if self.home.idle.is_none()
            && let Some(reader) = self.reader.take()
        {
            return reader.end().await;
        }
        Ok(())
    }

    fn ask(&mut self) -> Result<&mut Reader, StorageError> {
        self.asking = true;
        self.reader.as_mut().ok_or(StorageError::Closed)
    }

    fn answered<T>(&mut self, answer: T) -> T {
        self.asking = false;
        answer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take()
            && !self.asking
        {
            self.home.give_back(reader, self.head, self.era);
        }
    }
}

#[cfg(test)]
mod tests;
