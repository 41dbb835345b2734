//! Merging two records of one person: one *stays* and stands for the other from then on.
//!
//! Nothing is rewritten that somebody has signed or that stands in the log. The merged record keeps its key, so whoever signs
//! in with it is found under the one that stays ([`super::Persons`]); its aliases stay its own and mean the person who
//! stays ([`super::Aliases`]); where a module knows both, [`References`] says which one the person goes on under. What lets
//! somebody act is carried over in the same commit, and the standing of both records becomes another one, which ends all
//! their sessions. A block is carried over too.
//!
//! Nothing here asks whether the two may be merged: who decides does (`service`'s `merging`).

use vzaemo_clock::Instant;
use vzaemo_storage::{Query, Unit};

use super::claims::{self, ClaimState};
use super::persons::{self, Body};
use super::schema::{NAMESPACE, PERSONS, SESSIONS};
use super::{AttestedName, IdentityError, References, aliases, delegations, grants, rules};
use crate::{KeyKind, PersonId, Role};

/// What is known of a record, for whoever judges whether it may be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: PersonId,
    /// The record that stands for it, if it is merged already.
    pub into: Option<PersonId>,
    /// The kind of each proven key of the person; `None` for one of which it is not known, for nobody has signed in with it
    /// since kinds are kept.
    pub proven: Vec<Option<KeyKind>>,
    /// The roles that are not for an organisation.
    pub roles: Vec<Role>,
    /// Whether the person is lawfully blocked.
    pub blocked: bool,
}

/// How much there is of a person in this room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Sessions, as far as one answer of the storage holds.
    pub sessions: usize,
    /// Roles for organisations.
    pub roles: usize,
    /// Claims to represent organisations.
    pub claims: usize,
    /// Delegations to the person or by them, and invitations.
    pub delegations: usize,
    /// Versions of the rules of use that they have accepted.
    pub acceptances: usize,
}

/// Whether a role is for an organisation: it came by a register or by the organisation's head, and goes with the person.
fn is_for_organisation(role: &Role) -> bool {
    matches!(role, Role::OrganisationRepresentative { .. } | Role::OrganisationStaff { .. })
}

/// What is known of a record; nothing if there is none.
///
/// # Errors
/// The storage does not answer.
pub async fn record(unit: &mut Unit, id: PersonId) -> Result<Option<Record>, IdentityError> {
    let Some((body, _)) = persons::kept(unit, id).await? else { return Ok(None) };
    let mut proven = Vec::new();
    for one in [id].iter().chain(&body.merged) {
        let kept = persons::kept(unit, *one).await?.filter(|(kept, _)| kept.proven);
        proven.extend(kept.map(|(kept, _)| kept.kind));
    }
    let standing = grants::kept(unit, id).await?;
    let roles = standing.grants.into_iter().map(|grant| grant.role);
    let roles = roles.filter(|role| !is_for_organisation(role)).collect();
    Ok(Some(Record { id, into: body.into, proven, roles, blocked: standing.blocked.is_some() }))
}

/// Counts what there is of a person.
///
/// # Errors
/// The storage does not answer.
pub async fn amount(unit: &mut Unit, id: PersonId) -> Result<Amount, IdentityError> {
    let query = Query::of(SESSIONS).equal("person", id.to_string()).limit(Query::MOST);
    let standing = grants::kept(unit, id).await?;
    Ok(Amount {
        sessions: unit.select(NAMESPACE, &query).await?.keys.len(),
        roles: standing.grants.iter().filter(|grant| is_for_organisation(&grant.role)).count(),
        claims: claims::of(unit, id).await?.len(),
        delegations: delegations::count(unit, id).await?,
        acceptances: rules::count(unit, id).await?,
    })
}

