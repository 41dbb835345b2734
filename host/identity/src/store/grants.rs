//! Who has which roles, and who is blocked from acting.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use vzaemo_clock::{Instant, LegalClock};
use vzaemo_registers::Edrpou;
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
    /// Who granted it; `None` for the seed of development mode, the first administrator and what a register confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The legal time at which it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Of a role for an organisation: its name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

impl Grant {
    /// A role from this legal time on, without end.
    pub fn new(role: Role, since: Instant) -> Self {
        Self { role, since, by: None, until: None, organisation: None }
    }

    fn holds(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
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
    /// Grows with every change of the above but the end of a grant by time; 0 if there never was one.
    pub revision: u64,
    /// The legal time at which the first of the grants ends by itself: from then on this standing is another one.
    pub until: Option<Instant>,
    /// The names of organisations that grants are for, where they are known.
    pub organisations: Arc<BTreeMap<Edrpou, String>>,
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
pub(super) struct Body {
    pub grants: Vec<Grant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Blocking>,
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
        if let Some(standing) = self.remembered(person) {
            return Ok(standing);
        }
        let ticket = self.cache.ticket();
        let mut unit = self.storage.begin().await?;
        let standing = self.standing_in(&mut unit, person).await?;
        self.cache.keep(ticket, person, standing.clone());
        Ok(standing)
    }

    /// The standing, if it is in memory and no grant in it has ended.
    pub(super) fn remembered(&self, person: PersonId) -> Option<Standing> {
        self.cache.get(&person).filter(|standing| standing.until.is_none_or(|until| self.clock.now() < until))
    }

    /// The standing as a unit of work sees it, which makes it part of what the unit depends on.
    pub async fn standing_in(&self, unit: &mut Unit, person: PersonId) -> Result<Standing, IdentityError> {
        let (body, revision) = read(unit, person).await?;
        let now = self.clock.now();
        let grants: Vec<Grant> = body.grants.into_iter().filter(|grant| grant.holds(now)).collect();
        let until = grants.iter().filter_map(|grant| grant.until).min();
        let named = grants.iter().filter_map(|grant| match &grant.role {
            Role::OrganisationRepresentative { edrpou } | Role::OrganisationStaff { edrpou } => {
                Some((edrpou.clone(), grant.organisation.clone()?))
            }
            _ => None,
        });
        let organisations = Arc::new(named.collect());
        let roles = if grants.is_empty() {
            Arc::clone(&self.none)
        } else {
            Arc::new(grants.into_iter().map(|grant| grant.role).collect())
        };
        let (blocked, revision) = (body.blocked.is_some(), revision.unwrap_or_default());
        Ok(Standing { roles, blocked, revision, until, organisations })
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

    /// Whether it is proven who a person is; nothing if there is no such person, or their record was merged into another
    /// one, which is theirs now.
    pub async fn proven_in(&self, unit: &mut Unit, person: PersonId) -> Result<Option<bool>, IdentityError> {
        let kept = persons::kept(unit, person).await?;
        Ok(kept.filter(|(body, _)| body.into.is_none()).map(|(body, _)| body.proven))
    }

    /// The grants of a person, with since when and by whom.
    pub async fn of(&self, person: PersonId) -> Result<Vec<Grant>, IdentityError> {
        let mut unit = self.storage.begin().await?;
        self.of_in(&mut unit, person).await
    }

    /// The same as a unit of work sees it.
    pub async fn of_in(&self, unit: &mut Unit, person: PersonId) -> Result<Vec<Grant>, IdentityError> {
        Ok(read(unit, person).await?.0.grants)
    }

    /// Everyone who has a role, by identifier.
    pub async fn all(&self) -> Result<Vec<(PersonId, Vec<Grant>)>, IdentityError> {
        let mut unit = self.storage.begin().await?;
        self.all_in(&mut unit).await
    }

    /// The same as a unit of work sees it, which makes all of it part of what the unit depends on.
    pub async fn all_in(&self, unit: &mut Unit) -> Result<Vec<(PersonId, Vec<Grant>)>, IdentityError> {
        let mut all = Vec::new();
        let mut after = None;
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
        let grant = Grant { by, ..Grant::new(role.clone(), self.clock.now()) };
        self.change(person, record, |body| {
            let new = !body.grants.iter().any(|known| known.role == *role);
            if new {
                body.grants.push(grant.clone());
            }
            new
        })
        .await
    }

    /// Gives a person a role within a unit of work, and tells the revision of their standing that this makes; `None` if
    /// they have the role already. After the commit call [`Self::has_changed`].
    pub async fn grant_in(
        &self,
        unit: &mut Unit,
        person: PersonId,
        grant: Grant,
    ) -> Result<Option<u64>, IdentityError> {
        if persons::read(unit, person).await?.is_none() {
            return Err(IdentityError::NoPerson(person));
        }
        let now = self.clock.now();
        let (mut body, revision) = read(unit, person).await?;
        if body.grants.iter().any(|known| known.role == grant.role && known.holds(now)) {
            return Ok(None);
        }
        // One that has ended by time and was not yet removed makes room.
        body.grants.retain(|known| known.role != grant.role);
        body.grants.push(grant);
        write(unit, person, &body, revision).await.map(Some)
    }

    /// Takes a role from a person within a unit of work: that one which was given until this time, or without end. `false`
    /// if they do not have it. After the commit call [`Self::has_changed`].
    pub async fn revoke_in(
        &self,
        unit: &mut Unit,
        person: PersonId,
        role: &Role,
        until: Option<Instant>,
    ) -> Result<bool, IdentityError> {
        let (mut body, revision) = read(unit, person).await?;
        let before = body.grants.len();
        body.grants.retain(|known| known.role != *role || known.until != until);
        if body.grants.len() == before {
            return Ok(false);
        }
        write(unit, person, &body, revision).await?;
        Ok(true)
    }

    /// Forgets what is remembered of a person whose standing a unit of work has changed, after its commit.
    pub fn has_changed(&self, person: PersonId) {
        self.cache.forget(&person);
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
            write(&mut unit, person, &body, revision).await?;
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
            let grants = roles.iter().map(|role| Grant::new(role.clone(), since)).collect();
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
}

/// The grants and block of a record, as a unit of work sees them.
pub(super) async fn kept(unit: &mut Unit, person: PersonId) -> Result<Body, IdentityError> {
    Ok(read(unit, person).await?.0)
}

/// Has a person have what another record of theirs had: its roles for organisations and its block. Other roles are given
/// and taken by those who may, and end with the record. The standing of both becomes another one, which ends their sessions.
pub(super) async fn carry_over(
    unit: &mut Unit,
    staying: PersonId,
    merged: PersonId,
) -> Result<(), IdentityError> {
    let (mut body, revision) = read(unit, staying).await?;
    let (from, before) = read(unit, merged).await?;
    for grant in from.grants {
        if !matches!(grant.role, Role::OrganisationRepresentative { .. } | Role::OrganisationStaff { .. }) {
            continue;
        }
        match body.grants.iter_mut().find(|known| known.role == grant.role) {
            // The one that ends last; one without an end ends after all others.
            Some(known) if known.until.is_some_and(|end| grant.until.is_none_or(|until| until > end)) => {
                *known = grant;
            }
            Some(_) => {}
            None => body.grants.push(grant),
        }
    }
    body.blocked = match (body.blocked, from.blocked) {
        (Some(own), Some(other)) => {
            let basis = format!("{}; {}", own.basis, other.basis);
            Some(Blocking { basis, since: own.since.min(other.since), by: own.by })
        }
        (own, other) => own.or(other),
    };
    write(unit, staying, &body, revision).await?;
    write(unit, merged, &Body::default(), before).await?;
    Ok(())
}

async fn read(unit: &mut Unit, person: PersonId) -> Result<(Body, Option<u64>), IdentityError> {
    match unit.get(NAMESPACE, GRANTS, &person.to_string()).await? {
        Some(document) => Ok((document.parse()?, Some(document.revision))),
        None => Ok((Body::default(), None)),
    }
}

/// Writes the document that had this revision, and tells which one it has then.
async fn write(
    unit: &mut Unit,
    person: PersonId,
    body: &Body,
    revision: Option<u64>,
) -> Result<u64, IdentityError> {
    let (key, text) = (person.to_string(), serde_json::to_string(body)?);
    match revision {
        Some(revision) => {
            unit.replace(NAMESPACE, GRANTS, &key, revision, &text).await?;
            Ok(revision + 1)
        }
        None => {
            unit.insert(NAMESPACE, GRANTS, Some(key), &text).await?;
            Ok(1)
        }
    }
}
