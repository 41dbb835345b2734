//! Merging two records of one person, which two officials decide together.
//!
//! Somebody may have got two records: by their РНОКПП in one way of signing in, by their УНЗР in another, or by an account
//! that proves nothing. One of the two *stays*, the other one is merged into it ([`vzaemo_identity::merging`] says what that
//! means). A dry run counts what would change hands and what would collide; somebody proposes, somebody else approves on the
//! same count ([`crate::two_person`]). The approving commit makes the two one person: rights, blocks and the end of all
//! sessions are in it. What is then many records is handed over by timed work in portions ([`carry_out`]).
//!
//! A merging is never a way around a rule: it gives no role of the platform, lifts no block, and of two participations where
//! one person has one voice it leaves the earlier one.

mod carry_out;
mod count;

pub(crate) use carry_out::Portion;
pub use count::{Amounts, Collision, Counted, InModule};

use crate::two_person::{Approval, Refusal, Told, TwoPerson, TwoPersonError};
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service};
use serde::{Deserialize, Serialize};
use vzaemo_audit::{Actor, Entry, Kind};
use vzaemo_cabinet::mail::Kind as NoticeKind;
use vzaemo_cabinet::{Notice, Text};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::merging::{self, Record};
use vzaemo_identity::{IdentityError, PersonId, Principal, Role};
use vzaemo_storage::Unit;

/// Who decides: those who run the platform, each of the two in whichever of these roles. A proposal holds for three days.
pub const MERGE: TwoPerson = TwoPerson {
    kind: "merging",
    roles: &[Role::TechnicalAdministrator, Role::Holder],
    holds: SignedDuration::from_hours(72),
};
/// How often an approval whose reads change meanwhile is tried.
const ATTEMPTS: u32 = 12;

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merging {
    /// The record that stays.
    pub staying: PersonId,
    /// The record that is merged into it.
    pub merged: PersonId,
    /// On what ground the two are one person.
    pub grounds: String,
    /// The number of the document that shows it.
    pub document: String,
    /// What the dry run counted.
    pub counted: Counted,
}

impl Merging {
    /// Reads the content of a proposal.
    ///
    /// # Errors
    /// It is not what this version writes.
    pub fn read(content: &str) -> Result<Self, Error> {
        serde_json::from_str(content).map_err(Error::storage)
    }
}

/// What is told of a merging. In texts about participation, [`Words::NUMBER`] stands for the number of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The notice to the person.
    pub notice: Text,
    /// Where it leads.
    pub address: String,
    /// Why one of two participations does not count, for everybody to read.
    pub grounds: String,
    /// The same, told to the person.
    pub void: Text,
    /// Where that leads.
    pub void_address: String,
}

impl Words {
    /// What stands for the number of a decision.
    pub const NUMBER: &str = "{number}";
}

