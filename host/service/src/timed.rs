//! Timed work: done in one unit of work with the removal of its record, so exactly once in effect.

use crate::imports::CallHost;
use crate::migration::Portion;
use crate::recording::{Run, Taken};
use crate::run::Ended;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service, invalidation, merging, record};
use vzaemo_cabinet::mail::Kind;
use vzaemo_cabinet::{Notice, Text};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_runtime::Module;
use vzaemo_storage::{CommitError, Cursor, Document, Unit};

/// How often work whose reads change meanwhile is tried at one go.
const ATTEMPTS: u32 = 12;
/// How many participants of a case are told in one unit of work.
const PORTION: u32 = 500;
/// The longest wait after a failure.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// How a try at timed work ended.
#[derive(Debug)]
pub enum Worked {
    /// It is done, or somebody else has done it.
    Done,
    /// Its module does not serve at present; the work waits.
    Waits,
    /// It failed and is tried again later.
    Failed(Error),
}

impl Service {
    /// Does the work kept under this key.
    pub async fn work(&self, key: &str) -> Result<Worked, Error> {
        let began = self.platform().legal.now();
        for _ in 0..ATTEMPTS {
            match self.attempt_work(key, began).await {
                Ok(()) => return Ok(Worked::Done),
                Err(Ended::Again | Ended::With(Error::Busy)) => {}
                Err(Ended::With(Error::Disabled(_) | Error::SetAside(_))) => return Ok(Worked::Waits),
                Err(Ended::With(error)) => {
                    self.put_off(key).await?;
                    return Ok(Worked::Failed(error));
                }
            }
        }
        Ok(Worked::Failed(Error::Busy))
    }

    async fn attempt_work(&self, key: &str, began: Instant) -> Result<(), Ended> {
        let platform = self.platform();
        let mut drawn = seed(key);
        let Some(mut taken) = self.taken_up(key, began, drawn).await? else { return Ok(()) };
        // Each portion of a long work makes keys of its own, also if it begins in the same millisecond as the last.
        if let Some(after) = taken.2.task.after().map(str::to_owned) {
            // One unit at a time: each holds a connection.
            drop(taken);
            drawn = seed(&format!("{key}\n{after}"));
            let Some(again) = self.taken_up(key, began, drawn).await? else { return Ok(()) };
            taken = again;
        }
        let (mut unit, document, work) = taken;
        // The clock of timed work is the time at which it was due; what a threshold sets off has none.
        let due = if work.at_once { began } else { work.due.parse().unwrap_or(began) };
        let unit = match &work.task {
            Task::Job { job, args } => {
                let (version, generation) = self.serving_now(&work.module)?;
                record::depend_on_configuration(&mut unit, generation).await?;
                let removed = unit.remove(NAMESPACE, WORK, key, document.revision).await;
                removed.map_err(Error::storage)?;
                let host = CallHost::new(unit, &version, platform, None, due);
                let call = async |component: Module, host| component.job(host, job, args).await;
                let ((), host, calls) = self.run_recorded(host, call).await?;
                let references = host.shown_references();
                let CallHost { mut unit, notes, .. } = host;
                let run = Run::Job { name: job.clone(), args: args.clone() };
                let (at, seed) = (due, drawn);
                let taken = Taken { run, calls, notes, at, seed, generation, references, outcome: None };
                record::job(&mut unit, platform, &version, job, args, taken).await?;
                unit
            }
            Task::Migrate { collection, after } => {
                let (version, generation) = self.serving_now(&work.module)?;
                record::depend_on_configuration(&mut unit, generation).await?;
                let portion = Portion { version: &version, collection, after: after.as_deref() };
                portion.migrate(unit, platform, &document, &work).await?
            }
            Task::Erase { .. } => self.erase_portion(unit, &document, &work, began).await?,
            Task::Retain { .. } => {
                let (version, generation) = self.serving_now(&work.module)?;
                record::depend_on_configuration(&mut unit, generation).await?;
                self.retain_portion(unit, &version, &document, &work, began).await?
            }
            Task::Invalidate { decision, selection, words, after } => {
                let (version, generation) = self.serving_now(&work.module)?;
                record::depend_on_configuration(&mut unit, generation).await?;
                let (version, after) = (&version, after.as_deref());
                let portion = invalidation::Portion { version, decision, selection, words, after, at: began };
                self.invalidate_portion(unit, portion, &document, &work).await?
            }
            Task::Merge { staying, merged, roles, merging, after } => {
                let (staying, merged, after) = (*staying, *merged, after.as_deref());
                let portion = merging::Portion { staying, merged, roles, words: merging, after, at: began };
                self.merge_portion(unit, portion, &document, &work).await?
            }
            Task::Tell { case, kind, text, address, after } => {
                let after = after.as_deref();
                let told = Telling { module: &work.module, case, kind: *kind, text, address, after };
                told.portion(unit, &document, &work, due).await?
            }
        };
        match unit.commit().await {
            Ok(_) => Ok(()),
            Err(error) if error.is_retryable() => Err(Ended::Again),
            Err(CommitError::Busy) => Err(Error::Busy.into()),
            Err(error) => Err(Error::storage(error).into()),
        }
    }

