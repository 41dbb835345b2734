//! Carrying a merging out: what collides first, then what changes hands, a portion a unit of work.
//!
//! Each step says how far it has come in the very commit that takes it, so a process that dies goes on where it was. Which
//! participations collide does not change any more: both records' sessions have ended, and whoever signs in now is one
//! person, whom the unique keys know by all references.

use super::count::{Collision, collisions};
use super::{Words, key};
use crate::invalidation::{self, DecisionEntry, Invalidation, Selection};
use crate::version::ModuleVersion;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service};
use std::sync::Arc;
use vzaemo_audit::{Entry, Kind};
use vzaemo_cabinet::Text;
use vzaemo_cabinet::merging::{hand_letters_over, hand_over, has_waiting_letters};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::{PersonId, Role};
use vzaemo_storage::{Document, Unit, files};

/// How many participations are decided about in one unit of work.
const COLLISIONS: usize = 50;
/// How many files change hands in one unit of work.
const FILES: u32 = 200;
/// Letters to the address of the merged record are waited for at most so long (legal time), then the address goes.
const LETTERS: SignedDuration = SignedDuration::from_hours(24);
/// And looked for again after so long of real time.
const SOON: SignedDuration = SignedDuration::from_secs(10);

/// Where the work stands: what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// What both have taken part in, after this one.
    Collisions(Option<(String, String, String)>),
    /// The cabinet and files; so many portions were done.
    Cabinet(u64),
    /// Letters and the address; so many portions were done.
    Letters(u64),
}

impl Step {
    fn read(after: Option<&str>) -> Self {
        let Some(after) = after else { return Self::Collisions(None) };
        let mut parts = after.split('\n').map(str::to_owned);
        let (step, rest) = (parts.next().unwrap_or_default(), [parts.next(), parts.next(), parts.next()]);
        match (step.as_str(), rest) {
            ("collisions", [Some(module), Some(collection), Some(document)]) => {
                Self::Collisions(Some((module, collection, document)))
            }
            ("cabinet", [Some(number), ..]) => Self::Cabinet(number.parse().unwrap_or_default()),
            ("letters", [Some(number), ..]) => Self::Letters(number.parse().unwrap_or_default()),
            _ => Self::Collisions(None),
        }
    }

    fn write(&self) -> Option<String> {
        match self {
            Self::Collisions(None) => None,
            Self::Collisions(Some((module, collection, document))) => {
                Some(format!("collisions\n{module}\n{collection}\n{document}"))
            }
            Self::Cabinet(number) => Some(format!("cabinet\n{number}")),
            Self::Letters(number) => Some(format!("letters\n{number}")),
        }
    }
}

/// A portion of a merging's work.
pub(crate) struct Portion<'a> {
    pub staying: PersonId,
    pub merged: PersonId,
    pub roles: &'a [Role; 2],
    pub words: &'a Words,
    pub after: Option<&'a str>,
    /// The legal clock.
    pub at: Instant,
}

impl Service {
    /// Does the next portion.
    pub(crate) async fn merge_portion(
        &self,
        mut unit: Unit,
        portion: Portion<'_>,
        document: &Document,
        work: &Work,
    ) -> Result<Unit, Error> {
        let mut waits = None;
        let next = match Step::read(portion.after) {
            Step::Collisions(after) => self.decide_collisions(&mut unit, &portion, after).await?,
            Step::Cabinet(number) => self.hand_cabinet_over(&mut unit, &portion, number).await?,
            Step::Letters(number) => {
                let (from, to) = (portion.merged.to_string(), portion.staying.to_string());
                let decided: Instant = work.due.parse().unwrap_or(portion.at);
                let waiting = has_waiting_letters(&mut unit, &from).await.map_err(Error::storage)?;
                if waiting && portion.at.since(decided) < LETTERS {
                    let real = self.platform.security.now();
                    waits = Some(real.checked_add(SOON).unwrap_or(real));
                    Some(Step::Letters(number + 1))
                } else {
                    let moved = hand_letters_over(&mut unit, &from, &to).await.map_err(Error::storage)?;
                    (moved > 0).then_some(Step::Letters(number + 1))
                }
            }
        };
        let Some(next) = next else {
            unit.remove(NAMESPACE, WORK, &key(portion.merged), document.revision)
                .await
                .map_err(Error::storage)?;
            self.enter_step(&mut unit, &portion, "done").await?;
            return Ok(unit);
        };
        let mut rest =
            Work { not_before: waits.map(|at| at.to_string()).unwrap_or_default(), ..work.clone() };
        if let Task::Merge { after, .. } = &mut rest.task {
            *after = next.write();
        }
        let body = serde_json::to_string(&rest).map_err(Error::storage)?;
        let replaced = unit.replace(NAMESPACE, WORK, &document.key, document.revision, &body).await;
        replaced.map_err(Error::storage)?;
        Ok(unit)
    }

