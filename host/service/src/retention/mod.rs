//! Retention: what the law does not want kept any longer goes by itself.
//!
//! For each collection with personal data and a mark from when their time runs, the host goes through its documents, as
//! timed work in portions, and takes out of each what has had its time; it remembers when the next of them will have. With
//! the data go the words under which they were found, the files, the earlier revisions, the part that the person has in
//! the case, and the records of the journal by which they were written; when all of a matter is over, the journal of its
//! case. Counters, unique keys and remembered pages follow as they do after an act, since this is a unit of work like any.
//! Nothing of it asks whose data they are.

mod going;
mod keeping;
mod records;
#[cfg(test)]
mod tests;

pub use keeping::{Keeping, is_nobody};
pub use records::{Done, Outlook, collections};

use crate::version::ModuleVersion;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service, migration};
use going::{Going, Look, is_left};
use keeping::Rule;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use vzaemo_clock::Instant;
use vzaemo_storage::{Document, Unit};

/// What is counted on the way through a collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// When the next of them has had its time.
    #[serde(default)]
    next: Option<String>,
    /// How many have at that moment.
    #[serde(default)]
    first: u64,
    /// Documents whose time runs.
    #[serde(default)]
    running: u64,
    /// Documents whose matter has not ended.
    #[serde(default)]
    open: u64,
    /// Documents that could not be changed.
    #[serde(default)]
    failed: u64,
}

impl Pass {
    fn falls_due(&mut self, at: Instant) {
        self.running += 1;
        let known = self.next.as_deref().and_then(|next| next.parse::<Instant>().ok());
        match known {
            Some(known) if known < at => {}
            Some(known) if known == at => self.first += 1,
            _ => {
                self.next = Some(at.to_string());
                self.first = 1;
            }
        }
    }
}

/// For how long something of a document is still kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Nothing that is kept for a time is left in it, or nothing ever was.
    Nothing,
    /// The matter has not ended, or nobody knows when it does.
    Open,
    /// Until then.
    At(Instant),
}

fn key(module: &str, collection: &str) -> String {
    format!("retain/{module}/{collection}")
}

fn work(module: &str, collection: &str, due: Instant, at_once: bool) -> Work {
    let task = Task::Retain { collection: collection.to_owned(), after: None, pass: Pass::default() };
    Work {
        module: module.to_owned(),
        task,
        due: due.to_string(),
        at_once,
        failures: 0,
        not_before: String::new(),
    }
}

/// Has the collections of a version that comes into service gone through from the beginning: terms may have become other
/// ones. To be called in the unit of work that keeps the new configuration.
pub async fn prepare_retention(unit: &mut Unit, version: &ModuleVersion, now: Instant) -> Result<(), Error> {
    let module = version.manifest.id.as_str();
    for (collection, _) in version.keeping.iter().filter(|(_, keeping)| keeping.ends()) {
        let key = key(module, collection);
        let waiting = unit.get(NAMESPACE, WORK, &key).await.map_err(Error::storage)?;
        let fresh = work(module, collection, now, true);
        migration::put(unit, WORK, &key, &fresh, waiting.map(|waiting| waiting.revision)).await?;
    }
    Ok(())
}

impl Service {
    /// Sees to it that every collection whose documents are kept for a time is gone through: also where the configuration
    /// has not changed since the host learnt to.
    pub(crate) async fn plan_retention(&self) -> Result<(), Error> {
        let now = self.platform.legal.now();
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let snapshot = self.snapshot();
        for version in snapshot.modules.values().filter_map(|state| state.serving()) {
            let module = version.manifest.id.as_str();
            for (collection, _) in version.keeping.iter().filter(|(_, keeping)| keeping.ends()) {
                let key = key(module, collection);
                if unit.get(NAMESPACE, WORK, &key).await.map_err(Error::storage)?.is_none() {
                    migration::put(&mut unit, WORK, &key, &work(module, collection, now, true), None).await?;
                }
            }
        }
        match unit.commit().await {
            Ok(_) => Ok(()),
            // Another node has done it.
            Err(error) if error.is_retryable() => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }

    /// A portion of a collection; with the last one the work is put off to when the next document has had its time.
    pub(crate) async fn retain_portion(
        &self,
        mut unit: Unit,
        version: &Arc<ModuleVersion>,
        waiting: &Document,
        work: &Work,
        now: Instant,
    ) -> Result<Unit, Error> {
        let Task::Retain { collection, after, pass } = &work.task else { return Ok(unit) };
        let Some(keeping) = version.keeping.get(collection).filter(|keeping| keeping.ends()) else {
            unit.remove(NAMESPACE, WORK, &waiting.key, waiting.revision).await.map_err(Error::storage)?;
            return Ok(unit);
        };
        let going = Going { version, collection, keeping, platform: &self.platform, now };
        let look = going.look(after.as_deref(), pass.clone()).await?;
        for case in &look.over {
            going.erase_journal(case).await?;
        }
        let Look { due, mut pass, last, .. } = look;
        let mut unit = if due.is_empty() { unit } else { going.erase(unit, &due, &mut pass).await? };
        let mut rest = work.clone();
        if last.is_some() {
            rest.task = Task::Retain { collection: collection.clone(), after: last, pass };
        } else {
            let next = going.next(&pass);
            records::looked(&mut unit, &going, &pass, next).await?;
            rest = self::work(&version.manifest.id, collection, next, false);
        }
        migration::put(&mut unit, WORK, &waiting.key, &rest, Some(waiting.revision)).await?;
        Ok(unit)
    }

    /// For how long something of a document is kept.
    pub(crate) async fn kept_until(
        &self,
        unit: &mut Unit,
        version: &Arc<ModuleVersion>,
        collection: &str,
        body: &str,
    ) -> Result<Until, Error> {
        let Some(keeping) = version.keeping.get(collection) else { return Ok(Until::Nothing) };
        let now = self.platform.legal.now();
        let going = Going { version, collection, keeping, platform: &self.platform, now };
        let document: Value = serde_json::from_str(body).map_err(Error::storage)?;
        let left: Vec<&Rule> = keeping.rules.iter().filter(|rule| is_left(rule, &document)).collect();
        if left.is_empty() {
            return Ok(Until::Nothing);
        }
        let Some(from) = going.start(unit, &document, &mut HashMap::new()).await? else {
            return Ok(Until::Open);
        };
        let ends: Option<Vec<Instant>> =
            left.iter().map(|rule| rule.ends(from, &self.platform.zone)).collect();
        Ok(ends.and_then(|ends| ends.into_iter().max()).map_or(Until::Open, Until::At))
    }
}
