//! The storage as a whole.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::commit::{Following, Shared, start};
use crate::contact::Contact;
use crate::declare::stored_catalog;
use crate::engine::Engine;
use crate::key::KeyMaker;
use crate::lease;
use crate::live::Live;
use crate::memory::Memory;
use crate::pool::Pool;
use crate::prepared::substitute;
use crate::queue::Queue;
use crate::reader::{self, Head, Reader};
use crate::snapshots::Snapshots;
use crate::sqlite::Synchronous;
use crate::watch::Watches;
use crate::{Collection, DeclareError, Dependencies, Document, Problem, StorageError, Unit, Watch};

/// Where the data lie and how much is done at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The directory of the database file; made if missing.
    pub directory: PathBuf,
    /// Connections that read, and so units that read at once; others wait.
    pub readers: u32,
    /// Units that may wait for their commit; the next one is refused as [`CommitError::Busy`](crate::CommitError).
    pub queue_len: usize,
    /// Units that one transaction commits at most.
    pub batch_max: usize,
    /// Bytes that one unit may write.
    pub unit_max_bytes: usize,
    /// How long SQLite's write-ahead log may grow, in bytes, before it is begun anew. It may be longer for a moment.
    pub wal_max_bytes: u64,
    /// How long SQLite waits for a lock that another process holds.
    pub busy_timeout: Duration,
    /// When SQLite waits for the disk.
    pub synchronous: Synchronous,
    /// The PostgreSQL database that holds everything instead of a file in the directory.
    pub postgres: Option<Postgres>,
}

/// A PostgreSQL database. The storage has the schema that stands first in the search path to itself; any number of
/// nodes may share it.
#[derive(Clone, PartialEq, Eq)]
pub struct Postgres {
    /// Its address as libpq takes it, with parameters: `postgres://user@host:5432/database`. The connection must be a
    /// direct one, for a pooler in between does not keep what is told of commits apart.
    pub url: String,
    /// The password, if the address holds none and none is found where libpq looks for it.
    pub password: Option<String>,
}

impl Postgres {
    /// The database at this address.
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), password: None }
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Config {
    /// The defaults, in this directory.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            readers: 16,
            queue_len: 4096,
            batch_max: 1024,
            unit_max_bytes: 8 * 1024 * 1024,
            wal_max_bytes: 64 * 1024 * 1024,
            busy_timeout: Duration::from_secs(5),
            synchronous: Synchronous::Full,
            postgres: None,
        }
    }
}

/// After how long without news from the log a node says so.
const PAUSED_AFTER: Duration = Duration::from_secs(2);

/// A handle to the storage; clones share it.
#[derive(Debug, Clone)]
pub struct Storage {
    pool: Pool,
    queue: Queue,
    pub(crate) shared: Arc<Shared>,
    /// Who this node is, among those that share the database at the moment.
    node: Uuid,
    unit_max_bytes: usize,
}

/// What became of a committed unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its position in the commit log; the snapshot's for a unit that changed nothing.
    pub position: u64,
    /// The numbers that its placeholders became, in the order asked.
    pub numbers: Vec<Number>,
    /// The number of its first audit entry, if it has any; the others follow.
    pub first_entry: Option<u64>,
}

impl Committed {
    /// `text` with each placeholder replaced by its number.
    pub fn substitute(&self, text: &str) -> String {
        let mut text = text.to_owned();
        substitute(&mut text, &self.numbers);
        text
    }
}

/// A number of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// What stood for it in the unit.
    pub placeholder: String,
    /// The sequence.
    pub sequence: String,
    /// The number, from 1.
    pub value: u64,
}

/// What one commit touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its position in the commit log.
    pub position: u64,
    /// The documents inserted, replaced or removed.
    pub touched: Vec<Touched>,
    /// Whether another node committed it.
    pub elsewhere: bool,
    /// Whether commits up to this one may have touched anything, because what other nodes did in the meantime is not
    /// known here: everything remembered must be forgotten.
    pub everything: bool,
}

/// A document touched by a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The collection.
    pub collection: Arc<str>,
    /// The document's key.
    pub key: Arc<str>,
}

