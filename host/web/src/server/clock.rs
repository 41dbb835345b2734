//! The control of the legal clock, in development mode only. How far it has been moved is kept in the database, so that
//! it goes on from there after a restart and all nodes that share the database have one clock.

use super::answer::{see_other, trouble};
use super::{App, visit::Visit};
use crate::chrome::problem::Problem;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use vzaemo_clock::{Date, SignedDuration};
use vzaemo_identity::ReturnTo;
use vzaemo_service::Error;
use vzaemo_storage::{Change, Collection, CommitError, Storage, StorageError, Unit};

const CLOCK: &str = "clock";
const LEGAL: &str = "legal";
/// A move that meets another one is tried again so many times.
const ATTEMPTS: usize = 8;
/// How soon a node looks again that could not find out how far the clock was moved.
const AGAIN: Duration = Duration::from_secs(1);

/// How far the clock is moved.
#[derive(Deserialize)]
pub(super) struct Move {
    by: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    to: String,
}

/// Moves the legal clock forward, for everybody, and lets the timed work that is now due be done.
pub(super) async fn move_clock(State(app): State<Arc<App>>, visit: Visit, Form(how): Form<Move>) -> Response {
    let platform = app.platform();
    let now = platform.legal.now();
    let local = platform.zone.local(now);
    let target = match how.by.as_str() {
        "1d" => local.checked_add(jiff::Span::new().days(1)).ok(),
        "7d" => local.checked_add(jiff::Span::new().days(7)).ok(),
        "1m" => local.checked_add(jiff::Span::new().months(1)).ok(),
        // The morning of a day, as an office would look at it.
        "date" => how.until.parse::<Date>().ok().map(|day| day.at(9, 0, 0, 0)),
        _ => None,
    };
    let target = target.and_then(|target| platform.zone.instant(target).ok());
    let Some(target) = target.filter(|target| *target >= now) else {
        return trouble(&app, &visit, &Problem::BadInput).await;
    };
    // Kept first: a clock that is moved is moved for all nodes.
    let offset = match keep_offset(&platform.storage, platform.legal.offset() + target.since(now)).await {
        Ok(offset) => offset,
        Err(error) => return super::modules::failed(&app, &visit, "", &error).await,
    };
    set(&app, offset);
    let to = ReturnTo::parse(&how.to).unwrap_or_else(ReturnTo::home);
    see_other(to.as_str())
}

/// Moves this node's clock to where it was moved for all.
fn set(app: &App, offset: SignedDuration) {
    match app.platform().legal.set_offset_at_least(offset) {
        Ok(_) => app.wake_jobs.notify_one(),
        Err(error) => tracing::warn!(%error, "the legal clock was not moved"),
    }
}

#[derive(serde::Serialize, Deserialize)]
struct Kept {
    offset_ms: i64,
}

/// The collection of the moved clock.
pub(super) fn clock_collection() -> Collection {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["offset_ms"],
        "properties": {"offset_ms": {"type": "integer"}}});
    Collection::new(CLOCK, schema)
}

/// How far the legal clock has been moved, by this node or another one, before the last stop or since.
pub async fn kept_offset(storage: &Storage) -> Result<Option<SignedDuration>, StorageError> {
    let mut unit = storage.begin().await?;
    Ok(read(&mut unit).await?.map(|(_, offset)| offset))
}

async fn read(unit: &mut Unit) -> Result<Option<(u64, SignedDuration)>, StorageError> {
    let Some(document) = unit.get(super::NAMESPACE, CLOCK, LEGAL).await? else { return Ok(None) };
    let kept: Kept = document.parse()?;
    Ok(Some((document.revision, SignedDuration::from_millis(kept.offset_ms))))
}

/// Keeps how far the clock has been moved, unless another node has moved it farther; tells how far it is then.
async fn keep_offset(storage: &Storage, offset: SignedDuration) -> Result<SignedDuration, Error> {
    let offset_ms = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
    let body = json!({"offset_ms": offset_ms}).to_string();
    for _ in 0..ATTEMPTS {
        let mut unit = storage.begin().await.map_err(Error::storage)?;
        match read(&mut unit).await.map_err(Error::storage)? {
            Some((_, farther)) if farther >= offset => return Ok(farther),
            Some((revision, _)) => unit.replace(super::NAMESPACE, CLOCK, LEGAL, revision, &body).await,
            None => unit.insert(super::NAMESPACE, CLOCK, Some(LEGAL.to_owned()), &body).await.map(|_| ()),
        }
        .map_err(Error::storage)?;
        match unit.commit().await {
            Ok(_) => return Ok(offset),
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(Error::storage(error)),
        }
    }
    Err(Error::storage(CommitError::Conflict))
}

/// What other nodes have done to the clock.
pub(super) struct Moves(Mutex<Heard>);

struct Heard {
    changes: Receiver<Arc<Change>>,
    /// The clock has been moved to where this node has not looked yet.
    moved: bool,
}

impl Moves {
    /// From now on; none where nobody else could move the clock.
    pub(super) fn of(storage: &Storage) -> Option<Self> {
        // What was moved between the node's first look and now counts as not looked at.
        let heard = || Heard { changes: storage.changes(), moved: true };
        storage.is_shared().then(|| Moves(Mutex::new(heard())))
    }

    /// Moves this node's clock along, as far as it has heard. Whether that is done.
    pub(super) async fn follow(&self, app: &App) -> bool {
        // Whoever comes while another looks waits for what it finds.
        let mut heard = self.0.lock().await;
        loop {
            match heard.changes.try_recv() {
                Ok(change) => heard.moved |= change.everything || change.touched.iter().any(is_clock),
                Err(TryRecvError::Lagged(_)) => heard.moved = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if !heard.moved {
            return true;
        }
        match kept_offset(&app.platform().storage).await {
            Ok(offset) => {
                set(app, offset.unwrap_or_default());
                heard.moved = false;
                true
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not look how far the clock was moved"
                );
                false
            }
        }
    }
}

fn is_clock(touched: &vzaemo_storage::Touched) -> bool {
    *touched.namespace == *super::NAMESPACE && *touched.collection == *CLOCK
}

/// Moves this node's clock along with that of the other ones, as long as the storage is there.
pub async fn follow_clock(app: &App) {
    let Some(moves) = &app.clock_moves else { return };
    let mut positions = app.platform().storage.positions();
    loop {
        while !moves.follow(app).await {
            tokio::time::sleep(AGAIN).await;
        }
        if positions.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vzaemo_storage::Config;

    #[tokio::test]
    async fn the_clock_is_kept_where_it_was_moved_farthest() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(Config::new(folder.path())).await.unwrap();
        storage.declare(crate::server::NAMESPACE, &[clock_collection()]).await.unwrap();
        assert_eq!(kept_offset(&storage).await.unwrap(), None);
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        assert_eq!(keep_offset(&storage, days(2)).await.unwrap(), days(2));
        assert_eq!(keep_offset(&storage, days(1)).await.unwrap(), days(2), "never back");
        let moves = (1..=6).map(|day| {
            let storage = storage.clone();
            tokio::spawn(async move { keep_offset(&storage, days(day)).await.unwrap() })
        });
        for (day, moved) in (1..).zip(moves.collect::<Vec<_>>()) {
            assert!(moved.await.unwrap() >= days(day));
        }
        assert_eq!(kept_offset(&storage).await.unwrap(), Some(days(6)));
    }
}
