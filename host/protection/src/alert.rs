//! Alerts: what the technical administrator is told at once, by every way that is configured.
//!
//! An alert is a record first; each way of delivery is tried until it has taken it, with waits that double. Of several
//! nodes one delivers at a time. A way may get an alert twice when a node dies between the delivery and its record: the
//! alert's id tells.

use crate::event::{Event, EventKind};
use crate::store::{ALERTS, KeepError, NAMESPACE, Store};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use vzaemo_clock::{Instant, SecurityClock, SignedDuration};
use vzaemo_storage::{BODY, KEY, Op, Query};

/// A node tells of the same kind about the same subject once within this time; between, it is counted as an event.
const ONCE_IN: SignedDuration = SignedDuration::from_hours(1);
/// So many alerts wait in memory for their record; past that they are events only.
const MOST: usize = 1_000;
/// So often a delivery is tried; then the alert stays on the page only.
const TRIES: u32 = 20;
/// The longest wait between two tries.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// How often what waits is looked after when nothing new comes.
const ROUND: Duration = Duration::from_secs(5);
/// How long a node has the work of delivering to itself.
const LEASE: Duration = Duration::from_mins(1);
/// What [`Record::waiting`] says when nothing more is to be done.
const DONE: &str = "";

/// What the technical administrator is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id: the same when it is delivered once more.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// Whom or what it is about.
    pub subject: String,
    /// More, without personal data beyond the subject.
    pub detail: String,
    /// When.
    pub at: Instant,
    /// Whether it was told.
    pub telling: Telling,
}

/// Whether somebody was told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// Every way of delivery has taken it.
    Told,
    /// Some way is still to take it.
    Waiting,
    /// Nobody was: there is no way of delivery, or it was given up.
    NotTold,
}

/// Why a way of delivery did not take an alert.
#[derive(Debug, thiserror::Error)]
#[error("deliver it: {0}")]
pub struct DeliveryError(pub String);

/// A way to tell the technical administrator: a webhook, mail.
#[async_trait]
pub trait Delivery: Send + Sync {
    /// A word for the log and for what was delivered by which way, without commas.
    fn name(&self) -> &'static str;
    /// Delivers an alert; may be called again with the same one.
    async fn deliver(&self, alert: &Alert) -> Result<(), DeliveryError>;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    kind: EventKind,
    subject: String,
    detail: String,
    at: Instant,
    /// The names of the ways that have not taken it, joined by commas.
    waiting: String,
    /// Whether every way has taken it.
    told: bool,
    failures: u32,
    next: Instant,
}

/// Alerts on their way.
pub(crate) struct Alerts {
    ways: Vec<Arc<dyn Delivery>>,
    fresh: Mutex<VecDeque<(Event, Instant)>>,
    told: Mutex<HashMap<(EventKind, String), Instant>>,
    wake: Notify,
}

impl Alerts {
    pub(crate) fn new(ways: Vec<Arc<dyn Delivery>>) -> Self {
        Alerts { ways, fresh: Mutex::default(), told: Mutex::default(), wake: Notify::new() }
    }

