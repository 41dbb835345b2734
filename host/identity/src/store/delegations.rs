//! Delegations: whom the head of an organisation has named to act for it, and the invitations by which they do.
//!
//! A delegation is the organisation's, not its head's: it outlives a change of heads, and whoever heads the organisation
//! sees it and may revoke it. It lets nobody act by itself: the delegate has got a role ([`super::Grants`]) in the commit
//! that made it, and loses that in the commit that ends it.

use serde::{Deserialize, Serialize};
use vzaemo_clock::Instant;
use vzaemo_registers::Edrpou;
use vzaemo_storage::{BODY, Op, Query, Unit};

use super::claims::Waits;
use super::schema::{DELEGATIONS, INVITATIONS, NAMESPACE};
use super::{IdentityError, PersonKey};
use crate::{PersonId, TokenHash};

/// An invitation to act for an organisation. Whoever has its token may take it up, once, if it is not for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// For which organisation.
    pub edrpou: Edrpou,
    /// The organisation's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who invites.
    pub by: PersonId,
    /// Whom alone, if the head has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PersonKey>,
    /// Whom, in the head's words.
    pub note: String,
    /// When it was made, by the legal clock.
    pub made: Instant,
    /// Until when the invited may act for the organisation, by the legal clock.
    pub until: Instant,
    /// Until when it may be taken up, by the security clock.
    pub expires: Instant,
}

/// A delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// For which organisation.
    pub edrpou: Edrpou,
    /// The organisation's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who has delegated.
    pub by: PersonId,
    /// To whom.
    pub person: PersonId,
    /// Whom, in the head's words.
    pub note: String,
    /// From when on, by the legal clock.
    pub since: Instant,
    /// Until when, by the legal clock.
    pub until: Instant,
    /// How and when it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// [`Waits::End`] until it has ended.
    pub waits: Waits,
}

/// The end of a delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// When, by the legal clock.
    pub at: Instant,
    /// How.
    pub how: End,
    /// Who has ended it, if it was not time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// How a delegation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Its time is over.
    Term,
    /// A head of the organisation has revoked it.
    Revoked,
    /// The delegate has given it up.
    GivenUp,
}

/// A record with its key and the revision of its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// The key: of an invitation the hash of its token.
    pub key: String,
    /// The revision.
    pub revision: u64,
    /// The record.
    pub record: T,
}

/// So many records are read at once.
const MOST: u32 = 500;
/// So many records are taken up at once.
const PORTION: u32 = 100;

/// Keeps a new invitation.
///
/// # Errors
/// The storage does not answer.
pub async fn invite(
    unit: &mut Unit,
    token: &TokenHash,
    invitation: &Invitation,
) -> Result<(), IdentityError> {
    let text = serde_json::to_string(invitation)?;
    unit.insert(NAMESPACE, INVITATIONS, Some(token.as_str().to_owned()), &text).await?;
    Ok(())
}

/// The invitation under this key.
///
/// # Errors
/// The storage does not answer.
pub async fn invitation(unit: &mut Unit, key: &str) -> Result<Option<Found<Invitation>>, IdentityError> {
    let Some(document) = unit.get(NAMESPACE, INVITATIONS, key).await? else { return Ok(None) };
    Ok(Some(Found { key: key.to_owned(), revision: document.revision, record: document.parse()? }))
}

/// The invitations of an organisation that were neither taken up nor withdrawn, the expired among them.
///
/// # Errors
/// The storage does not answer.
pub async fn invitations_of(
    unit: &mut Unit,
    edrpou: &Edrpou,
) -> Result<Vec<(String, Invitation)>, IdentityError> {
    let query = Query::of(INVITATIONS).equal("edrpou", edrpou.as_str());
    listed(unit, query).await
}

/// Removes an invitation: it is taken up or withdrawn. That nobody else has done so is certified with the unit.
///
/// # Errors
/// The storage does not answer, or the invitation is gone.
pub async fn remove_invitation(unit: &mut Unit, found: &Found<Invitation>) -> Result<(), IdentityError> {
    unit.remove(NAMESPACE, INVITATIONS, &found.key, found.revision).await?;
    Ok(())
}

/// Keeps a new delegation.
///
/// # Errors
/// The storage does not answer.
pub async fn delegate(unit: &mut Unit, delegation: &Delegation) -> Result<(), IdentityError> {
    unit.insert(NAMESPACE, DELEGATIONS, None, &serde_json::to_string(delegation)?).await?;
    Ok(())
}

/// The delegation under this key.
///
/// # Errors
/// The storage does not answer.
pub async fn find(unit: &mut Unit, key: &str) -> Result<Option<Found<Delegation>>, IdentityError> {
    let Some(document) = unit.get(NAMESPACE, DELEGATIONS, key).await? else { return Ok(None) };
    Ok(Some(Found { key: key.to_owned(), revision: document.revision, record: document.parse()? }))
}