/// Why two records are not merged. Nothing has happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// There is no such record.
    #[error("find one of the records")]
    Unknown,
    /// They are one record already.
    #[error("merge a record into itself")]
    Same,
    /// One of them was merged before.
    #[error("merge a record that was merged before")]
    Before,
    /// One of them is the record of whoever proposes or approves.
    #[error("let somebody decide about their own record")]
    Own,
    /// Each has a proven key of the same kind, and the keys are different: they are two persons.
    #[error("merge the records of two persons: their keys are of one kind and differ")]
    TwoPersons,
    /// The kind of a proven key is not known yet.
    #[error("compare the kinds of keys: nobody has signed in with one of them since kinds are kept")]
    UnknownKey,
    /// The record that would stay is not proven, the other one is.
    #[error("keep the record that nothing proves")]
    ProvenStays,
    /// The record that would end has a role of the platform.
    #[error("carry over a role of the platform: roles are given by those who may")]
    Role,
    /// One of them is kept out by the block list.
    #[error("merge a record that the block list keeps out")]
    KeptOut,
    /// One of them waits to be erased.
    #[error("merge a record whose erasure was asked for")]
    Erasure,
    /// What an earlier merging handed over is still under way.
    #[error("merge a record that is still being merged")]
    UnderWay,
    /// A module that knows both does not serve, so it cannot be seen in what they both took part.
    #[error("compare participation: the module {0} does not serve")]
    NotServing(String),
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    /// The second person cannot, or something failed.
    #[error(transparent)]
    TwoPerson(#[from] TwoPersonError),
    /// The two may not be merged.
    #[error(transparent)]
    Unmergeable(#[from] Unmergeable),
    /// It is not what the second person was shown.
    #[error("decide on a count that has changed since it was shown")]
    Recounted,
}

impl From<Error> for Undecided {
    fn from(error: Error) -> Self {
        Undecided::TwoPerson(error.into())
    }
}

impl From<IdentityError> for Undecided {
    fn from(error: IdentityError) -> Self {
        Error::storage(error).into()
    }
}

/// The key of the timed work that carries a merging out.
fn key(merged: PersonId) -> String {
    format!("merge/{merged}")
}

impl Service {
    /// Counts what a merging would hand over and what would collide, if the two may be merged. Nothing is changed.
    ///
    /// # Errors
    /// [`Undecided::Unmergeable`], and the storage's.
    pub async fn count_merging(
        &self,
        by: &Principal,
        staying: PersonId,
        merged: PersonId,
    ) -> Result<Counted, Undecided> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        self.may_be_merged(&mut unit, by.person, staying, merged).await?;
        self.amounts_of(&mut unit, staying, merged).await
    }

    /// Proposes a merging, with the count of this moment; gives the proposal's key.
    ///
    /// # Errors
    /// Those of [`Self::count_merging`] and of [`TwoPerson::propose`].
    pub async fn propose_merging(&self, by: &Principal, mut wanted: Merging) -> Result<String, Undecided> {
        wanted.counted = self.count_merging(by, wanted.staying, wanted.merged).await?;
        let content = serde_json::to_string(&wanted).map_err(Error::storage)?;
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let id = MERGE.propose(&mut unit, &self.platform, by, &content, told(&wanted)).await?;
        unit.commit().await.map_err(Error::storage)?;
        Ok(id)
    }

    /// Takes the approval of a second person who was shown this content and a count with this mark ([`Counted::mark`]). The
    /// two are one person from then on.
    ///
    /// # Errors
    /// Those of [`TwoPerson::approve`]; [`Undecided::Unmergeable`] and [`Undecided::Recounted`] if something has changed
    /// since.
    pub async fn approve_merging(
        &self,
        by: &Principal,
        id: &str,
        digest: &str,
        shown: &str,
        words: &Words,
    ) -> Result<(), Undecided> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
            let approving = match MERGE.approve(&mut unit, &self.platform, id, digest, by).await? {
                Approval::Before(_) => return Ok(()),
                Approval::Decides(approving) => approving,
            };
            let wanted = Merging::read(&approving.proposal.content)?;
            let (staying, merged) = (wanted.staying, wanted.merged);
            // Whoever proposed was nobody's second self then, and is none now.
            self.may_be_merged(&mut unit, approving.proposal.by, staying, merged).await?;
            self.may_be_merged(&mut unit, by.person, staying, merged).await?;
            // Counted in the very unit that decides: whatever it has read and changes meanwhile has it run again.
            if self.amounts_of(&mut unit, staying, merged).await?.mark() != shown {
                return Err(Undecided::Recounted);
            }
            let at = self.platform.legal.now();
            let changed = merging::merge(&mut unit, staying, merged, at).await?;
            self.tell_merged(&mut unit, staying, merged, words, at).await?;
            let roles = [approving.proposal.role.clone(), approving.role.clone()];
            self.order_handing_over(&mut unit, staying, merged, roles, words, at).await?;
            self.enter_merging(&mut unit, by.person, staying, merged, at).await?;
            approving.settle(&mut unit, &self.platform, merged.to_string(), told(&wanted)).await?;
            match unit.commit().await {
                Ok(_) => {
                    self.platform.aliases.have_merged(&changed);
                    for record in changed {
                        self.platform.grants.has_changed(record);
                        self.platform.rules.has_changed(record);
                    }
                    return Ok(());
                }
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(Error::storage(error).into()),
            }
        }
        Err(Error::Busy.into())
    }

    /// Declines a proposal.
    ///
    /// # Errors
    /// Those of [`TwoPerson::decline`].
    pub async fn decline_merging(&self, by: &Principal, id: &str) -> Result<(), TwoPersonError> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let proposal = MERGE.get(&mut unit, id).await?.ok_or(Refusal::Unknown)?;
        let wanted = Merging::read(&proposal.content)?;
        MERGE.decline(&mut unit, &self.platform, id, by, told(&wanted)).await?;
        unit.commit().await.map_err(Error::storage)?;
        Ok(())
    }

    /// Whether what an approved merging hands over is still under way.
    ///
    /// # Errors
    /// The storage's.
    pub async fn is_handing_over(&self, merged: PersonId) -> Result<bool, Error> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        Ok(unit.get(NAMESPACE, WORK, &key(merged)).await.map_err(Error::storage)?.is_some())
    }

    /// Refuses what may not be merged, as a unit of work sees it, and at somebody's word.
    async fn may_be_merged(
        &self,
        unit: &mut Unit,
        by: PersonId,
        staying: PersonId,
        merged: PersonId,
    ) -> Result<(), Undecided> {
        let stays = merging::record(unit, staying).await?.ok_or(Unmergeable::Unknown)?;
        let goes = merging::record(unit, merged).await?.ok_or(Unmergeable::Unknown)?;
        if staying == merged || stays.into == Some(merged) || goes.into == Some(staying) {
            return Err(Unmergeable::Same.into());
        }
        if stays.into.is_some() || goes.into.is_some() {
            return Err(Unmergeable::Before.into());
        }
        let by = self.platform.aliases.standing_for(unit, by).await?;
        if by == staying || by == merged {
            return Err(Unmergeable::Own.into());
        }
        judge(&stays, &goes)?;
        let now = self.platform.security.now();
        for record in [staying, merged] {
            let person = record.to_string();
            if vzaemo_protection::is_kept_out(unit, &person, now).await.map_err(Error::storage)? {
                return Err(Unmergeable::KeptOut.into());
            }
            if crate::erasing::is_asked_for(unit, &person).await? {
                return Err(Unmergeable::Erasure.into());
            }
            for before in self.platform.aliases.records(unit, record).await? {
                if unit.get(NAMESPACE, WORK, &key(before)).await.map_err(Error::storage)?.is_some() {
                    return Err(Unmergeable::UnderWay.into());
                }
            }
        }
        Ok(())
    }

    async fn tell_merged(
        &self,
        unit: &mut Unit,
        staying: PersonId,
        merged: PersonId,
        words: &Words,
        at: Instant,
    ) -> Result<(), Error> {
        let notice = Notice {
            module: String::new(),
            kind: NoticeKind::Legal,
            text: words.notice.clone(),
            address: words.address.clone(),
        };
        let written = vzaemo_cabinet::merging::write_to(unit, &merged.to_string(), &notice, at).await;
        written.map_err(Error::storage)?;
        vzaemo_cabinet::notify(unit, &staying.to_string(), notice, at).await.map_err(Error::storage)
    }

    async fn order_handing_over(
        &self,
        unit: &mut Unit,
        staying: PersonId,
        merged: PersonId,
        roles: [Role; 2],
        words: &Words,
        at: Instant,
    ) -> Result<(), Error> {
        let task = Task::Merge { staying, merged, roles, merging: words.clone(), after: None };
        let work = Work {
            module: String::new(),
            task,
            due: at.to_string(),
            at_once: true,
            failures: 0,
            not_before: String::new(),
        };
        let body = serde_json::to_string(&work).map_err(Error::storage)?;
        unit.insert(NAMESPACE, WORK, Some(key(merged)), &body).await.map_err(Error::storage)?;
        Ok(())
    }

    /// An entry about each of the records: whose they are it commits to only.
    async fn enter_merging(
        &self,
        unit: &mut Unit,
        by: PersonId,
        staying: PersonId,
        merged: PersonId,
        at: Instant,
    ) -> Result<(), Error> {
        for (about, act) in [(staying, "merge-stays"), (merged, "merge-goes")] {
            let mut entry = Entry::new(Kind::Rights, at, self.platform.security.now());
            entry.actor = Actor::Person(by.to_string());
            entry.about = Some(about.to_string());
            entry.act = Some(act.to_owned());
            entry.input = Some(format!("{staying}\n{merged}").into_bytes());
            vzaemo_audit::record(unit, entry).await.map_err(Error::storage)?;
        }
        Ok(())
    }
}

