//! The committer: the one task that writes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::admit::{Admission, Counted, admit};
use crate::catalog::Catalog;
use crate::declare::declare;
use crate::live::Live;
use crate::prepared::Prepared;
use crate::recent::{Recent, Touch};
use crate::sqlite::{self, Fault, Head};
use crate::{Change, Collection, CommitError, Committed, DeclareError, StorageError, Touched};

/// What readers and the committer share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub catalog: RwLock<Arc<Catalog>>,
    pub live: Live,
    pub position: watch::Sender<u64>,
    pub changes: broadcast::Sender<Arc<Change>>,
}

impl Shared {
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The way to the committer.
#[derive(Debug, Clone)]
pub(crate) struct Queue(mpsc::Sender<Command>);

#[derive(Debug)]
enum Command {
    Commit(Ticket),
    Declare(String, Vec<Collection>, oneshot::Sender<Result<(), DeclareError>>),
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Ticket {
    unit: Prepared,
    answer: oneshot::Sender<Result<Committed, CommitError>>,
}

impl Queue {
    pub(crate) async fn commit(&self, unit: Prepared) -> Result<Committed, CommitError> {
        let (answer, outcome) = oneshot::channel();
        self.0.try_send(Command::Commit(Ticket { unit, answer })).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommitError::Busy,
            mpsc::error::TrySendError::Closed(_) => CommitError::Storage(StorageError::Closed),
        })?;
        outcome.await.unwrap_or(Err(CommitError::Storage(StorageError::Closed)))
    }

    pub(crate) async fn declare(
        &self,
        namespace: &str,
        collections: &[Collection],
    ) -> Result<(), DeclareError> {
        let (answer, outcome) = oneshot::channel();
        let command = Command::Declare(namespace.to_owned(), collections.to_vec(), answer);
        self.0.send(command).await.map_err(|_| StorageError::Closed)?;
        outcome.await.unwrap_or(Err(StorageError::Closed.into()))
    }

    /// Has everything that is queued committed and the writing connection closed.
    pub(crate) async fn close(&self) {
        let (answer, done) = oneshot::channel();
        if self.0.send(Command::Close(answer)).await.is_ok() {
            let _ = done.await;
        }
    }
}

