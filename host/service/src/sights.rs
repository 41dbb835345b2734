//! Who has seen whose data.
//!
//! A view that is not open shows a document to somebody, and the module may read more of them. Each of these that is
//! about a person and shows what not everybody may see is a *sight*: unless the person looks themselves, an entry of the
//! audit log and a record in the person's cabinet are committed before the page is sent. All sights of a page are one
//! commit. The same person at the same document is entered once in ten minutes, as in [`crate::looks`].
//!
//! A denied look at a document of a person is told to them as well.

use crate::imports::CallHost;
use crate::version::ModuleVersion;
use crate::{Caller, Error, PersonalFields, Service, record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use vzaemo_access::{Reason, ResourceDocument};
use vzaemo_audit::{Decision, Entry, Kind};
use vzaemo_cabinet::accesses::{Access, Capacity, Purpose, enter};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_contract::call::{Denied, Query, Rows};
use vzaemo_contract::manifest::Who;
use vzaemo_identity::{PersonId, Principal, Role};
use vzaemo_storage::BODY;

/// For so long the same person at the same document is not entered again. Real time.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// So many are remembered; past that, some entries come more often.
const MOST: usize = 10_000;
/// How often a commit is tried while others write.
const ATTEMPTS: u32 = 12;

/// Documents that a call has read, by collection and key, with the references of the persons they are about.
pub(crate) type Sights = BTreeMap<(String, String), BTreeSet<String>>;

/// Who saw what document, and whether they were let.
type Key = (PersonId, String, String, String, bool);

/// What was entered lately.
#[derive(Default)]
pub(crate) struct Entered(Mutex<HashMap<Key, Instant>>);

impl Entered {
    /// Whether this is to be entered now.
    fn is_due(&self, key: Key, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(&key).is_some_and(|since| now.since(*since) < WINDOW) {
            return false;
        }
        if last.len() >= MOST {
            last.retain(|_, since| now.since(*since) < WINDOW);
            if last.len() >= MOST {
                last.clear();
            }
        }
        last.insert(key, now);
        true
    }

    /// It could not be entered after all.
    fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

impl CallHost {
    /// Notes a document that the module got whole.
    pub(crate) fn saw(&mut self, collection: &str, key: &str, body: &str) {
        let Some(fields) = self.version.personal.get(collection).filter(|fields| fields.holds_private())
        else {
            return;
        };
        let Some(sights) = &mut self.sights else { return };
        let document: Value = serde_json::from_str(body).unwrap_or_default();
        let subjects = fields.subjects_of(&document);
        sights.entry((collection.to_owned(), key.to_owned())).or_default().extend(subjects);
    }

    /// The rows of a query; those with something of a person that is not public are noted with that person, whose
    /// reference is read along.
    pub(crate) async fn seen_rows(&mut self, asked: &Query) -> Result<Rows, Denied> {
        let fields = self.version.personal.get(&asked.collection);
        let private = |field: &String| fields.is_some_and(|fields| fields.is_private(field)) || field == BODY;
        let watched = self.sights.is_some()
            && fields.is_some_and(PersonalFields::holds_private)
            && asked.fields.iter().any(private);
        let subject = fields.and_then(|fields| fields.subject()).filter(|_| watched).map(str::to_owned);
        let Some(subject) = subject else {
            return self.rows_within_reach(asked, crate::imports::query(asked)).await;
        };
        let mut with = asked.clone();
        with.fields.push(subject);
        let rows = self.rows_within_reach(&with, crate::imports::query(&with)).await?;
        let (width, mut values) = (with.fields.len(), Vec::with_capacity(rows.values.len()));
        for (key, row) in rows.keys.iter().zip(rows.values.chunks(width)) {
            let Some((subject, own)) = row.split_last() else { continue };
            values.extend_from_slice(own);
            if let Some(sights) = &mut self.sights {
                let subjects = sights.entry((asked.collection.clone(), key.clone())).or_default();
                subjects.extend((!subject.is_empty()).then(|| subject.clone()));
            }
        }
        Ok(Rows { values, ..rows })
    }
}

/// In what capacity somebody looks, and for which body.
fn capacity(
    principal: &Principal,
    module: &str,
    allowed_as: &[Who],
    body: Option<&str>,
) -> (Capacity, Option<String>) {
    let bodies = principal.roles.bodies_for(module);
    let own = || bodies.first().map(|body| (*body).to_owned());
    let known = body.filter(|body| bodies.contains(body)).map(str::to_owned);
    if allowed_as.contains(&Who::Official) || (allowed_as.is_empty() && !bodies.is_empty()) {
        return (Capacity::Official, known.or_else(own));
    }
    if principal.roles.has(&Role::Holder) {
        return (Capacity::Holder, None);
    }
    if principal.roles.has(&Role::TechnicalAdministrator) {
        return (Capacity::TechnicalAdministrator, None);
    }
    if principal.roles.has(&Role::Auditor) {
        return (Capacity::Auditor, None);
    }
    (Capacity::Person, None)
}

/// What was looked at: a view, or an act and its form.
#[derive(Clone, Copy)]
pub(crate) struct Looked<'a> {
    pub caller: &'a Caller,
    pub version: &'a ModuleVersion,
    pub name: &'a str,
    /// The document that the route names.
    pub resource: Option<&'a ResourceDocument>,
    /// In what capacities it was allowed; none if it was not.
    pub allowed_as: &'a [Who],
    pub allowed: bool,
}

impl Service {
    /// Enters what somebody saw, before they get the page. Not to be called while a unit is held.
    pub(crate) async fn enter_sights(&self, looked: Looked<'_>, mut sights: Sights) -> Result<(), Error> {
        let Some(principal) = &looked.caller.principal else { return Ok(()) };
        if let Some(resource) = looked.resource
            && let Some(owner) = &resource.owner
        {
            let key = (resource.collection.clone(), resource.key.clone());
            sights.entry(key).or_default().insert(owner.clone());
        }
        let now = self.platform.security.now();
        let module = looked.version.manifest.id.as_str();
        let mut due: Vec<(Key, BTreeSet<String>)> = Vec::new();
        for ((collection, key), subjects) in sights {
            let key = (principal.person, module.to_owned(), collection, key, looked.allowed);
            if !subjects.is_empty() && self.entered.is_due(key.clone(), now) {
                due.push((key, subjects));
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        let entered = self.commit_sights(looked, principal, &due).await;
        if entered.is_err() {
            for (key, _) in &due {
                self.entered.forget(key);
            }
        }
        entered
    }

    /// The same for somebody who was not let: that the person is told does not keep the refusal from being shown.
    pub(crate) async fn enter_denied(
        &self,
        caller: &Caller,
        version: &ModuleVersion,
        name: &str,
        resource: Option<&ResourceDocument>,
        reason: &Reason,
    ) {
        if matches!(reason, Reason::SignInNeeded | Reason::Unknown) {
            return;
        }
        let looked = Looked { caller, version, name, resource, allowed_as: &[], allowed: false };
        if let Err(error) = self.enter_sights(looked, Sights::new()).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a denied look could not be told to the person whom it concerns"
            );
        }
    }

    async fn commit_sights(
        &self,
        looked: Looked<'_>,
        principal: &Principal,
        due: &[(Key, BTreeSet<String>)],
    ) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
            let (legal, security) = (self.platform.legal.now(), self.platform.security.now());
            for ((_, module, collection, key, allowed), subjects) in due {
                let body = looked.resource.and_then(|resource| resource.body.as_deref());
                let (capacity, body) = capacity(principal, module, looked.allowed_as, body);
                for reference in subjects {
                    let aliases = &self.platform.aliases;
                    let subject =
                        aliases.person_in(&mut unit, module, reference).await.map_err(Error::storage)?;
                    let Some(subject) = subject.filter(|subject| *subject != principal.person) else {
                        continue;
                    };
                    let mut entry = Entry::new(Kind::Access, legal, security);
                    entry.actor = vzaemo_audit::Actor::Person(principal.person.to_string());
                    entry.about = Some(subject.to_string());
                    entry.module = Some(record::module(looked.version));
                    entry.act = Some(looked.name.to_owned());
                    entry.resource = Some(format!("{collection}/{key}"));
                    entry.decision = Some(if *allowed { Decision::Allow } else { Decision::Deny });
                    let fields = looked.version.personal.get(collection);
                    let classes = fields.map(|fields| fields.classes().iter().cloned().collect::<Vec<_>>());
                    entry.details = classes.clone().unwrap_or_default();
                    vzaemo_audit::record(&mut unit, entry).await.map_err(Error::storage)?;
                    let access = Access {
                        subject: subject.to_string(),
                        at: legal.to_string(),
                        viewer: principal.person.to_string(),
                        capacity,
                        body: body.clone(),
                        module: module.clone(),
                        record: key.clone(),
                        purposes: purposes(looked.version, &classes.unwrap_or_default()),
                        allowed: *allowed,
                    };
                    enter(&mut unit, &access).await.map_err(Error::storage)?;
                }
            }
            match unit.commit().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(Error::storage(error)),
            }
        }
        Err(Error::Busy)
    }
}

