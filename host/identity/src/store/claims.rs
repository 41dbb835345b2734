//! Claims of persons to represent organisations, and what the register said of them.
//!
//! A claim lets nobody act: a claim that was confirmed has given its person a role ([`super::Grants`]), and only that
//! counts.

use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;
use vzaemo_registers::Edrpou;
use vzaemo_storage::{BODY, Document, Op, Query, Unit};

use super::IdentityError;
use super::schema::{CLAIMS, NAMESPACE};
use crate::PersonId;

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Whose.
    pub person: PersonId,
    /// To represent which organisation.
    pub edrpou: Edrpou,
    /// When it was made, by the legal clock.
    pub made: Instant,
    /// Whether the identity provider or certificate of the session in which it was made attested the organisation.
    pub attested: bool,
    /// The organisation's name: as the register has it, else as it was attested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The register's last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RegisterAnswer>,
    /// What has become of it.
    pub state: ClaimState,
    /// What it waits for.
    pub waits: Waits,
    /// When that is due: a look-up by the security clock, an end by the legal clock.
    pub next: Instant,
}

/// What the register answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterAnswer {
    /// When, by the legal clock.
    pub at: Instant,
    /// The state of the organisation in the register's words; `None` if it knows none with this code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// What has become of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ClaimState {
    /// The register has not answered yet.
    ToVerify {
        /// How often it was asked in vain.
        tries: u32,
    },
    /// The person acts for the organisation.
    Confirmed {
        /// Whether as its head.
        head: bool,
        /// Until when, by the legal clock.
        until: Instant,
    },
    /// The person does not.
    Refused {
        /// Why.
        why: Refused,
    },
    /// The time of a confirmed claim is over.
    Ended,
}

/// Why a claim was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refused {
    /// The register knows no such organisation.
    Unknown,
    /// The organisation is being terminated.
    BeingTerminated,
    /// The organisation is no more.
    Gone,
    /// The organisation is in another state than registered.
    OtherState,
    /// The organisation is registered, but nothing ties the person to it.
    NothingTies,
    /// The register could not be asked for too long.
    Silent,
}

/// What a record waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waits {
    /// A look-up in the register.
    LookUp,
    /// Its end.
    End,
    /// Nothing.
    Nothing,
}

impl Waits {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::LookUp => "look-up",
            Self::End => "end",
            Self::Nothing => "nothing",
        }
    }
}

/// So many records are taken up at once.
const PORTION: u32 = 100;

fn key(person: PersonId, edrpou: &Edrpou) -> String {
    format!("{person}/{edrpou}")
}

/// The claim of a person to represent an organisation, with the revision of its document.
///
/// # Errors
/// The storage does not answer.
pub async fn find(
    unit: &mut Unit,
    person: PersonId,
    edrpou: &Edrpou,
) -> Result<Option<(Claim, u64)>, IdentityError> {
    let document = unit.get(NAMESPACE, CLAIMS, &key(person, edrpou)).await?;
    document.map(|document: Document| Ok((document.parse()?, document.revision))).transpose()
}

/// Keeps a claim in the place of the person's last one for the organisation, which had this revision.
///
/// # Errors
/// The storage does not answer, or the document has changed.
pub async fn keep(unit: &mut Unit, claim: &Claim, revision: Option<u64>) -> Result<(), IdentityError> {
    let (key, text) = (key(claim.person, &claim.edrpou), serde_json::to_string(claim)?);
    match revision {
        Some(revision) => unit.replace(NAMESPACE, CLAIMS, &key, revision, &text).await?,
        None => {
            unit.insert(NAMESPACE, CLAIMS, Some(key), &text).await?;
        }
    }
    Ok(())
}

/// Forgets a claim of this revision.
///
/// # Errors
/// The storage does not answer, or the document has changed.
pub async fn forget(unit: &mut Unit, claim: &Claim, revision: u64) -> Result<(), IdentityError> {
    unit.remove(NAMESPACE, CLAIMS, &key(claim.person, &claim.edrpou), revision).await?;
    Ok(())
}

/// Forgets all claims of a person who is erased.
pub(super) async fn forget_all(unit: &mut Unit, person: PersonId) -> Result<(), IdentityError> {
    for claim in of(unit, person).await? {
        if let Some((claim, revision)) = find(unit, person, &claim.edrpou).await? {
            forget(unit, &claim, revision).await?;
        }
    }
    Ok(())
}

/// The claims of a person, by the organisations' codes.
///
/// # Errors
/// The storage does not answer.
pub async fn of(unit: &mut Unit, person: PersonId) -> Result<Vec<Claim>, IdentityError> {
    let query = Query::of(CLAIMS).equal("person", person.to_string()).fields(&[BODY]).limit(Query::MOST);
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut claims: Vec<Claim> = Vec::new();
    for (_, fields) in rows.iter() {
        claims.push(serde_json::from_str(fields.first().map_or("", String::as_str))?);
    }
    claims.sort_by(|one, other| one.edrpou.cmp(&other.edrpou));
    Ok(claims)
}

/// Whose claims wait for this and are due, some of them, the longest due first.
///
/// # Errors
/// The storage does not answer.
pub async fn due(
    unit: &mut Unit,
    waits: Waits,
    now: Instant,
) -> Result<Vec<(PersonId, Edrpou)>, IdentityError> {
    let query = Query::of(CLAIMS).equal("waits", waits.name()).when("next", Op::Le, now.to_string());
    let query = query.ascending("next").fields(&[BODY]).limit(PORTION);
    let rows = unit.select(NAMESPACE, &query).await?;
    let mut due = Vec::new();
    for (_, fields) in rows.iter() {
        let claim: Claim = serde_json::from_str(fields.first().map_or("", String::as_str))?;
        due.push((claim.person, claim.edrpou));
    }
    Ok(due)
}
