//! Who has which roles, and who is blocked from acting.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, LegalClock};
use vzaemo_storage::{BODY, Query, Storage, Unit};

use super::cache::{News, Remembered};
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

/// A lawful block: the person may read but not act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocking {
    /// The ground: which rule, by which decision.
    pub basis: String,
    /// The legal time from which on it holds.
    pub since: Instant,
    /// Who blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// What a person may be at a moment: their roles, and whether they may act at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The roles.
    pub roles: Arc<Roles>,
    /// Whether the person is blocked from acting.
    pub blocked: bool,
    /// Grows with every change of the above; 0 if there never was one.
    pub revision: u64,
}

/// The roles and blocks of all persons.
pub struct Grants {
    storage: Storage,
    clock: LegalClock,
    cache: Remembered<PersonId, Standing>,
    /// Shared by the many who have none.
    none: Arc<Roles>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    grants: Vec<Grant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocked: Option<Blocking>,
}

/// The standing of so many persons is remembered.
const REMEMBERED: u64 = 50_000;

impl Grants {
    pub(crate) fn new(storage: Storage, clock: LegalClock) -> Self {
        let news = News::of(&storage, GRANTS, |key| person_id(key).ok());
        Self { storage, clock, cache: Remembered::new(REMEMBERED, news), none: Arc::default() }
    }

    /// The standing of a person. A change shows at once and ends every session of theirs.
    pub async fn standing(&self, person: PersonId) -> Result<Standing, IdentityError> {
        if let Some(standing) = self.cache.get(&person) {
            return Ok(standing);
        }
        let ticket = self.cache.ticket();
        let mut unit = self.storage.begin().await?;
        let standing = self.standing_in(&mut unit, person).await?;
        self.cache.keep(ticket, person, standing.clone());
        Ok(standing)
    }

    /// The standing, if it is in memory.
    pub(super) fn remembered(&self, person: PersonId) -> Option<Standing> {
        self.cache.get(&person)
    }

    /// The standing as a unit of work sees it, which makes it part of what the unit depends on.
    pub async fn standing_in(&self, unit: &mut Unit, person: PersonId) -> Result<Standing, IdentityError> {
        let (body, revision) = read(unit, person).await?;
        let roles = if body.grants.is_empty() {
            Arc::clone(&self.none)
        } else {
            Arc::new(body.grants.into_iter().map(|grant| grant.role).collect())
        };
        Ok(Standing { roles, blocked: body.blocked.is_some(), revision: revision.unwrap_or_default() })
    }

    /// Whether there is such a person.
    pub async fn knows(&self, unit: &mut Unit, person: PersonId) -> Result<bool, IdentityError> {
        Ok(persons::read(unit, person).await?.is_some())
    }

    /// Whether the standing is still that of this revision. Asking makes the answer part of what the unit depends on, so
    /// that an act begun before a revocation or block conflicts with it. One look-up by key, the cheapest read there is.
    pub async fn still_stands(
        &self,
        unit: &mut Unit,
        person: PersonId,
        revision: u64,
    ) -> Result<bool, IdentityError> {
        let document = unit.get(NAMESPACE, GRANTS, &person.to_string()).await?;
        Ok(document.map_or(0, |document| document.revision) == revision)
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
        self.change(person, record, |body| {
            let new = !body.grants.iter().any(|known| known.role == *role);
            if new {
                body.grants.push(grant.clone());
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
        self.change(person, record, |body| {
            let before = body.grants.len();
            body.grants.retain(|known| known.role != *role);
            body.grants.len() < before
        })
        .await
    }

    /// Blocks a person from acting, on a stated ground. `false` if they are blocked already; the earlier ground stays
    /// then. `record` as with [`Self::grant`].
    pub async fn block(
        &self,
        person: PersonId,
        basis: &str,
        by: Option<PersonId>,
        record: Recorder<'_>,
    ) -> Result<bool, IdentityError> {
        let blocking = Blocking { basis: basis.to_owned(), since: self.clock.now(), by };
        self.change(person, record, |body| {
            let new = body.blocked.is_none();
            body.blocked.get_or_insert_with(|| blocking.clone());
            new
        })
        .await
    }

    /// Lets a blocked person act again. `false` if they are not blocked. `record` as with [`Self::grant`].
    pub async fn unblock(&self, person: PersonId, record: Recorder<'_>) -> Result<bool, IdentityError> {
        self.change(person, record, |body| body.blocked.take().is_some()).await
    }

    /// The block of a person, if they are blocked.
    pub async fn blocking(&self, person: PersonId) -> Result<Option<Blocking>, IdentityError> {
        let mut unit = self.storage.begin().await?;
        Ok(read(&mut unit, person).await?.0.blocked)
    }

    async fn change(
        &self,
        person: PersonId,
        record: Recorder<'_>,
        change: impl Fn(&mut Body) -> bool + Send + Sync,
    ) -> Result<bool, IdentityError> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.storage.begin().await?;
            if persons::read(&mut unit, person).await?.is_none() {
                return Err(IdentityError::NoPerson(person));
            }
            let (mut body, revision) = read(&mut unit, person).await?;
            if !change(&mut body) {
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
            let text = serde_json::to_string(&Body { grants, blocked: None })?;
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

    /// Forgets what is remembered of a person's standing.
    pub(super) fn forget(&self, person: PersonId) {
        self.cache.forget(&person);
    }
}

async fn read(unit: &mut Unit, person: PersonId) -> Result<(Body, Option<u64>), IdentityError> {
    match unit.get(NAMESPACE, GRANTS, &person.to_string()).await? {
        Some(document) => Ok((document.parse()?, Some(document.revision))),
        None => Ok((Body::default(), None)),
    }
}
