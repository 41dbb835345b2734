//! What nobody decides alone: one person proposes, another one approves exactly that.
//!
//! A [`TwoPerson`] is a kind of such decisions with the roles that may take part in them. A proposal is kept with the
//! digest of its content, who made it and until when it holds; whoever approves names the digest of what they were shown.
//! That both are proven persons, have a role and are not blocked is read in the very unit of work that decides, so a
//! revocation that commits before it is heeded. The effect is the caller's, in the same unit, so a proposal is approved
//! exactly if its effect has begun; approved once more it answers with the first outcome.
//!
//! One person is one proven key (see `identity`), so the other one is never an account of the same key; and of somebody whose
//! records were merged since it is asked who they are now.

use crate::work::NAMESPACE;
use crate::{Error, Platform};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use vzaemo_audit::{Actor, Decision, Entry, Kind};
use vzaemo_clock::{Instant, SignedDuration};
use vzaemo_identity::{PersonId, Principal, Role};
use vzaemo_storage::{BODY, Collection, Document, Query, Unit};

/// The collection of proposals.
pub(crate) const PROPOSALS: &str = "proposals";

/// A kind of decisions of two persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoPerson {
    /// Its name, in records and audit entries.
    pub kind: &'static str,
    /// Who may propose and approve: whoever has one of these roles.
    pub roles: &'static [Role],
    /// How long a proposal holds, by the legal clock.
    pub holds: SignedDuration,
}

/// What somebody has proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its key.
    pub id: String,
    /// What is proposed, as the kind writes it.
    pub content: String,
    /// SHA-256 of the content, in hexadecimal.
    pub digest: String,
    /// Who proposed.
    pub by: PersonId,
    /// The role in which they did.
    pub role: Role,
    /// When, by the legal clock.
    pub at: Instant,
    /// Until when it may be approved.
    pub until: Instant,
    /// What was decided, if anything was.
    pub decided: Option<Decided>,
}

/// How a proposal was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// By whom.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// When, by the legal clock.
    pub at: Instant,
    /// What came of it; nothing if it was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// Why somebody's proposal or approval is not taken. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such proposal.
    #[error("find the proposal")]
    Unknown,
    /// It takes two.
    #[error("take the approval of whoever proposed")]
    SamePerson,
    /// Nothing proves who they are.
    #[error("take the word of somebody whose identity is not proven")]
    NotProven,
    /// They have none of the roles, are blocked, or have signed in anew since.
    #[error("take the word of somebody without the role")]
    NotEntitled,
    /// The time in which it could be approved is over.
    #[error("approve what is out of date")]
    Over,
    /// It was declined.
    #[error("approve what was declined")]
    Declined,
    /// It is not what they were shown.
    #[error("approve something else than was shown")]
    Changed,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TwoPersonError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What the audit entry of a step says beside who took it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What it is about, as `collection/key`.
    pub resource: Option<String>,
    /// Lines with more; no personal data.
    pub details: Vec<String>,
    /// Placeholders of numbers in the resource.
    pub numbers: Vec<String>,
}

/// Whether an approval is the one that decides.
#[derive(Debug)]
pub enum Approval {
    /// It is: the effect is to be put into the same unit, then [`Approving::settle`].
    Decides(Box<Approving>),
    /// It was approved before, with this outcome.
    Before(String),
}

/// A proposal that this unit of work approves.
#[must_use = "without it the proposal stays open"]
#[derive(Debug)]
pub struct Approving {
    /// What is approved.
    pub proposal: Proposal,
    /// In which role the second person approves.
    pub role: Role,
    kind: TwoPerson,
    by: PersonId,
    at: Instant,
    revision: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    kind: String,
    content: String,
    digest: String,
    by: PersonId,
    role: Role,
    at: Instant,
    until: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decided: Option<Decided>,
}

/// The collection of this file, to be declared when the host starts.
pub(crate) fn collection() -> Collection {
    let text = || json!({"type": "string"});
    let object = || json!({"type": "object"});
    Collection::new(
        PROPOSALS,
        json!({"type": "object", "additionalProperties": false,
            "required": ["kind", "content", "digest", "by", "role", "at", "until"],
            "properties": {"kind": text(), "content": text(), "digest": text(), "by": text(), "role": object(),
                "at": text(), "until": text(), "decided": object()}}),
    )
    .index(&["kind", "at"])
    .index(&["until"])
}

