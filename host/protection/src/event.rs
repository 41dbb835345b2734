//! Security events: what was refused, blocked or went wrong, counted by hour, kind and subject.
//!
//! Each node counts in memory and adds its counts to the security store once a minute. What is counted at a time is
//! bounded: past [`MOST`] different ones the others of an hour and kind count together, without a subject. Records are
//! removed after the days that the configuration says.

use crate::store::{EVENTS, KeepError, NAMESPACE, Store};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use vzaemo_clock::Instant;
use vzaemo_storage::{BODY, Query};

/// So many different events are counted before they are kept.
pub(crate) const MOST: usize = 5_000;
/// The longest detail, in characters.
const DETAIL: usize = 300;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A sign-in that was refused, or broke a rule of its protocol.
    SignInRefused,
    /// A sign-in that did not succeed: given up, or the provider did not answer.
    SignInFailed,
    /// A change that another site asked for.
    ForeignChange,
    /// Something that a visitor or person may not see or do.
    Denied,
    /// More than a rate allows.
    LimitHit,
    /// Too many failed attempts: further ones are turned away for a while.
    LockedOut,
    /// Somebody on a block list was turned away.
    Blocked,
    /// A policy that could not be evaluated.
    PolicyFailed,
    /// A configuration that was refused: what served before goes on.
    ConfigurationRefused,
    /// A changed configuration that waits for the holders.
    ConfigurationWaits,
    /// A module that trapped, ran over a limit or broke the contract.
    ModuleFailed,
    /// Many persons signed in from one address.
    ManyFromAddress,
    /// Many persons signed in from one device.
    ManyFromDevice,
    /// Acts at intervals like those of a machine.
    Regular,
}

impl EventKind {
    /// All of them.
    pub const ALL: [EventKind; 14] = [
        EventKind::SignInRefused,
        EventKind::SignInFailed,
        EventKind::ForeignChange,
        EventKind::Denied,
        EventKind::LimitHit,
        EventKind::LockedOut,
        EventKind::Blocked,
        EventKind::PolicyFailed,
        EventKind::ConfigurationRefused,
        EventKind::ConfigurationWaits,
        EventKind::ModuleFailed,
        EventKind::ManyFromAddress,
        EventKind::ManyFromDevice,
        EventKind::Regular,
    ];

    /// The word in the security store and in alerts.
    pub const fn name(self) -> &'static str {
        match self {
            EventKind::SignInRefused => "sign-in-refused",
            EventKind::SignInFailed => "sign-in-failed",
            EventKind::ForeignChange => "foreign-change",
            EventKind::Denied => "denied",
            EventKind::LimitHit => "limit-hit",
            EventKind::LockedOut => "locked-out",
            EventKind::Blocked => "blocked",
            EventKind::PolicyFailed => "policy-failed",
            EventKind::ConfigurationRefused => "configuration-refused",
            EventKind::ConfigurationWaits => "configuration-waits",
            EventKind::ModuleFailed => "module-failed",
            EventKind::ManyFromAddress => "many-from-address",
            EventKind::ManyFromDevice => "many-from-device",
            EventKind::Regular => "regular",
        }
    }

    /// Whether the technical administrator is told at once.
    pub const fn is_alert(self) -> bool {
        matches!(
            self,
            EventKind::LockedOut
                | EventKind::PolicyFailed
                | EventKind::ConfigurationRefused
                | EventKind::ConfigurationWaits
                | EventKind::ModuleFailed
                | EventKind::ManyFromAddress
                | EventKind::ManyFromDevice
                | EventKind::Regular
        )
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Whom or what it is about: `address:198.51.100.7`, `person:<id>`, `module:notes`; empty for what is only counted.
    pub subject: String,
    /// More, in a few words without personal data.
    pub detail: String,
}

impl Event {
    /// An event about somebody or something.
    pub fn new(kind: EventKind, subject: impl Into<String>, detail: impl AsRef<str>) -> Self {
        let detail = detail.as_ref().chars().take(DETAIL).collect();
        Event { kind, subject: subject.into(), detail }
    }

    /// Names it by hour, in few bytes.
    fn key(&self, hour: &str) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.subject, self.detail));
        let short: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("{hour}/{}/{short}", self.kind.name())
    }
}

/// What of one hour is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// What.
    pub kind: EventKind,
    /// Whom or what it is about.
    pub subject: String,
    /// More.
    pub detail: String,
    /// How often.
    pub number: u64,
    /// The first time, within the hour.
    pub first: Instant,
    /// The last time.
    pub last: Instant,
}

/// Counts that are not kept yet, by hour.
#[derive(Default)]
pub(crate) struct Events {
    counts: Mutex<BTreeMap<(String, Event), (u64, Instant, Instant)>>,
}

impl Events {
    pub(crate) fn count(&self, mut event: Event, now: Instant) {
        let hour: String = now.to_string().chars().take(13).collect();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST && !counts.contains_key(&(hour.clone(), event.clone())) {
            event = Event { kind: event.kind, subject: String::new(), detail: String::new() };
        }
        let (number, _, last) = counts.entry((hour, event)).or_insert((0, now, now));
        *number = number.saturating_add(1);
        *last = now;
    }

    /// Adds what has been counted to the security store. What could not be kept is kept the next time.
    pub(crate) async fn keep(&self, store: &Store) -> Result<(), KeepError> {
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let mut left = counts.into_iter();
        while let Some(((hour, event), (number, first, last))) = left.next() {
            let key = event.key(&hour);
            let added = store
                .change::<Counted>(EVENTS, &key, |before| {
                    let before = before.cloned();
                    let counted = |number, first| Counted {
                        kind: event.kind,
                        subject: event.subject.clone(),
                        detail: event.detail.clone(),
                        number,
                        first,
                        last,
                    };
                    Some(match before {
                        Some(before) => Counted {
                            last: before.last.max(last),
                            ..counted(before.number.saturating_add(number), before.first)
                        },
                        None => counted(number, first),
                    })
                })
                .await;
            if let Err(error) = added {
                let mut again = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
                again.insert((hour, event), (number, first, last));
                again.extend(left);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Store {
    /// The last so many of what was counted, the latest first.
    pub(crate) async fn latest(&self, limit: u32) -> Result<Vec<Counted>, KeepError> {
        let mut unit = self.storage.begin().await?;
        let query = Query::of(EVENTS).descending("last").fields(&[BODY]).limit(limit);
        let rows = unit.select(NAMESPACE, &query).await?;
        rows.columns.iter().map(|body| Ok(serde_json::from_str(body)?)).collect()
    }
}