    /// A unit of work with the record that it is about; `None` if somebody else has done it.
    async fn taken_up(
        &self,
        key: &str,
        began: Instant,
        seed: u128,
    ) -> Result<Option<(Unit, Document, Work)>, Error> {
        let storage = &self.platform().storage;
        let mut unit = storage.begin_at(began.as_millis(), seed).await.map_err(Error::storage)?;
        let Some(document) = unit.get(NAMESPACE, WORK, key).await.map_err(Error::storage)? else {
            return Ok(None);
        };
        let work = document.parse().map_err(Error::storage)?;
        Ok(Some((unit, document, work)))
    }

    /// Keeps failed work for a later try: after 2, 4, 8 … seconds of real time, at most an hour.
    async fn put_off(&self, key: &str) -> Result<(), Error> {
        let platform = self.platform();
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let Some(document) = unit.get(NAMESPACE, WORK, key).await.map_err(Error::storage)? else {
            return Ok(());
        };
        let mut work: Work = document.parse().map_err(Error::storage)?;
        work.failures = work.failures.saturating_add(1);
        let wait = SignedDuration::from_secs(1_i64 << work.failures.min(12)).min(LONGEST_WAIT);
        let now = platform.security.now();
        work.not_before = now.checked_add(wait).unwrap_or(now).to_string();
        let body = serde_json::to_string(&work).map_err(Error::storage)?;
        unit.replace(NAMESPACE, WORK, key, document.revision, &body).await.map_err(Error::storage)?;
        match unit.commit().await {
            Ok(_) => Ok(()),
            Err(error) if error.is_retryable() => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }
}

/// Chance for the unit of work, the same each time that the work is tried.
fn seed(key: &str) -> u128 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().take(16).fold(0, |seed, byte| (seed << 8) | u128::from(*byte))
}

/// Telling all who take part in a case.
struct Telling<'a> {
    module: &'a str,
    case: &'a str,
    kind: Kind,
    text: &'a Text,
    address: &'a str,
    after: Option<&'a str>,
}

impl Telling<'_> {
    async fn portion(
        self,
        mut unit: Unit,
        document: &Document,
        work: &Work,
        at: Instant,
    ) -> Result<Unit, Error> {
        let after = self.after.map(|after| Cursor(after.to_owned()));
        let found = vzaemo_cabinet::participants(&mut unit, self.module, self.case, PORTION, after).await;
        let (persons, next) = found.map_err(Error::storage)?;
        for person in persons {
            let notice = Notice {
                module: self.module.to_owned(),
                kind: self.kind,
                text: self.text.clone(),
                address: self.address.to_owned(),
            };
            vzaemo_cabinet::notify(&mut unit, &person, notice, at).await.map_err(Error::storage)?;
        }
        let key = &document.key;
        match next {
            None => unit.remove(NAMESPACE, WORK, key, document.revision).await.map_err(Error::storage)?,
            Some(cursor) => {
                let mut rest = work.clone();
                if let Task::Tell { after, .. } = &mut rest.task {
                    *after = Some(cursor.0);
                }
                let body = serde_json::to_string(&rest).map_err(Error::storage)?;
                let replaced = unit.replace(NAMESPACE, WORK, key, document.revision, &body).await;
                replaced.map_err(Error::storage)?;
            }
        }
        Ok(unit)
    }
}
