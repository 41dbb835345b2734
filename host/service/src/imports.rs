//! What a module asks of the host in a call, answered over one unit of work.

use crate::recording::Notes;
use crate::sights::Sights;
use crate::version::ModuleVersion;
use crate::work::{self, NAMESPACE, Task, WORK, Work};
use crate::{Platform, route};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::Arc;
use vzaemo_access::Reach;
use vzaemo_cabinet::mail::Kind;
use vzaemo_cabinet::{CaseUpdate, NextTerm, Notice, Text};
use vzaemo_clock::{Date, Event, Instant, Term, Timed};
use vzaemo_contract::call::{
    Address, Body, CaseTerm, Comparison, Conflict, Denied, Document, FileInfo, Hit, Level, Message,
    Principal, Query, Rows, Unit as TermUnit,
};
use vzaemo_contract::manifest::NoticeKind;
use vzaemo_identity::{PersonId, References};
use vzaemo_language::texts::Language;
use vzaemo_protection::Origin;
use vzaemo_storage::files;
use vzaemo_storage::{Condition, Cursor, Op, Order, StorageError, Unit, WriteError};

/// Who acts, as the module sees them and as the host knows them.
#[derive(Debug, Clone)]
pub(crate) struct Acting {
    pub person: PersonId,
    pub seen: Principal,
    /// The bodies for which the person administers the module.
    pub bodies: Vec<String>,
    /// Whether the person has yet to accept the rules of use.
    pub rules_pending: bool,
    /// What the call may read, where its capacity limits that.
    pub reach: Option<Reach>,
}

/// The host's side of one call.
pub(crate) struct CallHost {
    pub unit: Unit,
    pub version: Arc<ModuleVersion>,
    pub platform: Arc<Platform>,
    /// Nobody in open views, in jobs and for visitors.
    pub acting: Option<Acting>,
    /// The moment of the act, the due time of the job, or now for views.
    pub at: Instant,
    /// When the first of the answers that depend on the time changes.
    pub until: Option<Instant>,
    /// An error that ends the call whatever the module makes of it.
    pub failed: Option<crate::Error>,
    /// The documents that the module has read, where it is noted who sees what: in views that are not open.
    pub sights: Option<Sights>,
    /// The files that came with the input.
    pub brought: BTreeSet<String>,
    /// What a transcript of the call needs to know.
    pub notes: Notes,
    /// Whether documents are kept as they are before they change, for a replay. Not where they are erased.
    pub keeps_revisions: bool,
    /// Where the act comes from: kept with participation that it writes.
    pub origin: Option<Origin>,
    /// The references of the module that are another one's person's, once they were needed.
    pub references: Option<Arc<References>>,
}

impl CallHost {
    /// For a call that has not begun.
    pub(crate) fn new(
        unit: Unit,
        version: &Arc<ModuleVersion>,
        platform: &Arc<Platform>,
        acting: Option<Acting>,
        at: Instant,
    ) -> Self {
        CallHost {
            unit,
            version: Arc::clone(version),
            platform: Arc::clone(platform),
            acting,
            at,
            until: None,
            failed: None,
            sights: None,
            brought: BTreeSet::new(),
            notes: Notes::default(),
            keeps_revisions: true,
            origin: None,
            references: None,
        }
    }

    pub(crate) fn module(&self) -> &str {
        &self.version.manifest.id
    }

    /// An error of the storage: a mistake of the module is told to the module, all else ends the call.
    pub(crate) fn storage(&mut self, error: StorageError) -> Denied {
        match error {
            StorageError::UnknownCollection { .. }
            | StorageError::UnknownUnique { .. }
            | StorageError::UnknownCounter { .. }
            | StorageError::Query { .. } => Denied::Misuse(error.to_string()),
            other => self.fail(crate::Error::storage(other)),
        }
    }

