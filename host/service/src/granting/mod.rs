//! Giving and taking roles (regulation §§14, 15; design §8).
//!
//! A technical administrator gives and takes the roles of module administrators, each for a body and a module. The roles of those who run the platform or audit it, holder, technical administrator and
//! auditor, are given and taken by two persons ([`RUNNING`]). Nobody decides about themselves, a role is given only to
//! whoever is proven to be who they are and is not blocked, and the last holder and the last technical administrator stay:
//! without them nobody could be named any more. The change, its audit entry and the notice to the person are one commit,
//! which ends the person's sessions.
//!
//! On a platform that has nobody yet, [`first`] names the first ones.

use crate::two_person::{Approval, Refusal, Told, TwoPerson, TwoPersonError, entitled};
use crate::{Error, Platform, record};
use serde::{Deserialize, Serialize};
use vzaemo_audit::{Actor, Entry, Kind};
use vzaemo_cabinet::{Notice, Text, mail};
use vzaemo_clock::SignedDuration;
use vzaemo_identity::{EVERY_MODULE, Grant, PersonId, Principal, Role};
use vzaemo_storage::Unit;

/// How two persons decide about the roles of those who run the platform. A proposal holds for three days.
pub const RUNNING: TwoPerson = TwoPerson {
    kind: "role",
    roles: &[Role::TechnicalAdministrator, Role::Holder],
    holds: SignedDuration::from_hours(72),
};
/// Who decides alone about the roles of others.
const ALONE: &[Role] = &[Role::TechnicalAdministrator];
/// How often a change whose reads change meanwhile is tried.
const ATTEMPTS: u32 = 12;

/// Whether a role is given or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Given.
    Grant,
    /// Taken.
    Revoke,
}

/// A change of who has which role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// Whether the role is given or taken.
    pub step: Step,
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub role: Role,
    /// By which decision or order, in words.
    pub grounds: String,
}

impl RoleChange {
    /// Reads the content of a proposal.
    ///
    /// # Errors
    /// It is not what this version writes.
    pub fn read(content: &str) -> Result<Self, Error> {
        serde_json::from_str(content).map_err(Error::storage)
    }

    /// Whether two persons have to decide: the role is that of somebody who runs the platform or audits it.
    pub fn takes_two(&self) -> bool {
        matches!(self.role, Role::Holder | Role::TechnicalAdministrator | Role::Auditor)
    }

    /// Whether the role is one of those that take part in decisions about roles.
    fn names_others(&self) -> bool {
        matches!(self.role, Role::Holder | Role::TechnicalAdministrator)
    }

    /// Whether the role is one that is given by decision here: everybody is a person, and roles for organisations come and
    /// go with what a register confirms and heads decide (see [`crate::representation`]).
    fn is_granted(&self) -> bool {
        self.takes_two() || matches!(self.role, Role::ModuleAdministrator { .. })
    }

    /// What entries of the log say of it beside whom it is about.
    fn details(&self) -> Vec<String> {
        let role = match &self.role {
            Role::Person => "person".to_owned(),
            Role::ModuleAdministrator { body, module } => {
                format!("module-administrator {module} {body}")
            }
            Role::Holder => "holder".to_owned(),
            Role::TechnicalAdministrator => "technical-administrator".to_owned(),
            Role::Auditor => "auditor".to_owned(),
            Role::OrganisationRepresentative { edrpou } => format!("organisation-representative {edrpou}"),
            Role::OrganisationStaff { edrpou } => format!("organisation-staff {edrpou}"),
        };
        vec![role, self.grounds.clone()]
    }

    const fn act(&self) -> &'static str {
        match self.step {
            Step::Grant => "grant-role",
            Step::Revoke => "revoke-role",
        }
    }
}

