//! Erasure at a person's request: what goes at once, what stays, why and for how long.
//!
//! What is the person's alone (see [`vzaemo_cabinet::erasure`]) and files that no document names go. Documents of
//! modules stay for as long as the law says that stands in the manifest, or as the holder's configuration says instead:
//! a collection that is kept for no time is erased too. It is done as timed work, in portions, with an entry of the audit
//! log that says by which rule. Where something has to stay, the request waits: what stays goes by itself when its time is
//! over (see [`crate::retention`]), and when nothing is left, so does who the person is.

use crate::imports::CallHost;
use crate::retention::Until;
use crate::version::ModuleVersion;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service, migration};
use async_trait::async_trait;
use std::sync::Arc;
use vzaemo_audit::{Actor, Entry, Erasure, Kind, Subject};
use vzaemo_cabinet::accesses::Purpose;
use vzaemo_cabinet::erasure::{Own, own};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::PersonId;
use vzaemo_runtime::Imports as _;
use vzaemo_storage::files;
use vzaemo_storage::{Document, Storage, Unit};

/// How many files of a person are looked at in one unit of work.
const FILES: u32 = 200;
/// A request that waits for something without a known end is looked at again after so long.
const LATEST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// And one that waits for something that should have gone already, after so long of real time.
const SOON: SignedDuration = SignedDuration::from_secs(10);
/// The rule by which a person's request is carried out, as the audit log names it.
pub(crate) const RULE: &str = "by the person's request; documents stay for the terms of retention";

/// For how long documents of a collection are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// As an ISO 8601 duration, from the end of the matter.
    pub keep: String,
    /// The act of law.
    pub law: String,
}

impl Retention {
    /// Whether documents need not be kept at all: their term is none.
    pub fn is_none(&self) -> bool {
        !self.keep.chars().any(|c| c.is_ascii_digit() && c != '0')
    }
}

/// Documents about a person in one collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The module.
    pub module: String,
    /// The collection.
    pub collection: String,
    /// How many, up to a portion.
    pub documents: usize,
    /// For how long.
    pub retention: Vec<Retention>,
    /// Until when the last of those is kept whose matter has ended, as far as one portion shows.
    pub until: Option<Instant>,
    /// How many of them belong to matters that have not ended.
    pub open: usize,
    /// What for.
    pub purposes: Vec<Purpose>,
}

/// What an erasure would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is the person's alone; it goes.
    pub own: Own,
    /// Files that no document names; they go.
    pub files: usize,
    /// Documents that go.
    pub goes: Vec<Kept>,
    /// Documents that stay.
    pub stays: Vec<Kept>,
    /// Services that do not serve at present and may have documents of the person: those stay.
    pub unknown: Vec<String>,
    /// The person holds roles, so their name stays.
    pub roles: bool,
}

impl Plan {
    /// Whether nothing stays, so that the person's name goes too.
    pub fn is_whole(&self) -> bool {
        self.stays.is_empty() && self.unknown.is_empty() && !self.roles
    }

    /// When to look again whether anything still stays.
    fn again(&self, now: Instant) -> Instant {
        let latest = now.checked_add(LATEST).unwrap_or(now);
        let known = self.unknown.is_empty() && !self.roles;
        let dated = self.stays.iter().all(|kept| kept.open == 0 && kept.until.is_some());
        let last = self.stays.iter().filter_map(|kept| kept.until).max();
        last.filter(|_| known && dated).unwrap_or(latest)
    }
}

/// A request that waits for the end of what has to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// When it was made, by the legal clock.
    pub asked: Option<Instant>,
    /// When it is looked at again.
    pub again: Option<Instant>,
}

/// Knows how who a person is is erased, and their sessions ended.
#[async_trait]
pub trait Forgets: Send + Sync {
    /// Does it, in commits of its own. Done twice, it is done once.
    async fn forget(&self, person: PersonId) -> Result<(), Error>;
}

fn key(person: &str) -> String {
    format!("erase/{person}")
}

fn work(person: &str, now: Instant, once: bool) -> Work {
    Work {
        module: String::new(),
        task: Task::Erase { person: person.to_owned(), asked: now.to_string(), waits: false, once },
        due: now.to_string(),
        at_once: true,
        failures: 0,
        not_before: String::new(),
    }
}

fn request(person: &str, now: Instant, withdrawn: bool) -> Erasure {
    let person = person.to_owned();
    Erasure {
        subject: if withdrawn { Subject::Withdrawn(person) } else { Subject::Request(person) },
        rule: RULE.to_owned(),
        at: now.to_string(),
        entries: Vec::new(),
        documents: Vec::new(),
    }
}