    /// Has the later of two participations not count, by a decision of its own in the public list.
    async fn decide_collisions(
        &self,
        unit: &mut Unit,
        portion: &Portion<'_>,
        after: Option<(String, String, String)>,
    ) -> Result<Option<Step>, Error> {
        let modules: Vec<String> = self.snapshot().modules.keys().cloned().collect();
        let mut decided = 0;
        for module in modules {
            if after.as_ref().is_some_and(|(done, ..)| module < *done) {
                continue;
            }
            let gone = [portion.merged];
            let (own, others) = self.apart(unit, portion.staying, &gone, &module).await?;
            if own.is_empty() || others.is_empty() {
                continue;
            }
            let version = self.serving(&module)?;
            for collision in collisions(unit, &version, &own, &others).await? {
                let place = (module.clone(), collision.collection.clone(), collision.document.clone());
                if after.as_ref().is_some_and(|done| place <= *done) {
                    continue;
                }
                self.decide_collision(unit, portion, &version, collision).await?;
                decided += 1;
                if decided == COLLISIONS {
                    return Ok(Some(Step::Collisions(Some(place))));
                }
            }
        }
        self.enter_step(unit, portion, "participations compared").await?;
        Ok(Some(Step::Cabinet(0)))
    }

    /// The references of a person in a module: those that they had, and those that came with the record merged last and the
    /// records merged into that one before.
    async fn apart(
        &self,
        unit: &mut Unit,
        staying: PersonId,
        merged: &[PersonId],
        module: &str,
    ) -> Result<(Vec<String>, Vec<String>), Error> {
        let records = self.platform.aliases.records(unit, staying).await.map_err(Error::storage)?;
        let first = records.iter().position(|record| merged.contains(record)).unwrap_or(records.len());
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for (place, record) in records.iter().enumerate() {
            let alias = self.platform.aliases.own_in(unit, *record, module).await.map_err(Error::storage)?;
            let list = if place < first { &mut own } else { &mut others };
            list.extend(alias.map(|alias| alias.as_str().to_owned()));
        }
        Ok((own, others))
    }

    async fn decide_collision(
        &self,
        unit: &mut Unit,
        portion: &Portion<'_>,
        version: &Arc<ModuleVersion>,
        collision: Collision,
    ) -> Result<(), Error> {
        let Collision { collection, document, later } = collision;
        let number = unit.number(invalidation::SEQUENCE);
        let selection = Selection {
            module: version.manifest.id.clone(),
            collection,
            document,
            persons: vec![later],
            ..Selection::default()
        };
        let wanted = Invalidation {
            selection,
            address: String::new(),
            device: String::new(),
            grounds: portion.words.grounds.clone(),
            counted: 1,
        };
        let entry = DecisionEntry::new(&number, &wanted, portion.roles.clone(), 1, portion.at);
        entry.insert(unit).await?;
        let put = |text: &str| text.replace(Words::NUMBER, &number);
        let both = |text: &Text| Text { uk: put(&text.uk), en: put(&text.en) };
        let words = invalidation::Words {
            notice: both(&portion.words.void),
            event: both(&portion.words.void),
            address: put(&portion.words.void_address),
            stays: true,
        };
        self.order(unit, &number, &wanted, words, portion.at).await
    }

    async fn hand_cabinet_over(
        &self,
        unit: &mut Unit,
        portion: &Portion<'_>,
        number: u64,
    ) -> Result<Option<Step>, Error> {
        let (from, to) = (portion.merged.to_string(), portion.staying.to_string());
        let mut moved = hand_over(unit, &from, &to, portion.at).await.map_err(Error::storage)?;
        let (owned, _) = files::owned(unit, &from, FILES, None).await.map_err(Error::storage)?;
        for file in &owned {
            files::hand_over(unit, &file.id, &to).await.map_err(Error::storage)?;
            moved += 1;
        }
        if moved > 0 {
            return Ok(Some(Step::Cabinet(number + 1)));
        }
        self.enter_step(unit, portion, "cabinet handed over").await?;
        Ok(Some(Step::Letters(0)))
    }

    async fn enter_step(&self, unit: &mut Unit, portion: &Portion<'_>, result: &str) -> Result<(), Error> {
        let mut entry = Entry::new(Kind::Job, portion.at, self.platform.security.now());
        entry.about = Some(portion.staying.to_string());
        entry.act = Some("merge".to_owned());
        result.clone_into(&mut entry.result);
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_as_it_was_written() {
        let place = ("notes".to_owned(), "votes".to_owned(), "2026-1".to_owned());
        for step in
            [Step::Collisions(None), Step::Collisions(Some(place)), Step::Cabinet(3), Step::Letters(1)]
        {
            assert_eq!(Step::read(step.write().as_deref()), step);
        }
    }
}
