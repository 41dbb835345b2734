//! Records that have had their time.
//!
//! What is kept for a while only says here how long: each room names its records, the host removes them in portions beside
//! its other work. What has been removed is gone; nothing that a law says must be kept stands here.

use crate::two_person::PROPOSALS;
use crate::work::{NAMESPACE, SUBMISSIONS};
use crate::{Error, Platform, Service};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_storage::{Op, Query, Unit};

/// So many documents are removed in one unit of work.
const PORTION: u32 = 500;
/// So many portions of a collection are removed at one go; the rest waits for the next.
const PORTIONS: usize = 200;

/// By which clock records age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// The legal clock: what a person was told in days.
    Legal,
    /// The security clock: what guards a form or a browser.
    Real,
}

/// What of a collection is removed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// The namespace.
    pub namespace: &'static str,
    /// The collection. It has an index of `field` alone.
    pub collection: &'static str,
    /// The field with the moment from which on the record ages.
    pub field: &'static str,
    /// By which clock.
    pub age: Age,
    /// How old it gets.
    pub kept: SignedDuration,
}

/// Of this room: outcomes of one-time submission ids, for a form that is sent once more. A tab that is opened again after
/// so long shows a form whose act, if it was done, stands in the cabinet.
const SUBMISSION: Expiry = Expiry {
    namespace: NAMESPACE,
    collection: SUBMISSIONS,
    field: "at",
    age: Age::Real,
    kept: SignedDuration::from_hours(30 * 24),
};

/// Of identity: invitations to act for an organisation that nobody can take up any more.
const INVITATION: Expiry = Expiry {
    namespace: vzaemo_identity::NAMESPACE,
    collection: vzaemo_identity::INVITATIONS,
    field: "expires",
    age: Age::Real,
    kept: SignedDuration::ZERO,
};
/// Proposals of two-person acts: what became of them stands in the audit log and in what they made. The content of one
/// may name an address or persons, so it goes.
const PROPOSAL: Expiry = Expiry {
    namespace: NAMESPACE,
    collection: PROPOSALS,
    field: "until",
    age: Age::Legal,
    kept: SignedDuration::from_hours(90 * 24),
};

impl Service {
    /// Removes what has had its time, in this room, in the cabinet (drafts) and in the rooms above as they say, and tells
    /// how many records that were. To be called now and then.
    pub async fn tidy(&self, above: &[Expiry]) -> Result<usize, Error> {
        self.plan_retention().await?;
        let mut removed = self.tidy_drafts().await?;
        for expiry in above.iter().chain([&SUBMISSION, &INVITATION, &PROPOSAL]) {
            let now = match expiry.age {
                Age::Legal => self.platform().legal.now(),
                Age::Real => self.platform().security.now(),
            };
            let Ok(until) = now.checked_add(-expiry.kept) else { continue };
            for _ in 0..PORTIONS {
                let portion = portion(self.platform(), expiry, until).await?;
                removed += portion;
                if portion == 0 {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

impl Service {
    /// Erases records of the journal and revisions of documents that are older than so many days of the legal clock, and
    /// tells how many that were. The audit log stays as it is and verifies; a replay says by which rule they are gone.
    ///
    /// # Errors
    /// The storage's. What was erased before stays erased.
    pub async fn tidy_journal(&self, days: u32) -> Result<u64, Error> {
        let (now, real) = (self.platform().legal.now(), self.platform().security.now());
        let Ok(before) = now.checked_add(SignedDuration::from_hours(-24 * i64::from(days))) else {
            return Ok(0);
        };
        let rule = format!("the journal is kept for {days} days (audit.journal-days)");
        let mut erased = 0;
        for _ in 0..PORTIONS {
            let portion = vzaemo_audit::erase_older(&self.platform().storage, before, &rule, now, real).await;
            let portion = portion.map_err(Error::storage)?;
            if portion == 0 {
                break;
            }
            erased += portion;
        }
        Ok(erased)
    }

    async fn tidy_drafts(&self) -> Result<usize, Error> {
        let mut removed = 0;
        for _ in 0..PORTIONS {
            let mut unit = self.platform().storage.begin().await.map_err(Error::storage)?;
            let now = self.platform().legal.now();
            let portion = vzaemo_cabinet::expire_drafts(&mut unit, now, PORTION).await;
            let portion = portion.map_err(Error::storage)?;
            if portion == 0 {
                break;
            }
            removed += done(unit, portion).await?;
        }
        Ok(removed)
    }
}

/// Commits a portion. One that somebody touches at this very moment is left to the next time.
async fn done(unit: Unit, portion: usize) -> Result<usize, Error> {
    match unit.commit().await {
        Ok(_) => Ok(portion),
        Err(error) if error.is_retryable() => Ok(0),
        Err(error) => Err(Error::storage(error)),
    }
}

/// Removes some records of a collection that are no younger than `until`; none if there are none left, or if they were
/// touched at this very moment.
async fn portion(platform: &Platform, expiry: &Expiry, until: Instant) -> Result<usize, Error> {
    let Expiry { namespace, collection, field, .. } = *expiry;
    let query = Query::of(collection).when(field, Op::Le, until.to_string()).ascending(field).limit(PORTION);
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    let keys = unit.select(namespace, &query).await.map_err(Error::storage)?.keys;
    if keys.is_empty() {
        return Ok(0);
    }
    for key in &keys {
        let Some(document) = unit.get(namespace, collection, key).await.map_err(Error::storage)? else {
            continue;
        };
        unit.remove(namespace, collection, key, document.revision).await.map_err(Error::storage)?;
    }
    done(unit, keys.len()).await
}