/// Has a request carried out again by a restored storage, as soon as it serves; `once` if it does not stand any longer.
///
/// # Errors
/// The storage's.
pub async fn erase_again(storage: &Storage, person: &str, asked: Instant, once: bool) -> Result<(), Error> {
    storage.declare(NAMESPACE, &crate::work::collections()).await.map_err(Error::storage)?;
    let mut unit = storage.begin().await.map_err(Error::storage)?;
    let key = key(person);
    let waiting = unit.get(NAMESPACE, WORK, &key).await.map_err(Error::storage)?;
    let revision = waiting.map(|waiting| waiting.revision);
    migration::put(&mut unit, WORK, &key, &work(person, asked, once), revision).await?;
    vzaemo_audit::note(&mut unit, &request(person, asked, false)).await.map_err(Error::storage)?;
    unit.commit().await.map(|_| ()).map_err(Error::storage)
}

/// For how long documents of a collection are kept: as the holder says, else as the law says of the classes of data in
/// them; a collection with none of these is kept as long as its module wants it, for it holds a reference only.
fn retention(version: &ModuleVersion, collection: &str) -> Vec<Retention> {
    if let Some(said) = version.retention.get(collection) {
        return vec![said.clone()];
    }
    let classes = version.personal.get(collection).map(crate::personal::PersonalFields::classes);
    let declared = classes.into_iter().flatten().filter_map(|class| version.manifest.data.get(class));
    let mut found: Vec<Retention> = Vec::new();
    for class in declared {
        let retention = Retention { keep: class.retention.clone(), law: class.law.clone() };
        if !found.contains(&retention) {
            found.push(retention);
        }
    }
    found
}

fn goes(retention: &[Retention]) -> bool {
    !retention.is_empty() && retention.iter().all(Retention::is_none)
}

impl Service {
    /// What an erasure would do for this person.
    pub async fn erasure_plan(&self, person: PersonId) -> Result<Plan, Error> {
        let roles = !self.platform.grants.of(person).await.map_err(Error::storage)?.is_empty();
        let snapshot = self.snapshot();
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let holdings = self.holdings(&mut unit, person).await?;
        let mut unknown = Vec::new();
        for (module, state) in &snapshot.modules {
            let known =
                self.platform.aliases.find_in(&mut unit, person, module).await.map_err(Error::storage)?;
            if state.serving().is_none() && known.is_some() {
                unknown.push(module.clone());
            }
        }
        let (mut going, mut staying) = (Vec::new(), Vec::new());
        for holding in holdings {
            let (found, _) = holding.documents(&mut unit, None).await?;
            let documents = found.len();
            let Some(version) = snapshot.module(&holding.module).and_then(|state| state.serving()) else {
                continue;
            };
            if documents == 0 {
                continue;
            }
            let classes =
                version.personal.get(&holding.collection).map(|fields| fields.classes().iter().cloned());
            let classes: Vec<String> = classes.into_iter().flatten().collect();
            let retention = retention(version, &holding.collection);
            let (mut until, mut open) = (None, 0);
            for (_, body) in &found {
                match self.kept_until(&mut unit, version, &holding.collection, body).await? {
                    Until::At(at) => until = until.max(Some(at)),
                    Until::Open => open += 1,
                    Until::Nothing => {}
                }
            }
            let list = if goes(&retention) { &mut going } else { &mut staying };
            list.push(Kept {
                until,
                open,
                purposes: crate::sights::purposes(version, &classes),
                module: holding.module,
                collection: holding.collection,
                documents,
                retention,
            });
        }
        let (mut all, mut files) = (Own::default(), 0);
        for record in self.records(&mut unit, person).await? {
            all.add(own(&mut unit, &record).await.map_err(Error::storage)?);
            let owned = files::owned(&mut unit, &record, FILES, None).await.map_err(Error::storage)?.0;
            files += owned.iter().filter(|file| file.named.is_empty()).count();
        }
        let own = all;
        Ok(Plan { own, files, goes: going, stays: staying, unknown, roles })
    }

    /// The records of a person, by the platform's ids: one, unless records of theirs were merged.
    async fn records(&self, unit: &mut Unit, person: PersonId) -> Result<Vec<String>, Error> {
        let records = self.platform.aliases.records(unit, person).await.map_err(Error::storage)?;
        Ok(records.iter().map(ToString::to_string).collect())
    }

    /// Who forgets persons; the first one set stays.
    pub fn forget_by(&self, forgets: Arc<dyn Forgets>) {
        let _already_set = self.forgets.set(forgets);
    }

