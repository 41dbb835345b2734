//! Invalidating participation: two persons decide that votes and the like which were bought or made by a machine do not
//! count.
//!
//! What a participation is, manifests declare (`[collections.*.participation]`); the host knows no more. A [`Selection`]
//! says which ones by where they came from, when, and whose they are; [`Service::dry_run`] counts what would be touched
//! and changes nothing. An [`Invalidation`] is proposed with that count and approved by a second person on the count of
//! that moment (see [`crate::two_person`]). Then timed work carries it out, a portion a unit of work: each participation
//! gets the field by which it does not count and the number of the decision, its person is told on what grounds, and the
//! public [`DecisionEntry`] says how many there were. Thresholds that have fired stay fired: storage fires each once ever.

mod carry_out;
mod count;
mod entry;
mod guard;

pub(crate) use carry_out::Portion;
pub use count::{Counted, CounterChange};
pub use entry::DecisionEntry;
pub(crate) use entry::collection;
pub(crate) use guard::is_invalidated;

use crate::two_person::{Approval, Refusal, Told, TwoPerson, TwoPersonError};
use crate::version::ModuleVersion;
use crate::work::{NAMESPACE, Task, WORK, Work};
use crate::{Error, Service};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vzaemo_cabinet::Text;
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_contract::manifest::Participation;
use vzaemo_identity::{Principal, Role};
use vzaemo_protection::{Origin, TakenPart};
use vzaemo_storage::Unit;

/// Who decides: those who run the platform, each of the two in whichever of these roles. A proposal holds for three days.
pub const INVALIDATE: TwoPerson = TwoPerson {
    kind: "invalidation",
    roles: &[Role::TechnicalAdministrator, Role::Holder],
    holds: SignedDuration::from_hours(72),
};
/// The sequence of the decisions' numbers.
pub(crate) const SEQUENCE: &str = "service/decisions";
/// How often an approval whose reads change meanwhile is tried.
const ATTEMPTS: u32 = 12;

/// Which participation is meant. All that is said must hold of one; something must be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The module.
    pub module: String,
    /// The collection of participations.
    pub collection: String,
    /// The key of the document that they are in.
    pub document: String,
    /// Where they came from, as hashes.
    #[serde(default)]
    pub origin: Origin,
    /// The first moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// The last moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
    /// Whose they are, as the module's references; anybody's if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<String>,
}

impl Selection {
    /// Whether it says nothing by which some participation would differ from other.
    pub fn is_open(&self) -> bool {
        self.origin.is_empty() && self.persons.is_empty() && (self.from.is_none() || self.to.is_none())
    }

    fn taken_part(&self) -> TakenPart<'_> {
        TakenPart { module: &self.module, collection: &self.collection, document: &self.document }
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invalidation {
    /// Which participation.
    pub selection: Selection,
    /// The address, as the proposer wrote it; empty if it does not matter.
    pub address: String,
    /// The browser, likewise.
    pub device: String,
    /// Why, in words that everybody reads.
    pub grounds: String,
    /// How many the dry run counted.
    pub counted: u64,
}

impl Invalidation {
    /// Reads the content of a proposal.
    ///
    /// # Errors
    /// It is not what this version writes.
    pub fn read(content: &str) -> Result<Self, Error> {
        serde_json::from_str(content).map_err(Error::storage)
    }
}

/// What those are told whose participation does not count any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The notice.
    pub notice: Text,
    /// The line in the timeline of their case.
    pub event: Text,
    /// Where the notice leads: the public entry.
    pub address: String,
    /// Whether they stay in the case, for another participation of theirs counts.
    #[serde(default)]
    pub stays: bool,
}

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    /// The second person cannot, or something failed.
    #[error(transparent)]
    TwoPerson(#[from] TwoPersonError),
    /// It is another number than the second person was shown.
    #[error("decide on {shown}: it is {now} now")]
    Recounted {
        /// What they were shown.
        shown: u64,
        /// What it is.
        now: u64,
    },
    /// There is nothing to invalidate.
    #[error("find participation that counts")]
    Nothing,
}

impl From<Error> for Undecided {
    fn from(error: Error) -> Self {
        Undecided::TwoPerson(error.into())
    }
}

/// A collection of participations of a module that serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakingPart {
    /// The module.
    pub module: String,
    /// The collection of participations.
    pub collection: String,
}

impl Service {
    /// Where there is participation that can be invalidated.
    pub fn taking_part(&self) -> Vec<TakingPart> {
        let mut found = Vec::new();
        for (module, state) in &self.snapshot().modules {
            let Some(version) = state.serving() else { continue };
            let declared = version.manifest.collections.iter().filter(|(_, one)| one.participation.is_some());
            found.extend(
                declared.map(|(name, _)| TakingPart { module: module.clone(), collection: name.clone() }),
            );
        }
        found
    }

