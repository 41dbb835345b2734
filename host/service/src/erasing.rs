//! Erasure at a person's request: what goes at once, what stays, why and for how long.
//!
//! What is the person's alone (see [`vzaemo_cabinet::erasure`]) and files that no document names go. Documents of
//! modules stay for as long as the law says that stands in the manifest, or as the holder's configuration says instead:
//! a collection that is kept for no time is erased too. It is done as timed work, in portions, and ends with an entry of
//! the audit log that says by which rule.

use crate::imports::CallHost;
use crate::version::ModuleVersion;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service};
use std::sync::Arc;
use vzaemo_audit::{Actor, Entry, Kind, Subject};
use vzaemo_cabinet::accesses::Purpose;
use vzaemo_cabinet::erasure::{Own, own};
use vzaemo_clock::Instant;
use vzaemo_identity::PersonId;
use vzaemo_runtime::Imports as _;
use vzaemo_storage::files;
use vzaemo_storage::{Document, Unit};

/// How many files of a person are looked at in one unit of work.
const FILES: u32 = 200;
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
        let id = person.to_string();
        let (mut going, mut staying) = (Vec::new(), Vec::new());
        for holding in holdings {
            let documents = holding.count(&mut unit).await?;
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
            let list = if goes(&retention) { &mut going } else { &mut staying };
            list.push(Kept {
                purposes: crate::sights::purposes(version, &classes),
                module: holding.module,
                collection: holding.collection,
                documents,
                retention,
            });
        }
        let own = own(&mut unit, &id).await.map_err(Error::storage)?;
        let (owned, _) = files::owned(&mut unit, &id, FILES, None).await.map_err(Error::storage)?;
        let files = owned.iter().filter(|file| file.named.is_empty()).count();
        Ok(Plan { own, files, goes: going, stays: staying, unknown, roles })
    }

    /// Has all of a person erased that may go. Asked twice, it is done once.
    pub async fn request_erasure(&self, person: PersonId) -> Result<(), Error> {
        let key = format!("erase/{person}");
        let now = self.platform.legal.now();
        let work = Work {
            module: String::new(),
            task: Task::Erase { person: person.to_string() },
            due: now.to_string(),
            at_once: true,
            failures: 0,
            not_before: String::new(),
        };
        let body = serde_json::to_string(&work).map_err(Error::storage)?;
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        if unit.get(NAMESPACE, WORK, &key).await.map_err(Error::storage)?.is_some() {
            return Ok(());
        }
        let mut entry = Entry::new(Kind::Erasure, now, self.platform.security.now());
        entry.actor = Actor::Person(person.to_string());
        entry.act = Some("erase".to_owned());
        "requested".clone_into(&mut entry.result);
        entry.details = vec![RULE.to_owned()];
        vzaemo_audit::record(&mut unit, entry).await.map_err(Error::storage)?;
        unit.insert(NAMESPACE, WORK, Some(key), &body).await.map_err(Error::storage)?;
        match unit.commit().await {
            Ok(_) => Ok(()),
            // Asked for twice at the same moment.
            Err(error) if error.is_retryable() => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }

    /// A portion of an erasure; the work is removed with the last one.
    pub(crate) async fn erase_portion(
        &self,
        mut unit: Unit,
        work: &Document,
        person: &str,
        at: Instant,
    ) -> Result<Unit, Error> {
        let mut erased = vzaemo_cabinet::erasure::erase(&mut unit, person).await.map_err(Error::storage)?;
        let (owned, _) = files::owned(&mut unit, person, FILES, None).await.map_err(Error::storage)?;
        for file in owned.iter().filter(|file| file.named.is_empty()) {
            files::disown(&mut unit, &file.id).await.map_err(Error::storage)?;
            erased += 1;
        }
        let id = PersonId::parse(person);
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
        let whole = match id {
            Some(id) => self.erasure_plan(id).await?.is_whole(),
            None => false,
        };
        let security = self.platform.security.now();
        if whole {
            // Nothing has to stay: what the journal holds of their acts goes too, and the salt behind which the log
            // hides who they are. Commits of their own; done again if this one does not follow.
            let subject = Subject::Person(person.to_owned());
            let erased = vzaemo_audit::erase(&self.platform.storage, &subject, RULE, at, security).await;
            erased.map_err(Error::storage)?;
        } else {
            let mut entry = Entry::new(Kind::Erasure, at, security);
            entry.about = Some(person.to_owned());
            entry.act = Some("erase".to_owned());
            entry.details = vec![RULE.to_owned()];
            vzaemo_audit::record(&mut unit, entry).await.map_err(Error::storage)?;
        }
        unit.remove(NAMESPACE, WORK, &work.key, work.revision).await.map_err(Error::storage)?;
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