    pub(crate) fn fail(&mut self, error: crate::Error) -> Denied {
        self.failed.get_or_insert(error);
        Denied::Misuse("the host could not answer; the call will be ended".to_owned())
    }

    /// Notes when an answer that depends on the time changes.
    fn timed<T>(&mut self, answer: Timed<T>) -> T {
        self.until = self.until.into_iter().chain(answer.changes_at).min();
        answer.value
    }

    /// The local day.
    fn local_day(&mut self) -> Result<Date, Denied> {
        match vzaemo_clock::today(self.at, &self.platform.zone) {
            Ok(today) => Ok(self.timed(today)),
            Err(error) => Err(self.fail(crate::Error::storage(error))),
        }
    }

    fn cabinet(&mut self, error: vzaemo_cabinet::Error) -> Denied {
        match error {
            vzaemo_cabinet::Error::Read(error) => self.storage(error),
            vzaemo_cabinet::Error::Write(error) => self.write(error),
            other => self.fail(crate::Error::storage(other)),
        }
    }

    /// A record of the host's that was not taken: too much of it, or texts that cannot be stored, are a mistake of
    /// the module that they came from.
    pub(crate) fn write(&mut self, error: WriteError) -> Denied {
        match error {
            WriteError::Storage(error) => self.storage(error),
            refused => Denied::Misuse(refused.to_string()),
        }
    }

    pub(crate) fn conflict(&mut self, error: WriteError) -> Conflict {
        match error {
            WriteError::Unique { fields } => Conflict::Taken(fields),
            WriteError::Exists | WriteError::Missing | WriteError::Stale { .. } => Conflict::Changed,
            WriteError::Schema(violations) => {
                let say =
                    |v: vzaemo_storage::Violation| format!("{}: {} ({})", v.pointer, v.message, v.keyword);
                Conflict::Invalid(violations.into_iter().map(say).collect())
            }
            WriteError::TooLarge => Conflict::Denied(Denied::Misuse(error.to_string())),
            WriteError::Storage(error) => Conflict::Denied(self.storage(error)),
        }
    }

    /// The message in both languages, as it reads now. Kept texts must read without the module.
    fn both(&self, message: &Message) -> Text {
        Text {
            uk: self.version.texts.text(Language::Uk, &message.key, &message.args),
            en: self.version.texts.text(Language::En, &message.key, &message.args),
        }
    }

    /// What a notice with this text is about, as the manifest says.
    fn kind(&self, text: &Message) -> Kind {
        match self.version.manifest.notices.get(&text.key).copied().unwrap_or_default() {
            NoticeKind::Legal => Kind::Legal,
            NoticeKind::Case => Kind::Case,
            NoticeKind::News => Kind::News,
        }
    }

    fn path(&self, address: &Address) -> Result<String, Denied> {
        route::view_path(&self.version.manifest, address).ok_or_else(|| {
            Denied::Misuse(format!("no view `{}` with these parameters is declared", address.view))
        })
    }

