//! Who represents organisations: claims that the register confirms, and delegations by heads to their staff.
//!
//! What lets somebody act is a role that a grant gives ([`vzaemo_identity::Grants`]), or the organisation that the identity
//! provider attested for the session. All here only leads to such a grant, or ends it; both are part of what every act
//! has read, so what ends a right ends it at once, for acts that are running too.
//!
//! Head of an organisation is who has [`Role::OrganisationRepresentative`]: by a grant of the technical administrator, or by a
//! claim that the register confirmed (see [`judge`]). A session in which the provider or certificate attested the organisation
//! acts for it, but heads it only through such a claim: certificates are issued to all kinds of staff.

mod claims;
mod ends;
mod judge;
mod staff;
mod words;

pub use judge::{Judged, judge};
pub use staff::{Invited, Offer, Staff, Wanted};

use crate::{Error, Platform};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use vzaemo_audit::{Actor, Entry, Kind};
use vzaemo_cabinet::{Notice, Text};
use vzaemo_identity::{
    Assurance, Edrpou, IdentityError, PersonId, Persons, Role, Session, Sessions, Standing,
};
use vzaemo_registers::LegalEntities;
use vzaemo_storage::{CommitError, Unit};

/// What nodes lease from each other in order to look claims up, and for how long.
const LEASE: &str = "representation";
const TERM: Duration = Duration::from_mins(1);
/// How long nothing is looked for after a round.
const REST: Duration = Duration::from_secs(2);
/// A unit whose reads change meanwhile is run again so many times.
const ATTEMPTS: usize = 8;
/// Where notices lead: the person's page of organisations.
pub const PAGE: &str = "/cabinet/organisations";

/// The register that claims are looked up in.
#[derive(Clone)]
pub struct Register {
    /// The register of legal entities.
    pub entities: Arc<dyn LegalEntities>,
    /// Whether a head is recognised by name alone, without anything else that ties the person to the organisation.
    pub heads_by_name: bool,
}

/// Who represents organisations.
pub struct Representation {
    platform: Arc<Platform>,
    persons: Arc<Persons>,
    sessions: Arc<Sessions>,
    register: Option<Register>,
    wake: Notify,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The person's standing has changed since they signed in.
    #[error("go on: the session has ended")]
    SessionEnded,
    /// It takes a proven person at substantial assurance who is not blocked.
    #[error("let this person do it: who they are is not sure enough, or they are blocked")]
    NotEntitled,
    /// There is no such thing, or it is not theirs to see.
    #[error("find it")]
    NotFound,
    /// The person may act for the organisation already.
    #[error("give a right that the person has already")]
    HasItAlready,
    /// There are too many of its kind.
    #[error("keep one more: there are too many")]
    TooMany,
    /// No register is configured.
    #[error("ask a register: none is configured")]
    NoRegister,
    /// The challenge was sealed and has served already.
    #[error("take the seal: its challenge has served")]
    SealUsed,
    /// The invitation was taken up, withdrawn, has expired, is for somebody else, or never was.
    #[error("take the invitation up: it does not serve this person now")]
    NoInvitation,
    /// The last day is not in the future, or too far in it.
    #[error("delegate until that day")]
    Day,
    /// What the head wrote of whom they invite is missing or too long.
    #[error("keep what was written of the invited person")]
    Note,
    /// The storage.
    #[error(transparent)]
    Service(#[from] Error),
}

impl From<IdentityError> for NotDone {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NoSession => NotDone::SessionEnded,
            IdentityError::Replayed => NotDone::SealUsed,
            error => NotDone::Service(Error::storage(error)),
        }
    }
}

impl Representation {
    /// Over these rooms; without a register no claims are taken.
    pub fn new(
        platform: Arc<Platform>,
        persons: Arc<Persons>,
        sessions: Arc<Sessions>,
        register: Option<Register>,
    ) -> Self {
        Representation { platform, persons, sessions, register, wake: Notify::new() }
    }

    /// Whether claims are taken.
    pub fn asks_a_register(&self) -> bool {
        self.register.is_some()
    }

