//! The committer: the one task of a node that writes.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

use crate::admit::{Admission, Counted, admit};
use crate::batch;
use crate::catalog::Catalog;
use crate::contact::Contact;
use crate::declare::{declare, refresh};
use crate::fault::{Fault, fault, is_answer};
use crate::live::Live;
use crate::logged::{self, News};
use crate::memory::Memory;
use crate::prepared::{CounterKey, Prepared};
use crate::queue::{Command, Ticket};
use crate::reader::{self, Head};
use crate::recent::{Recent, Touch};
use crate::snapshots::Snapshots;
use crate::sql::Dialect;
use crate::transaction::{Statement, Transaction};
use crate::watch::Watches;
use crate::writer::Writer;
use crate::{Change, Collection, CommitError, Committed, DeclareError, StorageError, Touched};

/// How long a batch may take up to its commit, and the commit itself, before the connection counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it is tried to find out what became of a batch whose commit was not answered.
const FIND_OUT: Duration = Duration::from_mins(1);
/// How long to wait between two such tries.
const PAUSE: Duration = Duration::from_millis(250);
/// How often the end of the log is looked at when nobody tells of anything.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// How often old parts of the log are removed.
const TRIM: Duration = Duration::from_mins(1);

/// What readers and the committer share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub catalog: RwLock<Arc<Catalog>>,
    pub live: Live,
    pub watches: Arc<Watches>,
    pub memory: Arc<Memory>,
    pub snapshots: Arc<Snapshots>,
    pub position: watch::Sender<u64>,
    pub changes: broadcast::Sender<Arc<Change>>,
    /// None where nobody else commits.
    pub contact: Option<Contact>,
}

impl Shared {
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the end of the log known; what its commits touched has been forgotten.
    fn arrive_at(&self, head: Head) {
        self.memory.settle(head.position);
        self.snapshots.retire(head);
        self.position.send_replace(head.position);
    }
}

/// How a node hears of what others commit.
#[derive(Debug)]
pub(crate) struct Following {
    news: Arc<Notify>,
    listener: JoinHandle<()>,
    heartbeat: Interval,
    channel: String,
    /// None until the first time, soon after the start.
    trimmed: Option<Instant>,
}

impl Following {
    pub(crate) fn new(news: Arc<Notify>, listener: JoinHandle<()>, channel: String) -> Self {
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { news, listener, heartbeat, channel, trimmed: None }
    }