/// An audit entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Dense, from 0, in commit order.
    pub number: u64,
    /// The commit that added it.
    pub position: u64,
    /// Its leaf hash by RFC 6962 §2.1: SHA-256 of a zero byte and `bytes`.
    pub leaf: Vec<u8>,
    /// The entry.
    pub bytes: Vec<u8>,
}

impl Storage {
    /// Opens the storage, making it if it is not there. Needs a Tokio runtime, on which the committer then runs.
    pub async fn open(config: Config) -> Result<Self, StorageError> {
        let Engine { pool, mut writer, server } = Engine::open(&config).await?;
        let mut transaction = writer.read().await?;
        let head = reader::head(&mut transaction, false).await?;
        transaction.rollback().await?;
        let shared = Arc::new(Shared {
            catalog: RwLock::new(Arc::new(Catalog::default())),
            live: Live::default(),
            watches: Arc::new(Watches::default()),
            memory: Arc::new(Memory::at(head.position)),
            snapshots: Arc::new(Snapshots::new(pool.clone(), config.readers, head)),
            position: watch::Sender::new(head.position),
            changes: broadcast::Sender::new(4096),
            contact: server.is_some().then(Contact::now),
        });
        let following = server.map(|server| {
            let news = Arc::new(Notify::new());
            let listener = server.listen(news.clone(), shared.position.subscribe());
            Following::new(news, listener, server.channel)
        });
        let (queue, commands) = Queue::new(config.queue_len);
        start(writer, head, shared.clone(), commands, config.batch_max.max(1), following);
        Ok(Self { pool, queue, shared, node: Uuid::new_v4(), unit_max_bytes: config.unit_max_bytes })
    }

    /// Declares the collections of a namespace (a module's id or the name of a room of the host), all or none.
    ///
    /// Tables, columns and indexes that are missing are made, counters that are new or changed are counted. Nothing
    /// that holds data is dropped; collections declared before and not mentioned stay. Units that wrote under an
    /// older declaration of a changed collection get a conflict.
    pub async fn declare(&self, namespace: &str, collections: &[Collection]) -> Result<(), DeclareError> {
        self.queue.declare(namespace, collections).await
    }

    /// A document as it is at this moment, read beside all units: also one that another program has just written into
    /// the same file.
    pub async fn read_now(
        &self,
        namespace: &str,
        collection: &str,
        key: &str,
    ) -> Result<Option<Document>, StorageError> {
        let collection = self.shared.catalog().get(namespace, collection)?.id;
        let (mut reader, _) = self.read().await?;
        let found = reader.get(collection, key).await?;
        reader.end().await?;
        Ok(found)
    }