    /// Looks after what is due until the task is dropped, on one node at a time.
    pub async fn run(&self) {
        loop {
            match self.turn().await {
                Ok(0) => {}
                Ok(done) => tracing::info!(done, "claims and delegations that were due"),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "could not look after claims and delegations"
                    );
                }
            }
            let _rested = tokio::time::timeout(REST, self.wake.notified()).await;
        }
    }

    async fn turn(&self) -> Result<usize, Error> {
        let leased = self.platform.storage.lease(LEASE, TERM).await.map_err(Error::storage)?;
        if leased { self.round().await } else { Ok(0) }
    }

    /// Ends what has had its time, then looks up the claims that are due; tells how many of both.
    ///
    /// # Errors
    /// The storage does not answer. A register that does not is no error: the claims are tried again later.
    pub async fn round(&self) -> Result<usize, Error> {
        let ended = self.end_due().await?;
        Ok(ended + self.look_up_due().await?)
    }

    async fn begin(&self) -> Result<Unit, Error> {
        self.platform.storage.begin().await.map_err(Error::storage)
    }

    /// Who does something, as the unit of work sees them: proven, sure enough, not blocked, and still as they signed in.
    async fn entitled(&self, unit: &mut Unit, session: &Session) -> Result<Standing, NotDone> {
        let standing = self.platform.grants.standing_in(unit, session.person.id).await?;
        if standing.revision != session.standing {
            return Err(NotDone::SessionEnded);
        }
        if standing.blocked || !session.person.proven || session.assurance < Assurance::Substantial {
            return Err(NotDone::NotEntitled);
        }
        Ok(standing)
    }

    /// An entry of the audit log about the right to represent.
    async fn record(
        &self,
        unit: &mut Unit,
        actor: Option<PersonId>,
        about: PersonId,
        act: &str,
        details: Vec<String>,
    ) -> Result<(), Error> {
        let mut entry = Entry::new(Kind::Rights, self.platform.legal.now(), self.platform.security.now());
        entry.actor = actor.map_or(Actor::Host, |person| Actor::Person(person.to_string()));
        entry.about = Some(about.to_string());
        entry.act = Some(act.to_owned());
        entry.details = details;
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
    }

    /// Tells a person about their right to represent, or one that they gave. It is a legal notice: it goes at once.
    async fn tell(&self, unit: &mut Unit, person: PersonId, text: Text, address: &str) -> Result<(), Error> {
        let kind = vzaemo_cabinet::mail::Kind::Legal;
        let notice = Notice { module: String::new(), kind, text, address: address.to_owned() };
        let now = self.platform.legal.now();
        vzaemo_cabinet::notify(unit, &person.to_string(), notice, now).await.map_err(Error::storage)
    }

    /// The present name of a person.
    async fn name(&self, unit: &mut Unit, person: PersonId) -> Result<String, Error> {
        let found = self.persons.get_in(unit, person).await.map_err(Error::storage)?;
        Ok(found.and_then(|person| Some(person.name()?.in_full())).unwrap_or_default())
    }

    /// A legal day for a notice.
    fn day(&self, at: vzaemo_clock::Instant) -> String {
        self.platform.zone.date(at).strftime("%d.%m.%Y").to_string()
    }
}

/// Commits; `false` if the unit is to be run again.
async fn committed(unit: Unit) -> Result<bool, Error> {
    match unit.commit().await {
        Ok(_) => Ok(true),
        Err(CommitError::Busy) => Err(Error::Busy),
        Err(error) if error.is_retryable() => Ok(false),
        Err(error) => Err(Error::storage(error)),
    }
}

/// The organisation as notices name it.
fn named(name: Option<&str>, edrpou: &Edrpou) -> String {
    name.map_or_else(|| edrpou.to_string(), |name| format!("{name} ({edrpou})"))
}

/// The role of a head, or of a member of the staff.
fn role(edrpou: &Edrpou, head: bool) -> Role {
    let edrpou = edrpou.clone();
    if head { Role::OrganisationRepresentative { edrpou } } else { Role::OrganisationStaff { edrpou } }
}

#[cfg(test)]
mod tests;
