//! Counting what a merging hands over, and what would be there twice. Nothing is changed.

use super::{Undecided, Unmergeable};
use crate::invalidation::is_invalidated;
use crate::version::ModuleVersion;
use crate::{Error, PersonalFields, Service};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use vzaemo_contract::manifest::Participation;
use vzaemo_identity::{PersonId, merging};
use vzaemo_storage::{BODY, Query, Unit, files};

/// So many files are looked at at once.
const FILES: u32 = 500;

/// How much there is of one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amounts {
    /// In the cabinet.
    pub cabinet: vzaemo_cabinet::merging::Amount,
    /// Of rights and sessions.
    pub identity: merging::Amount,
    /// Files that the person has sent.
    pub files: u64,
    /// Whether the person is lawfully blocked.
    pub blocked: bool,
}

/// What there is in a module of the record that would be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InModule {
    /// The module.
    pub module: String,
    /// Documents about the person.
    pub documents: u64,
    /// What both have taken part in, where one person has one voice.
    pub collisions: Vec<Collision>,
}

/// Two participations of one person in one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collision {
    /// The collection of participations.
    pub collection: String,
    /// The key of the document that they are in.
    pub document: String,
    /// The reference whose participation is the later one: it will not count.
    pub later: String,
}

/// What a dry run has counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Of the record that stays.
    pub staying: Amounts,
    /// Of the one that is merged into it.
    pub merged: Amounts,
    /// In modules.
    pub modules: Vec<InModule>,
}

impl Counted {
    /// A mark of what is decided on: another one, if any of it is otherwise. What comes by itself all the time, sessions,
    /// notices, letters and who saw what, is not part of it: none of it stands in the way or gets lost.
    pub fn mark(&self) -> String {
        use std::fmt::Write as _;
        let mut counted = self.clone();
        for amounts in [&mut counted.staying, &mut counted.merged] {
            amounts.identity.sessions = 0;
            amounts.cabinet.notices = 0;
            amounts.cabinet.letters = 0;
            amounts.cabinet.accesses = 0;
        }
        let text = serde_json::to_string(&counted).unwrap_or_default();
        Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
    }

    /// How many participations will not count.
    pub fn collisions(&self) -> usize {
        self.modules.iter().map(|module| module.collisions.len()).sum()
    }
}

impl Service {
    pub(super) async fn amounts_of(
        &self,
        unit: &mut Unit,
        staying: PersonId,
        merged: PersonId,
    ) -> Result<Counted, Undecided> {
        let mut counted = Counted {
            staying: amounts(unit, staying).await?,
            merged: amounts(unit, merged).await?,
            modules: Vec::new(),
        };
        let modules: Vec<String> = self.snapshot().modules.keys().cloned().collect();
        for module in modules {
            let own = self.references_of(unit, staying, &module).await?;
            let others = self.references_of(unit, merged, &module).await?;
            if others.is_empty() {
                continue;
            }
            let version = match self.serving(&module) {
                Ok(version) => version,
                Err(Error::Disabled(_) | Error::SetAside(_)) if own.is_empty() => continue,
                Err(Error::Disabled(_) | Error::SetAside(_)) => {
                    return Err(Unmergeable::NotServing(module).into());
                }
                Err(error) => return Err(error.into()),
            };
            let documents = documents(unit, &version, &others).await?;
            let collisions = collisions(unit, &version, &own, &others).await?;
            if documents > 0 || !collisions.is_empty() {
                counted.modules.push(InModule { module, documents, collisions });
            }
        }
        Ok(counted)
    }

    /// The references of a person's records in a module.
    pub(super) async fn references_of(
        &self,
        unit: &mut Unit,
        person: PersonId,
        module: &str,
    ) -> Result<Vec<String>, Error> {
        let all = self.platform.aliases.all_in(unit, person, module).await.map_err(Error::storage)?;
        Ok(all.iter().map(|alias| alias.as_str().to_owned()).collect())
    }
}

async fn amounts(unit: &mut Unit, person: PersonId) -> Result<Amounts, Error> {
    let id = person.to_string();
    let record = merging::record(unit, person).await.map_err(Error::storage)?;
    let (mut files, mut after) = (0, None);
    loop {
        let (owned, next) = files::owned(unit, &id, FILES, after).await.map_err(Error::storage)?;
        files += u64::try_from(owned.len()).unwrap_or(u64::MAX);
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(Amounts {
        cabinet: vzaemo_cabinet::merging::amount(unit, &id).await.map_err(Error::storage)?,
        identity: merging::amount(unit, person).await.map_err(Error::storage)?,
        files,
        blocked: record.is_some_and(|record| record.blocked),
    })
}

async fn documents(unit: &mut Unit, version: &ModuleVersion, references: &[String]) -> Result<u64, Error> {
    let module = &version.manifest.id;
    let mut count = 0;
    for collection in version.manifest.collections.keys() {
        let subject = version.personal.get(collection).and_then(PersonalFields::subject);
        let Some(subject) = subject else { continue };
        for reference in references {
            let mut after = None;
            loop {
                let query = Query::of(collection).equal(subject, reference).limit(Query::MOST).after(after);
                let rows = unit.select(module, &query).await.map_err(Error::storage)?;
                count += u64::try_from(rows.keys.len()).unwrap_or(u64::MAX);
                match rows.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
    }
    Ok(count)
}

/// What two records of one person have both taken part in, in the order of their collections and documents.
pub(super) async fn collisions(
    unit: &mut Unit,
    version: &ModuleVersion,
    own: &[String],
    others: &[String],
) -> Result<Vec<Collision>, Error> {
    let mut found = Vec::new();
    for (collection, declared) in &version.manifest.collections {
        let Some(participation) = &declared.participation else { continue };
        if own.is_empty() || others.is_empty() {
            continue;
        }
        let known = taken_part(unit, version, collection, participation, own).await?;
        for (document, (at, reference)) in
            taken_part(unit, version, collection, participation, others).await?
        {
            let Some((first, staying)) = known.get(&document) else { continue };
            let later = if at < *first { staying.clone() } else { reference };
            found.push(Collision { collection: collection.clone(), document, later });
        }
    }
    found.sort();
    Ok(found)
}

/// In what these references take part so that it counts: by document, when and under which of them.
async fn taken_part(
    unit: &mut Unit,
    version: &ModuleVersion,
    collection: &str,
    participation: &Participation,
    references: &[String],
) -> Result<BTreeMap<String, (String, String)>, Error> {
    let mut found = BTreeMap::new();
    for reference in references {
        let mut after = None;
        loop {
            let query = Query::of(collection).equal(&participation.person, reference).fields(&[BODY]);
            let query = query.limit(Query::MOST).after(after);
            let rows = unit.select(&version.manifest.id, &query).await.map_err(Error::storage)?;
            for body in &rows.columns {
                let body: Value = serde_json::from_str(body).map_err(Error::storage)?;
                let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
                let taken_back = body.get(&participation.unless).and_then(Value::as_bool) == Some(true);
                if !taken_back && !is_invalidated(participation, &body) {
                    let document = text(&participation.document).to_owned();
                    found.insert(document, (text(&participation.at).to_owned(), reference.clone()));
                }
            }
            match rows.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    Ok(found)
}
