//! Going through one collection: what of it has had its time, and taking that out.

use super::keeping::{Erased, Instead, Keeping, Rule, Start};
use super::{Pass, records};
use crate::imports::CallHost;
use crate::version::ModuleVersion;
use crate::{Error, PersonalFields, Platform, migration, record};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use vzaemo_audit::{Documents, Entry, Kind, Subject};
use vzaemo_clock::{Event, Instant, SignedDuration};
use vzaemo_identity::PersonId;
use vzaemo_runtime::Imports as _;
use vzaemo_storage::files;
use vzaemo_storage::{BODY, Document, KEY, Op, Query, REVISION, Unit, VERSION};

/// How many documents are looked at in one unit of work.
const PORTION: u32 = 500;
/// How many bytes of documents are changed in one unit of work, about.
const BYTES: usize = 1 << 20;
/// A collection is gone through again after so long at the latest: a matter may have ended with an earlier date meanwhile.
const LATEST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// And after so long, where something could not be done.
const EARLIEST: SignedDuration = SignedDuration::from_hours(24);
/// How often documents may belong to each other's matters.
const CHAIN: usize = 4;

/// What a portion of a collection holds.
#[derive(Default)]
pub(super) struct Look {
    /// The keys of documents that have something whose time is over.
    pub due: Vec<String>,
    /// Cases of which nothing is kept any more, by their keys.
    pub over: Vec<String>,
    pub pass: Pass,
    /// The key of the last document that was looked at; `None` if there was none.
    pub last: Option<String>,
}

/// One collection, as it is gone through.
pub(super) struct Going<'a> {
    pub version: &'a Arc<ModuleVersion>,
    pub collection: &'a str,
    pub keeping: &'a Keeping,
    pub platform: &'a Arc<Platform>,
    pub now: Instant,
}

/// Whether a document still holds what a rule takes out of it.
pub(super) fn is_left(rule: &Rule, document: &Value) -> bool {
    Keeping::without([rule], document) != Erased::Already
}

