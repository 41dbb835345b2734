//! Approving and declining.

use super::APPROVE;
use super::record::{Approved, Change, Declined, State, Told, digest};
use super::settle::{put, read};
use crate::two_person::{self, Refusal, TwoPersonError};
use crate::{Error, Service};
use vzaemo_cabinet::Text;
use vzaemo_identity::Principal;

/// How often an approval whose reads change meanwhile is tried.
const ATTEMPTS: u32 = 12;

/// What those who approve are told if the change cannot be applied.
#[derive(Debug, Clone)]
pub struct Words {
    /// The notice.
    pub notice: Text,
    /// Where it leads.
    pub address: String,
}

/// Why an approval was not taken, or a change not declined. Nothing has happened.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    /// They may not, or something failed.
    #[error(transparent)]
    TwoPerson(#[from] TwoPersonError),
    /// The file was changed after it was shown.
    #[error("decide on a change that was replaced by a newer one")]
    Replaced,
    /// The file was changed back, or the time is over.
    #[error("decide on a change that is out of date")]
    Lapsed,
    /// It was decided before.
    #[error("decide on a change that is decided")]
    Decided,
}

impl From<Error> for Undecided {
    fn from(error: Error) -> Self {
        Undecided::TwoPerson(error.into())
    }
}

impl From<Refusal> for Undecided {
    fn from(refusal: Refusal) -> Self {
        Undecided::TwoPerson(refusal.into())
    }
}

impl Service {
    /// Takes the approval of a holder who was shown what has this digest. Once enough different ones have approved, it is
    /// applied.
    ///
    /// # Errors
    /// [`Undecided`]; [`Refusal::SamePerson`] if they have approved it before and it still waits for another one.
    pub async fn approve_change(
        &self,
        by: &Principal,
        id: &str,
        shown: &str,
        words: &Words,
    ) -> Result<Change, Undecided> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
            let (document, mut record) = read(&mut unit, id).await?.ok_or(Refusal::Unknown)?;
            APPROVE.role(&mut unit, &self.platform, by).await?;
            let at = self.platform.legal.now();
            let before = record.approvals.iter().any(|approved| approved.by == by.person);
            match record.state {
                State::Waiting if before => return Err(Refusal::SamePerson.into()),
                // Sent once more, it is the same approval.
                State::Approved | State::Applied | State::Failed if before => {
                    return Ok(Change::of(id, record)?);
                }
                _ => {}
            }
            is_open(record.state, at <= record.until)?;
            if record.digest != shown || digest(&record.content) != record.digest {
                return Err(Refusal::Changed.into());
            }
            record.approvals.push(Approved { by: by.person, at });
            if record.approvals.len() >= usize::from(record.needed) {
                record.state = State::Approved;
            }
            record.told = Some(Told { text: words.notice.clone(), address: words.address.clone() });
            put(&mut unit, &document, &record).await?;
            let number = format!("approval {} of {}", record.approvals.len(), record.needed);
            let told = two_person::Told { details: vec![number], ..two_person::Told::default() };
            APPROVE.enter(&mut unit, &self.platform, by.person, "approve", &record.digest, told).await?;
            match unit.commit().await {
                Ok(_) => return Ok(Change::of(id, record)?),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(Error::storage(error).into()),
            }
        }
        Err(Error::Busy.into())
    }

    /// Declines a change: any holder, also one who has approved it and thinks better of it.
    ///
    /// # Errors
    /// [`Undecided`].
    pub async fn decline_change(&self, by: &Principal, id: &str, reason: &str) -> Result<(), Undecided> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
            let (document, mut record) = read(&mut unit, id).await?.ok_or(Refusal::Unknown)?;
            APPROVE.role(&mut unit, &self.platform, by).await?;
            let at = self.platform.legal.now();
            is_open(record.state, at <= record.until)?;
            record.state = State::Declined;
            record.declined = Some(Declined { by: by.person, at, reason: reason.to_owned() });
            put(&mut unit, &document, &record).await?;
            let told = two_person::Told::default();
            APPROVE.enter(&mut unit, &self.platform, by.person, "decline", &record.digest, told).await?;
            match unit.commit().await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(Error::storage(error).into()),
            }
        }
        Err(Error::Busy.into())
    }

    /// A change.
    ///
    /// # Errors
    /// The storage's.
    pub async fn change(&self, id: &str) -> Result<Option<Change>, Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let found = read(&mut unit, id).await?;
        found.map(|(document, record)| Change::of(&document.key, record)).transpose()
    }

    /// The latest changes, the newest first, at most so many.
    ///
    /// # Errors
    /// The storage's.
    pub async fn changes(&self, limit: u32) -> Result<Vec<Change>, Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        super::latest(&mut unit, limit).await
    }
}

fn is_open(state: State, in_time: bool) -> Result<(), Undecided> {
    match state {
        State::Waiting if in_time => Ok(()),
        State::Waiting | State::Lapsed => Err(Undecided::Lapsed),
        State::Replaced => Err(Undecided::Replaced),
        State::Declined => Err(Refusal::Declined.into()),
        State::Approved | State::Applied | State::Failed => Err(Undecided::Decided),
    }
}