/// Why a change is not made. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nobody decides about themselves.
    #[error("decide about oneself")]
    Oneself,
    /// There is no such person.
    #[error("find the person")]
    NoPerson,
    /// Nothing proves who the person is.
    #[error("give a role to somebody whose identity is not proven")]
    NotProven,
    /// The person is lawfully blocked.
    #[error("give a role to somebody who is blocked")]
    Blocked,
    /// They have the role already.
    #[error("give a role twice")]
    HasIt,
    /// They do not have the role.
    #[error("take a role that the person does not have")]
    HasItNot,
    /// Nobody else has it, and without it nobody could be named any more.
    #[error("take the role from the last one who has it")]
    Last,
    /// There is no such body.
    #[error("find the body")]
    NoBody,
    /// The role is not given by decision, or takes another number of persons.
    #[error("give this role in this way")]
    NotSo,
    /// Somebody has the role, so it is not for [`first`] to give.
    #[error("name the first one: there is one")]
    NotFirst,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unchanged {
    /// The change itself does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Whoever decides may not, or something failed.
    #[error(transparent)]
    TwoPerson(#[from] TwoPersonError),
}

impl From<Error> for Unchanged {
    fn from(error: Error) -> Self {
        Unchanged::TwoPerson(error.into())
    }
}

impl From<Refusal> for Unchanged {
    fn from(refusal: Refusal) -> Self {
        Unchanged::TwoPerson(refusal.into())
    }
}

/// What the person is told: the words and the page that they lead to.
#[derive(Debug, Clone)]
pub struct Words {
    /// The notice.
    pub text: Text,
    /// Where it leads.
    pub address: String,
}

/// Gives or takes a role for which one technical administrator is enough.
///
/// # Errors
/// [`Unfit`], and [`Refusal`] if `by` may not decide.
pub async fn change(
    platform: &Platform,
    by: &Principal,
    change: &RoleChange,
    words: &Words,
) -> Result<(), Unchanged> {
    if change.takes_two() {
        return Err(Unfit::NotSo.into());
    }
    for _ in 0..ATTEMPTS {
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        entitled(&mut unit, platform, by, ALONE).await?;
        make(&mut unit, platform, by.person, change, words).await?;
        match unit.commit().await {
            Ok(_) => {
                platform.grants.has_changed(change.person);
                return Ok(());
            }
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(Error::storage(error).into()),
        }
    }
    Err(Error::Busy.into())
}

/// Proposes a change that takes two; gives the proposal's key.
///
/// # Errors
/// [`Unfit`], and those of [`TwoPerson::propose`].
pub async fn propose(platform: &Platform, by: &Principal, change: &RoleChange) -> Result<String, Unchanged> {
    if !change.takes_two() {
        return Err(Unfit::NotSo.into());
    }
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    fits(&mut unit, platform, by.person, change).await?;
    let content = serde_json::to_string(change).map_err(Error::storage)?;
    let id = RUNNING.propose(&mut unit, platform, by, &content, told(change)).await?;
    unit.commit().await.map_err(Error::storage)?;
    Ok(id)
}

/// Takes the approval of a second person who was shown what has this digest, and makes the change.
///
/// # Errors
/// [`Unfit`] if the change does not fit any more, and those of [`TwoPerson::approve`].
pub async fn approve(
    platform: &Platform,
    by: &Principal,
    id: &str,
    digest: &str,
    words: &(dyn Fn(&RoleChange) -> Words + Send + Sync),
) -> Result<(), Unchanged> {
    for _ in 0..ATTEMPTS {
        let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
        let approving = match RUNNING.approve(&mut unit, platform, id, digest, by).await? {
            Approval::Before(_) => return Ok(()),
            Approval::Decides(approving) => approving,
        };
        let change = RoleChange::read(&approving.proposal.content)?;
        make(&mut unit, platform, by.person, &change, &words(&change)).await?;
        approving.settle(&mut unit, platform, change.act().to_owned(), told(&change)).await?;
        match unit.commit().await {
            Ok(_) => {
                platform.grants.has_changed(change.person);
                return Ok(());
            }
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(Error::storage(error).into()),
        }
    }
    Err(Error::Busy.into())
}

/// Declines a proposal, or takes one's own back.
///
/// # Errors
/// Those of [`TwoPerson::decline`].
pub async fn decline(platform: &Platform, by: &Principal, id: &str) -> Result<(), Unchanged> {
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    let proposal = RUNNING.get(&mut unit, id).await?.ok_or(Refusal::Unknown)?;
    let change = RoleChange::read(&proposal.content)?;
    RUNNING.decline(&mut unit, platform, id, by, told(&change)).await?;
    unit.commit().await.map_err(Error::storage)?;
    Ok(())
}

/// Names the first holder or the first technical administrator, which whoever operates the machine does. Refused as soon
/// as somebody has the role: from then on two persons decide.
///
/// # Errors
/// [`Unfit`], and the storage's.
pub async fn first(platform: &Platform, change: &RoleChange, words: &Words) -> Result<(), Unchanged> {
    if change.step != Step::Grant || !change.names_others() {
        return Err(Unfit::NotSo.into());
    }
    let mut unit = platform.storage.begin().await.map_err(Error::storage)?;
    if !others(&mut unit, platform, None, &change.role).await?.is_empty() {
        return Err(Unfit::NotFirst.into());
    }
    fits_person(&mut unit, platform, change).await?;
    effect(&mut unit, platform, None, change, words).await?;
    unit.commit().await.map_err(Error::storage)?;
    platform.grants.has_changed(change.person);
    Ok(())
}

/// Makes a change within a unit of work.
async fn make(
    unit: &mut Unit,
    platform: &Platform,
    by: PersonId,
    change: &RoleChange,
    words: &Words,
) -> Result<(), Unchanged> {
    fits(unit, platform, by, change).await?;
    effect(unit, platform, Some(by), change, words).await
}

/// Whether a change fits what a unit of work sees.
async fn fits(
    unit: &mut Unit,
    platform: &Platform,
    by: PersonId,
    change: &RoleChange,
) -> Result<(), Unchanged> {
    if change.person == by {
        return Err(Unfit::Oneself.into());
    }
    if !change.is_granted() {
        return Err(Unfit::NotSo.into());
    }
    fits_person(unit, platform, change).await?;
    if change.step == Step::Revoke
        && change.names_others()
        && others(unit, platform, Some(change.person), &change.role).await?.is_empty()
    {
        return Err(Unfit::Last.into());
    }
    Ok(())
}

async fn fits_person(unit: &mut Unit, platform: &Platform, change: &RoleChange) -> Result<(), Unchanged> {
    let grants = &platform.grants;
    let proven = grants.proven_in(unit, change.person).await.map_err(Error::storage)?;
    let proven = proven.ok_or(Unfit::NoPerson)?;
    let standing = grants.standing_in(unit, change.person).await.map_err(Error::storage)?;
    let has_it = standing.roles.has(&change.role);
    match change.step {
        Step::Revoke if !has_it => Err(Unfit::HasItNot.into()),
        // What somebody has is taken whatever has become of them and of the body.
        Step::Revoke => Ok(()),
        Step::Grant if has_it => Err(Unfit::HasIt.into()),
        Step::Grant if !proven => Err(Unfit::NotProven.into()),
        Step::Grant if standing.blocked => Err(Unfit::Blocked.into()),
        Step::Grant => match &change.role {
            Role::ModuleAdministrator { body, module } => {
                let today = platform.zone.date(platform.legal.now());
                let known = platform.bodies.get_on(body, today).is_some();
                let named = module == EVERY_MODULE || !module.is_empty();
                if known && named { Ok(()) } else { Err(Unfit::NoBody.into()) }
            }
            _ => Ok(()),
        },
    }
}

/// Who else has a role, is proven and may act.
async fn others(
    unit: &mut Unit,
    platform: &Platform,
    but: Option<PersonId>,
    role: &Role,
) -> Result<Vec<PersonId>, Unchanged> {
    let mut found = Vec::new();
    for (person, grants) in platform.grants.all_in(unit).await.map_err(Error::storage)? {
        if Some(person) == but || !grants.iter().any(|grant| grant.role == *role) {
            continue;
        }
        let standing = platform.grants.standing_in(unit, person).await.map_err(Error::storage)?;
        let proven = platform.grants.proven_in(unit, person).await.map_err(Error::storage)?;
        if standing.roles.has(role) && !standing.blocked && proven == Some(true) {
            found.push(person);
        }
    }
    Ok(found)
}

/// The grant or its end, the audit entry, the notice.
async fn effect(
    unit: &mut Unit,
    platform: &Platform,
    by: Option<PersonId>,
    change: &RoleChange,
    words: &Words,
) -> Result<(), Unchanged> {
    let (grants, now) = (&platform.grants, platform.legal.now());
    match change.step {
        Step::Grant => {
            let grant = Grant { by, ..Grant::new(change.role.clone(), now) };
            let granted = grants.grant_in(unit, change.person, grant).await.map_err(Error::storage)?;
            granted.ok_or(Unfit::HasIt)?;
        }
        Step::Revoke => {
            let all = grants.of_in(unit, change.person).await.map_err(Error::storage)?;
            let grant = all.into_iter().find(|grant| grant.role == change.role).ok_or(Unfit::HasItNot)?;
            grants.revoke_in(unit, change.person, &grant.role, grant.until).await.map_err(Error::storage)?;
        }
    }
    match by {
        Some(by) => {
            record::rights(unit, platform, by, change.person, change.act(), &change.details()).await?;
        }
        None => {
            let mut entry = Entry::new(Kind::Rights, now, platform.security.now());
            entry.actor = Actor::Host;
            entry.about = Some(change.person.to_string());
            entry.act = Some(change.act().to_owned());
            entry.details = change.details();
            vzaemo_audit::record(unit, entry).await.map_err(Error::storage)?;
        }
    }
    let Words { text, address } = words.clone();
    let notice = Notice { kind: mail::Kind::Legal, module: String::new(), text, address };
    vzaemo_cabinet::notify(unit, &change.person.to_string(), notice, now).await.map_err(Error::storage)?;
    Ok(())
}

fn told(change: &RoleChange) -> Told {
    Told { resource: None, details: change.details(), numbers: Vec::new() }
}

#[cfg(test)]
mod tests;
