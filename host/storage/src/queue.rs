//! The way to the committer.

use tokio::sync::{mpsc, oneshot};

use crate::prepared::Prepared;
use crate::{Collection, CommitError, Committed, DeclareError, StorageError};

/// Where units wait for the committer.
#[derive(Debug, Clone)]
pub(crate) struct Queue(mpsc::Sender<Command>);

#[derive(Debug)]
pub(crate) enum Command {
    Commit(Box<Ticket>),
    Declare(String, Vec<Collection>, oneshot::Sender<Result<(), DeclareError>>),
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(crate) struct Ticket {
    pub unit: Prepared,
    pub answer: oneshot::Sender<Result<Committed, CommitError>>,
}

impl Queue {
    /// A queue for so many units, and its other end.
    pub(crate) fn new(length: usize) -> (Self, mpsc::Receiver<Command>) {
        let (sender, commands) = mpsc::channel(length.max(1));
        (Self(sender), commands)
    }

    pub(crate) async fn commit(&self, unit: Prepared) -> Result<Committed, CommitError> {
        let (answer, outcome) = oneshot::channel();
        self.0.try_send(Command::Commit(Box::new(Ticket { unit, answer }))).map_err(|error| match error {
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