fn digest(content: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(content.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl Proposal {
    fn of(id: &str, record: Record) -> Self {
        let Record { kind: _, content, digest, by, role, at, until, decided } = record;
        Proposal { id: id.to_owned(), content, digest, by, role, at, until, decided }
    }

    /// Whether it can still be approved.
    pub fn is_open(&self, now: Instant) -> bool {
        self.decided.is_none() && now <= self.until
    }
}

impl TwoPerson {
    /// The role in which somebody may take part, as this unit of work sees it.
    pub(crate) async fn role(
        &self,
        unit: &mut Unit,
        platform: &Platform,
        who: &Principal,
    ) -> Result<Role, TwoPersonError> {
        entitled(unit, platform, who, self.roles).await
    }

    /// Proposes something; gives the proposal's key.
    ///
    /// # Errors
    /// [`Refusal::NotProven`] and [`Refusal::NotEntitled`], and the storage's.
    pub async fn propose(
        &self,
        unit: &mut Unit,
        platform: &Platform,
        by: &Principal,
        content: &str,
        told: Told,
    ) -> Result<String, TwoPersonError> {
        let role = self.role(unit, platform, by).await?;
        let at = platform.legal.now();
        let record = Record {
            kind: self.kind.to_owned(),
            content: content.to_owned(),
            digest: digest(content),
            by: by.person,
            role,
            at,
            until: at.checked_add(self.holds).unwrap_or(at),
            decided: None,
        };
        let body = serde_json::to_string(&record).map_err(Error::storage)?;
        let id = unit.insert(NAMESPACE, PROPOSALS, None, &body).await.map_err(Error::storage)?;
        self.enter(unit, platform, by.person, "propose", &record.digest, told).await?;
        Ok(id)
    }

    /// A proposal of this kind.
    ///
    /// # Errors
    /// The storage's.
    pub async fn get(&self, unit: &mut Unit, id: &str) -> Result<Option<Proposal>, Error> {
        Ok(self.read(unit, id).await?.map(|(document, record)| Proposal::of(&document.key, record)))
    }

    /// The latest proposals of this kind, the newest first, at most so many.
    ///
    /// # Errors
    /// The storage's.
    pub async fn latest(&self, unit: &mut Unit, limit: u32) -> Result<Vec<Proposal>, Error> {
        let query =
            Query::of(PROPOSALS).equal("kind", self.kind).descending("at").fields(&[BODY]).limit(limit);
        let rows = unit.select(NAMESPACE, &query).await.map_err(Error::storage)?;
        rows.iter()
            .map(|(key, row)| {
                let body = row.first().map_or("", String::as_str);
                serde_json::from_str(body).map(|record| Proposal::of(key, record)).map_err(Error::storage)
            })
            .collect()
    }

    /// Takes the approval of a second person, who was shown what has this digest.
    ///
    /// # Errors
    /// All of [`Refusal`], and the storage's.
    pub async fn approve(
        &self,
        unit: &mut Unit,
        platform: &Platform,
        id: &str,
        shown: &str,
        by: &Principal,
    ) -> Result<Approval, TwoPersonError> {
        let (document, record) = self.read(unit, id).await?.ok_or(Refusal::Unknown)?;
        let role = self.role(unit, platform, by).await?;
        // Whoever proposed may have had two records, which have become one since.
        let first = platform.aliases.standing_for(unit, record.by).await.map_err(Error::storage)?;
        if first == by.person {
            return Err(Refusal::SamePerson.into());
        }
        let at = platform.legal.now();
        match &record.decided {
            Some(Decided { outcome: Some(outcome), .. }) => return Ok(Approval::Before(outcome.clone())),
            Some(Decided { outcome: None, .. }) => return Err(Refusal::Declined.into()),
            None if at > record.until => return Err(Refusal::Over.into()),
            None => {}
        }
        if record.digest != shown || digest(&record.content) != record.digest {
            return Err(Refusal::Changed.into());
        }
        let proposal = Proposal::of(&document.key, record);
        let (kind, by, revision) = (*self, by.person, document.revision);
        Ok(Approval::Decides(Box::new(Approving { proposal, role, kind, by, at, revision })))
    }

    /// Declines a proposal: a second person, or whoever made it and thinks better of it. One that is decided or over stays
    /// as it is.
    ///
    /// # Errors
    /// Those of [`Self::approve`] that apply.
    pub async fn decline(
        &self,
        unit: &mut Unit,
        platform: &Platform,
        id: &str,
        by: &Principal,
        told: Told,
    ) -> Result<(), TwoPersonError> {
        let (document, mut record) = self.read(unit, id).await?.ok_or(Refusal::Unknown)?;
        let role = self.role(unit, platform, by).await?;
        let at = platform.legal.now();
        if record.decided.is_some() || at > record.until {
            return Err(Refusal::Over.into());
        }
        record.decided = Some(Decided { by: by.person, role, at, outcome: None });
        put(unit, &document.key, document.revision, &record).await?;
        self.enter(unit, platform, by.person, "decline", &record.digest, told).await?;
        Ok(())
    }

    async fn read(&self, unit: &mut Unit, id: &str) -> Result<Option<(Document, Record)>, Error> {
        let Some(document) = unit.get(NAMESPACE, PROPOSALS, id).await.map_err(Error::storage)? else {
            return Ok(None);
        };
        let record: Record = document.parse().map_err(Error::storage)?;
        Ok((record.kind == self.kind).then_some((document, record)))
    }

    pub(crate) async fn enter(
        &self,
        unit: &mut Unit,
        platform: &Platform,
        by: PersonId,
        step: &str,
        digest: &str,
        told: Told,
    ) -> Result<(), Error> {
        let mut entry = Entry::new(Kind::TwoPerson, platform.legal.now(), platform.security.now());
        entry.actor = Actor::Person(by.to_string());
        entry.act = Some(format!("{step}-{}", self.kind));
        entry.resource = told.resource;
        entry.decision = Some(Decision::Allow);
        entry.details = told.details;
        entry.details.push(format!("content {digest}"));
        entry.numbers = told.numbers;
        vzaemo_audit::record(unit, entry).await.map_err(Error::storage)
    }
}

/// The first of these roles in which somebody may decide something, as this unit of work sees it.
pub(crate) async fn entitled(
    unit: &mut Unit,
    platform: &Platform,
    who: &Principal,
    roles: &[Role],
) -> Result<Role, TwoPersonError> {
    if !who.proven {
        return Err(Refusal::NotProven.into());
    }
    let standing = platform.grants.standing_in(unit, who.person).await.map_err(Error::storage)?;
    let stands = !standing.blocked && standing.revision == who.standing;
    let role = roles.iter().find(|role| stands && standing.roles.has(role));
    role.cloned().ok_or_else(|| Refusal::NotEntitled.into())
}

impl Approving {
    /// Settles the proposal with what came of it, which may hold placeholders of numbers.
    ///
    /// # Errors
    /// The storage's.
    pub async fn settle(
        self,
        unit: &mut Unit,
        platform: &Platform,
        outcome: String,
        told: Told,
    ) -> Result<(), Error> {
        let Approving { proposal, role, kind, by, at, revision } = self;
        let decided = Some(Decided { by, role, at, outcome: Some(outcome) });
        let Proposal { id, content, digest, by: first, role, at, until, decided: _ } = proposal;
        let record =
            Record { kind: kind.kind.to_owned(), content, digest, by: first, role, at, until, decided };
        put(unit, &id, revision, &record).await?;
        kind.enter(unit, platform, by, "approve", &record.digest, told).await
    }
}

async fn put(unit: &mut Unit, id: &str, revision: u64, record: &Record) -> Result<(), Error> {
    let body = serde_json::to_string(record).map_err(Error::storage)?;
    unit.replace(NAMESPACE, PROPOSALS, id, revision, &body).await.map_err(Error::storage)
}
