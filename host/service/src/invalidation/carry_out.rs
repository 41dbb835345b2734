//! Carrying a decision out: a portion of participations a unit of work, each exactly once in effect.

use super::count::page;
use super::{DecisionEntry, Selection, Words, is_invalidated};
use crate::imports::CallHost;
use crate::version::ModuleVersion;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Platform, Service, migration, record};
use serde_json::Value;
use std::sync::Arc;
use vzaemo_audit::{Actor, Entry, Kind};
use vzaemo_cabinet::Notice;
use vzaemo_cabinet::mail::Kind as NoticeKind;
use vzaemo_clock::Instant;
use vzaemo_contract::call::Conflict;
use vzaemo_contract::manifest::Participation;
use vzaemo_runtime::Imports as _;
use vzaemo_storage::{Cursor, Document, Unit};

/// How many participations are looked at in one unit of work.
const PORTION: u32 = 500;

/// A portion of a decision's work.
pub(crate) struct Portion<'a> {
    pub version: &'a Arc<ModuleVersion>,
    pub decision: &'a str,
    pub selection: &'a Selection,
    pub words: &'a Words,
    pub after: Option<&'a str>,
    /// The legal clock.
    pub at: Instant,
}

impl Service {
    /// What the next portion needs of the module that serves.
    pub(crate) async fn invalidate_portion(
        &self,
        unit: Unit,
        portion: Portion<'_>,
        document: &Document,
        work: &Work,
    ) -> Result<Unit, Error> {
        let (_, participation) = self.declared(portion.selection)?;
        portion.carry_out(unit, &self.platform, &participation, document, work).await
    }
}

impl Portion<'_> {
    async fn carry_out(
        self,
        unit: Unit,
        platform: &Arc<Platform>,
        participation: &Participation,
        document: &Document,
        work: &Work,
    ) -> Result<Unit, Error> {
        let (keys, next) = self.keys(platform, participation).await?;
        let mut host = CallHost::new(unit, self.version, platform, None, self.at);
        let owners = self.owners(&mut host, participation).await?;
        let mut done = 0;
        for key in &keys {
            done += u64::from(self.one(&mut host, participation, &owners, key).await?);
        }
        let mut unit = host.unit;
        let finished = next.is_none().then_some(self.at);
        let total = DecisionEntry::advance(&mut unit, self.decision, done, finished).await?;
        match next {
            None => {
                unit.remove(NAMESPACE, WORK, &document.key, document.revision)
                    .await
                    .map_err(Error::storage)?;
                self.enter(&mut unit, platform, total).await?;
            }
            Some(cursor) => {
                let mut rest = work.clone();
                if let Task::Invalidate { after, .. } = &mut rest.task {
                    *after = Some(cursor.0);
                }
                let body = serde_json::to_string(&rest).map_err(Error::storage)?;
                let replaced = unit.replace(NAMESPACE, WORK, &document.key, document.revision, &body).await;
                replaced.map_err(Error::storage)?;
            }
        }
        Ok(unit)
    }

    /// The keys of the next participations. They are read apart, so that whoever takes part meanwhile does not hold up
    /// this work; what of them is meant is decided by what the unit of work itself reads.
    async fn keys(
        &self,
        platform: &Platform,
        participation: &Participation,
    ) -> Result<(Vec<String>, Option<Cursor>), Error> {
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let after = self.after.map(|after| Cursor(after.to_owned()));
        let rows = page(&mut unit, participation, self.selection, &[], PORTION, after).await?;
        Ok((rows.keys, rows.next))
    }

    /// Whose the document is that the participations are in: they stay what they are in its case.
    async fn owners(&self, host: &mut CallHost, participation: &Participation) -> Result<Vec<String>, Error> {
        let Selection { module, document, .. } = self.selection;
        let found = host.unit.get(module, &participation.collection, document).await;
        let Some(found) = found.map_err(Error::storage)? else { return Ok(Vec::new()) };
        let Some(fields) = self.version.personal.get(&participation.collection) else {
            return Ok(Vec::new());
        };
        let found = migration::present(self.version, &participation.collection, found).await?;
        Ok(fields.subjects_of(&found.parse().map_err(Error::storage)?))
    }

    /// Has a participation not count, if it is meant and counts: whether it did.
    async fn one(
        &self,
        host: &mut CallHost,
        participation: &Participation,
        owners: &[String],
        key: &str,
    ) -> Result<bool, Error> {
        let Selection { module, collection, .. } = self.selection;
        let found = host.unit.get(module, collection, key).await.map_err(Error::storage)?;
        let Some(found) = found else { return Ok(false) };
        let document = migration::present(self.version, collection, found).await?;
        let mut body: Value = document.parse().map_err(Error::storage)?;
        let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let person = text(&participation.person);
        let counts = body.get(&participation.unless).and_then(Value::as_bool) != Some(true);
        let meant = text(&participation.document) == self.selection.document
            && (self.selection.persons.is_empty() || self.selection.persons.contains(&person));
        if !meant || !counts || is_invalidated(participation, &body) {
            return Ok(false);
        }
        if !self.selection.origin.is_empty() {
            let origin = self.selection.taken_part().origin(&mut host.unit, key).await;
            let origin = origin.map_err(Error::storage)?;
            if !origin.is_some_and(|origin| origin.is_such(&self.selection.origin)) {
                return Ok(false);
            }
        }
        let Some(fields) = body.as_object_mut() else { return Ok(false) };
        fields.insert(participation.unless.clone(), Value::Bool(true));
        fields.insert(participation.decision.clone(), Value::String(self.decision.to_owned()));
        match host.replace(collection, key, document.revision, &body.to_string()).await {
            Ok(()) => {}
            Err(Conflict::Invalid(why)) => {
                tracing::error!(
                    ?why,
                    module,
                    collection,
                    document = key,
                    "a participation could not be invalidated"
                );
                return Ok(false);
            }
            Err(_) => return Err(host.failed.take().unwrap_or(Error::Busy)),
        }
        self.tell(host, &person, owners.contains(&person)).await?;
        Ok(true)
    }

    /// Tells whoever took part, and has them take part no more, unless the matter is their own.
    async fn tell(&self, host: &mut CallHost, reference: &str, is_owner: bool) -> Result<(), Error> {
        let Selection { module, document, .. } = self.selection;
        let platform = Arc::clone(&host.platform);
        let person = platform.aliases.person_in(&mut host.unit, module, reference).await;
        let Some(person) = person.map_err(Error::storage)? else { return Ok(()) };
        let person = person.to_string();
        let notice = Notice {
            module: module.clone(),
            kind: NoticeKind::Legal,
            text: self.words.notice.clone(),
            address: self.words.address.clone(),
        };
        vzaemo_cabinet::notify(&mut host.unit, &person, notice, self.at).await.map_err(Error::storage)?;
        if !is_owner && !self.words.stays {
            let event = self.words.event.clone();
            let left = vzaemo_cabinet::leave(&mut host.unit, module, document, &person, event, self.at).await;
            left.map_err(Error::storage)?;
        }
        Ok(())
    }

    async fn enter(&self, unit: &mut Unit, platform: &Platform, total: u64) -> Result<(), Error> {
        let Selection { collection, document, .. } = self.selection;
        let mut entry = Entry::new(Kind::Job, self.at, platform.security.now());
        entry.actor = Actor::Host;
        entry.module = Some(record::module(self.version));
        entry.act = Some("invalidate".to_owned());
        entry.resource = Some(format!("{collection}/{document}"));
        "done".clone_into(&mut entry.result);
        entry.details = vec![format!("decision {}", self.decision), format!("{total} participations")];
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
    }
}