/// Ends a delegation.
///
/// # Errors
/// The storage does not answer, or the delegation has changed.
pub async fn end(unit: &mut Unit, found: &Found<Delegation>, ended: Ended) -> Result<(), IdentityError> {
    let record = Delegation { ended: Some(ended), waits: Waits::Nothing, ..found.record.clone() };
    let text = serde_json::to_string(&record)?;
    unit.replace(NAMESPACE, DELEGATIONS, &found.key, found.revision, &text).await?;
    Ok(())
}

/// The delegations of an organisation with their keys, the latest first; the ended among them.
///
/// # Errors
/// The storage does not answer.
pub async fn of_organisation(
    unit: &mut Unit,
    edrpou: &Edrpou,
) -> Result<Vec<(String, Delegation)>, IdentityError> {
    let query = Query::of(DELEGATIONS).equal("edrpou", edrpou.as_str()).descending("since");
    listed(unit, query).await
}

/// The delegations to a person with their keys, the latest first; the ended among them.
///
/// # Errors
/// The storage does not answer.
pub async fn to(unit: &mut Unit, person: PersonId) -> Result<Vec<(String, Delegation)>, IdentityError> {
    let query = Query::of(DELEGATIONS).equal("person", person.to_string()).descending("since");
    listed(unit, query).await
}

/// The delegations that a person has made, with their keys.
///
/// # Errors
/// The storage does not answer.
pub async fn by(unit: &mut Unit, person: PersonId) -> Result<Vec<(String, Delegation)>, IdentityError> {
    listed(unit, Query::of(DELEGATIONS).equal("by", person.to_string())).await
}

/// Where a person stands in records of this file: as whom it is for, as who has made it.
const PLACES: [(&str, &str); 3] = [(DELEGATIONS, "person"), (DELEGATIONS, "by"), (INVITATIONS, "by")];

/// How many delegations and invitations name a person, as far as one answer of the storage holds.
pub(super) async fn count(unit: &mut Unit, person: PersonId) -> Result<usize, IdentityError> {
    let mut count = 0;
    for (collection, field) in PLACES {
        let query = Query::of(collection).equal(field, person.to_string()).limit(MOST);
        count += unit.select(NAMESPACE, &query).await?.keys.len();
    }
    Ok(count)
}

/// Has a person stand where another record of theirs stood.
pub(super) async fn carry_over(
    unit: &mut Unit,
    staying: PersonId,
    merged: PersonId,
) -> Result<(), IdentityError> {
    for (collection, field) in PLACES {
        let query = Query::of(collection).equal(field, merged.to_string()).limit(MOST);
        for key in unit.select(NAMESPACE, &query).await?.keys {
            let Some(found) = unit.get(NAMESPACE, collection, &key).await? else { continue };
            let mut body: serde_json::Value = found.parse()?;
            if let Some(body) = body.as_object_mut() {
                body.insert(field.to_owned(), staying.to_string().into());
            }
            unit.replace(NAMESPACE, collection, &key, found.revision, &body.to_string()).await?;
        }
    }
    Ok(())
}

/// Forgets what a person was delegated who is erased, and the invitations that they made. What they delegated to others
/// is the organisation's, and stays.
pub(super) async fn forget_all(unit: &mut Unit, person: PersonId) -> Result<(), IdentityError> {
    let of_person = |collection, field| Query::of(collection).equal(field, person.to_string()).limit(MOST);
    for (collection, field) in [(DELEGATIONS, "person"), (INVITATIONS, "by")] {
        for key in unit.select(NAMESPACE, &of_person(collection, field)).await?.keys {
            if let Some(found) = unit.get(NAMESPACE, collection, &key).await? {
                unit.remove(NAMESPACE, collection, &key, found.revision).await?;
            }
        }
    }
    Ok(())
}

/// The keys of delegations whose time is over, some of them.
///
/// # Errors
/// The storage does not answer.
pub async fn due(unit: &mut Unit, now: Instant) -> Result<Vec<String>, IdentityError> {
    let query = Query::of(DELEGATIONS).equal("waits", Waits::End.name());
    let query = query.when("until", Op::Le, now.to_string()).ascending("until").limit(PORTION);
    Ok(unit.select(NAMESPACE, &query).await?.keys)
}

async fn listed<T: serde::de::DeserializeOwned>(
    unit: &mut Unit,
    query: Query,
) -> Result<Vec<(String, T)>, IdentityError> {
    let rows = unit.select(NAMESPACE, &query.fields(&[BODY]).limit(MOST)).await?;
    let mut found = Vec::new();
    for (key, fields) in rows.iter() {
        found.push((key.to_owned(), serde_json::from_str(fields.first().map_or("", String::as_str))?));
    }
    Ok(found)
}