/// Starts the committer.
pub(crate) fn start(
    mut writer: SqliteConnection,
    head: Head,
    shared: Arc<Shared>,
    queue_len: usize,
    batch_max: usize,
) -> Queue {
    let (sender, mut commands) = mpsc::channel(queue_len.max(1));
    tokio::spawn(async move {
        let mut log = Log { head, recent: Recent::since(head.position), epoch: 0, shared };
        let mut closing = None;
        while let Some(command) = commands.recv().await {
            let mut next = Some(command);
            let mut tickets = Vec::new();
            // Whatever has come while the last batch was being written goes into one batch.
            while let Some(Command::Commit(ticket)) = next {
                tickets.push(ticket);
                next = if tickets.len() < batch_max { commands.try_recv().ok() } else { None };
            }
            if !tickets.is_empty() {
                log.commit(&mut writer, tickets).await;
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
        if let Some(done) = closing {
            let _ = done.send(());
        }
    });
    Queue(sender)
}

/// The end of the commit log as the committer knows it.
struct Log {
    head: Head,
    recent: Recent,
    epoch: u64,
    shared: Arc<Shared>,
}

/// What a durable batch has done, for its units and for those who watch.
struct Done {
    outcomes: Vec<(usize, Result<Committed, CommitError>)>,
    recent: Recent,
    fired: Vec<Arc<Touch>>,
    head: Head,
}

impl Log {
    /// Commits a batch; where a statement fails, halves it until the unit at fault stands alone.
    async fn commit(&mut self, writer: &mut SqliteConnection, tickets: Vec<Ticket>) {
        let mut waiting = VecDeque::from([tickets]);
        while let Some(mut tickets) = waiting.pop_front() {
            let error = match self.attempt(writer, &mut tickets).await {
                Ok(done) => {
                    self.publish(done, tickets);
                    continue;
                }
                Err(error) => error,
            };
            match sqlite::fault(&error) {
                Fault::Unique | Fault::Statement if tickets.len() > 1 => {
                    tracing::error!(%error, units = tickets.len(), "failed to write a batch; halving it");
                    let second = tickets.split_off(tickets.len() / 2);
                    waiting.push_front(second);
                    waiting.push_front(tickets);
                }
                fault => {
                    tracing::error!(error = ?error, "failed to commit");
                    for ticket in tickets {
                        let answer = match fault {
                            // Certification did not see it coming; on a fresh snapshot the unit will see it itself.
                            Fault::Unique => CommitError::Conflict,
                            _ => CommitError::Storage(error.clone()),
                        };
                        let _ = ticket.answer.send(Err(answer));
                    }
                }
            }
        }
    }

    /// Tries to make a batch durable. Units that conflict with earlier commits are answered and taken out at once.
    async fn attempt(
        &mut self,
        writer: &mut SqliteConnection,
        tickets: &mut Vec<Ticket>,
    ) -> Result<Done, StorageError> {
        let mut transaction = sqlite::begin(writer).await?;
        let head = sqlite::head(&mut transaction).await?;
        if head != self.head {
            // Someone else has written: what it touched is not known here.
            self.head = head;
            self.recent = Recent::since(head.position);
        }
        let catalog = self.shared.catalog();
        self.refuse_stale(&catalog, tickets);
        let units: Vec<&Prepared> = tickets.iter().map(|ticket| &ticket.unit).collect();
        if units.is_empty() {
            transaction.rollback().await?;
            return Ok(Done { outcomes: Vec::new(), recent: Recent::default(), fired: Vec::new(), head });
        }
        let names: std::collections::BTreeSet<&str> =
            units.iter().flat_map(|unit| &unit.numbers).map(|(_, sequence)| sequence.as_str()).collect();
        let last_numbers = if names.is_empty() {
            BTreeMap::new()
        } else {
            sqlite::sequences(&mut transaction, names.into_iter()).await?
        };
        let mut refused = HashMap::new();
        let (admission, deltas, counted) = loop {
            let mut admission = admit(&units, &refused, head, &last_numbers);
            let deltas = admission.counters();
            let counted = count(&mut transaction, &units, &catalog, &mut admission, &deltas).await?;
            if counted.refused.is_empty() {
                break (admission, deltas, counted);
            }
            refused.extend(counted.refused);
        };
        let fired = counted.touches.clone();
        let batch = admission.batch(deltas, counted);
        sqlite::write(&mut transaction, &batch, admission.head).await?;
        transaction.commit().await?;
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
            let declared_anew = ticket.unit.collections().any(|collection| {
                catalog.by_id(collection.id).is_none_or(|now| now.epoch != collection.epoch)
            });
            let verdict = if declared_anew {
                Err(CommitError::Conflict)
            } else if ticket.unit.changes_state() {
                self.recent.certify(&ticket.unit)
            } else {
                Ok(())
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
        if self.shared.changes.receiver_count() > 0 {
            for change in changes(&done) {
                let _ = self.shared.changes.send(Arc::new(change));
            }
        }
        self.head = done.head;
        self.recent.absorb(done.recent);
        done.fired.into_iter().for_each(|touch| self.recent.add(touch));
        self.shared.position.send_replace(self.head.position);
        let mut tickets: Vec<Option<Ticket>> = tickets.into_iter().map(Some).collect();
        for (unit, outcome) in done.outcomes {
            if let Some(ticket) = tickets.get_mut(unit).and_then(Option::take) {
                let _ = ticket.answer.send(outcome);
            }
        }
        drop(tickets);
        self.recent.trim(self.shared.live.oldest().unwrap_or(self.head.position));
    }

    async fn declare(
        &mut self,
        writer: &mut SqliteConnection,
        namespace: &str,
        collections: &[Collection],
    ) -> Result<(), DeclareError> {
        let mut catalog = Catalog::clone(&self.shared.catalog());
        self.epoch += 1;
        let mut transaction = sqlite::begin(writer).await?;
        let changed = declare(&mut transaction, &catalog, namespace, collections, self.epoch).await?;
        transaction.commit().await.map_err(StorageError::from)?;
        for compiled in changed {
            catalog.put(compiled);
        }
        *self.shared.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }
}

async fn count(
    transaction: &mut SqliteConnection,
    units: &[&Prepared],
    catalog: &Catalog,
    admission: &mut Admission<'_>,
    deltas: &BTreeMap<crate::prepared::CounterKey, i64>,
) -> Result<Counted, StorageError> {
    if deltas.is_empty() {
        return Ok(Counted::default());
    }
    let values = sqlite::counters(transaction, deltas.keys()).await?;
    let thresholds = sqlite::thresholds(transaction, deltas.keys(), &admission.targets()).await?;
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
    changes.into_iter().map(|(position, touched)| Change { position, touched }).collect()
}
