//! Lock-outs: whoever fails again and again waits, each time twice as long. Shared by all nodes through the database.

use crate::store::{KeepError, LOCKOUTS, NAMESPACE, Store};
use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_storage::{BODY, Op, Query};

/// What is attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// To sign in.
    SignIn,
    /// To have a signature accepted as proof of who one is.
    Signature,
}

impl Attempt {
    const fn name(self) -> &'static str {
        match self {
            Attempt::SignIn => "sign-in",
            Attempt::Signature => "signature",
        }
    }
}

/// When somebody is locked out, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockoutRule {
    /// So many failures lock out, none of them more than [`ROW`] after the one before it.
    pub failures: u32,
    /// The first time for so long; each further time twice as long.
    pub first: SignedDuration,
    /// Never longer than this.
    pub longest: SignedDuration,
}

impl Default for LockoutRule {
    fn default() -> Self {
        LockoutRule {
            failures: 10,
            first: SignedDuration::from_secs(60),
            longest: SignedDuration::from_hours(24),
        }
    }
}

/// Failures further apart are not counted together: many people share an address, and each forgets something now and then.
pub(crate) const ROW: SignedDuration = SignedDuration::from_mins(15);
/// So long after a lock-out has ended the next one is short again.
pub(crate) const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// Failed attempts of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lockout {
    /// What was attempted, by whom: `sign-in address:198.51.100.7`.
    pub subject: String,
    /// Failures since the last lock-out.
    pub failures: u32,
    /// How often they were locked out, one time soon after another.
    pub rounds: u32,
    /// The last failure.
    pub last: Instant,
    /// Until when attempts are turned away, or were.
    pub until: Instant,
}

impl Lockout {
    /// The record after one more failure.
    fn failed(before: Option<&Self>, subject: &str, rule: &LockoutRule, now: Instant) -> Self {
        let in_a_row =
            before.filter(|before| now.since(before.last) < ROW).map_or(0, |before| before.failures);
        let rounds =
            before.filter(|before| now.since(before.until) < FORGOTTEN).map_or(0, |before| before.rounds);
        let failures = in_a_row.saturating_add(1);
        let fresh = |failures, rounds, until| Lockout {
            subject: subject.to_owned(),
            failures,
            rounds,
            last: now,
            until,
        };
        if failures < rule.failures {
            // When the last one ended stays known.
            return fresh(failures, rounds, before.map_or(now, |before| before.until));
        }
        let doubled = 1_i32.checked_shl(rounds.min(30)).unwrap_or(i32::MAX);
        let wait = rule.first.checked_mul(doubled).unwrap_or(rule.longest).min(rule.longest);
        fresh(0, rounds.saturating_add(1), now.checked_add(wait).unwrap_or(now))
    }
}

fn key(attempt: Attempt, subject: &str) -> String {
    format!("{} {subject}", attempt.name())
}

impl Store {
    /// Until when somebody is locked out, if they are.
    pub(crate) async fn locked_until(
        &self,
        attempt: Attempt,
        subject: &str,
        now: Instant,
    ) -> Result<Option<Instant>, KeepError> {
        let found = self.get::<Lockout>(LOCKOUTS, &key(attempt, subject)).await?;
        Ok(found.map(|lockout| lockout.until).filter(|until| *until > now))
    }

    /// One more attempt failed; until when they are locked out now, if that locks them out.
    pub(crate) async fn attempt_failed(
        &self,
        attempt: Attempt,
        subject: &str,
        rule: &LockoutRule,
        now: Instant,
    ) -> Result<Option<Instant>, KeepError> {
        let key = key(attempt, subject);
        let kept =
            self.change::<Lockout>(LOCKOUTS, &key, |before| Some(Lockout::failed(before, &key, rule, now)));
        Ok(kept.await?.map(|lockout| lockout.until).filter(|until| *until > now))
    }

    /// An attempt succeeded: the failures before it are forgotten.
    pub(crate) async fn attempt_succeeded(&self, attempt: Attempt, subject: &str) -> Result<(), KeepError> {
        self.change::<Lockout>(LOCKOUTS, &key(attempt, subject), |_| None).await.map(|_| ())
    }

    /// Who is locked out at present, those for longest first.
    pub(crate) async fn locked_out(&self, now: Instant, limit: u32) -> Result<Vec<Lockout>, KeepError> {
        let mut unit = self.storage.begin().await?;
        let query = Query::of(LOCKOUTS)
            .when("until", Op::Gt, now.to_string())
            .descending("until")
            .fields(&[BODY])
            .limit(limit);
        let rows = unit.select(NAMESPACE, &query).await?;
        rows.columns.iter().map(|body| Ok(serde_json::from_str(body)?)).collect()
    }
}