/// Merges a record into the one that stays, within a unit of work, and tells all records that this changes. After the
/// commit call [`super::Aliases::have_merged`], [`super::Grants::has_changed`] and [`super::RulesOfUse::has_changed`].
///
/// # Errors
/// [`IdentityError::NoPerson`] if one of them is not there, and the storage's.
pub async fn merge(
    unit: &mut Unit,
    staying: PersonId,
    merged: PersonId,
    at: Instant,
) -> Result<Vec<PersonId>, IdentityError> {
    let (mut stays, revision) =
        persons::kept(unit, staying).await?.ok_or(IdentityError::NoPerson(staying))?;
    let (goes, _) = persons::kept(unit, merged).await?.ok_or(IdentityError::NoPerson(merged))?;
    let gone: Vec<PersonId> = [merged].into_iter().chain(goes.merged).collect();
    for module in modules(unit, staying, &stays, &gone).await? {
        let mut references = Vec::new();
        for record in [staying].iter().chain(&stays.merged).chain(&gone) {
            let own = aliases::of_record(unit, *record).await?;
            references.extend(own.into_iter().filter(|(of, _)| *of == module).map(|(_, alias)| alias));
        }
        References::join(unit, &module, &references).await?;
    }
    for record in &gone {
        let (body, revision) = persons::kept(unit, *record).await?.ok_or(IdentityError::NoPerson(*record))?;
        write(unit, *record, &Body { into: Some(staying), merged: Vec::new(), ..body }, revision).await?;
    }
    stays.names = names(&stays.names, &goes.names, at);
    stays.merged.extend(gone.iter().copied());
    write(unit, staying, &stays, revision).await?;
    grants::carry_over(unit, staying, merged).await?;
    carry_claims_over(unit, staying, merged).await?;
    delegations::carry_over(unit, staying, merged).await?;
    rules::carry_over(unit, staying, merged).await?;
    Ok([staying].into_iter().chain(gone).collect())
}

async fn write(unit: &mut Unit, id: PersonId, body: &Body, revision: u64) -> Result<(), IdentityError> {
    let text = serde_json::to_string(body)?;
    unit.replace(NAMESPACE, PERSONS, &id.to_string(), revision, &text).await?;
    Ok(())
}

/// The modules that know one of these records.
async fn modules(
    unit: &mut Unit,
    staying: PersonId,
    stays: &Body,
    gone: &[PersonId],
) -> Result<std::collections::BTreeSet<String>, IdentityError> {
    let mut modules = std::collections::BTreeSet::new();
    for record in [staying].iter().chain(&stays.merged).chain(gone) {
        modules.extend(aliases::of_record(unit, *record).await?.into_iter().map(|(module, _)| module));
    }
    Ok(modules)
}

/// The names under which the person was attested, in the order of time: an act shows the one of its time. Their present
/// name is that of the record that stays.
fn names(stays: &[AttestedName], goes: &[AttestedName], at: Instant) -> Vec<AttestedName> {
    let mut all: Vec<AttestedName> = stays.iter().chain(goes).cloned().collect();
    all.sort_by_key(|name| name.since);
    if let Some(present) = stays.last()
        && all.last().is_none_or(|last| last.name != present.name)
    {
        all.push(AttestedName { name: present.name.clone(), since: at });
    }
    all
}

/// The claims of the merged record become the person's; of two for one organisation the confirmed one stays, else that of the
/// record that stays.
async fn carry_claims_over(
    unit: &mut Unit,
    staying: PersonId,
    merged: PersonId,
) -> Result<(), IdentityError> {
    for claim in claims::of(unit, merged).await? {
        let Some((claim, revision)) = claims::find(unit, merged, &claim.edrpou).await? else { continue };
        claims::forget(unit, &claim, revision).await?;
        let known = claims::find(unit, staying, &claim.edrpou).await?;
        let is_confirmed = |claim: &claims::Claim| matches!(claim.state, ClaimState::Confirmed { .. });
        if known.as_ref().is_none_or(|(known, _)| is_confirmed(&claim) && !is_confirmed(known)) {
            let claim = claims::Claim { person: staying, ..claim };
            claims::keep(unit, &claim, known.map(|(_, revision)| revision)).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::FullName;

    #[test]
    fn names_stand_in_the_order_of_time_and_the_staying_one_is_the_present_one() {
        let name = |family: &str, since: &str| AttestedName {
            name: FullName { family: family.to_owned(), given: "О".to_owned(), patronymic: None },
            since: since.parse().unwrap(),
        };
        let at: Instant = "2026-06-01T00:00:00Z".parse().unwrap();
        let stays = [name("Б", "2026-03-01T00:00:00Z")];
        let goes = [name("А", "2026-01-01T00:00:00Z"), name("В", "2026-04-01T00:00:00Z")];
        let all = names(&stays, &goes, at);
        let families: Vec<&str> = all.iter().map(|name| name.name.family.as_str()).collect();
        assert_eq!(families, ["А", "Б", "В", "Б"]);
        assert_eq!(all.last().unwrap().since, at);
        assert_eq!(names(&stays, &[], at), stays, "nothing to say anew");
    }
}