    async fn person(&mut self, reference: &str) -> Result<PersonId, Denied> {
        if let Some(acting) = &self.acting
            && acting.seen.person == reference
        {
            return Ok(acting.person);
        }
        let (platform, version) = (Arc::clone(&self.platform), Arc::clone(&self.version));
        // In this very unit: a second connection for each call could exhaust the pool and block all of them.
        match platform.aliases.person_in(&mut self.unit, &version.manifest.id, reference).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(Denied::Misuse("no such person reference is known in this module".to_owned())),
            Err(error) => Err(self.fail(crate::Error::storage(error))),
        }
    }

    fn moment(&self, when: &str) -> Result<Instant, Denied> {
        let misuse =
            || Denied::Misuse(format!("`{when}` is neither a moment (RFC 3339) nor a day (YYYY-MM-DD)"));
        if let Ok(instant) = when.parse::<Instant>() {
            return Ok(instant);
        }
        let day: Date = when.parse().map_err(|_| misuse())?;
        self.platform.zone.end_of(day).map_err(|_| misuse())
    }

    /// Keeps a stored document as it is, for a later replay. What the unit has written itself is in no other hands.
    async fn keep_revision(&mut self, collection: &str, key: &str) -> Result<(), Denied> {
        if !self.keeps_revisions || self.notes.has_written(collection, key) {
            return Ok(());
        }
        let version = Arc::clone(&self.version);
        let module = version.manifest.id.as_str();
        let found = self.unit.get(module, collection, key).await.map_err(|error| self.storage(error))?;
        let Some(found) = found else { return Ok(()) };
        let kept = vzaemo_audit::keep_revision(&mut self.unit, module, collection, &found).await;
        kept.map_err(|error| match error {
            vzaemo_audit::AuditError::Write(refused) => self.write(refused),
            other => self.fail(crate::Error::storage(other)),
        })
    }

    async fn put_work(&mut self, key: String, work: &Work) -> Result<(), Denied> {
        let body = serde_json::to_string(work).map_err(|error| self.fail(crate::Error::storage(error)))?;
        let existing = match self.unit.get(NAMESPACE, WORK, &key).await {
            Ok(existing) => existing,
            Err(error) => return Err(self.storage(error)),
        };
        let written = match existing {
            Some(old) => self.unit.replace(NAMESPACE, WORK, &key, old.revision, &body).await,
            None => self.unit.insert(NAMESPACE, WORK, Some(key), &body).await.map(|_| ()),
        };
        written.map_err(|error| self.write(error))
    }

    fn declared_job(&self, job: &str) -> Result<(), Denied> {
        if self.version.manifest.jobs.contains_key(job) {
            return Ok(());
        }
        Err(Denied::Misuse(format!("the manifest declares no job `{job}`")))
    }
}