    async fn news(&mut self) {
        tokio::select! {
            () = self.news.notified() => {}
            _ = self.heartbeat.tick() => {}
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Starts the committer.
pub(crate) fn start(
    mut writer: Writer,
    head: Head,
    shared: Arc<Shared>,
    mut commands: mpsc::Receiver<Command>,
    batch_max: usize,
    following: Option<Following>,
) {
    tokio::spawn(async move {
        let mut log = Log { head, recent: Recent::since(head.position), shared, following };
        let mut closing = None;
        loop {
            let command = tokio::select! {
                command = commands.recv() => command,
                () = log.news() => {
                    log.follow(&mut writer).await;
                    continue;
                }
            };
            let mut next = command;
            if next.is_none() {
                break;
            }
            let mut tickets = Vec::new();
            // Whatever has come while the last batch was being written goes into one batch.
            while let Some(Command::Commit(ticket)) = next {
                tickets.push(*ticket);
                next = if tickets.len() < batch_max { commands.try_recv().ok() } else { None };
            }
            if !tickets.is_empty() {
                log.commit(&mut writer, tickets).await;
                writer.tidy(&log.shared.snapshots).await;
            }
            match next {
                Some(Command::Declare(namespace, collections, answer)) => {
                    let _ = answer.send(log.declare(&mut writer, &namespace, &collections).await);
                }
                Some(Command::Close(done)) => {
                    commands.close();
                    closing = Some(done);
                }
                Some(Command::Commit(_)) | None => {}
            }
        }
        if let Err(error) = writer.close().await {
            tracing::warn!(%error, "failed to close the writing connection");
        }
        drop(log);
        if let Some(done) = closing {
            let _ = done.send(());
        }
    });
}

/// The end of the commit log as the committer knows it.
struct Log {
    head: Head,
    recent: Recent,
    shared: Arc<Shared>,
    following: Option<Following>,
}

/// What a durable batch has done, for its units and for those who watch.
struct Done {
    outcomes: Vec<(usize, Result<Committed, CommitError>)>,
    recent: Recent,
    fired: Vec<Arc<Touch>>,
    head: Head,
}

/// Why a batch has not become durable, as far as is known.
enum Failure {
    /// It has not.
    Failed(StorageError),
    /// The commit was not answered: the log knows, by this name of the batch.
    Unanswered { error: StorageError, done: Box<Done>, batch: String },
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Failed(error)
    }
}

impl Log {
    async fn news(&mut self) {
        match &mut self.following {
            Some(following) => following.news().await,
            None => std::future::pending().await,
        }
    }

    /// Commits a batch; where a statement fails, halves it until the unit at fault stands alone.
    async fn commit(&mut self, writer: &mut Writer, tickets: Vec<Ticket>) {
        let mut waiting = VecDeque::from([tickets]);
        while let Some(mut tickets) = waiting.pop_front() {
            let error = match self.attempt(writer, &mut tickets).await {
                Ok(done) => {
                    self.publish(done, tickets);
                    continue;
                }
                Err(Failure::Unanswered { error, done, batch }) => {
                    match self.find_out(writer, done.head.position, &batch).await {
                        Some(true) => self.publish(*done, tickets),
                        Some(false) => waiting.push_front(tickets),
                        None => answer_all(tickets, || CommitError::Unknown(error.clone())),
                    }
                    continue;
                }
                Err(Failure::Failed(error)) => error,
            };
            match fault(&error) {
                Fault::Unique | Fault::Statement if tickets.len() > 1 => {
                    tracing::error!(%error, units = tickets.len(), "failed to write a batch; halving it");
                    let second = tickets.split_off(tickets.len() / 2);
                    waiting.push_front(second);
                    waiting.push_front(tickets);
                }
                // Certification did not see it coming; on a fresh snapshot the unit will see it itself.
                Fault::Unique => answer_all(tickets, || CommitError::Conflict),
                Fault::Statement => {
                    tracing::error!(error = ?error, "failed to commit a unit");
                    answer_all(tickets, || CommitError::Storage(error.clone()));
                }
                Fault::Database => {
                    tracing::error!(error = ?error, units = tickets.len(), "failed to commit");
                    writer.lose();
                    answer_all(tickets, || CommitError::Storage(error.clone()));
                }
            }
        }
    }

    /// Tries to make a batch durable. Units that conflict with earlier commits are answered and taken out at once.
    async fn attempt(&mut self, writer: &mut Writer, tickets: &mut Vec<Ticket>) -> Result<Done, Failure> {
        let mut transaction = writer.begin().await?;
        let batch = Uuid::new_v4().to_string();
        let prepared = timeout(PATIENCE, self.write(&mut transaction, tickets, &batch)).await;
        let done = prepared.unwrap_or_else(|_| Err(out_of_time()))?;
        if done.head == self.head {
            transaction.rollback().await?;
            return Ok(done);
        }
        let dialect = transaction.dialect();
        let committed = timeout(PATIENCE, transaction.commit()).await;
        match committed.unwrap_or_else(|_| Err(out_of_time())) {
            Ok(()) => Ok(done),
            Err(error) if dialect == Dialect::Sqlite || is_answer(&error) => Err(error.into()),
            Err(error) => Err(Failure::Unanswered { error, done: Box::new(done), batch }),
        }
    }

    /// Certifies a batch and writes what passes, all but the commit. The head stays where it is if nothing does.
    async fn write(
        &mut self,
        transaction: &mut Transaction<'_>,
        tickets: &mut Vec<Ticket>,
        name: &str,
    ) -> Result<Done, StorageError> {
        self.catch_up(transaction, true).await?;
        let (head, catalog) = (self.head, self.shared.catalog());
        self.refuse_stale(&catalog, tickets);
        let units: Vec<&Prepared> = tickets.iter().map(|ticket| &ticket.unit).collect();
        if units.is_empty() {
            return Ok(Done { outcomes: Vec::new(), recent: Recent::default(), fired: Vec::new(), head });
        }
        let names: BTreeSet<&str> =
            units.iter().flat_map(|unit| &unit.numbers).map(|(_, sequence)| sequence.as_str()).collect();
        let last_numbers = if names.is_empty() {
            BTreeMap::new()
        } else {
            batch::sequences(transaction, names.into_iter()).await?
        };
        let mut refused = HashMap::new();
        let (admission, deltas, counted) = loop {
            let mut admission = admit(&units, &refused, head, &last_numbers);
            let deltas = admission.counters();
            let counted = count(transaction, &units, &catalog, &mut admission, &deltas).await?;
            if counted.refused.is_empty() {
                break (admission, deltas, counted);
            }
            refused.extend(counted.refused);
        };
        let fired = counted.touches.clone();
        if !admission.admitted.is_empty() {
            let batch = admission.batch(deltas, counted);
            batch::write(transaction, &batch, admission.head).await?;
            if let Some(following) = &self.following {
                let touched = logged::encode(admission.recent.touches().chain(&fired));
                let (previous, position) = (head.position, admission.head.position);
                logged::enter(transaction, &following.channel, previous, position, name, &touched).await?;
            }
        }
        let Admission { admitted, refused, recent, head, .. } = admission;
        let outcomes = admitted
            .into_iter()
            .map(|admitted| (admitted.unit, Ok(admitted.committed)))
            .chain(refused.into_iter().map(|(unit, error)| (unit, Err(error))))
            .collect();
        Ok(Done { outcomes, recent, fired, head })
    }

    /// Answers the units that cannot be committed whatever else is in the batch.
    fn refuse_stale(&self, catalog: &Catalog, tickets: &mut Vec<Ticket>) {
        let mut kept = Vec::with_capacity(tickets.len());
        for ticket in tickets.drain(..) {
            let verdict = if !ticket.unit.changes_state() {
                Ok(())
            } else if ticket.unit.is_declared_anew(catalog) {
                Err(CommitError::Conflict)
            } else {
                self.recent.certify(&ticket.unit)
            };
            match verdict {
                Ok(()) => kept.push(ticket),
                Err(error) => {
                    let _ = ticket.answer.send(Err(error));
                }
            }
        }
        *tickets = kept;
    }

    /// Takes a durable batch into the log and answers its units.
    fn publish(&mut self, done: Done, tickets: Vec<Ticket>) {
        // First of all: what is remembered must not outlive the acknowledgement.
        self.shared.memory.announce(done.head.position);
        self.shared.memory.forget(done.recent.touches().chain(&done.fired));
        self.shared.watches.publish(done.recent.touches().chain(&done.fired));
        if self.shared.changes.receiver_count() > 0 {
            for change in changes(&done) {
                let _ = self.shared.changes.send(Arc::new(change));
            }
        }
        self.head = done.head;
        self.recent.absorb(done.recent);
        done.fired.into_iter().for_each(|touch| self.recent.add(touch));
        self.shared.arrive_at(self.head);
        let mut tickets: Vec<Option<Ticket>> = tickets.into_iter().map(Some).collect();
        for (unit, outcome) in done.outcomes {
            if let Some(ticket) = tickets.get_mut(unit).and_then(Option::take) {
                let _ = ticket.answer.send(outcome);
            }
        }
        drop(tickets);
        self.trim();
    }

    fn trim(&mut self) {
        let oldest = self.shared.live.oldest().unwrap_or(self.head.position);
        self.recent.trim(oldest);
        self.shared.watches.trim(oldest);
    }

    /// Takes over what others have declared and committed since this node last looked.
    async fn catch_up(&mut self, transaction: &mut Transaction<'_>, lock: bool) -> Result<(), StorageError> {
        let head = reader::head(transaction, lock).await?;
        if let Some(contact) = &self.shared.contact {
            contact.mark();
        }
        if head == self.head {
            return Ok(());
        }
        if head.declarations != self.head.declarations {
            let catalog = refresh(transaction, &self.shared.catalog()).await?;
            self.put_catalog(catalog);
        }
        let (known, seen) = (self.head.position, head.position);
        let news = match transaction.dialect() {
            // Another process has written: what it touched is not known here.
            Dialect::Sqlite => News { incomplete: true, ..News::default() },
            Dialect::Postgres => logged::read(transaction, &self.shared.catalog(), known, seen).await?,
        };
        self.shared.memory.announce(seen);
        if news.incomplete {
            self.recent = Recent::since(seen);
            self.shared.memory.forget_all();
            self.shared.watches.forget_all();
            let _ = self.shared.changes.send(Arc::new(Change {
                position: seen,
                touched: Vec::new(),
                elsewhere: true,
                everything: true,
            }));
        } else {
            self.shared.memory.forget(news.touches.iter());
            self.shared.watches.publish(news.touches.iter());
            for change in news.changes {
                let _ = self.shared.changes.send(Arc::new(change));
            }
            news.touches.into_iter().for_each(|touch| self.recent.add(touch));
        }
        self.head = head;
        self.shared.arrive_at(head);
        self.trim();
        Ok(())
    }

    /// Looks at the end of the log without anything to commit.
    async fn follow(&mut self, writer: &mut Writer) {
        let looked = timeout(PATIENCE / 6, self.look(writer)).await;
        if let Err(error) = looked.unwrap_or_else(|_| Err(out_of_time())) {
            tracing::warn!(%error, "failed to follow the commit log");
            writer.lose();
            if let Some(contact) = &self.shared.contact {
                contact.lose();
            }
        }
    }

    async fn look(&mut self, writer: &mut Writer) -> Result<(), StorageError> {
        let mut transaction = writer.read().await?;
        self.catch_up(&mut transaction, false).await?;
        transaction.rollback().await?;
        if let Some(following) = &mut self.following
            && following.trimmed.is_none_or(|trimmed| trimmed.elapsed() > TRIM)
        {
            following.trimmed = Some(Instant::now());
            let mut transaction = writer.begin().await?;
            logged::trim(&mut transaction).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Whether a batch whose commit was not answered is durable; `None` if the database does not come back in time.
    async fn find_out(&self, writer: &mut Writer, position: u64, batch: &str) -> Option<bool> {
        let begun = Instant::now();
        while begun.elapsed() < FIND_OUT {
            writer.lose();
            let asked = timeout(PATIENCE / 3, async {
                let mut transaction = writer.begin().await?;
                // The server may still be at that very commit; it holds the head until it has done with it.
                reader::head(&mut transaction, true).await?;
                let found = logged::has(&mut transaction, position, batch).await?;
                transaction.rollback().await?;
                Ok::<_, StorageError>(found)
            });
            match asked.await {
                Ok(Ok(found)) => {
                    tracing::warn!(found, "a commit that was not answered was looked up in the log");
                    return Some(found);
                }
                Ok(Err(error)) => tracing::warn!(%error, "failed to find out what became of a commit"),
                Err(_) => tracing::warn!("found out nothing in time of what became of a commit"),
            }
            sleep(PAUSE).await;
        }
        None
    }

    fn put_catalog(&self, catalog: Catalog) {
        self.shared.snapshots.renew();
        *self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        // Indexes, counters and their numbers may be others now.
        self.shared.watches.forget_all();
        self.shared.memory.forget_all();
    }

    async fn declare(
        &mut self,
        writer: &mut Writer,
        namespace: &str,
        collections: &[Collection],
    ) -> Result<(), DeclareError> {
        let outcome = self.try_declare(writer, namespace, collections).await;
        if let Err(DeclareError::Storage(error)) = &outcome
            && fault(error) == Fault::Database
        {
            writer.lose();
        }
        outcome
    }

    async fn try_declare(
        &mut self,
        writer: &mut Writer,
        namespace: &str,
        collections: &[Collection],
    ) -> Result<(), DeclareError> {
        let mut transaction = writer.begin().await?;
        // With the head locked, one node after another.
        self.catch_up(&mut transaction, true).await?;
        let mut catalog = Catalog::clone(&self.shared.catalog());
        let declared = declare(&mut transaction, &catalog, namespace, collections).await?;
        let mut head = self.head;
        if let Some(following) = self.following.as_ref().filter(|_| declared.altered) {
            head.declarations += 1;
            let moved = Statement::new("UPDATE head SET declarations = $1");
            transaction.run(moved.bind(head.declarations)).await?;
            transaction.rows(Statement::new("SELECT pg_notify($1, '')").bind(&following.channel)).await?;
        }
        transaction.commit().await?;
        self.head = head;
        for compiled in declared.compiled {
            catalog.put(compiled);
        }
        self.put_catalog(catalog);
        Ok(())
    }
}

fn answer_all(tickets: Vec<Ticket>, error: impl Fn() -> CommitError) {
    for ticket in tickets {
        let error = error();
        let _ = ticket.answer.send(Err(error));
    }
}

fn out_of_time() -> StorageError {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()
}

async fn count(
    transaction: &mut Transaction<'_>,
    units: &[&Prepared],
    catalog: &Catalog,
    admission: &mut Admission<'_>,
    deltas: &BTreeMap<CounterKey, i64>,
) -> Result<Counted, StorageError> {
    if deltas.is_empty() {
        return Ok(Counted::default());
    }
    let values = batch::counters(transaction, deltas.keys()).await?;
    let thresholds = batch::thresholds(transaction, deltas.keys(), &admission.targets()).await?;
    Ok(admission.count(units, catalog, values, thresholds))
}

/// What each commit of a batch touched, in order.
fn changes(done: &Done) -> Vec<Change> {
    let mut changes: BTreeMap<u64, Vec<Touched>> = BTreeMap::new();
    for touch in done.recent.touches().chain(&done.fired) {
        changes.entry(touch.position).or_default().push(Touched {
            namespace: touch.collection.namespace.clone(),
            collection: touch.collection.name.clone(),
            key: touch.key.clone(),
        });
    }
    let changes = changes.into_iter();
    changes
        .map(|(position, touched)| Change { position, touched, elsewhere: false, everything: false })
        .collect()
}
