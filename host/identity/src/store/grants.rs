//! Who has which roles.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, LegalClock};
use vzaemo_storage::{BODY, Query, Storage, Unit};

use super::cache::Remembered;
use super::persons::{self, person_id};
use super::schema::{GRANTS, NAMESPACE};
use super::{ATTEMPTS, IdentityError, Recorder, again};
use crate::{PersonId, Role, Roles};

/// One role of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The legal time from which on the person has it.
    pub since: Instant,
    /// Who granted it; `None` for the seed of development mode and the first administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// The roles of all persons.
pub struct Grants {
    storage: Storage,
    clock: LegalClock,
    cache: Remembered<PersonId, Arc<Roles>>,
    /// Shared by the many who have none.
    none: Arc<Roles>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    grants: Vec<Grant>,
}

/// The roles of so many persons are remembered.
const REMEMBERED: u64 = 50_000;

impl Grants {
    pub(crate) fn new(storage: Storage, clock: LegalClock) -> Self {
        Self { storage, clock, cache: Remembered::new(REMEMBERED), none: Arc::default() }
    }

    /// The roles of a person. A change shows at once in every session of theirs.
    pub async fn roles(&self, person: PersonId) -> Result<Arc<Roles>, IdentityError> {
        if let Some(roles) = self.cache.get(&person) {
            return Ok(roles);
        }
        let ticket = self.cache.ticket();
        let mut unit = self.storage.begin().await?;
        let roles = self.roles_in(&mut unit, person).await?;
        self.cache.keep(ticket, person, Arc::clone(&roles));
        Ok(roles)
    }

    /// The roles as a unit of work sees them. Reading them makes them part of what the unit depends on, so that an act
    /// begun before a revocation conflicts with it.
    pub async fn roles_in(&self, unit: &mut Unit, person: PersonId) -> Result<Arc<Roles>, IdentityError> {
        let (body, _) = read(unit, person).await?;
        if body.grants.is_empty() {
            return Ok(Arc::clone(&self.none));
        }
        Ok(Arc::new(body.grants.into_iter().map(|grant| grant.role).collect()))
    }

    /// The grants of a person, with since when and by whom.
    pub async fn of(&self, person: PersonId) -> Result<Vec<Grant>, IdentityError> {
        let mut unit = self.storage.begin().await?;
        Ok(read(&mut unit, person).await?.0.grants)
    }

    /// Everyone who has a role, by identifier.
    pub async fn all(&self) -> Result<Vec<(PersonId, Vec<Grant>)>, IdentityError> {
        let mut all = Vec::new();
        let mut after = None;
        let mut unit = self.storage.begin().await?;
        loop {
            let query = Query::of(GRANTS).fields(&[BODY]).limit(Query::MOST).after(after);
            let rows = unit.select(NAMESPACE, &query).await?;
            for (key, fields) in rows.iter() {
                let body: Body = serde_json::from_str(fields.first().map_or("", String::as_str))?;
                if !body.grants.is_empty() {
                    all.push((person_id(key)?, body.grants));
                }
            }
            match rows.next {
                Some(cursor) => after = Some(cursor),
                None => return Ok(all),
            }
        }
    }

    /// Gives a person a role. `false` if they have it already. `record` adds the audit entry to the same commit; it is
    /// called again if the commit has to be tried again.
    pub async fn grant(
        &self,
        person: PersonId,
        role: &Role,
        by: Option<PersonId>,
        record: Recorder<'_>,
    ) -> Result<bool, IdentityError> {
        let grant = Grant { role: role.clone(), since: self.clock.now(), by };
        self.change(person, record, |grants| {
            let new = !grants.iter().any(|known| known.role == *role);
            if new {
                grants.push(grant.clone());
            }
            new
        })
        .await
    }

    /// Takes a role from a person. `false` if they do not have it. `record` as with [`Self::grant`].
    pub async fn revoke(
        &self,
        person: PersonId,
        role: &Role,
        record: Recorder<'_>,
    ) -> Result<bool, IdentityError> {
        self.change(person, record, |grants| {
            let before = grants.len();
            grants.retain(|known| known.role != *role);
            grants.len() < before
        })
        .await
    }

    async fn change(
        &self,
        person: PersonId,
        record: Recorder<'_>,
        change: impl Fn(&mut Vec<Grant>) -> bool + Send + Sync,
    ) -> Result<bool, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            if persons::read(&mut unit, person).await?.is_none() {
                return Err(IdentityError::NoPerson(person));
            }
            let (mut body, revision) = read(&mut unit, person).await?;
            if !change(&mut body.grants) {
                return Ok(false);
            }
            let (key, text) = (person.to_string(), serde_json::to_string(&body)?);
            match revision {
                Some(revision) => unit.replace(NAMESPACE, GRANTS, &key, revision, &text).await?,
                None => {
                    unit.insert(NAMESPACE, GRANTS, Some(key), &text).await?;
                }
            }
            record(&mut unit).await.map_err(IdentityError::Record)?;
            match unit.commit().await {
                Ok(_) => {
                    self.cache.forget(&person);
                    return Ok(true);
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// Gives a person roles unless they were ever given any: a seed does not undo what an administrator did.
    pub(crate) async fn seed(&self, person: PersonId, roles: &[Role]) -> Result<(), IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            let (_, revision) = read(&mut unit, person).await?;
            if revision.is_some() {
                return Ok(());
            }
            let since = self.clock.now();
            let grants = roles.iter().map(|role| Grant { role: role.clone(), since, by: None }).collect();
            let text = serde_json::to_string(&Body { grants })?;
            unit.insert(NAMESPACE, GRANTS, Some(person.to_string()), &text).await?;
            match unit.commit().await {
                Ok(_) => {
                    self.cache.forget(&person);
                    return Ok(());
                }
                Err(error) => again(error)?,
            }
        }
        Err(IdentityError::Contended)
    }

    /// Forgets what is remembered of a person whose roles another node has changed.
    pub fn forget(&self, person: PersonId) {
        self.cache.forget(&person);
    }
}

async fn read(unit: &mut Unit, person: PersonId) -> Result<(Body, Option<u64>), IdentityError> {
    match unit.get(NAMESPACE, GRANTS, &person.to_string()).await? {
        Some(document) => Ok((document.parse()?, Some(document.revision))),
        None => Ok((Body::default(), None)),
    }
}