    /// One was raised. Returns at once.
    pub(crate) fn raise(&self, event: Event, now: Instant) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST {
            told.retain(|_, at| now.since(*at) < ONCE_IN);
        }
        let known = (event.kind, event.subject.clone());
        if told.get(&known).is_some_and(|at| now.since(*at) < ONCE_IN) || told.len() >= MOST {
            return;
        }
        told.insert(known, now);
        drop(told);
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.len() < MOST {
            fresh.push_back((event, now));
        }
        drop(fresh);
        self.wake.notify_one();
    }

    /// Keeps what was raised.
    pub(crate) async fn keep(&self, store: &Store) -> Result<(), KeepError> {
        loop {
            let next = self.fresh.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((event, at)) = next else { return Ok(()) };
            let waiting: Vec<&str> = self.ways.iter().map(|way| way.name()).collect();
            let record = Record {
                kind: event.kind,
                subject: event.subject.clone(),
                detail: event.detail.clone(),
                at,
                waiting: waiting.join(","),
                told: false,
                failures: 0,
                next: at,
            };
            if let Err(error) = put(store, &record).await {
                self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push_front((event, at));
                return Err(error);
            }
        }
    }

    /// Delivers what is due, the oldest first; how many were taken by every way.
    pub(crate) async fn deliver(&self, store: &Store, now: Instant) -> Result<usize, KeepError> {
        let mut delivered = 0;
        for (id, record) in due(store, now).await? {
            let alert = record.alert(&id);
            let mut left = Vec::new();
            for name in record.waiting.split(',') {
                // A way that is no longer configured has nothing to take.
                let Some(way) = self.ways.iter().find(|way| way.name() == name) else { continue };
                if let Err(error) = way.deliver(&alert).await {
                    tracing::warn!(%error, way = name, alert = id, "an alert was not delivered");
                    left.push(name);
                }
            }
            let mut after = record.clone();
            after.waiting = left.join(",");
            if left.is_empty() {
                after.told = true;
                delivered += 1;
            } else {
                after.failures = record.failures.saturating_add(1);
                let wait = SignedDuration::from_secs(1_i64 << after.failures.min(12)).min(LONGEST_WAIT);
                after.next = now.checked_add(wait).unwrap_or(now);
                if after.failures >= TRIES {
                    tracing::error!(alert = id, "an alert is given up; it stands on the page of alerts");
                    DONE.clone_into(&mut after.waiting);
                }
            }
            store.change::<Record>(ALERTS, &id, |known| known.map(|_| after.clone())).await?;
        }
        Ok(delivered)
    }

    /// Keeps and delivers until it is dropped.
    pub(crate) async fn run(&self, store: &Store, clock: &SecurityClock) {
        loop {
            let _either = tokio::time::timeout(ROUND, self.wake.notified()).await;
            let mut done = self.keep(store).await;
            if done.is_ok() && !self.ways.is_empty() {
                done = match store.storage.lease("protection.alerts", LEASE).await {
                    Ok(true) => self.deliver(store, clock.now()).await.map(|_| ()),
                    Ok(false) => Ok(()),
                    Err(error) => Err(error.into()),
                };
            }
            if let Err(error) = done {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not keep or deliver alerts");
            }
        }
    }
}

impl Record {
    fn alert(&self, id: &str) -> Alert {
        Alert {
            id: id.to_owned(),
            kind: self.kind,
            subject: self.subject.clone(),
            detail: self.detail.clone(),
            at: self.at,
            telling: match (self.told, self.waiting == DONE) {
                (true, _) => Telling::Told,
                (false, true) => Telling::NotTold,
                (false, false) => Telling::Waiting,
            },
        }
    }
}

async fn put(store: &Store, record: &Record) -> Result<(), KeepError> {
    let mut unit = store.storage.begin().await?;
    unit.insert(NAMESPACE, ALERTS, None, &serde_json::to_string(record)?).await?;
    unit.commit().await?;
    Ok(())
}

async fn due(store: &Store, now: Instant) -> Result<Vec<(String, Record)>, KeepError> {
    let mut unit = store.storage.begin().await?;
    let query =
        Query::of(ALERTS).when("waiting", Op::Gt, DONE).ascending("waiting").fields(&[KEY, BODY]).limit(100);
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut found = Vec::new();
    for (key, fields) in rows.iter() {
        let record: Record = serde_json::from_str(fields.last().map_or("", String::as_str))?;
        if record.next <= now {
            found.push((key.to_owned(), record));
        }
    }
    found.sort_by_key(|(_, record)| record.at);
    Ok(found)
}

impl Store {
    /// The last so many alerts, the latest first.
    pub(crate) async fn alerts(&self, limit: u32) -> Result<Vec<Alert>, KeepError> {
        let mut unit = self.storage.begin().await?;
        let query = Query::of(ALERTS).descending("at").fields(&[BODY]).limit(limit);
        let rows = unit.select(NAMESPACE, &query).await?;
        let one = |(key, fields): (&str, &[String])| {
            let record: Record = serde_json::from_str(fields.first().map_or("", String::as_str))?;
            Ok(record.alert(key))
        };
        rows.iter().map(one).collect()
    }
}