    /// Takes over all declarations that the database keeps, so that documents of any namespace can be read without
    /// declaring them: for a program that reads a platform's storage beside it or while it does not serve. Nothing is
    /// written.
    pub async fn recall_declarations(&self) -> Result<(), StorageError> {
        let (mut reader, _) = self.read().await?;
        let catalog = stored_catalog(&mut reader.0).await?;
        reader.end().await?;
        *self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    /// A unit of work on a snapshot at the latest position, with the system's time and a random seed for its keys.
    pub async fn begin(&self) -> Result<Unit, StorageError> {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        self.begin_at(i64::try_from(now).unwrap_or(i64::MAX), Uuid::new_v4().as_u128()).await
    }

    /// The same with the time (milliseconds since 1970) and seed of whose keys are made, so that a unit that is run
    /// again makes the same keys. Two different units must not have the same time and seed.
    pub async fn begin_at(&self, now_ms: i64, seed: u128) -> Result<Unit, StorageError> {
        // In this order: the snapshot must be neither older than what is held nor than the declarations, and these not
        // older than the watches.
        let era = self.shared.watches.era();
        let catalog = self.shared.catalog();
        let live = self.shared.live.hold(self.position());
        self.refuse_if_paused()?;
        let snapshot = self.shared.snapshots.lend().await?;
        let keys = KeyMaker::new(now_ms, seed);
        let (memory, queue) = (self.shared.memory.clone(), self.queue.clone());
        Ok(Unit::new(snapshot, memory, catalog, queue, live, era, keys, self.unit_max_bytes))
    }

    /// A snapshot of its own.
    pub(crate) async fn read(&self) -> Result<(Reader, Head), StorageError> {
        self.refuse_if_paused()?;
        self.pool.begin().await
    }

    /// While the node has lost the log nobody waits for a connection in vain.
    fn refuse_if_paused(&self) -> Result<(), StorageError> {
        if self.is_paused() {
            return Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into()).into());
        }
        Ok(())
    }

    /// Whether other nodes may commit too.
    pub fn is_shared(&self) -> bool {
        self.shared.contact.is_some()
    }

    /// Whether this node cannot reach the commit log, or has had no news from it for two seconds, so that it neither changes anything nor
    /// knows whether what it remembers still holds. It recovers by itself.
    pub fn is_paused(&self) -> bool {
        self.shared.contact.as_ref().is_some_and(|contact| contact.is_lost() || contact.age() > PAUSED_AFTER)
    }

    /// The position of the last durable commit that this node knows of.
    pub fn position(&self) -> u64 {
        *self.shared.position.borrow()
    }

    /// Follows the position of the last durable commit.
    pub fn positions(&self) -> watch::Receiver<u64> {
        self.shared.position.subscribe()
    }

    /// What each commit from now on touches, in order. A receiver that falls behind by more than 4096 commits is told
    /// so and must consider everything touched. Commits that touched no document are not reported.
    pub fn changes(&self) -> broadcast::Receiver<Arc<Change>> {
        self.shared.changes.subscribe()
    }

    /// Watches what a unit has read; nothing if a commit has touched some of it since the unit's snapshot, or may have.
    ///
    /// The watch ends before the commit that touches it is acknowledged, so whoever knows of the commit no longer finds
    /// the watch holding. A change of a declaration ends all watches.
    pub fn watch(&self, dependencies: Dependencies) -> Option<Watch> {
        self.shared.watches.watch(dependencies)
    }

    /// Takes or extends a lease, so that of all nodes one does what is named by it. `false` while another node has it;
    /// one that has died loses it when the term is over, by the database's clock. Without a shared database there are
    /// no other nodes.
    ///
    /// A lease saves work. It does not exclude that a node goes on for a moment after its term: what must happen only
    /// once is certified by the commit log.
    pub async fn lease(&self, name: &str, term: Duration) -> Result<bool, StorageError> {
        match &self.pool {
            Pool::Sqlite(_) => Ok(true),
            Pool::Postgres(pool) => lease::take(pool, name, self.node, term).await,
        }
    }

    /// Gives a lease back before its time, so that another node need not wait.
    pub async fn give_back(&self, name: &str) -> Result<(), StorageError> {
        match &self.pool {
            Pool::Sqlite(_) => Ok(()),
            Pool::Postgres(pool) => lease::give_back(pool, name, self.node).await,
        }
    }

    /// Audit entries from a number on, in order, `limit` at most.
    pub async fn entries(&self, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StorageError> {
        let (mut reader, _) = self.read().await?;
        let entries = reader.entries(from, limit).await?;
        reader.end().await?;
        Ok(entries)
    }

    /// How many audit entries there are, which is the number of the next one.
    pub async fn entry_count(&self) -> Result<u64, StorageError> {
        let (reader, head) = self.read().await?;
        reader.end().await?;
        Ok(head.entries)
    }

    /// Checks the whole storage against itself on one snapshot: the database file, every counter of all collections
    /// against a recount, the density of the audit entries and their leaf hashes. Empty if all is well.
    pub async fn verify(&self) -> Result<Vec<Problem>, StorageError> {
        let (reader, head) = self.read().await?;
        crate::verify::verify(reader, head).await
    }

    /// Commits what is queued and closes all connections; units begun later or still running fail.
    pub async fn close(self) {
        self.queue.close().await;
        self.shared.snapshots.close();
        self.pool.close().await;
    }
}