    /// Has all of a person erased that may go, and what stays as soon as it may. Asked again while it waits, it begins
    /// anew.
    pub async fn request_erasure(&self, person: PersonId) -> Result<(), Error> {
        let now = self.platform.legal.now();
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let records = self.records(&mut unit, person).await?;
        let person = person.to_string();
        let found = waiting(&mut unit, &person).await?;
        if let Some((_, work)) = &found
            && !matches!(work.task, Task::Erase { waits: true, .. })
        {
            return Ok(());
        }
        self.enter_request(&mut unit, &person, "requested", now).await?;
        // By every record: a restored backup may know them apart.
        for record in &records {
            vzaemo_audit::note(&mut unit, &request(record, now, false)).await.map_err(Error::storage)?;
        }
        let revision = found.map(|(document, _)| document.revision);
        migration::put(&mut unit, WORK, &key(&person), &work(&person, now, false), revision).await?;
        self::commit(unit).await
    }

    /// The request of a person that waits, if there is one.
    pub async fn waiting_erasure(&self, person: PersonId) -> Result<Option<Waiting>, Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let Some((_, work)) = waiting(&mut unit, &person.to_string()).await? else { return Ok(None) };
        let Task::Erase { asked, waits: true, .. } = &work.task else { return Ok(None) };
        Ok(Some(Waiting { asked: asked.parse().ok(), again: work.due.parse().ok() }))
    }

    /// The person takes a request back that waits: who they are stays. What was erased stays erased, and what has had its
    /// time goes all the same.
    pub async fn withdraw_erasure(&self, person: PersonId) -> Result<(), Error> {
        let now = self.platform.legal.now();
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let records = self.records(&mut unit, person).await?;
        let person = person.to_string();
        let Some((document, work)) = waiting(&mut unit, &person).await? else { return Ok(()) };
        if !matches!(work.task, Task::Erase { waits: true, .. }) {
            return Ok(());
        }
        self.enter_request(&mut unit, &person, "withdrawn", now).await?;
        for record in &records {
            vzaemo_audit::note(&mut unit, &request(record, now, true)).await.map_err(Error::storage)?;
        }
        unit.remove(NAMESPACE, WORK, &document.key, document.revision).await.map_err(Error::storage)?;
        self::commit(unit).await
    }

    async fn enter_request(
        &self,
        unit: &mut Unit,
        person: &str,
        result: &str,
        now: Instant,
    ) -> Result<(), Error> {
        let mut entry = Entry::new(Kind::Erasure, now, self.platform.security.now());
        entry.actor = Actor::Person(person.to_owned());
        entry.act = Some("erase".to_owned());
        result.clone_into(&mut entry.result);
        entry.details = vec![RULE.to_owned()];
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
    }

    /// A portion of an erasure. When nothing is left to do now, the work waits for the end of what stays, or is done.
    pub(crate) async fn erase_portion(
        &self,
        mut unit: Unit,
        document: &Document,
        work: &Work,
        at: Instant,
    ) -> Result<Unit, Error> {
        let Task::Erase { person, asked, waits, once } = &work.task else { return Ok(unit) };
        let id = PersonId::parse(person);
        let plan = match id {
            Some(id) => Some(self.erasure_plan(id).await?),
            None => None,
        };
        if let Some(plan) = plan.as_ref().filter(|plan| *waits && !plan.is_whole()) {
            return self.wait(unit, document, work, plan, at).await;
        }
        let records = match id {
            Some(id) => self.records(&mut unit, id).await?,
            None => vec![person.clone()],
        };
        let mut erased = 0;
        for record in &records {
            erased += vzaemo_cabinet::erasure::erase(&mut unit, record).await.map_err(Error::storage)?;
            let owned = files::owned(&mut unit, record, FILES, None).await.map_err(Error::storage)?.0;
            for file in owned.iter().filter(|file| file.named.is_empty()) {
                files::disown(&mut unit, &file.id).await.map_err(Error::storage)?;
                erased += 1;
            }
        }
        let holdings = match id {
            Some(id) => self.holdings(&mut unit, id).await?,
            None => Vec::new(),
        };
        for holding in &holdings {
            let Ok(version) = self.serving(&holding.module) else { continue };
            if goes(&retention(&version, &holding.collection)) {
                let (documents, _) = holding.documents(&mut unit, None).await?;
                erased += u64::try_from(documents.len()).unwrap_or(u64::MAX);
                unit = self.remove_documents(unit, &version, &holding.collection, &documents, at).await?;
            }
        }
        if erased > 0 {
            return Ok(unit);
        }
        let security = self.platform.security.now();
        let whole = plan.as_ref().is_some_and(Plan::is_whole);
        if whole && !once {
            if let (Some(id), Some(forgets)) = (id, self.forgets.get()) {
                forgets.forget(id).await?;
            }
            // Nothing has to stay: what the journal holds of their acts goes too, and the salt behind which the log
            // hides who they are. Commits of their own; done again if this one does not follow.
            for record in records {
                let subject = Subject::Person(record);
                let erased = vzaemo_audit::erase(&self.platform.storage, &subject, RULE, at, security).await;
                erased.map_err(Error::storage)?;
            }
        } else {
            let mut entry = Entry::new(Kind::Erasure, at, security);
            entry.about = Some(person.to_owned());
            entry.act = Some("erase".to_owned());
            entry.details = vec![RULE.to_owned()];
            vzaemo_audit::record(&mut unit, entry).await.map_err(Error::storage)?;
        }
        if let Some(plan) = plan.filter(|_| !whole && !once) {
            let task = Task::Erase { person: person.clone(), asked: asked.clone(), waits: true, once: false };
            let waiting = Work { task, at_once: false, ..work.clone() };
            return self.wait(unit, document, &waiting, &plan, at).await;
        }
        unit.remove(NAMESPACE, WORK, &document.key, document.revision).await.map_err(Error::storage)?;
        Ok(unit)
    }

    /// Puts a request off until what has to stay may go.
    async fn wait(
        &self,
        mut unit: Unit,
        document: &Document,
        work: &Work,
        plan: &Plan,
        at: Instant,
    ) -> Result<Unit, Error> {
        let again = plan.again(at);
        let mut rest = Work { due: again.to_string(), ..work.clone() };
        if again <= at {
            // What has had its time is being erased at this moment.
            let real = self.platform.security.now();
            rest.not_before = real.checked_add(SOON).unwrap_or(real).to_string();
        }
        migration::put(&mut unit, WORK, &document.key, &rest, Some(document.revision)).await?;
        Ok(unit)
    }

    /// Removes documents as their module would, out of search and without the files that they name; nothing of them is
    /// kept for a replay.
    async fn remove_documents(
        &self,
        unit: Unit,
        version: &Arc<ModuleVersion>,
        collection: &str,
        documents: &[(String, String)],
        at: Instant,
    ) -> Result<Unit, Error> {
        let mut host = CallHost::new(unit, version, &self.platform, None, at);
        host.keeps_revisions = false;
        for (key, _) in documents {
            let found = host.unit.get(&version.manifest.id, collection, key).await.map_err(Error::storage)?;
            let Some(document) = found else { continue };
            let removed = host.remove(collection, key, document.revision).await;
            if let Some(error) = host.failed.take() {
                return Err(error);
            }
            if removed.is_err() {
                return Err(Error::Busy);
            }
            let module = &version.manifest.id;
            vzaemo_audit::forget_revisions(&mut host.unit, module, collection, key)
                .await
                .map_err(Error::storage)?;
        }
        Ok(host.unit)
    }
}