/// What the records themselves say about it.
fn judge(stays: &Record, goes: &Record) -> Result<(), Unmergeable> {
    if stays.proven.is_empty() && !goes.proven.is_empty() {
        return Err(Unmergeable::ProvenStays);
    }
    if !stays.proven.is_empty() && !goes.proven.is_empty() {
        if stays.proven.iter().chain(&goes.proven).any(Option::is_none) {
            return Err(Unmergeable::UnknownKey);
        }
        if stays.proven.iter().any(|kind| goes.proven.contains(kind)) {
            return Err(Unmergeable::TwoPersons);
        }
    }
    if !goes.roles.is_empty() {
        return Err(Unmergeable::Role);
    }
    Ok(())
}

/// What entries of the log say of a merging: nothing of those concerned.
fn told(wanted: &Merging) -> Told {
    let collisions: usize = wanted.counted.modules.iter().map(|module| module.collisions.len()).sum();
    Told {
        resource: None,
        details: vec![
            format!("{collisions} participations twice"),
            format!("mark {}", wanted.counted.mark()),
        ],
        numbers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vzaemo_identity::KeyKind;

    fn record(proven: &[Option<KeyKind>]) -> Record {
        let id = PersonId::parse("0198f000-0000-7000-8000-000000000001").unwrap();
        Record { id, into: None, proven: proven.to_vec(), roles: Vec::new(), blocked: false }
    }

    #[test]
    fn two_keys_of_one_kind_are_two_persons() {
        let (rnokpp, unzr) = (Some(KeyKind::Rnokpp), Some(KeyKind::Unzr));
        assert_eq!(judge(&record(&[rnokpp]), &record(&[unzr])), Ok(()));
        assert_eq!(judge(&record(&[rnokpp]), &record(&[])), Ok(()));
        assert_eq!(judge(&record(&[]), &record(&[])), Ok(()));
        assert_eq!(judge(&record(&[rnokpp]), &record(&[rnokpp])), Err(Unmergeable::TwoPersons));
        // Through a third record neither.
        assert_eq!(judge(&record(&[unzr, rnokpp]), &record(&[unzr])), Err(Unmergeable::TwoPersons));
        assert_eq!(judge(&record(&[rnokpp]), &record(&[None])), Err(Unmergeable::UnknownKey));
        assert_eq!(judge(&record(&[]), &record(&[unzr])), Err(Unmergeable::ProvenStays));
    }

    #[test]
    fn a_role_of_the_platform_is_not_carried_over() {
        let mut goes = record(&[]);
        goes.roles = vec![Role::Auditor];
        assert_eq!(judge(&record(&[Some(KeyKind::Unzr)]), &goes), Err(Unmergeable::Role));
        assert_eq!(judge(&goes, &record(&[])), Ok(()), "what stays keeps its role");
    }
}