impl Going<'_> {
    pub fn module(&self) -> &str {
        &self.version.manifest.id
    }

    /// When the collection is to be gone through again. What has had its time while it was gone through is done at once.
    pub fn next(&self, pass: &Pass) -> Instant {
        let add = |by| self.now.checked_add(by).unwrap_or(self.now);
        let rules = self.keeping.rules.iter();
        let shortest = rules.filter_map(|rule| rule.ends(self.now.into(), &self.platform.zone)).min();
        let next = pass.next.as_deref().and_then(|next| next.parse().ok());
        let again = (pass.failed > 0).then(|| add(EARLIEST));
        let latest = add(LATEST);
        [next, shortest, again].into_iter().flatten().fold(latest, Instant::min)
    }

    /// Looks at the next documents. They are read apart: what others change meanwhile must not hold up this work.
    pub async fn look(&self, after: Option<&str>, pass: Pass) -> Result<Look, Error> {
        let mut look = Look { pass, ..Look::default() };
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let mut query =
            Query::of(self.collection).ascending(KEY).fields(&[REVISION, VERSION, BODY]).limit(PORTION);
        if let Some(after) = after {
            query = query.when(KEY, Op::Gt, after);
        }
        let rows = unit.select(self.module(), &query).await.map_err(Error::storage)?;
        let mut starts = HashMap::new();
        let mut bytes = 0;
        for (key, columns) in rows.iter() {
            let [revision, version, body] = columns else { continue };
            let number = |text: &str| text.parse().unwrap_or_default();
            let stored = Document {
                key: key.to_owned(),
                revision: number(revision),
                version: u32::try_from(number(version)).unwrap_or(1),
                body: body.clone(),
            };
            let document = self.present(stored).await?;
            let from = self.start(&mut unit, &document, &mut starts).await?;
            if self.one(&document, from, &mut look.pass) {
                bytes += body.len();
                look.due.push(key.to_owned());
            }
            if self.is_over(from) && self.has_journal(&mut unit, key).await? {
                look.over.push(key.to_owned());
            }
            look.last = Some(key.to_owned());
            if bytes >= BYTES {
                break;
            }
        }
        Ok(look)
    }

    /// The document as the version that serves knows it.
    async fn present(&self, stored: Document) -> Result<Value, Error> {
        let shown = migration::present(self.version, self.collection, stored).await?;
        serde_json::from_str(&shown.body).map_err(Error::storage)
    }

    /// Counts a document, and tells whether something of it has had its time.
    fn one(&self, document: &Value, from: Option<Event>, pass: &mut Pass) -> bool {
        let left: Vec<&Rule> = self.keeping.rules.iter().filter(|rule| is_left(rule, document)).collect();
        let Some(from) = from else {
            pass.open += u64::from(!left.is_empty());
            return false;
        };
        let ends = left.iter().filter_map(|rule| rule.ends(from, &self.platform.zone));
        let (over, runs): (Vec<Instant>, Vec<Instant>) = ends.partition(|end| *end <= self.now);
        if let Some(next) = runs.iter().min() {
            pass.falls_due(*next);
        }
        !over.is_empty()
    }

    /// From when the terms of a document run; `None` while its matter has not ended.
    pub async fn start(
        &self,
        unit: &mut Unit,
        document: &Value,
        known: &mut HashMap<String, Option<Event>>,
    ) -> Result<Option<Event>, Error> {
        let mut start = self.keeping.start.as_ref();
        let mut document = document.clone();
        let mut asked = None;
        for _ in 0..CHAIN {
            match start {
                None => return Ok(None),
                Some(Start::Field(field)) => {
                    let from = document.get(field).and_then(Value::as_str);
                    let from = from.and_then(|from| from.parse::<Event>().ok());
                    if let Some(place) = asked {
                        known.insert(place, from);
                    }
                    return Ok(from);
                }
                Some(Start::Of { field, collection }) => {
                    let Some(key) = document.get(field).and_then(Value::as_str) else { return Ok(None) };
                    let place = format!("{collection}/{key}");
                    if let Some(from) = known.get(&place) {
                        return Ok(*from);
                    }
                    let found = unit.get(self.module(), collection, key).await.map_err(Error::storage)?;
                    let Some(found) = found else { return Ok(None) };
                    let shown = migration::present(self.version, collection, found).await?;
                    document = serde_json::from_str(&shown.body).map_err(Error::storage)?;
                    start = self.version.keeping.get(collection).and_then(|keeping| keeping.start.as_ref());
                    asked.get_or_insert(place);
                }
            }
        }
        Ok(None)
    }

    /// Whether nothing of a whole matter is kept any more: neither of its own document nor of those that belong to it.
    fn is_over(&self, from: Option<Event>) -> bool {
        let Some(Start::Field(_)) = self.keeping.start else { return false };
        let Some(from) = from else { return false };
        let belongs = |keeping: &&Keeping| matches!(&keeping.start, Some(Start::Of { collection, .. }) if collection == self.collection);
        let others = self.version.keeping.values().filter(belongs);
        let mut rules = others.chain([self.keeping]).flat_map(|keeping| &keeping.rules);
        rules.all(|rule| rule.ends(from, &self.platform.zone).is_some_and(|end| end <= self.now))
    }

    fn case(&self, key: &str) -> Subject {
        Subject::Case(format!("{}/{key}", self.module()))
    }

    async fn has_journal(&self, unit: &mut Unit, key: &str) -> Result<bool, Error> {
        let found = vzaemo_audit::journal(unit, &self.case(key), 1, None).await.map_err(Error::storage)?;
        Ok(!found.0.is_empty())
    }

    /// Erases the journal of a case of which nothing is kept any more; commits of their own.
    pub async fn erase_journal(&self, case: &str) -> Result<(), Error> {
        let rule = format!(
            "{}/{}: the journal of a case is kept as long as its data",
            self.module(),
            self.collection
        );
        let real = self.platform.security.now();
        let erased =
            vzaemo_audit::erase(&self.platform.storage, &self.case(case), &rule, self.now, real).await;
        erased.map(|_| ()).map_err(Error::storage)
    }

    /// Takes what has had its time out of these documents, with all that held it too.
    pub async fn erase(&self, unit: Unit, due: &[String], pass: &mut Pass) -> Result<Unit, Error> {
        let mut host = CallHost::new(unit, self.version, self.platform, None, self.now);
        host.keeps_revisions = false;
        // Documents by the rules that were applied to them, each with the persons whom it was about.
        let mut done: BTreeMap<Vec<usize>, Vec<(String, Vec<String>)>> = BTreeMap::new();
        let mut starts = HashMap::new();
        for key in due {
            match self.erase_one(&mut host, key, &mut starts).await? {
                Changed::Nothing => {}
                Changed::Not => pass.failed += 1,
                Changed::Yes { rules, about } => done.entry(rules).or_default().push((key.clone(), about)),
            }
        }
        let mut unit = host.unit;
        for (rules, about) in &done {
            let applied: Vec<&Rule> = rules.iter().filter_map(|rule| self.keeping.rules.get(*rule)).collect();
            let names: Vec<String> =
                applied.iter().map(|rule| rule.name(self.module(), self.collection)).collect();
            let names = names.join("; ");
            let documents = Documents { module: self.module(), collection: self.collection, about };
            let erased = vzaemo_audit::erase_documents(&mut unit, documents, &names, self.now).await;
            let journal = erased.map_err(Error::storage)?;
            let mut entry = Entry::new(Kind::Erasure, self.now, self.platform.security.now());
            entry.module = Some(record::module(self.version));
            entry.act = Some("retention".to_owned());
            let documents = u64::try_from(about.len()).unwrap_or(u64::MAX);
            entry.details = vec![names, format!("{documents} documents, {journal} records of the journal")];
            vzaemo_audit::record(&mut unit, entry).await.map_err(Error::storage)?;
            for rule in applied {
                records::done(&mut unit, self, rule, documents).await?;
            }
        }
        Ok(unit)
    }

    async fn erase_one(
        &self,
        host: &mut CallHost,
        key: &str,
        starts: &mut HashMap<String, Option<Event>>,
    ) -> Result<Changed, Error> {
        let found = host.unit.get(self.module(), self.collection, key).await.map_err(Error::storage)?;
        let Some(stored) = found else { return Ok(Changed::Nothing) };
        let revision = stored.revision;
        let document = self.present(stored).await?;
        let Some(from) = self.start(&mut host.unit, &document, starts).await? else {
            return Ok(Changed::Nothing);
        };
        let over = |rule: &Rule| {
            is_left(rule, &document)
                && rule.ends(from, &self.platform.zone).is_some_and(|end| end <= self.now)
        };
        let applied = self.keeping.rules.iter().enumerate().filter(|(_, rule)| over(rule));
        let (rules, applied): (Vec<usize>, Vec<&Rule>) = applied.unzip();
        let left = Keeping::without(applied.iter().copied(), &document);
        let written = match &left {
            Erased::Already => return Ok(Changed::Nothing),
            Erased::Without(left) => host.replace(self.collection, key, revision, &left.to_string()).await,
            Erased::Gone => host.remove(self.collection, key, revision).await,
        };
        if let Some(error) = host.failed.take() {
            return Err(error);
        }
        if let Err(refused) = written {
            let (module, collection) = (self.module(), self.collection);
            tracing::error!(module, collection, document = key, ?refused, "what is over could not be erased");
            return Ok(Changed::Not);
        }
        let case = match &self.keeping.start {
            Some(Start::Of { field, .. }) => document.get(field).and_then(Value::as_str).unwrap_or(key),
            _ => key,
        };
        let about = self.persons(&mut host.unit, &document).await?;
        for (references, person) in &about {
            // Whoever no longer stands in the document has no part in its case any more, unless by another document.
            let stands = matches!(&left, Erased::Without(left) if names(left, references));
            if !stands && !self.stands_in_case(&mut host.unit, &document, references).await? {
                let person = person.to_string();
                let parted =
                    vzaemo_cabinet::erasure::part(&mut host.unit, self.module(), case, key, &person).await;
                parted.map_err(Error::storage)?;
                self.disown_files(&mut host.unit, &document, &person).await?;
            }
        }
        let mut records = Vec::new();
        for (_, person) in about {
            let all = self.platform.aliases.records(&mut host.unit, person).await.map_err(Error::storage)?;
            records.extend(all.into_iter().map(|record| record.to_string()));
        }
        Ok(Changed::Yes { rules, about: records })
    }

    /// Files that a document names and a person has sent are nobody's from now on; those that stay in it stay.
    async fn disown_files(&self, unit: &mut Unit, document: &Value, person: &str) -> Result<(), Error> {
        let Some(fields) = self.version.files.get(self.collection) else { return Ok(()) };
        for id in fields.ids(document) {
            let file = files::get(unit, &id).await.map_err(Error::storage)?;
            if file.is_some_and(|file| file.owner.as_deref() == Some(person)) {
                files::disown(unit, &id).await.map_err(Error::storage)?;
            }
        }
        Ok(())
    }

    /// The persons whom a document is about: all their references, and who they are.
    async fn persons(
        &self,
        unit: &mut Unit,
        document: &Value,
    ) -> Result<Vec<(Vec<String>, PersonId)>, Error> {
        let mut references = self
            .version
            .personal
            .get(self.collection)
            .map_or_else(Vec::new, |fields| PersonalFields::subjects_of(fields, document));
        for rule in &self.keeping.rules {
            let named = rule.fields.iter().filter(|(_, instead)| **instead == Instead::Nobody);
            references
                .extend(named.filter_map(|(field, _)| document.get(field)?.as_str().map(str::to_owned)));
        }
        references.sort_unstable();
        references.dedup();
        let mut persons: Vec<(Vec<String>, PersonId)> = Vec::new();
        for reference in references {
            let person = self.platform.aliases.person_in(unit, self.module(), &reference).await;
            let Some(person) = person.map_err(Error::storage)? else { continue };
            if persons.iter().any(|(_, known)| *known == person) {
                continue;
            }
            let all =
                self.platform.aliases.all_in(unit, person, self.module()).await.map_err(Error::storage)?;
            persons.push((all.iter().map(|alias| alias.as_str().to_owned()).collect(), person));
        }
        Ok(persons)
    }

    /// Whether a person stands in the document to whose matter this one belongs.
    async fn stands_in_case(
        &self,
        unit: &mut Unit,
        document: &Value,
        references: &[String],
    ) -> Result<bool, Error> {
        let Some(Start::Of { field, collection }) = &self.keeping.start else { return Ok(false) };
        let Some(key) = document.get(field).and_then(Value::as_str) else { return Ok(false) };
        let found = unit.get(self.module(), collection, key).await.map_err(Error::storage)?;
        let Some(found) = found else { return Ok(false) };
        let body: Value = found.parse().map_err(Error::storage)?;
        Ok(names(&body, references))
    }
}

/// Whether one of these references stands in a document.
fn names(document: &Value, references: &[String]) -> bool {
    let values = document.as_object().into_iter().flat_map(serde_json::Map::values);
    values.filter_map(Value::as_str).any(|value| references.iter().any(|reference| reference == value))
}

/// What became of a document.
enum Changed {
    Yes {
        /// The rules that were applied, by their places.
        rules: Vec<usize>,
        /// The persons whom it was about.
        about: Vec<String>,
    },
    Nothing,
    Not,
}