/// Whether a person has asked for their erasure and it is not done, as a unit of work sees it.
pub(crate) async fn is_asked_for(unit: &mut Unit, person: &str) -> Result<bool, Error> {
    Ok(waiting(unit, person).await?.is_some())
}

/// The work of a person's request.
async fn waiting(unit: &mut Unit, person: &str) -> Result<Option<(Document, Work)>, Error> {
    let found = unit.get(NAMESPACE, WORK, &key(person)).await.map_err(Error::storage)?;
    let Some(found) = found else { return Ok(None) };
    let work = found.parse().map_err(Error::storage)?;
    Ok(Some((found, work)))
}

async fn commit(unit: Unit) -> Result<(), Error> {
    match unit.commit().await {
        Ok(_) => Ok(()),
        // Asked for twice at the same moment.
        Err(error) if error.is_retryable() => Ok(()),
        Err(error) => Err(Error::storage(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_of_none_is_no_term() {
        let retention = |keep: &str| Retention { keep: keep.to_owned(), law: "L".to_owned() };
        assert!(retention("P0D").is_none() && retention("PT0S").is_none());
        for keep in ["P3Y", "P30D", "P0Y1M"] {
            assert!(!retention(keep).is_none(), "{keep}");
        }
        assert!(goes(&[retention("P0D")]));
        assert!(!goes(&[retention("P0D"), retention("P3Y")]) && !goes(&[]));
    }
}