pub(crate) fn query(query: &Query) -> vzaemo_storage::Query {
    let op = |comparison| match comparison {
        Comparison::Equal => Op::Eq,
        Comparison::Less => Op::Lt,
        Comparison::AtMost => Op::Le,
        Comparison::Greater => Op::Gt,
        Comparison::AtLeast => Op::Ge,
        Comparison::BeginsWith => Op::Prefix,
    };
    vzaemo_storage::Query {
        collection: query.collection.clone(),
        conditions: query
            .conditions
            .iter()
            .map(|c| Condition { field: c.field.clone(), op: op(c.comparison), value: c.value.clone() })
            .collect(),
        order: query
            .order
            .iter()
            .map(|o| Order { field: o.field.clone(), descending: o.descending })
            .collect(),
        fields: query.fields.clone(),
        limit: query.limit,
        after: query.after.clone().map(Cursor),
    }
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[async_trait]
impl vzaemo_runtime::Imports for CallHost {
    async fn get(&mut self, collection: &str, key: &str) -> Result<Option<Document>, Denied> {
        let module = self.version.manifest.id.as_str();
        let found = self.unit.get(module, collection, key).await.map_err(|error| self.storage(error))?;
        self.notes.read(collection, key);
        let found = self.presented(collection, found).await?;
        self.within_reach(collection, found)
    }

    async fn find(
        &mut self,
        collection: &str,
        fields: &[String],
        values: &[String],
    ) -> Result<Option<Document>, Denied> {
        let found = self.found_by_any(collection, &borrowed(fields), &borrowed(values)).await?;
        self.notes.read(collection, found.as_ref().map_or("", |found| found.key.as_str()));
        let found = self.presented(collection, found).await?;
        self.within_reach(collection, found)
    }

    async fn select(&mut self, asked: &Query) -> Result<Rows, Denied> {
        self.seen_rows(asked).await
    }

    async fn count(&mut self, collection: &str, counter: &str, key: &str) -> Result<u64, Denied> {
        self.count_within_reach(collection, counter, key)?;
        self.count_of_all(collection, counter, key).await
    }

    async fn insert(&mut self, collection: &str, key: Option<&str>, body: &str) -> Result<String, Conflict> {
        let version = Arc::clone(&self.version);
        let module = version.manifest.id.as_str();
        self.may_take_part(collection, None, Some(body)).await?;
        let kept = self.kept_references(collection, None, body).await?;
        let body = kept.as_str();
        let inserted = self.unit.insert(module, collection, key.map(str::to_owned), body).await;
        let key = inserted.map_err(|error| self.conflict(error))?;
        self.notes.wrote(collection, &key);
        self.index(collection, &key, Some(body)).await.map_err(Conflict::Denied)?;
        self.name_files(collection, &key, Some(body)).await.map_err(Conflict::Denied)?;
        self.keep_origin(collection, &key, body).await.map_err(Conflict::Denied)?;
        Ok(key)
    }

    async fn replace(
        &mut self,
        collection: &str,
        key: &str,
        revision: u64,
        body: &str,
    ) -> Result<(), Conflict> {
        let version = Arc::clone(&self.version);
        let module = version.manifest.id.as_str();
        self.may_write(collection, key).await?;
        self.may_take_part(collection, Some(key), Some(body)).await?;
        let kept = self.kept_references(collection, Some(key), body).await?;
        let body = kept.as_str();
        self.keep_revision(collection, key).await.map_err(Conflict::Denied)?;
        let replaced = self.unit.replace(module, collection, key, revision, body).await;
        replaced.map_err(|error| self.conflict(error))?;
        self.notes.wrote(collection, key);
        self.index(collection, key, Some(body)).await.map_err(Conflict::Denied)?;
        self.name_files(collection, key, Some(body)).await.map_err(Conflict::Denied)?;
        self.keep_origin(collection, key, body).await.map_err(Conflict::Denied)
    }

    async fn remove(&mut self, collection: &str, key: &str, revision: u64) -> Result<(), Conflict> {
        let version = Arc::clone(&self.version);
        let module = version.manifest.id.as_str();
        self.may_write(collection, key).await?;
        self.may_take_part(collection, Some(key), None).await?;
        self.keep_revision(collection, key).await.map_err(Conflict::Denied)?;
        let removed = self.unit.remove(module, collection, key, revision).await;
        removed.map_err(|error| self.conflict(error))?;
        self.notes.wrote(collection, key);
        self.index(collection, key, None).await.map_err(Conflict::Denied)?;
        self.name_files(collection, key, None).await.map_err(Conflict::Denied)
    }

    async fn number(&mut self, sequence: &str) -> Result<String, Denied> {
        let placeholder = self.unit.number(&format!("{}/{sequence}", self.module()));
        self.notes.numbers.push(placeholder.clone());
        Ok(placeholder)
    }

    async fn when_count_reaches(
        &mut self,
        collection: &str,
        counter: &str,
        key: &str,
        value: u64,
        job: &str,
        args: &str,
    ) -> Result<(), Denied> {
        self.declared_job(job)?;
        let module = self.module().to_owned();
        let work = Work {
            module: module.clone(),
            task: Task::Job { job: job.to_owned(), args: args.to_owned() },
            due: self.at.to_string(),
            at_once: true,
            failures: 0,
            not_before: String::new(),
        };
        let body = serde_json::to_string(&work).map_err(|error| self.fail(crate::Error::storage(error)))?;
        let insert = vzaemo_storage::Insert {
            namespace: NAMESPACE.to_owned(),
            collection: WORK.to_owned(),
            key: work::scheduled_key(&module, job, &format!("{counter}/{key}")),
            body,
        };
        let set = self.unit.when_count_reaches(&module, collection, counter, key, value, &insert);
        set.map_err(|error| match error {
            WriteError::Storage(error) => self.storage(error),
            other => Denied::Misuse(other.to_string()),
        })
    }

    async fn principal(&mut self) -> Result<Option<Principal>, Denied> {
        Ok(self.acting.as_ref().map(|acting| acting.seen.clone()))
    }

    async fn case_put(
        &mut self,
        key: &str,
        title: &str,
        status: &Message,
        at: &Address,
        term: Option<&CaseTerm>,
    ) -> Result<(), Denied> {
        self.notes.case(key);
        let update = CaseUpdate {
            title: title.to_owned(),
            status: self.both(status),
            address: self.path(at)?,
            term: term.map(|term| NextTerm {
                label: self.both(&term.label),
                due: term.due.clone(),
                rule: term.rule.clone(),
            }),
        };
        let module = self.module().to_owned();
        let put = vzaemo_cabinet::put(&mut self.unit, &module, key, update, self.at).await;
        put.map_err(|error| self.cabinet(error))
    }

    async fn case_event(&mut self, key: &str, text: &Message) -> Result<(), Denied> {
        self.notes.case(key);
        let (text, module) = (self.both(text), self.module().to_owned());
        let added = vzaemo_cabinet::event(&mut self.unit, &module, key, text, self.at).await;
        added.map_err(|error| self.cabinet(error))
    }

    async fn case_join(&mut self, key: &str, person: &str, role: &Message) -> Result<(), Denied> {
        self.notes.case(key);
        let person = self.person(person).await?.to_string();
        let (role, module) = (self.both(role), self.module().to_owned());
        let joined = vzaemo_cabinet::join(&mut self.unit, &module, key, &person, role, self.at).await;
        joined.map_err(|error| self.cabinet(error))
    }

    async fn case_leave(&mut self, key: &str, person: &str, text: &Message) -> Result<(), Denied> {
        self.notes.case(key);
        let person = self.person(person).await?.to_string();
        let (text, module) = (self.both(text), self.module().to_owned());
        let left = vzaemo_cabinet::leave(&mut self.unit, &module, key, &person, text, self.at).await;
        left.map_err(|error| self.cabinet(error))
    }

    async fn body(&mut self, id: &str) -> Result<Option<Body>, Denied> {
        Ok(self.platform.bodies.get(id).map(crate::bodies::contract_body))
    }

    async fn file(&mut self, id: &str) -> Result<Option<FileInfo>, Denied> {
        match files::get(&mut self.unit, id).await {
            Ok(found) => {
                let module = self.module();
                let mine = found.filter(|file| self.brought.contains(id) || file.is_named_in(module));
                Ok(mine.map(|file| FileInfo {
                    name: file.name,
                    media_type: file.media_type,
                    size: file.size,
                    digest: file.digest,
                }))
            }
            Err(error) => Err(self.storage(error)),
        }
    }

    async fn bodies(&mut self) -> Result<Vec<Body>, Denied> {
        let today = self.local_day()?;
        Ok(self.platform.bodies.valid_on(today).map(crate::bodies::contract_body).collect())
    }

    async fn now(&mut self) -> Result<String, Denied> {
        // Views are not told the moment; if one were, its page would hold for that moment only.
        let now = Timed { value: self.at.to_string(), changes_at: Some(self.at) };
        Ok(self.timed(now))
    }

    async fn today(&mut self) -> Result<String, Denied> {
        Ok(self.local_day()?.to_string())
    }

    async fn is_past(&mut self, when: &str) -> Result<bool, Denied> {
        // A job that runs at the very end of its term finds it past.
        let past = vzaemo_clock::is_past(self.moment(when)?, self.at);
        Ok(self.timed(past))
    }

    async fn days_left(&mut self, when: &str) -> Result<i64, Denied> {
        let until = match when.parse::<Date>() {
            Ok(day) => day,
            Err(_) => self.platform.zone.date(self.moment(when)?),
        };
        let today = self.local_day()?;
        let span = today.until(until).map_err(|error| Denied::Misuse(error.to_string()))?;
        Ok(i64::from(span.get_days()))
    }

    async fn due(&mut self, start: &str, value: u32, unit: TermUnit) -> Result<String, Denied> {
        let misuse =
            |error: &dyn std::fmt::Display| Denied::Misuse(format!("compute a term from `{start}`: {error}"));
        let term = Term { value, unit: crate::terms::unit(unit), law: String::new() };
        let event: Event = start.parse().map_err(|error| misuse(&error))?;
        let due =
            term.due(event, &self.platform.calendar, &self.platform.zone).map_err(|error| misuse(&error))?;
        Ok(due.last_moment().to_string())
    }

    async fn similar(&mut self, collection: &str, text: &str, limit: u32) -> Result<Vec<Hit>, Denied> {
        self.hits(collection, text, limit, true).await
    }

    async fn search(&mut self, collection: &str, query: &str, limit: u32) -> Result<Vec<Hit>, Denied> {
        self.hits(collection, query, limit, false).await
    }

    async fn schedule(&mut self, job: &str, key: &str, args: &str, when: &str) -> Result<(), Denied> {
        self.declared_job(job)?;
        let module = self.module().to_owned();
        let work = Work {
            module: module.clone(),
            task: Task::Job { job: job.to_owned(), args: args.to_owned() },
            due: self.moment(when)?.to_string(),
            at_once: false,
            failures: 0,
            not_before: String::new(),
        };
        self.put_work(work::scheduled_key(&module, job, key), &work).await
    }

    async fn cancel(&mut self, job: &str, key: &str) -> Result<(), Denied> {
        let key = work::scheduled_key(self.module(), job, key);
        match self.unit.get(NAMESPACE, WORK, &key).await {
            Ok(Some(old)) => {
                let removed = self.unit.remove(NAMESPACE, WORK, &key, old.revision).await;
                removed.map_err(|error| self.fail(crate::Error::storage(error)))
            }
            Ok(None) => Ok(()),
            Err(error) => Err(self.storage(error)),
        }
    }

    async fn notify_person(&mut self, person: &str, text: &Message, at: &Address) -> Result<(), Denied> {
        let person = self.person(person).await?.to_string();
        let notice = Notice {
            module: self.module().to_owned(),
            kind: self.kind(text),
            text: self.both(text),
            address: self.path(at)?,
        };
        let told = vzaemo_cabinet::notify(&mut self.unit, &person, notice, self.at).await;
        told.map_err(|error| self.cabinet(error))
    }

    async fn notify_participants(&mut self, key: &str, text: &Message) -> Result<(), Denied> {
        let module = self.module().to_owned();
        let address = vzaemo_cabinet::address(&mut self.unit, &module, key).await;
        let address = address.map_err(|error| self.cabinet(error))?;
        let Some(address) = address else {
            return Err(Denied::Misuse(format!("there is no case `{key}` to tell of")));
        };
        let work = Work {
            module: module.clone(),
            task: Task::Tell {
                case: key.to_owned(),
                kind: self.kind(text),
                text: self.both(text),
                address,
                after: None,
            },
            due: self.at.to_string(),
            at_once: true,
            failures: 0,
            not_before: String::new(),
        };
        let body = serde_json::to_string(&work).map_err(|error| self.fail(crate::Error::storage(error)))?;
        let inserted = self.unit.insert(NAMESPACE, WORK, None, &body).await;
        inserted.map(|_| ()).map_err(|error| self.write(error))
    }

    fn settings(&mut self) -> String {
        self.version.settings.clone()
    }

    fn log(&mut self, level: Level, text: &str) {
        let module = self.module();
        match level {
            Level::Debug => tracing::debug!(module, "{text}"),
            Level::Info => tracing::info!(module, "{text}"),
            Level::Warning => tracing::warn!(module, "{text}"),
            Level::Error => tracing::error!(module, "{text}"),
        }
    }
}