/// What the classes of data are needed for, as the manifest says; kept with the record, so that it reads without the
/// module.
pub(crate) fn purposes(version: &ModuleVersion, classes: &[String]) -> Vec<Purpose> {
    let declared = classes.iter().filter_map(|class| version.manifest.data.get(class));
    let purpose = |class: &vzaemo_contract::manifest::DataClass| Purpose {
        why: vzaemo_cabinet::Text { uk: class.why.uk.clone(), en: class.why.en.clone() },
        law: class.law.clone(),
    };
    declared.map(purpose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_look_is_entered_once_in_ten_minutes() {
        let entered = Entered::default();
        let person = PersonId::parse("0198f000-0000-7000-8000-000000000001").unwrap();
        let key = |record: &str, allowed| (person, "notes".into(), "notes".into(), record.into(), allowed);
        let start: Instant = "2026-09-03T10:00:00Z".parse().unwrap();
        let after = |minutes| start.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        assert!(entered.is_due(key("1", true), start));
        assert!(!entered.is_due(key("1", true), after(9)));
        assert!(entered.is_due(key("2", true), after(9)), "another document");
        assert!(entered.is_due(key("1", false), after(9)), "a refused try");
        assert!(entered.is_due(key("1", true), after(10)));
        entered.forget(&key("1", true));
        assert!(entered.is_due(key("1", true), after(10)));
        for record in 0..=MOST {
            entered.is_due(key(&record.to_string(), true), after(20));
        }
        assert!(entered.0.lock().unwrap().len() <= MOST);
    }
}