    /// The version that serves and what it declares of the participation that is meant.
    fn declared(&self, selection: &Selection) -> Result<(Arc<ModuleVersion>, Participation), Error> {
        let version = self.serving(&selection.module)?;
        let found = version.manifest.collections.get(&selection.collection);
        let participation =
            found.and_then(|declared| declared.participation.clone()).ok_or(Error::NotFound)?;
        Ok((version, participation))
    }

    /// Proposes an invalidation, with the count of this moment; gives the proposal's key.
    ///
    /// # Errors
    /// Those of [`TwoPerson::propose`], [`Undecided::Nothing`], and `NotFound` if the document is not there.
    pub async fn propose_invalidation(
        &self,
        by: &Principal,
        mut wanted: Invalidation,
    ) -> Result<String, Undecided> {
        wanted.counted = self.dry_run(&wanted.selection).await?.counting;
        if wanted.counted == 0 {
            return Err(Undecided::Nothing);
        }
        let content = serde_json::to_string(&wanted).map_err(Error::storage)?;
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let told = told(&wanted, wanted.counted);
        let id = INVALIDATE.propose(&mut unit, &self.platform, by, &content, told).await?;
        unit.commit().await.map_err(Error::storage)?;
        Ok(id)
    }

    /// Takes the approval of a second person who was shown this content and this count: the number of the decision. From
    /// then on it is carried out. `words` says what those concerned are told, by the decision's number.
    ///
    /// # Errors
    /// Those of [`TwoPerson::approve`]; [`Undecided::Recounted`] if the count has changed since it was shown.
    pub async fn approve_invalidation(
        &self,
        by: &Principal,
        id: &str,
        digest: &str,
        shown: u64,
        words: &(dyn Fn(&str, &Invalidation) -> Words + Send + Sync),
    ) -> Result<String, Undecided> {
        for _ in 0..ATTEMPTS {
            let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
            let wanted = match INVALIDATE.approve(&mut unit, &self.platform, id, digest, by).await? {
                Approval::Before(outcome) => return Ok(outcome),
                Approval::Decides(approving) => Invalidation::read(&approving.proposal.content)?,
            };
            // One unit at a time: each holds a connection.
            drop(unit);
            let now = self.dry_run(&wanted.selection).await?.counting;
            if now != shown {
                return Err(Undecided::Recounted { shown, now });
            }
            if now == 0 {
                return Err(Undecided::Nothing);
            }
            let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
            let number = match INVALIDATE.approve(&mut unit, &self.platform, id, digest, by).await? {
                Approval::Before(outcome) => return Ok(outcome),
                Approval::Decides(approving) => {
                    let number = unit.number(SEQUENCE);
                    let at = self.platform.legal.now();
                    let roles = [approving.proposal.role.clone(), approving.role.clone()];
                    let entry = DecisionEntry::new(&number, &wanted, roles, now, at);
                    entry.insert(&mut unit).await?;
                    let words = words(&number, &wanted);
                    self.order(&mut unit, &number, &wanted, words, at).await?;
                    let mut told = told(&wanted, now);
                    told.details.push(format!("decision {number}"));
                    told.numbers.push(number.clone());
                    approving.settle(&mut unit, &self.platform, number.clone(), told).await?;
                    number
                }
            };
            match unit.commit().await {
                Ok(committed) => return Ok(committed.substitute(&number)),
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
    pub async fn decline_invalidation(&self, by: &Principal, id: &str) -> Result<(), TwoPersonError> {
        let mut unit = self.platform.storage.begin().await.map_err(Error::storage)?;
        let proposal = INVALIDATE.get(&mut unit, id).await?.ok_or(Refusal::Unknown)?;
        let wanted = Invalidation::read(&proposal.content)?;
        INVALIDATE.decline(&mut unit, &self.platform, id, by, told(&wanted, wanted.counted)).await?;
        unit.commit().await.map_err(Error::storage)?;
        Ok(())
    }

    /// The timed work that carries a decision out. What was done after the decision is not touched.
    pub(crate) async fn order(
        &self,
        unit: &mut Unit,
        number: &str,
        wanted: &Invalidation,
        words: Words,
        at: Instant,
    ) -> Result<(), Error> {
        let mut selection = wanted.selection.clone();
        selection.to = Some(selection.to.map_or(at, |to| to.min(at)));
        let work = Work {
            module: selection.module.clone(),
            task: Task::Invalidate {
                decision: number.to_owned(),
                selection: Box::new(selection),
                words,
                after: None,
            },
            due: at.to_string(),
            at_once: true,
            failures: 0,
            not_before: String::new(),
        };
        let body = serde_json::to_string(&work).map_err(Error::storage)?;
        unit.insert(NAMESPACE, WORK, None, &body).await.map_err(Error::storage)?;
        Ok(())
    }
}

/// What entries of the log say of an invalidation: nothing of those concerned but their number.
fn told(wanted: &Invalidation, count: u64) -> Told {
    let Selection { module, collection, document, .. } = &wanted.selection;
    Told {
        resource: Some(format!("{collection}/{document}")),
        details: vec![format!("module {module}"), format!("{count} participations")],
        numbers: Vec::new(),
    }
}
